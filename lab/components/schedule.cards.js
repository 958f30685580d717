/** A card for each piece: what it is, its settings if it is the chosen one, and what torch does. */

import { button, choice, slider, toggle } from "../parts/control.js";
import { focusIn, giveFocus, html, set, write } from "../parts/dom.js";
import { pieces as kinds } from "../state.js";
import { edgesOf, movePiece, newPiece, removePiece, settingsOf } from "./schedule.pieces.js";

/** Return which cards a state has, and which of them is open. */
export function shapeOf({ chosen, pieces }) {
  return `${Math.min(chosen, pieces.length - 1)}:${pieces.map(({ piece }) => piece).join()}`;
}

/** Return `{ element, show }` of the cards of a row; `change(pieces, chosen)` gets a new one. */
export function pieceCards({ language, store, change }) {
  const { t } = language;
  const element = html("div", { class: "piece-cards" });
  let [cards, shape] = [[], ""];

  function patch(index, changes) {
    const { pieces } = store.state;
    const next = { ...pieces[index], ...changes };
    for (const [name, value] of Object.entries(next)) if (value === undefined) delete next[name];
    change(pieces.with(index, next), index);
  }

  /** The control of one setting: `{ element, show(value, isOwn) }`. */
  function setting(index, name, range, title) {
    const set = (value) => patch(index, { [name]: value });
    if (range.options) {
      const options = range.options.map((option) => [option, option]);
      return choice({ label: name, options, choose: set });
    }
    if (typeof range.default === "boolean") return toggle({ label: name, change: set });
    const bar = slider({
      label: name,
      name: `${title}, ${name}`,
      range,
      integer: range.integer,
      language,
      change: set,
    });
    if (!range.follows) return bar;
    const release = button(t("schedule.follow"), () => set(undefined), {
      "aria-label": t("schedule.follow_name", { name }),
    });
    bar.element.append(release);
    return {
      element: bar.element,
      show(value, isOwn) {
        bar.show(value);
        release.hidden = !isOwn;
      },
    };
  }

  function card(piece, index, count, isChosen) {
    const title = t(`schedule.kinds.${piece.piece}`);
    const { torch, settings } = kinds[piece.piece];
    const about = html("span", { class: "reach" });
    const notes = html("ul", { class: "notes" });
    const heading = html(
      "div",
      { class: "title" },
      html("span", { class: "number" }, String(index + 1)),
    );
    if (!isChosen) {
      const name = t("schedule.choose", { name: title });
      const choose = button(title, () => change(store.state.pieces, index), { "aria-label": name });
      heading.append(choose, about);
      return { element: html("div", { class: "card" }, heading, notes), about, notes };
    }
    const kind = choice({
      label: t("schedule.kind"),
      isHidden: true,
      options: Object.keys(kinds).map((name) => [name, t(`schedule.kinds.${name}`)]),
      choose: (name) => {
        const { pieces, lr } = store.state;
        change(pieces.with(index, newPiece(name, pieces[index].steps, lr)), index);
      },
    });
    kind.show(piece.piece);
    const act = (text, label, isPossible, to) =>
      button(text, () => change(...to()), {
        "aria-label": label,
        title: label,
        disabled: !isPossible,
      });
    const move = (by) => () => [movePiece(store.state.pieces, index, index + by), index + by];
    heading.append(
      kind.element,
      html("code", {}, torch),
      about,
      html(
        "div",
        { class: "acts" },
        act("←", t("schedule.move_left", { name: title }), index > 0, move(-1)),
        act("→", t("schedule.move_right", { name: title }), index < count - 1, move(1)),
        act("×", t("schedule.remove", { name: title }), count > 1, () => [
          removePiece(store.state.pieces, index),
          Math.max(0, index - 1),
        ]),
      ),
    );
    const controls = Object.entries(settings).map(([name, range]) => [
      name,
      setting(index, name, range, title),
    ]);
    return {
      element: html(
        "fieldset",
        { class: "card chosen" },
        html("legend", { class: "hidden" }, title),
        heading,
        html(
          "div",
          { class: "settings" },
          controls.map(([, { element: one }]) => one),
        ),
        notes,
      ),
      about,
      notes,
      show(current) {
        const values = settingsOf(current);
        for (const [name, one] of controls) one.show(values[name], current[name] !== undefined);
      },
    };
  }

  return {
    element,
    show(state, notes) {
      const chosen = Math.min(state.chosen, state.pieces.length - 1);
      if (shapeOf(state) !== shape) {
        shape = shapeOf(state);
        const control = Math.max(-1, ...cards.map(({ element: one }) => focusIn(one)));
        cards = state.pieces.map((piece, i) => card(piece, i, state.pieces.length, i === chosen));
        element.replaceChildren(...cards.map(({ element: one }) => one));
        if (control >= 0) giveFocus(cards[chosen].element, control);
      }
      const ends = edgesOf(state.pieces);
      cards.forEach((one, i) => {
        one.show?.(state.pieces[i]);
        write(one.about, t("schedule.about", { start: ends[i], end: ends[i + 1] - 1 }));
        // The same notes, as during most drags, are left alone.
        const texts = notes[i].map(({ key, values }) => t(`schedule.notes.${key}`, values));
        if (texts.join("\n") === one.texts) return;
        one.texts = texts.join("\n");
        one.notes.replaceChildren(...texts.map((text) => html("li", {}, text)));
        set(one.element, { class: `card${i === chosen ? " chosen" : ""}` });
        one.element.classList.toggle("failed", Boolean(notes[i][0]?.isError));
      });
    },
  };
}
