/** The curves of a schedule: rate, momentum, and loss over the same steps. */

import { area } from "d3-shape";
import { curve } from "../parts/line.js";
import { stroke } from "../parts/styles.js";
import { edgesOf } from "./schedule.pieces.js";

const DECADES = 8; // of rates on a logarithmic axis, and of losses
const steps = (count) => Array.from({ length: count }, (_, step) => step);

/** Draw the rates. `isHeld` leaves the axis as it is, while a handle on it is dragged. */
export function drawRates(plot, state, { rates, error }, isHeld) {
  const edges = edgesOf(state.pieces);
  const total = edges.at(-1);
  if (!isHeld) plot.domain([0, total], plot.isLog ? logRange(rates, state) : range(rates, state));
  const [left, right] = plot.x.range();
  const base = plot.y(state.lr);
  drawEdges(plot, edges, error);
  plot.draw("curves", [
    ["path", { d: `M${left} ${base}H${right}`, ...stroke("reference") }],
    ["path", { d: curve(plot, steps(rates.length), rates), ...stroke("lr", 2.4) }],
  ]);
}

function range(rates, { lr }) {
  const high = Math.max(lr, ...rates);
  const low = Math.min(0, ...rates);
  return [low * 1.1, high * 1.12];
}

function logRange(rates, { lr }) {
  const positive = rates.filter((rate) => rate > 0);
  const high = Math.max(lr, ...positive);
  return [Math.max(Math.min(lr, ...positive), high * 10 ** -DECADES) / 2, high * 2];
}

/** Draw the momentum that each step uses. */
export function drawMomentum(plot, state, { momenta, error }) {
  const edges = edgesOf(state.pieces);
  const [low, high] = [Math.min(...momenta), Math.max(...momenta)];
  const room = Math.max(0.02, (high - low) * 0.15);
  plot.domain([0, edges.at(-1)], [Math.max(0, low - room), Math.min(1, high + room)]);
  drawEdges(plot, edges, error);
  const d = curve(plot, steps(momenta.length), momenta);
  plot.draw("curves", [["path", { d, ...stroke("mu") }]]);
}

/** Draw medians and quartiles of the loss, the constant rate's for reference, and one seed's own. */
export function drawLosses(plot, state, found, constant, own) {
  const edges = edgesOf(state.pieces);
  const all = [found.lower, found.upper, constant.lower, constant.upper, own];
  const finite = all.flatMap((row) => [...row]).filter(Number.isFinite);
  const start = own[0];
  const high = Math.min(Math.max(...finite, start), start * 1e3);
  const low = Math.max(Math.min(...finite, start), high * 10 ** -DECADES);
  plot.domain([0, edges.at(-1)], [low / 1.5, high * 1.5]);
  drawEdges(plot, edges);
  const across = (row) => steps(row.length);
  const band = ({ lower, upper }, color) => {
    const d = area()
      .defined((i) => Number.isFinite(lower[i]))
      .x((i) => plot.x(i))
      .y0((i) => plot.y(lower[i]))
      .y1((i) => plot.y(Math.min(upper[i], high * 1e3)))
      .digits(1)(across(lower));
    return ["path", { d, class: "band", style: `fill: var(--${color})` }];
  };
  const line = (row, attributes) => ["path", { d: curve(plot, across(row), row), ...attributes }];
  plot.draw("bands", [band(constant, "muted"), band(found, "blue")]);
  plot.draw("curves", [
    line(own, { class: "own" }),
    line(constant.median, stroke("schedule_none")),
    line(found.median, stroke("lr", 2.4)),
  ]);
}

/** Where one piece ends and the next starts; and what comes after an error. */
function drawEdges(plot, edges, error = null) {
  const [bottom, top] = plot.y.range();
  const total = edges.at(-1);
  const lines = edges
    .slice(1, -1)
    .map((step) => ["path", { d: `M${plot.x(step)} ${bottom}V${top}` }]);
  const beyond = [];
  if (error && error.step < total) {
    const x = plot.x(error.step);
    const box = { x, y: top, width: plot.x(total) - x, height: bottom - top };
    beyond.push(["rect", { class: "beyond", ...box }]);
  }
  plot.draw("edges", [...lines, ...beyond]);
}
