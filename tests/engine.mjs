// Evaluates an expression over the lab's engine for each input of a JSON array: see
// `tests/test_lab_engine.py`. Numbers that JSON lacks travel as {"number": "NaN"}.
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../lab/engine/", import.meta.url);
const engine = {};
for (const file of readdirSync(folder)) {
  if (!file.startsWith("_")) Object.assign(engine, await import(new URL(file, folder)));
}

const decode = (_, value) => (typeof value?.number === "string" ? Number(value.number) : value);
const encode = (_, value) => {
  if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) };
  return ArrayBuffer.isView(value) ? Array.from(value) : value;
};

const { expression, inputs } = JSON.parse(readFileSync(0, "utf8"), decode);
const evaluate = new Function("engine", "input", `return (${expression});`);
const outputs = inputs.map((input) => evaluate(engine, input));
process.stdout.write(JSON.stringify(outputs, encode));
