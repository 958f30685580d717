"""Exercises of chapter 7: learning-rate schedulers."""

import math
from functools import partial
from itertools import product

from helpers.exercises.exercise import FunctionExercise, NumberExercise

first_reduced = NumberExercise(
    # Epoch 0 sets the baseline, and the rate falls after 3 + 1 bad epochs.
    reference=1 + (3 + 1),
    mistakes={"patience": 3, "reaches": 4, "one_based": 6},
)
"""First epoch, from 0, with a reduced rate: ReduceLROnPlateau, patience 3, constant loss."""

highest_rate = NumberExercise(
    reference=0.01 + (0.1 - 0.01) * 0.95**20,
    mistakes={
        "max_lr": 0.1,
        "per_cycle": 0.01 + (0.1 - 0.01) * 0.95,
        "whole": 0.1 * 0.95**20,
        "no_base": (0.1 - 0.01) * 0.95**20,
    },
)
"""Rate of CyclicLR's "exp_range" at the top of its first climb: 0.01 to 0.1, 20 steps, γ = 0.95."""


def _multi_step(epoch: int, lr: float, milestones: list[int], gamma: float) -> float:
    return lr * gamma ** sum(milestone <= epoch for milestone in milestones)


multi_step = FunctionExercise(
    reference=_multi_step,
    arguments=list(product(range(10), (0.1, 1.0), ([3, 8], [2, 4, 4]), (0.5, 2.0))),
    mistakes={
        "late": lambda epoch, lr, milestones, gamma: _multi_step(epoch - 1, lr, milestones, gamma),
        "once": lambda epoch, lr, milestones, gamma: _multi_step(
            epoch, lr, sorted(set(milestones)), gamma
        ),
        "at_milestones": lambda epoch, lr, milestones, gamma: (
            lr * gamma if epoch in milestones else lr
        ),
    },
)
"""The rate of MultiStepLR."""


def _warm_cosine(
    step: int,
    lr: float,
    warm: int,
    total: int,
    *,
    first: int = 1,
    shifted: bool = True,
    shortened: bool = True,
) -> float:
    """Return the rate; the options are usual mistakes."""
    if step < warm:
        return lr * (step + first) / warm
    since = step - warm if shifted else step
    length = total - warm if shortened else total
    return lr * (1 + math.cos(math.pi * since / length)) / 2


warm_cosine = FunctionExercise(
    reference=_warm_cosine,
    arguments=list(product((0, 1, 2, 4, 5, 6, 9), (1.0, 3e-4), (1, 2, 5), (10, 25))),
    mistakes={
        "from_zero": partial(_warm_cosine, first=0),
        "not_shifted": partial(_warm_cosine, shifted=False),
        "too_long": partial(_warm_cosine, shortened=False),
        "both": partial(_warm_cosine, shifted=False, shortened=False),
    },
    examples={"quarter": (10, 1.0, 5, 25)},
)
"""The rate of a linear warm-up and half a cosine."""
