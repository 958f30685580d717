/**
 * The random numbers of torch's CPU generator, bit by bit. A seed then gives the start and the
 * mini-batches that a training loop with a DataLoader gets: see `helpers/simulate/sampling.py`.
 */

/** MT19937 (Matsumoto and Nishimura, 1998, doi:10.1145/272991.272995). */
export class Generator {
  /** @param {number} seed an integer from 0 to 2⁵³ − 1, of which torch uses the low 32 bits */
  constructor(seed) {
    const state = new Int32Array(624);
    state[0] = seed; // the array stores the low 32 bits
    for (let i = 1; i < 624; i++) {
      // sᵢ = 1812433253 (sᵢ₋₁ ⊕ (sᵢ₋₁ >> 30)) + i  (mod 2³²)
      state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    this.state = state;
    this.next = 624;
  }

  /** @returns {number} the next draw, an integer from 0 to 2³² − 1 */
  random() {
    if (this.next === 624) this.#renew();
    let draw = this.state[this.next++];
    draw ^= draw >>> 11;
    draw ^= (draw << 7) & 0x9d2c5680;
    draw ^= (draw << 15) & 0xefc60000;
    return (draw ^ (draw >>> 18)) >>> 0;
  }

  #renew() {
    const { state } = this;
    for (let i = 0; i < 624; i++) {
      const joined = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
      const twist = joined & 1 ? 0x9908b0df : 0;
      state[i] = state[(i + 397) % 624] ^ (joined >>> 1) ^ twist;
    }
    this.next = 0;
  }
}

/**
 * `torch.randperm(n, generator=generator)`: the numbers from 0 to n − 1, shuffled (Fisher–Yates).
 * @param {Generator} generator
 * @param {number} n
 * @returns {Int32Array} shape (n,)
 */
export function randperm(generator, n) {
  const order = new Int32Array(n).map((_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.random() % (n - i));
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}

/**
 * Bias and weight of `nn.Linear(1, 1)` after `torch.manual_seed(seed)`.
 * @param {number} seed
 * @returns {[number, number]} [b, w], each a float32 in [−1, 1)
 */
export function startingPoint(seed) {
  const generator = new Generator(seed);
  // A uniform float32 is made of the low 24 bits of a draw.
  const uniform = () => 2 * ((generator.random() & 0xffffff) / 2 ** 24) - 1;
  const weight = uniform(); // the weight is drawn first
  return [uniform(), weight];
}

/**
 * Order in which a DataLoader with `shuffle=True` returns the training data in each epoch.
 * @param {number} seed argument of `torch.manual_seed` right before training
 * @param {number} samples
 * @param {number} epochs
 * @returns {Int32Array[]} one array of indices an epoch, each of shape (samples,)
 */
export function batchOrder(seed, samples, epochs) {
  const generator = new Generator(seed);
  return Array.from({ length: epochs }, () => {
    draw(generator); // the training loader draws a seed for its workers, even if it has none
    const order = randperm(new Generator(draw(generator)), samples);
    draw(generator); // and so does the loader of the validation data
    return order;
  });
}

/** An int64 `random_()` of torch takes two draws; the second holds the low 32 bits. */
function draw(generator) {
  generator.random();
  return generator.random();
}
