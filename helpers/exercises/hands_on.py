"""Exercises of chapter 8: hands-on."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from helpers.exercises.exercise import (
    ChoiceExercise,
    FunctionExercise,
    LinesExercise,
    NumberExercise,
)

Row = tuple[dict[str, object], list[float]]


def _credit(
    rows: Sequence[Row],
    *,
    summary: Callable[[list[float]], Any] = np.median,
    most_changes: float = 1,
    against_first: bool = False,
) -> int:
    """Return the index of the row with the largest gain; the options are usual mistakes."""
    gains = {}
    for i in range(1, len(rows)):
        (before, old), (after, new) = rows[i - 1], rows[i]
        if sum(before[name] != after[name] for name in after) <= most_changes:
            gains[i] = summary(new) - summary(rows[0][1] if against_first else old)
    return max(gains, key=lambda i: gains[i])


credit = FunctionExercise(
    reference=_credit,
    arguments=[
        ([first, second, third, fourth],)
        for first, second, third, fourth in (
            (
                ({"lr": 1, "width": 8, "wd": 0}, [0.80, 0.81, 0.82]),
                ({"lr": 3, "width": 8, "wd": 0}, [0.84, 0.85, 0.86]),
                ({"lr": 3, "width": 32, "wd": 1}, [0.91, 0.92, 0.93]),
                ({"lr": 3, "width": 64, "wd": 1}, [0.92, 0.93, 0.99]),
            ),
            (
                ({"lr": 1, "width": 8, "wd": 0}, [0.70, 0.71, 0.72]),
                ({"lr": 1, "width": 8, "wd": 1}, [0.70, 0.72, 0.93]),
                ({"lr": 2, "width": 8, "wd": 1}, [0.75, 0.76, 0.77]),
                ({"lr": 2, "width": 16, "wd": 1}, [0.76, 0.77, 0.78]),
            ),
        )
    ]
    # Other settings, and another number of rows and of seeds
    + [
        (
            [
                ({"momentum": 0, "augment": False}, [0.60, 0.62]),
                ({"momentum": 0, "augment": True}, [0.61, 0.63]),
                ({"momentum": 0.5, "augment": True}, [0.62, 0.65]),
                ({"momentum": 0.5, "augment": False}, [0.50, 0.52]),
                ({"momentum": 0.9, "augment": True}, [0.80, 0.82]),
                ({"momentum": 0.9, "augment": False}, [0.86, 0.88]),
            ],
        )
    ],
    mistakes={
        "two_changes": partial(_credit, most_changes=math.inf),
        "best_seed": partial(_credit, summary=max),
        "against_first": partial(_credit, against_first=True),
    },
)
"""Row of an ablation that brings most, among those that change one setting."""


def _epochs_trained(
    losses: Sequence[float],
    patience: int,
    *,
    ties_improve: bool = False,
    count_restarts: bool = True,
    compare_with_previous: bool = False,
) -> int:
    """Return the number of epochs until early stopping; the options are usual mistakes."""
    best, bad = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        improved = loss < best or (ties_improve and loss == best)
        if not improved:
            bad += 1
        elif count_restarts:
            bad = 0
        if bad == patience:
            return epoch
        best = loss if compare_with_previous else min(best, loss)
    return len(losses)


def _best_epoch(losses: Sequence[float], patience: int) -> int:
    return int(np.argmin(losses[: _epochs_trained(losses, patience)])) + 1


early_stopping = FunctionExercise(
    reference=_epochs_trained,
    arguments=list(
        product(
            (
                [0.9, 0.5, 0.6, 0.4, 0.7, 0.5, 0.6, 0.8, 0.9],
                [0.5, 0.3, 0.4, 0.35, 0.34, 0.33, 0.2, 0.1],
                [0.3, 0.2, 0.2, 0.2, 0.1],
                [0.4],
            ),
            (1, 2, 3),
        )
    ),
    mistakes={
        "best": _best_epoch,
        # ReduceLROnPlateau waits until the count exceeds the patience.
        "late": lambda losses, patience: _epochs_trained(losses, patience + 1),
        "ties": partial(_epochs_trained, ties_improve=True),
        "in_all": partial(_epochs_trained, count_restarts=False),
        "previous": partial(_epochs_trained, compare_with_previous=True),
    },
)
"""Epochs until early stopping ends the training, or until there are no more."""

# The losses of the exercise's text
_LOSSES = (
    0.50, 0.36, 0.30, 0.31, 0.29, 0.30, 0.31, 0.27, 0.28, 0.29, 0.28, 0.25, 0.26, 0.27, 0.26, 0.28,
)  # fmt: skip


def _enough(losses: Sequence[float], **options: bool) -> int:
    """Return the smallest patience that reaches the epoch of the lowest loss."""
    lowest = int(np.argmin(losses)) + 1
    return next(p for p in range(1, 99) if _epochs_trained(losses, p, **options) >= lowest)


patience = NumberExercise(
    reference=_enough(_LOSSES),
    mistakes={
        "stops": _enough(_LOSSES) - 1,
        "in_all": _enough(_LOSSES, count_restarts=False),
        "epoch": int(np.argmin(_LOSSES)) + 1,
    },
)
"""Smallest patience with which training does not stop before its lowest validation loss."""

log = ChoiceExercise(reference="c", mistakes={"diverges": "a", "worse": "b"})
"""What it means that the validation loss rises while the accuracy does not fall."""

total = ChoiceExercise(reference="b", mistakes={"whole": "a", "short": "c"})
"""What comes of a OneCycleLR whose total was rounded down."""

faults = LinesExercise(
    reference={2: "dictionary", 16: "rate", 17: "loss", 18: "mode"},
    decoys={10: "clearing", 15: "scheduler"},
    optional=frozenset({13}),
)
"""Lines of a training loop that do not do what they seem to do."""
