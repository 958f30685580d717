/** The numbers of a race, without its pictures. */

import { problems } from "../engine/problems.js";
import { rules } from "../engine/rules.js";
import { simulate } from "../engine/simulate.js";
import { batches } from "../engine/toy.js";
import { settingsOf } from "./race.rules.js";
import { rates } from "./race.schedules.js";

export const SEEDS = 100;

/** Return the problem of a state. */
export function problemOf({ problem, condition, angle }) {
  return problems[problem]({ condition, angle });
}

/** Return whether gradients come from mini-batches. */
export function isNoisy({ batches: isOn, problem }) {
  return isOn && problem === "regression";
}

/** Return the step of a state, which its runs may not reach. */
export function stepOf({ step, steps }) {
  return Math.min(step, steps);
}

/** Return what to simulate for each rule of a state. */
export function tasks(state, problem = problemOf(state), seed = state.seed) {
  const drawn = isNoisy(state) ? batches(seed, state.steps) : null;
  return state.rules.map((rule) => ({
    problem,
    rule: rules[rule.rule],
    settings: settingsOf(rule),
    start: state.start,
    steps: state.steps,
    rates: rates(state.schedule, rule.lr, state.steps),
    batches: drawn,
  }));
}

/** Return where each rule of a state ends, [x, y], for tests of the code that goes with it. */
export function ends(state) {
  return tasks(state).map((task) => [...simulate(task).path.slice(-2)]);
}
