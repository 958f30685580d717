/** Stability: a point in the plane of rate and momentum decides whether, and how, a path converges. */

import { behaviour } from "../engine/stability.js";
import { html, set } from "../parts/dom.js";
import { watch } from "../parts/watch.js";
import { frame } from "../parts/frame.js";
import { handle } from "../parts/handle.js";
import { Plot } from "../parts/plot.js";
import { swatch } from "../parts/styles.js";
import { paced } from "../parts/texts.js";
import { fields } from "../state.js";
import { stabilityCode } from "./stability.code.js";
import { stabilityControls } from "./stability.controls.js";
import {
  RATES,
  REGIONS,
  drawBowl,
  drawBowlPath,
  drawLink,
  drawPaths,
  drawRegions,
  drawRoots,
  rootsView,
} from "./stability.draw.js";
import { outcome, resultTable } from "./stability.results.js";

const VIEW = [-1.6, 1.6]; // of the bowl

/** Show the plane in `root`, and let it follow `store`. */
export function mount(root, { store, language, first, share }) {
  const { t, number } = language;
  const limits = fields("stability");
  const rounded = (value) => Number(value.toPrecision(3));
  const within = ({ min, max }, value) => Math.max(min, Math.min(max, rounded(value)));

  const axes = (x, y) =>
    new Plot({ x: t(`stability.${x}`), y: t(`stability.${y}`), number, margin: { left: 58 } });
  const plane = axes("rate", "momentum");
  const circle = axes("real", "imaginary");
  const values = axes("step", "distance");
  const bowl = axes("steep", "flat");

  const flat = handle(plane, {
    label: t("stability.flat_point"),
    role: t("handle"),
    axes: [1, 0],
    home: () => [store.state.rate / first.condition, 0],
    move: ([rate]) =>
      store.set({ condition: within(limits.condition, store.state.rate / Math.max(rate, 1e-9)) }),
    describe: ([rate, momentum]) => describe(rate, momentum),
  });
  const point = handle(plane, {
    label: t("stability.point"),
    role: t("handle"),
    home: () => [first.rate, first.momentum],
    move: ([rate, momentum]) =>
      store.set({
        rate: within(limits.rate, rate),
        momentum: within(limits.momentum, momentum),
      }),
    describe: ([rate, momentum]) => describe(rate, momentum),
  });
  set(flat.element, { class: "handle flat" });
  set(point.element, { class: "handle steep" });
  plane.over.append(flat.element, point.element);

  function describe(rate, momentum) {
    const kind = t(`stability.kinds.${behaviour(rate, momentum, store.state.nesterov)}`);
    return t("stability.at", { rate, momentum, kind });
  }

  const controls = stabilityControls(store, language);
  const table = resultTable(language);
  const around = frame({
    language,
    code: () => stabilityCode(store.state),
    outcome: () => outcome(language, store.state),
    reset: () => store.set(first),
    share,
  });
  const fastestKey = html("span", { class: "key" });
  set(root, { class: "lab stability" });
  root.replaceChildren(
    html("p", { class: "hint" }, t("stability.hint")),
    pair(plane, circle),
    html(
      "p",
      { class: "keys" },
      REGIONS.map((name) =>
        html(
          "span",
          { class: "key" },
          html("span", { class: `patch ${name}` }),
          t(`stability.kinds.${name}`),
        ),
      ),
      fastestKey,
    ),
    pair(values, bowl),
    table.element,
    controls.element,
    around.element,
  );

  const texts = paced((state) => {
    table.show(state);
    controls.show(state);
  });

  function draw(state) {
    const { rate, momentum, condition } = state;
    drawLink(plane, state);
    flat.place([rate / condition, momentum]);
    point.place([rate, momentum]);
    drawRoots(circle, state);
    drawPaths(values, state);
    drawBowlPath(bowl, state);
    texts.update(state);
  }

  function drawPlane(state) {
    drawRegions(plane, state.nesterov, (name) => t(`stability.kinds.${name}`));
    fastestKey.replaceChildren(
      swatch(state.nesterov ? "nesterov" : "momentum"),
      t("stability.fastest"),
    );
  }

  function resize(width) {
    const isBeside = width >= 560;
    const { top, right, bottom, left } = circle.margin;
    const side = isBeside ? Math.round((width - 16) * 0.42) : Math.min(width, 340);
    const height = side - left - right + top + bottom;
    const rest = isBeside ? width - 16 - side : width;
    circle.resize(side, height);
    bowl.resize(side, height);
    plane.resize(rest, isBeside ? height : 300);
    values.resize(rest, isBeside ? height : 240);
    plane.domain(RATES, [0, 1]);
    circle.domain(rootsView, rootsView);
    bowl.domain(VIEW, VIEW);
    drawPlane(store.state);
    drawBowl(bowl, store.state.condition);
    draw(store.state);
  }

  function redraw(state, changed) {
    if (!plane.width) return; // not in sight yet
    if (changed.has("nesterov")) drawPlane(state);
    if (changed.has("condition")) drawBowl(bowl, state.condition);
    draw(state);
  }

  const stop = watch(root, store, around, { resize, redraw });
  return () => {
    texts.stop();
    stop();
  };
}

/** Two plots in a row. Each has a box of its own, so that only it is laid out as it changes. */
function pair(...plots) {
  const boxes = plots.map(({ element }) => html("div", {}, element));
  return html("div", { class: "pair" }, boxes);
}
