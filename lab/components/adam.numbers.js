/** The numbers of Adam's steps with one parameter, which starts at 0. */

import { rules } from "../engine/rules.js";

/** What stands in a line of Adam, in the order in which it is computed. */
export const LINES = ["m", "v", "m_hat", "v_hat", "theta"];

/** Gradients to start from. */
export const PRESETS = {
  mixed: [0.5, 0.8, 0.6, 0.9, 0.7, -0.2, -0.6, 0.3, -0.4, 0.1, 0.5, -0.3],
  constant: Array(12).fill(0.5),
  alternating: Array.from({ length: 12 }, (_, i) => (i % 2 ? -0.5 : 0.5)),
  spike: [0.1, 0.12, 0.09, 0.11, 2, 0.1, 0.08, 0.12, 0.1, 0.09, 0.11, 0.1],
  sparse: Array.from({ length: 12 }, (_, i) => (i % 4 ? 0 : 0.5)),
  tiny: [1, 2, 1.5, 0.5, 1, 3, 2, 1, 0.5, 1.5, 1, 2].map((size) => Number(`${size}e-8`)),
};

/** Return the step of a state, which its gradients may not reach. */
export function stepOf({ step, gradients }) {
  return Math.min(step, gradients.length);
}

/**
 * Return what each step computes, by name, as arrays of shape (steps + 1,) whose entry 0 is the
 * start; `v_max` is the largest v so far, `move` the change of `theta`.
 */
export function trace({ gradients, lr, beta1, beta2, eps, amsgrad }) {
  const optimizer = rules.adam({ lr, beta1, beta2, eps, amsgrad });
  const params = new Float64Array(1);
  const names = ["m", "v", "v_max", "m_hat", "v_hat", "theta", "move"];
  const found = Object.fromEntries(
    names.map((name) => [name, new Float64Array(gradients.length + 1)]),
  );
  gradients.forEach((gradient, i) => {
    const t = i + 1;
    optimizer.step(params, [gradient]);
    const { exp_avg, exp_avg_sq, max_exp_avg_sq } = optimizer.state;
    found.m[t] = exp_avg[0];
    found.v[t] = exp_avg_sq[0];
    found.v_max[t] = (max_exp_avg_sq ?? exp_avg_sq)[0];
    found.m_hat[t] = exp_avg[0] / (1 - beta1 ** t);
    found.v_hat[t] = found.v_max[t] / (1 - beta2 ** t);
    found.theta[t] = params[0];
    // As computed, not as a difference of positions, which loses digits where steps are tiny.
    found.move[t] = (-lr * found.m_hat[t]) / (Math.sqrt(found.v_hat[t]) + eps);
  });
  return found;
}
