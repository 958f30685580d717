/** The loss of the toy under a schedule: of many seeds, and of the one whose code is shown. */

import { problems } from "../engine/problems.js";
import { rules } from "../engine/rules.js";
import { simulate } from "../engine/simulate.js";
import { batches as drawBatches } from "../engine/toy.js";
import { excess, quartiles } from "./losses.js";
import { START } from "./schedule.code.js";
import { MOST_STEPS, edgesOf, follow, momentumOf } from "./schedule.pieces.js";

export const SEEDS = 30;
const SLICE = 3; // milliseconds, so that a drag stays smooth
const problem = problems.regression();

const drawn = new Map();

/** Mini-batches of a seed, for as many steps as there can be; drawing them takes longer than a run. */
function batchesOf(seed) {
  if (!drawn.has(seed)) drawn.set(seed, drawBatches(seed, MOST_STEPS));
  return drawn.get(seed);
}

/** Where the code's own run counts as diverged: not at all, for a script does not stop either. */
const NEVER = Number.MAX_VALUE;

function task(state, rates, momenta, seed, threshold = 1e6) {
  const momentum = momentumOf(state);
  const isAdam = state.optimizer === "adam";
  return {
    problem,
    rule: rules[isAdam ? "adam" : "sgd"],
    settings: { lr: state.lr, [isAdam ? "beta1" : "momentum"]: momentum },
    start: START,
    steps: rates.length,
    rates,
    momenta,
    batches: state.batches ? batchesOf(seed) : null,
    threshold,
  };
}

/** Return where the run of the state's own seed ends: what its code prints. */
export function endOf(state) {
  const { rates, momenta, error } = follow(state);
  const { path } = simulate(task(state, rates, momenta, state.seed, NEVER));
  return { rate: rates.at(-1), point: [...path.slice(-2)], error };
}

/** Return the excess loss of the state's own seed at each step. */
export function ownLosses(state, { rates, momenta }) {
  return excess(simulate(task(state, rates, momenta, state.seed)).losses, problem);
}

/** Yield after slices of work; return the median and the quartiles of the excess loss at each step. */
export function* manyLosses(state, rates, momenta) {
  const rows = [];
  let end = performance.now() + SLICE;
  // Without mini-batches all seeds are the same.
  for (let seed = 0; seed < (state.batches ? SEEDS : 1); seed++) {
    rows.push(excess(simulate(task(state, rates, momenta, seed)).losses, problem));
    if (performance.now() < end) continue;
    yield;
    end = performance.now() + SLICE;
  }
  yield;
  return quartiles(rows);
}

/** Return the rates and momenta without any scheduler. */
export function constantOf(state) {
  const steps = edgesOf(state.pieces).at(-1);
  return [new Float64Array(steps).fill(state.lr), new Float64Array(steps).fill(momentumOf(state))];
}
