/** A row for each curve: whether it is shown, its value on the day, and the sum of its weights. */

import { html, newId, set, write } from "../parts/dom.js";
import { color, swatch } from "../parts/styles.js";
import { CURVES, dayOf, missingWeight } from "./average.numbers.js";

/** Return `{ element, show }` of the rows. */
export function curveRows(store, language) {
  const { t, number } = language;
  const rows = CURVES.map((name) => row(name, store, t));
  const header = html(
    "div",
    { class: "row head", "aria-hidden": "true" },
    html("span", {}, t("average.curve")),
    html("span", { class: "number" }),
    html("span", { class: "sum" }, t("average.sum")),
  );
  const day = header.querySelector(".number");
  return {
    element: html("div", { class: "averages" }, header, ...rows.map(({ element }) => element)),
    show(state, found) {
      write(day, t("average.on_day", { day: dayOf(state) }));
      const missing = missingWeight(state);
      CURVES.forEach((name, index) => {
        const seen = name === "ewma" ? 1 - missing : 1;
        rows[index].show({
          isShown: state[name],
          value: number(found[name][dayOf(state) - 1], ".2f"),
          seen,
          sum:
            name === "ewma"
              ? t("average.sum_ewma", { sum: number(seen, ".3f"), missing: number(missing, ".3f") })
              : number(1, ".0f"),
        });
      });
    },
  };
}

function row(name, store, t) {
  const id = newId();
  const box = html("input", {
    type: "checkbox",
    id,
    onchange: () => store.set({ [name]: box.checked }),
  });
  const value = html("span", { class: "number" });
  const filled = html("span", { class: "filled", style: `background: var(--${color(name)})` });
  const text = html("span", { class: "text" });
  const element = html(
    "div",
    { class: "row" },
    html("label", { for: id, class: "toggle" }, box, swatch(name), t(`average.curves.${name}`)),
    value,
    html(
      "span",
      { class: "sum" },
      html("span", { class: "share", "aria-hidden": "true" }, filled),
      text,
    ),
  );
  return {
    element,
    show({ isShown, value: written, seen, sum }) {
      box.checked = isShown;
      element.classList.toggle("off", !isShown);
      write(value, written);
      set(filled, { style: `background: var(--${color(name)}); width: ${100 * seen}%` });
      write(text, sum);
    },
  };
}
