"""Figures of `helpers.figures.stability`: with the chapter's data, and with other data."""

from typing import Any

import numpy as np

from helpers import optimizers, problems, simulate
from helpers.figures import stability
from tests.figure_cases.case import Case
from tests.figure_cases.momentum import RULES

__all__ = ["CASES", "IN_WORDS"]


def by_rate(seeds: int) -> dict[str, Any]:
    toy, rates = problems.linear_regression(), np.geomspace(0.01, 10**0.5, 21)
    optimum, medians = toy.surface("all").minimum, {}
    for look, (rule, hyper) in RULES.items():
        runs = simulate.on_regression(toy, rule, seeds=range(seeds), lr=rates, **hyper)
        far = (runs.paths[:, -1] - optimum).norm(dim=-1).nan_to_num(1e6)
        medians[look] = np.median(far.reshape(seeds, 21).numpy(), axis=0)
    return {"rates": rates, "medians": medians, "seeds": seeds}


def by_eigenvalues(highest: float) -> dict[str, Any]:
    """Spectral radii, from the eigenvalues of each rule's own matrix."""
    rate, momentum = np.linspace(0.001, 4, 61), np.linspace(0, highest, 61)
    a, mu = np.meshgrid(rate, momentum)
    one = np.ones_like(a)
    # (θ, b) → (θ − lr b', b') with b' = μ b + λ θ, in units where λ = 1
    heavy = np.array([[one - a, -a * mu], [one, mu]])
    ahead = np.array([[one - a - a * mu, -a * mu**2], [one, mu]])
    radii = {
        look: np.abs(np.linalg.eigvals(np.moveaxis(matrix, (0, 1), (-2, -1)))).max(-1)
        for look, matrix in (("momentum", heavy), ("nesterov", ahead))
    }
    return {
        "radii": {look: (rate, momentum, radius) for look, radius in radii.items()},
        "limits": {
            "momentum": 2 * (1 + momentum),
            "nesterov": 2 * (1 + momentum) / (1 + 2 * momentum),
        },
    }


def to_a_thousandth(power: float) -> dict[str, Any]:
    condition = np.geomspace(1, 1000, 7)
    return {
        "condition": condition,
        "needed": {"sgd": 3 * condition, "momentum": 6 * condition**power},
    }


def ride(setting: tuple[float, float]) -> dict[str, Any]:
    lr, mu = setting
    surface = problems.linear_regression().surface("all")
    runs = simulate.on_problem(
        surface, optimizers.sgd, (0.83, 0.76), steps=50, lr=lr, momentum=mu, threshold=1e30
    )
    return {
        "surface": problems.grid(surface, x=(-0.3, 2.4), y=(0.6, 3.3), points=41),
        "optimum": surface.minimum.numpy(),
        "path": runs.paths[0].numpy(),
        "lr": lr,
        "momentum": mu,
        "limit": 2 * (1 + mu) / 2.4758,
    }


CASES = {
    "stability.rates": Case(stability.rates, by_rate, (100, 60)),
    "stability.regions": Case(stability.regions, by_eigenvalues, (0.99, 0.95)),
    "stability.steps": Case(stability.steps, to_a_thousandth, (0.5, 0.6)),
    "stability.explorer": Case(
        stability.explorer, ride, ((0.1, 0.9), (0.02, 0), (1.6, 0), (0.02, 0.95), (1.6, 0.95))
    ),
}

IN_WORDS = {
    "stability.rates": [
        "over 100 seeds",
        "21 learning rates from 0.01 to 3.16",
        "SGD 0.039 at 0.56",
    ],
    "stability.regions": ["below 2.00", "below 3.98", "only below 1.34"],
    "stability.steps": ["from 1 to 1,000", "SGD needs 3,000 and momentum 190: 16 times"],
    "stability.explorer": ["rate of 0.1", "momentum of 0.9", "after 50 steps", "lr < 1.53"],
}
