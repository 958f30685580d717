/** A schedule as a script that runs alone, and ends where the run of the state's seed ends. */

import { pieces as kinds } from "../state.js";
import { literal, script } from "../parts/python.js";
import { settingsOf } from "./schedule.pieces.js";

export const START = [-0.6, 0.2]; // bias and weight of the toy's line

/** Return the script of a state. */
export function scheduleCode(state) {
  const steps = state.pieces.reduce((sum, piece) => sum + piece.steps, 0);
  return script([
    [
      "import numpy as np",
      "import torch",
      "from torch.optim import Adam, SGD, lr_scheduler".replace(
        "Adam, SGD",
        state.optimizer === "adam" ? "Adam" : "SGD",
      ),
      `from torch.utils.data import ${state.batches ? "DataLoader, " : ""}TensorDataset, random_split`,
    ],
    [
      "torch.set_default_dtype(torch.float64)",
      "random = np.random.RandomState(42)",
      "x = torch.tensor(random.rand(100))",
      "data = TensorDataset(x, 1 + 2 * x + 0.1 * torch.tensor(random.randn(100)))",
      "train, validation = random_split(data, [80, 20], torch.Generator().manual_seed(13))",
    ],
    state.batches
      ? [
          "def batches():",
          "    while True:",
          "        yield from DataLoader(train, batch_size=16, shuffle=True)",
          "        iter(DataLoader(validation))  # draws a random number, as a loop over it does",
        ]
      : [],
    [
      `point = torch.tensor(${literal(START)}, requires_grad=True)`,
      `optimizer = ${optimizer(state)}`,
      ...scheduler(state.pieces),
    ],
    [
      ...(state.batches
        ? [`torch.manual_seed(${state.seed})`, `for _, (x, y) in zip(range(${steps}), batches()):`]
        : ["x, y = train[:]", `for _ in range(${steps}):`]),
      "    optimizer.zero_grad()",
      "    (point[0] + point[1] * x - y).pow(2).mean().backward()",
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
  const milestones = pieces.slice(0, -1).map(
    (
      (sum) =>
      ({ steps }) =>
        (sum += steps)
    )(0),
  );
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
