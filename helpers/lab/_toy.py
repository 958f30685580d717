"""Runs on the mini-batches of the course's regression, for any number of steps."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch

from helpers import optimizers, problems, simulate

__all__ = ["on_batches"]

_PER_EPOCH = 5  # 80 data points, 16 a mini-batch


def on_batches(
    rule: Callable[..., optimizers.Optimizer],
    seeds: int | Iterable[int],
    start: Any,
    schedule: dict[str, Any],
    **hyper: Any,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Train the regression on mini-batches, from one start.

    Parameters
    ----------
    rule, seeds, start, **hyper
        As for `simulate.on_regression`.
    schedule : dict
        By name of hyper-parameter, its values in all steps, shape (steps,); for ``betas`` a pair of
        such an array and a number. It has ``"lr"``.

    Returns
    -------
    paths : torch.Tensor
        Shape (runs, steps + 1, 2), float64; NaN once a run has diverged.
    diverged_at : torch.Tensor
        Shape (runs,): the first index along ``paths`` that is out of bounds, or −1.
    """
    steps = len(schedule["lr"])
    epochs = math.ceil(steps / _PER_EPOCH)
    rest = (0, epochs * _PER_EPOCH - steps)  # the simulation takes whole epochs
    padded = {
        name: (np.pad(values[0], rest, "edge"), values[1])
        if name == "betas"
        else np.pad(values, rest, "edge")
        for name, values in schedule.items()
    }
    runs = simulate.on_regression(
        problems.linear_regression(),
        rule,
        seeds,
        epochs,
        start=start,
        schedule=padded,
        dtype=torch.float64,
        **hyper,
    )
    inside = torch.where(runs.diverged_at > steps, -1, runs.diverged_at)
    return runs.paths[:, : steps + 1], inside
