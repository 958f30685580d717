/**
 * Learning rate schedules, equal to `torch.optim.lr_scheduler`, as in `helpers/schedules`.
 *
 * Each returns a Float64Array of shape (steps,): the rates that a training loop reads before each
 * `scheduler.step()`. The arguments are named as in torch, and their defaults are those of torch.
 */

const trace = (steps, rate) => Float64Array.from({ length: steps }, (_, t) => rate(t));

function checkChoice(name, value, choices) {
  if (choices.includes(value)) return;
  throw new RangeError(`${name} must be one of ${choices.join(", ")}, got ${value}`);
}

/** From a, at share 0, to b, at share 1: b + (a − b) (1 + cos πp) / 2 */
const cosine = (a, b, share) => b + ((a - b) / 2) * (1 + Math.cos(Math.PI * share));

/** ηₜ = η₀ γ^⌊t / s⌋ */
export function stepLr({ lr, step_size, steps, gamma = 0.1 }) {
  return trace(steps, (t) => lr * gamma ** Math.floor(t / step_size));
}

/** ηₜ = η₀ γⁿ, with n the number of milestones that are at most t */
export function multiStepLr({ lr, milestones, steps, gamma = 0.1 }) {
  return trace(steps, (t) => lr * gamma ** milestones.filter((step) => step <= t).length);
}

/** ηₜ = η₀ γᵗ */
export function exponentialLr({ lr, gamma, steps }) {
  return trace(steps, (t) => lr * gamma ** t);
}

/** ηₜ = f η₀ if t < T, else η₀ */
export function constantLr({ lr, steps, factor = 1 / 3, total_iters = 5 }) {
  return trace(steps, (t) => (t < total_iters ? lr * factor : lr));
}

/** ηₜ = η₀ (a + (b − a) min(t, T) / T) */
export function linearLr({ lr, steps, start_factor = 1 / 3, end_factor = 1, total_iters = 5 }) {
  const share = (t) => Math.min(t, total_iters) / total_iters;
  return trace(steps, (t) => lr * (start_factor + (end_factor - start_factor) * share(t)));
}

/** ηₜ = η₀ (1 − min(t, T) / T)ᵖ */
export function polynomialLr({ lr, steps, total_iters = 5, power = 1 }) {
  return trace(steps, (t) => lr * (1 - Math.min(t, total_iters) / total_iters) ** power);
}

/** ηₜ = η_min + (η₀ − η_min) (1 + cos(π t / T_max)) / 2. After T_max the rate rises again. */
export function cosineAnnealingLr({ lr, T_max, steps, eta_min = 0 }) {
  return trace(steps, (t) => cosine(lr, eta_min, t / T_max));
}

/** SGDR (arXiv:1608.03983): half a cosine in T₀ steps; each cycle is T_mult times the last one. */
export function cosineAnnealingWarmRestarts({ lr, T_0, steps, T_mult = 1, eta_min = 0 }) {
  let start = 0;
  let length = T_0;
  return trace(steps, (t) => {
    if (t === start + length) [start, length] = [t, length * T_mult];
    return cosine(lr, eta_min, (t - start) / length);
  });
}

/** Height of the triangle of `cyclicLr` at step t, in [0, 1], times its scale. */
function triangle(t, { step_size_up = 2000, step_size_down, mode = "triangular", gamma = 1 }) {
  const down = step_size_down ?? step_size_up;
  const since = t % (step_size_up + down);
  const scales = {
    triangular: 1,
    triangular2: 0.5 ** Math.floor(t / (step_size_up + down)),
    exp_range: gamma ** t,
  };
  checkChoice("mode", mode, Object.keys(scales));
  return Math.min(since / step_size_up, (step_size_up + down - since) / down) * scales[mode];
}

/** ηₜ = η_base + (η_max − η_base) hₜ (arXiv:1506.01186), with h of step_size_up, mode, gamma … */
export function cyclicLr({ base_lr, max_lr, steps, ...shape }) {
  return trace(steps, (t) => base_lr + (max_lr - base_lr) * triangle(t, shape));
}

