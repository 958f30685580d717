"""Exercises of chapter 1: the learning rate."""

from itertools import product

import numpy as np

from helpers.exercises.exercise import FunctionExercise, NumberExercise

step = NumberExercise(
    reference=3 - 0.1 * -4,
    mistakes={"along": 3 + 0.1 * -4, "rate_only": 3 + 0.1, "step_only": -0.1 * -4},
)
"""A parameter at 3 with gradient −4, after a step with rate 0.1."""

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


def _ramp(start: float, end: float, steps: int, scale: str) -> np.ndarray:
    return (np.geomspace if scale == "exponential" else np.linspace)(start, end, steps)


ramp = FunctionExercise(
    reference=_ramp,
    arguments=list(product((0.001, 0.01), (0.5, 1.0), (4, 11), ("exponential", "linear"))),
    mistakes={
        "only_exponential": lambda start, end, steps, scale: _ramp(
            start, end, steps, "exponential"
        ),
        "only_linear": lambda start, end, steps, scale: _ramp(start, end, steps, "linear"),
        "short": lambda start, end, steps, scale: _ramp(start, end, steps + 1, scale)[:-1],
    },
)
"""Rates of a range test, by equal factors or by equal amounts."""
