/** A schedule as a script that runs alone, and ends where the run of the state's seed ends. */

import { pieces as kinds } from "../state.js";
import { TOY_BACKWARD, literal, script, toyBlocks, toyLoop } from "../parts/python.js";
import { edgesOf, settingsOf } from "./schedule.pieces.js";

export const START = [-0.6, 0.2]; // bias and weight of the toy's line

/** Return the script of a state. */
export function scheduleCode(state) {
  const steps = edgesOf(state.pieces).at(-1);
  const rule = state.optimizer === "adam" ? "Adam" : "SGD";
  return script([
    ...toyBlocks(`from torch.optim import ${rule}, lr_scheduler`, state.batches),
    [
      `point = torch.tensor(${literal(START)}, requires_grad=True)`,
      `optimizer = ${optimizer(state)}`,
      ...scheduler(state.pieces),
    ],
    [
      ...toyLoop({ ...state, steps }),
      "    optimizer.zero_grad()",
      `    ${TOY_BACKWARD}`,
      '    rate = optimizer.param_groups[0]["lr"]',
      "    optimizer.step()",
      "    scheduler.step()",
      "print(rate, point.tolist())",
    ],
  ]);
}

function optimizer({ optimizer: name, lr, momentum, beta1 }) {
  if (name === "adam") return `Adam([point], lr=${lr}, betas=(${literal(beta1)}, 0.999))`;
  return `SGD([point], lr=${lr}, momentum=${momentum})`;
}

/** The row, or a single scheduler by itself. */
function scheduler(pieces) {
  const calls = pieces.map((piece) => `lr_scheduler.${call(piece)}`);
  if (calls.length === 1) return [`scheduler = ${calls[0]}`];
  const milestones = edgesOf(pieces).slice(1, -1);
  return [
    "scheduler = lr_scheduler.SequentialLR(optimizer, [",
    ...calls.map((written) => `    ${written},`),
    `], milestones=[${milestones.join(", ")}])`,
  ];
}

/** A scheduler with the arguments that are not torch's defaults. */
function call(piece) {
  const { torch, settings } = kinds[piece.piece];
  const given = Object.entries(settingsOf(piece)).filter(([name, value]) => {
    const { default: standard, required, follows } = settings[name];
    return required || follows || value !== standard;
  });
  const written = given.map(([name, value]) => `${name}=${argument(value, settings[name])}`);
  return `${torch}(${["optimizer", ...written].join(", ")})`;
}

function argument(value, { integer }) {
  if (typeof value === "string") return `"${value}"`;
  return integer ? String(value) : literal(value);
}
