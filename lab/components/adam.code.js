/** Adam's steps as a script that runs alone. */

import { listing, WIDTH } from "../parts/listing.js";
import { optimizerArguments, script } from "../parts/python.js";

/** Return the script of a state. */
export function adamCode({ gradients, lr, beta1, beta2, eps, amsgrad }) {
  const settings = optimizerArguments({ rule: "adam", lr, beta1, beta2, eps, amsgrad });
  const call = `optimizer = torch.optim.Adam([theta], ${settings})`;
  // One line for each argument, where they are too long for one.
  const long = ["[theta]", ...settings.split(/, (?=\w+=)/)].map((part) => `    ${part},`);
  return script([
    ["import torch"],
    ["torch.set_default_dtype(torch.float64)"],
    [
      ...listing("gradients = ", gradients),
      "theta = torch.zeros((), requires_grad=True)",
      ...(call.length <= WIDTH ? [call] : ["optimizer = torch.optim.Adam(", ...long, ")"]),
    ],
    [
      "for step, gradient in enumerate(gradients, start=1):",
      "    theta.grad = torch.tensor(gradient)",
      "    optimizer.step()",
      "    state = optimizer.state[theta]",
      '    print(step, theta.item(), state["exp_avg"].item(), state["exp_avg_sq"].item())',
    ],
  ]);
}
