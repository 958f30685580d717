/** The row of blocks under the curve: edges that are dragged, blocks that change places. */

import { html, set, write } from "../parts/dom.js";
import { edgeLimits, edgesOf, moveEdge, movePiece, removePiece } from "./schedule.pieces.js";

const FAR = 6; // pixels that a pointer moves before a press is a drag

/**
 * Return `{ element, show }` of the row. `change(pieces, chosen)` is called with a new row;
 * `toPixel` and `toStep` translate between steps and pixels from the row's left edge.
 */
export function pieceRow({ language, store, change, toPixel, toStep }) {
  const { t } = language;
  const element = html("div", { class: "pieces", role: "group", "aria-label": t("schedule.row") });
  let [blocks, edges] = [[], []];

  const pointerAt = (event) => event.clientX - element.getBoundingClientRect().left;

  /** Move the piece of a block, and the block with it, so that a drag keeps hold of it. */
  function reorder(from, to) {
    const { pieces } = store.state;
    if (to < 0 || to >= pieces.length || to === from) return;
    // The neighbour moves, not the block: an element that moves loses pointer and focus.
    const [moved, neighbour] = [blocks[from].element, blocks[to].element];
    moved[to > from ? "before" : "after"](neighbour);
    blocks = movePiece(blocks, from, to);
    change(movePiece(pieces, from, to), to);
  }

  function block() {
    const name = html("span", { class: "name" });
    const length = html("span", { class: "length" });
    const about = html("span", { class: "hidden" });
    const self = { name, length, about, element: null };
    const index = () => blocks.indexOf(self);
    let [pressed, isDragged] = [null, false];
    self.element = html(
      "button",
      {
        type: "button",
        class: "block",
        // The end of a drag is a click too; that of a key has no count.
        onclick: ({ detail }) => (detail && isDragged) || change(store.state.pieces, index()),
        onpointerdown(event) {
          if (event.button) return;
          [pressed, isDragged] = [pointerAt(event), false];
          self.element.setPointerCapture(event.pointerId);
        },
        onpointermove(event) {
          if (pressed === null) return;
          const at = pointerAt(event);
          isDragged ||= Math.abs(at - pressed) > FAR;
          if (!isDragged) return;
          self.element.classList.add("dragged");
          const { pieces } = store.state;
          const ends = edgesOf(pieces).map(toPixel);
          const middle = (i) => (ends[i] + ends[i + 1]) / 2;
          const i = index();
          if (i + 1 < pieces.length && at > middle(i + 1)) reorder(i, i + 1);
          else if (i > 0 && at < middle(i - 1)) reorder(i, i - 1);
        },
        onlostpointercapture() {
          pressed = null;
          self.element.classList.remove("dragged");
        },
        onkeydown(event) {
          const { pieces } = store.state;
          const i = index();
          if (pieces.length !== blocks.length) return; // not drawn yet
          const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (step) {
            event.preventDefault();
            if (event.shiftKey) return reorder(i, i + step);
            const next = Math.max(0, Math.min(pieces.length - 1, i + step));
            change(pieces, next);
            blocks[next].element.focus();
          } else if (["Delete", "Backspace"].includes(event.key) && pieces.length > 1) {
            event.preventDefault();
            change(removePiece(pieces, i), Math.max(0, i - 1));
            blocks[Math.max(0, i - 1)]?.element.focus();
          }
        },
      },
      name,
      length,
      about,
    );
    return self;
  }

  function edge(index) {
    const move = (step) => change(moveEdge(store.state.pieces, index, step), store.state.chosen);
    const stepOf = () => edgesOf(store.state.pieces)[index + 1];
    let follow = null; // from pixels to steps, as they were at the press: the last edge moves the axis
    const handle = html("div", {
      class: "edge",
      role: "slider",
      tabindex: 0,
      onpointerdown(event) {
        if (event.button) return;
        event.preventDefault();
        handle.focus({ preventScroll: true });
        handle.setPointerCapture(event.pointerId);
        const [pressed, step, scale] = [event.clientX, stepOf(), toStep(1) - toStep(0)];
        follow = (pixel) => step + (pixel - pressed) * scale;
      },
      onpointermove(event) {
        if (handle.hasPointerCapture(event.pointerId)) move(follow(event.clientX));
      },
      onkeydown(event) {
        const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
        const [Home, End] = edgeLimits(store.state.pieces, index);
        const goal = { Home, End }[event.key] ?? stepOf() + step * (event.shiftKey ? 10 : 1);
        if (Number.isNaN(goal)) return;
        event.preventDefault();
        move(goal);
      },
    });
    return handle;
  }

  return {
    element,
    show({ pieces, chosen: asked }, notes) {
      const chosen = Math.min(asked, pieces.length - 1);
      const nameOf = (index) => t(`schedule.kinds.${pieces[index].piece}`);
      if (blocks.length !== pieces.length) {
        const hadFocus = element.contains(document.activeElement);
        blocks = pieces.map(block);
        edges = pieces.map((_, index) => edge(index));
        element.replaceChildren(...blocks.map(({ element: one }) => one), ...edges);
        if (hadFocus) blocks[chosen].element.focus();
      }
      const ends = edgesOf(pieces);
      blocks.forEach((one, i) => {
        set(one.element, { "aria-pressed": String(i === chosen), title: t("schedule.block_help") });
        one.element.classList.toggle("failed", Boolean(notes[i][0]?.isError));
        one.element.style.left = `${toPixel(ends[i])}px`;
        one.element.style.width = `${toPixel(ends[i + 1]) - toPixel(ends[i])}px`;
        write(one.name, nameOf(i));
        write(one.length, String(pieces[i].steps));
        const place = { start: ends[i], index: i + 1, count: pieces.length };
        write(one.about, t("schedule.block", place));
      });
      edges.forEach((handle, i) => {
        const [low, high] = edgeLimits(pieces, i);
        set(handle, {
          "aria-label": t("schedule.edge", { name: nameOf(i) }),
          "aria-valuemin": low,
          "aria-valuemax": high,
          "aria-valuenow": ends[i + 1],
          "aria-valuetext": t("schedule.edge_at", { step: ends[i + 1] }),
        });
        handle.style.left = `${toPixel(ends[i + 1])}px`;
      });
    },
  };
}
