/** The averages of a day as a script that runs alone. */

import { listing } from "../parts/listing.js";
import { script } from "../parts/python.js";
import { dayOf } from "./average.numbers.js";

/** Return the script of a state. */
export function averageCode(state) {
  const { series, periods, alpha } = state;
  const day = dayOf(state);
  return script([
    ["import torch"],
    ["torch.set_default_dtype(torch.float64)"],
    [
      ...listing("x = torch.tensor(", series, ")"),
      day < series.length && `x = x[:${day}]  # what is known on day ${day}`,
      `N, alpha = ${periods}, ${alpha}`,
    ],
    [
      "ma = x[-N:].mean()",
      "ewma = torch.zeros(())",
      "for value in x:",
      "    ewma = torch.lerp(ewma, value, alpha)",
      "corrected = ewma / (1 - (1 - alpha) ** len(x))",
    ],
    ["print(ma.item(), ewma.item(), corrected.item())"],
  ]);
}
