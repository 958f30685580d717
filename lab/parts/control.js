/** Controls with visible labels: sliders with a field to type in, choices, switches, buttons. */

import { html, newId, set } from "./dom.js";
import { answer } from "./field.js";

const POSITIONS = 1000;

/** Return a button. */
export function button(text, press, attributes = {}) {
  return html("button", { type: "button", class: "button", onclick: press, ...attributes }, text);
}

/** Return `{ element, show }` of a list of `[value, text]` to choose from; `isHidden` hides its label from the eye. */
export function choice({ label, options, choose, isHidden = false }) {
  const id = newId();
  const select = html(
    "select",
    { id, onchange: () => choose(options[select.selectedIndex][0]) },
    options.map(([, text]) => html("option", {}, text)),
  );
  return {
    element: html(
      "div",
      { class: "control" },
      html("label", { for: id, class: isHidden && "hidden" }, label),
      select,
    ),
    show(value) {
      select.selectedIndex = options.findIndex(([option]) => option === value);
    },
  };
}

/** Return `{ element, show }` of a checkbox. */
export function toggle({ label, change }) {
  const box = html("input", { type: "checkbox", onchange: () => change(box.checked) });
  return {
    element: html("label", { class: "control toggle" }, box, label),
    show(value) {
      box.checked = value;
    },
  };
}

/**
 * Return `{ element, show, range }` of a slider and a field for the same number.
 *
 * `range` has `min` and `max`, and a `scale`: "log", or "close" for values that get close to 1.
 * `change` gets numbers within the range. Anything else in the field is answered below it, and
 * changes nothing.
 */
export function slider({
  label,
  name = label,
  range,
  language,
  change,
  done = () => {},
  integer = false,
}) {
  const { t, number, parse } = language;
  const id = newId();
  let shown = null;
  const write = (value) => number(value, integer ? "d" : range.scale === "close" ? ".4g" : ".3g");
  const bar = html("input", {
    type: "range",
    id,
    min: 0,
    max: integer ? range.max - range.min : POSITIONS,
    step: 1,
    autocomplete: "off",
    oninput: () => change(fromBar()),
    onchange: done,
  });
  const field = html("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": `${name}: ${t("type")}`,
    onchange: read,
  });
  const message = html("p", { class: "problem", id: newId(), role: "alert" });

  function fromBar() {
    if (integer) return range.min + Number(bar.value);
    const value = unscale(range, Number(bar.value) / POSITIONS);
    // Close to 1 the distance to it counts: three digits of 0.9999 would be 1.
    if (range.scale === "close") return Number((1 - Number((1 - value).toPrecision(3))).toFixed(6));
    return Number(value.toPrecision(3));
  }

  function read() {
    const value = parse(field.value);
    const isValid =
      value >= range.min && value <= range.max && (!integer || Number.isInteger(value));
    const limits = { name, got: field.value, min: write(range.min), max: write(range.max) };
    const problem = t(integer ? "problem_integer" : "problem", limits);
    answer(field, message, isValid ? "" : problem);
    if (!isValid) return;
    put(value);
    change(value);
    done();
  }

  function put(value) {
    shown = value;
    bar.value = integer ? value - range.min : Math.round(POSITIONS * scale(range, value));
    set(bar, { "aria-valuetext": write(value) });
    field.value = write(value);
    answer(field, message, "");
  }

  return {
    element: html(
      "div",
      { class: "control slider" },
      html("label", { for: id }, label),
      bar,
      field,
      message,
    ),
    show(value) {
      const isSame = shown !== null && field.value === write(shown);
      if (!isSame && document.activeElement === field) return; // what somebody is typing stays
      if (value !== shown || !isSame) put(value);
    },
  };
}

/** Return where a value lies between the ends of a range, from 0 to 1. */
function scale({ min, max, scale: kind }, value) {
  if (kind === "log") return Math.log(value / min) / Math.log(max / min);
  if (kind === "close") return Math.log((1 - value) / (1 - min)) / Math.log((1 - max) / (1 - min));
  return (value - min) / (max - min);
}

function unscale({ min, max, scale: kind }, share) {
  if (kind === "log") return min * (max / min) ** share;
  if (kind === "close") return 1 - (1 - min) * ((1 - max) / (1 - min)) ** share;
  return min + (max - min) * share;
}
