"""Figures of `helpers.figures.learning_rate`: with the chapter's data, and with other data."""

from typing import Any

import numpy as np
import torch

from helpers import averages, optimizers, problems, simulate
from helpers.figures import learning_rate
from tests.figure_cases.case import Case

__all__ = ["CASES", "IN_WORDS"]

TOY = problems.linear_regression()
SURFACE = TOY.surface("train")
LIMIT = 0.7997


def one_step(lr: float) -> dict[str, Any]:
    theta = np.linspace(-0.4, 2.1, 100)
    after = 1.5 - lr * 3
    return {
        "theta": theta,
        "losses": theta**2,
        "start": (1.5, 2.25),
        "landing": (after, after**2),
        "slope": 3.0,
        "lr": lr,
    }


def three_grids(high: float) -> dict[str, Any]:
    return {
        "rates": {
            "ten": high * np.array([1, 0.1, 0.01, 1e-3, 1e-4]),
            "three": high * np.array([1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3]),
            "equal": np.linspace(1e-4 * high, high, 7),
        }
    }


def band(values: np.ndarray) -> dict[str, np.ndarray]:
    low, median, high = np.quantile(values, [0.1, 0.5, 0.9], axis=0)
    return {"low": low, "median": median, "high": high}


def five_courses(seeds: int) -> dict[str, Any]:
    rates = {"small": 0.003, "slow": 0.03, "good": 0.5, "edge": 0.79, "divergent": 0.85}
    runs = simulate.on_regression(
        TOY, optimizers.sgd, seeds=range(seeds), lr=list(rates.values()), dtype=torch.float64
    )
    losses = SURFACE.value(runs.paths).numpy()
    bands = {name: band(losses[i :: len(rates)]) for i, name in enumerate(rates)}
    return {"losses": bands, "rates": rates}


def loss_by_rate(seeds: int) -> dict[str, Any]:
    rates = np.geomspace(1e-4, 1, 61)
    options = {"lr": rates, "threshold": 1e30, "dtype": torch.float64}
    starts = torch.stack([simulate.starting_point(seed) for seed in range(seeds)])
    batches, whole = (
        SURFACE.value(runs.paths[:, -1]).reshape(seeds, len(rates)).numpy()
        for runs in (
            simulate.on_regression(TOY, optimizers.sgd, seeds=range(seeds), **options),
            simulate.on_problem(SURFACE, optimizers.sgd, starts, steps=50, **options),
        )
    )
    return {
        "rates": rates,
        "batches": band(batches),
        "whole": np.median(whole, axis=0),
        "limit": LIMIT,
        "updates": 50,
        "seeds": seeds,
    }


def climb(rule: str) -> dict[str, Any]:
    """A range test: the toy's own, or falls and climbs such as a network's."""
    if rule == "toy":
        rates = np.geomspace(1e-3, 10, 100)
        runs = simulate.on_regression(
            TOY, optimizers.sgd, seeds=0, epochs=20, schedule={"lr": rates}, dtype=torch.float64
        )
        rates, losses = rates[:82], runs.losses[0, :82].numpy()
    else:
        start, end = {"adam": (3e-4, 1e-1), "momentum": (1e-3, 1.0)}[rule]
        rates = np.geomspace(start, end, 100)
        noise = np.exp(0.2 * np.random.default_rng(0).standard_normal(100))
        best = (start * end**2) ** (1 / 3)
        losses = (2.3 / (1 + (3 * rates / best) ** 2) + 0.2 + (rates / best / 2) ** 2) * noise
    smoothed = averages.bias_corrected_ewma(losses, 0.05)
    return {
        "rates": rates,
        "losses": losses,
        "smoothed": smoothed,
        "suggested": rates[smoothed.argmin()] / 10,
        "rule": rule,
        "limit": LIMIT if rule == "toy" else None,
    }


def three_factors(seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    middles = {"tenth": 0.6, "found": 0.26, "tenfold": 1.4}
    losses = {
        rule: {name: loss * random.uniform(0.8, 1.3, 10) for name, loss in middles.items()}
        for rule in ("adam", "momentum")
    }
    return {"losses": losses, "epochs": 3}


def descent(lr: float) -> dict[str, Any]:
    run = simulate.on_problem(SURFACE, optimizers.sgd, (2.5, 1.0), steps=30, lr=lr)
    return {
        "surface": problems.grid(SURFACE, x=(-0.2, 3), y=(0, 3.2), points=41),
        "optimum": SURFACE.minimum.numpy(),
        "path": run.paths[0].numpy(),
        "losses": SURFACE.value(run.paths[0]).numpy(),
        "lr": lr,
        "limit": LIMIT,
    }


CASES = {
    "learning_rate.step": Case(learning_rate.step, one_step, (0.2, 0.1)),
    "learning_rate.grids": Case(learning_rate.grids, three_grids, (0.1, 1.0)),
    "learning_rate.courses": Case(learning_rate.courses, five_courses, (100, 20)),
    "learning_rate.valley": Case(learning_rate.valley, loss_by_rate, (100, 20)),
    "learning_rate.range_test": Case(learning_rate.range_test, climb, ("toy", "adam", "momentum")),
    "learning_rate.found": Case(learning_rate.found, three_factors, (0, 1)),
    "learning_rate.explorer": Case(
        learning_rate.explorer, descent, (0.1, 0.003, 0.4, 0.79, 0.8, 0.9)
    ),
}

IN_WORDS = {
    "learning_rate.step": ["At θ = 1.5", "the step is −0.6, to θ = 0.9", "0.45", "has 0.81"],
    "learning_rate.grids": ["5 rates from 10⁻⁵ to 0.1", "7 rates from 0.0001", "6 of 7 rates"],
    "learning_rate.courses": ["over 50 updates", "start at 4.4", "0.5 at 0.0078", "0.85 at 3"],
    "learning_rate.valley": ["after 50 updates", "100 seeds", "above 0.80", "the rate 0.54"],
    "learning_rate.range_test": ["82 updates", "from 0.001", "to the right of the limit 0.80"],
    "learning_rate.found": ["after 3 epochs", "each of 10 seeds"],
    "learning_rate.explorer": ["rate 0.1", "without overshooting", "30 steps it is 0.992 from"],
}
