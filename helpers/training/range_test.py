"""The learning-rate range test: raise the rate from step to step and watch the loss."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from helpers import _validate, averages
from helpers.training import random_state
from helpers.training.batches import Batch, Batches, LoaderBatches, batches
from helpers.training.faults import BatchCheck, check_loss_function, check_optimizer
from helpers.training.gradients import Gradients
from helpers.training.modes import check_trainable, device_of, in_mode
from helpers.training.progress import Progress
from helpers.training.random_state import seeded
from helpers.training.restoring import restored
from helpers.training.steps import needs_closure, quick_step

__all__ = ["RangeTest", "range_test"]

SCALES = ("exponential", "linear")
MARGIN = 3  # below the rate at which steps begin to harm


@dataclass(frozen=True)
class RangeTest:
    """Result of `range_test`.

    Attributes
    ----------
    learning_rates : torch.Tensor
        Shape (steps done,), float64: the rate of each update.
    losses : torch.Tensor
        Shape (steps done,): the loss of the mini-batch that each update was made on, before it.
    smoothed : torch.Tensor
        Shape (steps done,): their bias-corrected EWMA.
    suggested : float
        A third of the rate that made the smoothed loss lowest; NaN if it never falls. From there
        on steps did more harm than good. The average is late by its average age, and the rate is
        that of so many steps before.
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
    loss_function: Callable[..., torch.Tensor],
    optimizer: Optimizer,
    train: Any,
    *,
    start: float = 1e-5,
    end: float = 1.0,
    steps: int = 100,
    scale: str = "exponential",
    alpha: float = 0.2,
    stop_above: float = 4.0,
    batch_size: int | None = None,
    seed: int = 0,
    progress: bool | None = None,
) -> RangeTest:
    r"""Train for some steps, each at a higher learning rate than the one before.

    .. math::
        \eta_i = \eta_0 \left(\frac{\eta_1}{\eta_0}\right)^{i / (n - 1)}
        \quad\text{or}\quad \eta_i = \eta_0 + (\eta_1 - \eta_0) \frac{i}{n - 1}

    Too low a rate leaves the loss where it is; a good one makes it fall; too high a one makes it
    grow. Smith (2017, arXiv:1506.01186, section 3.3) raised the rate linearly; in equal factors it
    covers several orders of magnitude.

    Model, optimizer, scheduler, gradients and random states are afterwards exactly as before.

    Parameters
    ----------
    model, loss_function, optimizer, train
        As for `helpers.training.fit`. All groups of parameters get the same rate.
    start, end : float
        The first rate, above 0, and the last, above the first.
    steps : int
        How many updates, at least 2. The data are gone through as often as that takes.
    scale : {"exponential", "linear"}
        Whether the rate grows by equal factors or by equal amounts.
    alpha : float
        Weight of the newest loss in the smoothed one, in (0, 1].
    stop_above : float
        Stop once the smoothed loss is this many times as large as the lowest so far, above 1; or
        once a loss is NaN or infinite, which is then left out.
    batch_size, seed
        As for `helpers.training.fit`.
    progress : bool, optional
        Whether to show a line that tells how far it is; by default where somebody watches.

    Returns
    -------
    RangeTest
        Rates, losses, and a suggestion.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or the very first loss is not finite.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> from helpers import training
    >>> x = torch.linspace(-1, 1, 64)[:, None]
    >>> model = nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    >>> test = training.range_test(
    ...     model, nn.MSELoss(), optimizer, (x, 2 * x + 1), start=1e-3, end=10, batch_size=16
    ... )
    >>> test.diverged, 0.01 < test.suggested < 1
    (True, True)
    >>> optimizer.param_groups[0]["lr"]
    0.01
    """
    check_trainable(model)
    check_loss_function(loss_function)
    check_optimizer(optimizer, model)
    if needs_closure(optimizer):
        raise TypeError(
            f"optimizer must step without a closure, got {type(optimizer).__name__}, which chooses "
            "its step itself"
        )
    start = _validate.number("start", start, "(0, inf)")
    end = _validate.number("end", end, f"({start}, inf)")
    steps = _validate.count("steps", steps, at_least=2)
    _validate.choice("scale", scale, SCALES)
    alpha = _validate.number("alpha", alpha, "(0, 1]")
    stop_above = _validate.number("stop_above", stop_above, "(1, inf)")
    seed = _validate.count("seed", seed, at_least=0)
    device = device_of(model)
    source = batches("train", train, batch_size, device)
    # ηᵢ = η₀ (η₁ / η₀)^(i / (n − 1)), or ηᵢ = η₀ + (η₁ − η₀) i / (n − 1)
    spaced = np.geomspace if scale == "exponential" else np.linspace
    rates = spaced(start, end, steps).tolist()

    sources = [source.loader] if isinstance(source, LoaderBatches) else []
    check = BatchCheck("train", source, model, loss_function)
    before = random_state.capture(device, *sources)
    try:
        with (
            seeded(seed, device),
            restored(model, optimizer),
            in_mode(model, training=True),
            Progress("training.range_test", progress) as line,
        ):
            gradients = Gradients(model, loss_function, optimizer, check)
            order = torch.Generator().manual_seed(seed)
            drawn = zip(rates, _endless(source, order), strict=False)
            losses = _climb(gradients, optimizer, drawn, steps, alpha, stop_above, line)
    finally:
        random_state.restore(before, device, *sources)
    if not losses:
        raise ValueError("the loss must be finite at the start, got NaN or infinity")
    smoothed = averages.bias_corrected_ewma(torch.tensor(losses, dtype=torch.float64), alpha)
    return RangeTest(
        learning_rates=torch.tensor(rates[: len(losses)], dtype=torch.float64),
        losses=torch.tensor(losses, dtype=torch.float64),
        smoothed=smoothed,
        suggested=_suggested(rates, smoothed, alpha),
        diverged=len(losses) < steps,
    )


def _climb(
    gradients: Gradients,
    optimizer: Optimizer,
    drawn: Iterable[tuple[float, Batch]],
    steps: int,
    alpha: float,
    stop_above: float,
    line: Progress,
) -> list[float]:
    """Make one update at each rate, and return the losses as far as they are good."""
    step = quick_step(optimizer)
    losses: list[float] = []
    average, lowest = 0.0, math.inf
    for rate, (x, y) in drawn:
        loss, _ = gradients(x, y)
        if not math.isfinite(loss):
            break
        losses.append(loss)
        # vₜ = β vₜ₋₁ + α xₜ, corrected by 1 − βᵗ
        average = (1 - alpha) * average + alpha * loss
        smoothed = average / (1 - (1 - alpha) ** len(losses))
        lowest = min(lowest, smoothed)
        if smoothed > stop_above * lowest:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate
        step()
        if line.is_due():
            line.show(len(losses) / steps, rate=rate, loss=smoothed)
    return losses


def _suggested(rates: list[float], smoothed: torch.Tensor, alpha: float) -> float:
    """Return the rate to try, NaN if the loss never falls."""
    lowest = int(smoothed.argmin())
    if not lowest:
        return math.nan
    # A loss is the work of the updates before it: the newest in the average is one step old.
    age = averages.average_age(averages.ewma_weights(alpha, lags=lowest + 1))
    return float(np.interp(lowest - age, range(len(rates)), rates)) / MARGIN


def _endless(source: Batches, order: torch.Generator) -> Iterator[Batch]:
    while True:
        yield from source.epoch(order)
