/** Schedule: pieces in a row, the rate that torch makes of them, and the loss that follows. */

import { html, set, write } from "../parts/dom.js";
import { watch } from "../parts/watch.js";
import { frame } from "../parts/frame.js";
import { handle } from "../parts/handle.js";
import { Plot } from "../parts/plot.js";
import { inSlices } from "../parts/slices.js";
import { swatch } from "../parts/styles.js";
import { paced } from "../parts/texts.js";
import { pieceCards, shapeOf } from "./schedule.cards.js";
import { scheduleCode } from "./schedule.code.js";
import { piecePalette, scheduleControls } from "./schedule.controls.js";
import { constantOf, manyLosses, ownLosses } from "./schedule.losses.js";
import { drawLosses, drawMomentum, drawRates } from "./schedule.draw.js";
import { notesOf } from "./schedule.notes.js";
import { outcome } from "./schedule.outcome.js";
import { pieceRow } from "./schedule.row.js";
import { edgesOf, follow, momentumOf, settingsOf } from "./schedule.pieces.js";

/** Show a schedule in `root`, and let it follow `store`. */
export function mount(root, { store, language, first, share }) {
  const { t, number } = language;
  const margin = { bottom: 22, right: 16, left: 68 };
  const axes = (y, more) => new Plot({ x: "", y, number, margin, ...more });
  const rates = axes(t("schedule.rate"), { ticks: [6, 5] });
  const ratesLog = axes(t("schedule.rate"), { ticks: [6, 4], log: true });
  const momenta = axes("", { ticks: [6, 3] });
  const losses = axes(t("schedule.excess"), {
    ticks: [6, 4],
    log: true,
    margin: { ...margin, bottom: 38 },
  });
  losses.label(t("schedule.step"), t("schedule.excess"));
  const plotOf = ({ log }) => (log ? ratesLog : rates);
  let followed = follow(store.state);
  let notes = notesOf(store.state, followed);
  let isHeld = false;
  let [found, constant, constantKey] = [null, null, ""];
  let cancel = () => {};

  const change = (pieces, chosen) => store.set({ pieces, chosen });
  const chosenOf = (state) => Math.min(state.chosen, state.pieces.length - 1);
  const rounded = (rate) => Number(rate.toPrecision(3));
  const within = (rate) => Math.max(1e-5, Math.min(10, rounded(rate)));

  /** A handle for a rate, on both plots; while it is held the axis stays as it is. */
  function rateHandle(label, move, home) {
    return [rates, ratesLog].map((plot) => {
      const point = handle(plot, {
        label,
        role: t("handle"),
        axes: [0, 1],
        home: () => [0, home()],
        move: ([, rate]) => move(within(rate)),
        done: release,
        describe: ([, rate]) => number(rate),
      });
      set(point.element, { onpointerdown: ({ button }) => (isHeld ||= button === 0) });
      plot.over.append(point.element);
      return point;
    });
  }

  function release() {
    isHeld = false;
    draw(store.state);
  }

  const levels = rateHandle(
    t("schedule.lr"),
    (lr) => store.set({ lr }),
    () => first.lr,
  );
  const peaks = rateHandle(
    "max_lr",
    (max_lr) => {
      const { pieces } = store.state;
      const index = chosenOf(store.state);
      change(pieces.with(index, { ...pieces[index], max_lr }), index);
    },
    () => store.state.lr,
  );

  const row = pieceRow({
    language,
    store,
    change,
    toPixel: (step) => plotOf(store.state).x(step) - margin.left,
    toStep: (pixel) => plotOf(store.state).x.invert(pixel + margin.left),
  });
  const cards = pieceCards({ language, store, change });
  const palette = piecePalette(store, language, change);
  const controls = scheduleControls(store, language);
  const around = frame({
    language,
    code: () => scheduleCode(store.state),
    outcome: () => outcome(language, followed, notes, found, constant),
    reset: () => store.set(first),
    share,
  });
  const legend = (style, text) => html("span", { class: "key" }, swatch(style), text);
  const seedsKey = html("span", { class: "key" });
  set(root, { class: "lab schedule" });
  root.replaceChildren(
    controls.element,
    html("p", { class: "hint" }, t("schedule.hint")),
    rates.element,
    ratesLog.element,
    row.element,
    palette.element,
    momenta.element,
    losses.element,
    html(
      "p",
      { class: "keys" },
      legend("lr", t("schedule.row_loss")),
      legend("schedule_none", t("schedule.constant_loss")),
      seedsKey,
    ),
    cards.element,
    around.element,
  );

  /** Find the losses anew, in slices; until they are there the last ones stay drawn. */
  function simulate(state) {
    cancel();
    found = null;
    const { optimizer, lr, batches, pieces } = state;
    const total = edgesOf(pieces).at(-1);
    const key = JSON.stringify([optimizer, lr, momentumOf(state), batches, total]);
    const isKnown = key === constantKey;
    function* all() {
      const reference = isKnown ? constant : yield* manyLosses(state, ...constantOf(state));
      const row = yield* manyLosses(state, followed.rates, followed.momenta);
      yield;
      return [reference, row];
    }
    cancel = inSlices(all(), ([reference, row]) => {
      [constant, constantKey, found] = [reference, key, row];
      drawLosses(losses, state, found, constant, ownLosses(state, followed));
    });
  }

  function draw(state) {
    const plot = plotOf(state);
    drawRates(plot, state, followed, isHeld);
    const total = edgesOf(state.pieces).at(-1);
    const index = state.log ? 1 : 0;
    levels[index].place([total, state.lr]);
    const chosen = state.pieces[chosenOf(state)];
    const { max_lr } = settingsOf(chosen);
    const start = edgesOf(state.pieces)[chosenOf(state)];
    const hasPeak = max_lr !== undefined;
    peaks[index].element.style.display = hasPeak ? "" : "none";
    if (hasPeak) peaks[index].place([start + chosen.steps / 2, max_lr]);
    const moves = followed.momenta.some((value) => value !== momentumOf(state));
    momenta.element.style.display = moves ? "" : "none";
    momenta.label("", state.optimizer === "adam" ? "β₁" : t("schedule.momentum"));
    if (moves) drawMomentum(momenta, state, followed);
    row.show(state, notes);
  }

  const texts = paced((state) => {
    cards.show(state, notes);
    palette.show(state);
    controls.show(state);
    write(seedsKey, t(state.batches ? "schedule.seeds" : "schedule.exact", { seed: state.seed }));
  }, shapeOf);

  function showAll(state) {
    followed = follow(state);
    notes = notesOf(state, followed);
    for (const plot of [rates, ratesLog])
      plot.element.style.display = plot === plotOf(state) ? "" : "none";
    draw(state);
    texts.update(state);
    simulate(state);
  }

  function resize(width) {
    for (const plot of [rates, ratesLog]) plot.resize(width, 230);
    momenta.resize(width, 110);
    losses.resize(width, 240);
    set(row.element, {
      style: `margin: 0 ${margin.right}px 0 ${margin.left}px`,
    });
    showAll(store.state);
  }

  const redraw = (state) => rates.width && showAll(state);
  const stop = watch(root, store, around, { resize, redraw });
  return () => {
    cancel();
    texts.stop();
    stop();
  };
}
