/** Averages of a series that the reader moves: the curves, and the weight of each value in them. */

import { button } from "../parts/control.js";
import { html, set, write } from "../parts/dom.js";
import { watch } from "../parts/watch.js";
import { frame } from "../parts/frame.js";
import { curve, dots } from "../parts/line.js";
import { Plot } from "../parts/plot.js";
import { series } from "../parts/series.js";
import { color, stroke } from "../parts/styles.js";
import { paced } from "../parts/texts.js";
import { averageCode } from "./average.code.js";
import { CURVES, curves, dayOf, missingWeight, weightsOf } from "./average.numbers.js";
import { controls } from "./average.controls.js";
import { curveRows } from "./average.rows.js";
import { bars, hatching, steps } from "./average.weights.js";

/** Show averages in `root`, and let them follow `store`. */
export function mount(root, { store, language, first, share }) {
  const { t, number } = language;
  const margin = { left: 42 };
  const days = new Plot({
    x: t("average.day"),
    y: t("average.value"),
    number,
    ticks: [6, 5],
    margin,
  });
  const lags = new Plot({
    x: "",
    y: t("average.weight"),
    number,
    ticks: [5, 4],
    margin: { left: 54 },
  });
  const hatch = hatching();
  lags.element.prepend(hatch.element);
  let drawing = false;
  const points = series(days, {
    label: t("average.points"),
    role: t("handle"),
    describe: (day, value) => t("average.at", { day, value }),
    choose: (day) => store.set({ day }),
    change: (values) => store.set({ series: values }),
    done: () => draw(store.state),
    isDrawing: () => drawing,
  });
  const draws = button(t("average.draw"), () => setDrawing(!drawing), { "aria-pressed": "false" });
  const hint = html("p", { class: "hint" });
  const rows = curveRows(store, language);
  const panel = controls(store, language, setDrawing);
  const around = frame({
    language,
    code: () => averageCode(store.state),
    outcome: () => outcome(language, store.state),
    reset: () => store.set(first),
    share,
  });
  set(root, { class: "lab average" });
  root.replaceChildren(
    html("div", { class: "controls" }, panel.preset, draws, hint),
    html("div", { class: "stage" }, html("div", {}, days.element), html("div", {}, lags.element)),
    rows.element,
    html("div", { class: "controls" }, panel.elements),
    around.element,
  );

  function setDrawing(value) {
    drawing = value;
    set(draws, { "aria-pressed": String(drawing) });
    draw(store.state);
  }

  function drawDays(state, found) {
    const { series: values } = state;
    const day = dayOf(state);
    if (!points.isMoving()) days.domain([0.5, values.length + 0.5], range(values));
    const xs = values.map((_, i) => i + 1);
    const shown = CURVES.filter((name) => state[name]);
    const [left, right] = days.x.range();
    const [bottom, top] = days.y.range();
    const zero = Math.round(days.y(0)) + 0.5;
    days.draw("zero", [["path", { d: `M${left} ${zero}H${right}`, ...stroke("zero") }]]);
    const from = days.x(Math.max(1, day - state.periods + 1) - 0.5);
    const window = { x: from, y: top, width: days.x(day + 0.5) - from, height: bottom - top };
    days.draw("window", state.ma ? [["rect", window]] : []);
    days.draw(
      "curves",
      shown.map((name) => ["path", { d: curve(days, xs, found[name]), ...stroke(name) }]),
    );
    const x = days.x(day);
    days.draw("cursor", [["path", { d: `M${x} ${bottom}V${top}` }]]);
    const style = `stroke: var(--${color("data")})`;
    days.draw("points", [["path", { d: dots(curve(days, xs, values)), class: "dots", style }]]);
    days.draw(
      "now",
      shown.map((name) => mark(x, days.y(found[name][day - 1]), name)),
    );
    points.show(values, day);
  }

  function drawLags(state) {
    const weights = weightsOf(state);
    const shown = CURVES.filter((name) => state[name]);
    const missing = missingWeight(state);
    const all = shown.flatMap((name) => [...weights[name]]);
    const largest = Math.max(0.05, ...all, state.ewma ? missing : 0);
    lags.domain([-0.5, state.series.length + 0.5], [0, 1.08 * largest]);
    // The zero at the start stands where a value before the first would.
    const ewma = [
      ["path", { d: bars(lags, weights.ewma), style: `fill: var(--${color("ewma")})` }],
      ["path", { d: bars(lags, [missing], dayOf(state)), class: "zero", style: hatch.fill }],
    ];
    lags.draw("bars", state.ewma ? ewma : []);
    lags.draw(
      "steps",
      shown
        .filter((name) => name !== "ewma")
        .map((name) => ["path", { d: steps(lags, weights[name]), ...stroke(name) }]),
    );
    lags.label(t("average.lag", { day: dayOf(state) }), t("average.weight"));
  }

  const texts = paced((state, found) => {
    rows.show(state, found);
    panel.show(state, drawing);
    write(hint, t(drawing ? "average.hint_draw" : "average.hint"));
  });

  function draw(state) {
    const found = curves(state);
    drawDays(state, found);
    drawLags(state);
    texts.update(state, found);
  }

  function resize(width) {
    const isBeside = width >= 640;
    const left = isBeside ? Math.round(width * 0.6) : width;
    days.resize(left, isBeside ? 320 : 280);
    lags.resize(isBeside ? width - left - 16 : width, isBeside ? 320 : 210);
    draw(store.state);
  }

  const stop = watch(root, store, around, { resize, redraw: draw });
  return () => {
    texts.stop();
    stop();
  };
}

/** The axis of the values: that of the temperatures, as long as they fit. */
function range(values) {
  const [low, high] = [Math.min(...values) - 2, Math.max(...values) + 2];
  return [Math.min(-5, 5 * Math.floor(low / 5)), Math.max(20, 5 * Math.ceil(high / 5))];
}

function mark(x, y, name) {
  return ["circle", { cx: x, cy: y, r: 4.5, style: `fill: var(--${color(name)})` }];
}

/** Say what each average is on the chosen day. */
export function outcome({ t }, state) {
  const day = dayOf(state);
  const found = curves(state);
  const values = Object.fromEntries(CURVES.map((name) => [name, found[name][day - 1]]));
  const missing = missingWeight(state);
  const { periods, alpha, series: data } = state;
  return t("average.outcome", {
    day,
    value: data[day - 1],
    periods,
    alpha,
    ...values,
    sum: 1 - missing,
    missing,
  });
}
