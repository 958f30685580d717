"""Exercises of chapter 3: bias."""

from typing import Any

import numpy as np

from helpers import averages, data
from helpers.exercises.verdict import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def first_step(answer: Any) -> Verdict:
    """By how much the correction multiplies at step 1, with β = 0.95."""
    return judge_number(
        "bias_first_step",
        answer,
        wanted=averages.bias_ratio(0.95, 1),
        mistakes={"share": 1 - 0.95, "beta": 1 / 0.95},
    )


def by_hand(answer: Any) -> Verdict:
    """Write the bias-corrected EWMA."""
    series = data.temperatures()

    def reference(values: np.ndarray, beta: float) -> np.ndarray:
        return averages.bias_corrected_ewma(values, 1 - beta)

    def late(values: np.ndarray, beta: float) -> np.ndarray:
        steps = np.arange(2, len(values) + 2)
        return averages.ewma(values, 1 - beta) / (1 - beta**steps)

    def fed_back(values: np.ndarray, beta: float) -> np.ndarray:
        average, corrected = 0.0, []
        for step, value in enumerate(values, start=1):
            average = (beta * average + (1 - beta) * value) / (1 - beta**step)
            corrected.append(average)
        return np.array(corrected)

    return judge_function(
        "bias_by_hand",
        answer,
        reference,
        arguments=[(series, 0.9), (series[:5], 0.5)],
        mistakes={
            "uncorrected": lambda values, beta: averages.ewma(values, 1 - beta),
            "late": late,
            "fed_back": fed_back,
            "constant": lambda values, beta: averages.ewma(values, 1 - beta) / (1 - beta),
        },
    )


def first_value(answer: Any) -> Verdict:
    """Weight of the first value, after t steps, in an EWMA that starts from it instead of zero."""
    return judge_function(
        "bias_first_value",
        answer,
        reference=lambda beta, t: beta ** (t - 1),
        arguments=[(0.9, 1), (0.9, 10), (0.999, 1000)],
        mistakes={
            "zero": lambda beta, t: (1 - beta) * beta ** (t - 1),
            "late": lambda beta, t: beta**t,
        },
        left=0.999 ** (1000 - 1),
    )


EXERCISES = {
    "bias_first_step": first_step,
    "bias_by_hand": by_hand,
    "bias_first_value": first_value,
}
