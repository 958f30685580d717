"""Faults of batches, found before torch trips over them: one clear message each."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from helpers.training.batches import Batches, TensorBatches

__all__ = ["BatchCheck", "check_inputs", "check_loss_function", "check_optimizer"]

_CLASSIFIES = (
    nn.CrossEntropyLoss,
    nn.NLLLoss,
    nn.MultiMarginLoss,
    F.cross_entropy,
    F.nll_loss,
    F.multi_margin_loss,
)
_COMPARES = (
    nn.MSELoss,
    nn.L1Loss,
    nn.SmoothL1Loss,
    nn.HuberLoss,
    nn.BCELoss,
    nn.BCEWithLogitsLoss,
    F.mse_loss,
    F.l1_loss,
    F.smooth_l1_loss,
    F.huber_loss,
    F.binary_cross_entropy,
    F.binary_cross_entropy_with_logits,
)


def check_optimizer(optimizer: Optimizer, model: nn.Module) -> None:
    """Raise unless the optimizer trains this model.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        What the caller gave.
    model : nn.Module
        What it is to train.

    Raises
    ------
    TypeError
        If it is no optimizer of torch.
    ValueError
        If it holds no parameter of the model.
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be one of torch.optim, got {type(optimizer).__name__}")
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not any(id(parameter) in held for parameter in model.parameters()):
        raise ValueError(
            f"optimizer must hold parameters of the model, got a {type(optimizer).__name__} of "
            "others: was the model made anew after it?"
        )


def check_loss_function(loss_function: Callable[..., Any]) -> None:
    """Raise unless it can be called and, as far as one can see, means over the batch.

    Parameters
    ----------
    loss_function : callable
        What the caller gave.

    Raises
    ------
    TypeError
        If it cannot be called, or is a class.
    ValueError
        If its ``reduction`` is another than "mean".
    """
    if not callable(loss_function) or isinstance(loss_function, type):
        raise TypeError(
            "loss_function must be a function of outputs and targets, such as "
            f"nn.CrossEntropyLoss(), got {loss_function!r}"
        )
    reduction = getattr(loss_function, "reduction", "mean")
    if reduction != "mean":
        raise ValueError(f"loss_function must have reduction='mean', got {reduction!r}")


def check_inputs(name: str, x: torch.Tensor, model: nn.Module) -> None:
    """Raise unless inputs have the model's dtype.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    x : torch.Tensor
        Inputs, shape (batch, …).
    model : nn.Module
        What they go into.

    Raises
    ------
    TypeError
        If they hold real numbers of another dtype than the model's, or bytes.
    """
    dtypes = [p.dtype for p in model.parameters() if p.dtype.is_floating_point]
    # Whole numbers may be meant for an nn.Embedding; bytes are pictures that nobody converted.
    if dtypes and x.dtype not in dtypes and (x.dtype.is_floating_point or x.dtype == torch.uint8):
        raise TypeError(f"{name} must have inputs of the model's dtype, {dtypes[0]}, got {x.dtype}")


