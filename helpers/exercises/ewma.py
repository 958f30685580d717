"""Exercises of chapter 2: EWMA."""

import math
from itertools import product

import numpy as np

from helpers import averages
from helpers.exercises.exercise import FunctionExercise, NumberExercise, TrialExercise

ramp = NumberExercise(
    reference=0.9 / (1 - 0.9),
    mistakes={"age": 1 / (1 - 0.9), "periods": (1 + 0.9) / (1 - 0.9), "catches_up": 0.0},
)
"""How far an EWMA with β = 0.9 stays behind an input that rises by 1 at each step."""

log = FunctionExercise(
    reference=lambda before, value, after: (after - value) / (before - value),
    arguments=list(product((1.0, 2.0), (6.0, 10.0), (3.0, 4.0))),
    mistakes={
        "alpha": lambda before, value, after: (after - before) / (value - before),
        "ratio": lambda before, value, after: after / before,
        "from_zero": lambda before, value, after: 1 - after / value,
    },
)
"""β, from an EWMA before and after a value."""

half_life = FunctionExercise(
    reference=lambda beta: math.log(0.5) / math.log(beta),
    arguments=[(0.5,), (0.9,), (0.999,)],
    mistakes={
        "sign": lambda beta: math.log(2) / math.log(beta),
        "alpha": lambda beta: math.log(0.5) / math.log(1 - beta),
        "age": lambda beta: 1 / (1 - beta),
    },
    examples={"fast": (0.9,), "slow": (0.999,)},
)
"""Steps after which a value weighs half as much."""


def _follows(beta: float) -> bool:
    """Whether an EWMA stays within 0.54 of a value that changes sign every 40 steps, on average."""
    steps = np.arange(2_000)
    signal = np.where(steps // 40 % 2, -1.0, 1.0)
    noise = np.random.default_rng(seed=0).standard_normal((20, len(steps)))
    average = averages.ewma(signal + noise, 1 - beta)
    # Without the first stretch, in which the average starts from zero
    return bool(np.sqrt(np.mean((average - signal)[:, 40:] ** 2)) <= 0.54)


choice = TrialExercise(succeeds=_follows, reference=0.75, mistakes={"low": 0.01, "high": 0.999})
"""A β that weighs noise against delay."""
