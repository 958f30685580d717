"""Exercises of `helpers.exercises.learning_rate`: right answers, usual mistakes, and others."""

import math

import numpy as np
import torch

from tests.exercise_cases.exercise import Exercise

__all__ = ["EXERCISES"]


def multiplied(start, end, steps, scale):
    """Multiply, or add, again and again."""
    factor, amount = (end / start) ** (1 / (steps - 1)), (end - start) / (steps - 1)
    rates = [start]
    while len(rates) < steps:
        rates.append(rates[-1] * factor if scale == "exponential" else rates[-1] + amount)
    return rates


def one_too_many_gaps(start, end, steps, scale):
    share = torch.arange(steps, dtype=torch.float64) / steps
    if scale == "linear":
        return start + (end - start) * share
    return start * (end / start) ** share


EXERCISES = {
    "learning_rate_step": Exercise(
        right=[3.4, 3 + 0.4, torch.tensor(3.4)],
        mistakes={"along": 2.6, "rate_only": 3.1, "step_only": 0.4},
        other=[-3.4, 7, math.nan],
    ),
    "learning_rate_limit": Exercise(
        right=[
            lambda x: len(x) / (x**2).sum(),
            lambda x: (
                2
                / torch.autograd.functional.hessian(
                    lambda w: ((w * torch.from_numpy(x) - 1) ** 2).mean(),
                    torch.tensor(0.3, dtype=torch.float64),
                )
            ),
        ],
        mistakes={
            "no_two": lambda x: 2 / (x @ x / len(x)),
            "half": lambda x: len(x) / (2 * x @ x),
            "squared_mean": lambda x: 1 / x.mean() ** 2,
            "curvature": lambda x: 2 * x @ x / len(x),
        },
        other=[lambda x: 2.0, lambda x: 1 / x],
    ),
    "learning_rate_ramp": Exercise(
        right=[multiplied],
        mistakes={
            "only_exponential": lambda start, end, steps, scale: multiplied(
                start, end, steps, "exponential"
            ),
            "only_linear": lambda start, end, steps, scale: multiplied(start, end, steps, "linear"),
            "short": one_too_many_gaps,
        },
        other=[
            lambda start, end, steps, scale: np.geomspace(end, start, steps),
            lambda start, end, steps, scale: multiplied(start, end, steps + 1, scale),
        ],
    ),
}