class BatchCheck:
    """Looks at batches, what a model makes of them, and the loss.

    Tensors in memory are looked at once, with all their labels; batches of a loader one by one.

    Parameters
    ----------
    name : str
        The argument that the batches come from, for messages.
    source : TensorBatches or LoaderBatches
        The batches.
    model : nn.Module
        What they go into.
    loss_function : callable
        What compares outputs with targets.

    Attributes
    ----------
    pending : bool
        Whether the next batch is to be looked at.
    """

    def __init__(
        self,
        name: str,
        source: Batches,
        model: nn.Module,
        loss_function: Callable[..., Any],
    ) -> None:
        self.name, self.source = name, source
        self.model, self.loss_function = model, loss_function
        self.pending = True

    def inputs(self, x: torch.Tensor) -> None:
        """Raise unless inputs have the model's dtype.

        Parameters
        ----------
        x : torch.Tensor
            Inputs, shape (batch, …).

        Raises
        ------
        TypeError
            As of `check_inputs`.
        """
        check_inputs(self.name, x, self.model)

    def outputs(self, outputs: Any, y: torch.Tensor) -> None:
        """Raise if a model's outputs and the targets do not fit each other or the loss.

        Parameters
        ----------
        outputs : torch.Tensor
            What the model made of the inputs, shape (batch, …).
        y : torch.Tensor
            Targets, shape (batch, …).

        Raises
        ------
        TypeError
            If the outputs are no tensor, or either has a dtype that the loss does not take.
        ValueError
            If shapes do not fit, or a label is none of the classes.
        """
        if not isinstance(outputs, torch.Tensor):
            raise TypeError(f"model must return a tensor, got {type(outputs).__name__}")
        if outputs.ndim == 0 or len(outputs) != len(y):
            raise ValueError(
                f"model must return one output for each of {len(y)} samples, got shape "
                f"{tuple(outputs.shape)}"
            )
        if _is_one_of(self.loss_function, _CLASSIFIES):
            self._labels(outputs, y)
        elif _is_one_of(self.loss_function, _COMPARES):
            self._same_shape(outputs, y)
            if y.dtype != outputs.dtype:
                raise TypeError(
                    f"{self.name} must have targets of the outputs' dtype, {outputs.dtype}, got "
                    f"{y.dtype}"
                )

    def loss(self, loss: Any, to_learn: bool = False) -> None:
        """Raise unless the loss is one number, from which gradients come where they are wanted.

        Parameters
        ----------
        loss : torch.Tensor
            What the loss function returned.
        to_learn : bool
            Whether gradients are to come from it.

        Raises
        ------
        ValueError
            If it is not one number, or no gradient comes from it ``to_learn``.
        """
        if not isinstance(loss, torch.Tensor) or loss.ndim:
            kind = tuple(loss.shape) if isinstance(loss, torch.Tensor) else type(loss).__name__
            raise ValueError(f"loss_function must return one number, shape (), got {kind}")
        if to_learn and not loss.requires_grad:
            raise ValueError(
                "loss_function must return a loss that depends on the model's parameters, got one "
                "without a gradient"
            )

    def done(self) -> None:
        """End the look at this batch: at the next one there is nothing new, or there is."""
        self.pending = not isinstance(self.source, TensorBatches)

    def _labels(self, outputs: torch.Tensor, y: torch.Tensor) -> None:
        if y.dtype.is_floating_point:
            self._same_shape(outputs, y)
            return
        if y.dtype != torch.int64:
            raise TypeError(f"{self.name} must have labels of torch.int64, got {y.dtype}")
        if outputs.ndim < 2 or y.shape != outputs.shape[:1] + outputs.shape[2:]:
            raise ValueError(
                f"{self.name} must have labels of the shape of the outputs without their classes, "
                f"outputs being (samples, classes, …) = {tuple(outputs.shape)}, got "
                f"{tuple(y.shape)}"
            )
        labels = self.source.y if isinstance(self.source, TensorBatches) else y
        labels = labels[labels != getattr(self.loss_function, "ignore_index", -100)]
        classes = outputs.shape[1]
        wrong = labels[(labels < 0) | (labels >= classes)]
        if len(wrong):
            raise ValueError(
                f"{self.name} must have labels from 0 to {classes - 1}, as the model has {classes} "
                f"outputs, got {wrong[0].item()}"
            )

    def _same_shape(self, outputs: torch.Tensor, y: torch.Tensor) -> None:
        if y.shape != outputs.shape:  # torch would broadcast (n,) and (n, 1) to (n, n)
            raise ValueError(
                f"{self.name} must have targets of the outputs' shape, {tuple(outputs.shape)}, got "
                f"{tuple(y.shape)}"
            )


def _is_one_of(loss_function: Callable[..., Any], kinds: tuple[Any, ...]) -> bool:
    return any(
        isinstance(loss_function, kind) if isinstance(kind, type) else loss_function is kind
        for kind in kinds
    )
