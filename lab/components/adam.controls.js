/** What a reader sets: the gradients, in numbers, and the settings of Adam. */

import { choice, slider, toggle } from "../parts/control.js";
import { html } from "../parts/dom.js";
import { field } from "../parts/field.js";
import { fields } from "../state.js";
import { PRESETS, stepOf } from "./adam.numbers.js";

const SETTINGS = ["lr", "beta1", "beta2", "eps"];

/** Return the controls' elements, and `show(state)`. */
export function controls(store, language) {
  const { t } = language;
  const ranges = fields("adam");
  const { length, ...range } = ranges.gradients;
  const preset = choice({
    label: t("adam.start"),
    options: [...Object.keys(PRESETS), "own"].map((name) => [name, t(`adam.presets.${name}`)]),
    choose: (name) => name !== "own" && store.set({ gradients: PRESETS[name] }),
  });
  const one = field({
    label: "g",
    range,
    language,
    change(value) {
      const step = stepOf(store.state);
      store.set({ gradients: store.state.gradients.map((g, i) => (i === step - 1 ? value : g)) });
    },
  });
  const all = field({
    label: t("adam.gradients"),
    range,
    length,
    language,
    change: (gradients) => store.set({ gradients }),
  });
  const sliders = SETTINGS.map((name) =>
    slider({
      label: t(`settings.${name}`),
      range: ranges[name],
      language,
      change: (value) => store.set({ [name]: value }),
    }),
  );
  const amsgrad = toggle({
    label: t("rules.amsgrad"),
    change: (value) => store.set({ amsgrad: value }),
  });
  return {
    preset: preset.element,
    gradient: one.element,
    elements: [
      ...sliders.map(({ element }) => element),
      html("div", { class: "group" }, amsgrad.element, all.element),
    ],
    show(state) {
      const same = ([, values]) => JSON.stringify(values) === JSON.stringify(state.gradients);
      preset.show(Object.entries(PRESETS).find(same)?.[0] ?? "own");
      const step = stepOf(state);
      one.show(state.gradients[step - 1], t("adam.gradient_of_step", { step }));
      all.show(state.gradients);
      sliders.forEach((bar, i) => bar.show(state[SETTINGS[i]]));
      amsgrad.show(state.amsgrad);
    },
  };
}
