"""When a scheduler is stepped, and whether it fits the training."""

from collections.abc import Sequence
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    CyclicLR,
    LRScheduler,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
)

from helpers._validate import shown
from helpers.schedules import trace
from helpers.training.evaluate import Evaluation

NESTED = "in torch only its first part can be a SequentialLR or ChainedScheduler"


def make_steps(scheduler: Any, *due: Any) -> list["SchedulerSteps"]:
    """Return the steps of one scheduler, of several or of none; see `SchedulerSteps`."""
    several = list(scheduler) if isinstance(scheduler, list | tuple) else [scheduler]
    if len(set(map(id, several))) < len(several):
        raise ValueError("scheduler must be several different ones, got one of them twice")
    return [SchedulerSteps(one, *due) for one in several if one is not None]


class SchedulerSteps:
    """Steps a scheduler when it is due, as is usual for its kind.

    TypeError or ValueError if it does not fit, or ends before the training.
    """

    def __init__(
        self,
        scheduler: Any,
        optimizers: Sequence[Optimizer],
        has_loss: bool,
        epochs: int,
        batches: int,
    ) -> None:
        kind = type(scheduler).__name__
        if not isinstance(scheduler, LRScheduler | ReduceLROnPlateau):
            got = shown(scheduler)
            raise TypeError(f"scheduler must be one of torch.optim.lr_scheduler, got {got}")
        self.scheduler: Any = scheduler
        self.when, mode = _when(scheduler), getattr(scheduler, "mode", "")
        if not any(scheduler.optimizer is optimizer for optimizer in optimizers):
            raise ValueError(f"scheduler must belong to the optimizer, got a {kind} of another one")
        if self.when == "validation" and not has_loss:
            raise ValueError(f"scheduler must have a validation loss, got a {kind} without one")
        if self.when == "validation" and mode != "min":
            raise ValueError(f"scheduler must have mode='min', got {mode!r} for {kind}")
        if isinstance(scheduler, OneCycleLR | SequentialLR | ChainedScheduler):  # others never end
            steps = epochs * batches if self.when == "batch" else epochs
            try:
                trace(scheduler, steps + 1)
            except (ValueError, NotImplementedError) as error:
                got = f"a {kind}: {str(error) or NESTED}"
                raise ValueError(f"scheduler must last for {steps} more steps, got {got}") from None

    def after_batch(self) -> None:
        """Step if due."""
        if self.when == "batch":
            try:
                self.scheduler.step()
            except ValueError as error:  # the end, where the number of batches is not known
                raise ValueError(f"scheduler must last for all batches, got {error}") from None

    def after_epoch(self, validation: Evaluation | None) -> None:
        """Step if due."""
        if self.when == "epoch":
            self.scheduler.step()
        elif self.when == "validation" and validation is not None:
            self.scheduler.step(validation.loss)


def _when(scheduler: Any) -> str:
    """Return after what a scheduler is usually stepped."""
    if isinstance(scheduler, ReduceLROnPlateau):
        return "validation"
    parts = getattr(scheduler, "_schedulers", [scheduler])
    by_batch = [isinstance(part, CyclicLR | OneCycleLR) for part in parts]
    if any(by_batch) and not all(by_batch):
        raise ValueError(
            f"scheduler must have parts that are stepped alike, got a {type(scheduler).__name__} "
            "of some for each batch and some for each epoch"
        )
    return "batch" if any(by_batch) else "epoch"
