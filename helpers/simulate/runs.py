"""What a simulation returns: paths, gradients, losses, learning rates, and whose they are."""

from dataclasses import dataclass, fields, replace
from typing import Any

import torch

__all__ = ["Runs"]


@dataclass(frozen=True)
class Runs:
    """Labelled results of a simulation, one row a run.

    Attributes
    ----------
    labels : tuple of dict
        What each run has: its ``"seed"`` or ``"start"``, and its hyper-parameters by name.
    paths : torch.Tensor
        Shape (runs, steps + 1, 2): the parameters before the first step and after each.
    gradients : torch.Tensor
        Shape (runs, steps, 2): the gradient that each step saw, at ``paths[:, step]``.
    losses : torch.Tensor
        Shape (runs, steps): the loss whose gradient that is, of the mini-batch if there is one.
    learning_rates : torch.Tensor
        Shape (runs, steps): the rate of each step.
    diverged : torch.Tensor
        Shape (runs,), bool.
    diverged_at : torch.Tensor
        Shape (runs,): the first index along ``paths`` at which the run is out of bounds, −1 if it
        never is. That point is kept as it is; all that follows it is NaN.
    train_losses, validation_losses : torch.Tensor or None
        Shape (runs, epochs), of mini-batches only: each the mean of the losses of its batches,
        in training as seen on the way, in validation at the end of the epoch.
    """

    labels: tuple[dict[str, Any], ...]
    paths: torch.Tensor
    gradients: torch.Tensor
    losses: torch.Tensor
    learning_rates: torch.Tensor
    diverged: torch.Tensor
    diverged_at: torch.Tensor
    train_losses: torch.Tensor | None = None
    validation_losses: torch.Tensor | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, **wanted: Any) -> "Runs":
        """Return the runs whose label has all that is asked for, such as ``lr=0.1``.

        Parameters
        ----------
        **wanted
            By name, what a label has to hold: its ``seed``, its ``start``, hyper-parameters.

        Returns
        -------
        Runs
            In the order in which they stood.

        Raises
        ------
        KeyError
            If no run has it. The message lists what there is.
        """
        kept = [
            i
            for i, label in enumerate(self.labels)
            if all(name in label and label[name] == value for name, value in wanted.items())
        ]
        if not kept:
            raise KeyError(f"no run has {wanted}; the first of {len(self)} is {self.labels[0]}")
        rows = {
            field.name: getattr(self, field.name)[kept]
            for field in fields(self)
            if isinstance(getattr(self, field.name), torch.Tensor)
        }
        return replace(self, labels=tuple(self.labels[i] for i in kept), **rows)
