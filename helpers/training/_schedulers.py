"""When a scheduler is stepped, and whether it fits the training."""

from collections.abc import Sequence
from typing import Any

from torch.optim import Optimizer
from torch.optim import lr_scheduler as torch_schedulers
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    LRScheduler,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
)

from helpers import _validate
from helpers._validate import shown
from helpers.schedules import trace
from helpers.training.evaluate import Evaluation

USUAL: dict[type, str] = {
    ReduceLROnPlateau: "validation",
    torch_schedulers.CyclicLR: "batch",
    OneCycleLR: "batch",
    # Documented as step(epoch + i / iters), so that T_0 counts epochs.
    torch_schedulers.CosineAnnealingWarmRestarts: "fraction",
}
NESTED = "in torch only its first part can be a SequentialLR or ChainedScheduler"


def make_steps(scheduler: Any, when: str | None, *due: Any) -> list["SchedulerSteps"]:
    """Return the steps of one scheduler, of several or of none; see `SchedulerSteps`."""
    several = list(scheduler) if isinstance(scheduler, Sequence) else [scheduler]
    if len(set(map(id, several))) < len(several):
        raise ValueError("scheduler must be several different ones, got one of them twice")
    return [SchedulerSteps(one, when, *due) for one in several or [None]]


class SchedulerSteps:
    """Steps a scheduler when it is due; does nothing if there is none.

    ``when`` is "epoch": after each; "validation": the same, with its loss; "batch": after each;
    "fraction": the same, with the epochs done, such as 2.5. TypeError or ValueError if the
    scheduler cannot be stepped so, or ends before the training.
    """

    def __init__(
        self,
        scheduler: Any,
        when: str | None,
        optimizers: Sequence[Optimizer],
        has_loss: bool,
        epochs: int,
        batches: int,
    ) -> None:
        self.scheduler, self.batches, self.when = scheduler, batches, ""
        if scheduler is None and when is not None:
            raise ValueError(f"step_scheduler must come with a scheduler, got {shown(when)} alone")
        if scheduler is None:
            return
        self.when, self.start = _choose_when(scheduler, when), getattr(scheduler, "last_epoch", 0)
        kind = type(scheduler).__name__
        if not any(scheduler.optimizer is optimizer for optimizer in optimizers):
            raise ValueError(f"scheduler must belong to the optimizer, got a {kind} of another one")
        if self.when == "validation" and not has_loss:
            raise ValueError(f"scheduler must have a validation loss, got a {kind} without one")
        if self.when == "validation" and scheduler.mode != "min":
            raise ValueError(f"scheduler must have mode='min', got {scheduler.mode!r} for {kind}")
        if self.when == "fraction" and not batches:
            raise ValueError(f"train must know its number of batches for {kind}, got no length")
        if isinstance(scheduler, OneCycleLR | SequentialLR | ChainedScheduler):  # others never end
            steps = epochs * batches if self.when == "batch" else epochs
            try:
                trace(scheduler, steps + 1)
            except (ValueError, NotImplementedError) as error:
                got = f"a {kind}: {str(error) or NESTED}"
                raise ValueError(f"scheduler must last for {steps} more steps, got {got}") from None

    def after_batch(self, epoch: int, batch: int) -> None:
        """Step if due, when ``epoch`` epochs are done and ``batch`` batches of the next."""
        if self.when == "fraction":
            self.scheduler.step(self.start + epoch + batch / self.batches)
        elif self.when == "batch":
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


def _choose_when(scheduler: Any, wanted: str | None) -> str:
    """Return when to step: as the caller wants, else as is usual for the scheduler's kind."""
    name = type(scheduler).__name__
    if not isinstance(scheduler, LRScheduler | ReduceLROnPlateau):
        raise TypeError(
            f"scheduler must be one of torch.optim.lr_scheduler, got {shown(scheduler)}"
        )
    parts = getattr(scheduler, "_schedulers", [scheduler])
    usual = {
        next((when for kind, when in USUAL.items() if isinstance(part, kind)), "epoch")
        for part in parts
    }
    if wanted is None:
        if len(usual) > 1 or (len(parts) > 1 and "fraction" in usual):
            raise ValueError(
                f"step_scheduler must be 'epoch' or 'batch' for this {name}, as its parts are "
                f"usually stepped by {' and '.join(sorted(usual))}, got None"
            )
        return usual.pop()
    _validate.choice("step_scheduler", wanted, ("epoch", "validation", "batch", "fraction"))
    by_loss = isinstance(scheduler, ReduceLROnPlateau)
    if (wanted == "validation") != by_loss or (wanted == "fraction" and usual != {"fraction"}):
        expected = "'validation'" if by_loss else "'epoch' or 'batch'"
        raise ValueError(f"step_scheduler must be {expected} for {name}, got {shown(wanted)}")
    return wanted
