"""Exercises of chapter 10: after Adam."""

import functools
import math
from itertools import product

from helpers import optimizers, problems, simulate
from helpers.exercises.exercise import (
    ChoiceExercise,
    FunctionExercise,
    NumberExercise,
    TrialExercise,
)
from helpers.optimizers.matrices import QUINTIC

floor = NumberExercise(
    reference=0.07,
    mistakes={"zero": 0, "rate": 0.1, "half": 0.05, "smaller": 0.03},
)
"""The largest distance that sign descent goes on visiting, from 0.37 at a rate of 0.1."""


def _iterate(sigma: float, steps: int, powers: tuple[int, ...] = (1, 3, 5)) -> float:
    for _ in range(steps):
        sigma = sum(c * sigma**power for c, power in zip(QUINTIC, powers, strict=False))
    return sigma


singular = FunctionExercise(
    reference=_iterate,
    arguments=list(product((0.01, 0.3, 1.0), (1, 2, 5))),
    mistakes={
        "once": lambda sigma, steps: _iterate(sigma, 1),
        "cubic": lambda sigma, steps: _iterate(sigma, steps, (1, 3)),
        "squares": lambda sigma, steps: _iterate(sigma, steps, (1, 2, 3)),
    },
    examples={"small": (0.01, 5), "large": (1.0, 5)},
)
"""What Muon's iteration makes of a singular value."""

_ROWS, _COLUMNS = 4096, 11008

memory = NumberExercise(
    reference=4 * (_ROWS + _COLUMNS),
    mistakes={
        "numbers": _ROWS + _COLUMNS,
        "adam": 2 * 4 * _ROWS * _COLUMNS,
        "full": 4 * _ROWS * _COLUMNS,
    },
)
"""Bytes of Adafactor's state for a matrix in float32."""

checkpoint = ChoiceExercise(reference="b", mistakes={"rate": "a", "overfitting": "c", "seed": "d"})
"""Why a schedule-free checkpoint is worse than what was measured in training."""

claim = ChoiceExercise(reference="d", mistakes={"seeds": "a", "steps": "b", "larger": "c"})
"""What to ask first of a claim of twice the speed."""


def _arrives(lr: float) -> bool:
    """Whether Lion's median distance to the optimum is below 0.06, its rate falling to 0.

    Of ten rates per power of ten the nearest is tried: among nearer ones luck decides.
    """
    return _distance(round(10 * math.log10(lr))) < 0.06


@functools.cache
def _distance(tenths: int) -> float:
    toy, lr = problems.linear_regression(), 10 ** (tenths / 10)
    runs = simulate.on_regression(
        toy,
        optimizers.lion,
        range(500, 900),
        epochs=20,
        schedule={"lr": [lr * (1 - step / 100) for step in range(100)]},
    )
    optimum = toy.surface("train").minimum
    return float((runs.paths[:, -1] - optimum).norm(dim=-1).median())


lion = TrialExercise(succeeds=_arrives, reference=0.18, mistakes={"low": 1e-3, "high": 10})
"""A first rate for Lion on the line, in 100 updates."""
