/** What surrounds the curves of a schedule: pieces to add, and what holds for the whole row. */

import { button, choice, slider, toggle } from "../parts/control.js";
import { html, write } from "../parts/dom.js";
import { fields, pieces as kinds } from "../state.js";
import {
  FEWEST_STEPS,
  MOST_PIECES,
  MOST_STEPS,
  addPiece,
  edgesOf,
  stretch,
} from "./schedule.pieces.js";

/** Buttons that add a piece after the chosen one. */
export function piecePalette(store, language, change) {
  const { t } = language;
  const label = html("span", {});
  const buttons = Object.keys(kinds).map((kind) =>
    button(`+ ${t(`schedule.kinds.${kind}`)}`, () => {
      const { pieces, chosen, lr } = store.state;
      const index = Math.min(chosen, pieces.length - 1);
      change(addPiece(pieces, index, kind, lr), index + 1);
    }),
  );
  return {
    element: html(
      "div",
      { class: "palette", role: "group", "aria-label": t("schedule.palette") },
      label,
      buttons,
    ),
    show({ pieces, chosen }) {
      const piece = pieces[Math.min(chosen, pieces.length - 1)];
      const isFull = pieces.length >= MOST_PIECES;
      const isShort = piece.steps < 2;
      const name = t(`schedule.kinds.${piece.piece}`);
      const key = isFull ? "full" : isShort ? "short" : "add_after";
      write(label, t(`schedule.${key}`, { name, count: MOST_PIECES }));
      for (const one of buttons) one.disabled = isFull || isShort;
    },
  };
}

/** What holds for the whole row: the optimizer, its settings, how many steps, which scale. */
export function scheduleControls(store, language) {
  const { t } = language;
  const { lr, momentum, beta1, optimizer } = fields("schedule");
  const bar = (name, label, range) =>
    slider({ label, range, language, change: (value) => store.set({ [name]: value }) });
  const rule = choice({
    label: t("schedule.optimizer"),
    options: optimizer.options.map((name) => [name, t(`rules.${name}`)]),
    choose: (name) => store.set({ optimizer: name }),
  });
  const bars = {
    lr: bar("lr", t("settings.lr"), lr),
    momentum: bar("momentum", t("settings.momentum"), momentum),
    beta1: bar("beta1", t("settings.beta1"), beta1),
  };
  const steps = slider({
    label: t("schedule.steps"),
    range: { min: FEWEST_STEPS, max: MOST_STEPS },
    integer: true,
    language,
    change: (total) => store.set({ pieces: stretch(store.state.pieces, total) }),
  });
  const log = toggle({ label: t("schedule.log"), change: (value) => store.set({ log: value }) });
  const batches = toggle({
    label: t("schedule.batches"),
    change: (value) => store.set({ batches: value }),
  });
  return {
    element: html(
      "div",
      { class: "controls" },
      rule.element,
      log.element,
      batches.element,
      Object.values(bars).map(({ element }) => element),
      steps.element,
    ),
    show(state) {
      rule.show(state.optimizer);
      for (const [name, one] of Object.entries(bars)) one.show(state[name]);
      bars.momentum.element.hidden = state.optimizer !== "sgd";
      bars.beta1.element.hidden = state.optimizer !== "adam";
      steps.show(edgesOf(state.pieces).at(-1));
      log.show(state.log);
      batches.show(state.batches);
    },
  };
}
