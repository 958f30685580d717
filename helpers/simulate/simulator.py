"""The simulations: on a surface with its exact gradient, and on the toy's mini-batches."""

from collections.abc import Callable, Iterable
from typing import Any

import torch

from helpers import _validate
from helpers.optimizers import Optimizer
from helpers.problems import LinearRegression, Problem, mse, mse_gradient
from helpers.simulate.learner import batch_order, starting_point
from helpers.simulate.runs import Runs
from helpers.simulate.settings import combinations, prepare

__all__ = ["on_problem", "on_regression"]

LossAndGradient = Callable[[torch.Tensor, int], tuple[torch.Tensor, torch.Tensor]]


def on_problem(
    problem: Problem,
    rule: Callable[..., Optimizer],
    start: Any,
    steps: int,
    *,
    schedule: dict[str, Any] | None = None,
    threshold: float = 1e6,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
    **hyper: Any,
) -> Runs:
    """Follow a rule down a surface, every start with every combination of hyper-parameters.

    Parameters
    ----------
    problem : Problem
        The surface.
    rule : callable
        A factory of `helpers.optimizers`, such as ``optimizers.adam``.
    start : sequence or torch.Tensor
        Where to start: one point, shape (2,), or several, shape (starts, 2).
    steps : int
        How many updates, at least 1.
    schedule : dict, optional
        Hyper-parameters that change on the way: by name, shape (steps,) or (runs, steps);
        ``betas`` a tuple of two such or of numbers.
    threshold : float
        A run is out of bounds, and stops, once a parameter is larger than this or not finite.
    dtype, device
        Of the parameters and all results.
    **hyper
        Arguments of ``rule``. A list, or an array or tensor with one axis, means several values.

    Returns
    -------
    Runs
        The starts in turn, each with all combinations, the last hyper-parameter changing fastest.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit. A run that diverges is marked, not raised.

    Examples
    --------
    >>> from helpers import optimizers, problems
    >>> bowl = problems.quadratic(condition=10)
    >>> runs = on_problem(bowl, optimizers.sgd, (1, 1), steps=2, lr=[0.1, 0.05])
    >>> runs.labels[1]
    {'start': (1.0, 1.0), 'lr': 0.05}
    >>> runs.paths[1]
    tensor([[1.0000, 1.0000],
            [0.9500, 0.5000],
            [0.9025, 0.2500]], dtype=torch.float64)
    """
    steps = _validate.count("steps", steps)
    points = torch.as_tensor(start, dtype=dtype)
    if points.ndim not in (1, 2) or points.shape[-1] != 2 or not len(points):
        raise ValueError(f"start must have shape (2,) or (starts, 2), got {tuple(points.shape)}")
    points = points.reshape(-1, 2)
    settings = combinations(hyper)
    labels = tuple(
        {"start": tuple(point), **setting} for point in points.tolist() for setting in settings
    )
    first = points.to(device).repeat_interleave(len(settings), dim=0)

    def loss_and_gradient(params: torch.Tensor, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        return problem.value(params), problem.gradient(params)

    results = _descend(
        loss_and_gradient, first, steps, rule, settings * len(points), schedule, threshold
    )
    return Runs(labels, **results)


def on_regression(
    toy: LinearRegression,
    rule: Callable[..., Optimizer],
    seeds: int | Iterable[int] = 42,
    epochs: int = 10,
    *,
    batch_size: int = 16,
    schedule: dict[str, Any] | None = None,
    threshold: float = 1e6,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
    **hyper: Any,
) -> Runs:
    """Train the toy on mini-batches, every seed with every combination of hyper-parameters.

    A seed sets the start and the order of the data, as in the learner's loop that
    `helpers.simulate.learner` shows; that loop with `torch.optim` gives the same path. Rounding
    apart: 1e-12 in float64 (``nn.Linear(1, 1).double()``), about 1e-6 in float32, as sums over a
    batch are not taken in the same order.

    Parameters
    ----------
    toy : LinearRegression
        The data and their split.
    rule : callable
        A factory of `helpers.optimizers`, such as ``optimizers.adam``.
    seeds : int or iterable of int
        One or several, each at least 0.
    epochs : int
        How many passes over the training data, at least 1.
    batch_size : int
        At least 1. The last batch of an epoch is smaller if it does not divide the data.
    schedule, threshold, dtype, device, **hyper
        As for `on_problem`; steps are updates, as many an epoch as there are batches.

    Returns
    -------
    Runs
        The seeds in turn, each with all combinations, with the losses of each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit. A run that diverges is marked, not raised.

    Examples
    --------
    >>> from helpers import optimizers, problems
    >>> toy = problems.linear_regression()
    >>> runs = on_regression(toy, optimizers.sgd, seeds=range(3), lr=[0.01, 0.1])
    >>> runs.paths.shape, runs.validation_losses.shape
    (torch.Size([6, 51, 2]), torch.Size([6, 10]))
    >>> runs.labels[-1]
    {'seed': 2, 'lr': 0.1}
    """
    epochs, batch_size = (
        _validate.count("epochs", epochs),
        _validate.count("batch_size", batch_size),
    )
    seeds = list(seeds) if isinstance(seeds, Iterable) else [seeds]
    if not seeds:
        raise ValueError("seeds must be at least one, got none")
    settings = combinations(hyper)
    labels = tuple({"seed": seed, **setting} for seed in seeds for setting in settings)
    first = torch.stack([starting_point(seed) for seed in seeds]).to(device, dtype)

    # Each batch has shape (seeds, 1, batch size): all runs of a seed see the same.
    order = torch.stack([batch_order(seed, len(toy.train), epochs) for seed in seeds])
    batches = [
        tuple(part[:, None].to(device, dtype) for part in toy.data(toy.train[indices]))
        for epoch in order.unbind(1)
        for indices in epoch.split(batch_size, dim=1)
    ]

    def loss_and_gradient(params: torch.Tensor, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        params = params.unflatten(0, (len(seeds), len(settings)))
        x, y = batches[step]
        return mse(params, x, y).flatten(), mse_gradient(params, x, y).flatten(0, 1)

    first = first.repeat_interleave(len(settings), dim=0)
    results = _descend(
        loss_and_gradient, first, len(batches), rule, settings * len(seeds), schedule, threshold
    )
    per_epoch = len(batches) // epochs
    ends = results["paths"][:, per_epoch::per_epoch]
    parts = [part.split(batch_size) for part in toy.data("validation")]
    validation = [mse(ends, x, y) for x, y in zip(*parts, strict=True)]
    return Runs(
        labels,
        **results,
        train_losses=results["losses"].unflatten(1, (epochs, per_epoch)).mean(-1),
        validation_losses=torch.stack(validation).mean(0),
    )


def _descend(
    loss_and_gradient: LossAndGradient,
    first: torch.Tensor,
    steps: int,
    rule: Callable[..., Optimizer],
    hyper: list[dict[str, Any]],
    schedule: dict[str, Any] | None,
    threshold: float,
) -> dict[str, torch.Tensor]:
    """Take all steps of all runs, from ``first``, shape (runs, 2); return tensors of `Runs`."""
    threshold = _validate.number("threshold", threshold, "(0, inf)")
    if not bool((first.abs() <= threshold).all()):
        raise ValueError(f"start must be finite and at most {threshold} in size, got {first}")
    optimizer, overrides, rates = prepare(rule, hyper, schedule or {}, steps, first.device)

    paths = first.new_empty(steps + 1, *first.shape)
    gradients = first.new_empty(steps, *first.shape)
    losses = first.new_empty(steps, len(first))
    paths[0] = params = first
    state = optimizer.init(params)
    for step in range(steps):
        losses[step], gradients[step] = loss_and_gradient(params, step)
        params, state = optimizer.update(params, gradients[step], state, **overrides(step))
        paths[step + 1] = params
        # A run out of bounds is NaN from the next step on. NaN itself compares as False.
        params = params.masked_fill(~(params.abs() <= threshold).all(-1, keepdim=True), torch.nan)

    outside = ~(paths.abs() <= threshold).all(-1)
    diverged = outside.any(0)
    return {
        "paths": paths.transpose(0, 1),
        "gradients": gradients.transpose(0, 1),
        "losses": losses.T,
        "learning_rates": rates.to(first),
        "diverged": diverged,
        "diverged_at": torch.where(diverged, outside.int().argmax(0), -1),
    }
