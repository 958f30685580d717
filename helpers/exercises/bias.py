"""Exercises of chapter 3: bias."""

from itertools import product

import numpy as np

from helpers import averages
from helpers.exercises.exercise import FunctionExercise, NumberExercise

first_step = NumberExercise(
    reference=averages.bias_ratio(0.95, 1),
    mistakes={"share": 1 - 0.95, "beta": 1 / 0.95},
)
"""Factor of the correction at step 1, with β = 0.95."""


def _ewma(values: np.ndarray, beta: float) -> np.ndarray:
    return averages.ewma(values, 1 - beta)


def _fed_back(values: np.ndarray, beta: float) -> np.ndarray:
    """Average the corrected averages."""
    average, corrected = 0.0, []
    for step, value in enumerate(values, start=1):
        average = (beta * average + (1 - beta) * value) / (1 - beta**step)
        corrected.append(average)
    return np.array(corrected)


by_hand = FunctionExercise(
    reference=lambda values, beta: averages.bias_corrected_ewma(values, 1 - beta),
    arguments=list(
        product((np.array([8.0, 3.0, -2.0, 5.0]), np.array([21.0, 24.0])), (0.5, 0.9, 0.99))
    ),
    mistakes={
        "uncorrected": _ewma,
        "late": lambda values, beta: (
            _ewma(values, beta) / (1 - beta ** (np.arange(len(values)) + 2))
        ),
        "fed_back": _fed_back,
        "constant": lambda values, beta: _ewma(values, beta) / (1 - beta),
    },
)
"""The bias-corrected EWMA."""

first_value = FunctionExercise(
    reference=lambda beta, t: beta ** (t - 1),
    arguments=list(product((0.5, 0.9, 0.999), (1, 2, 10))),
    mistakes={
        "zero": lambda beta, t: (1 - beta) * beta ** (t - 1),
        "late": lambda beta, t: beta**t,
    },
    examples={"left": (0.999, 1000)},
)
"""Weight of the first value, after t steps, in an EWMA that starts from it instead of zero."""
