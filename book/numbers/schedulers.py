"""Numbers of chapter 7, schedulers."""

from typing import Any

import numpy as np
import torch

from book.numbers.number import Number
from helpers import averages, optimizers, problems, schedules, simulate

__all__ = ["numbers"]


def numbers() -> dict[str, Number]:
    """Compute them, by name."""
    return {**_floor(), **_schedules(), **_warm_up(), **_distances()}


def _floor() -> dict[str, Number]:
    """Excess loss on the toy, with a large rate, a small one, and one that falls."""
    toy = problems.linear_regression()
    surface = toy.surface("train")
    rates = {
        "large": np.full(300, 0.5),
        "small": np.full(300, 0.05),
        "falling": schedules.cosine_annealing_lr(0.5, 300, 300),
    }
    above = {}
    for name, lr in rates.items():
        runs = simulate.on_regression(
            toy, optimizers.sgd, range(100), 60, schedule={"lr": lr}, dtype=torch.float64
        )
        excess = surface.value(runs.paths) - surface.minimum_value
        above[name] = np.median(excess.numpy(), axis=0)
    return {
        "schedulers_large_50": Number(above["large"][50], ".4f"),
        "schedulers_small_50": Number(above["small"][50], ".4f"),
        "schedulers_large_300": Number(above["large"][300], ".4f"),
        "schedulers_small_300": Number(above["small"][300], ".4f"),
        "schedulers_falling_300": Number(above["falling"][300], ".0e"),
    }


def _schedules() -> dict[str, Number]:
    """What the schedules themselves give."""
    lasted = np.unique(
        schedules.reduce_lr_on_plateau(0.01, np.ones(16), patience=4), return_counts=True
    )[1]
    exp_range = schedules.cyclic_lr(
        1e-4, 1e-3, 13, step_size_up=2, mode="exp_range", gamma=0.5**0.5
    )
    cycle = schedules.one_cycle_lr(0.1, 100, steps=101)
    linear = schedules.one_cycle_lr(0.1, 100, anneal_strategy="linear", steps=101)
    due = (3 ** np.arange(1, 7) - 1) // 2
    restarted = schedules.cosine_annealing_warm_restarts(1.0, 1, T_mult=3, epochs=due)
    return {
        "schedulers_plateau_first": Number(lasted[-1]),
        "schedulers_plateau_next": Number(lasted[-2]),
        "schedulers_exp_range_highest": Number(exp_range.max(), ".1e"),
        "schedulers_cycle_first": Number(cycle[0], ".3f"),
        "schedulers_cycle_peak": Number(int(cycle.argmax())),
        "schedulers_cycle_last": Number(cycle[99], ".0e"),
        "schedulers_cycle_beyond": Number(cycle[100], ".1e"),
        "schedulers_linear_beyond": Number(linear[100], ".5f"),
        "schedulers_missed_restart": Number(due[restarted < 0.5][0]),
    }


def _warm_up() -> dict[str, Number]:
    """Adam's steps among noise, and what a warm-up costs where gradients agree."""
    gradients = 0.1 + np.random.default_rng(0).standard_normal((4000, 60))
    m = averages.bias_corrected_ewma(gradients, alpha=1 - 0.9)
    v = averages.bias_corrected_ewma(gradients**2, alpha=1 - 0.999)
    usual = np.median(np.abs(m / np.sqrt(v)), axis=0)
    toy = problems.linear_regression()
    left = []
    for lr in (np.full(50, 0.1), schedules.warm_up(np.full(40, 0.1), 10, start_factor=0.1)):
        runs = simulate.on_regression(toy, optimizers.adam, range(100), schedule={"lr": lr})
        left.append(_median_distance(toy, runs))
    return {
        "schedulers_noisy_first": Number(usual[0], ".0f"),
        "schedulers_noisy_fifth": Number(usual[4], ".2f"),
        "schedulers_noisy_last": Number(usual[-1], ".2f"),
        "schedulers_adam_plain": Number(left[0], ".2f"),
        "schedulers_adam_warmed": Number(left[1], ".2f"),
    }


def _distances() -> dict[str, Number]:
    """Median distance to the optimum over 100 seeds, schedule by schedule."""
    toy = problems.linear_regression()
    cycle: dict[str, Any] = {"step_size_up": 10, "mode": "triangular2"}
    fixed = {"lr": np.full(50, 0.1), "momentum": np.full(50, 0.9)}
    cyclic = {
        "lr": schedules.cyclic_lr(0.025, 0.1, 50, **cycle),
        "momentum": schedules.cyclic_momentum(50, **cycle),
    }
    plans = {
        "none": fixed,
        "step": {**fixed, "lr": schedules.step_lr(0.1, 4 * 5, 50, gamma=0.5)},
        "cyclic": cyclic,
        "rate_only": {**fixed, "lr": cyclic["lr"]},
        "momentum_only": {**fixed, "momentum": cyclic["momentum"]},
        "lower": {**fixed, "momentum": np.full(50, 0.85)},
    }
    found = {}
    for look, nesterov in (("momentum", False), ("nesterov", True)):
        for name, plan in plans.items():
            runs = simulate.on_regression(
                toy,
                optimizers.sgd,
                range(100),
                schedule=plan,
                momentum=0.9,
                nesterov=nesterov,
                dtype=torch.float64,
            )
            found[f"schedulers_{look}_{name}"] = Number(_median_distance(toy, runs), ".3f")
    doubled = simulate.on_regression(
        toy, optimizers.sgd, range(100), 20, lr=0.1, momentum=0.9, dtype=torch.float64
    )
    apart = (toy.surface("train").minimum - toy.surface("all").minimum).norm().item()
    return {
        **found,
        "schedulers_momentum_doubled": Number(_median_distance(toy, doubled), ".3f"),
        "schedulers_optima_apart": Number(apart, ".3f"),
    }


def _median_distance(toy: problems.LinearRegression, runs: simulate.Runs) -> float:
    """Median over the runs of the distance between the last point and the optimum."""
    return float(np.median((runs.paths[:, -1] - toy.surface().minimum).norm(dim=-1).numpy()))
