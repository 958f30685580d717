"""Exercises of `helpers.exercises.hands_on`: right answers, usual mistakes, and others."""

import itertools
import math

import numpy as np
import torch
from torch import nn

from tests.exercise_cases.exercise import Exercise

__all__ = ["EXERCISES"]


def counted_by_torch(*widths):
    """Build the MLP and count."""
    layers = [nn.Linear(a, b) for a, b in itertools.pairwise(widths)]
    return sum(p.numel() for p in nn.Sequential(*layers).parameters())


def waiting(losses, patience):
    """Keep count as a learner does."""
    lowest, waited = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
        if waited == patience:
            return epoch
    return len(losses)


def looking_back(losses, patience):
    """Stop where none of the last losses is lower than all before them."""
    for epoch in range(patience + 1, len(losses) + 1):
        if min(losses[epoch - patience : epoch]) >= min(losses[: epoch - patience]):
            return epoch
    return len(losses)


def too_late(losses, patience):
    lowest, waited = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        waited = 0 if loss < lowest else waited + 1
        lowest = min(lowest, loss)
        if waited > patience:
            return epoch
    return len(losses)


def never_forgiving(losses, patience):
    lowest, bad = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < lowest:
            lowest = loss
        else:
            bad += 1
        if bad == patience:
            return epoch
    return len(losses)


def against_the_last(losses, patience):
    rises = 0
    for epoch in range(1, len(losses)):
        rises = rises + 1 if losses[epoch] >= losses[epoch - 1] else 0
        if rises == patience:
            return epoch + 1
    return len(losses)


EXERCISES = {
    "hands_on_parameters": Exercise(
        right=[218_058, counted_by_torch(784, 256, 64, 10)],
        mistakes={
            "no_bias": 784 * 256 + 256 * 64 + 64 * 10,
            "first_layer": 784 * 256 + 256,
            "skipped": counted_by_torch(784, 256, 10),
            "image": counted_by_torch(28, 256, 64, 10),
        },
        other=[330, -218_058, math.inf],
    ),
    "hands_on_epoch_loss": Exercise(
        right=[
            lambda losses, sizes: np.average(losses, weights=sizes),
            lambda losses, sizes: (
                (torch.tensor(losses) * torch.tensor(sizes)).sum() / torch.tensor(sizes).sum()
            ),
        ],
        mistakes={
            "last": lambda losses, sizes: losses[-1],
            "unweighted": lambda losses, sizes: np.mean(losses),
            "total": lambda losses, sizes: np.dot(losses, sizes),
        },
        other=[lambda losses, sizes: min(losses), lambda losses, sizes: sizes],
    ),
    "hands_on_early_stopping": Exercise(
        right=[waiting, looking_back],
        mistakes={
            "best": lambda losses, patience: (
                int(np.argmin(losses[: waiting(losses, patience)])) + 1
            ),
            "late": too_late,
            "in_all": never_forgiving,
            "previous": against_the_last,
        },
        other=[
            lambda losses, patience: len(losses),
            lambda losses, patience: waiting(losses, patience) - 1,
        ],
    ),
    "hands_on_faults": Exercise(
        right=[{2, 16, 17, 18}, [18, 17, 16, 2], {2, 13, 16, 17, 18}, np.array([2, 16, 17, 18])],
        mistakes={
            "dictionary": {16, 17, 18},
            "rate": {2, 17, 18},
            "loss": {2, 16, 18},
            "mode": {2, 16, 17},
            "scheduler": {2, 15, 17, 18},
            "clearing": {2, 10, 16, 17, 18},
        },
        other=[set(), {1}, {2, 16}, {2, 16, 17, 18, 19}, {13}],
    ),
}
