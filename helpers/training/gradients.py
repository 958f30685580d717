"""The gradients of a mini-batch: forward pass, loss, backward pass, clipping."""

import math
from collections.abc import Callable

import torch
from torch import nn
from torch.optim import Optimizer

from helpers.training.faults import BatchCheck
from helpers.training.stack import Stack

__all__ = ["Gradients"]


class Gradients:
    """Leaves the gradients of one mini-batch after the other in a model's parameters.

    Parameters
    ----------
    model, loss_function, optimizer
        What is trained, on what, and by what.
    check : BatchCheck
        Looks at a batch before it is used.
    clip_norm, clip_value : float, optional
        Bounds of the norm of all gradients together, and of the size of each entry.

    Attributes
    ----------
    norm : float or None
        Of all gradients before they were clipped to ``clip_norm``.
    """

    def __init__(
        self,
        model: nn.Module,
        loss_function: Callable[..., torch.Tensor],
        optimizer: Optimizer,
        check: BatchCheck,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        self.model, self.loss_function, self.check = model, loss_function, check
        self.clip_norm, self.clip_value = clip_norm, clip_value
        self.stack = Stack.of(model, loss_function)
        self.trained = [p for group in optimizer.param_groups for p in group["params"]]
        self.all = list({id(p): p for p in [*model.parameters(), *self.trained]}.values())
        self.norm: float | None = None
        self._clear()

    def __call__(self, x: torch.Tensor, y: torch.Tensor) -> tuple[float, torch.Tensor]:
        """Go through one mini-batch. If its loss is not finite, there is no backward pass.

        Parameters
        ----------
        x, y : torch.Tensor
            Inputs and targets, shapes (batch, …).

        Returns
        -------
        loss : float
            The mini-batch's.
        outputs : torch.Tensor
            The model's, shape (batch, …).
        """
        check = self.check
        if check.pending:
            check.inputs(x)
        if self.stack is not None and self.stack.fits(x, y):
            value, outputs = self.stack.gradients(x, y, check)
        else:
            value, outputs = self._by_autograd(x, y)
        if math.isfinite(value):
            if self.clip_norm is not None:
                self.norm = nn.utils.clip_grad_norm_(self.trained, self.clip_norm).item()
            if self.clip_value is not None:
                nn.utils.clip_grad_value_(self.trained, self.clip_value)
        return value, outputs

    def _by_autograd(self, x: torch.Tensor, y: torch.Tensor) -> tuple[float, torch.Tensor]:
        self._clear()
        outputs = self.model(x)
        if self.check.pending:
            self.check.outputs(outputs, y)
        loss = self.loss_function(outputs, y)
        if self.check.pending:
            self.check.loss(loss, to_learn=True)
            self.check.done()
        value = loss.item()
        if math.isfinite(value):
            loss.backward()
        return value, outputs.detach()

    def _clear(self) -> None:
        for parameter in self.all:
            parameter.grad = None
