"""Exercises of `helpers.exercises.bias`: right answers, usual mistakes, and others."""

import math

import pandas as pd

from tests.exercise_cases.ewma import ewma
from tests.exercise_cases.exercise import Exercise

__all__ = ["EXERCISES"]


def corrected(values, beta, first=1):
    steps = enumerate(ewma(values, beta), start=first)
    return [average / (1 - beta**step) for step, average in steps]


def corrected_and_fed_back(values, beta):
    average, history = 0.0, []
    for step, value in enumerate(values, start=1):
        average = (beta * average + (1 - beta) * value) / (1 - beta**step)
        history.append(average)
    return history


def corrected_in_place(values, beta):
    values[:] = corrected(values, beta)
    return values


EXERCISES = {
    "bias_first_step": Exercise(
        right=[20, 1 / (1 - 0.95)],
        mistakes={"share": 0.05, "beta": 1 / 0.95},
        other=[19, 2, math.inf, -(10**400)],
    ),
    "bias_by_hand": Exercise(
        right=[
            corrected,
            lambda values, beta: pd.Series(values).ewm(alpha=1 - beta).mean(),
            corrected_in_place,
        ],
        mistakes={
            "uncorrected": ewma,
            "late": lambda values, beta: corrected(values, beta, first=2),
            "fed_back": corrected_and_fed_back,
            "constant": lambda values, beta: [one / (1 - beta) for one in ewma(values, beta)],
        },
        other=[
            lambda values, beta: list(values),
            lambda values, beta: corrected(values, beta)[-1],
        ],
    ),
    "bias_first_value": Exercise(
        right=[lambda beta, t: ewma([1] + [0] * (t - 1), beta, start=1)[-1]],
        mistakes={
            "zero": lambda beta, t: (1 - beta) * beta ** (t - 1),
            "late": lambda beta, t: beta**t,
        },
        other=[lambda beta, t: 1 - beta**t, lambda beta, t: beta],
    ),
}
