"""When a scheduler is stepped: after an epoch, after a validation loss, or after a mini-batch."""

from collections.abc import Callable
from typing import Any

from torch.optim import Optimizer
from torch.optim import lr_scheduler as torch_schedulers
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from helpers import _validate

__all__ = ["TIMES", "check_scheduler", "check_steps", "stepper", "time_of"]

TIMES = ("epoch", "validation", "batch", "fraction")
"""After each epoch; the same, with the validation loss; after each mini-batch; the same, with the
time in epochs and fractions of one."""

_BY_KIND: dict[type, str] = {
    torch_schedulers.ReduceLROnPlateau: "validation",
    torch_schedulers.CyclicLR: "batch",
    torch_schedulers.OneCycleLR: "batch",
    # The documented form is step(epoch + i / iters), with T_0 in epochs.
    torch_schedulers.CosineAnnealingWarmRestarts: "fraction",
}


def time_of(scheduler: LRScheduler, wanted: str | None = None) -> str:
    """Return when a scheduler is to be stepped, one of `TIMES`.

    Parameters
    ----------
    scheduler : torch.optim.lr_scheduler.LRScheduler
        Any. A ``SequentialLR`` or ``ChainedScheduler`` is stepped when its parts are.
    wanted : str, optional
        What the caller says, which goes before the scheduler's kind.

    Returns
    -------
    str
        One of `TIMES`.

    Raises
    ------
    TypeError
        If ``scheduler`` is none.
    ValueError
        If ``wanted`` is none of the times or cannot be, or parts of the scheduler differ in theirs.
    """
    if not isinstance(scheduler, LRScheduler | ReduceLROnPlateau):
        raise TypeError(f"scheduler must be one of torch.optim.lr_scheduler, got {scheduler!r}")
    kind = type(scheduler).__name__
    if wanted is None:
        parts = getattr(scheduler, "_schedulers", None) or [scheduler]
        times = {_time_of_one(part) for part in parts}
        if len(times) > 1 or (len(parts) > 1 and "fraction" in times):
            raise ValueError(
                f"step_scheduler must say when to step a {kind} of parts that are stepped after "
                f"{' and '.join(sorted(times))}, one of 'epoch', 'batch'; got None"
            )
        return times.pop()
    _validate.choice("step_scheduler", wanted, TIMES)
    if (wanted == "validation") != isinstance(scheduler, ReduceLROnPlateau):
        raise ValueError(
            f"step_scheduler must be 'validation' for ReduceLROnPlateau and for it alone, got "
            f"{wanted!r} for {kind}"
        )
    if wanted == "fraction" and not isinstance(
        scheduler, torch_schedulers.CosineAnnealingWarmRestarts
    ):
        raise ValueError(
            "step_scheduler must be 'fraction' for CosineAnnealingWarmRestarts alone, got it for "
            f"{kind}"
        )
    return wanted


def check_scheduler(scheduler: Any, time: str, optimizer: Optimizer, has_validation: bool) -> None:
    """Raise unless a scheduler can do its work in this training.

    Parameters
    ----------
    scheduler : torch.optim.lr_scheduler.LRScheduler
        The scheduler.
    time : str
        When it is stepped, one of `TIMES`.
    optimizer : torch.optim.Optimizer
        What trains the model.
    has_validation : bool
        Whether there will be a validation loss.

    Raises
    ------
    ValueError
        If it is bound to another optimizer, or is to go by a validation loss that is not there or
        that it wants to be large.
    """
    kind = type(scheduler).__name__
    if scheduler.optimizer is not optimizer:
        raise ValueError(
            f"scheduler must be bound to the optimizer that trains the model, got a {kind} of "
            f"another {type(scheduler.optimizer).__name__}: it would change nothing here"
        )
    if time == "validation":
        if not has_validation:
            raise ValueError(f"validation must be given for {kind}, which steps on its loss")
        if scheduler.mode != "min":
            raise ValueError(
                f"scheduler must have mode='min', as it is given the validation loss, got a {kind} "
                f"with mode={scheduler.mode!r}"
            )


def check_steps(scheduler: LRScheduler, time: str, epochs: int, batches: int) -> None:
    """Raise unless a scheduler can go on for as long as is wanted.

    Parameters
    ----------
    scheduler : torch.optim.lr_scheduler.LRScheduler
        The scheduler.
    time : str
        When it is stepped, one of `TIMES`.
    epochs : int
        How many are still to come.
    batches : int
        How many each has; 0 if nobody knows.

    Raises
    ------
    ValueError
        If it wants to know how many batches there are and nobody does, or ends before they do.
    """
    if time == "fraction" and not batches:
        raise ValueError(
            "train must tell how many batches it has, for a scheduler that is stepped by fractions "
            "of an epoch, got a loader without a length"
        )
    updates = epochs * batches
    total = getattr(scheduler, "total_steps", None)
    if total is not None and time == "batch" and scheduler.last_epoch + updates > total:
        raise ValueError(
            f"scheduler must last for {updates} updates more, got a {type(scheduler).__name__} of "
            f"total_steps={total} with {scheduler.last_epoch} of them done"
        )


def stepper(scheduler: Any, time: str | None) -> Callable[[float], Any] | None:
    """Return what to call after each mini-batch.

    Parameters
    ----------
    scheduler : torch.optim.lr_scheduler.LRScheduler, optional
        The scheduler.
    time : str, optional
        When it is stepped, one of `TIMES`.

    Returns
    -------
    callable or None
        Takes the epochs passed, 2.5, say; None if there is nothing to do then.
    """
    if time == "batch":
        return lambda passed: scheduler.step()
    return scheduler.step if time == "fraction" else None


def _time_of_one(scheduler: LRScheduler) -> str:
    return next((time for kind, time in _BY_KIND.items() if isinstance(scheduler, kind)), "epoch")
