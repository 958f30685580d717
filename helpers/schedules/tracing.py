"""The coming learning rates of any scheduler of torch, from a copy of it."""

import copy
import warnings
from typing import Any

import numpy as np
import torch
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from helpers import _validate
from helpers._random import kept

__all__ = ["trace"]


def trace(
    scheduler: LRScheduler,
    steps: int,
    losses: np.ndarray | None = None,
    of: str = "lr",
) -> np.ndarray:
    """Return the learning rates that a scheduler of torch will give, from the current one on.

    A copy of the scheduler is stepped, with a stand-in for the optimizer that has the same settings
    but one tiny parameter per group. The scheduler, optimizer and model are neither stepped nor
    copied, no hook is called, warnings are silenced, and the random states of Python, numpy and
    torch (CPU) are restored. Only what a function passed to ``LambdaLR`` changes outside of itself
    stays changed.

    Parameters
    ----------
    scheduler : torch.optim.lr_scheduler.LRScheduler
        Any, new or already stepped, ``SequentialLR`` and ``ChainedScheduler`` included.
    steps : int
        Number of rates to return, at least 1.
    losses : array_like, optional
        Shape (steps,): the loss of each epoch; required by ``ReduceLROnPlateau``, and only by it.
    of : {"lr", "momentum"}
        What to return. The momentum of an optimizer with ``betas`` is its β₁.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the value at each step; (steps, groups) if the optimizer has several
        parameter groups.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, ``losses`` is missing, unexpected or not of length
        ``steps``, or the optimizer has no momentum and no betas.
    ValueError
        By a ``OneCycleLR`` whose cycle ends earlier.

    Examples
    --------
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    >>> scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2)
    >>> trace(scheduler, steps=5)
    array([1.  , 1.  , 0.1 , 0.1 , 0.01])
    """
    if not isinstance(scheduler, LRScheduler):
        raise TypeError(
            f"scheduler must be one of torch.optim.lr_scheduler, got {_validate.shown(scheduler)}"
        )
    steps = _validate.count("steps", steps, at_most=_validate.MAX_STEPS)
    of = _validate.choice("of", of, ["lr", "momentum"])
    arguments = _step_arguments(scheduler, steps, losses)
    with kept(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stand_in = _StandIn(scheduler.optimizer)
        # References to the optimizer become references to the stand-in: no parameter is copied.
        twin: Any = copy.deepcopy(scheduler, memo={id(scheduler.optimizer): stand_in})
        rows = [_values(stand_in, of)]
        for argument in arguments:
            twin.step(*argument)
            rows.append(_values(stand_in, of))
    rates = np.array(rows)
    return rates[:, 0] if rates.shape[1] == 1 else rates


class _StandIn(torch.optim.Optimizer):
    """An optimizer with the settings of another, and one tiny parameter per group."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        groups = [
            {name: copy.deepcopy(value) for name, value in group.items() if name != "params"}
            | {"params": [torch.zeros(1)]}
            for group in optimizer.param_groups
        ]
        super().__init__(groups, copy.deepcopy(optimizer.defaults))

    def step(self, closure: Any = None) -> Any:
        """Do nothing: `trace` steps the scheduler alone."""


def _step_arguments(scheduler: LRScheduler, steps: int, losses: Any) -> list[tuple[float, ...]]:
    """Return the arguments of each call of ``scheduler.step``."""
    kind = type(scheduler).__name__
    if not isinstance(scheduler, ReduceLROnPlateau):
        if losses is not None:
            raise ValueError(f"losses must be left out for {kind}, got {_validate.shown(losses)}")
        return [()] * (steps - 1)
    if losses is None:
        raise ValueError(f"losses must be given for {kind}, one per step, got None")
    losses = _validate.row("losses", losses)
    if len(losses) != steps:
        raise ValueError(f"losses must hold one number per step, {steps}, got {len(losses)}")
    return [(loss,) for loss in losses[:-1].tolist()]


def _values(optimizer: torch.optim.Optimizer, of: str) -> list[float]:
    """Return the learning rate or the momentum of each parameter group."""
    values = []
    for group in optimizer.param_groups:
        if of == "lr" or "momentum" in group:
            values.append(float(group[of]))
        elif "betas" in group:
            values.append(float(group["betas"][0]))
        else:
            raise ValueError(
                "of must be 'lr' for an optimizer without momentum or betas, got 'momentum'"
            )
    return values
