/**
 * Torch's schedulers as they run: each writes the rate into a param group, most of them computing it
 * from the last one. In a row, where several share one group, closed forms do not give their rates.
 */

/** An error that torch raises; `reason` is the setting that it comes from. */
export class ScheduleError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** What all schedulers do, as `LRScheduler`. */
class Scheduler {
  constructor(group, settings) {
    Object.assign(this, settings);
    this.group = group;
    this.prepare();
    group.initial_lr ??= group.lr;
    this.base_lr = group.initial_lr;
    this.last_epoch = -1;
    this.begin();
  }

  prepare() {}

  begin() {
    this.isInitial = true;
    this.step();
    this.isInitial = false;
  }

  step() {
    this.last_epoch += 1;
    this.group.lr = this.rate();
  }

  /** `_update_lr(0)`: what SequentialLR calls at the milestone where this part starts. */
  restart() {
    this.last_epoch = 0;
    this.group.lr = this.first();
  }

  first() {
    return this.rate();
  }
}

class ConstantLR extends Scheduler {
  rate() {
    if (this.last_epoch === 0) return this.group.lr * this.factor;
    if (this.last_epoch !== this.total_iters) return this.group.lr;
    if (this.factor === 0) throw new ScheduleError("factor");
    return this.group.lr * (1 / this.factor);
  }

  first() {
    return this.base_lr * this.factor;
  }
}

class LinearLR extends Scheduler {
  prepare() {
    if (this.start_factor <= 0) throw new ScheduleError("start_factor");
  }

  rate() {
    const change = this.end_factor - this.start_factor;
    if (this.last_epoch === 0) return this.group.lr * this.start_factor;
    if (this.last_epoch > this.total_iters) return this.group.lr;
    const before = this.total_iters * this.start_factor + (this.last_epoch - 1) * change;
    return this.group.lr * (1 + change / before);
  }

  first() {
    return this.base_lr * this.start_factor;
  }
}

class StepLR extends Scheduler {
  rate() {
    const isStep = this.last_epoch > 0 && this.last_epoch % this.step_size === 0;
    return isStep ? this.group.lr * this.gamma : this.group.lr;
  }

  first() {
    return this.base_lr;
  }
}

class ExponentialLR extends Scheduler {
  rate() {
    return this.isInitial ? this.group.lr : this.group.lr * this.gamma;
  }

  first() {
    return this.base_lr;
  }
}

class CosineAnnealingLR extends Scheduler {
  rate() {
    const { last_epoch: t, T_max, eta_min, group } = this;
    if (this.isInitial) return group.lr;
    if ((t - 1 - T_max) % (2 * T_max) === 0)
      return group.lr + ((this.base_lr - eta_min) * (1 - Math.cos(Math.PI / T_max))) / 2;
    const height = (step) => 1 + Math.cos((Math.PI * step) / T_max);
    return (height(t) / height(t - 1)) * (group.lr - eta_min) + eta_min;
  }

  first() {
    return this.eta_min + ((this.base_lr - this.eta_min) * 2) / 2;
  }
}

class CosineAnnealingWarmRestarts extends Scheduler {
  step() {
    this.last_epoch += 1;
    if (this.last_epoch === 0) [this.since, this.length] = [0, this.T_0];
    else this.since += 1;
    if (this.since >= this.length) [this.since, this.length] = [0, this.length * this.T_mult];
    this.group.lr = this.rate();
  }

  rate() {
    const height = (1 + Math.cos((Math.PI * this.since) / this.length)) / 2;
    return this.eta_min + (this.base_lr - this.eta_min) * height;
  }
}

/** Let a scheduler that cycles the momentum write its bounds into the group. */
function holdMomentum({ group, cycle_momentum, base_momentum, max_momentum }) {
  if (!cycle_momentum) return;
  Object.assign(group, { momentum: max_momentum, base_momentum, max_momentum });
}

class CyclicLR extends Scheduler {
  prepare() {
    this.group.lr = this.low = this.setting_base_lr;
    holdMomentum(this);
  }

  rate() {
    const up = this.step_size_up;
    const total = up + (this.step_size_down ?? up);
    const cycle = Math.floor(1 + this.last_epoch / total);
    const x = 1 + this.last_epoch / total - cycle;
    const ratio = up / total;
    const share = x <= ratio ? x / ratio : (x - 1) / (ratio - 1);
    const scale = {
      triangular: 1,
      triangular2: 1 / 2 ** (cycle - 1),
      exp_range: this.gamma ** this.last_epoch,
    }[this.mode];
    if (this.cycle_momentum) {
      const height = (this.max_momentum - this.base_momentum) * share;
      this.group.momentum = this.max_momentum - height * scale;
    }
    return this.low + (this.max_lr - this.low) * share * scale;
  }
}

class OneCycleLR extends Scheduler {
  prepare() {
    const initial_lr = this.max_lr / this.div_factor;
    const min_lr = initial_lr / this.final_div_factor;
    Object.assign(this.group, { initial_lr, max_lr: this.max_lr, min_lr });
    holdMomentum(this);
  }

  rate() {
    const { group, total_steps, pct_start, last_epoch: t } = this;
    if (t > total_steps) throw new ScheduleError("total_steps");
    // The steps at which phases end, and the levels between which they go: those of the group,
    // which another scheduler may have written since.
    const ends = [pct_start * total_steps - 1, total_steps - 1];
    const rates = [group.initial_lr, group.max_lr, group.min_lr];
    const momenta = [group.max_momentum, group.base_momentum, group.max_momentum];
    if (this.three_phase) {
      ends.splice(1, 0, 2 * pct_start * total_steps - 2);
      rates.splice(2, 0, group.initial_lr);
      momenta.push(group.max_momentum);
    }
    const found = ends.findIndex((end) => t <= end);
    const phase = found < 0 ? ends.length - 1 : found;
    const start = phase ? ends[phase - 1] : 0;
    if (ends[phase] === start) throw new ScheduleError("pct_start");
    const share = (t - start) / (ends[phase] - start);
    const between = (levels) => {
      const [from, to] = [levels[phase], levels[phase + 1]];
      if (this.anneal_strategy === "linear") return (to - from) * share + from;
      return to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1);
    };
    if (this.cycle_momentum) group.momentum = between(momenta);
    return between(rates);
  }
}

/** Schedulers by their names in torch; each is made of a param group and all its arguments. */
export const schedulers = {
  ConstantLR,
  LinearLR,
  StepLR,
  ExponentialLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  OneCycleLR,
};
