/** Paths of optimizers over problems of two parameters. */

const CHUNK = 256; // steps between two looks at the clock: some tenths of a millisecond

/**
 * @typedef {Object} Run
 * @property {Object} problem made by one of `problems`
 * @property {Function} rule one of `rules`
 * @property {Object} [settings] those of the rule
 * @property {ArrayLike<number>} start shape (2,)
 * @property {number} steps
 * @property {?ArrayLike<number>} [rates] the learning rate of each step
 * @property {?ArrayLike<number>} [momenta] the momentum of each step; β₁ for a rule without one
 * @property {?Int32Array[]} [batches] the mini-batch of each step, for the regression
 * @property {number} [threshold] a run has diverged once a parameter is larger, or not finite
 */

/**
 * Minimise a problem from a start.
 * @param {Run} run
 * @returns {{path: Float64Array, losses: Float64Array, divergedAt: number}} `path`, shape
 *   (2 (steps + 1),), holds x₀, y₀, x₁, y₁, …; `losses`, shape (steps + 1,), the value of the whole
 *   problem at each point; `divergedAt` is the first point out of bounds, or −1. The path is as
 *   computed there, and NaN after it; the losses are NaN from there on.
 */
export function simulate(run) {
  const { result, advance } = begin(run);
  advance(run.steps);
  return result;
}

/**
 * Simulate many runs, in slices of time, so that a page stays responsive.
 * @param {Iterable<Run>} list read one run at a time: a generator spreads its own work too
 * @param {number} [budget] longest slice, in milliseconds
 * @yields {Array} after each slice the results so far
 * @returns {Array} the results of all runs, each as `simulate` returns it
 */
export function* simulateMany(list, budget = 12) {
  const results = [];
  let end = performance.now() + budget;
  for (const run of list) {
    const { result, advance } = begin(run);
    for (let isOver = false; !isOver;) {
      isOver = advance(CHUNK);
      if (isOver) results.push(result);
      if (performance.now() < end) continue;
      yield results;
      end = performance.now() + budget;
    }
  }
  return results;
}

/** Prepare a run: its result, and `advance(count)`, which takes steps and returns if it is over. */
function begin({
  problem,
  rule,
  settings = {},
  start,
  steps,
  rates = null,
  momenta = null,
  batches = null,
  threshold = 1e6,
}) {
  for (const [name, values] of Object.entries({ rates, momenta, batches })) {
    if (values && values.length < steps) {
      throw new RangeError(`${name} must hold ${steps} values, one a step, got ${values.length}`);
    }
  }
  const isInside = (x, y) => Math.abs(x) <= threshold && Math.abs(y) <= threshold; // NaN is not
  const params = Float64Array.from(start);
  if (!isInside(params[0], params[1])) {
    throw new RangeError(`start must be finite and at most ${threshold} in size, got ${start}`);
  }
  const optimizer = rule(settings);
  const overrides = rates || momenta ? {} : undefined;
  const momentumName = "momentum" in optimizer.settings ? "momentum" : "beta1";
  if (momenta && !(momentumName in optimizer.settings)) {
    throw new TypeError("momenta must be null for a rule without momentum and beta1");
  }
  if (batches && !problem.lossAndGradient) {
    throw new TypeError("batches must be null for a problem without data");
  }
  const gradient = new Float64Array(2);
  const path = new Float64Array(2 * (steps + 1)).fill(NaN);
  const losses = new Float64Array(steps + 1).fill(NaN);
  path.set(params);
  losses[0] = problem.value(params[0], params[1]);
  const result = { path, losses, divergedAt: -1 };

  let step = 0;
  const advance = (count) => {
    for (const last = Math.min(step + count, steps); step < last;) {
      if (batches) problem.lossAndGradient(params[0], params[1], batches[step], gradient);
      else problem.gradient(params[0], params[1], gradient);
      if (rates) overrides.lr = rates[step];
      if (momenta) overrides[momentumName] = momenta[step];
      optimizer.step(params, gradient, overrides);
      step += 1;
      path.set(params, 2 * step);
      if (!isInside(params[0], params[1])) {
        result.divergedAt = step;
        return true;
      }
      losses[step] = problem.value(params[0], params[1]);
    }
    return step === steps;
  };
  return { result, advance };
}
