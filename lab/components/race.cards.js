/** A card for each rule of a race: what it is, its settings, how far it has come. */

import { button, choice, slider } from "../parts/control.js";
import { focusIn, giveFocus, html, set, write } from "../parts/dom.js";
import { swatch } from "../parts/styles.js";
import { fields, settings as ranges, standard } from "../state.js";
import { KINDS, kindOf } from "./race.rules.js";
import { isNoisy } from "./race.runs.js";

/** Return which cards a state has. */
export function shapeOf({ rules }) {
  return rules.map(kindOf).join();
}

/** Return `{ element, add, show }`; `show` gets the text of what each rule has reached. */
export function cards(store, language) {
  const { t } = language;
  const element = html("div", { class: "rules" });
  const add = button(t("race.add"), () => {
    const used = store.state.rules.map(kindOf);
    const next = Object.keys(KINDS).find((kind) => !used.includes(kind)) ?? "adam";
    store.set({ rules: [...store.state.rules, started(next)] });
  });
  let shown = "";
  let all = [];
  return {
    element,
    add,
    show(state, reached) {
      const kinds = state.rules.map(kindOf);
      let [held, control] = [-1, -1]; // the card and the control that have the focus
      if (shapeOf(state) !== shown) {
        shown = shapeOf(state);
        const places = all.map((one) => focusIn(one.element));
        held = places.findIndex((place) => place >= 0);
        control = places[held];
        all = kinds.map((kind, index) => card(kind, index, store, language));
        element.replaceChildren(...all.map((one) => one.element));
      }
      add.hidden = state.rules.length >= fields("race").rules.max;
      all.forEach((one, index) => one.show(state, reached[index]));
      if (held >= 0) giveFocus(all[Math.min(held, all.length - 1)].element, control);
    },
  };
}

/** Return a rule with the settings that it starts with. */
function started(kind) {
  return { ...KINDS[kind].preset, lr: KINDS[kind].lr };
}

function card(kind, index, store, language) {
  const { t } = language;
  const name = t(`rules.${kind}`);
  const { main, settings } = KINDS[kind];

  function replace(change) {
    store.set({ rules: store.state.rules.map((rule, i) => (i === index ? change(rule) : rule)) });
  }

  const select = choice({
    label: t("race.rule"),
    isHidden: true,
    options: Object.keys(KINDS).map((option) => [option, t(`rules.${option}`)]),
    choose: (option) => replace(() => started(option)),
  });
  const sliders = settings.map((setting) => [
    setting,
    slider({
      label: t(`settings.${setting}`),
      name: `${name}, ${t(`settings.${setting}`)}`,
      range: { ...ranges[setting], ...KINDS[kind].ranges?.[setting] },
      language,
      change: (value) => replace((rule) => ({ ...rule, [setting]: value })),
    }),
  ]);
  const rows = sliders.map(([, { element }]) => element);
  const result = html("p", { class: "result" });
  const map = button(t("race.map"), () => {
    store.set({ map: store.state.map === index ? -1 : index, many: false });
  });
  const remove = button(
    "×",
    () => store.set({ rules: store.state.rules.filter((_, i) => i !== index), map: -1 }),
    { "aria-label": t("race.remove", { name }), title: t("race.remove", { name }) },
  );
  const element = html(
    "fieldset",
    { class: "rule" },
    html("legend", { class: "hidden" }, name),
    html("div", { class: "title" }, swatch(kind), select.element, remove),
    result,
    html("div", { class: "rows" }, rows.slice(0, main)),
    html(
      "details",
      { class: "more" },
      html("summary", {}, t("race.more")),
      html("div", { class: "rows" }, rows.slice(main)),
      map,
    ),
  );
  return {
    element,
    show(state, { text, hasDiverged }) {
      select.show(kind);
      for (const [setting, one] of sliders) {
        one.show(state.rules[index][setting] ?? standard(state.rules[index].rule, setting));
      }
      map.hidden = isNoisy(state);
      set(map, { "aria-pressed": String(state.map === index) });
      remove.hidden = state.rules.length === 1;
      write(result, text);
      element.classList.toggle("diverged", hasDiverged);
    },
  };
}
