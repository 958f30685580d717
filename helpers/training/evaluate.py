"""A model's loss, accuracy and outputs on data that it is not trained on."""

from typing import Any, NamedTuple

import torch
from torch import nn

from helpers import _validate
from helpers._random import kept
from helpers.training._batches import Batches, make_batches
from helpers.training._loss import Forward, LossFunction, Means, check_loss, checked_outputs
from helpers.training._model import check_model, device_of, in_mode

__all__ = ["Evaluation", "evaluate", "predict"]

BATCH_SIZE = 1000  # without gradients, larger batches than in training are faster


class Evaluation(NamedTuple):
    """Result of `evaluate`.

    Attributes
    ----------
    loss : float
        Mean over all samples; labels that the loss ignores do not count.
    accuracy : float or None
        Share of right answers; None unless the loss is one of torch's for classes.
    """

    loss: float
    accuracy: float | None


def evaluate(
    model: nn.Module, loss_function: LossFunction, data: Any, *, batch_size: int | None = None
) -> Evaluation:
    """Loss and accuracy of a model, in evaluation mode and without gradients.

    Parameters
    ----------
    model : nn.Module
        On any device; afterwards each module is in its own mode again.
    loss_function : callable
        From outputs and targets to their mean loss, such as ``nn.CrossEntropyLoss()``.
    data : pair of torch.Tensor, or DataLoader
        Inputs and targets, shapes (samples, …).
    batch_size : int, optional
        For tensors only, 1,000 by default.

    Returns
    -------
    Evaluation
        Loss and accuracy.

    Raises
    ------
    TypeError, ValueError
        If data are empty or do not fit each other, the model or the loss.
    """
    check_model(model)
    check_loss(loss_function)
    device = device_of(model)
    batches = make_batches("data", data, batch_size, device, BATCH_SIZE)
    with kept(None, device, getattr(batches, "loader", None)):
        return evaluate_batches(model, loss_function, batches, "data")


def evaluate_batches(
    model: nn.Module, loss_function: LossFunction, batches: Batches, name: str
) -> Evaluation:
    """Evaluate on batches; ``name`` is the argument that they came from, for messages."""
    forward = Forward(name, batches, model, loss_function)
    means = Means(loss_function)
    with in_mode(model, training=False), torch.no_grad():
        for x, y in batches.epoch():
            outputs, loss = forward(x, y)
            means.add(loss[None], outputs[None], y[None])
    return Evaluation(*means.results()[0])


def predict(model: nn.Module, x: torch.Tensor, *, batch_size: int = BATCH_SIZE) -> torch.Tensor:
    """Outputs of a model, in evaluation mode and without gradients.

    Parameters
    ----------
    model : nn.Module
        On any device; afterwards each module is in its own mode again.
    x : torch.Tensor
        Inputs, shape (samples, …).
    batch_size : int
        How many samples go through the model at once.

    Returns
    -------
    torch.Tensor
        Shape (samples, …), on the model's device; ``.argmax(1)`` gives a classifier's answers.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a tensor of at least one sample that the model takes.
    """
    check_model(model)
    if not isinstance(x, torch.Tensor):
        raise TypeError(f"x must be a tensor of inputs, got {type(x).__name__}")
    if _validate.dense("x", x).ndim == 0 or not len(x):
        raise ValueError(f"x must hold at least one sample, got shape {tuple(x.shape)}")
    parts = x.split(min(_validate.count("batch_size", batch_size), len(x)))
    device = device_of(model)
    with kept(None, device), in_mode(model, training=False), torch.no_grad():
        return torch.cat(
            [checked_outputs("x", model, part.to(device, copy=True)) for part in parts]
        )
