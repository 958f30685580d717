"""The learning-rate range test: raise the rate from step to step and watch the loss."""

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from helpers import _validate, averages, language
from helpers._progress import progress_bar
from helpers._random import kept
from helpers.training import _model
from helpers.training._batches import make_batches
from helpers.training._loss import Forward, LossFunction, check_loss

__all__ = ["RangeTest", "range_test"]

MARGIN = 3  # the suggestion is this many times below the rate at which steps begin to harm


@dataclass(frozen=True, eq=False)
class RangeTest:
    """Result of `range_test`.

    Attributes
    ----------
    learning_rates : torch.Tensor
        Shape (steps done,), float64: the rate of each update.
    losses, smoothed : torch.Tensor
        Shape (steps done,): the loss of each mini-batch, before the update on it, and the
        bias-corrected EWMA of these losses.
    suggested : float
        A third of the rate that made the smoothed loss lowest, from which on steps did more harm
        than good; NaN if it never falls. The average lags by its average age, so this is the rate
        of so many steps before.
    diverged : bool
        Whether the test stopped before its last rate, as the loss had become too large.
    """

    learning_rates: torch.Tensor
    losses: torch.Tensor
    smoothed: torch.Tensor
    suggested: float
    diverged: bool


def range_test(
    model: nn.Module,
    loss_function: LossFunction,
    optimizer: Optimizer,
    train: Any,
    *,
    start: float = 1e-5,
    end: float = 1.0,
    steps: int = 100,
    alpha: float = 0.2,
    stop_above: float = 4.0,
    batch_size: int | None = None,
    seed: int = 0,
    progress: bool | None = None,
) -> RangeTest:
    r"""Train for some steps, each at a higher learning rate than the one before.

    .. math::
        \eta_i = \eta_0 \left(\frac{\eta_1}{\eta_0}\right)^{i / (n - 1)}

    Too low a rate leaves the loss where it is, a good one makes it fall, too high a one makes it
    grow (Smith, 2017, arXiv:1506.01186, section 3.3, whose rate rose linearly).

    Afterwards model, optimizer, scheduler, gradients and random state are exactly as before. A
    schedule-free optimizer, which has ``train()``, is tested in training mode.

    Parameters
    ----------
    model, loss_function, optimizer, train
        As for `fit`. All groups of parameters get the same rate.
    start, end : float
        The first rate, above 0, and the last, above the first.
    steps : int
        Number of updates, at least 2; as many epochs as that takes.
    alpha : float
        Weight of the newest loss in the smoothed one, in (0, 1].
    stop_above : float
        Stop once the smoothed loss is this many times as large as the lowest so far, above 1; or
        once a loss is NaN or infinite, which is left out. If a loss was negative, stop once the
        smoothed loss lies ``stop_above - 1`` times the largest absolute loss above the lowest.
    batch_size, seed, progress
        As for `fit`.

    Returns
    -------
    RangeTest
        Rates, losses, and a suggestion.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or the very first loss is not finite.
    """
    _model.check_trainable(model)
    check_loss(loss_function)
    _model.check_optimizer(optimizer, model)
    start = _validate.number("start", start, "(0, inf)")
    end = _validate.number("end", end, f"({start}, inf)")
    for parameter in model.parameters():
        if parameter.is_floating_point():
            _validate.representable("end", end, parameter, "the model")
    steps = _validate.count("steps", steps, at_least=2, at_most=_validate.MAX_STEPS)
    alpha = _validate.number("alpha", alpha, "(0, 1]")
    stop_above = _validate.number("stop_above", stop_above, "(1, inf)")
    seed = _validate.seed("seed", seed)
    device = _model.device_of(model)
    batches = make_batches("train", train, batch_size, device)
    # ηᵢ = η₀ (η₁ / η₀)^(i / (n − 1))
    rates = np.geomspace(start, end, steps).tolist()

    forward = Forward("train", batches, model, loss_function)
    forward.try_out([optimizer])
    losses: list[float] = []
    smoothed, total, largest, lowest, size = 0.0, 0.0, 0.0, math.inf, 0.0
    texts = language.text("training.batch"), language.text("training.range_test")
    with (
        kept(seed, device, getattr(batches, "loader", None)),
        _model.training_undone(model, loss_function, optimizer),
        _model.in_mode(model, training=True),
        _model.training_mode([optimizer]),
        progress_bar(steps, *texts, show=progress) as bar,
    ):
        order = torch.Generator().manual_seed(seed)
        endless = itertools.chain.from_iterable(batches.epoch(order) for _ in itertools.count())
        for rate, (x, y) in zip(rates, endless, strict=False):
            optimizer.zero_grad()
            _, loss = forward(x, y)
            value = loss.item()
            if not math.isfinite(value):
                break
            losses.append(value)
            # v̂ₜ = v̂ₜ₋₁ + α / (1 − βᵗ) (xₜ − v̂ₜ₋₁)
            total = (1 - alpha) * total + alpha
            smoothed += alpha / total * (value - smoothed)
            largest = max(largest, abs(value))
            if smoothed < lowest:
                lowest, size = smoothed, smoothed if min(losses) >= 0 else largest
            if smoothed > lowest + (stop_above - 1) * size:
                break
            loss.backward()
            for group in optimizer.param_groups:
                group["lr"] = rate
            _model.step([optimizer])
            bar.update()
    if not losses:
        raise ValueError("the loss must be finite at the start, got NaN or infinity")
    rows = torch.tensor([rates[: len(losses)], losses], dtype=torch.float64, device="cpu")
    averaged = averages.bias_corrected_ewma(rows[1], alpha)
    return RangeTest(
        learning_rates=rows[0],
        losses=rows[1],
        smoothed=averaged,
        suggested=_suggest(rates, int(averaged.argmin()), alpha),
        diverged=len(losses) < steps,
    )


def _suggest(rates: list[float], best: int, alpha: float) -> float:
    """Return the rate to try if the smoothed loss is lowest at step ``best``; NaN at the first."""
    if not best:
        return math.nan
    # A loss is the work of the updates before it: the newest in the average is one step old.
    age = averages.average_age(averages.ewma_weights(alpha, lags=best + 1))
    return float(np.interp(best - age, range(len(rates)), rates)) / MARGIN
