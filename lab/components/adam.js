/** Adam's step: gradients that the reader moves, and what each line of Adam makes of them. */

import { html, set, write } from "../parts/dom.js";
import { watch } from "../parts/watch.js";
import { frame } from "../parts/frame.js";
import { paced } from "../parts/texts.js";
import { adamCode } from "./adam.code.js";
import { controls } from "./adam.controls.js";
import { lineList } from "./adam.lines.js";
import { stepOf, trace } from "./adam.numbers.js";
import { pictures } from "./adam.pictures.js";

/** Show Adam's steps in `root`, and let them follow `store`. */
export function mount(root, { store, language, first, share }) {
  const { t, number } = language;
  let pointed = null; // the line that the reader points at
  const rows = pictures({ store, language, light });
  const lines = lineList({
    language,
    light,
    keep: (line) => store.set({ line: store.state.line === line ? "none" : line }),
  });
  const title = html("p", { class: "caption" });
  const hint = html("p", { class: "hint" }, t("adam.hint"));
  const panel = controls(store, language);
  const around = frame({
    language,
    code: () => adamCode(store.state),
    outcome: () => outcome(language, store.state),
    reset: () => store.set(first),
    share,
  });
  const stage = html(
    "div",
    { class: "stage" },
    html("div", { class: "pictures" }, ...rows.elements),
    html("div", {}, title, lines.element),
  );
  set(root, { class: "lab adam" });
  root.replaceChildren(
    html("div", { class: "controls" }, panel.preset, panel.gradient, hint),
    stage,
    html("div", { class: "controls" }, panel.elements),
    around.element,
  );

  /** Light a line and its curve: the one pointed at, or else the one that was pressed. */
  function light(line) {
    pointed = line;
    const pressed = store.state.line === "none" ? null : store.state.line;
    const lit = pointed ?? pressed;
    set(root, { "data-lit": lit });
    lines.light(lit);
  }

  const texts = paced((state, found) => {
    lines.show(state, stepOf(state), found);
    panel.show(state);
    write(title, t("adam.lines", { step: number(stepOf(state), "d") }));
  });

  function draw(state) {
    const found = trace(state);
    rows.draw(state, found);
    texts.update(state, found);
    light(pointed);
  }

  function resize(width) {
    const isBeside = width >= 640;
    rows.resize(isBeside ? Math.round(width * 0.52) : width, isBeside ? 580 : 500);
    draw(store.state);
  }

  const stop = watch(root, store, around, { resize, redraw: draw });
  return () => {
    texts.stop();
    stop();
  };
}

/** Say what the chosen step does, and how long the first one was. */
export function outcome({ t }, state) {
  const step = stepOf(state);
  const found = trace(state);
  return t("adam.outcome", {
    step,
    gradient: state.gradients[step - 1],
    m: found.m_hat[step],
    root: Math.sqrt(found.v_hat[step]),
    move: found.move[step],
    share: Math.abs(found.move[step]) / state.lr,
    theta: found.theta[step],
    first: Math.abs(found.move[1]) / state.lr,
  });
}
