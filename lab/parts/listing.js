/** Numbers in a script of Python. */

import { literal } from "./python.js";

export const WIDTH = 100; // of a line

/** Return the lines of `before[1.0, 2.0, …]after`, wrapped where a line would be too long. */
export function listing(before, values, after = "") {
  const whole = `${before}${literal(values)}${after}`;
  if (whole.length <= WIDTH) return [whole];
  const lines = [`${before}[`];
  let line = "   ";
  for (const value of values) {
    const next = ` ${literal(value)},`;
    if (line.length + next.length > WIDTH) {
      lines.push(line);
      line = "   ";
    }
    line += next;
  }
  return [...lines, line, `]${after}`];
}
