"""The patients of chapter 11: for each, what its code gives while it is sick, and once it is well.

Parameters are those of the code in the chapter, and for each way to be ill a flag: ``sick`` for the
chapter's own, others for repairs that often go wrong. `pair` returns both curves for a figure.
"""

import copy
import functools
import inspect
import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, ParamSpec, TypeVar

import numpy as np
import torch
from torch import nn
from torch.optim import SGD, Optimizer, lr_scheduler

from helpers import _validate, schedules
from helpers._random import kept

__all__ = [
    "accumulated",
    "after_range_test",
    "best_rate",
    "clipped",
    "cycled_momentum",
    "decayed",
    "ema",
    "learning_curve",
    "longer_one_cycle",
    "nested",
    "on_plateau",
    "ordered",
    "pair",
    "resumed",
    "resumed_by_number",
    "shared_rate",
    "uncleared",
    "updates_counted",
    "validated",
    "warm_cosine",
]

LR = 0.1
"""The rate where a patient has none of its own."""

P = ParamSpec("P")
R = TypeVar("R")

_NUMBERS = {
    "decay": "[0, 1)",
    "gamma": "(0, 1]",
    "lr": "[0, inf)",
    "max_norm": "(0, inf)",
    "momentum": "[0, 1)",
    "weight_decay": "[0, 10]",
}


def _check(name: str, value: Any) -> Any:
    """Return an argument of a patient, or raise an error that names it."""
    if name in _NUMBERS:
        return _validate.number(name, value, _NUMBERS[name])
    if name in ("accuracies", "start", "values"):
        return _validate.row(name, value)
    if name == "losses":
        return _validate.array(name, value)
    if name == "seed":
        return _validate.seed(name, value)
    if name in ("total", "warm", "batches", "accumulate", "epochs", "hold", "steps"):
        return _validate.count(name, value, at_most=_validate.MAX_STEPS)
    if name in ("patience", "saved_at"):
        return _validate.count(name, value, at_least=0)
    return _validate.flag(name, value)


