/** Lines through points that may leave the picture, and the dots of single steps. */

import { line } from "d3-shape";

const FAR = 1e4; // pixels: beyond this browsers draw long lines wrongly

function pixel(value) {
  return Math.round(10 * Math.max(-FAR, Math.min(FAR, value))) / 10;
}

/** Return the `d` of a line through values; NaN interrupts it. */
export function curve(plot, xs, ys, count = xs.length) {
  const draw = line()
    .defined((i) => Number.isFinite(ys[i]) && (!plot.isLog || ys[i] > 0))
    .x((i) => pixel(plot.x(xs[i])))
    .y((i) => pixel(plot.y(ys[i])));
  return draw(indices(count)) ?? "";
}

/** Return the `d` of a path of pairs [x₀, y₀, x₁, y₁, …], up to `count` points. */
export function path(plot, pairs, count) {
  const draw = line()
    .defined((i) => Number.isFinite(pairs[2 * i]))
    .x((i) => pixel(plot.x(pairs[2 * i])))
    .y((i) => pixel(plot.y(pairs[2 * i + 1])));
  return draw(indices(count)) ?? "";
}

/** Return the `d` of a dot at each corner of a path's `d`, to be stroked with round ends. */
export function dots(d) {
  return d && `${d.replaceAll(/[LM]/g, "h0M").slice(2)}h0`;
}

function indices(count) {
  return Array.from({ length: count }, (_, i) => i);
}

/** Return the `d` of the area between two curves. */
export function band(plot, xs, lower, upper) {
  const corner = (value, i) => `${pixel(plot.x(xs[i]))} ${pixel(plot.y(Math.min(value, 1e300)))}`;
  return `M${[...Array.from(lower, corner), ...Array.from(upper, corner).reverse()].join("L")}Z`;
}

/** Return the `d` of a star with five points around a pixel. */
export function star(x, y, radius = 8) {
  const corners = Array.from({ length: 10 }, (_, i) => {
    const [r, angle] = [i % 2 ? 0.4 * radius : radius, (Math.PI * i) / 5];
    return `${pixel(x + r * Math.sin(angle))} ${pixel(y - r * Math.cos(angle))}`;
  });
  return `M${corners.join("L")}Z`;
}
