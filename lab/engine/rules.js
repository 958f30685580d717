/** Update rules, equal to `torch.optim` in float64 up to rounding. Defaults are those of torch. */

import { average, defineRule } from "./_rule.js";

/** Stochastic gradient descent, with Polyak's or Nesterov's momentum, as `torch.optim.SGD`. */
const sgd = defineRule(
  { lr: 1e-3, momentum: 0, dampening: 0, nesterov: false, weight_decay: 0 },
  (params, gradient, state, { lr, momentum, dampening, nesterov, weight_decay }) => {
    const started = "momentum_buffer" in state;
    const buffer = momentum === 0 ? null : average(state, "momentum_buffer", params);
    for (let i = 0; i < params.length; i++) {
      // gₜ ← gₜ + λ θₜ₋₁
      const g = gradient[i] + weight_decay * params[i];
      let direction = g;
      if (buffer) {
        // bₜ = μ bₜ₋₁ + (1 − τ) gₜ, but b₁ = g₁
        buffer[i] = started ? momentum * buffer[i] + (1 - dampening) * g : g;
        // dₜ = gₜ + μ bₜ with Nesterov's momentum, else bₜ
        direction = nesterov ? g + momentum * buffer[i] : buffer[i];
      }
      // θₜ = θₜ₋₁ − γ dₜ
      params[i] -= lr * direction;
    }
  },
  ({ nesterov, momentum, dampening }) => {
    if (nesterov && !(momentum > 0 && dampening === 0)) {
      throw new RangeError("nesterov requires momentum above 0 and dampening 0");
    }
  },
);

/** AdaGrad (Duchi, Hazan and Singer, 2011, JMLR 12), as `torch.optim.Adagrad`. */
const adagrad = defineRule(
  { lr: 1e-2, lr_decay: 0, weight_decay: 0, eps: 1e-10 },
  (params, gradient, state, { lr, lr_decay, weight_decay, eps }) => {
    const sum = average(state, "sum", params);
    // γₜ = γ / (1 + (t − 1) η)
    const rate = lr / (1 + (state.step - 1) * lr_decay);
    for (let i = 0; i < params.length; i++) {
      const g = gradient[i] + weight_decay * params[i];
      // sₜ = sₜ₋₁ + gₜ²
      sum[i] += g * g;
      // θₜ = θₜ₋₁ − γₜ gₜ / (√sₜ + ε)
      params[i] -= (rate * g) / (Math.sqrt(sum[i]) + eps);
    }
  },
);

/** RMSProp (Tieleman and Hinton, 2012, lecture 6.5), as `torch.optim.RMSprop`. */
const rmsprop = defineRule(
  { lr: 1e-2, alpha: 0.99, eps: 1e-8, weight_decay: 0, momentum: 0 },
  (params, gradient, state, { lr, alpha, eps, weight_decay, momentum }) => {
    const square = average(state, "square_avg", params);
    const buffer = momentum === 0 ? null : average(state, "momentum_buffer", params);
    for (let i = 0; i < params.length; i++) {
      const g = gradient[i] + weight_decay * params[i];
      // vₜ = α vₜ₋₁ + (1 − α) gₜ²
      square[i] = alpha * square[i] + (1 - alpha) * g * g;
      const scaled = g / (Math.sqrt(square[i]) + eps);
      // bₜ = μ bₜ₋₁ + gₜ / (√vₜ + ε)
      if (buffer) buffer[i] = momentum * buffer[i] + scaled;
      // θₜ = θₜ₋₁ − γ bₜ
      params[i] -= lr * (buffer ? buffer[i] : scaled);
    }
  },
);

const ADAM = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0, amsgrad: false };

/** Adam (Kingma and Ba, 2015, arXiv:1412.6980), as `torch.optim.Adam`. */
const adam = defineRule(ADAM, (params, gradient, state, settings) =>
  adamStep(params, gradient, state, settings, settings.weight_decay, 0),
);

/** AdamW (Loshchilov and Hutter, 2019, arXiv:1711.05101), as `torch.optim.AdamW`. */
const adamw = defineRule({ ...ADAM, weight_decay: 1e-2 }, (params, gradient, state, settings) =>
  adamStep(params, gradient, state, settings, 0, settings.weight_decay),
);

