/** A race as a script that runs alone, and ends where the race ends. */

import { rules } from "../state.js";
import {
  TOY_BACKWARD,
  literal,
  optimizerArguments,
  script,
  toyBlocks,
  toyLoop,
} from "../parts/python.js";
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
  return script([
    ...toyBlocks("from torch import optim", state.batches),
    run(state, toyLoop(state), TOY_BACKWARD),
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
