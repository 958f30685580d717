"""Exercises of chapter 7: learning-rate schedulers."""

import math
from functools import partial
from itertools import product

from helpers import optimizers, problems, schedules, simulate
from helpers.exercises.exercise import (
    ChoiceExercise,
    FunctionExercise,
    NumberExercise,
    TrialExercise,
)

first_reduced = NumberExercise(
    # Bad are epochs 2, 3 and 4, whose improvement is below the relative threshold: 3 exceeds 2.
    reference=5,
    mistakes={"reaches": 4, "threshold": 8, "one_based": 6, "patience": 2},
)
"""First epoch, from 0, with a reduced rate: ReduceLROnPlateau, patience 2, eight losses."""

log = ChoiceExercise(reference="b", mistakes={"never": "a", "swapped": "c", "restarts": "d"})
"""What went wrong in a run whose log of rates repeats itself."""


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


def _ends_low(highest: float) -> bool:
    """Whether half a cosine from this rate ends below 5e-5 in 100 mini-batches of the line."""
    toy, plan = problems.linear_regression(), schedules.cosine_annealing_lr(highest, 100, 100)
    runs = simulate.on_regression(
        toy, optimizers.sgd, range(500, 600), epochs=20, schedule={"lr": plan}
    )
    surface = toy.surface("train")
    losses = surface.value(runs.paths[:, -1].double()).nan_to_num(math.inf)
    return bool(losses.median() - surface.minimum_value <= 5e-5)


highest = TrialExercise(succeeds=_ends_low, reference=0.65, mistakes={"low": 1e-3, "high": 10.0})
"""A rate to fall from along half a cosine in a short training."""
