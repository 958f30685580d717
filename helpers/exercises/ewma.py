"""Exercises of chapter 2: EWMA."""

import math
from itertools import product

import numpy as np

from helpers import averages
from helpers.exercises.exercise import FunctionExercise, NumberExercise

periods = NumberExercise(
    reference=averages.periods_from_beta(0.999),
    mistakes={"age": 1 / (1 - 0.999), "alpha": averages.alpha_from_beta(0.999)},
)
"""Periods of the moving average with the average age of Adam's second average, β = 0.999."""


def _ewma(values: np.ndarray, beta: float) -> np.ndarray:
    return averages.ewma(values, 1 - beta)


by_hand = FunctionExercise(
    reference=_ewma,
    arguments=list(
        product((np.array([8.0, 3.0, -2.0, 5.0]), np.array([21.0, 24.0])), (0.5, 0.9, 0.99))
    ),
    mistakes={
        "swapped": lambda values, beta: _ewma(values, 1 - beta),
        "last": lambda values, beta: _ewma(values, beta)[-1],
        "first": lambda values, beta: values[0] + _ewma(values - values[0], beta),
        "sum": lambda values, beta: _ewma(values, beta) / (1 - beta),
    },
)
"""The EWMA that starts from zero."""

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
