"""Exercises of chapter 2: EWMA."""

import math
from typing import Any

import numpy as np

from helpers import averages, data
from helpers.exercises.verdict import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def periods(answer: Any) -> Verdict:
    """Periods of the moving average as old as Adam's second average, β = 0.999."""
    return judge_number(
        "ewma_periods",
        answer,
        wanted=averages.periods_from_beta(0.999),
        mistakes={"age": 1 / (1 - 0.999), "alpha": averages.alpha_from_beta(0.999)},
    )


def by_hand(answer: Any) -> Verdict:
    """Write the EWMA as optimizers do, with β."""
    series = data.temperatures()

    def reference(values: np.ndarray, beta: float) -> np.ndarray:
        return averages.ewma(values, 1 - beta)

    return judge_function(
        "ewma_by_hand",
        answer,
        reference,
        arguments=[(series, 0.9), (series[:5], 0.5)],
        mistakes={
            "swapped": lambda values, beta: averages.ewma(values, beta),
            "last": lambda values, beta: reference(values, beta)[-1],
            "first": _started_from_the_first,
            "sum": lambda values, beta: reference(values, beta) / (1 - beta),
        },
    )


def half_life(answer: Any) -> Verdict:
    """Steps after which a value weighs half as much."""
    return judge_function(
        "ewma_half_life",
        answer,
        reference=lambda beta: math.log(0.5) / math.log(beta),
        arguments=[(0.5,), (0.9,), (0.999,)],
        mistakes={
            "sign": lambda beta: math.log(2) / math.log(beta),
            "alpha": lambda beta: math.log(0.5) / math.log(1 - beta),
            "age": lambda beta: 1 / (1 - beta),
        },
        fast=math.log(0.5) / math.log(0.9),
        slow=math.log(0.5) / math.log(0.999),
    )


def _started_from_the_first(values: np.ndarray, beta: float) -> np.ndarray:
    """EWMA that starts from the first value, not from zero."""
    first = values[0]
    return first + averages.ewma(values - first, 1 - beta)


EXERCISES = {
    "ewma_periods": periods,
    "ewma_by_hand": by_hand,
    "ewma_half_life": half_life,
}
