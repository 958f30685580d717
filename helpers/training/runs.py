"""Several runs at once: equal networks that differ in seed or optimizer."""

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
from helpers.training._batches import TensorBatches, make_batches
from helpers.training._loss import Forward, LossFunction, Means, check_loss
from helpers.training._schedulers import make_steps
from helpers.training._stack import Stack, check_models
from helpers.training.evaluate import BATCH_SIZE, evaluate_batches
from helpers.training.history import History, Log
from helpers.training.record import Record, Recorder

__all__ = ["fit_runs"]


def fit_runs(
    models: Sequence[nn.Sequential],
    loss_function: LossFunction,
    optimizers: Optimizer | Sequence[Optimizer],
    train: Any,
    validation: Any = None,
    *,
    epochs: int,
    batch_size: int | None = None,
    seeds: Sequence[int] | None = None,
    schedulers: LRScheduler | Sequence[LRScheduler] = (),
    record: Record | Sequence[Record] = (),
    progress: bool | None = None,
) -> list[History]:
    """Train several equal networks at once, each as `fit` would train it alone.

    A small network spends more time on starting operations than on arithmetic, and ten at once
    start as many as one. Meanwhile the weights of all lie in one tensor a layer, of which each
    model's parameters are a slice, and a layer is one ``torch.baddbmm``.

    Each run has its own order of the data and its own dropout, and ends where
    ``fit(model, …, seed=seed)`` does, up to rounding; on the CPU the dropout masks are the same.

    Parameters
    ----------
    models : sequence of nn.Sequential
        Equal networks of Linear, Dropout, Flatten and entry-wise activations such as ReLU, with
        initial weights of their own. They are trained in place. Hooks are not called.
    loss_function : callable
        From outputs and targets to their mean loss, such as ``nn.CrossEntropyLoss()``.
    optimizers : torch.optim.Optimizer or sequence of torch.optim.Optimizer
        One for each model, or one over the parameters of all, which is faster; its step must treat
        each parameter tensor by itself, as that of all of torch's but LBFGS does.
    train, validation : pair of torch.Tensor
        Inputs and targets, shapes (samples, …), for all runs.
    epochs, batch_size
        As for `fit`.
    seeds : sequence of int, optional
        A seed for each run, as for `fit`; 0, 1, 2, … by default. Runs with the same seed see the
        same order of the data.
    schedulers : LRScheduler or sequence of LRScheduler
        Each for one of the optimizers; stepped after each epoch or mini-batch, as for `fit`.
    record, progress
        As for `fit`.

    Returns
    -------
    list of History
        One for each run. A run whose loss is NaN or infinite stops there, and the others go on.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit: the message names it, what came and what was expected.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> from helpers import training
    >>> x = torch.linspace(-1, 1, 64)[:, None]
    >>> models = [nn.Sequential(nn.Linear(1, 1)) for _ in range(3)]
    >>> optimizers = [torch.optim.SGD(m.parameters(), lr) for m, lr in zip(models, (0.1, 0.3, 1))]
    >>> histories = training.fit_runs(models, nn.MSELoss(), optimizers, (x, 2 * x), epochs=9)
    >>> [history.updates for history in histories]
    [18, 18, 18]
    """
    check_loss(loss_function)
    check_models(models)
    optimizers = _model.check_optimizers(optimizers, *models)
    epochs = _validate.count("epochs", epochs)
    seeds = list(range(len(models))) if seeds is None else _validate.seeds("seeds", seeds)
    if len(seeds) != len(models):
        raise ValueError(f"seeds must be one for each of {len(models)} models, got {len(seeds)}")
    device = _model.device_of(models[0])
    batches = make_batches("train", train, batch_size, device)
    if not isinstance(batches, TensorBatches):
        raise TypeError(f"train must be a pair of tensors, got {type(train).__name__}")
    held_out = None
    if validation is not None:
        held_out = make_batches("validation", validation, None, device, BATCH_SIZE)
        if not isinstance(held_out, TensorBatches):
            got = type(validation).__name__
            raise TypeError(f"validation must be a pair of tensors, got {got}")
        Forward("validation", held_out, models[0], loss_function).try_out()
    all_steps = make_steps(schedulers, optimizers, False, epochs, len(batches))
    updates = epochs * len(batches)
    recorders = [Recorder(record, model, optimizers, updates) for model in models]
    groups = [_groups(run, model, optimizers) for run, model in enumerate(models)]
    Forward("train", batches, models[0], loss_function).try_out(optimizers, recorders[0])
    logs = [Log(*both) for both in zip(groups, recorders, strict=True)]
    for one in optimizers:
        one.zero_grad()
    active = list(range(len(models)))  # the runs that have not diverged

    texts = language.text("training.batch"), language.text("training.fit")
    with (
        kept(seeds[0], device),
        Stack(models, seeds) as stack,
        progress_bar(updates, *texts, show=progress) as bar,
    ):
        orders = [torch.Generator().manual_seed(seed) for seed in seeds]
        for _ in range(epochs):
            means = Means(loss_function, len(models))
            shuffled = [
                torch.randperm(len(batches.x), generator=order, device="cpu") for order in orders
            ]
            indices = torch.stack(shuffled).to(device).split(batches.batch_size, dim=1)
            with _model.training_mode(optimizers):
                for rows in indices:  # shape (runs, batch)
                    outputs, y = stack(batches.x[rows]), batches.y[rows]
                    losses = [loss_function(*one) for one in zip(outputs, y, strict=True)]
                    values = torch.stack(losses).detach()
                    active = [run for run, v in enumerate(values.tolist()) if logs[run].update(v)]
                    if not active:
                        return [log.history() for log in logs]
                    torch.autograd.backward([losses[run] for run in active])
                    stack.share_gradients(active)
                    for run in active:
                        recorders[run].before_step()
                    _model.step(optimizers)
                    for run in active:
                        recorders[run].after_step()
                    means.add(values, outputs.detach(), y)
                    for steps in all_steps:
                        steps.after_batch()
                    bar.update()
            results = means.results()
            for run in active:
                evaluation = None
                if held_out is not None:
                    model = models[run]
                    evaluation = evaluate_batches(model, loss_function, held_out, "validation")
                logs[run].end_epoch(results[run], evaluation)
            for steps in all_steps:
                steps.after_epoch(None)
    return [log.history() for log in logs]


def _groups(run: int, model: nn.Module, optimizers: Sequence[Optimizer]) -> list[dict[str, Any]]:
    """Return the optimizers' groups that hold parameters of a model."""
    parameters = set(model.parameters())
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    groups = [group for group in groups if not parameters.isdisjoint(group["params"])]
    if not groups:
        raise ValueError(f"optimizers must hold parameters of each model, got none of run {run}")
    return groups
