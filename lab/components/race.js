/** Race: optimizers from one start over one surface. The reader moves the start and every setting. */

import { simulate, simulateMany } from "../engine/simulate.js";
import { html, set } from "../parts/dom.js";
import { frame } from "../parts/frame.js";
import { handle } from "../parts/handle.js";
import { player } from "../parts/player.js";
import { Plot } from "../parts/plot.js";
import { inSlices } from "../parts/slices.js";
import { drawSurface } from "../parts/surface.js";
import { paced } from "../parts/texts.js";
import { watch } from "../parts/watch.js";
import { problems } from "../state.js";
import { excess, quartiles } from "./losses.js";
import { cards, shapeOf } from "./race.cards.js";
import { raceCode } from "./race.code.js";
import { outcomeMap } from "./race.map.js";
import { panel } from "./race.panel.js";
import { drawCursor, drawLosses, drawPaths, drawRates, ofRule } from "./race.pictures.js";
import { kindOf } from "./race.rules.js";
import { isNoisy, problemOf, SEEDS, stepOf, tasks } from "./race.runs.js";

const WIDE = 640; // pixels from which curves stand beside the surface
const SHAPE = ["problem", "condition", "angle"]; // what the surface depends on

/** Show a race in `root`, and let it follow `store`. Return a function that stops it. */
export function mount(root, { store, language, first, share }) {
  const { t, number } = language;
  /**
   * What is drawn: the problem; for each rule its rates and its run; of many seeds all runs, and the
   * quartiles of each rule's losses; a map of many starts.
   */
  let shown = { problem: null, rates: [], runs: [], crowd: null, bands: null, map: null };
  let stopWork = () => {};

  const surface = new Plot({ x: "x", y: "y", number });
  const step = t("race.step");
  const below = { x: step, number, log: true, margin: { left: 68 } };
  const losses = new Plot({ ...below, y: t("race.excess"), ticks: [5, 4] });
  const rates = new Plot({ ...below, y: t("race.rate"), ticks: [5, 3] });
  const round = (start) => start.map((value) => Number(value.toPrecision(4)));
  const start = handle(surface, {
    label: t("race.start"),
    role: t("handle"),
    home: () => problems[store.state.problem].start,
    move: (point) => store.set({ start: round(point) }),
    describe: ([x, y]) => t("race.at", { x, y }),
  });
  surface.over.append(start.element);
  const play = player({ language, go: (now) => store.set({ step: now }) });
  const rules = cards(store, language);
  const controls = panel(store, language);
  const around = frame({
    language,
    code: () => raceCode(store.state),
    outcome: () => outcome(store.state),
    reset: () => store.set(first),
    share,
  });
  const curves = html("div", { class: "curves" }, losses.element, rates.element);
  set(root, { class: "lab race" });
  root.replaceChildren(
    html("p", { class: "hint" }, t("race.hint")),
    html("div", { class: "stage" }, html("div", {}, surface.element), curves),
    play.element,
    rules.element,
    html("div", { class: "controls" }, rules.add, controls.elements),
    around.element,
  );

  const texts = paced((state) => {
    rules.show(state, reached(state));
    controls.show(state);
  }, shapeOf);

  /** Run all rules, and start what takes longer. */
  function run(state) {
    stopWork();
    const problem = problemOf(state);
    const todo = tasks(state, problem);
    const used = todo.map((task) => task.rates);
    shown = { problem, rates: used, runs: todo.map(simulate), crowd: null, bands: null, map: null };
    if (state.many && isNoisy(state)) {
      const seeds = Array.from({ length: SEEDS }, (_, seed) => tasks(state, problem, seed));
      stopWork = inSlices(simulateMany(seeds.flat()), (crowd) => {
        const bands = todo.map((_, index) => {
          const rows = ofRule(crowd, index, todo.length).map((run) => excess(run.losses, problem));
          return quartiles(rows);
        });
        shown = { ...shown, crowd, bands };
        draw(store.state);
      });
    } else if (state.map in todo && !isNoisy(state)) {
      const { view } = problems[state.problem];
      stopWork = inSlices(outcomeMap(todo[state.map], view), (map) => {
        shown = { ...shown, map };
        drawStep(store.state);
      });
    }
  }

  function draw(state) {
    drawLosses(losses, state, shown);
    drawStep(state);
  }

  /** Draw what depends on the step that is shown. */
  function drawStep(state) {
    drawPaths(surface, state, shown, root, (kind) => t(`rules.${kind}`));
    drawCursor([losses, rates], stepOf(state));
    start.place(state.start);
    play.show(stepOf(state), state.steps);
    texts.update(state);
  }

  function drawAll(state) {
    const [x, y] = state.problem === "regression" ? [t("race.bias"), t("race.weight")] : ["x", "y"];
    surface.label(x, y);
    surface.domain(...problems[state.problem].view);
    drawSurface(surface, shown.problem, ["rosenbrock", "beale"].includes(state.problem));
    drawRates(rates, state, shown.rates);
    draw(state);
  }

  /** Return for each rule what it has reached, in words. */
  function reached(state) {
    const { problem, runs, bands } = shown;
    const now = stepOf(state);
    return runs.map(({ losses: values, divergedAt }, index) => {
      if (!bands && divergedAt >= 0 && divergedAt <= now) {
        return { text: t("race.diverged", { step: divergedAt }), hasDiverged: true };
      }
      const above = problem.minimum ? values[now] - problem.minimumValue : values[now];
      const loss = bands ? bands[index].median[now] : above;
      const text = t(problem.minimum ? "race.above" : "race.loss", { loss: number(loss, ".2g") });
      return { text, hasDiverged: false };
    });
  }

  /** Return what happened, in a sentence. */
  function outcome(state) {
    const parts = reached(state).map(({ text }, index) => {
      return t("race.outcome", { name: t(`rules.${kindOf(state.rules[index])}`), reached: text });
    });
    const key = shown.crowd ? "race.after_many" : "race.after";
    return `${t(key, { step: stepOf(state), count: SEEDS })} ${parts.join("; ")}.`;
  }

  function resize(width) {
    const isBeside = width >= WIDE;
    const side = Math.min(isBeside ? Math.round(width * 0.56) : width, 640);
    const { top, right, bottom, left } = surface.margin;
    surface.resize(side, side - left - right + top + bottom); // one unit is as long on both axes
    const rest = isBeside ? width - side - 16 : width;
    const height = isBeside ? surface.height : 320;
    losses.resize(rest, Math.round(height * 0.6));
    rates.resize(rest, Math.round(height * 0.4));
    drawAll(store.state);
  }

  /** Show a step at once; but while new rules wait for their runs, one of the old ones cannot be. */
  function atOnce(state, changed, isWaiting) {
    const isStep = changed.length === 1 && changed[0] === "step";
    if (isStep && !isWaiting) drawStep(state);
    return isStep;
  }

  function redraw(state, changed) {
    run(state);
    if (SHAPE.some((name) => changed.has(name))) return drawAll(state);
    const isDragged = changed.size === 1 && changed.has("start");
    if (!isDragged) drawRates(rates, state, shown.rates);
    draw(state);
  }

  run(store.state);
  const stop = watch(root, store, around, { resize, redraw, atOnce });
  return () => {
    stopWork();
    texts.stop();
    play.stop();
    stop();
  };
}
