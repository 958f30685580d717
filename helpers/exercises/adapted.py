"""Exercises of chapter 5: adapted gradients."""

import math
from itertools import product

from helpers.exercises.exercise import FunctionExercise, NumberExercise

factor = NumberExercise(
    reference=1 / 0.02,
    mistakes={"squared": 1 / 0.02**2, "gradient": 0.02, "adapted": 1.0},
)
"""Adam's factor for a parameter whose gradient has been 0.02 for a long time."""

largest_rate = FunctionExercise(
    reference=lambda condition: 2 / condition,
    arguments=[(1.0,), (10.0,), (1000.0,)],
    mistakes={
        "flat": lambda condition: 2.0,
        "half": lambda condition: 1 / condition,
        "best": lambda condition: 2 / (1 + condition),
    },
)
"""Rate above which gradient descent diverges on a bowl of curvatures 1 and κ."""


def _steps(share: float, factor: float) -> float:
    """Number of multiplications by ``factor`` that lead from 1 to ``share``."""
    return math.log(share) / math.log(factor)


steps_needed = FunctionExercise(
    reference=lambda condition, share: math.ceil(_steps(share, (condition - 1) / (condition + 1))),
    arguments=list(product((10.0, 100.0, 1000.0), (0.5, 0.1, 0.01))),
    mistakes={
        "unrounded": lambda condition, share: _steps(share, (condition - 1) / (condition + 1)),
        "down": lambda condition, share: int(_steps(share, (condition - 1) / (condition + 1))),
        "rate": lambda condition, share: math.ceil(_steps(share, 1 - 1 / condition)),
    },
    examples={"hundred": (100.0, 0.01), "thousand": (1000.0, 0.01)},
    rel=1e-6,
)
"""Steps of gradient descent at its best rate until the distance is at most a share of the first."""
