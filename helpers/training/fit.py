"""The training loop."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from helpers import _validate, language
from helpers._progress import progress_bar
from helpers._random import kept
from helpers.training import _model
from helpers.training._batches import make_batches
from helpers.training._loss import Forward, LossFunction, Means, check_loss
from helpers.training._schedulers import make_steps
from helpers.training.evaluate import BATCH_SIZE, evaluate_batches
from helpers.training.history import DivergedError, History, Log
from helpers.training.record import Record, Recorder

__all__ = ["fit"]


def fit(
    model: nn.Module,
    loss_function: LossFunction,
    optimizer: Optimizer | Sequence[Optimizer],
    train: Any,
    validation: Any = None,
    *,
    epochs: int,
    batch_size: int | None = None,
    scheduler: LRScheduler | Sequence[LRScheduler] | None = None,
    seed: int = 0,
    patience: int | None = None,
    record: Record | Sequence[Record] = (),
    progress: bool | None = None,
) -> History:
    """Train a model.

    With tensors it is this loop, bit for bit::

        torch.manual_seed(seed)  # for what the model draws, such as dropout
        order = torch.Generator().manual_seed(seed)
        for epoch in range(epochs):
            for indices in torch.randperm(len(x), generator=order).split(batch_size):
                optimizer.zero_grad()
                loss_function(model(x[indices]), y[indices]).backward()
                optimizer.step()
                scheduler.step()  # or after each epoch

    Before it, an update on the last batch is tried out and undone: what does not fit is an error
    before anything happens. Only what hooks or the forward pass add to a list, or change in place,
    has seen that batch once more, and a loader with random numbers of its own has given one more.
    Afterwards the model's mode and the random state of Python, numpy and torch are as before. An
    optimizer that has ``train()`` and ``eval()``, as schedule-free ones do, is in training mode for
    each epoch, and in evaluation mode for the validation and afterwards.

    Parameters
    ----------
    model : nn.Module
        The model to train, on the device where its parameters are.
    loss_function : callable
        From outputs and targets to their mean loss, such as ``nn.CrossEntropyLoss()``.
    optimizer : torch.optim.Optimizer or sequence of torch.optim.Optimizer
        Any whose step needs no closure, over parameters of the model. Several, such as Muon for
        matrices and AdamW for the rest, must share all of them out.
    train, validation : pair of torch.Tensor, or DataLoader
        Inputs and targets, shapes (samples, …), or an iterable over batches of such pairs.
    epochs : int
        Number of passes over the training data, at least 1.
    batch_size : int, optional
        For tensors only, which are shuffled each epoch; 32 by default. The last batch may be
        smaller.
    scheduler : torch.optim.lr_scheduler.LRScheduler or sequence of them, optional
        Any, each made for one of the optimizers. Stepped after each epoch; ReduceLROnPlateau with
        the validation loss; CyclicLR and OneCycleLR after each mini-batch.
    seed : int
        Seeds the order of the data, which has a generator of its own, and torch's global generator.
    patience : int, optional
        For early stopping: stop after this many epochs in a row without a new lowest validation
        loss (Prechelt, 1998, *Early stopping — but when?*).
    record : Record or sequence of Record
        What to record at every update.
    progress : bool, optional
        Whether to show a progress bar; by default in a live kernel or a terminal.

    Returns
    -------
    History
        Losses, accuracies, learning rates and records.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit: the message names it, what came and what was expected.
    RuntimeError
        If gradients are switched off around the call, or a module changes its mode.
    DivergedError
        If a loss is NaN or infinite; it holds the history.
    """
    _model.check_trainable(model)
    check_loss(loss_function)
    optimizers = _model.check_optimizers(optimizer, model)
    epochs = _validate.count("epochs", epochs)
    seed = _validate.seed("seed", seed)
    if patience is not None and _validate.count("patience", patience) and validation is None:
        raise ValueError("validation must be given with patience, which goes by its loss, got None")

    device = _model.device_of(model)
    batches = make_batches("train", train, batch_size, device)
    held_out = None
    if validation is not None:
        held_out = make_batches("validation", validation, None, device, BATCH_SIZE)
    updates = epochs * len(batches)
    all_steps = make_steps(scheduler, optimizers, validation is not None, epochs, len(batches))
    recorder = Recorder(record, model, optimizers, updates)
    groups = [group for one in optimizers for group in one.param_groups]
    log = Log(groups, recorder)
    forward = Forward("train", batches, model, loss_function)
    forward.try_out(optimizers, recorder)
    if held_out is not None:
        Forward("validation", held_out, model, loss_function).try_out()
    evaluation, lowest, best_epoch = None, math.inf, 0

    texts = language.text("training.batch"), language.text("training.fit")
    with kept(seed, device), progress_bar(updates, *texts, show=progress) as bar:
        order = torch.Generator().manual_seed(seed)
        for epoch in range(epochs):
            means = Means(loss_function)
            with _model.in_mode(model, training=True), _model.training_mode(optimizers):
                for batch, (x, y) in enumerate(batches.epoch(order), start=1):
                    for one in optimizers:
                        one.zero_grad()
                    outputs, loss = forward(x, y)
                    if not log.update(loss.item()):
                        where = loss.item(), epoch + 1, batch, log.rate()
                        raise DivergedError(*where, log.history())
                    loss.backward()
                    recorder.before_step()
                    _model.step(optimizers)
                    recorder.after_step()
                    means.add(loss.detach()[None], outputs.detach()[None], y[None])
                    for steps in all_steps:
                        steps.after_batch()
                    bar.update()
            if held_out is not None:
                evaluation = evaluate_batches(model, loss_function, held_out, "validation")
                if evaluation.loss < lowest:
                    lowest, best_epoch = evaluation.loss, epoch
            log.end_epoch(means.results()[0], evaluation)
            for steps in all_steps:
                steps.after_epoch(evaluation)
            if patience is not None and epoch - best_epoch >= patience and epoch + 1 < epochs:
                log.stopped = "early"
                break
    return log.history()
