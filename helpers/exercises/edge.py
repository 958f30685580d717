"""Exercises of chapter 9: the edge of stability."""

from typing import Any

import numpy as np

from helpers import optimizers, problems, simulate
from helpers.exercises.exercise import (
    ChoiceExercise,
    FunctionExercise,
    NumberExercise,
    TrialExercise,
)

forecast = NumberExercise(
    reference=2 * (1 + 0.9) / 0.05,
    mistakes={
        "sgd": 2 / 0.05,
        "average": 2 * (1 + 0.9) / ((1 - 0.9) * 0.05),
        "gain": 2 * (1 - 0.9) / 0.05,
        "nesterov": 2 * (1 + 0.9) / (1 + 2 * 0.9) / 0.05,
    },
)
"""The sharpness that a network settles on with lr = 0.05 and a momentum of 0.9."""

jumps = ChoiceExercise(reference="b", mistakes={"data": "a", "raise_rate": "c", "overfits": "d"})
"""What is behind a full-batch loss that begins to jump at every other step."""


def _rayleigh(matrix: Any, rounds: int, normalised: bool = True) -> float:
    """Return vᵀ M v after so many products, each of a vector of length 1 that starts as ones."""
    matrix = np.asarray(matrix)
    v = np.ones(len(matrix))
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        before, v = v, matrix @ v
    return float(before @ v if normalised else np.linalg.norm(v))


_MATRICES = (
    [[3.0, 1.0], [1.0, 2.0]],
    [[0.5, -1.0, 0.0], [-1.0, 4.0, 0.3], [0.0, 0.3, -1.0]],
    [[-3.0, 0.5], [0.5, 1.0]],
)

power = FunctionExercise(
    reference=_rayleigh,
    arguments=[(matrix, rounds) for matrix in _MATRICES for rounds in (1, 2, 7)],
    mistakes={
        "sizes": lambda matrix, rounds: _rayleigh(matrix, rounds, normalised=False),
        "one_less": lambda matrix, rounds: _rayleigh(matrix, max(1, rounds - 1)),
        "one_more": lambda matrix, rounds: _rayleigh(matrix, rounds + 1),
        "exact": lambda matrix, rounds: np.linalg.eigvalsh(matrix)[-1],
    },
)
"""Power iteration, written out."""

beta = NumberExercise(
    # 2 (1 + β₁) / (1 − β₁): 38 at 0.9, 78 at 0.95
    reference=(1.95 / 0.05) / (1.9 / 0.1),
    mistakes={"gain": 2, "momentum": 1.95 / 1.9, "down": (1.9 / 0.1) / (1.95 / 0.05), "limit": 78},
)
"""By how much Adam's limit grows when β₁ rises from 0.9 to 0.95."""


def _is_flat(lr: float) -> bool:
    """Whether the network of two weights ends in a minimum of sharpness below 2.5."""
    problem = problems.two_weights()
    path = simulate.on_problem(problem, optimizers.sgd, (2, 0.2), 200, lr=lr).paths[0]
    end = path[-1]
    return bool(problem.value(end) < 1e-6 and end.square().sum() < 2.5)


flat = TrialExercise(succeeds=_is_flat, reference=0.7, mistakes={"low": 0.01, "high": 3.0})
"""A rate that ends in a flat minimum of the network of two weights."""
