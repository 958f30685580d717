/** The smallest network of two layers, and what becomes of its training at many rates and momenta. */

const NEAR = 1e-6; // a loss that counts as none
const FAR = 1e6; // as in `simulate`

/** f(u, v) = ½ (u v − 1)²: two weights, and one example, 1 → 1. All points with u v = 1 are minima. */
export const twoWeights = {
  value(u, v) {
    return (u * v - 1) ** 2 / 2;
  },
  gradient(u, v, out) {
    const error = u * v - 1;
    // ∇f = (u v − 1) (v, u)
    out[0] = error * v;
    out[1] = error * u;
  },
};

/**
 * Return what becomes of a run: the step from which on the loss stays near 0, Infinity if there is
 * none, or −Infinity if it diverges. The same as of the path that `simulate` returns, without it.
 */
export function outcomeAt(rate, momentum, start, steps) {
  let [u, v] = start;
  let [a, b] = [0, 0]; // the momentum buffer
  let since = Infinity;
  for (let step = 1; step <= steps; step++) {
    const error = u * v - 1;
    a = momentum * a + error * v;
    b = momentum * b + error * u;
    u -= rate * a;
    v -= rate * b;
    if (!(Math.abs(u) <= FAR && Math.abs(v) <= FAR)) return -Infinity;
    if (twoWeights.value(u, v) > NEAR) since = Infinity;
    else if (since === Infinity) since = step;
  }
  return since;
}

/**
 * Yield after slices of work; return the outcome in the middle of each cell of a view
 * `[rate, rate, momentum, momentum]`, row by row from below.
 */
export function* outcomes({ view, start, steps }, [columns, rows], budget = 12) {
  const [left, right, bottom, top] = view;
  const found = new Float64Array(columns * rows);
  let end = performance.now() + budget;
  for (let row = 0; row < rows; row++) {
    const momentum = bottom + ((top - bottom) * (row + 0.5)) / rows;
    for (let column = 0; column < columns; column++) {
      const rate = left + ((right - left) * (column + 0.5)) / columns;
      found[row * columns + column] = outcomeAt(rate, momentum, start, steps);
    }
    if (performance.now() < end) continue;
    yield;
    end = performance.now() + budget;
  }
  return found;
}
