/** What `torch.optim.lr_scheduler.SequentialLR` does with schedulers in a row, call by call. */

import { ScheduleError, schedulers } from "./schedulers.js";

/**
 * Follow a row of schedulers over its steps.
 * @param {{lr: number, momentum: number}} optimizer its settings; momentum is β₁ for Adam
 * @param {{torch: string, steps: number, settings: Object}[]} parts a scheduler's name in torch, for
 *   how many steps it is in charge, and all its arguments
 * @returns {{rates: Float64Array, momenta: Float64Array, error: ?{reason: string, part: number,
 *   step: number}, initial: number, bases: number[], group: Object}} what each step uses, up to the
 *   error if torch raises one; the rate from which the row starts, and each part's own
 */
export function sequential({ lr, momentum }, parts) {
  const group = { lr, momentum };
  const steps = parts.reduce((sum, part) => sum + part.steps, 0);
  const [rates, momenta, made] = [[], [], []];
  let [part, step] = [0, 0];
  const result = (error = null) => ({
    rates: Float64Array.from(rates),
    momenta: Float64Array.from(momenta),
    error,
    initial: parts.length > 1 ? group.initial_lr : lr,
    bases: made.map(({ base_lr }) => base_lr),
    group,
  });
  try {
    for (part = 0; part < parts.length; part++) {
      const { torch, settings } = parts[part];
      const { base_lr: setting_base_lr, ...others } = settings; // `base_lr` is also each part's own
      made.push(new schedulers[torch](group, { setting_base_lr, ...others }));
    }
    part = 0;
    if (parts.length > 1) {
      // As SequentialLR is made: everything back to the start, and the first part's first step.
      group.lr = group.initial_lr;
      for (const scheduler of made) scheduler.last_epoch -= 1;
      made[0].begin();
    }
    let milestone = parts[0].steps;
    for (;;) {
      if (step < steps) {
        rates.push(group.lr);
        momenta.push(group.momentum);
      }
      step += 1;
      if (step > steps) return result();
      if (step === milestone && part < parts.length - 1) {
        part += 1;
        milestone += parts[part].steps;
        made[part].restart();
      } else {
        made[part].step();
      }
    }
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return result({ reason: error.reason, part, step });
  }
}
