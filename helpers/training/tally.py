"""Means over the samples of an epoch, each mini-batch weighted by its size."""

import math

import torch

__all__ = ["Tally"]

BATCHES = 64


class Tally:
    """Adds up the losses of mini-batches and counts right answers.

    Outputs are kept for some batches and then compared at once: a comparison for each batch would
    take longer than the loss.
    """

    def __init__(self) -> None:
        self.samples, self.total = 0, 0.0
        self.answered, self.right = 0, 0
        self.outputs: list[torch.Tensor] = []
        self.labels: list[torch.Tensor] = []

    def add(self, loss: float, outputs: torch.Tensor, y: torch.Tensor) -> None:
        """Take in one mini-batch.

        Parameters
        ----------
        loss : float
            The mean over the mini-batch.
        outputs : torch.Tensor
            Shape (batch, …).
        y : torch.Tensor
            Targets, shape (batch, …).
        """
        size = len(y)
        self.samples += size
        self.total += loss * size
        # A classifier has whole numbers as labels and one output a class.
        if outputs.ndim == 2 and y.ndim == 1 and not y.dtype.is_floating_point:
            self.outputs.append(outputs)
            self.labels.append(y)
            if len(self.labels) == BATCHES:
                self._count()

    @property
    def loss(self) -> float:
        """Mean over all samples; NaN if there was none."""
        return self.total / self.samples if self.samples else math.nan

    @property
    def accuracy(self) -> float | None:
        """Share of samples with the right answer; None if the model does not classify."""
        self._count()
        return self.right / self.answered if self.answered else None

    def _count(self) -> None:
        if self.labels:
            answers = torch.cat(self.outputs).argmax(1)
            self.right += int((answers == torch.cat(self.labels)).sum())
            self.answered += len(answers)
            self.outputs.clear()
            self.labels.clear()