/** One step of Adam, where λ pulls on the gradient (`coupled`) or on θ itself (`decoupled`). */
function adamStep(params, gradient, state, settings, coupled, decoupled) {
  const { lr, beta1, beta2, eps, amsgrad } = settings;
  const m = average(state, "exp_avg", params);
  const v = average(state, "exp_avg_sq", params);
  // AMSGrad (Reddi, Kale and Kumar, 2018, arXiv:1904.09237) divides by the largest vₜ so far.
  const largest = amsgrad ? average(state, "max_exp_avg_sq", params) : null;
  const size = lr / (1 - beta1 ** state.step);
  const correction = Math.sqrt(1 - beta2 ** state.step);
  for (let i = 0; i < params.length; i++) {
    // gₜ ← gₜ + λ θₜ₋₁, or θₜ₋₁ ← (1 − γλ) θₜ₋₁
    const g = gradient[i] + coupled * params[i];
    params[i] *= 1 - lr * decoupled;
    // mₜ = β₁ mₜ₋₁ + (1 − β₁) gₜ
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    // vₜ = β₂ vₜ₋₁ + (1 − β₂) gₜ²
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    if (largest) largest[i] = Math.max(largest[i], v[i]);
    const second = largest ? largest[i] : v[i];
    // θₜ = θₜ₋₁ − γ m̂ₜ / (√v̂ₜ + ε),  m̂ₜ = mₜ / (1 − β₁ᵗ),  v̂ₜ = vₜ / (1 − β₂ᵗ)
    params[i] -= (size * m[i]) / (Math.sqrt(second) / correction + eps);
  }
}

/** NAdam: Adam with Nesterov's momentum (Dozat, 2016), as `torch.optim.NAdam`. */
const nadam = defineRule(
  { lr: 2e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0, momentum_decay: 4e-3 },
  (params, gradient, state, { lr, beta1, beta2, eps, weight_decay, momentum_decay }) => {
    const t = state.step;
    const m = average(state, "exp_avg", params);
    const v = average(state, "exp_avg_sq", params);
    // μₜ = β₁ (1 − ½ 0.96^(t ψ))
    const mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay));
    const muNext = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay));
    // Πₜ = μ₁ μ₂ … μₜ
    state.mu_product = (state.mu_product ?? 1) * mu;
    const now = (lr * (1 - mu)) / (1 - state.mu_product);
    const ahead = (lr * muNext) / (1 - state.mu_product * muNext);
    const correction = 1 - beta2 ** t;
    for (let i = 0; i < params.length; i++) {
      const g = gradient[i] + weight_decay * params[i];
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      // θₜ = θₜ₋₁ − γ m̂ₜ / (√v̂ₜ + ε),  m̂ₜ = (1 − μₜ) gₜ / (1 − Πₜ) + μₜ₊₁ mₜ / (1 − Πₜ₊₁)
      params[i] -= (now * g + ahead * m[i]) / (Math.sqrt(v[i] / correction) + eps);
    }
  },
);

/** Lion (Chen and others, 2023, arXiv:2302.06675), as `Lion` of the package lion-pytorch. */
const lion = defineRule(
  { lr: 1e-4, beta1: 0.9, beta2: 0.99, weight_decay: 0 },
  (params, gradient, state, { lr, beta1, beta2, weight_decay }) => {
    const m = average(state, "exp_avg", params);
    for (let i = 0; i < params.length; i++) {
      // θₜ = (1 − γλ) θₜ₋₁ − γ sign(β₁ mₜ₋₁ + (1 − β₁) gₜ)
      const direction = beta1 * m[i] + (1 - beta1) * gradient[i];
      params[i] = params[i] * (1 - lr * weight_decay) - lr * Math.sign(direction);
      // mₜ = β₂ mₜ₋₁ + (1 − β₂) gₜ
      m[i] = beta2 * m[i] + (1 - beta2) * gradient[i];
    }
  },
);

/** Muon (Jordan and others, 2024) of a matrix with one column, as `torch.optim.Muon` in float64. */
const muon = defineRule(
  { lr: 1e-3, momentum: 0.95, weight_decay: 0.1 },
  (params, gradient, state, { lr, momentum, weight_decay }) => {
    const m = average(state, "momentum_buffer", params);
    // dₜ = μ mₜ + (1 − μ) gₜ,  mₜ = μ mₜ₋₁ + (1 − μ) gₜ
    const direction = m.map((old, i) => {
      m[i] = momentum * old + (1 - momentum) * gradient[i];
      return momentum * m[i] + (1 - momentum) * gradient[i];
    });
    // A column has one singular value, its length, of which Newton–Schulz makes another one.
    const length = Math.hypot(...direction);
    const size = newtonSchulz(length / Math.max(length, 1e-7)) / (length || 1);
    const scale = lr * Math.sqrt(params.length) * size;
    for (let i = 0; i < params.length; i++) {
      // θₜ = (1 − γλ) θₜ₋₁ − γ s O(dₜ),  s = √rows
      params[i] = params[i] * (1 - lr * weight_decay) - scale * direction[i];
    }
  },
);

/** Return what five steps of Muon's iteration make of a singular value. */
export function newtonSchulz(value) {
  for (let i = 0; i < 5; i++) value *= 3.4445 - 4.775 * value ** 2 + 2.0315 * value ** 4;
  return value;
}

export const rules = { sgd, adagrad, rmsprop, adam, adamw, nadam, lion, muon };