def _patient(function: Callable[P, R]) -> Callable[P, R]:
    """Check the arguments of a patient, and keep the caller's random state."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        given = signature.bind(*args, **kwargs)
        given.arguments.update({n: _check(n, value) for n, value in given.arguments.items()})
        with kept():
            return function(*given.args, **given.kwargs)

    return checked


def _new(lr: float | torch.Tensor = LR, momentum: float = 0) -> Optimizer:
    return SGD([torch.zeros(1)], lr=lr, momentum=momentum)


def _follow(
    optimizer: Optimizer, scheduler: lr_scheduler.LRScheduler, steps: int, key: str = "lr"
) -> list[float]:
    """Return a setting of the optimizer at each of its steps."""
    used = []
    for _ in range(steps):
        used.append(float(optimizer.param_groups[0][key]))
        optimizer.step()
        scheduler.step()
    return used


@_patient
def warm_cosine(total: int, warm: int, *, sick: bool = False, late: bool = False) -> list[float]:
    """Return the rates of a warm-up and half a cosine.

    Parameters
    ----------
    total, warm : int
        Steps of all, and of the warm-up.
    sick : bool
        Both run from the first step on.
    late : bool
        The cosine is as long as all steps.

    Returns
    -------
    list of float
        The rate of each step.
    """
    _validate.count("warm", warm, at_most=total - 1)
    optimizer = _new()
    up = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=warm)
    down = lr_scheduler.CosineAnnealingLR(optimizer, T_max=total if late else total - warm)
    if sick:
        return _follow(optimizer, lr_scheduler.ChainedScheduler([up, down]), total)
    return _follow(optimizer, lr_scheduler.SequentialLR(optimizer, [up, down], [warm]), total)


@_patient
def updates_counted(
    batches: int, accumulate: int, *, sick: bool = False, every: bool = False
) -> list[float]:
    """Return the rates of a cosine when gradients are added up.

    Parameters
    ----------
    batches : int
        Mini-batches of the training.
    accumulate : int
        Mini-batches an update.
    sick : bool
        ``T_max`` counts mini-batches.
    every : bool
        The scheduler is stepped at each mini-batch.

    Returns
    -------
    list of float
        The rate of each update.
    """
    _validate.count("accumulate", accumulate, at_most=batches)
    length = batches if sick else batches // accumulate
    rates = schedules.cosine_annealing_lr(LR, length, batches)
    return (
        rates[accumulate - 1 :: accumulate] if every else rates[: batches // accumulate]
    ).tolist()


@_patient
def ordered(epochs: int, gamma: float, *, sick: bool = False) -> list[float]:
    """Return the rates that an optimizer used under `ExponentialLR`.

    Parameters
    ----------
    epochs : int
        Number of epochs.
    gamma : float
        Factor of the rate.
    sick : bool
        The scheduler was called first.

    Returns
    -------
    list of float
        The rate of each epoch.
    """
    return [LR * gamma ** (epoch + sick) for epoch in range(epochs)]


@_patient
def on_plateau(
    accuracies: Sequence[float], patience: int, *, sick: bool = False, negated: bool = False
) -> list[float]:
    """Return the rates that ReduceLROnPlateau sets by an accuracy.

    Parameters
    ----------
    accuracies : sequence of float
        One an epoch.
    patience : int
        Of the scheduler.
    sick : bool
        It waits for the accuracy to fall.
    negated : bool
        It gets the accuracy with the other sign.

    Returns
    -------
    list of float
        The rate of each epoch.
    """
    optimizer, rates = _new(), []
    mode: Literal["min", "max"] = "min" if sick or negated else "max"
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, mode=mode, patience=patience)
    for accuracy in accuracies:
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step(-accuracy if negated else accuracy)
    return rates


@_patient
def cycled_momentum(momentum: float, steps: int, *, sick: bool = False) -> list[float]:
    """Return the momentum of each step under OneCycleLR.

    Parameters
    ----------
    momentum : float
        Of the optimizer.
    steps : int
        Length of the cycle.
    sick : bool
        The scheduler moves the momentum too.

    Returns
    -------
    list of float
        The momentum of each step.
    """
    optimizer = _new(momentum=momentum)
    scheduler = lr_scheduler.OneCycleLR(
        optimizer, max_lr=LR, total_steps=steps, cycle_momentum=sick
    )
    return _follow(optimizer, scheduler, steps, "momentum")


@_patient
def shared_rate(lr: float, steps: int, *, sick: bool = False) -> list[float]:
    """Return the rates of an optimizer without scheduler, beside one that has one.

    Parameters
    ----------
    lr : float
        The rate of both.
    steps : int
        Number of steps.
    sick : bool
        Both have the same tensor as their rate.

    Returns
    -------
    list of float
        The rate of each step.
    """
    rate = torch.tensor(lr, dtype=torch.float64)
    first, second = _new(rate), _new(rate if sick else rate.clone())
    scheduler, rates = lr_scheduler.ExponentialLR(first, gamma=0.9), []
    for _ in range(steps):
        rates.append(float(second.param_groups[0]["lr"]))
        first.step()
        second.step()
        scheduler.step()
    return rates


@_patient
def nested(warm: int, hold: int, steps: int, *, sick: bool = False) -> list[float]:
    """Return the rates of a climb, a level and a decay.

    Parameters
    ----------
    warm, hold, steps : int
        Steps of the climb, of the level, and of all.
    sick : bool
        Climb and level are a schedule within the other, which torch moves by a step as it builds
        the outer one (PyTorch issue 196243).

    Returns
    -------
    list of float
        The rate of each step.
    """
    optimizer = _new()
    up = lr_scheduler.LinearLR(optimizer, start_factor=0.25, total_iters=warm)
    level = lr_scheduler.ConstantLR(optimizer, factor=1)
    fall = lr_scheduler.ExponentialLR(optimizer, gamma=0.8)
    parts, milestones = [up, level, fall], [warm, warm + hold]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if sick:
            parts = [lr_scheduler.SequentialLR(optimizer, parts[:2], milestones[:1]), fall]
            milestones = milestones[1:]
        return _follow(optimizer, lr_scheduler.SequentialLR(optimizer, parts, milestones), steps)


def _plan(optimizer: Optimizer, total: int, last_epoch: int = -1) -> lr_scheduler.SequentialLR:
    """Climb for a fifth of the steps, then fall along half a cosine."""
    _validate.count("total", total, at_least=5)
    warm = total // 5
    up = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=warm)
    down = lr_scheduler.CosineAnnealingLR(optimizer, T_max=total - warm)
    return lr_scheduler.SequentialLR(optimizer, [up, down], [warm], last_epoch=last_epoch)


@_patient
def resumed(
    total: int, saved_at: int, *, sick: bool = False, unloaded: bool = False
) -> list[float]:
    """Return the rates after resuming, of a warm-up and half a cosine.

    Parameters
    ----------
    total, saved_at : int
        Steps of all, and those before the stop.
    sick : bool
        The scheduler is built on an optimizer that was loaded.
    unloaded : bool
        The scheduler's state is not loaded.

    Returns
    -------
    list of float
        The rate of each step that is left.
    """
    _validate.count("saved_at", saved_at, at_least=0, at_most=total)
    optimizer = _new()
    scheduler = _plan(optimizer, total)
    rates = _follow(optimizer, scheduler, total)
    if not sick and not unloaded:
        return rates[saved_at:]
    optimizer = _new()
    scheduler = _plan(optimizer, total)
    _follow(optimizer, scheduler, saved_at)
    saved = optimizer.state_dict(), scheduler.state_dict()
    optimizer = _new()
    if sick:
        optimizer.load_state_dict(saved[0])
        scheduler = _plan(optimizer, total)
        scheduler.load_state_dict(saved[1])
    else:
        scheduler = _plan(optimizer, total)
        optimizer.load_state_dict(saved[0])
    return _follow(optimizer, scheduler, total - saved_at)


@_patient
def resumed_by_number(total: int, saved_at: int, *, sick: bool = False) -> list[float]:
    """Return the rates after resuming, of the same schedule.

    Parameters
    ----------
    total, saved_at : int
        As of `resumed`.
    sick : bool
        All that the scheduler gets is ``last_epoch``.

    Returns
    -------
    list of float
        The rate of each step that is left.
    """
    if not sick:
        return resumed(total, saved_at)
    optimizer = _new()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _follow(optimizer, _plan(optimizer, total, last_epoch=saved_at), total - saved_at)


@_patient
def longer_one_cycle(
    total: int, saved_at: int, *, sick: bool = False, patched: bool = False
) -> list[float]:
    """Return the rates of a OneCycleLR that is to last twice as long as planned.

    Parameters
    ----------
    total, saved_at : int
        Steps of the longer one, and those before the change.
    sick : bool
        The old state is loaded.
    patched : bool
        So it is, and the number of steps is put right.

    Returns
    -------
    list of float
        The rate of each step that is left.
    """
    _validate.count("total", total, at_least=4)
    _validate.count("saved_at", saved_at, at_least=0, at_most=total // 2)
    optimizer = _new(momentum=0.9)
    scheduler = lr_scheduler.OneCycleLR(optimizer, max_lr=LR, total_steps=total)
    if not sick and not patched:
        return _follow(optimizer, scheduler, total)[saved_at:]
    first = _new(momentum=0.9)
    planned = lr_scheduler.OneCycleLR(first, max_lr=LR, total_steps=total // 2)
    _follow(first, planned, saved_at)
    optimizer.load_state_dict(first.state_dict())
    scheduler.load_state_dict(planned.state_dict())
    if patched:
        scheduler.total_steps = total
    return _follow(optimizer, scheduler, scheduler.total_steps - saved_at)


@_patient
def uncleared(lr: float, steps: int, *, sick: bool = False, early: bool = False) -> list[float]:
    """Return a weight on its way down ``w² / 2``, from 1.

    Parameters
    ----------
    lr : float
        The rate.
    steps : int
        Number of steps.
    sick : bool
        Gradients are never cleared.
    early : bool
        They are cleared before the step.

    Returns
    -------
    list of float
        The weight after each step.
    """
    weight, total, weights = 1.0, 0.0, []
    for _ in range(steps):
        total = weight + (total if sick else 0)
        weight -= 0 if early else lr * total
        weights.append(weight)
    return weights


@_patient
def accumulated(values: Sequence[float], *, sick: bool = False, added: bool = False) -> list[float]:
    """Return a weight on its way to the mean of some values, whose gradients come in four parts.

    Parameters
    ----------
    values : sequence of float
        A multiple of four of them.
    sick : bool
        The sum of the gradients is divided twice.
    added : bool
        It is not divided.

    Returns
    -------
    list of float
        The weight after each update.
    """
    if len(values) % 4:
        raise ValueError(f"values must come in four parts of one size, got {len(values)} of them")
    parts, weight, weights = np.reshape(values, (4, -1)), 0.0, []
    divisor = 1 if added else 16 if sick else 4
    for _ in range(20):
        weight -= LR * sum(2 * (weight - float(part.mean())) for part in parts) / divisor
        weights.append(weight)
    return weights


@_patient
def clipped(
    start: Sequence[float], max_norm: float, *, sick: bool = False, free: bool = False
) -> list[float]:
    """Return the distance to the middle of a bowl, with clipped gradients.

    Parameters
    ----------
    start : sequence of float
        The first point.
    max_norm : float
        To which gradients are clipped.
    sick : bool
        They are clipped while they are multiplied by the scaler's 65,536.
    free : bool
        They are not clipped.

    Returns
    -------
    list of float
        The distance after each step.
    """
    distance, scale, distances = math.hypot(*start), 2.0**16 if sick else 1.0, []
    for _ in range(40):
        norm = scale * distance
        distance *= 1 - LR * (1 if free or norm <= max_norm else max_norm / norm)
        distances.append(distance)
    return distances


@_patient
def decayed(
    weight_decay: float, steps: int, *, sick: bool = False, none: bool = False
) -> list[float]:
    """Return what is left of two weights under AdamW, while no gradient comes.

    Parameters
    ----------
    weight_decay : float
        Of AdamW.
    steps : int
        Number of steps.
    sick : bool
        The weight of the normalisation shrinks too.
    none : bool
        Nothing shrinks.

    Returns
    -------
    list of float
        A normalisation's weight, and the share that is left of a layer's.
    """
    left = (1 - LR * weight_decay) ** steps
    return [left if sick else 1.0, 1.0 if none else left]


def _regression(seed: int, dropout: float = 0.0) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """Return a small network, and data for it."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Dropout(dropout), nn.Linear(32, 1))
    x = torch.randn(64, 4)
    return model, x, x.sum(dim=1, keepdim=True)


