/** The bowl of the stability component as a script, which ends where its path ends. */

import { follow } from "../engine/stability.js";
import { literal, script } from "../parts/python.js";

/** Return the script of a state. */
export function stabilityCode({ rate, momentum, nesterov, condition, steps }) {
  // torch refuses nesterov without momentum, where the two are the same.
  const ahead = nesterov && momentum > 0 ? ", nesterov=True" : "";
  return script([
    ["import torch", "from torch.optim import SGD"],
    [
      "torch.set_default_dtype(torch.float64)",
      "point = torch.tensor([1.0, 1.0], requires_grad=True)",
      `optimizer = SGD([point], lr=${literal(rate)}, momentum=${literal(momentum)}${ahead})`,
    ],
    [
      `for _ in range(${steps}):`,
      "    optimizer.zero_grad()",
      `    (point[0] ** 2 / 2 + point[1] ** 2 / (2 * ${literal(condition)})).backward()`,
      "    optimizer.step()",
      "print(point.tolist())",
    ],
  ]);
}

/** Return the paths along the steep and the flat direction of a state's bowl: shape (steps + 1,). */
export function pathsOf({ rate, momentum, nesterov, condition, steps }) {
  return [rate, rate / condition].map((one) => follow(one, momentum, nesterov, steps));
}

/** Return the end point: what the code prints. */
export function endOf(state) {
  return pathsOf(state).map((path) => path.at(-1));
}
