/** The numbers of the averages: three curves, and the weights that each value has in them. */

import { correctedEwma, ewma, movingAverage, weights } from "../engine/averages.js";
import { temperatures } from "../engine/toy.data.js";
import { fields } from "../state.js";

export const CURVES = ["ma", "ewma", "corrected"];

const jump = Array.from({ length: 30 }, (_, day) => (day < 10 ? 0 : 10));
const NOISE = [
  1.5, -2.1, 0.4, 2.6, -1.2, -2.4, 2.2, 0.9, -1.8, 1.1, -0.3, 2.5, -2.7, 0.2, 1.9, -1.4, -0.6, 2.8,
  -2.2, 0.7, 1.3, -1.6, 2.1, -0.8, -2.5, 1.7, 0.1, -1.1, 2.3, -1.9,
];
const sine = NOISE.map((noise, day) =>
  Number((5 + 5 * Math.sin((2 * Math.PI * (day + 1)) / 20) + noise).toFixed(1)),
);

/** Series to start from. */
export const PRESETS = { temperatures, jump, sine };

/** Return the day of a state, which its series may not reach. */
export function dayOf({ day, series }) {
  return Math.min(day, series.length);
}

/** Return the three curves of a state by name, each of shape (days,). */
export function curves({ series, periods, alpha }) {
  return {
    ma: movingAverage(series, periods),
    ewma: ewma(series, alpha),
    corrected: correctedEwma(series, alpha),
  };
}

/** Return the weights of the values seen on a state's day by name, the newest first. */
export function weightsOf(state) {
  const day = dayOf(state);
  return {
    // Until there are N values, the moving average is that of the values there are.
    ma: weights.movingAverage(Math.min(state.periods, day), day),
    ewma: weights.ewma(state.alpha, day),
    corrected: weights.correctedEwma(state.alpha, day),
  };
}

/** Return the weight (1 − α)ᵗ that the zero at the start has in the EWMA on a state's day. */
export function missingWeight(state) {
  return (1 - state.alpha) ** dayOf(state);
}

/** Return what else changes with N or α, if both averages are to have the same average age. */
export function withSameAge({ periods, alpha }) {
  // N = 2/α − 1, α = 2/(N + 1)
  if (alpha === undefined) return { periods, alpha: 2 / (periods + 1) };
  const { min, max } = fields("average").periods;
  return { alpha, periods: Math.max(min, Math.min(max, Math.round(2 / alpha - 1))) };
}
