"""Exercises of chapter 5: adapted gradients."""

import math
from typing import Any

from helpers.exercises.verdict import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def factor(answer: Any) -> Verdict:
    """Adam's factor for a parameter whose gradient has been 0.02 for a long time."""
    return judge_number(
        "adapted_factor",
        answer,
        wanted=1 / 0.02,
        mistakes={"squared": 1 / 0.02**2, "gradient": 0.02, "adapted": 1.0},
    )


def largest_rate(answer: Any) -> Verdict:
    """Rate above which gradient descent diverges on a bowl of curvatures 1 and κ."""
    return judge_function(
        "adapted_largest_rate",
        answer,
        reference=lambda condition: 2 / condition,
        arguments=[(1.0,), (10.0,), (1000.0,)],
        mistakes={
            "flat": lambda condition: 2.0,
            "half": lambda condition: 1 / condition,
            "best": lambda condition: 2 / (1 + condition),
        },
    )


def steps_needed(answer: Any) -> Verdict:
    """Steps of gradient descent at its best rate until the distance is below a share."""

    def reference(condition: float, share: float) -> int:
        return math.ceil(math.log(share) / math.log((condition - 1) / (condition + 1)))

    return judge_function(
        "adapted_steps_needed",
        answer,
        reference,
        arguments=[(10.0, 0.01), (100.0, 0.01), (1000.0, 0.1)],
        mistakes={
            "unrounded": lambda condition, share: (
                math.log(share) / math.log((condition - 1) / (condition + 1))
            ),
            "down": lambda condition, share: reference(condition, share) - 1,
            "rate": lambda condition, share: math.ceil(
                math.log(share) / math.log(1 - 1 / condition)
            ),
        },
        hundred=reference(100, 0.01),
        thousand=reference(1000, 0.01),
    )


EXERCISES = {
    "adapted_factor": factor,
    "adapted_largest_rate": largest_rate,
    "adapted_steps_needed": steps_needed,
}
