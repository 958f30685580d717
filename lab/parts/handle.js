/** A point that a reader moves, by mouse, touch or keyboard (the slider pattern of ARIA, twice). */

import { set, svg } from "./dom.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * Return a handle over a plot. `move([x, y])` is called with values inside the plot's domain.
 * An arrow key moves by a hundredth of an axis, with Shift by a tenth; Home goes `home`.
 */
export function handle(
  plot,
  { label, role, home, move, done = () => {}, describe, axes = [1, 1] },
) {
  let at = [0, 0];
  const reach = svg("circle", { class: "reach", r: 22 });
  const element = sliderGroup(label, role, reach, svg("circle", { class: "ring", r: 8 }));

  function go(point) {
    const inside = [plot.x, plot.y].map((scale, axis) => {
      const [low, high] = scale.domain();
      return axes[axis] ? Math.max(low, Math.min(high, point[axis])) : at[axis];
    });
    at = inside; // where the next key starts, which may come before the next frame
    move(inside);
  }

  set(element, {
    ontouchstart: (event) => event.preventDefault(), // browsers ignore touch-action inside an SVG
    onpointerdown(event) {
      if (event.button) return;
      event.preventDefault();
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
    },
    onpointermove(event) {
      if (!element.hasPointerCapture(event.pointerId)) return;
      const [x, y] = plot.pixels(event);
      go([plot.x.invert(x), plot.y.invert(y)]);
    },
    onlostpointercapture: done,
    onkeydown(event) {
      const arrow = ARROWS[event.key];
      if (!arrow && event.key !== "Home") return;
      event.preventDefault();
      const share = event.shiftKey ? 0.1 : 0.01;
      const [x, y] = [plot.x, plot.y].map((scale) => scale.domain()[1] - scale.domain()[0]);
      go(arrow ? [at[0] + arrow[0] * share * x, at[1] + arrow[1] * share * y] : home());
      done();
    },
  });
  return {
    element,
    place(point) {
      at = point;
      const [low, high] = (axes[0] ? plot.x : plot.y).domain();
      set(element, {
        transform: `translate(${plot.x(point[0])} ${plot.y(point[1])})`,
        "aria-valuetext": describe(point),
        "aria-valuemin": low,
        "aria-valuemax": high,
        "aria-valuenow": axes[0] ? point[0] : point[1],
      });
    },
  };
}

/** Return a group of shapes that is a slider to the keyboard and to screen readers. */
export function sliderGroup(label, role, ...shapes) {
  const names = { "aria-label": label, "aria-roledescription": role };
  return svg("g", { class: "handle", tabindex: 0, role: "slider", ...names }, ...shapes);
}