/** μₜ = μ_max − (μ_max − μ_base) hₜ: the momentum, or β₁, that torch's CyclicLR sets. */
export function cyclicMomentum({ steps, base_momentum = 0.8, max_momentum = 0.9, ...shape }) {
  return trace(steps, (t) => max_momentum - (max_momentum - base_momentum) * triangle(t, shape));
}

/** 1cycle (arXiv:1708.07120): from each of the levels to the next, in one phase of the cycle. */
function oneCycle(levels, { total_steps, pct_start = 0.3, anneal_strategy = "cos", ...options }) {
  const { three_phase = false, steps = total_steps } = options;
  if (steps > total_steps + 1) {
    throw new RangeError(`steps must be at most ${total_steps} + 1, got ${steps}`);
  }
  checkChoice("anneal_strategy", anneal_strategy, ["cos", "linear"]);
  // The last step of each phase, which may be a fraction, after the first step of all.
  const edges = [0, pct_start * total_steps - 1, total_steps - 1];
  if (three_phase) edges.splice(2, 0, 2 * pct_start * total_steps - 2);
  return trace(steps, (t) => {
    const inside = edges.findIndex((edge, i) => i > 0 && t <= edge);
    const phase = inside < 0 ? edges.length - 2 : inside - 1; // torch goes one step past the end
    const length = edges[phase + 1] - edges[phase];
    if (length === 0) throw new RangeError(`pct_start ${pct_start} leaves a phase without length`);
    const share = (t - edges[phase]) / length;
    const [start, end] = levels.slice(phase, phase + 2);
    return anneal_strategy === "cos" ? cosine(start, end, share) : start + (end - start) * share;
  });
}

/**
 * Rate of the 1cycle policy: from max_lr / div_factor up to max_lr, and down to a final_div_factor
 * of the first rate. By default `steps` is total_steps; it may be one more, as in torch.
 */
export function oneCycleLr({ max_lr, div_factor = 25, final_div_factor = 1e4, ...phases }) {
  const first = max_lr / div_factor;
  const between = phases.three_phase ? [first] : [];
  return oneCycle([first, max_lr, ...between, first / final_div_factor], phases);
}

/** Momentum, or β₁, that torch's OneCycleLR sets: low while the rate is high. */
export function oneCycleMomentum({ base_momentum = 0.85, max_momentum = 0.95, ...phases }) {
  return oneCycle([max_momentum, base_momentum, max_momentum, max_momentum], phases);
}

/**
 * `main`, shape (n,), after a warm-up of total_iters steps, as torch's SequentialLR chains them.
 * `lr` is the optimizer's rate, by default the first of `main`. Shape (total_iters + n,).
 */
export function warmUp(main, options) {
  const { total_iters, start_factor = 1 / 3, mode = "linear", lr = main[0] } = options;
  checkChoice("mode", mode, ["linear", "constant"]);
  const ramp =
    mode === "linear"
      ? linearLr({ lr, steps: total_iters, start_factor, total_iters })
      : constantLr({ lr, steps: total_iters, factor: start_factor, total_iters });
  return Float64Array.from([...ramp, ...main]);
}

/** Rates that fall when the losses, shape (epochs,), do not improve: torch's ReduceLROnPlateau. */
export function reduceLrOnPlateau({
  lr,
  losses,
  mode = "min",
  factor = 0.1,
  patience = 10,
  threshold = 1e-4,
  threshold_mode = "rel",
  cooldown = 0,
  min_lr = 0,
  eps = 1e-8,
}) {
  checkChoice("mode", mode, ["min", "max"]);
  checkChoice("threshold_mode", threshold_mode, ["rel", "abs"]);
  const sign = mode === "max" ? 1 : -1;
  let rate = lr;
  let best = -sign * Infinity;
  let bad = 0;
  let waiting = 0;
  return Float64Array.from(losses, (loss) => {
    const before = rate;
    const relative = threshold_mode === "rel";
    const limit = relative ? best * (1 + sign * threshold) : best + sign * threshold;
    if (sign * loss > sign * limit) [best, bad] = [loss, 0];
    else bad += 1;
    if (waiting > 0) [waiting, bad] = [waiting - 1, 0];
    if (bad > patience) {
      const reduced = Math.max(rate * factor, min_lr);
      if (rate - reduced > eps) rate = reduced;
      [waiting, bad] = [cooldown, 0];
    }
    return before;
  });
}
