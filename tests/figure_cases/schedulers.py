"""Figures of `helpers.figures.schedulers` and `scheduled_runs`: chapter's data, and others."""

from typing import Any

import numpy as np
import torch
from torch.optim import lr_scheduler

from helpers import averages, optimizers, problems, schedules, simulate
from helpers.figures import scheduled_runs, schedulers
from tests.figure_cases.case import Case

__all__ = ["CASES", "IN_WORDS"]

TOY = problems.linear_regression()


def optimizer(lr: float = 0.01) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)


def epoch_rates(gamma: float) -> dict[str, Any]:
    torchs = {
        "step": lr_scheduler.StepLR(optimizer(), 2, gamma),
        "lambda": lr_scheduler.LambdaLR(optimizer(), lambda epoch: gamma ** (epoch // 2)),
        "multi_step": lr_scheduler.MultiStepLR(optimizer(), [3, 8, 8], gamma),
        "exponential": lr_scheduler.ExponentialLR(optimizer(), 5 * gamma),
        "cosine": lr_scheduler.CosineAnnealingLR(optimizer(), 5),
    }
    return {"rates": {name: schedules.trace(one, 12) for name, one in torchs.items()}}


def flat_loss(patience: int) -> dict[str, Any]:
    losses = np.ones(16)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer(), factor=0.1, patience=patience)
    rates = schedules.trace(scheduler, 16, losses=losses)
    # After the baseline, one to patience + 1 bad epochs, again and again.
    counts = np.array([0, *(np.arange(15) % (patience + 1) + 1)])
    return {"losses": losses, "bad_epochs": counts, "rates": rates, "patience": patience}


def three_modes(max_lr: float) -> dict[str, Any]:
    rates = {
        mode: schedules.cyclic_lr(1e-4, max_lr, 13, step_size_up=2, mode=mode, gamma=0.5**0.5)
        for mode in ("triangular", "triangular2", "exp_range")
    }
    return {"rates": rates, "base_lr": 1e-4, "max_lr": max_lr}


def one_cycle(max_lr: float) -> dict[str, Any]:
    return {
        "rates": schedules.one_cycle_lr(max_lr, 100),
        "momentum": schedules.one_cycle_momentum(100),
    }


def two_restarts(t_0: int) -> dict[str, Any]:
    epochs = np.concatenate([[0], np.arange(59) / 10])  # told once a mini-batch is done
    return {
        "by_epoch": schedules.cosine_annealing_warm_restarts(0.1, t_0, T_mult=2, epochs=epochs),
        "by_call": schedules.cosine_annealing_warm_restarts(0.1, t_0, 60, T_mult=2),
        "iters": 10,
    }


def warmed_up(mean: float) -> dict[str, Any]:
    noisy = mean + np.random.default_rng(seed=0).standard_normal((4000, 60))
    m = averages.bias_corrected_ewma(noisy, 1 - 0.9)
    v = averages.bias_corrected_ewma(noisy**2, 1 - 0.999)
    plain = np.median(np.abs(m / np.sqrt(v)), axis=0)
    rates = schedules.warm_up(np.ones(40), 20, start_factor=0.05)
    return {"rates": rates, "plain": plain, "warmed": rates * plain}


def excess(rates: np.ndarray, seeds: int) -> np.ndarray:
    surface = TOY.surface("train")
    runs = simulate.on_regression(
        TOY,
        optimizers.sgd,
        range(seeds),
        len(rates) // 5,
        schedule={"lr": rates},
        dtype=torch.float64,
    )
    above = surface.value(runs.paths) - surface.minimum_value
    return np.median(above.numpy(), axis=0)


def three_floors(rate: float) -> dict[str, Any]:
    rates = {
        "large": np.full(300, rate),
        "small": np.full(300, 0.05),
        "falling": schedules.cosine_annealing_lr(rate, 300, 300),
    }
    return {"curves": {name: excess(row, 100) for name, row in rates.items()}}


CYCLE = {"step_size_up": 10, "mode": "triangular2"}
RATES = {
    "none": np.full(50, 0.1),
    "step": schedules.step_lr(0.1, 20, 50, gamma=0.5),
    "cyclic": schedules.cyclic_lr(0.025, 0.1, 50, **CYCLE),
}
CYCLED = schedules.cyclic_momentum(50, **CYCLE)


FIXED = {"lr": RATES["none"], "momentum": np.full(50, 0.9)}
PLANS = {
    "none": FIXED,
    "step": {**FIXED, "lr": RATES["step"]},
    "cyclic": {"lr": RATES["cyclic"], "momentum": CYCLED},
    "rate_only": {**FIXED, "lr": RATES["cyclic"]},
    "momentum_only": {**FIXED, "momentum": CYCLED},
    "lower": {**FIXED, "momentum": np.full(50, 0.85)},
}
LOOKS = {"momentum": False, "nesterov": True}


def run(look: str, name: str, seeds: Any) -> simulate.Runs:
    return simulate.on_regression(
        TOY,
        optimizers.sgd,
        seeds,
        schedule=PLANS[name],
        momentum=0.9,
        nesterov=LOOKS[look],
        dtype=torch.float64,
    )


def three_traces(height: float) -> dict[str, Any]:
    fixed = np.full(50, 0.9)
    return {
        "rates": {name: height * row for name, row in RATES.items()},
        "momentum": {"none": fixed, "step": fixed, "cyclic": CYCLED},
    }


def six_paths(seed: int) -> dict[str, Any]:
    surface = TOY.surface("all")
    return {
        "surface": problems.grid(surface, x=(0.4, 2.2), y=(0.5, 3.0), points=41),
        "optimum": surface.minimum.numpy(),
        "paths": {
            name: {look: run(look, name, seed).paths[0].numpy() for look in LOOKS} for name in RATES
        },
    }


def six_losses(seed: int) -> dict[str, Any]:
    return {
        "losses": {
            look: {name: run(look, name, seed).train_losses[0].numpy() for name in RATES}
            for look in LOOKS
        }
    }


def many_distances(seeds: int) -> dict[str, Any]:
    def distances(look: str, name: str) -> np.ndarray:
        ends = run(look, name, range(seeds)).paths[:, -1]
        return (ends - TOY.surface("all").minimum).norm(dim=-1).numpy()

    return {"distances": {look: {name: distances(look, name) for name in PLANS} for look in LOOKS}}


def explored(lr: float) -> dict[str, Any]:
    rates = schedules.cosine_annealing_lr(lr, 200, 200)
    return {
        "rates": rates,
        "losses": excess(rates, 30),
        "constant": excess(np.full(200, lr), 30),
        "scheduler": "CosineAnnealingLR",
        "lr": lr,
    }


CASES = {
    "schedulers.by_epoch": Case(schedulers.by_epoch, epoch_rates, (0.1, 0.15)),
    "schedulers.plateau": Case(schedulers.plateau, flat_loss, (4, 0, 14)),
    "schedulers.cyclic": Case(schedulers.cyclic, three_modes, (1e-3, 5e-3)),
    "schedulers.one_cycle": Case(schedulers.one_cycle, one_cycle, (0.1, 1.0)),
    "schedulers.restarts": Case(schedulers.restarts, two_restarts, (2, 1)),
    "schedulers.warm_up": Case(schedulers.warm_up, warmed_up, (0.1, 0.5)),
    "scheduled_runs.floor": Case(scheduled_runs.floor, three_floors, (0.5, 0.4)),
    "scheduled_runs.traces": Case(scheduled_runs.traces, three_traces, (1.0, 5.0)),
    "scheduled_runs.paths": Case(scheduled_runs.paths, six_paths, (42, 1)),
    "scheduled_runs.losses": Case(scheduled_runs.losses, six_losses, (42, 1)),
    "scheduled_runs.medians": Case(scheduled_runs.medians, many_distances, (100, 30)),
    "scheduled_runs.explorer": Case(scheduled_runs.explorer, explored, (0.4, 0.05, 0.6)),
}

IN_WORDS = {
    "schedulers.by_epoch": [
        "over 12 epochs, all from 0.01",
        "equal stairs to 10⁻⁷",
        "at chosen epochs, to 10⁻⁵",
        "to 4.9 × 10⁻⁶",
        "at epoch 5 and rises again: at epoch 10 it is 0.01",
    ],
    "schedulers.plateau": [
        "patience of 4",
        "from 0.01 to 10⁻⁴",
        "reduced 2 times",
        "at epochs 6, 11",
    ],
    "schedulers.cyclic": [
        "base_lr 10⁻⁴ and max_lr 10⁻³",
        "reaches 1.0 × 10⁻³",
        "the highest rate is 5.50 × 10⁻⁴",
        "all rates is 5.50 × 10⁻⁴",
    ],
    "schedulers.one_cycle": [
        "over 100 mini-batches",
        "from 0.004 to 0.1 at mini-batch 29",
        "to 4 × 10⁻⁷",
        "from 0.95 to 0.85",
    ],
    "schedulers.restarts": ["restarts at mini-batch 21", "at mini-batches 2, 6, 14, 30"],
    "schedulers.warm_up": [
        "from 0.05 to 1 times the highest by step 21",
        "1.00 rates at the first",
    ],
    "scheduled_runs.floor": ["over 300 mini-batches", "at the end 2.9 × 10⁻⁴"],
    "scheduled_runs.traces": [
        "0.1 throughout",
        "down to 0.025 with StepLR",
        "between 0.025 and 0.100",
        "swings down to 0.80",
    ],
    "scheduled_runs.paths": ["the optimum at (1.02, 1.95)", "a path of 50 steps"],
    "scheduled_runs.losses": ["over 10 epochs", "no scheduler 0.0093", "no scheduler 0.0074"],
    "scheduled_runs.medians": [
        "for 100 seeds",
        # as tests/test_simulate.py has them, from torch's own schedulers
        "no scheduler 0.113, StepLR 0.081, CyclicLR 0.039, CyclicLR with the rate alone 0.081",
        "no scheduler 0.034, StepLR 0.064, CyclicLR 0.044",
    ],
    "scheduled_runs.explorer": [
        "CosineAnnealingLR with a highest rate of 0.4",
        "over 200 mini-batches",
    ],
}
