"""Exercises of chapter 3: bias."""

from itertools import product

import numpy as np

from helpers import averages
from helpers.exercises.exercise import (
    ChoiceExercise,
    FunctionExercise,
    NumberExercise,
    TrialExercise,
)

betas = NumberExercise(
    reference=(1 - 0.9**2) / (1 - 0.95**2) ** 0.5,
    mistakes={
        "first": (1 - 0.9) / (1 - 0.95) ** 0.5,
        "no_root": (1 - 0.9**2) / (1 - 0.95**2),
        "inverse": (1 - 0.95**2) ** 0.5 / (1 - 0.9**2),
        "cancel": 1.0,
    },
)
"""Adam's second step without correction, by the corrected one, with betas (0.9, 0.95)."""

log = ChoiceExercise(reference="b", mistakes={"constant": "a", "fed_back": "c", "plain": "d"})
"""What is wrong with an EWMA that is corrected one step late."""

first_value = FunctionExercise(
    reference=lambda beta, t: beta ** (t - 1),
    arguments=list(product((0.5, 0.9, 0.999), (1, 2, 10))),
    mistakes={
        "zero": lambda beta, t: (1 - beta) * beta ** (t - 1),
        "late": lambda beta, t: beta**t,
    },
    examples={"left": (0.999, 1000)},
)
"""Weight of the first value, after t steps, in an EWMA that starts from it instead of zero."""


def _calm_and_soon(beta: float) -> bool:
    """Whether the bias is below 1 % after 50 steps, and a quarter of the noise is left at most."""
    short = 1 - averages.ewma(np.ones(50), 1 - beta)[-1]
    noise = np.random.default_rng(seed=0).standard_normal(100_000)
    return bool(short < 0.01 and averages.ewma(noise, 1 - beta).std() <= 0.25)


choice = TrialExercise(
    succeeds=_calm_and_soon, reference=0.9, mistakes={"low": 0.01, "high": 0.999}
)
"""A β whose bias is soon gone, and whose noise is small."""
