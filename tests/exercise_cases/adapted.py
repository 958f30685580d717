"""Exercises of `helpers.exercises.adapted`: right answers, usual mistakes, and others."""

import math

import torch

from tests.exercise_cases.exercise import Exercise

__all__ = ["EXERCISES"]


def steps_by_walking(condition, share):
    """Take the steps of gradient descent along the flat axis, one by one."""
    distance, steps = 1.0, 0
    while distance > share:
        distance -= 2 / (1 + condition) * distance
        steps += 1
    return steps


EXERCISES = {
    "adapted_factor": Exercise(
        right=[50, 1 / 0.02],
        mistakes={"squared": 2500, "gradient": 0.02, "adapted": 1},
        other=[5, -50, math.inf],
    ),
    "adapted_largest_rate": Exercise(
        right=[lambda condition: 2 / condition, lambda condition: torch.tensor(2 / condition)],
        mistakes={
            "flat": lambda condition: 2,
            "half": lambda condition: 1 / condition,
            "best": lambda condition: 2 / (condition + 1),
        },
        other=[lambda condition: condition / 2, lambda condition: 0],
    ),
    "adapted_steps_needed": Exercise(
        right=[steps_by_walking],
        mistakes={
            "unrounded": lambda condition, share: (
                math.log(share) / math.log((condition - 1) / (condition + 1))
            ),
            "down": lambda condition, share: int(
                math.log(share) / math.log((condition - 1) / (condition + 1))
            ),
            "rate": lambda condition, share: math.ceil(math.log(share, 1 - 1 / condition)),
        },
        other=[lambda condition, share: condition, lambda condition, share: 1 / share],
    ),
}
