"""The training loop."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from helpers import _validate
from helpers.training.batches import batches
from helpers.training.checkpoint import read, write
from helpers.training.evaluate import validation_batches
from helpers.training.faults import check_loss_function, check_optimizer
from helpers.training.history import DivergedError, History
from helpers.training.modes import check_trainable, device_of
from helpers.training.progress import Progress
from helpers.training.random_state import seeded
from helpers.training.record import Record
from helpers.training.run import Run
from helpers.training.schedulers import check_scheduler, check_steps, time_of
from helpers.training.stopping import EarlyStopping

__all__ = ["fit"]


def fit(
    model: nn.Module,
    loss_function: Callable[..., torch.Tensor],
    optimizer: Optimizer,
    train: Any,
    validation: Any = None,
    *,
    epochs: int,
    batch_size: int | None = None,
    shuffle: bool = True,
    scheduler: LRScheduler | None = None,
    step_scheduler: str | None = None,
    seed: int = 0,
    device: torch.device | str | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    early_stopping: EarlyStopping | None = None,
    record: Record | Sequence[Record] = (),
    checkpoint: str | Path | None = None,
    on_divergence: str = "raise",
    progress: bool | None = None,
) -> History:
    """Train a model.

    With tensors it is this loop, bit for bit::

        torch.manual_seed(seed)  # of what the model draws, as dropout does
        order = torch.Generator().manual_seed(seed)
        for epoch in range(epochs):
            model.train()
            for indices in torch.randperm(len(x), generator=order).split(batch_size):
                optimizer.zero_grad()
                loss = loss_function(model(x[indices]), y[indices])
                loss.backward()
                optimizer.step()
                scheduler.step()  # one that is stepped after each mini-batch
            scheduler.step()  # one that is stepped after each epoch

    The caller's random state and the model's mode are afterwards what they were before.

    Parameters
    ----------
    model : nn.Module
        What to train.
    loss_function : callable
        From outputs and targets to their mean loss, such as ``nn.CrossEntropyLoss()``.
    optimizer : torch.optim.Optimizer
        Any, over parameters of the model.
    train, validation : pair of torch.Tensor, or DataLoader
        Inputs and targets, shapes (samples, …), or what gives batches of such pairs.
    epochs : int
        How many passes over the training data, at least 1.
    batch_size : int, optional
        For tensors only, 32 unless said otherwise. The last batch of an epoch is smaller if it
        does not divide the samples.
    shuffle : bool
        Whether tensors are put into a new order each epoch. A loader has an order of its own.
    scheduler : torch.optim.lr_scheduler.LRScheduler, optional
        Any, made for this optimizer.
    step_scheduler : {"epoch", "validation", "batch", "fraction"}, optional
        When to step it. Unless said otherwise: after each epoch; ReduceLROnPlateau with the
        validation loss; CyclicLR and OneCycleLR after each mini-batch;
        CosineAnnealingWarmRestarts then too, by its documented ``step(epoch + i / iters)``, so that
        ``T_0`` counts epochs (with ``"batch"`` it counts mini-batches).
    seed : int
        Of the order of the data, drawn from a generator of its own, and of what the model draws.
    device : torch.device or str, optional
        Where to train; the model is moved there. By default where the model is.
    clip_norm, clip_value : float, optional
        Bounds of the norm of all gradients together, and of the size of each entry.
    early_stopping : EarlyStopping, optional
        When to stop before all epochs are done.
    record : Record or sequence of Record
        What to write down at every update.
    checkpoint : str or Path, optional
        A file that is written at the start and after each epoch, whole or not at all. If it is
        there already, training goes on from it and ends in the same weights, bit for bit, as if it
        had never been interrupted, given the same data.
    on_divergence : {"raise", "stop"}
        What to do when a loss is NaN or infinite: raise, or return the history up to there.
    progress : bool, optional
        Whether to show a line that tells how far it is; by default where somebody watches.

    Returns
    -------
    History
        Losses, accuracies, learning rates and what was recorded.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit: the message names it, what came and what was wanted.
    RuntimeError
        If gradients are switched off around the call, or a part of the model leaves its mode.
    DivergedError
        If a loss is NaN or infinite; it holds the history.
    """
    check_trainable(model)
    check_loss_function(loss_function)
    check_optimizer(optimizer, model)
    epochs = _validate.count("epochs", epochs)
    seed = _validate.count("seed", seed, at_least=0)
    shuffle = _validate.flag("shuffle", shuffle)
    _validate.choice("on_divergence", on_divergence, ["raise", "stop"])
    for name, bound in (("clip_norm", clip_norm), ("clip_value", clip_value)):
        if bound is not None:
            _validate.number(name, bound, "(0, inf)")
    if device is not None and torch.device(device) != device_of(model):
        model.to(device)
        optimizer.load_state_dict(optimizer.state_dict())  # which brings it to the parameters
    on = device_of(model)
    time = _time(scheduler, step_scheduler, optimizer, validation is not None)
    _check_stopping(early_stopping, validation is not None)
    path = None if checkpoint is None else Path(checkpoint)

    run = Run(
        model=model,
        loss_function=loss_function,
        optimizer=optimizer,
        train=batches("train", train, batch_size, on),
        validation=None if validation is None else validation_batches(validation, on),
        epochs=epochs,
        seed=seed,
        shuffle=shuffle,
        scheduler=scheduler,
        time=time,
        clip_norm=clip_norm,
        clip_value=clip_value,
        early_stopping=early_stopping,
        records=[record] if isinstance(record, Record) else list(record),
    )
    with seeded(seed, on), Progress("training.progress", progress) as line:
        if path is not None and path.exists():
            run.load_state_dict(read(path))
            line.say("training.resumed", file=path.name, epoch=run.epoch, epochs=epochs)
        elif path is not None:
            write(path, run.state_dict())  # the weights to start from, too, are the same next time
        if scheduler is not None and time is not None:
            check_steps(scheduler, time, epochs - run.epoch, len(run.train))
        try:
            while run.epoch < epochs and not run.stopped:
                run.one_epoch(line)
                if path is not None:
                    write(path, run.state_dict())
        except DivergedError as error:
            error.history = run.history()
            if on_divergence == "raise":
                raise
    if run.stopper is not None:
        run.stopper.restore(model)
    return run.history()


def _time(
    scheduler: LRScheduler | None, wanted: str | None, optimizer: Optimizer, has_validation: bool
) -> str | None:
    """Return when to step the scheduler, if there is one and it can do its work."""
    if scheduler is None:
        if wanted is not None:
            raise ValueError(f"step_scheduler must come with a scheduler, got {wanted!r} alone")
        return None
    time = time_of(scheduler, wanted)
    check_scheduler(scheduler, time, optimizer, has_validation)
    return time


def _check_stopping(rule: EarlyStopping | None, has_validation: bool) -> None:
    if rule is None:
        return
    if not isinstance(rule, EarlyStopping):
        raise TypeError(f"early_stopping must be an EarlyStopping, got {rule!r}")
    if rule.of != "train_loss" and not has_validation:
        raise ValueError(f"validation must be given for early stopping by {rule.of!r}")
