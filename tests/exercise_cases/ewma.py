"""Exercises of `helpers.exercises.ewma`: right answers, usual mistakes, and others."""

import math

import numpy as np
import pandas as pd
import torch

from tests.exercise_cases.exercise import Exercise

__all__ = ["EXERCISES"]


def ewma(values, beta, start=0.0, rate=None):
    average, history = start, []
    for value in values:
        average = beta * average + (1 - beta if rate is None else rate) * value
        history.append(average)
    return history


EXERCISES = {
    "ewma_periods": Exercise(
        right=[1999, (1 + 0.999) / (1 - 0.999)],
        mistakes={"age": 1000, "alpha": 0.001},
        other=[2001, 0, -1999, math.nan, 10**400],
    ),
    "ewma_by_hand": Exercise(
        right=[
            ewma,
            lambda values, beta: np.array(ewma(values, beta)),
            lambda values, beta: torch.tensor(ewma(values, beta)),
            lambda values, beta: (
                pd.Series([0, *values]).ewm(alpha=1 - beta, adjust=False).mean()[1:]
            ),
        ],
        mistakes={
            "swapped": lambda values, beta: ewma(values, 1 - beta),
            "last": lambda values, beta: ewma(values, beta)[-1],
            "first": lambda values, beta: ewma(values, beta, start=values[0]),
            "sum": lambda values, beta: ewma(values, beta, rate=1),
        },
        other=[
            lambda values, beta: list(values),
            lambda values, beta: ewma(values, beta)[:-1],
            lambda values, beta: 0,
            lambda values, beta: "average",
        ],
    ),
    "ewma_half_life": Exercise(
        right=[
            lambda beta: math.log(1 / 2) / math.log(beta),
            lambda beta: np.emath.logn(beta, 0.5),
        ],
        mistakes={
            "sign": lambda beta: math.log(2) / math.log(beta),
            "alpha": lambda beta: math.log(1 / 2) / math.log(1 - beta),
            "age": lambda beta: 1 / (1 - beta),
        },
        other=[lambda beta: beta / 2, lambda beta: [1, 2], lambda beta: math.nan],
    ),
}
