"""Exercises of chapter 8: hands-on."""

import math
from collections.abc import Sequence
from functools import partial
from itertools import product

import numpy as np

from helpers.exercises.exercise import FunctionExercise, LinesExercise, NumberExercise

parameters = NumberExercise(
    # Each output of a layer has a weight for each input, and a bias.
    reference=785 * 256 + 257 * 64 + 65 * 10,
    mistakes={
        "no_bias": 784 * 256 + 256 * 64 + 64 * 10,
        "first_layer": 785 * 256,
        "skipped": 785 * 256 + 257 * 10,
        "image": 29 * 256 + 257 * 64 + 65 * 10,
    },
    rel=0,
)
"""Number of parameters of an MLP 784-256-64-10."""

epoch_loss = FunctionExercise(
    reference=lambda losses, sizes: np.sum(losses * sizes) / np.sum(sizes),
    arguments=list(
        product(
            (np.array([0.5, 0.25, 2.0]), np.array([1.0, 3.0, 0.5])),
            (np.array([32, 32, 16]), np.array([8, 8, 1])),
        )
    ),
    mistakes={
        "last": lambda losses, sizes: losses[-1],
        "unweighted": lambda losses, sizes: np.mean(losses),
        "total": lambda losses, sizes: np.sum(losses * sizes),
    },
)
"""Loss of an epoch, from those of its mini-batches and their sizes."""


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

faults = LinesExercise(
    reference={2: "dictionary", 16: "rate", 17: "loss", 18: "mode"},
    decoys={10: "clearing", 15: "scheduler"},
    optional=frozenset({13}),
)
"""Lines of a training loop that do not do what they seem to do."""
