/** The pictures of the map: the outcomes in colours, the limit, the run over the surface and its loss. */

import { twoWeights } from "../engine/map.js";
import { curve, dots, path } from "../parts/line.js";
import { stroke } from "../parts/styles.js";

export const OUTCOMES = ["arrives", "jumps", "diverges"];
export const VIEW = [-3, 3]; // of both weights

const COLORS = ["--blue", "--orange", "--ink"]; // of the outcomes
const LOWEST = 1e-12; // loss that is shown

/** Return the outcomes of cells as an image: the stronger the blue, the sooner a run arrives. */
export function paint(found, [columns, rows], steps, root) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext("2d");
  const style = getComputedStyle(root);
  const [near, under, far] = COLORS.map((name) => {
    const written = style.getPropertyValue(name).trim(); // #rrggbb
    return [1, 3, 5].map((at) => parseInt(written.slice(at, at + 2), 16));
  });
  const image = context.createImageData(columns, rows);
  found.forEach((step, i) => {
    const at = 4 * ((rows - 1 - Math.floor(i / columns)) * columns + (i % columns));
    const [color, alpha] =
      step === Infinity
        ? [under, 0.45]
        : step < 0
          ? [far, 0.85]
          : [near, 0.85 - 0.75 * (Math.log(step) / Math.log(steps))];
    image.data.set([...color, 255 * alpha], at);
  });
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** Draw the image, and the line to the right of which no minimum is stable. */
export function drawMap(plot, href) {
  const [[left, right], [bottom, top]] = [plot.x.range(), plot.y.range()];
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  plot.draw(
    "map",
    href ? [["image", { href, ...box, preserveAspectRatio: "none", class: "pixels" }]] : [],
  );
  const momenta = plot.y.domain();
  const rates = momenta.map((momentum) => 1 + momentum);
  plot.draw("border", [["path", { d: curve(plot, rates, momenta), class: "limit" }]]);
}

/** Draw all minima, u v = 1. */
export function drawMinima(plot) {
  const across = Array.from({ length: 121 }, (_, i) => (i - 60) / 20);
  const minima = across.map((u) => (u === 0 ? NaN : 1 / u));
  plot.draw("minima", [["path", { d: curve(plot, across, minima), ...stroke("reference", 2) }]]);
}

/** Draw the run over the surface, and its loss. */
export function drawRun(surface, losses, { path: pairs, losses: row }, { momentum, steps }) {
  const style = momentum === 0 ? "sgd" : "momentum";
  const color = stroke(style).style;
  const d = path(surface, pairs, steps + 1);
  surface.draw("paths", [
    ["path", { d, style: color }],
    ["path", { d: dots(d), class: "dots", style: color }],
  ]);
  const shown = row.map((loss) => Math.max(loss, LOWEST));
  const highest = shown.reduce((a, b) => (b > a ? b : a), twoWeights.value(0, 0));
  losses.domain([0, steps], [LOWEST, Math.min(1e6, 10 * highest)]);
  const across = Array.from(shown, (_, step) => step);
  losses.draw("curves", [["path", { d: curve(losses, across, shown), style: color }]]);
}
