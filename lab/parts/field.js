/** Numbers to type where a bar would have no room, or no ends. */

import { html, newId, set, write } from "./dom.js";

/** Answer what was typed into a field: with a problem, or, if the text is empty, with none. */
export function answer(input, message, text) {
  write(message, text);
  const isWrong = text !== "";
  set(input, { "aria-invalid": isWrong && "true", "aria-describedby": isWrong && message.id });
}

/**
 * Return `{ element, show }` of a field for one number from `range.min` to `range.max`, or, with
 * `length`, for a list of at least and at most so many. Anything else is answered below the
 * field, and changes nothing.
 */
export function field({ label, range, length = null, language, change }) {
  const { t, number, parse } = language;
  const id = newId();
  const isList = length !== null;
  const input = html("input", {
    type: "text",
    id,
    inputmode: isList ? "text" : "decimal",
    autocomplete: "off",
    spellcheck: "false",
    onchange: read,
  });
  const caption = html("label", { for: id }, label);
  const message = html("p", { class: "problem", id: newId(), role: "alert" });
  const mark = number(0.5, ".1f")[1];
  // All digits, in a form that can be typed: 1e-8 rather than 10⁻⁸.
  const digits = (value) => String(value).replace(".", mark);
  const between = mark === "," ? /[\s;]+/ : /[\s;,]+/;
  const written = (value) => (isList ? value : [value]).map(digits).join("  ");
  let shown = "";
  const isInside = (value) => value >= range.min && value <= range.max;

  function read() {
    const parts = isList ? input.value.split(between).filter(Boolean) : [input.value];
    const values = parts.map(parse);
    const wrong = parts.find((_, i) => !isInside(values[i]));
    const [least, most] = length ?? [1, 1];
    const hasLength = values.length >= least && values.length <= most;
    let text = "";
    const limits = { min: digits(range.min), max: digits(range.max) };
    if (wrong !== undefined)
      text = t("problem", { name: caption.textContent, got: wrong, ...limits });
    else if (!hasLength) text = t("problem_length", { least, most, got: values.length });
    answer(input, message, text);
    if (text) return;
    input.value = shown = written(isList ? values : values[0]);
    change(isList ? values : values[0]);
  }

  return {
    element: html(
      "div",
      { class: `control field${isList ? " list" : ""}` },
      caption,
      input,
      message,
    ),
    /** Show a value, and what it is now called. */
    show(value, text = label) {
      // What somebody is typing stays.
      if (document.activeElement === input && input.value !== shown) return;
      write(caption, text);
      const next = written(value);
      if (next === shown && input.value === shown) return;
      input.value = shown = next;
      answer(input, message, "");
    },
  };
}
