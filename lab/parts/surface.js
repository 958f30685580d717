/** A loss surface seen from above: filled contours, closer together towards its minimum. */

import { contours } from "d3-contour";

const GRID = 72; // values along each axis
const LEVELS = 13;

/**
 * Draw the surface of a problem into a plot's layer. Levels are squares of equal steps, so that on a
 * bowl they lie at equal distances; `isSteep` takes logarithms instead, for valleys between walls.
 */
export function drawSurface(plot, problem, isSteep = false) {
  const [[x0, x1], [y0, y1]] = [plot.x.domain(), plot.y.domain()];
  const values = new Float64Array(GRID * GRID);
  for (let row = 0; row < GRID; row++) {
    const y = y0 + ((y1 - y0) * (row + 0.5)) / GRID;
    for (let column = 0; column < GRID; column++) {
      values[row * GRID + column] = problem.value(x0 + ((x1 - x0) * (column + 0.5)) / GRID, y);
    }
  }
  const [left, right] = plot.x.range();
  const [bottom, top] = plot.y.range();
  const toX = (column) => Math.round(10 * (left + ((right - left) * column) / GRID)) / 10;
  const toY = (row) => Math.round(10 * (bottom + ((top - bottom) * row) / GRID)) / 10;
  const shapes = contours().size([GRID, GRID]).thresholds(levels(values, isSteep))(values);
  const ring = (points) =>
    `M${points.map(([column, row]) => `${toX(column)} ${toY(row)}`).join("L")}Z`;
  const floor = { x: left, y: top, width: right - left, height: bottom - top };
  const levelled = ({ coordinates }, level) => {
    const d = coordinates.map((polygon) => polygon.map(ring).join("")).join("");
    return ["path", { d, style: `--height: ${Math.round((100 * (level + 1)) / shapes.length)}%` }];
  };
  plot.draw("surface", [["rect", { class: "floor", ...floor }], ...shapes.map(levelled)]);
}

function levels(values, isSteep) {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const steps = Array.from({ length: LEVELS }, (_, level) => (level + 1) / (LEVELS + 1));
  if (!isSteep) return steps.map((step) => low + (high - low) * step ** 2);
  const depth = Math.log1p(high - low);
  return steps.map((step) => low + Math.expm1(depth * step));
}
