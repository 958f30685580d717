/** Where a rule ends up from a thousand starts. */

import { simulateMany } from "../engine/simulate.js";
import { color } from "../parts/styles.js";

export const SIDE = 32; // SIDE² starts
const REACHED = 0.05; // of the width of the view: as near to the optimum as this counts as reached

/** Yield after slices of work; return for each start, row by row from below, what became of it. */
export function* outcomeMap(task, [[x0, x1], [y0, y1]]) {
  const starts = Array.from({ length: SIDE * SIDE }, (_, i) => [
    x0 + ((x1 - x0) * ((i % SIDE) + 0.5)) / SIDE,
    y0 + ((y1 - y0) * (Math.floor(i / SIDE) + 0.5)) / SIDE,
  ]);
  const runs = yield* simulateMany(starts.map((start) => ({ ...task, start })));
  yield; // what is left, and then the picture, take a slice each
  const near = REACHED * (x1 - x0);
  const outcomes = runs.map(({ path, divergedAt }) => {
    if (divergedAt >= 0) return { diverged: true };
    const { minimum } = task.problem;
    if (!minimum) return { arrived: 1 };
    // The first step after which it stays near.
    let step = path.length / 2;
    while (
      step > 0 &&
      Math.hypot(path[2 * step - 2] - minimum[0], path[2 * step - 1] - minimum[1]) <= near
    )
      step--;
    return { arrived: 1 - step / (path.length / 2) };
  });
  yield;
  return outcomes;
}

const painted = new WeakMap(); // the image of each map

/** Return a map as a shape of a plot: the stronger the colour, the sooner a start arrives. */
export function mapShape(plot, outcomes, style, root) {
  if (!painted.has(outcomes)) painted.set(outcomes, paint(outcomes, style, root));
  const [[left, right], [bottom, top]] = [plot.x.range(), plot.y.range()];
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  const href = painted.get(outcomes);
  return ["image", { href, ...box, preserveAspectRatio: "none", class: "pixels" }];
}

function paint(outcomes, style, root) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  const colors = getComputedStyle(root);
  const [near, away] = [`--${color(style)}`, "--ink"].map((name) =>
    colors.getPropertyValue(name).trim(),
  );
  outcomes.forEach(({ diverged, arrived }, i) => {
    context.fillStyle = diverged ? away : near;
    context.globalAlpha = diverged ? 0.75 : arrived && 0.2 + 0.7 * arrived;
    context.fillRect(i % SIDE, SIDE - 1 - Math.floor(i / SIDE), 1, 1);
  });
  return canvas.toDataURL();
}
