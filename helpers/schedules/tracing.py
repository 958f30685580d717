"""What any torch scheduler is going to do, asked of a copy."""

import copy
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from helpers import _validate
from helpers.schedules._row import finite_row

__all__ = ["trace"]


def trace(
    scheduler: LRScheduler,
    steps: int,
    losses: np.ndarray | None = None,
    of: str = "lr",
) -> np.ndarray:
    """Rates that a torch scheduler gives over the coming steps, from the one in force now.

    All is done on a copy of the scheduler, with an optimizer that has the same settings but one
    tiny parameter a group. The caller's scheduler, optimizer and model are not stepped or copied,
    no hook of theirs runs, no warning appears, and the random generators of Python, numpy and torch
    (CPU) are as they were. One thing cannot be undone: what a function given to ``LambdaLR``
    changes outside itself.

    Parameters
    ----------
    scheduler : torch.optim.lr_scheduler.LRScheduler
        Any, ``SequentialLR`` and ``ChainedScheduler`` too, fresh or on its way.
    steps : int
        How many rates to return, at least 1.
    losses : array_like, optional
        Shape (steps,): the loss of each epoch, for ``ReduceLROnPlateau`` and for it alone.
    of : {"lr", "momentum"}
        What to return; of an optimizer without momentum, "momentum" is its β₁.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the value in force in each step. Shape (steps, groups) where the optimizer
        has several groups of parameters.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range, ``losses`` are missing, superfluous or not one a
        step, or the optimizer has neither momentum nor betas.
    ValueError
        From a ``OneCycleLR`` whose cycle ends before.

    Examples
    --------
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    >>> scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2)
    >>> trace(scheduler, steps=5)
    array([1.  , 1.  , 0.1 , 0.1 , 0.01])
    """
    if not isinstance(scheduler, LRScheduler):
        raise TypeError(f"scheduler must be one of torch.optim.lr_scheduler, got {scheduler!r}")
    steps = _validate.count("steps", steps)
    _validate.choice("of", of, ["lr", "momentum"])
    arguments = _arguments(scheduler, steps, losses)
    with _undisturbed():
        stand_in = _StandIn(scheduler.optimizer)
        # Whoever refers to the optimizer gets the stand-in, so the parameters are not copied.
        twin: Any = copy.deepcopy(scheduler, memo={id(scheduler.optimizer): stand_in})
        rows = [_values(stand_in, of)]
        for argument in arguments:
            twin.step(*argument)
            rows.append(_values(stand_in, of))
    rates = np.array(rows)
    return rates[:, 0] if rates.shape[1] == 1 else rates


class _StandIn(torch.optim.Optimizer):
    """An optimizer with the settings of another, and one tiny parameter a group."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        groups = [
            {name: copy.deepcopy(value) for name, value in group.items() if name != "params"}
            | {"params": [torch.zeros(1)]}
            for group in optimizer.param_groups
        ]
        super().__init__(groups, copy.deepcopy(optimizer.defaults))

    def step(self, closure: Any = None) -> Any:
        """Do nothing; it is never called, so that hooks on all optimizers do not run."""


def _arguments(scheduler: LRScheduler, steps: int, losses: Any) -> list[tuple[float, ...]]:
    """List what ``step`` is called with between one rate and the next."""
    kind = type(scheduler).__name__
    if not isinstance(scheduler, ReduceLROnPlateau):
        if losses is not None:
            raise ValueError(f"losses must be left out for {kind}, got {losses!r}")
        return [()] * (steps - 1)
    if losses is None:
        raise ValueError(f"losses must be given for {kind}, one a step, got None")
    losses = finite_row("losses", losses)
    if len(losses) != steps:
        raise ValueError(f"losses must hold one number a step, {steps}, got {len(losses)}")
    return [(loss,) for loss in losses[:-1].tolist()]


def _values(optimizer: torch.optim.Optimizer, of: str) -> list[float]:
    """Read the rate or the momentum of each group."""
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


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Silence warnings, and put the random generators back: a schedule may draw from them."""
    of_python, of_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(of_python)
        np.random.set_state(of_numpy)  # noqa: NPY002
