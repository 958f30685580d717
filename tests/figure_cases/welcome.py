"""Figures of `helpers.figures.welcome`: with the page's data, and with other data."""

from typing import Any

from helpers import optimizers, problems, simulate
from helpers.figures import welcome
from tests.figure_cases.case import Case

__all__ = ["CASES", "IN_WORDS"]


def race(steps: int) -> dict[str, Any]:
    toy = problems.linear_regression()
    surface = toy.surface("all")
    rules = {
        "sgd": (optimizers.sgd, {}),
        "momentum": (optimizers.sgd, {"momentum": 0.9}),
        "nesterov": (optimizers.sgd, {"momentum": 0.9, "nesterov": True}),
        "adam": (optimizers.adam, {}),
    }
    paths = {
        look: simulate.on_regression(toy, rule, lr=0.1, **options).paths[0, : steps + 1].numpy()
        for look, (rule, options) in rules.items()
    }
    return {
        "surface": problems.grid(surface, x=(0.7, 2.3), y=(0.7, 2.3), points=41),
        "optimum": surface.minimum.numpy(),
        "paths": paths,
    }


CASES = {"welcome.race": Case(welcome.race, race, (20, 2, 5, 50))}

IN_WORDS = {
    "welcome.race": [
        "After 20 steps",
        "SGD 0.73",
        "momentum 0.18",
        "Nesterov 0.09",
        "Adam 0.50",
    ]
}
