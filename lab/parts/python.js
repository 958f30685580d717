/** PyTorch code that does what a component shows. */

import { rules, standard } from "../state.js";

const LINES = 30;

/** Write a value as Python does: floats with a point, so that tensors of them are floats. */
export function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "boolean") return value ? "True" : "False";
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}

/** Return the arguments of a torch optimizer, such as `lr=0.1, betas=(0.8, 0.999)`, where they are not its defaults. */
export function optimizerArguments({ rule, ...settings }) {
  const given = { ...settings };
  const parts = [`lr=${given.lr}`];
  const differs = (name) => given[name] !== undefined && given[name] !== standard(rule, name);
  if (differs("beta1") || differs("beta2")) {
    const betas = ["beta1", "beta2"].map((name) => literal(given[name] ?? standard(rule, name)));
    parts.push(`betas=(${betas.join(", ")})`); // torch refuses (0, 0.999): both have to be floats
  }
  for (const name of rules[rule].settings) {
    if (["lr", "beta1", "beta2"].includes(name) || !differs(name)) continue;
    parts.push(`${name}=${typeof given[name] === "boolean" ? literal(given[name]) : given[name]}`);
  }
  return parts.join(", ");
}

/** Join blocks of lines, with blank lines between them as long as all fit. */
export function script(blocks) {
  const filled = blocks.map((block) => block.filter(Boolean)).filter((block) => block.length);
  const count = filled.flat().length + filled.length - 1;
  return `${filled.map((block) => block.join("\n")).join(count <= LINES ? "\n\n" : "\n")}\n`;
}

/** Return the blocks that make the toy's data, as the course does, and its mini-batches if `hasBatches`. */
export function toyBlocks(imports, hasBatches) {
  return [
    [
      "import numpy as np",
      "import torch",
      imports,
      `from torch.utils.data import ${hasBatches ? "DataLoader, " : ""}TensorDataset, random_split`,
    ],
    [
      "torch.set_default_dtype(torch.float64)",
      "random = np.random.RandomState(42)",
      "x = torch.tensor(random.rand(100))",
      "data = TensorDataset(x, 1 + 2 * x + 0.1 * torch.tensor(random.randn(100)))",
      "train, validation = random_split(data, [80, 20], torch.Generator().manual_seed(13))",
    ],
    hasBatches
      ? [
          "def batches():",
          "    while True:",
          "        yield from DataLoader(train, batch_size=16, shuffle=True)",
          "        iter(DataLoader(validation))  # draws a random number, as a loop over it does",
        ]
      : [],
  ];
}

/** Return the lines up to the body of a loop over the steps, with `x` and `y` from `toyBlocks`. */
export function toyLoop({ batches, seed, steps }) {
  if (!batches) return ["x, y = train[:]", `for _ in range(${steps}):`];
  return [`torch.manual_seed(${seed})`, `for _, (x, y) in zip(range(${steps}), batches()):`];
}

/** What the body of that loop does for the gradient of a point (bias, weight). */
export const TOY_BACKWARD = "(point[0] + point[1] * x - y).pow(2).mean().backward()";
