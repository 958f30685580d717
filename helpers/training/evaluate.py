"""A model's loss, accuracy and outputs on data that it is not trained on."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn

from helpers import _validate
from helpers.training.batches import Batches, batches
from helpers.training.faults import BatchCheck, check_inputs, check_loss_function
from helpers.training.modes import check_model, device_of, in_mode
from helpers.training.tally import Tally

__all__ = ["Evaluation", "evaluate", "over", "predict", "validation_batches"]

SIZE = 1000


class Evaluation(NamedTuple):
    """Result of `evaluate`.

    Attributes
    ----------
    loss : float
        Mean over all samples.
    accuracy : float or None
        Share of right answers; None if the model does not classify.
    """

    loss: float
    accuracy: float | None


def evaluate(
    model: nn.Module,
    loss_function: Callable[..., torch.Tensor],
    data: Any,
    *,
    batch_size: int | None = None,
) -> Evaluation:
    """Loss and accuracy of a model, in evaluation mode and without gradients.

    The mode of each part of the model is afterwards what it was before.

    Parameters
    ----------
    model : nn.Module
        On any device; the data are brought to it.
    loss_function : callable
        From outputs and targets to their mean loss, such as ``nn.CrossEntropyLoss()``.
    data : pair of torch.Tensor, or DataLoader
        Inputs and targets, shapes (samples, …).
    batch_size : int, optional
        For tensors only, 1,000 unless said otherwise.

    Returns
    -------
    Evaluation
        The loss weights each mini-batch by its size.

    Raises
    ------
    TypeError, ValueError
        If data are empty or do not fit each other, the model or the loss.
    """
    check_model(model)
    check_loss_function(loss_function)
    source = validation_batches(data, device_of(model), "data", batch_size)
    return over(model, loss_function, source, "data")


def over(
    model: nn.Module, loss_function: Callable[..., torch.Tensor], source: Batches, name: str
) -> Evaluation:
    """Do the work of `evaluate` on batches that are there already.

    Parameters
    ----------
    model : nn.Module
        The model.
    loss_function : callable
        From outputs and targets to their mean loss.
    source : TensorBatches or LoaderBatches
        What to evaluate on.
    name : str
        The argument that it came from, for messages.

    Returns
    -------
    Evaluation
        As of `evaluate`.
    """
    tally, check = Tally(), BatchCheck(name, source, model, loss_function)
    with in_mode(model, training=False), torch.no_grad():
        for x, y in source.epoch():
            if check.pending:
                check.inputs(x)
            outputs = model(x)
            if check.pending:
                check.outputs(outputs, y)
            loss = loss_function(outputs, y)
            if check.pending:
                check.loss(loss)
                check.done()
            tally.add(loss.item(), outputs, y)
    return Evaluation(tally.loss, tally.accuracy)


def predict(model: nn.Module, x: torch.Tensor, *, batch_size: int = SIZE) -> torch.Tensor:
    """Outputs of a model, in evaluation mode and without gradients.

    Parameters
    ----------
    model : nn.Module
        On any device; its mode is afterwards what it was before.
    x : torch.Tensor
        Inputs, shape (samples, …).
    batch_size : int
        How many samples go through the model at once.

    Returns
    -------
    torch.Tensor
        Shape (samples, …), on the model's device. Of a classifier, ``.argmax(1)`` is its answers.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no tensor of at least one sample, of the model's dtype.
    """
    check_model(model)
    if not isinstance(x, torch.Tensor):
        raise TypeError(f"x must be a tensor of inputs, got {type(x).__name__}")
    if x.ndim == 0 or not len(x):
        raise ValueError(f"x must hold at least one sample, got shape {tuple(x.shape)}")
    size = _validate.count("batch_size", batch_size)
    check_inputs("x", x, model)
    device = device_of(model)
    with in_mode(model, training=False), torch.no_grad():
        return torch.cat([model(part.to(device)) for part in x.split(size)])


def validation_batches(
    data: Any, device: torch.device, name: str = "validation", batch_size: int | None = None
) -> Batches:
    """Return batches to evaluate on: without gradients, larger ones than in training pay.

    Parameters
    ----------
    data : pair of torch.Tensor, or iterable
        As for `helpers.training.batches.batches`.
    device : torch.device
        Where the model is.
    name : str
        The argument's name, for messages.
    batch_size : int, optional
        For tensors only, 1,000 unless said otherwise.

    Returns
    -------
    TensorBatches or LoaderBatches
        As ``data`` are tensors or a loader.
    """
    is_pair = isinstance(data, tuple | list) and all(isinstance(p, torch.Tensor) for p in data)
    return batches(name, data, SIZE if batch_size is None and is_pair else batch_size, device)
