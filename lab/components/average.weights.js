/** Weights by lag: a column for each value, filled or in outline. */

import { newId, svg } from "../parts/dom.js";

/** Return the `d` of columns, one for each weight, the newest first, from the lag `first` on. */
export function bars(plot, weights, first = 0) {
  const bottom = plot.y(0);
  return Array.from(weights, (weight, i) => {
    const lag = first + i;
    const [left, right] = [plot.x(lag - 0.4), plot.x(lag + 0.4)].map(tenth);
    return `M${left} ${bottom}V${tenth(plot.y(weight))}H${right}V${bottom}Z`;
  }).join("");
}

/** Return the `d` of the outline of columns that touch. */
export function steps(plot, weights) {
  const bottom = plot.y(0);
  const tops = Array.from(
    weights,
    (weight, lag) => `V${tenth(plot.y(weight))}H${tenth(plot.x(lag + 0.5))}`,
  );
  return `M${tenth(plot.x(-0.5))} ${bottom}${tops.join("")}V${bottom}`;
}

/** Return `{ element, fill }`: a pattern of slanted lines, and the style that fills with it. */
export function hatching() {
  const id = newId();
  const pattern = svg(
    "pattern",
    { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("path", { d: "M0 0V5", style: "stroke: var(--grey)", "stroke-width": 3 }),
  );
  return { element: pattern, fill: `fill: url(#${id}); stroke: var(--grey)` };
}

function tenth(value) {
  return Math.round(10 * value) / 10;
}
