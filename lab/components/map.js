/** Map: how training ends at each rate and momentum. The reader zooms in, and a point shows its run. */

import { outcomes, twoWeights } from "../engine/map.js";
import { button, slider } from "../parts/control.js";
import { html, set, write } from "../parts/dom.js";
import { frame } from "../parts/frame.js";
import { handle } from "../parts/handle.js";
import { Plot } from "../parts/plot.js";
import { inSlices } from "../parts/slices.js";
import { drawSurface } from "../parts/surface.js";
import { paced } from "../parts/texts.js";
import { watch } from "../parts/watch.js";
import { fields } from "../state.js";
import { mapCode, outcome, runOf } from "./map.code.js";
import { drawMap, drawMinima, drawRun, OUTCOMES, paint, VIEW } from "./map.draw.js";

const COARSE = [40, 30]; // cells that are there at once
const FINE = [240, 180];
const ZOOM = 4;
const NARROWEST = 1e-5; // view, in rates: the axes have seven digits

/** Show the map in `root`, and let it follow `store`. Return a function that stops it. */
export function mount(root, { store, language, first, share }) {
  const { t, number } = language;
  const limits = fields("map");
  const whole = limits.view.default;
  let stopWork = () => {};
  let image = "";

  const fine = (value) => number(value, ".7g");
  const plane = new Plot({ x: "lr", y: t("settings.momentum"), number: fine, ticks: [4, 5] });
  const surface = new Plot({ x: "u", y: "v", number });
  const axes = { x: t("step"), y: t("map.loss"), number, log: true, ticks: [5, 4] };
  const losses = new Plot({ ...axes, margin: { left: 68 } });
  const point = handle(plane, {
    label: t("map.point"),
    role: t("handle"),
    home: () => [first.rate, first.momentum],
    move: choose,
    describe: ([rate, momentum]) => t("map.at", { rate: fine(rate), momentum: fine(momentum) }),
  });
  const start = handle(surface, {
    label: t("map.start"),
    role: t("handle"),
    home: () => first.start,
    move: (at) => store.set({ start: at.map((value) => Number(value.toPrecision(4))) }),
    describe: ([x, y]) => t("map.start_at", { x, y }),
  });
  plane.over.append(point.element);
  surface.over.append(start.element);
  set(plane.element, {
    onpointerdown: (event) => {
      if (!event.button && !point.element.contains(event.target)) choose(under(event));
    },
    ondblclick: (event) => zoom(1 / ZOOM, under(event)),
  });

  const under = (event) => {
    const [x, y] = plane.pixels(event);
    return [plane.x.invert(x), plane.y.invert(y)];
  };

  /** Show the run of a point of the map, to as many digits as the view tells apart. */
  function choose(at) {
    const [left, right, bottom, top] = viewOf(store.state);
    const inside = (value, span, { min, max }) => {
      const digits = Math.min(15, Math.max(0, 3 - Math.floor(Math.log10(span))));
      return Math.max(min, Math.min(max, Number(value.toFixed(digits))));
    };
    store.set({
      rate: inside(at[0], right - left, limits.rate),
      momentum: inside(at[1], top - bottom, limits.momentum),
    });
  }

  /** Make the view larger by a factor, around a point, within the whole map. */
  function zoom(factor, at = [store.state.rate, store.state.momentum]) {
    const view = viewOf(store.state);
    const sides = [0, 2].flatMap((i) => {
      const most = whole[i + 1] - whole[i];
      const least = (NARROWEST * most) / (whole[1] - whole[0]);
      const span = Math.max(least, Math.min(most, (view[i + 1] - view[i]) * factor));
      const low = Math.max(whole[i], Math.min(whole[i + 1] - span, at[i / 2] - span / 2));
      return [low, low + span];
    });
    store.set({ view: sides });
  }

  const bar = (name, label, more) =>
    slider({
      label,
      range: limits[name],
      language,
      change: (value) => store.set({ [name]: value }),
      ...more,
    });
  const bars = {
    rate: bar("rate", "lr"),
    momentum: bar("momentum", t("settings.momentum")),
    steps: bar("steps", t("map.steps"), { integer: true }),
  };
  const result = html("p", { class: "result" });
  const around = frame({
    language,
    code: () => mapCode(store.state),
    outcome: () => outcome(language, store.state),
    reset: () => store.set(first),
    share,
  });
  set(root, { class: "lab map" });
  root.replaceChildren(
    html("p", { class: "hint" }, t("map.hint")),
    html("div", {}, plane.element),
    html(
      "div",
      { class: "buttons" },
      button(t("map.zoom_in"), () => zoom(1 / ZOOM)),
      button(t("map.zoom_out"), () => zoom(ZOOM)),
      button(t("map.whole"), () => store.set({ view: whole })),
    ),
    html(
      "p",
      { class: "keys" },
      OUTCOMES.map((name) =>
        html("span", { class: "key" }, html("span", { class: `patch ${name}` }), t(`map.${name}`)),
      ),
    ),
    result,
    html(
      "div",
      { class: "pair" },
      [surface, losses].map(({ element }) => html("div", {}, element)),
    ),
    html(
      "div",
      { class: "controls" },
      Object.values(bars).map(({ element }) => element),
    ),
    around.element,
  );

  const texts = paced((state) => {
    write(result, outcome(language, state));
    for (const [name, one] of Object.entries(bars)) one.show(state[name]);
  });

  /** Compute the map in slices; a coarse one stands there meanwhile, except as the page starts. */
  function compute(state) {
    stopWork();
    const task = { ...state, view: viewOf(state) };
    if (plane.width) {
      const { value } = outcomes(task, COARSE, Infinity).next();
      image = paint(value, COARSE, state.steps, root);
    }
    stopWork = inSlices(outcomes(task, FINE), (found) => {
      image = paint(found, FINE, state.steps, root);
      drawMap(plane, image);
    });
  }

  function draw(state) {
    const [left, right, bottom, top] = viewOf(state);
    plane.domain([left, right], [bottom, top]);
    drawMap(plane, image);
    point.place([state.rate, state.momentum]);
    start.place(state.start);
    drawRun(surface, losses, runOf(state), state);
    texts.update(state);
  }

  function resize(width) {
    const isBeside = width >= 560;
    plane.resize(width, Math.round(Math.min(0.62 * width, 420)));
    const side = isBeside ? Math.round((width - 16) * 0.42) : Math.min(width, 340);
    surface.resize(side, side - 14);
    losses.resize(isBeside ? width - 16 - side : width, isBeside ? side - 14 : 240);
    surface.domain(VIEW, VIEW);
    drawSurface(surface, twoWeights, true);
    drawMinima(surface);
    draw(store.state);
  }

  function redraw(state, changed) {
    if (["view", "start", "steps"].some((name) => changed.has(name))) compute(state);
    if (plane.width) draw(state);
  }

  compute(store.state);
  const stop = watch(root, store, around, { resize, redraw });
  return () => {
    stopWork();
    texts.stop();
    stop();
  };
}

/** Return the view of a state, or the whole map where an address asks for one without room. */
function viewOf({ view }) {
  const [left, right, bottom, top] = view;
  return left < right && bottom < top ? view : fields("map").view.default;
}
