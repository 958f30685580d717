"""Exercises of chapter 1: the learning rate."""

from typing import Any

import numpy as np

from helpers.exercises.verdict import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def step(answer: Any) -> Verdict:
    """Where a parameter at 3 with gradient −4 is after a step at the rate 0.1."""
    return judge_number(
        "learning_rate_step",
        answer,
        wanted=3 - 0.1 * -4,
        mistakes={"along": 3 + 0.1 * -4, "rate_only": 3 + 0.1, "step_only": -0.1 * -4},
    )


def limit(answer: Any) -> Verdict:
    """Rate above which descent on mean((w x − y)²) diverges."""
    x = (np.array([1.0, 2.0, 4.0]), np.array([-0.5, 0.3, 0.2, 0.1]))
    return judge_function(
        "learning_rate_limit",
        answer,
        reference=lambda x: 1 / np.mean(x**2),
        arguments=[(one,) for one in x],
        mistakes={
            "no_two": lambda x: 2 / np.mean(x**2),
            "half": lambda x: 1 / (2 * np.mean(x**2)),
            "squared_mean": lambda x: 1 / np.mean(x) ** 2,
            "curvature": lambda x: 2 * np.mean(x**2),
        },
    )


def ramp(answer: Any) -> Verdict:
    """Rates of a range test, by equal factors or by equal amounts."""

    def reference(start: float, end: float, steps: int, scale: str) -> np.ndarray:
        spaced = np.geomspace if scale == "exponential" else np.linspace
        return spaced(start, end, steps)

    def short(start: float, end: float, steps: int, scale: str) -> np.ndarray:
        spaced = np.geomspace if scale == "exponential" else np.linspace
        return spaced(start, end, steps + 1)[:-1]

    return judge_function(
        "learning_rate_ramp",
        answer,
        reference,
        arguments=[
            (0.001, 1.0, 4, "exponential"),
            (0.001, 1.0, 4, "linear"),
            (0.01, 0.5, 11, "exponential"),
        ],
        mistakes={
            "only_exponential": lambda start, end, steps, scale: np.geomspace(start, end, steps),
            "only_linear": lambda start, end, steps, scale: np.linspace(start, end, steps),
            "short": short,
        },
    )


EXERCISES = {
    "learning_rate_step": step,
    "learning_rate_limit": limit,
    "learning_rate_ramp": ramp,
}
