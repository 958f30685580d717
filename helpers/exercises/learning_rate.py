"""Exercises of chapter 1: the learning rate."""

import math

import numpy as np

from helpers import optimizers, problems, simulate
from helpers.exercises.exercise import (
    FunctionExercise,
    LinesExercise,
    NumberExercise,
    TrialExercise,
)

log = NumberExercise(
    reference=0.2 / (1 + math.sqrt(1.44 / 4)),
    mistakes={
        "no_root": 0.2 / (1 + 1.44 / 4),
        "same_side": 0.2 / (1 - math.sqrt(1.44 / 4)),
        "limit": 0.4 / (1 + math.sqrt(1.44 / 4)),
        "curvature": (1 + math.sqrt(1.44 / 4)) / 0.2,
    },
)
"""Rate that takes one step to the minimum, from two losses of a run that overshoots at 0.2."""

limit = FunctionExercise(
    reference=lambda x: 1 / np.mean(x**2),
    arguments=[(np.array([1.0, 2.0, 4.0]),), (np.array([-0.5, 0.3, 0.2, 0.1]),)],
    mistakes={
        "no_two": lambda x: 2 / np.mean(x**2),
        "half": lambda x: 1 / (2 * np.mean(x**2)),
        "squared_mean": lambda x: 1 / np.mean(x) ** 2,
        "curvature": lambda x: 2 * np.mean(x**2),
    },
)
"""Rate above which descent on mean((w x − y)²) diverges."""

faults = LinesExercise(
    reference={2: "copy", 3: "scale", 14: "lowest"},
    decoys={7: "before", 12: "clearing"},
    optional=frozenset({13}),
)
"""Lines of a range test that break its promises."""


def _arrives(lr: float) -> bool:
    """Whether nine in ten seeds come within 0.009 in ten epochs, with four points a mini-batch."""
    toy = problems.linear_regression()
    runs = simulate.on_regression(toy, optimizers.sgd, range(100, 200), batch_size=4, lr=lr)
    losses = toy.surface("train").value(runs.paths[:, -1].double())
    return bool(losses.nan_to_num(math.inf).quantile(0.9) <= 0.009)


choice = TrialExercise(
    succeeds=_arrives, reference=0.5 * 4 / 16, mistakes={"low": 1e-4, "high": 10.0}
)
"""A rate for mini-batches of four points, where 0.5 is good for sixteen."""
