/** What a reader sets: the series to start from, N, α, and the value of the chosen day. */

import { choice, slider, toggle } from "../parts/control.js";
import { html, write } from "../parts/dom.js";
import { field } from "../parts/field.js";
import { fields } from "../state.js";
import { dayOf, PRESETS, withSameAge } from "./average.numbers.js";

/** Return the controls' elements, and `show(state, isDrawing)`. */
export function controls(store, language, setDrawing) {
  const { t } = language;
  const ranges = fields("average");
  const preset = choice({
    label: t("average.series"),
    options: [...Object.keys(PRESETS), "own"].map((name) => [name, t(`average.presets.${name}`)]),
    choose(name) {
      setDrawing(name === "own");
      if (name !== "own") store.set({ series: PRESETS[name], day: PRESETS[name].length });
    },
  });
  const both = (patch) => store.set(store.state.same_age ? withSameAge(patch) : patch);
  const alpha = slider({
    label: t("average.alpha"),
    range: ranges.alpha,
    language,
    change: (value) => both({ alpha: value }),
  });
  const periods = slider({
    label: t("average.periods"),
    range: ranges.periods,
    integer: true,
    language,
    change: (value) => both({ periods: value }),
  });
  const names = html("p", { class: "names" });
  const sameAge = toggle({
    label: t("average.same_age"),
    change: (same_age) =>
      store.set({ same_age, ...(same_age && withSameAge({ alpha: store.state.alpha })) }),
  });
  const value = field({
    label: t("average.value"),
    range: ranges.series,
    language,
    change(typed) {
      const day = dayOf(store.state);
      store.set({ series: store.state.series.map((old, i) => (i === day - 1 ? typed : old)) });
    },
  });
  return {
    preset: preset.element,
    elements: [
      alpha.element,
      periods.element,
      names,
      html("div", { class: "group" }, sameAge.element, value.element),
    ],
    show(state, isDrawing) {
      const same = ([, values]) => JSON.stringify(values) === JSON.stringify(state.series);
      preset.show((!isDrawing && Object.entries(PRESETS).find(same)?.[0]) || "own");
      alpha.show(state.alpha);
      periods.show(state.periods);
      sameAge.show(state.same_age);
      write(
        names,
        t("average.names", {
          alpha: state.alpha,
          beta: 1 - state.alpha,
          periods: 2 / state.alpha - 1,
        }),
      );
      const day = dayOf(state);
      value.show(state.series[day - 1], t("average.value_of_day", { day }));
    },
  };
}