@_patient
def validated(seed: int, *, sick: bool = False) -> list[float]:
    """Return a network's loss on the same data, ten times.

    Parameters
    ----------
    seed : int
        Of network and data.
    sick : bool
        Dropout is on.

    Returns
    -------
    list of float
        The losses.
    """
    model, x, y = _regression(seed, dropout=0.5)
    model.train(sick)
    with torch.no_grad():
        return [nn.functional.mse_loss(model(x), y).item() for _ in range(10)]


@_patient
def after_range_test(seed: int, *, sick: bool = False, buffer: bool = False) -> list[float]:
    """Return the losses of a training that a range test preceded.

    Parameters
    ----------
    seed : int
        Of network and data.
    sick : bool
        The test left its weights and its momentum.
    buffer : bool
        It left its momentum.

    Returns
    -------
    list of float
        The loss of each step.
    """
    model, x, y = _regression(seed)
    before = copy.deepcopy(model.state_dict())
    optimizer = SGD(model.parameters(), momentum=0.9)

    def step(lr: float) -> float:
        optimizer.param_groups[0]["lr"] = lr
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    if sick or buffer:
        lowest = np.inf
        for lr in np.geomspace(1e-4, 10, 100):
            loss = step(float(lr))
            lowest = min(lowest, loss)
            if loss > 4 * lowest:  # where such tests usually stop
                break
    if buffer:
        model.load_state_dict(before)
    return [step(0.01) for _ in range(30)]


