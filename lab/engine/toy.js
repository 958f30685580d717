/** The training data of the course's linear regression, and its mini-batches. */

import { batchOrder } from "./random.js";
import * as data from "./toy.data.js";

/** Training data in the order of the split: x and y, each a Float64Array of shape (80,). */
export const toy = { x: Float64Array.from(data.x), y: Float64Array.from(data.y) };

/**
 * Mini-batches of a training loop with `DataLoader(train, batch_size=batchSize, shuffle=True)`.
 * @param {number} seed argument of `torch.manual_seed` right before training
 * @param {number} steps number of batches; the last one of an epoch may be smaller
 * @param {number} [batchSize]
 * @returns {Int32Array[]} the indices into `toy` of each step
 */
export function batches(seed, steps, batchSize = 16) {
  const perEpoch = Math.ceil(toy.x.length / batchSize);
  const orders = batchOrder(seed, toy.x.length, Math.ceil(steps / perEpoch));
  return Array.from({ length: steps }, (_, step) => {
    const first = (step % perEpoch) * batchSize;
    return orders[Math.floor(step / perEpoch)].subarray(first, first + batchSize);
  });
}

/**
 * Mean squared error of the line b + w x on some samples, and its gradient.
 * @param {number} b
 * @param {number} w
 * @param {ArrayLike<number>} indices the samples, shape (n,)
 * @param {Float64Array} out receives [∂L/∂b, ∂L/∂w]
 * @returns {number} the loss L
 */
export function lossAndGradient(b, w, indices, out) {
  const n = indices.length;
  let loss = 0;
  let overB = 0;
  let overW = 0;
  for (let i = 0; i < n; i++) {
    const x = toy.x[indices[i]];
    const error = b + w * x - toy.y[indices[i]];
    loss += error * error;
    overB += error;
    overW += error * x;
  }
  // ∂L/∂b = 2/n Σ (b + w x − y),  ∂L/∂w = 2/n Σ (b + w x − y) x
  out[0] = (2 * overB) / n;
  out[1] = (2 * overW) / n;
  // L = 1/n Σ (b + w x − y)²
  return loss / n;
}
