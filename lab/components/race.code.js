/** A race as a script that runs alone, and ends where the race ends. */

import { rules } from "../state.js";
import { literal, optimizerArguments, script } from "../parts/python.js";
import { SCHEDULES } from "./race.schedules.js";

const FORMULAS = {
  quadratic: ({ condition, angle }) => [
    "def loss(x, y):",
    `    turn = math.radians(${angle})`,
    "    u = x * math.cos(turn) + y * math.sin(turn)",
    "    v = y * math.cos(turn) - x * math.sin(turn)",
    `    return (u**2 + ${condition} * v**2) / 2`,
  ],
  rosenbrock: () => ["def loss(x, y):", "    return (1 - x) ** 2 + 100 * (y - x**2) ** 2"],
  beale: () => [
    "def loss(x, y):",
    "    terms = zip((1.5, 2.25, 2.625), (1, 2, 3))",
    "    return sum((c - x + x * y**k) ** 2 for c, k in terms)",
  ],
  saddle: () => ["def loss(x, y):", "    return x**2 - y**2"],
};

/** Return the script of a state. */
export function raceCode(state) {
  return state.problem === "regression" ? ofRegression(state) : ofProblem(state);
}

function ofProblem(state) {
  return script([
    [state.problem === "quadratic" && "import math", "import torch", "from torch import optim"],
    ["torch.set_default_dtype(torch.float64)"],
    FORMULAS[state.problem](state),
    run(state, [`for _ in range(${state.steps}):`], "loss(*point).backward()"),
    calls(state),
  ]);
}

function ofRegression(state) {
  const steps = state.batches
    ? [
        `torch.manual_seed(${state.seed})`,
        `for _, (x, y) in zip(range(${state.steps}), batches()):`,
      ]
    : ["x, y = train[:]", `for _ in range(${state.steps}):`];
  return script([
    [
      "import numpy as np",
      "import torch",
      "from torch import optim",
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
    run(state, steps, "(point[0] + point[1] * x - y).pow(2).mean().backward()"),
    calls(state),
  ]);
}

/** The function that runs one rule; `loop` are the lines up to the steps. */
function run(state, loop, backward) {
  const hasSchedule = state.schedule !== "constant";
  return [
    "def run(rule, **settings):",
    `    point = torch.tensor(${literal(state.start)}, requires_grad=True)`,
    "    optimizer = rule([point], **settings)",
    hasSchedule && `    scheduler = ${scheduler(state)}`,
    ...loop.map((line) => `    ${line}`),
    "        optimizer.zero_grad()",
    `        ${backward}`,
    "        optimizer.step()",
    hasSchedule && "        scheduler.step()",
    "    print(rule.__name__, settings, point.tolist())",
  ];
}

function scheduler({ schedule, steps }) {
  const [name, options] = SCHEDULES[schedule]('settings["lr"]', steps);
  const values = Object.entries(options).map(
    ([key, value]) => `${key}=${typeof value === "boolean" ? literal(value) : value}`,
  );
  return `optim.lr_scheduler.${name}(optimizer, ${values.join(", ")})`;
}

function calls({ rules: chosen }) {
  return chosen.map((rule) => `run(optim.${rules[rule.rule].torch}, ${optimizerArguments(rule)})`);
}
