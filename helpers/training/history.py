"""What happened in a training: written down on the way, and handed over in the end."""

from dataclasses import dataclass, field
from typing import Any

import torch

__all__ = ["DivergedError", "History", "Log"]

PER_UPDATE = ("losses", "learning_rates", "gradient_norms")
PER_EPOCH = (
    "train_losses",
    "train_accuracies",
    "validation_losses",
    "validation_accuracies",
    "epoch_learning_rates",
)


@dataclass(frozen=True)
class History:
    """Losses, accuracies and learning rates of a training, and what else was to be recorded.

    All tensors are on the CPU, numbers in float64. What was not asked for, or does not apply, is
    empty: shape (0,).

    Attributes
    ----------
    losses : torch.Tensor
        Shape (updates,): the loss of each mini-batch, before the update on it.
    learning_rates : torch.Tensor
        Shape (updates,): the rate that each update used, taken before the scheduler's step. Shape
        (updates, groups) where the optimizer has several groups of parameters.
    gradient_norms : torch.Tensor
        Shape (updates,): the norm of all gradients together before they were clipped to
        ``clip_norm``; empty without.
    train_losses : torch.Tensor
        Shape (epochs,): the mean over all samples as seen on the way, each mini-batch weighted by
        its size, with dropout active and the weights changing.
    train_accuracies : torch.Tensor
        Shape (epochs,): the share of right answers in the same passes; of classifiers only.
    validation_losses, validation_accuracies : torch.Tensor
        Shape (epochs,): the same over the validation data, in evaluation mode, after each epoch.
    epoch_learning_rates : torch.Tensor
        Shape (epochs,) or (epochs, groups): the rate of each epoch's first update.
    records : dict of dict of torch.Tensor
        By a `Record`'s label and the parameter's name, shape (updates, …).
    stopped : {"", "early", "diverged"}
        Why training ended before all epochs were done, if it did.
    best_epoch : int
        With early stopping: the best epoch, counted from 1; else 0.
    """

    losses: torch.Tensor
    learning_rates: torch.Tensor
    gradient_norms: torch.Tensor
    train_losses: torch.Tensor
    train_accuracies: torch.Tensor
    validation_losses: torch.Tensor
    validation_accuracies: torch.Tensor
    epoch_learning_rates: torch.Tensor
    records: dict[str, dict[str, torch.Tensor]] = field(default_factory=dict, repr=False)
    stopped: str = ""
    best_epoch: int = 0

    @property
    def updates(self) -> int:
        """How many updates were made."""
        return len(self.losses)

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return len(self.train_losses)

    def __repr__(self) -> str:
        last = {
            name: f"{getattr(self, name)[-1]:.4g}"
            for name in PER_EPOCH[:4]
            if len(vars(self)[name])
        }
        ends = "".join(f", {name}[-1]={value}" for name, value in last.items())
        return f"History(epochs={self.epochs}, updates={self.updates}{ends})"


class DivergedError(ArithmeticError):
    """The loss of a mini-batch is NaN or infinite; no update was made on it.

    Parameters
    ----------
    loss : float
        What the loss was.
    epoch, batch : int
        Where, counted from 1.
    rate : float or list of float
        The learning rate there; of several groups of parameters, each one's.

    Attributes
    ----------
    history : History
        All that happened before.
    epoch, batch : int
        Where it happened, counted from 1.
    loss : float
        What the loss was.
    """

    def __init__(self, loss: float, epoch: int, batch: int, rate: Any) -> None:
        super().__init__(
            f"the loss must be finite, got {loss} in batch {batch} of epoch {epoch}, at a learning "
            f"rate of {rate}: the rate may be too high, or the data hold NaN or infinity"
        )
        self.loss, self.epoch, self.batch = loss, epoch, batch
        self.history: History | None = None


class Log:
    """The history while it is written."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Any]] = {name: [] for name in PER_UPDATE + PER_EPOCH}
        self.records: dict[str, dict[str, list[torch.Tensor]]] = {}

    def add(self, **values: Any) -> None:
        """Write down one value each; None is left out.

        Parameters
        ----------
        **values
            By name of a row of `History`.
        """
        for name, value in values.items():
            if value is not None:
                self.rows[name].append(value)

    def keep(self, records: dict[str, dict[str, torch.Tensor]]) -> None:
        """Write down what was recorded in an epoch.

        Parameters
        ----------
        records : dict of dict of torch.Tensor
            By label and parameter, shape (updates of the epoch, …).
        """
        for label, by_name in records.items():
            for name, values in by_name.items():
                self.records.setdefault(label, {}).setdefault(name, []).append(values)

    def history(self, stopped: str, best_epoch: int) -> History:
        """Return all that was written.

        Parameters
        ----------
        stopped : {"", "early", "diverged"}
            As of `History`.
        best_epoch : int
            As of `History`.

        Returns
        -------
        History
            With all that was written.
        """
        rows = {name: torch.tensor(row, dtype=torch.float64) for name, row in self.rows.items()}
        return History(**rows, records=self._joined(), stopped=stopped, best_epoch=best_epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return all that was written, as a checkpoint can hold it.

        Returns
        -------
        dict
            Of tensors and dicts of tensors.
        """
        rows = {name: torch.tensor(row, dtype=torch.float64) for name, row in self.rows.items()}
        return {"rows": rows, "records": self._joined()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what was written.

        Parameters
        ----------
        state : dict
            What `state_dict` returned.
        """
        self.rows = {name: row.tolist() for name, row in state["rows"].items()}
        self.records = {
            label: {name: [values] for name, values in by_name.items()}
            for label, by_name in state["records"].items()
        }

    def _joined(self) -> dict[str, dict[str, torch.Tensor]]:
        return {
            label: {name: torch.cat(chunks) for name, chunks in by_name.items()}
            for label, by_name in self.records.items()
        }
