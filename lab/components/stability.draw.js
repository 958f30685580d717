/** The pictures of the stability component: the plane, the roots, the path. */

import { complexRates, fastestMomentum, limit, radius, roots } from "../engine/stability.js";
import { curve, dots, path } from "../parts/line.js";
import { stroke } from "../parts/styles.js";
import { pathsOf } from "./stability.code.js";

export const RATES = [0, 4]; // lr λ; at 4 even a momentum of 1 diverges
export const REGIONS = ["monotone", "oscillates", "alternates", "diverges"];
export const DIRECTIONS = ["steep", "flat"];

const LEVELS = 13; // of the bowl
const CURVE = 120; // points of a border
const OUTSIDE = 1.7; // of the plane of roots; those further out stand at its border
const TALLEST = 3; // times the first distance: a path is cut off there

/** Where regions that are large enough are named. */
const NAMES = {
  momentum: { oscillates: [1.6, 0.85], diverges: [3.3, 0.15] },
  nesterov: { oscillates: [0.55, 0.85], diverges: [2.9, 0.5] },
};

const momenta = Array.from({ length: CURVE + 1 }, (_, i) => i / CURVE);

/** Draw the regions of the plane, and the line of the fastest momentum. */
export function drawRegions(plot, nesterov, nameOf) {
  const [left, right] = RATES;
  const borders = [
    () => left,
    (momentum) => complexRates(momentum, nesterov)[0],
    (momentum) => complexRates(momentum, nesterov)[1],
    (momentum) => limit(momentum, nesterov),
    () => right,
  ];
  const side = (border) =>
    momenta.map((momentum) => `${plot.x(Math.min(right, border(momentum)))} ${plot.y(momentum)}`);
  plot.draw(
    "regions",
    REGIONS.map((name, i) => {
      const d = `M${[...side(borders[i]), ...side(borders[i + 1]).reverse()].join("L")}Z`;
      return ["path", { class: name, d }];
    }),
  );
  // Evenly along √a, in which the line is straight near its foot.
  const rates = momenta.map((share) => (2 * share) ** 2);
  const fastest = rates.map((rate) => fastestMomentum(rate, nesterov) ?? NaN);
  const style = nesterov ? "nesterov" : "momentum";
  plot.draw("fastest", [["path", { d: curve(plot, rates, fastest), ...stroke(style, 2.4) }]]);
  plot.draw(
    "names",
    Object.entries(NAMES[style]).map(([name, [rate, momentum]]) => {
      const place = { x: plot.x(rate), y: plot.y(momentum), "text-anchor": "middle" };
      return ["text", place, nameOf(name)];
    }),
  );
  plot.draw("border", [["path", { d: `M${side(borders[3]).join("L")}`, class: "limit" }]]);
}

/** Draw the line between the two directions' points, which have one momentum. */
export function drawLink(plot, { rate, momentum, condition }) {
  const y = plot.y(momentum);
  const d = `M${plot.x(rate / condition)} ${y}H${plot.x(rate)}`;
  plot.draw("link", [["path", { d }]]);
}

/** Draw the unit circle, and the roots of both directions. */
export function drawRoots(plot, { rate, momentum, nesterov, condition }) {
  const [x0, y0] = [plot.x(0), plot.y(0)];
  const unit = { cx: x0, cy: y0, r: plot.x(1) - x0 };
  plot.draw("circle", [["circle", unit]]);
  const inside = (value) => Math.max(-OUTSIDE, Math.min(OUTSIDE, value));
  const marks = [rate, rate / condition].flatMap((one, index) => {
    const found = roots(one, momentum, nesterov);
    const reach = { ...unit, r: Math.min(unit.r * radius(one, momentum, nesterov), 2 * unit.r) };
    return [
      ["circle", { ...reach, class: `ring-${DIRECTIONS[index]}` }],
      ...found.map(([real, imaginary]) => {
        const [cx, cy] = [plot.x(inside(real)), plot.y(inside(imaginary))];
        return ["circle", { cx, cy, r: 6 - index, class: DIRECTIONS[index] }];
      }),
    ];
  });
  plot.draw("roots", marks);
}

/** The first and last value of the plane of roots. */
export const rootsView = [-OUTSIDE, OUTSIDE];

/** Draw both directions' distances over the steps, and rᵗ around that of the steep one. */
export function drawPaths(plot, state) {
  const { rate, momentum, nesterov, steps } = state;
  const paths = pathsOf(state);
  const highest = Math.max(...paths.map((row) => row.reduce((a, b) => Math.max(a, Math.abs(b)))));
  const top = 1.15 * Math.max(1, Math.min(TALLEST, highest)); // NaN and ∞ give TALLEST
  plot.domain([0, steps], [-top, top]);
  const across = Array.from({ length: steps + 1 }, (_, step) => step);
  const count = shown(paths);
  const shrink = radius(rate, momentum, nesterov);
  const envelope = across.map((step) => Math.min(1e3, shrink ** step));
  const lines = [
    ["envelope", envelope],
    ["envelope", envelope.map((value) => -value)],
    ["flat", paths[1]],
    ["steep", paths[0]],
  ];
  plot.draw(
    "curves",
    lines.map(([name, row]) => ["path", { class: name, d: curve(plot, across, row, count) }]),
  );
}

/** Draw the surface of the bowl, in the colours of `drawSurface`; its contours are ellipses. */
export function drawBowl(plot, condition) {
  const [low, high] = plot.x.domain();
  const [left, right] = plot.x.range();
  const [bottom, top] = plot.y.range();
  const highest = (high * high + (high * high) / condition) / 2;
  const height = (share) => `--height: ${Math.round(100 * share)}%`;
  const ring = (i) => {
    // ½ (x² + y² / κ) = c, with square roots of c at equal distances
    const reach = Math.sqrt(2 * highest) * ((i + 1) / (LEVELS + 1));
    const rx = (reach * (right - left)) / (high - low);
    const ry = (reach * Math.sqrt(condition) * (bottom - top)) / (high - low);
    const half = `${rx} ${ry} 0 1 0`;
    const d = `M${plot.x(0) - rx} ${plot.y(0)}a${half} ${2 * rx} 0a${half} ${-2 * rx} 0Z`;
    return ["path", { d, style: height(i / LEVELS) }];
  };
  const edge = `M${left} ${top}H${right}V${bottom}H${left}Z`;
  const rings = Array.from({ length: LEVELS }, (_, i) => ring(LEVELS - 1 - i));
  plot.draw("surface", [["path", { d: edge, style: height(1) }], ...rings]);
}

/** Return how many points of paths to draw: up to the first one far outside the picture. */
function shown(paths) {
  const out = paths.map((row) => row.findIndex((value) => !(Math.abs(value) <= 2 * TALLEST)));
  return Math.min(...paths.map((row, i) => (out[i] < 0 ? row.length : out[i] + 1)));
}

/** Draw the path over the bowl. */
export function drawBowlPath(plot, state) {
  const [steep, flat] = pathsOf(state);
  const count = shown([steep, flat]);
  const pairs = Float64Array.from({ length: 2 * steep.length }, (_, i) =>
    (i % 2 ? flat : steep).at(i >> 1),
  );
  const style = state.momentum === 0 ? "sgd" : state.nesterov ? "nesterov" : "momentum";
  const { style: colour, ...line } = stroke(style);
  const d = path(plot, pairs, count);
  plot.draw("paths", [
    ["path", { d, style: colour, ...line }],
    ["path", { d: dots(d), class: "dots", style: colour }],
  ]);
}
