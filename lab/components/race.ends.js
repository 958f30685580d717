/** Where each rule of a race has come: a dot, hollow where the path has left the picture, and a name. */

import { draw } from "../parts/dom.js";
import { color } from "../parts/styles.js";

const RADIUS = 5;
const [HEIGHT, LETTER] = [15, 7]; // of names, in pixels: a letter's width is that of most
const ROOM = 400; // pixels that a picture is wide before it has room for names

/** Draw the ends of paths at a step: `styles` and `names` of shape (rules,). */
export function drawEnds(plot, paths, step, styles, names) {
  const ends = paths.map((pairs) => endOf(plot, pairs, step));
  plot.draw(
    "now",
    ends.map(({ x, y, isOutside }, index) => {
      const paint = `var(--${color(styles[index])})`;
      const style = isOutside ? `fill: var(--paper); stroke: ${paint}` : `fill: ${paint}`;
      return ["circle", { cx: x, cy: y, r: RADIUS, style, class: isOutside && "outside" }];
    }),
  );
  draw(plot.names, plot.width < ROOM ? [] : labels(plot, ends, styles, names));
}

/** Return the last point up to a step, in pixels, and at the border if it is outside. */
function endOf(plot, pairs, step) {
  let last = step;
  while (last > 0 && !Number.isFinite(pairs[2 * last])) last--;
  const [x, y] = [plot.x(pairs[2 * last]), plot.y(pairs[2 * last + 1])];
  const within = (value, [a, b]) => {
    const [low, high] = [Math.min(a, b) + RADIUS + 2, Math.max(a, b) - RADIUS - 2];
    return Math.round(10 * Math.max(low, Math.min(high, value))) / 10;
  };
  const isInside = (value, [a, b]) => value >= Math.min(a, b) && value <= Math.max(a, b);
  const isOutside = !isInside(x, plot.x.range()) || !isInside(y, plot.y.range());
  return { x: within(x, plot.x.range()), y: within(y, plot.y.range()), isOutside };
}

/** Return the names that hide no other dot and no other name, each on the side that has room. */
function labels(plot, ends, styles, names) {
  const right = plot.x.range()[1];
  const taken = ends.map(({ x, y }) => ({ left: x - 7, right: x + 7, top: y - 7, bottom: y + 7 }));
  return ends.flatMap(({ x, y }, index) => {
    const width = LETTER * names[index].length;
    const isLeft = x + 11 + width > right;
    const left = isLeft ? x - 11 - width : x + 11;
    const box = { left, right: left + width, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
    if (taken.some((other, i) => i !== index && overlap(box, other))) return [];
    taken.push(box);
    const place = {
      transform: `translate(${isLeft ? x - 11 : x + 11} ${y + 4})`,
      "text-anchor": isLeft ? "end" : "start",
      style: `fill: var(--${color(styles[index])})`,
      class: "name",
    };
    return [["text", place, names[index]]];
  });
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
