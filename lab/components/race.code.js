/** A race as a script that runs alone, and ends where the race ends. */

import { newtonSchulz } from "../engine/rules.js";
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

/** Rules that torch lacks, or has for matrices alone: SGD's step with another gradient. */
const CLASSES = {
  lion: [
    "class Lion(optim.SGD):",
    "    def __init__(self, params, betas=(0.9, 0.99), **settings):",
    "        super().__init__(params, **settings)",
    "        self.m, self.betas = 0, betas",
    "    def step(self):",
    '        (p,), (b1, b2) = self.param_groups[0]["params"], self.betas',
    "        g, p.grad = p.grad, torch.sign(b1 * self.m + (1 - b1) * p.grad)",
    "        self.m = b2 * self.m + (1 - b2) * g",
    "        super().step()",
  ],
  muon: [
    "class Muon(optim.SGD):",
    "    def __init__(self, params, momentum=0.95, weight_decay=0.1, **settings):",
    "        super().__init__(params, weight_decay=weight_decay, **settings)",
    "        self.m, self.mu = 0, momentum",
    "    def step(self):",
    '        (p,), mu = self.param_groups[0]["params"], self.mu',
    "        self.m = mu * self.m + (1 - mu) * p.grad",
    "        p.grad = mu * self.m + (1 - mu) * p.grad",
    `        p.grad *= ${newtonSchulz(1) * Math.SQRT2} / p.grad.norm().clamp(min=1e-7)`,
    "        super().step()",
  ],
};

/** Return the lines of the rules in a race that torch lacks. */
const classes = ({ rules: chosen }) =>
  Object.entries(CLASSES).flatMap(([rule, lines]) =>
    chosen.some((one) => one.rule === rule) ? lines : [],
  );

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
    classes(state),
    run(state, [`for _ in range(${state.steps}):`], "loss(*point).backward()"),
    calls(state),
  ]);
}

function ofRegression(state) {
  return script([
    ...toyBlocks("from torch import optim", state.batches),
    classes(state),
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
  const name = ({ rule }) =>
    rules[rule].torch ? `optim.${rules[rule].torch}` : CLASSES[rule][0].slice(6, 10);
  return chosen.map((rule) => `run(${name(rule)}, ${optimizerArguments(rule)})`);
}
