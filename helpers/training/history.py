"""What a training writes down: losses, accuracies, learning rates and records."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from helpers.training.evaluate import Evaluation
from helpers.training.record import Recorder

__all__ = ["DivergedError", "History"]

SHOWN = ("train_losses", "train_accuracies", "validation_losses", "validation_accuracies")


@dataclass(frozen=True, eq=False)
class History:
    """Losses, accuracies and learning rates of a training, and its records.

    Tensors are in float64, on the CPU, and empty where nothing was to be written down.

    Attributes
    ----------
    losses : torch.Tensor
        Shape (updates,): the loss of each mini-batch, before the update on it.
    learning_rates : torch.Tensor
        Shape (updates,): the rate that each update used, read before the scheduler's step. Shape
        (updates, groups) where optimizers have several groups of parameters, in their order.
    train_losses, train_accuracies : torch.Tensor
        Shape (epochs,): mean over all samples and share of right answers during the epoch, with
        dropout active and the weights changing. Only torch's losses for classes have accuracies.
    validation_losses, validation_accuracies : torch.Tensor
        Shape (epochs,): the same over the validation data, in evaluation mode, after each epoch.
    epoch_learning_rates : torch.Tensor
        Shape (epochs,) or (epochs, groups): the rate of each epoch's first update.
    records : dict of dict of torch.Tensor
        By a `Record`'s label and the parameter's name, shape (updates, …).
    stopped : {"", "early", "diverged"}
        Why training ended before all epochs were done, if it did.
    """

    losses: torch.Tensor
    learning_rates: torch.Tensor
    train_losses: torch.Tensor
    train_accuracies: torch.Tensor
    validation_losses: torch.Tensor
    validation_accuracies: torch.Tensor
    epoch_learning_rates: torch.Tensor
    records: dict[str, dict[str, torch.Tensor]] = field(default_factory=dict, repr=False)
    stopped: str = ""

    @property
    def updates(self) -> int:
        """Number of updates made."""
        return len(self.losses)

    @property
    def epochs(self) -> int:
        """Number of epochs finished."""
        return len(self.train_losses)

    def __repr__(self) -> str:
        rows = {name: row for name, row in vars(self).items() if name in SHOWN and len(row)}
        last = [f"{name}[-1]={row[-1]:.4g}" for name, row in rows.items()]
        return f"History({', '.join([f'epochs={self.epochs}, updates={self.updates}', *last])})"


class DivergedError(ArithmeticError):
    """The loss of a mini-batch is NaN or infinite; no update was made on it.

    Parameters
    ----------
    loss : float
        The loss.
    epoch, batch : int
        Where it happened, counted from 1.
    rate : float or list of float
        The learning rate there, of each group of parameters if there are several.
    history : History
        All that happened before. These are attributes, too.
    """

    def __init__(self, loss: float, epoch: int, batch: int, rate: Any, history: History) -> None:
        super().__init__(loss, epoch, batch, rate, history)
        self.loss, self.epoch, self.batch, self.rate = loss, epoch, batch, rate
        self.history = history

    def __str__(self) -> str:
        return (
            f"the loss must be finite, got {self.loss} in batch {self.batch} of epoch {self.epoch},"
            f" at a learning rate of {self.rate}: the rate may be too high, the data may hold NaN "
            "or infinity, or all labels of the batch are ignored"
        )


class Log:
    """A `History` while it grows; ``groups`` are the optimizer's that hold the parameters."""

    def __init__(self, groups: Sequence[dict[str, Any]], recorder: Recorder) -> None:
        self.groups, self.recorder = groups, recorder
        tensors = [name for name, kind in History.__annotations__.items() if kind is torch.Tensor]
        self.rows: dict[str, list[Any]] = {name: [] for name in tensors}
        self.starts_epoch, self.stopped = True, ""

    def rate(self) -> Any:
        """Return the current learning rate, of each group if there are several."""
        rates = [float(group["lr"]) for group in self.groups]
        return rates[0] if len(rates) == 1 else rates

    def update(self, loss: float) -> bool:
        """Write down a batch's loss and rate before the update, and return whether it is finite."""
        if self.stopped or not math.isfinite(loss):
            self.stopped = "diverged"
            return False
        rate = self.rate()
        self.add(losses=loss, learning_rates=rate)
        if self.starts_epoch:
            self.add(epoch_learning_rates=rate)
        self.starts_epoch = False
        return True

    def end_epoch(self, train: tuple[float, float | None], validation: Evaluation | None) -> None:
        """Write down an epoch's mean loss and accuracy, and the evaluation after it."""
        self.add(train_losses=train[0], train_accuracies=train[1])
        if validation is not None:
            self.add(validation_losses=validation[0], validation_accuracies=validation[1])
        self.starts_epoch = True

    def add(self, **values: Any) -> None:
        """Add a value to each row; None is left out."""
        for name, value in values.items():
            if value is not None:
                self.rows[name].append(value)

    def history(self) -> History:
        """Return it all; to be called once."""
        rows = {
            name: torch.tensor(row, dtype=torch.float64, device="cpu")
            for name, row in self.rows.items()
        }
        return History(**rows, records=self.recorder.records(), stopped=self.stopped)
