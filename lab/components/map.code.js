/** The run that a point of the map stands for: its path, and a script that ends where it ends. */

import { outcomeAt, twoWeights } from "../engine/map.js";
import { rules } from "../engine/rules.js";
import { simulate } from "../engine/simulate.js";
import { literal, script } from "../parts/python.js";

/** Return the script of a state. */
export function mapCode({ rate, momentum, start, steps }) {
  return script([
    ["import torch", "from torch.optim import SGD"],
    [
      "torch.set_default_dtype(torch.float64)",
      `weights = torch.tensor(${literal(start)}, requires_grad=True)`,
      `optimizer = SGD([weights], lr=${literal(rate)}, momentum=${literal(momentum)})`,
    ],
    [
      `for _ in range(${steps}):`,
      "    optimizer.zero_grad()",
      "    ((weights[0] * weights[1] - 1) ** 2 / 2).backward()",
      "    optimizer.step()",
      "print(weights.tolist())",
    ],
  ]);
}

/** Return the run of a state, as `simulate` does. */
export function runOf({ rate, momentum, start, steps }) {
  const settings = { lr: rate, momentum };
  return simulate({ problem: twoWeights, rule: rules.sgd, settings, start, steps });
}

/** Return the end of a run: what the code prints. */
export function endOf(state) {
  return [...runOf(state).path.slice(-2)];
}

/** Return what becomes of the run of a state, in a sentence. */
export function outcome({ t }, state) {
  const { rate, momentum, start, steps } = state;
  const step = outcomeAt(rate, momentum, start, steps);
  const { path, divergedAt } = runOf(state);
  const [u, v] = path.slice(-2);
  if (divergedAt >= 0) return t("map.outcome_diverges", { step: divergedAt });
  const values = {
    step,
    steps,
    u,
    v,
    sharpness: u * u + v * v,
    limit: (2 * (1 + momentum)) / rate,
  };
  return t(step < Infinity ? "map.outcome_arrives" : "map.outcome_jumps", values);
}
