/** Losses of many runs of a problem, as race and schedule draw them. */

import { quantileSorted } from "d3-array";

const SMALLEST = 1e-12; // a loss nearer to the minimum is drawn here

/** Return how far losses are above the minimum; the losses themselves where there is none. */
export function excess(losses, { minimum, minimumValue }) {
  return minimum ? losses.map((loss) => Math.max(SMALLEST, loss - minimumValue)) : losses;
}

/** Return the median and the quartiles of rows at each step; a run that diverged is the worst. */
export function quartiles(rows) {
  const shares = { lower: 0.25, median: 0.5, upper: 0.75 };
  const found = Object.keys(shares).map((name) => [name, new Float64Array(rows[0].length)]);
  const column = new Float64Array(rows.length);
  for (let step = 0; step < rows[0].length; step++) {
    rows.forEach((row, i) => (column[i] = Number.isFinite(row[step]) ? row[step] : Infinity));
    column.sort();
    for (const [name, values] of found) {
      const value = quantileSorted(column, shares[name]);
      values[step] = Number.isNaN(value) ? Infinity : value; // ∞ − ∞ between two that diverged
    }
  }
  return Object.fromEntries(found);
}
