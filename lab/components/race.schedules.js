/** The learning rate of each step of a race, under a schedule. */

import {
  constantLr,
  cosineAnnealingLr,
  linearLr,
  oneCycleLr,
  stepLr,
} from "../engine/schedules.js";

/** Torch's schedulers and their arguments, by name of schedule, for a run of some steps. */
export const SCHEDULES = {
  constant: () => ["ConstantLR", { factor: 1, total_iters: 1 }],
  linear: (lr, steps) => ["LinearLR", { start_factor: 1, end_factor: 0.01, total_iters: steps }],
  step: (lr, steps) => ["StepLR", { step_size: Math.max(1, Math.ceil(steps / 3)), gamma: 0.1 }],
  cosine: (lr, steps) => ["CosineAnnealingLR", { T_max: steps }],
  one_cycle: (lr, steps) => [
    "OneCycleLR",
    { max_lr: lr, total_steps: Math.max(2, steps), cycle_momentum: false },
  ],
};

const FORMS = {
  ConstantLR: constantLr,
  LinearLR: linearLr,
  StepLR: stepLr,
  CosineAnnealingLR: cosineAnnealingLr,
  OneCycleLR: oneCycleLr,
};

/** Return the rate of each step, shape (steps,). */
export function rates(schedule, lr, steps) {
  const [name, options] = SCHEDULES[schedule](lr, steps);
  return FORMS[name]({ lr, steps, ...options });
}
