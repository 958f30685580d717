"""Figures of `helpers.figures.adapted`: with the chapter's data, and with other data."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import averages, optimizers, problems, simulate
from helpers.figures import adapted
from tests.figure_cases.case import Case

__all__ = ["CASES", "IN_WORDS"]


def regression(rule: Callable[..., Any], seeds: Any) -> simulate.Runs:
    return simulate.on_regression(problems.linear_regression(), rule, seeds=seeds, lr=0.1)


def three_panels(seed: int) -> dict[str, Any]:
    fading = np.linspace(1, 0.1, 50)
    gradients = fading * np.random.default_rng(seed).normal(-0.5, 0.3, size=50)
    smoothed = averages.bias_corrected_ewma(gradients, 0.1)
    scale = 1 / np.sqrt(averages.bias_corrected_ewma(gradients**2, 0.001))
    return {
        "gradients": gradients,
        "smoothed": smoothed,
        "scale": scale,
        "adapted": smoothed * scale,
    }


def two_paths(seed: int) -> dict[str, Any]:
    surface = problems.linear_regression().surface("all")
    return {
        "surface": problems.grid(surface, x=(0.7, 2.3), y=(0.7, 2.3), points=41),
        "optimum": surface.minimum.numpy(),
        "sgd": regression(optimizers.sgd, 42).paths[0].numpy() + 0.01 * seed,
        "adam": regression(optimizers.adam, 42).paths[0].numpy(),
    }


def two_losses(seed: int) -> dict[str, Any]:
    runs = {"sgd": regression(optimizers.sgd, seed), "adam": regression(optimizers.adam, seed)}
    return {
        "train": {look: one.train_losses[0].numpy() for look, one in runs.items()},
        "validation": {look: one.validation_losses[0].numpy() for look, one in runs.items()},
    }


def many_distances(seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {"sgd": random.uniform(0.2, 1.2, 100), "adam": random.uniform(0, 0.8, 100)}


def bad_conditions(power: float) -> dict[str, Any]:
    condition = np.geomspace(1, 1000, 7)
    curves = {"sgd": 4.0, "turned": 3.0, "adam": 1.0}
    return {
        "condition": condition,
        "curves": {name: 1e-12 * condition ** (power * k) for name, k in curves.items()},
        "steps": 200,
    }


def turned_bowl(angle: float) -> dict[str, Any]:
    bowl = problems.quadratic(30, angle)
    paths = {
        name: simulate.on_problem(bowl, rule, (-1.5, 1.0), steps=60, lr=lr).paths[0].numpy()
        for name, rule, lr in (("sgd", optimizers.sgd, 0.06), ("adam", optimizers.adam, 0.1))
    }
    surface = problems.grid(bowl, x=(-2, 2), y=(-2, 2), points=41)
    return {"surface": surface, **paths, "condition": 30, "angle": angle}


CASES = {
    "adapted.panels": Case(adapted.panels, three_panels, (0, 1)),
    "adapted.paths": Case(adapted.paths, two_paths, (0, 1)),
    "adapted.losses": Case(adapted.losses, two_losses, (42, 1)),
    "adapted.distances": Case(adapted.distances, many_distances, (0, 1)),
    "adapted.conditions": Case(adapted.conditions, bad_conditions, (1.0, 0.9)),
    "adapted.explorer": Case(adapted.explorer, turned_bowl, (0, 15, 45)),
}

IN_WORDS = {
    "adapted.panels": ["over 50 mini-batches", "from 2.16 at first to 2.85"],
    "adapted.paths": ["the optimum at (1.02, 1.95)", "start at (0.83, 0.76)", "Adam 0.09"],
    "adapted.losses": ["over 10 epochs", "ends at 0.0243 and rose at 0", "Adam's ends at 0.0085"],
    "adapted.distances": ["for 100 seeds", "Adam is closer in 79 of them"],
    "adapted.conditions": ["after 200 steps", "from 1 to 1,000"],
    "adapted.explorer": ["condition number 30", "0 degrees", "60 steps"],
}
