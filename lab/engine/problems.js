/**
 * Functions of two parameters to minimise, as in `helpers/problems`. Each of `problems` is a
 * function that returns a problem:
 * - `value(x, y)`;
 * - `gradient(x, y, out)`, which writes [∂f/∂x, ∂f/∂y] to `out`;
 * - `minimum`, the point [x, y] of the lowest value, or null if there is none;
 * - `minimumValue`, the value there, or null;
 * - only of the regression: `lossAndGradient(x, y, indices, out)`, of a mini-batch, as in `toy.js`.
 */

import { lossAndGradient, toy } from "./toy.js";

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Loss of the line b + w x on all training data of the toy; a point is (b, w). */
function regression() {
  const [meanX, meanY] = [mean(toy.x), mean(toy.y)];
  const variance = mean(toy.x.map((x) => (x - meanX) ** 2));
  const covariance = mean(toy.x.map((x, i) => (x - meanX) * (toy.y[i] - meanY)));
  // Least squares: w* = cov(x, y) / var(x),  b* = ȳ − w* x̄
  const w = covariance / variance;
  const b = meanY - w * meanX;
  const all = toy.x.map((_, i) => i);
  const minimumValue = lossAndGradient(b, w, all, new Float64Array(2));
  // Completing the squares of the sum over the data gives the same function, many times faster:
  return {
    value(x, y) {
      const across = x - b + meanX * (y - w);
      // L = L* + (b − b* + x̄ (w − w*))² + var(x) (w − w*)²
      return minimumValue + across * across + variance * (y - w) ** 2;
    },
    gradient(x, y, out) {
      const across = x - b + meanX * (y - w);
      // ∂L/∂b = 2 (b − b* + x̄ (w − w*)),  ∂L/∂w = x̄ ∂L/∂b + 2 var(x) (w − w*)
      out[0] = 2 * across;
      out[1] = 2 * (meanX * across + variance * (y - w));
    },
    minimum: [b, w],
    minimumValue,
    lossAndGradient,
  };
}

/**
 * Quadratic bowl, `condition` times as steep along one axis as along the other, and turned.
 * @param {{condition?: number, angle?: number}} [settings] condition κ above 0; angle φ in degrees
 */
function quadratic({ condition = 100, angle = 0 } = {}) {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return {
    value(x, y) {
      // f = ½ (u² + κ v²),  u = x cos φ + y sin φ,  v = y cos φ − x sin φ
      return ((x * cos + y * sin) ** 2 + condition * (y * cos - x * sin) ** 2) / 2;
    },
    gradient(x, y, out) {
      const u = x * cos + y * sin;
      const v = y * cos - x * sin;
      // ∇f = (u cos φ − κ v sin φ, u sin φ + κ v cos φ)
      out[0] = u * cos - condition * v * sin;
      out[1] = u * sin + condition * v * cos;
    },
    minimum: [0, 0],
    minimumValue: 0,
  };
}

/** Curved valley (Rosenbrock, 1960, doi:10.1093/comjnl/3.3.175). */
function rosenbrock() {
  return {
    value(x, y) {
      // f = (1 − x)² + 100 (y − x²)²
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    },
    gradient(x, y, out) {
      // ∂f/∂x = −2 (1 − x) − 400 x (y − x²),  ∂f/∂y = 200 (y − x²)
      out[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      out[1] = 200 * (y - x * x);
    },
    minimum: [1, 1],
    minimumValue: 0,
  };
}

/** Flat plains and steep walls (Beale, 1958, Princeton technical report 25). */
function beale() {
  return {
    value(x, y) {
      // f = Σₖ (cₖ − x + x yᵏ)²,  c = (1.5, 2.25, 2.625)
      const [first, second] = [1.5 - x + x * y, 2.25 - x + x * y * y];
      return first ** 2 + second ** 2 + (2.625 - x + x * y * y * y) ** 2;
    },
    gradient(x, y, out) {
      const first = 2 * (1.5 - x + x * y);
      const second = 2 * (2.25 - x + x * y * y);
      const third = 2 * (2.625 - x + x * y * y * y);
      // ∂f/∂x = Σₖ 2 (cₖ − x + x yᵏ) (yᵏ − 1),  ∂f/∂y = Σₖ 2 (cₖ − x + x yᵏ) k x yᵏ⁻¹
      out[0] = first * (y - 1) + second * (y * y - 1) + third * (y * y * y - 1);
      out[1] = first * x + second * 2 * x * y + third * 3 * x * y * y;
    },
    minimum: [3, 0.5],
    minimumValue: 0,
  };
}

/** Saddle: the gradient is 0 at (0, 0), but there is no minimum. */
function saddle() {
  return {
    value(x, y) {
      // f = x² − y²
      return x * x - y * y;
    },
    gradient(x, y, out) {
      // ∇f = (2x, −2y)
      out[0] = 2 * x;
      out[1] = -2 * y;
    },
    minimum: null,
    minimumValue: null,
  };
}

export const problems = { regression, quadratic, rosenbrock, beale, saddle };
