"""Exercises of chapter 5: adapted gradients."""

import math
from itertools import product

import numpy as np

from helpers import optimizers, problems, simulate
from helpers.exercises.exercise import (
    FunctionExercise,
    LinesExercise,
    NumberExercise,
    TrialExercise,
)

_OLD = 0.999**1000  # weight of what came before the last thousand steps
_SQUARES = _OLD * 1**2 + (1 - _OLD) * 0.02**2

factor = NumberExercise(
    reference=1 / math.sqrt(_SQUARES),
    mistakes={
        "forgotten": 1 / 0.02,
        "frozen": 1.0,
        "rootless": 1 / _SQUARES,
        "unsquared": 1 / (_OLD * 1 + (1 - _OLD) * 0.02),
        "adapted": 0.02 / math.sqrt(_SQUARES),
    },
    rel=2e-3,  # three digits are enough
)
"""Adam's factor after a thousand gradients of 0.02 that came after many of 1."""


def _hessian(x: np.ndarray) -> np.ndarray:
    return 2 * np.array([[1, np.mean(x)], [np.mean(x), np.mean(x**2)]])


def _condition(x: np.ndarray) -> float:
    low, high = np.linalg.eigvalsh(_hessian(x))
    return high / low


_EVEN = np.linspace(0, 1, 101)

condition = FunctionExercise(
    reference=_condition,
    arguments=[
        (np.linspace(0, 1, 11),),
        (np.linspace(-1, 1, 11),),
        (np.array([1.0, 2.0, 4.0]),),
        (np.linspace(0, 20, 9),),
    ],
    mistakes={
        "inverted": lambda x: 1 / _condition(x),
        "diagonal": lambda x: math.exp(np.ptp(np.log(np.diag(_hessian(x))))),
        "root": lambda x: math.sqrt(_condition(x)),
    },
    examples={
        "plain": (_EVEN,),
        "centred": (_EVEN - 0.5,),
        "scaled": ((_EVEN - 0.5) / _EVEN.std(),),
    },
)
"""Condition number of the loss of a line, from its inputs."""


def _steps(condition: float, share: float) -> float:
    """Number of multiplications by (κ − 1)/(κ + 1) that lead from 1 to ``share``."""
    if condition == 1:
        return 1.0  # one step lands on the minimum
    return math.log(share) / math.log((condition - 1) / (condition + 1))


steps_needed = FunctionExercise(
    reference=lambda condition, share: math.ceil(_steps(condition, share)),
    arguments=list(product((1.0, 10.0, 100.0, 1000.0), (0.5, 0.1, 0.01))),
    mistakes={
        "unrounded": _steps,
        "down": lambda condition, share: int(_steps(condition, share)),
        "round_bowl": lambda condition, share: (
            0 if condition == 1 else math.ceil(_steps(condition, share))
        ),
        "rate": lambda condition, share: (
            1 if condition == 1 else math.ceil(math.log(share) / math.log(1 - 1 / condition))
        ),
    },
    examples={"hundred": (100.0, 0.01), "thousand": (1000.0, 0.01)},
    rel=1e-6,
)
"""Steps of gradient descent at its best rate until the distance is at most a share of the first."""

unfair = LinesExercise(
    reference={1: "model", 7: "rate", 12: "luck"}, decoys={6: "seed", 11: "validation"}
)
"""Lines that make a comparison of two optimizers worthless."""


def _beats_adam(lr: float) -> bool:
    """Whether SGD's median distance to the optimum is below what Adam manages, after five epochs.

    Tried on seeds that the chapter does not use.
    """
    toy = problems.linear_regression()
    ends = simulate.on_regression(toy, optimizers.sgd, range(500, 600), 5, lr=lr).paths[:, -1]
    far = (ends - toy.surface().minimum).norm(dim=-1)
    return far.nan_to_num(math.inf).median().item() <= 0.13


rate = TrialExercise(succeeds=_beats_adam, reference=0.7, mistakes={"low": 1e-3, "high": 10.0})
"""A rate with which SGD, in five epochs, ends closer on the line than Adam does at any rate."""
