/** Plays the steps of a run, one after the other. */

import { html } from "./dom.js";
import { button, slider } from "./control.js";

const DURATION = 6000; // milliseconds from the first step to the last

/**
 * Return `{ element, show, stop }`: play or pause, a step, back to the start, and a slider.
 * `go(step)` shows a step.
 */
export function player({ language, go }) {
  const { t } = language;
  let [step, last, frame] = [0, 0, 0];
  let bar;

  function stop() {
    cancelAnimationFrame(frame);
    frame = 0;
    toggle.textContent = t("play");
  }

  function play() {
    if (frame) return stop();
    const first = step >= last ? 0 : step;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return go(last);
    const start = performance.now();
    toggle.textContent = t("pause");
    const tick = (now) => {
      // The first frame may have begun before the click.
      const share = Math.max(0, now - start) / DURATION;
      const next = Math.min(last, first + Math.floor(share * last));
      if (next !== step) go(next);
      if (next >= last) return stop();
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
  }

  const move = (next) => {
    stop();
    go(Math.max(0, Math.min(last, next)));
  };
  const toggle = button(t("play"), play, { class: "button primary" });
  const bars = html("div", { class: "grow" });
  const element = html(
    "div",
    { class: "player" },
    toggle,
    button(t("one_step"), () => move(step >= last ? 0 : step + 1)),
    button(t("to_start"), () => move(0)),
    bars,
  );
  return {
    element,
    stop,
    show(now, end) {
      if (end !== last) {
        last = end;
        bar = slider({
          label: t("step"),
          range: { min: 0, max: last },
          integer: true,
          language,
          change: move,
        });
        bars.replaceChildren(bar.element);
      }
      step = now;
      bar.show(step);
    },
  };
}
