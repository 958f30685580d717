/** Stability: a point in the plane of rate and momentum decides whether, and how, a path converges. */

import {
  behaviour,
  fastestFor,
  fastestMomentum,
  radius,
  stepsToReach,
} from "../engine/stability.js";
import { button, slider, toggle } from "../parts/control.js";
import { html, set, svg } from "../parts/dom.js";
import { frame } from "../parts/frame.js";
import { handle } from "../parts/handle.js";
import { Plot } from "../parts/plot.js";
import { stroke } from "../parts/styles.js";
import { drawSurface } from "../parts/surface.js";
import { fields } from "../state.js";
import { stabilityCode } from "./stability.code.js";
import {
  DIRECTIONS,
  RATES,
  REGIONS,
  drawBowlPath,
  drawLink,
  drawPaths,
  drawRegions,
  drawRoots,
  rootsView,
} from "./stability.draw.js";

export { stabilityCode as code };
export { endOf } from "./stability.code.js";

const SHARE = 0.01; // of the first distance, until which steps are counted
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
    html("div", { class: "pair" }, plane.element, circle.element),
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
    html("div", { class: "pair" }, values.element, bowl.element),
    table.element,
    controls.element,
    around.element,
  );

  function draw(state) {
    const { rate, momentum, condition } = state;
    drawLink(plane, state);
    flat.place([rate / condition, momentum]);
    point.place([rate, momentum]);
    drawRoots(circle, state);
    drawPaths(values, state);
    drawBowlPath(bowl, state);
    table.show(state);
    controls.show(state);
  }

  function drawPlane(state) {
    drawRegions(plane, state.nesterov, (name) => t(`stability.kinds.${name}`));
    fastestKey.replaceChildren(
      swatch(state.nesterov ? "nesterov" : "momentum"),
      t("stability.fastest"),
    );
  }

  function drawBowl({ condition }) {
    drawSurface(bowl, { value: (x, y) => (x * x + (y * y) / condition) / 2 });
  }

  function resize() {
    const width = root.clientWidth;
    if (!width) return;
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
    drawBowl(store.state);
    draw(store.state);
  }

  let [pending, waiting] = [0, new Set()];
  const stopFollowing = store.subscribe((_, changed) => {
    around.show();
    for (const name of changed) waiting.add(name);
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => {
      const { state } = store;
      if (waiting.has("nesterov")) drawPlane(state);
      if (waiting.has("condition")) drawBowl(state);
      waiting.clear();
      draw(state);
    });
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

function swatch(style) {
  return svg(
    "svg",
    { class: "swatch", viewBox: "0 0 36 12", width: 36, height: 12, "aria-hidden": "true" },
    svg("path", { d: "M0 6H36", fill: "none", ...stroke(style) }),
  );
}

/** Return what becomes of each direction: its behaviour, its radius, and the steps that it needs. */
function resultsOf({ rate, momentum, nesterov, condition }) {
  return [rate, rate / condition].map((one) => ({
    kind: behaviour(one, momentum, nesterov),
    radius: radius(one, momentum, nesterov),
    steps: stepsToReach(SHARE, one, momentum, nesterov),
  }));
}

/** A table of both directions. */
function resultTable({ t, number }) {
  const rows = DIRECTIONS.map((name) => ({
    name,
    cells: ["kind", "radius", "steps"].map(() => html("td", {})),
  }));
  const heads = ["direction", "kind", "radius", "needs"].map((key) =>
    html("th", { scope: "col" }, t(`stability.${key}`)),
  );
  return {
    element: html(
      "table",
      { class: "results" },
      html("thead", {}, html("tr", {}, heads)),
      html(
        "tbody",
        {},
        rows.map(({ name, cells }) =>
          html(
            "tr",
            {},
            html(
              "th",
              { scope: "row" },
              html("span", { class: `dot ${name}` }),
              t(`stability.${name}`),
            ),
            cells,
          ),
        ),
      ),
    ),
    show(state) {
      resultsOf(state).forEach(({ kind, radius: shrink, steps }, i) => {
        const texts = [
          t(`stability.kinds.${kind}`),
          number(shrink, ".3f"),
          Number.isFinite(steps) ? number(steps, "d") : "–",
        ];
        rows[i].cells.forEach((cell, column) => (cell.textContent = texts[column]));
        rows[i].cells[0].classList.toggle("diverges", kind === "diverges");
      });
    },
  };
}

function stabilityControls(store, language) {
  const { t } = language;
  const limits = fields("stability");
  const bar = (name, label, more) =>
    slider({
      label,
      range: limits[name],
      language,
      change: (value) => store.set({ [name]: value }),
      ...more,
    });
  const bars = {
    rate: bar("rate", "lr · λ"),
    momentum: bar("momentum", t("settings.momentum")),
    condition: bar("condition", t("stability.condition")),
    steps: bar("steps", t("stability.steps"), { integer: true }),
  };
  const nesterov = toggle({
    label: t("stability.nesterov"),
    change: (value) => store.set({ nesterov: value }),
  });
  const atMost = (value) => Number(Math.min(limits.momentum.max, value).toPrecision(6));
  const fastest = button(t("stability.set_fastest"), () => {
    const { rate, nesterov: isAhead } = store.state;
    store.set({ momentum: atMost(fastestMomentum(rate, isAhead)) });
  });
  const best = button(t("stability.set_best"), () => {
    const { condition, nesterov: isAhead } = store.state;
    const [rate, momentum] = fastestFor(condition, isAhead);
    store.set({ rate: Number(rate.toPrecision(6)), momentum: atMost(momentum) });
  });
  return {
    element: html(
      "div",
      { class: "controls" },
      Object.values(bars).map(({ element }) => element),
      html("div", { class: "group" }, nesterov.element, fastest, best),
    ),
    show(state) {
      for (const [name, one] of Object.entries(bars)) one.show(state[name]);
      nesterov.show(state.nesterov);
      fastest.disabled = fastestMomentum(state.rate, state.nesterov) === null;
    },
  };
}

/** Return what becomes of the path, as sentences. */
function outcome({ t }, state) {
  const found = resultsOf(state);
  const sentences = found.map(({ kind, radius: shrink, steps }, i) => {
    const values = { direction: t(`stability.${DIRECTIONS[i]}`), radius: shrink, steps };
    values.kind = t(`stability.kinds.${kind}`);
    return t(Number.isFinite(steps) ? "stability.told" : "stability.told_never", values);
  });
  const needed = Math.max(...found.map(({ steps }) => steps));
  const end = Number.isFinite(needed) ? "stability.told_both" : "stability.told_not_both";
  return [...sentences, t(end, { steps: needed })].join(" ");
}
