/** Values over the places 1, 2, 3, … of a plot, each of which a reader moves up and down. */

import { tickStep } from "d3-array";
import { set, svg } from "./dom.js";
import { sliderGroup } from "./handle.js";

const REACH = 22; // pixels around a point within which it can be taken

/**
 * Let a reader choose a place of a plot: by hovering, and by pressing and dragging.
 * `choose(place, y)` gets it, and the pointer's height in pixels; `leave` is called as it goes.
 */
export function picker(plot, { count, choose, leave = () => {} }) {
  const pick = (event) => {
    const [x, y] = plot.pixels(event);
    choose(placeAt(plot, x, count()), y);
  };
  set(plot.element, {
    onpointerdown: (event) => event.button || pick(event),
    onpointermove: pick,
    onpointerleave: leave,
  });
}

/**
 * Return `{ element, show }` of values that can be moved, one tab stop for all of them: left and
 * right choose a place, up and down move its value by about a hundredth of the axis (with Shift, or by
 * Page Up and Page Down, by a tenth), Home and End go to the first and the last.
 *
 * `choose(place, y)` and `change(values)` say what the reader did, `done` that a movement has ended.
 * While `isDrawing()`, the values follow the pointer wherever it is dragged.
 */
export function series(
  plot,
  { label, role, describe, choose, change, done, leave = () => {}, isDrawing = () => false },
) {
  let [values, place] = [[], 1];
  let grip = null; // what the pressed pointer does
  const reach = svg("path", { class: "reach" });
  const element = sliderGroup(label, role, svg("circle", { class: "ring", r: 7 }));

  function move(at, value) {
    values = values.with(at - 1, rounded(plot, value)); // the next key may come before the next frame
    change(values);
  }

  /** Set every value between the last place of a stroke and this one. */
  function draw(x, y) {
    const [at, value] = [placeAt(plot, x, values.length), plot.y.invert(y)];
    const from = grip.last ?? { at, value };
    const next = values.slice();
    const [low, high] = [Math.min(from.at, at), Math.max(from.at, at)];
    for (let i = low; i <= high; i++) {
      const share = at === from.at ? 1 : (i - from.at) / (at - from.at);
      next[i - 1] = rounded(plot, from.value + share * (value - from.value));
    }
    grip.last = { at, value };
    change(next);
    choose(at, y);
  }

  set(plot.element, {
    ontouchstart(event) {
      // A finger that takes a point does not scroll; browsers ignore touch-action inside an SVG.
      const [x, y] = plot.pixels(event.touches[0]);
      if (isDrawing() || nearest(plot, values, x, y)) event.preventDefault();
    },
    onpointerdown(event) {
      if (event.button) return;
      const [x, y] = plot.pixels(event);
      const near = isDrawing() ? 0 : nearest(plot, values, x, y);
      event.preventDefault();
      element.focus({ preventScroll: true });
      plot.element.setPointerCapture(event.pointerId);
      grip = { at: near, shift: near ? plot.y(values[near - 1]) - y : 0, from: y };
      if (isDrawing()) draw(x, y);
      else choose(near || placeAt(plot, x, values.length), y);
    },
    onpointermove(event) {
      const [x, y] = plot.pixels(event);
      if (grip && isDrawing()) return draw(x, y);
      if (!grip?.at) return choose(placeAt(plot, x, values.length), y);
      // A press without a movement chooses a point, and leaves its value as it is.
      if (y !== grip.from) move(grip.at, plot.y.invert(y + grip.shift));
    },
    onlostpointercapture() {
      grip = null;
      done();
    },
    onpointerleave: leave,
  });
  set(element, {
    onkeydown(event) {
      const up = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
      const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 1, End: values.length };
      if (!up && !(event.key in to)) return;
      event.preventDefault();
      if (!up) {
        place = Math.max(1, Math.min(values.length, to[event.key]));
        return choose(place);
      }
      const larger = event.shiftKey && Math.abs(up) === 1 ? 10 : 1;
      move(place, values[place - 1] + up * larger * tickStep(...plot.y.domain(), 100));
      done();
    },
  });

  plot.over.append(reach, element);
  return {
    element,
    /** Whether the reader is moving values, so that the axes should rest. */
    isMoving: () => grip !== null,
    show(next, at) {
      [values, place] = [next, at];
      const [low, high] = plot.y.domain();
      const [x, y] = [plot.x(at), clamp(plot.y(values[at - 1]), plot.y.range())];
      const spots = values.map(
        (value, i) => `M${plot.x(i + 1)} ${clamp(plot.y(value), plot.y.range())}h0`,
      );
      set(reach, { d: spots.join("") });
      set(element, {
        transform: `translate(${x} ${y})`,
        "aria-valuemin": low,
        "aria-valuemax": high,
        "aria-valuenow": values[at - 1],
        "aria-valuetext": describe(at, values[at - 1]),
      });
      plot.element.classList.toggle("drawing", isDrawing());
    },
  };
}

function placeAt(plot, x, count) {
  return Math.max(1, Math.min(count, Math.round(plot.x.invert(x))));
}

/** Return the place of the point nearest to a pixel, or 0 if none is within reach. */
function nearest(plot, values, x, y) {
  let [best, distance] = [0, REACH];
  values.forEach((value, i) => {
    const far = Math.hypot(plot.x(i + 1) - x, clamp(plot.y(value), plot.y.range()) - y);
    if (far < distance) [best, distance] = [i + 1, far];
  });
  return best;
}

/** Round to a power of ten below a hundredth of the axis, and stay on the axis. */
function rounded(plot, value) {
  const [low, high] = plot.y.domain();
  const inside = clamp(value, [low, high]);
  const power = Math.floor(Math.log10((high - low) / 100));
  // Dividing by a whole power of ten gives the shortest decimal, multiplying by 0.1 does not.
  const digits = Math.round(inside / 10 ** power);
  return digits === 0 ? 0 : Number(`${digits}e${power}`);
}

function clamp(value, [a, b]) {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), value));
}
