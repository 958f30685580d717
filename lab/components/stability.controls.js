/** Sliders, a switch, and two good choices: the fastest momentum, and the best for the bowl. */

import { fastestFor, fastestMomentum } from "../engine/stability.js";
import { button, slider, toggle } from "../parts/control.js";
import { html } from "../parts/dom.js";
import { fields } from "../state.js";

/** Return `{ element, show }` of the controls. */
export function stabilityControls(store, language) {
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
  const atMost = (value) => Math.min(limits.momentum.max, value);
  const fastest = button(t("stability.set_fastest"), () => {
    const { rate, nesterov: isAhead } = store.state;
    store.set({ momentum: atMost(fastestMomentum(rate, isAhead)) });
  });
  const best = button(t("stability.set_best"), () => {
    const { condition, nesterov: isAhead } = store.state;
    const [rate, momentum] = fastestFor(condition, isAhead);
    store.set({ rate, momentum: atMost(momentum) });
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
