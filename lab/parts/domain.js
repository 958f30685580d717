/** Axes that are drawn anew only where they change: their ticks take longer than a curve. */

const drawn = new WeakMap();

/** Set the first and last value of each axis of a plot, as `plot.domain` does. */
export function setDomain(plot, x, y) {
  const key = [plot.width, plot.height, ...x, ...y].join();
  if (drawn.get(plot) === key) return;
  drawn.set(plot, key);
  plot.domain(x, y);
}
