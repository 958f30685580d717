/**
 * Scales from values to pixels, as those of d3-scale, which would bring colours, dates and
 * interpolation along: half of what a page may load.
 */

import { ticks } from "d3-array";

/** Return a linear scale; called with a value, it gives pixels. */
export function linear() {
  return scale((value) => value);
}

/** Return a logarithmic scale, of positive values. */
export function log() {
  return scale(Math.log, Math.exp);
}

function scale(bend, unbend = bend) {
  let [domain, range] = [
    [1, 10],
    [0, 1],
  ];
  let [low, high] = domain.map(bend);
  const pixels = (value) => range[0] + ((bend(value) - low) / (high - low)) * (range[1] - range[0]);
  return Object.assign(pixels, {
    domain(values) {
      if (!values) return [...domain];
      domain = [...values];
      [low, high] = domain.map(bend);
      return pixels;
    },
    range(values) {
      if (!values) return [...range];
      range = [...values];
      return pixels;
    },
    invert(pixel) {
      return unbend(low + ((pixel - range[0]) / (range[1] - range[0])) * (high - low));
    },
    /** About `count` round values of the domain. */
    ticks(count) {
      return ticks(domain[0], domain[1], count);
    },
  });
}
