/** Averages of a series that the reader moves: the curves, and the weight of each value in them. */

import { button, choice, slider, toggle } from "../parts/control.js";
import { html, set, svg } from "../parts/dom.js";
import { field } from "../parts/field.js";
import { frame } from "../parts/frame.js";
import { curve, dots } from "../parts/line.js";
import { Plot } from "../parts/plot.js";
import { series } from "../parts/series.js";
import { color, stroke } from "../parts/styles.js";
import { fields } from "../state.js";
import { averageCode } from "./average.code.js";
import {
  CURVES,
  curves,
  dayOf,
  missingWeight,
  PRESETS,
  weightsOf,
  withSameAge,
} from "./average.numbers.js";
import { curveRows } from "./average.rows.js";
import { bars, steps } from "./average.weights.js";

export { averageCode as code };

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
    x: t("average.lag"),
    y: t("average.weight"),
    number,
    ticks: [5, 4],
    margin: { left: 54 },
  });
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
    html("div", { class: "stage" }, days.element, lags.element),
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
    days
      .layer("zero")
      .replaceChildren(svg("path", { d: `M${left} ${zero}H${right}`, ...stroke("zero") }));
    const from = days.x(Math.max(1, day - state.periods + 1) - 0.5);
    const window = { x: from, y: top, width: days.x(day + 0.5) - from, height: bottom - top };
    days.layer("window").replaceChildren(...(state.ma ? [svg("rect", window)] : []));
    days
      .layer("curves")
      .replaceChildren(
        ...shown.map((name) => svg("path", { d: curve(days, xs, found[name]), ...stroke(name) })),
      );
    const pairs = values.flatMap((value, i) => [i + 1, value]);
    const x = days.x(day);
    days.layer("cursor").replaceChildren(svg("path", { d: `M${x} ${bottom}V${top}` }));
    days.layer("points").replaceChildren(
      svg("path", {
        d: dots(days, pairs, values.length),
        class: "dots",
        style: `stroke: var(--${color("data")})`,
      }),
    );
    days
      .layer("now")
      .replaceChildren(...shown.map((name) => mark(x, days.y(found[name][day - 1]), name)));
    points.show(values, day);
  }

  function drawLags(state) {
    const weights = weightsOf(state);
    const shown = CURVES.filter((name) => state[name]);
    const largest = Math.max(0.05, ...shown.flatMap((name) => [...weights[name]]));
    lags.domain([-0.5, state.series.length - 0.5], [0, Math.min(1, largest) * 1.08]);
    lags
      .layer("bars")
      .replaceChildren(
        ...(state.ewma
          ? [
              svg("path", {
                d: bars(lags, weights.ewma),
                style: `fill: var(--${color("ewma")})`,
              }),
            ]
          : []),
      );
    lags
      .layer("steps")
      .replaceChildren(
        ...shown
          .filter((name) => name !== "ewma")
          .map((name) => svg("path", { d: steps(lags, weights[name]), ...stroke(name) })),
      );
    lags.xLabel.textContent = t("average.lag", { day: dayOf(state) });
  }

  function draw(state) {
    const found = curves(state);
    drawDays(state, found);
    drawLags(state);
    rows.show(state, found);
    panel.show(state);
    hint.textContent = t(drawing ? "average.hint_draw" : "average.hint");
  }

  function resize() {
    const width = root.clientWidth;
    if (!width) return;
    const isBeside = width >= 640;
    const left = isBeside ? Math.round(width * 0.6) : width;
    days.resize(left, isBeside ? 320 : 280);
    lags.resize(isBeside ? width - left - 16 : width, isBeside ? 320 : 210);
    draw(store.state);
  }

  let pending = 0;
  const stopFollowing = store.subscribe(() => {
    around.show();
    // Several changes in one frame, as of a dragged point, are drawn once.
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => draw(store.state));
  });
  const observer = new ResizeObserver(resize);
  observer.observe(root);
  resize();
  return () => {
    cancelAnimationFrame(pending);
    observer.disconnect();
    stopFollowing();
  };
}

/** The axis of the values: that of the temperatures, as long as they fit. */
function range(values) {
  const [low, high] = [Math.min(...values) - 2, Math.max(...values) + 2];
  return [Math.min(-5, 5 * Math.floor(low / 5)), Math.max(20, 5 * Math.ceil(high / 5))];
}

function mark(x, y, name) {
  return svg("circle", { cx: x, cy: y, r: 4.5, style: `fill: var(--${color(name)})` });
}

/** Say what each average is on the chosen day. */
function outcome({ t }, state) {
  const day = dayOf(state);
  const found = curves(state);
  const values = Object.fromEntries(CURVES.map((name) => [name, found[name][day - 1]]));
  const missing = missingWeight(state);
  const { periods, alpha, series: data } = state;
  return t("average.told", {
    day,
    value: data[day - 1],
    periods,
    alpha,
    ...values,
    sum: 1 - missing,
    missing,
  });
}

function controls(store, language, setDrawing) {
  const { t } = language;
  const ranges = fields("average");
  const names = [...Object.keys(PRESETS), "own"];
  const preset = choice({
    label: t("average.series"),
    options: names.map((name) => [name, t(`average.presets.${name}`)]),
    choose(name) {
      setDrawing(name === "own");
      if (name !== "own") store.set({ series: PRESETS[name], day: PRESETS[name].length });
    },
  });
  const both = (patch) => store.set(store.state.same_age ? withSameAge(patch) : patch);
  const alpha = slider({
    label: t("average.alpha"),
    range: ranges.alpha,
    language,
    change: (value) => both({ alpha: value }),
  });
  const periods = slider({
    label: t("average.periods"),
    range: ranges.periods,
    integer: true,
    language,
    change: (value) => both({ periods: value }),
  });
  const names3 = html("p", { class: "names" });
  const sameAge = toggle({
    label: t("average.same_age"),
    change: (same_age) =>
      store.set({ same_age, ...(same_age && withSameAge({ alpha: store.state.alpha })) }),
  });
  const value = field({
    label: t("average.value_of_day"),
    range: ranges.series,
    language: language,
    change(typed) {
      const day = dayOf(store.state);
      store.set({ series: store.state.series.map((old, i) => (i === day - 1 ? typed : old)) });
    },
  });
  const label = value.element.querySelector("label");
  return {
    preset: preset.element,
    elements: [
      alpha.element,
      periods.element,
      names3,
      html("div", { class: "group" }, sameAge.element, value.element),
    ],
    show(state) {
      const same = ([, values]) => JSON.stringify(values) === JSON.stringify(state.series);
      preset.show(Object.entries(PRESETS).find(same)?.[0] ?? "own");
      alpha.show(state.alpha);
      periods.show(state.periods);
      sameAge.show(state.same_age);
      names3.textContent = t("average.names", {
        alpha: state.alpha,
        beta: 1 - state.alpha,
        periods: 2 / state.alpha - 1,
      });
      const day = dayOf(state);
      label.textContent = t("average.value_of_day", { day });
      value.show(state.series[day - 1]);
    },
  };
}
