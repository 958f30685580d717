/** Averages of a series, the oldest value first, and their weights, as in `helpers/averages.py`. */

/**
 * Mean of the last `periods` values, or of all values so far if there are fewer.
 * @param {ArrayLike<number>} values shape (n,)
 * @param {number} periods N, at least 1
 * @returns {Float64Array} shape (n,)
 */
export function movingAverage(values, periods) {
  return Float64Array.from(values, (_, t) => {
    const first = Math.max(0, t + 1 - periods);
    let sum = 0;
    for (let i = first; i <= t; i++) sum += values[i];
    // MAₜ = (xₜ + … + xₜ₋ₙ₊₁) / n,  n = min(t, N)
    return sum / (t + 1 - first);
  });
}

/**
 * Exponentially weighted moving average that starts at 0.
 * @param {ArrayLike<number>} values shape (n,)
 * @param {number} alpha weight of the newest value, in (0, 1]
 * @returns {Float64Array} shape (n,)
 */
export function ewma(values, alpha) {
  let average = 0;
  // vₜ = β vₜ₋₁ + α xₜ,  v₀ = 0,  β = 1 − α
  return Float64Array.from(values, (value) => (average = (1 - alpha) * average + alpha * value));
}

/**
 * EWMA divided by the sum of its weights so far: Adam's correction (arXiv:1412.6980, section 3).
 * @param {ArrayLike<number>} values shape (n,)
 * @param {number} alpha weight of the newest value, in (0, 1]
 * @returns {Float64Array} shape (n,)
 */
export function correctedEwma(values, alpha) {
  let sum = 0;
  return ewma(values, alpha).map((average) => {
    // 1 − βᵗ = β (1 − βᵗ⁻¹) + α, which loses no digits where α is small
    sum = (1 - alpha) * sum + alpha;
    // v̂ₜ = vₜ / (1 − βᵗ)
    return average / sum;
  });
}

/** Weights of the last `lags` values in each average, the newest first: Float64Array (lags,). */
export const weights = {
  /** 1 / N for the last N values, then 0. */
  movingAverage: (periods, lags) => byLag(lags, (lag) => (lag < periods ? 1 / periods : 0)),
  /** wₖ = α (1 − α)ᵏ */
  ewma: (alpha, lags) => byLag(lags, (lag) => alpha * (1 - alpha) ** lag),
  /** Those of the EWMA after as many values as `lags`, divided by their sum. */
  correctedEwma(alpha, lags) {
    const plain = weights.ewma(alpha, lags);
    const sum = plain.reduce((total, weight) => total + weight, 0);
    return plain.map((weight) => weight / sum);
  },
};

function byLag(lags, weight) {
  return Float64Array.from({ length: lags }, (_, lag) => weight(lag));
}
