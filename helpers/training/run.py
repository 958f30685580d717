"""One training: all that changes while it lasts, epoch by epoch."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from helpers.training import random_state
from helpers.training.batches import Batches, LoaderBatches
from helpers.training.evaluate import over
from helpers.training.faults import BatchCheck
from helpers.training.gradients import Gradients
from helpers.training.history import DivergedError, History, Log
from helpers.training.modes import device_of, in_mode
from helpers.training.progress import Progress
from helpers.training.record import Record, Recorder
from helpers.training.schedulers import stepper
from helpers.training.steps import needs_closure, quick_step
from helpers.training.stopping import EarlyStopping, Stopper
from helpers.training.tally import Tally

__all__ = ["Run"]


class Run:
    """What `helpers.training.fit.fit` works on; its arguments are checked there.

    Parameters
    ----------
    model, loss_function, optimizer
        As for `helpers.training.fit`.
    train : TensorBatches or LoaderBatches
        What is learnt from.
    validation : TensorBatches or LoaderBatches, optional
        What the model is evaluated on after each epoch.
    epochs, seed, shuffle, scheduler
        As for `helpers.training.fit`.
    time : str, optional
        When the scheduler is stepped, one of `helpers.training.schedulers.TIMES`.
    clip_norm, clip_value, early_stopping
        As for `helpers.training.fit`.
    records : sequence of Record
        What is taken down on the way.

    Attributes
    ----------
    epoch : int
        How many are done.
    stopped : str
        Why training ended before its time, as in `History`.
    """

    def __init__(
        self,
        model: nn.Module,
        loss_function: Callable[..., torch.Tensor],
        optimizer: Optimizer,
        train: Batches,
        validation: Batches | None,
        epochs: int,
        seed: int,
        shuffle: bool,
        scheduler: LRScheduler | None,
        time: str | None,
        clip_norm: float | None,
        clip_value: float | None,
        early_stopping: EarlyStopping | None,
        records: Sequence[Record],
    ) -> None:
        self.model, self.loss_function, self.optimizer = model, loss_function, optimizer
        self.train, self.validation, self.epochs = train, validation, epochs
        self.time = time
        # Any: what its step takes depends on its kind, which `time` goes by.
        self.scheduler: Any = scheduler
        self.order = torch.Generator().manual_seed(seed)
        self.shuffle = shuffle
        check = BatchCheck("train", train, model, loss_function)
        self.gradients = Gradients(
            model, loss_function, optimizer, check, clip_norm=clip_norm, clip_value=clip_value
        )
        self.recorder = (
            Recorder(records, model, optimizer, epochs * len(train)) if records else None
        )
        self.stopper = None if early_stopping is None else Stopper(early_stopping)
        self.log = Log()
        self.epoch, self.stopped = 0, ""
        self.made_for = {
            "seed": seed,
            "shuffle": shuffle,
            "batches": len(train),
            "samples": train.samples,
            "model": [f"{name} {tuple(p.shape)}" for name, p in model.named_parameters()],
            "optimizer": type(optimizer).__name__,
            "scheduler": None if scheduler is None else f"{type(scheduler).__name__} by {time}",
            "early_stopping": repr(early_stopping),
            "record": [repr(record) for record in records],
        }

    def one_epoch(self, line: Progress) -> None:
        """Train for an epoch, validate, step the scheduler, and see whether to stop.

        Parameters
        ----------
        line : Progress
            Where the reader sees how far it is.

        Raises
        ------
        DivergedError
            If a loss is NaN or infinite.
        ValueError
            If early stopping is to go by the accuracy of what is no classifier.
        """
        try:
            tally = self._train(line)
        finally:
            if self.recorder is not None:
                self.log.keep(self.recorder.collect())
        self.epoch += 1
        self.log.add(train_losses=tally.loss, train_accuracies=tally.accuracy)
        values: dict[str, Any] = {"train_loss": tally.loss}
        if self.validation is not None:
            loss, accuracy = over(self.model, self.loss_function, self.validation, "validation")
            self.log.add(validation_losses=loss, validation_accuracies=accuracy)
            values |= {"validation_loss": loss, "validation_accuracy": accuracy}
        if self.time == "epoch":
            self.scheduler.step()
        elif self.time == "validation":
            self.scheduler.step(values["validation_loss"])
        if self.stopper is not None:
            value = values[self.stopper.rule.of]
            if value is None:
                raise ValueError("early_stopping must not be by accuracy for what is no classifier")
            if self.stopper.is_over(self.epoch, value, self.model) and self.epoch < self.epochs:
                self.stopped = "early"

    def history(self) -> History:
        """Return all that happened so far.

        Returns
        -------
        History
            With the epochs done so far.
        """
        return self.log.history(self.stopped, self.stopper.best_epoch if self.stopper else 0)

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next epoch depends on.

        Returns
        -------
        dict
            As `helpers.training.checkpoint.write` takes it.
        """
        model = self.model.state_dict()
        return {
            "format": 1,
            "made_for": self.made_for,
            "epoch": self.epoch,
            "stopped": self.stopped,
            "model": model,
            # buffers that the model itself does not keep
            "buffers": {n: b for n, b in self.model.named_buffers() if n not in model},
            "optimizer": self.optimizer.state_dict(),
            "scheduler": None if self.scheduler is None else self.scheduler.state_dict(),
            "stopper": None if self.stopper is None else self.stopper.state_dict(),
            "log": self.log.state_dict(),
            "random": random_state.capture(device_of(self.model), *self._sources()),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state.

        Parameters
        ----------
        state : dict
            What `state_dict` returned.

        Raises
        ------
        ValueError
            If it is that of another training.
        """
        if state["format"] != 1:
            raise ValueError(f"checkpoint must be of format 1, got {state['format']!r}")
        for name, mine in self.made_for.items():
            its = state["made_for"].get(name)
            if its != mine:
                raise ValueError(
                    f"checkpoint must be of this training, with {name} = {mine!r}, got one with "
                    f"{its!r}: give another file, or delete it to start anew"
                )
        self.model.load_state_dict(state["model"])
        for name, buffer in self.model.named_buffers():
            if name in state["buffers"]:
                buffer.copy_(state["buffers"][name])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.scheduler is not None:
            self.scheduler.load_state_dict(state["scheduler"])
        if self.stopper is not None:
            self.stopper.load_state_dict(state["stopper"])
        self.log.load_state_dict(state["log"])
        self.epoch, self.stopped = state["epoch"], state["stopped"]
        random_state.restore(state["random"], device_of(self.model), *self._sources())

    def _train(self, line: Progress) -> Tally:
        """Go through the training data once."""
        tally, recorder, rows = Tally(), self.recorder, self.log.rows
        step = self._step()
        after_batch = stepper(self.scheduler, self.time)
        groups = self.optimizer.param_groups
        batches = len(self.train)
        with in_mode(self.model, training=True):
            order = self.order if self.shuffle else None
            for batch, (x, y) in enumerate(self.train.epoch(order), start=1):
                loss, outputs = self.gradients(x, y)
                # Before the scheduler's step: what this update uses.
                rate = float(groups[0]["lr"]) if len(groups) == 1 else _rates(groups)
                if not math.isfinite(loss):
                    self.stopped = "diverged"
                    raise DivergedError(loss, self.epoch + 1, batch, rate)
                if batch == 1:
                    rows["epoch_learning_rates"].append(rate)
                rows["losses"].append(loss)
                rows["learning_rates"].append(rate)
                if self.gradients.norm is not None:
                    rows["gradient_norms"].append(self.gradients.norm)
                if recorder is not None:
                    recorder.before_update()
                step(loss, x, y)
                if recorder is not None:
                    recorder.after_update()
                if after_batch is not None:
                    after_batch(self.epoch + batch / batches)
                tally.add(loss, outputs, y)
                if line.is_due():
                    share = (self.epoch + batch / max(batches, batch)) / self.epochs
                    line.show(share, epoch=self.epoch + 1, epochs=self.epochs, loss=tally.loss)
        return tally

    def _step(self) -> Callable[[float, torch.Tensor, torch.Tensor], Any]:
        """Return the optimizer's step, for a batch whose loss and gradients are there."""
        if not needs_closure(self.optimizer):
            step = quick_step(self.optimizer)
            return lambda loss, x, y: step()

        def step_with_closure(loss: float, x: torch.Tensor, y: torch.Tensor) -> None:
            known = [loss]
            self.optimizer.step(lambda: known.pop() if known else self.gradients(x, y)[0])

        return step_with_closure

    def _sources(self) -> list[Any]:
        """Return what may draw from a generator of its own."""
        both = [self.train, self.validation]
        return [self.order, *(b.loader for b in both if isinstance(b, LoaderBatches))]


def _rates(groups: list[dict[str, Any]]) -> list[float]:
    return [float(group["lr"]) for group in groups]