@_patient
def ema(decay: float, steps: int, *, sick: bool = False) -> list[float]:
    """Return the average of weights that are all 1.

    Parameters
    ----------
    decay : float
        Weight of the past.
    steps : int
        Number of steps.
    sick : bool
        The average starts at zero.

    Returns
    -------
    list of float
        The average after each step.
    """
    return [1 - decay**step * sick for step in range(1, steps + 1)]


@_patient
def best_rate(losses: Sequence[Sequence[float]], *, sick: bool = False) -> int:
    """Return which rate's runs end lowest.

    Parameters
    ----------
    losses : sequence of sequence of float
        By rate and run; NaN where it diverged.
    sick : bool
        Those that diverged do not count.

    Returns
    -------
    int
        The index of the rate.
    """
    if np.ndim(losses) != 2 or not np.size(losses):
        raise ValueError(f"losses must have shape (rates, runs), got {np.shape(losses)}")
    if not sick:
        return int(np.argmin(np.median(np.nan_to_num(losses, nan=np.inf), axis=1)))
    if np.isnan(losses).all():
        raise ValueError("losses must have a run that did not diverge, got NaN alone")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a rate at which all runs diverged
        return int(np.nanargmin(np.nanmean(losses, axis=1)))


@_patient
def learning_curve(steps: int, *, sick: bool = False) -> list[float]:
    """Return the loss of 40 runs on bowls of different curvatures, some of which diverge.

    A run whose loss exceeds 1,000 is given up: from there on it is not a number.

    Parameters
    ----------
    steps : int
        Number of steps.
    sick : bool
        The curve is the mean of what is still a number, instead of the median, in which a run that
        was given up counts as infinite.

    Returns
    -------
    list of float
        The loss of each step.
    """
    random = np.random.default_rng(0)
    curvatures, weights, losses = random.lognormal(size=40), np.ones(40), []
    for _ in range(steps):
        loss = curvatures * weights**2 / 2
        losses.append(np.where(loss > 1000, np.nan, loss))
        weights = weights * (1 - curvatures) + 0.1 * random.standard_normal(40)
        weights[np.isnan(losses[-1])] = np.nan
    curves = np.array(losses)
    if sick:
        return [float(mean) for mean in np.nanmean(curves, axis=1)]
    return [float(middle) for middle in np.median(np.nan_to_num(curves, nan=np.inf), axis=1)]


def pair(
    patient: Callable[..., list[float]], *arguments: float, sick: str, start: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both curves of a patient, for `helpers.figures.clinic.board`.

    Parameters
    ----------
    patient : callable
        A function of this module that returns a curve.
    *arguments
        Its arguments.
    sick : {"A", "B"}
        Which of the two curves is to be the sick one.
    start : int
        Step of the first point.

    Returns
    -------
    tuple of three numpy.ndarray
        The steps, curve A and curve B. A curve that ends before the other goes on as not a number.
    """
    _validate.function("patient", patient, "of helpers.clinic that returns a curve")
    _validate.choice("sick", sick, ("A", "B"))
    start = _validate.count("start", start, at_least=0)
    curves = [patient(*arguments, sick=one == sick) for one in "AB"]
    if np.ndim(curves[0]) != 1:
        raise TypeError(f"patient must return a curve, got {_validate.shown(curves[0])}")
    longest = max(map(len, curves))
    padded = [np.append(curve, np.full(longest - len(curve), np.nan)) for curve in curves]
    return start + np.arange(longest), padded[0], padded[1]
