"""The results of a simulation."""

from dataclasses import dataclass
from typing import Any

import torch

__all__ = ["Runs"]


@dataclass(frozen=True, eq=False)
class Runs:
    """Results of a simulation, one row per run.

    Attributes
    ----------
    labels : tuple of dict
        The ``"seed"`` or ``"start"`` of each run, and its hyper-parameters by name.
    paths : torch.Tensor
        Shape (runs, steps + 1, 2): the parameters before the first step and after each step.
    gradients : torch.Tensor
        Shape (runs, steps, 2): the gradient of each step, at ``paths[:, step]``.
    losses : torch.Tensor
        Shape (runs, steps): the loss of each step, of its mini-batch if there is one.
    learning_rates : torch.Tensor
        Shape (runs, steps): the learning rate of each step.
    diverged : torch.Tensor
        Shape (runs,), bool: whether a run went out of bounds.
    diverged_at : torch.Tensor
        Shape (runs,): the first index along ``paths`` that is out of bounds, or −1. The parameters
        there are as computed; after that all values are NaN.
    train_losses, validation_losses : torch.Tensor or None
        Shape (runs, epochs), with mini-batches only: the mean of the losses of the batches, during
        the epoch for training, and after it for validation.
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
