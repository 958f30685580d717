/** Four rows over the same steps: g and its average, the size of g, the step, and the position. */

import { tickStep } from "d3-array";
import { draw as drawShapes } from "../parts/dom.js";
import { curve } from "../parts/line.js";
import { Plot } from "../parts/plot.js";
import { picker, series } from "../parts/series.js";
import { color, stroke } from "../parts/styles.js";
import { STYLES } from "./adam.lines.js";
import { stepOf } from "./adam.numbers.js";

const NEAR = 16; // pixels from a curve at which pointing means it
const ROWS = ["gradient", "size", "move", "position"];
const SHARES = { gradient: 0.28, size: 0.23, move: 0.23, position: 0.26 }; // of the height
/** The curves of each row, by the line that computes them. */
const CURVES = {
  gradient: { m: (found) => found.m, m_hat: (found) => found.m_hat },
  size: { v: (found) => found.v.map(Math.sqrt), v_hat: (found) => found.v_hat.map(Math.sqrt) },
  move: {},
  position: { theta: (found) => found.theta },
};

/** Return `{ elements, draw, resize }` of the rows; `light(line | null)` says what is pointed at. */
export function pictures({ store, language, light }) {
  const { t, number } = language;
  let last = null; // what is drawn, to find the curve that is pointed at
  const plots = Object.fromEntries(
    ROWS.map((row) => {
      const isLast = row === "position";
      const margin = { top: 8, bottom: isLast ? 36 : 10, left: 80, right: 30 };
      const x = isLast ? t("adam.step") : "";
      const y = t(`adam.rows.${row}`);
      const plot = new Plot({ x, y, number, ticks: [isLast ? 7 : 0, 3], margin });
      plot.element.classList.add(`picture-${row}`);
      return [row, plot];
    }),
  );

  function choose(row, step, y) {
    store.set({ step });
    if (y !== undefined) light(pointedAt(plots[row], row, last, step, y));
  }

  const stems = series(plots.gradient, {
    label: t("adam.stems"),
    role: t("handle"),
    describe: (step, value) => t("adam.at", { step, gradient: number(value) }),
    choose: (step, y) => choose("gradient", step, y),
    change: (gradients) => store.set({ gradients }),
    done: () => last && draw(store.state, last),
    leave: () => light(null),
  });
  for (const row of ROWS.slice(1)) {
    picker(plots[row], {
      count: () => store.state.gradients.length,
      choose: (step, y) => choose(row, step, y),
      leave: () => light(null),
    });
  }

  function setDomains({ gradients, lr }, found) {
    const x = [0, gradients.length + 0.5];
    if (!stems.isMoving()) {
      const largest = 1.12 * Math.max(...gradients.map(Math.abs)) || 1;
      plots.gradient.domain(x, [-largest, largest]);
      plots.size.domain(x, [0, largest]);
    }
    // In whole quarters of the rate, so that the axis rests during most of a drag.
    const longest = Math.max(lr, ...found.move.map(Math.abs)) / lr;
    const step = ((1.15 * Math.ceil(4 * longest)) / 4) * lr;
    plots.move.domain(x, [-step, step]);
    const [low, high] = [Math.min(-lr, ...found.theta), Math.max(lr, ...found.theta)];
    // In whole steps, so that the axis rests during most of a drag.
    const unit = tickStep(low, high, 5);
    const ends = [Math.floor(low / unit - 0.2), Math.ceil(high / unit + 0.2)];
    plots.position.domain(
      x,
      ends.map((end) => end * unit),
    );
  }

  function draw(state, found) {
    last = found;
    setDomains(state, found);
    const { gradients, lr, eps, amsgrad } = state;
    const step = stepOf(state);
    const xs = Array.from(found.m, (_, t) => t);
    stem(plots.gradient, gradients, { style: `stroke: var(--${color("gradient")})` });
    stem(plots.size, gradients.map(Math.abs), { style: `stroke: var(--${color("gradient")})` });
    const rule = amsgrad ? "amsgrad" : "adam";
    stem(plots.move, [...found.move].slice(1), {
      style: `stroke: var(--${color(rule)})`,
      "data-line": "theta",
    });
    guide(plots.move, [
      [lr, "lr"],
      [-lr, "−lr"],
    ]);
    const top = plots.size.y.domain()[1];
    guide(plots.size, eps > top / 50 && eps < top ? [[eps, "ε"]] : []); // where it matters
    for (const row of ROWS) {
      const plot = plots[row];
      const named = Object.entries(CURVES[row]).map(([line, values]) => [line, values(found)]);
      const style = (line) => (line === "theta" ? rule : STYLES[line]);
      plot.draw(
        "curves",
        named.map(([line, values]) => [
          "path",
          { d: curve(plot, xs, values), "data-line": line, ...stroke(style(line)) },
        ]),
      );
      const [bottom, top] = plot.y.range();
      const x = plot.x(step);
      plot.draw("cursor", [["path", { d: `M${x} ${bottom}V${top}` }]]);
      plot.draw(
        "now",
        named.map(([line, values]) => [
          "circle",
          {
            cx: x,
            cy: plot.y(values[step]),
            r: 4.5,
            style: `fill: var(--${color(style(line))})`,
          },
        ]),
      );
    }
    stems.show(gradients, step);
  }

  return {
    elements: ROWS.map((row) => plots[row].element),
    draw,
    resize(width, height) {
      for (const row of ROWS) plots[row].resize(width, Math.round(SHARES[row] * height));
    },
  };
}

/** Draw a line from zero to each value, with a dot at its end. */
function stem(plot, values, attributes) {
  const zero = Math.round(plot.y(0)) + 0.5;
  const [left, right] = plot.x.range();
  const round = (value) => Math.round(10 * value) / 10;
  const places = values.map((value, i) => [round(plot.x(i + 1)), round(plot.y(value))]);
  const d = places.map(([x, y]) => `M${x} ${zero}V${y}`).join("");
  const ends = places.map(([x, y]) => `M${x} ${y}h0`).join("");
  plot.draw("stems", [
    ["path", { d: `M${left} ${zero}H${right}`, ...stroke("zero") }],
    ["path", { d, ...attributes }],
    ["path", { d: ends, class: "dots", ...attributes }],
  ]);
}

/** Draw dotted lines across a plot, each with its name beside it. */
function guide(plot, lines) {
  const [left, right] = plot.x.range();
  const across = ([value]) => [
    "path",
    { d: `M${left} ${plot.y(value)}H${right}`, ...stroke("reference") },
  ];
  const name = ([value, text]) => ["text", { x: right + 4, y: plot.y(value) + 4 }, text];
  plot.draw("guides", lines.map(across));
  drawShapes(plot.names, lines.map(name));
}

/** Return the line whose curve is nearest to a pixel, or null. */
function pointedAt(plot, row, found, step, y) {
  const heights = row === "move" ? { theta: (all) => all.move } : CURVES[row];
  let [best, distance] = [null, NEAR];
  for (const [line, values] of Object.entries(heights)) {
    const far = Math.abs(plot.y(values(found)[step]) - y);
    if (far < distance) [best, distance] = [line, far];
  }
  return best;
}
