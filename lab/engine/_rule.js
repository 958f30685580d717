/** What all update rules share: their settings, their state, and the values of a single step. */

const BELOW_ONE = new Set(["momentum", "alpha", "beta1", "beta2"]);

/**
 * Define an update rule: a function from settings to an optimizer.
 *
 * An optimizer has `settings`, all with their values; `state`, named as in torch, in which the
 * first step creates the averages; and `step(params, gradient, overrides)`, which changes `params`
 * in place. `params` and `gradient` are arrays of shape (n,), and `overrides` are settings for that
 * step only, such as the rate of a schedule.
 * @param {Object<string, number | boolean>} defaults the settings, named as in torch
 * @param {(params: Float64Array, gradient: Float64Array, state: Object, settings: Object) => void}
 *   update takes one step in place; `state.step` counts from 1
 * @param {(settings: Object) => void} [check] throws if settings exclude each other
 */
export function defineRule(defaults, update, check = () => {}) {
  return (given = {}) => {
    for (const [name, value] of Object.entries(given)) checkSetting(name, value, defaults[name]);
    const settings = { ...defaults, ...given };
    check(settings);
    const state = { step: 0 };
    return {
      settings,
      state,
      step(params, gradient, overrides) {
        state.step += 1;
        update(params, gradient, state, overrides ? { ...settings, ...overrides } : settings);
      },
    };
  };
}

/** Return the average called `name` in the state, which starts at 0. */
export function average(state, name, params) {
  return (state[name] ??= new Float64Array(params.length));
}

function checkSetting(name, value, standard) {
  if (standard === undefined) throw new TypeError(`${name} is not a setting of this rule`);
  if (typeof value !== typeof standard) {
    throw new TypeError(`${name} must be a ${typeof standard}, got ${value}`);
  }
  const limit = BELOW_ONE.has(name) ? 1 : Infinity;
  if (typeof value === "number" && !(value >= 0 && value < limit)) {
    throw new RangeError(`${name} must be at least 0 and below ${limit}, got ${value}`);
  }
}
