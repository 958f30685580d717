/**
 * Gradient descent with momentum along one eigen-direction of a quadratic, in closed form.
 *
 * There, with a = lr λ, each rule of `torch.optim.SGD` is the recurrence
 * xₜ₊₁ = p xₜ − q xₜ₋₁, which z² − p z + q = 0 decides: it converges if both roots lie inside the
 * unit circle. Polyak's momentum: p = 1 + μ − a, q = μ. Nesterov's: p = (1 − a)(1 + μ),
 * q = (1 − a) μ. See Distill, "Why Momentum Really Works" (2017, doi:10.23915/distill.00006).
 */

const LONGEST = 100_000; // steps that are followed until the path is near enough

/** @returns {[number, number]} p and q of the recurrence */
export function recurrence(rate, momentum, nesterov) {
  if (nesterov) return [(1 - rate) * (1 + momentum), (1 - rate) * momentum];
  return [1 + momentum - rate, momentum];
}

/**
 * Return the roots, the larger one first, each as [real, imaginary].
 * @returns {[[number, number], [number, number]]}
 */
export function roots(rate, momentum, nesterov) {
  const [p, q] = recurrence(rate, momentum, nesterov);
  const inside = (p * p) / 4 - q;
  if (inside < 0) {
    const height = Math.sqrt(-inside);
    return [
      [p / 2, height],
      [p / 2, -height],
    ];
  }
  // The larger root by adding, the other from their product: no digits are lost.
  const larger = p / 2 + (p < 0 ? -1 : 1) * Math.sqrt(inside);
  return [
    [larger, 0],
    [larger === 0 ? 0 : q / larger, 0],
  ];
}

/** Return the spectral radius: by how much each step shrinks the distance, in the long run. */
export function radius(rate, momentum, nesterov) {
  return Math.hypot(...roots(rate, momentum, nesterov)[0]);
}

/** The rate, as lr λ, at which the path neither shrinks nor grows. */
export function limit(momentum, nesterov) {
  // z = −1 is a root: 1 + p + q = 0
  return nesterov ? (2 * (1 + momentum)) / (1 + 2 * momentum) : 2 * (1 + momentum);
}

/** The rates between which roots are complex: [lowest, highest]. */
export function complexRates(momentum, nesterov) {
  // p² = 4q
  if (nesterov) return [((1 - momentum) / (1 + momentum)) ** 2, 1];
  return [(1 - Math.sqrt(momentum)) ** 2, (1 + Math.sqrt(momentum)) ** 2];
}

/** The momentum at which the path shrinks fastest for a rate; null if none converges. */
export function fastestMomentum(rate, nesterov) {
  const root = Math.sqrt(rate);
  // The double root: p² = 4q. Nesterov's has none above a = 1, where each momentum does harm.
  if (nesterov) return rate < 2 ? Math.max(0, (1 - root) / (1 + root)) : null;
  return rate < 4 ? (1 - root) ** 2 : null;
}

/**
 * Return the fastest rate and momentum for curvatures from λ / κ to λ: [lr λ, μ]. Polyak (1964,
 * doi:10.1016/0041-5553(64)90137-5), and for Nesterov's Lessard, Recht and Packard (2016,
 * arXiv:1408.3595, table 1).
 */
export function fastestFor(condition, nesterov) {
  const root = Math.sqrt(condition);
  if (!nesterov) return [((2 * root) / (root + 1)) ** 2, ((root - 1) / (root + 1)) ** 2];
  const wide = Math.sqrt(3 * condition + 1);
  return [4 / (3 + 1 / condition), (wide - 2) / (wide + 2)];
}

/** Return what a path does: "diverges", "stands" (on the border), "oscillates", "alternates" or "monotone". */
export function behaviour(rate, momentum, nesterov) {
  if (rate === 0) return "stands";
  const border = limit(momentum, nesterov);
  if (rate > border) return "diverges";
  if (rate === border) return "stands";
  const [low, high] = complexRates(momentum, nesterov);
  if (rate > low && rate < high) return "oscillates";
  return rate <= low ? "monotone" : "alternates";
}

/**
 * Follow x from x₀ = 1 with torch.optim.SGD on ½ λ x².
 * @returns {Float64Array} shape (steps + 1,)
 */
export function follow(rate, momentum, nesterov, steps) {
  const path = new Float64Array(steps + 1);
  path[0] = 1;
  let velocity = 0; // lr b
  for (let step = 1; step <= steps; step++) {
    const pull = rate * path[step - 1]; // lr g
    // bₜ = μ bₜ₋₁ + gₜ,  xₜ = xₜ₋₁ − lr (gₜ + μ bₜ), or − lr bₜ
    velocity = momentum * velocity + pull;
    path[step] = path[step - 1] - (nesterov ? pull + momentum * velocity : velocity);
  }
  return path;
}

/** Return after how many steps the distance stays below a share of the first; Infinity if never. */
export function stepsToReach(share, rate, momentum, nesterov) {
  const shrink = radius(rate, momentum, nesterov);
  if (behaviour(rate, momentum, nesterov) === "diverges" || shrink >= 1) return Infinity;
  // Long after rᵗ has fallen far below the share, for a double root shrinks as t rᵗ.
  const far = shrink === 0 ? 5 : Math.ceil(Math.log(share * 1e-6) / Math.log(shrink)) + 10;
  if (far > LONGEST) return Infinity;
  const [p, q] = recurrence(rate, momentum, nesterov);
  // x₁ = x₀ − lr g₀, or with Nesterov's (1 + μ) times that step
  let [before, x] = [1, 1 - rate * (nesterov ? 1 + momentum : 1)];
  let last = 0;
  for (let step = 1; step <= far; step++) {
    if (Math.abs(x) > share) last = step;
    [before, x] = [x, p * x - q * before];
  }
  return last + 1;
}
