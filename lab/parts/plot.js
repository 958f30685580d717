/** Axes on which surfaces, paths and curves are drawn, in CSS pixels, so that letters keep their size. */

import { linear, log as logarithmic } from "./scale.js";
import { draw, newId, set, svg, write } from "./dom.js";

const MARGIN = { top: 10, right: 12, bottom: 38, left: 50 };

/**
 * Axes with labels. `label` changes these, `resize` and `domain` draw them anew; `x` and `y` are
 * scales from values to pixels; `layer(name)` is a group for what lies inside them.
 */
export class Plot {
  #axes = ""; // the ends of the axes that are drawn

  constructor({ x, y, number, log = false, ticks = [5, 5], margin = {} }) {
    this.margin = { ...MARGIN, ...margin };
    this.number = number;
    this.ticks = ticks;
    this.isLog = log;
    this.x = linear();
    this.y = log ? logarithmic() : linear();
    const clip = newId();
    this.clip = svg("rect");
    this.grid = svg("g", { class: "grid" });
    this.marks = svg("g", { class: "ticks" });
    this.content = svg("g", { "clip-path": `url(#${clip})` });
    this.names = svg("g"); // of lines, beside them
    this.over = svg("g"); // not clipped: handles
    this.xLabel = svg("text", { class: "axis", "text-anchor": "middle" });
    this.yLabel = svg("text", { class: "axis", "text-anchor": "middle" });
    this.element = svg(
      "svg",
      { class: "plot", role: "group" },
      svg("clipPath", { id: clip }, this.clip),
      this.grid,
      this.content,
      this.marks,
      this.xLabel,
      this.yLabel,
      this.names,
      this.over,
    );
    this.layers = new Map();
    this.label(x, y);
  }

  /** Write what the axes show, also as the name of the whole. */
  label(x, y) {
    write(this.xLabel, x);
    write(this.yLabel, y);
    set(this.element, { "aria-label": [x, y].filter(Boolean).join(", ") });
  }

  /** Return the group of a name; groups lie above one another in the order of their first use. */
  layer(name) {
    if (!this.layers.has(name)) {
      this.layers.set(name, svg("g", { class: name }));
      this.content.append(this.layers.get(name));
    }
    return this.layers.get(name);
  }

  /** Draw shapes, as `draw` takes them, into the layer of a name. */
  draw(name, shapes) {
    draw(this.layer(name), shapes);
  }

  /** Return where a pointer is, in the plot's own pixels. */
  pixels({ clientX, clientY }) {
    const box = this.element.getBoundingClientRect();
    const scale = this.width / box.width;
    return [(clientX - box.left) * scale, (clientY - box.top) * scale];
  }

  /** Set the size in CSS pixels. */
  resize(width, height) {
    const { top, right, bottom, left } = this.margin;
    this.#axes = "";
    this.width = width;
    this.height = height;
    this.x.range([left, width - right]);
    this.y.range([height - bottom, top]);
    set(this.element, { viewBox: `0 0 ${width} ${height}`, width, height });
    set(this.clip, { x: left, y: top, width: width - left - right, height: height - top - bottom });
    set(this.xLabel, { x: (left + width - right) / 2, y: height - 4 });
    const middle = (top + height - bottom) / 2;
    set(this.yLabel, { transform: `translate(13 ${middle}) rotate(-90)` });
  }

  /** Set the first and last value of each axis, and draw ticks where they have changed. */
  domain(x, y) {
    const axes = [...x, ...y].join();
    if (axes === this.#axes) return;
    this.#axes = axes;
    this.x.domain(x);
    this.y.domain(y);
    const grid = [];
    const marks = [];
    const [left, right] = this.x.range();
    const [bottom, top] = this.y.range();
    for (const value of this.x.ticks(this.ticks[0])) {
      const at = Math.round(this.x(value)) + 0.5;
      grid.push(["path", { d: `M${at} ${bottom}V${top}` }]);
      const place = { x: at, y: bottom + 16, "text-anchor": "middle" };
      marks.push(["text", place, this.number(value)]);
    }
    for (const value of this.#yTicks()) {
      const at = Math.round(this.y(value)) + 0.5;
      grid.push(["path", { d: `M${left} ${at}H${right}` }]);
      const place = { x: left - 6, y: at + 4, "text-anchor": "end" };
      marks.push(["text", place, this.number(value)]);
    }
    draw(this.grid, grid);
    draw(this.marks, marks);
  }

  /** On a logarithmic axis whole powers of ten alone, not more than there is room for. */
  #yTicks() {
    if (!this.isLog) return this.y.ticks(this.ticks[1]);
    const [low, high] = this.y.domain().map(Math.log10);
    const every = Math.max(1, Math.ceil((high - low) / this.ticks[1]));
    const powers = [];
    for (let power = Math.ceil(low); power <= high; power++) {
      if (power % every === 0) powers.push(10 ** power);
    }
    return powers;
  }
}
