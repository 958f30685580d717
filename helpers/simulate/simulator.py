"""Simulations on a problem with its exact gradient, and on the mini-batches of the toy."""

from collections.abc import Callable, Iterable
from typing import Any

import torch

from helpers import _validate
from helpers.optimizers import Optimizer
from helpers.problems import LinearRegression, Problem, mse, mse_gradient
from helpers.problems.surfaces import check
from helpers.simulate.runs import Runs
from helpers.simulate.sampling import batch_order, starting_point
from helpers.simulate.settings import combinations, make_optimizer, read_schedule

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
    **hyper: Any,
) -> Runs:
    """Minimise a problem, from each start with each combination of hyper-parameters.

    Parameters
    ----------
    problem : Problem
        What to minimise.
    rule : callable
        A function of `helpers.optimizers`, such as ``optimizers.adam``.
    start : array_like
        One start, shape (2,), or several, shape (starts, 2).
    steps : int
        Number of steps, at least 1.
    schedule : dict, optional
        By name of hyper-parameter, its values in all steps, shape (steps,); for ``betas`` a pair of
        such arrays or numbers.
    threshold : float
        A run has diverged once a parameter is larger than this, or not finite.
    dtype : torch.dtype
        Of the parameters and all results.
    **hyper
        Arguments of ``rule``. A sequence, array, tensor or Series means several values; as
        ``betas`` is a pair, several are a list of pairs.

    Returns
    -------
    Runs
        Ordered by start, then by combination; the last hyper-parameter changes fastest.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range. Divergence is not an error: see `Runs`.

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
    check(problem)
    points = _validate.array("start", start)
    if points.ndim not in (1, 2) or points.shape[-1] != 2 or not points.size:
        raise ValueError(f"start must have shape (2,) or (starts, 2), got {points.shape}")
    points = points.reshape(-1, 2)
    settings = combinations(hyper)
    labels = tuple(
        {"start": tuple(point), **setting} for point in points.tolist() for setting in settings
    )

    def loss_and_gradient(params: torch.Tensor, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        value, gradient = problem.value(params), problem.gradient(params)
        _validate.tensor("problem.value(points)", value, params.shape[:1])
        return value, _validate.tensor("problem.gradient(points)", gradient, params.shape)

    first = torch.from_numpy(points).to(_validate.float_type("dtype", dtype))
    first = first.repeat_interleave(len(settings), dim=0)
    steps = _validate.count("steps", steps, at_most=_validate.MAX_STEPS)
    settings = settings * len(points)
    return Runs(
        labels,
        **_minimise(loss_and_gradient, first, steps, rule, settings, schedule, threshold),
    )


def on_regression(
    toy: LinearRegression,
    rule: Callable[..., Optimizer],
    seeds: int | Iterable[int] = 42,
    epochs: int = 10,
    *,
    batch_size: int = 16,
    start: Any = None,
    schedule: dict[str, Any] | None = None,
    threshold: float = 1e6,
    dtype: torch.dtype = torch.float32,
    **hyper: Any,
) -> Runs:
    """Train the toy on mini-batches, with each seed and each combination of hyper-parameters.

    A seed sets the start and the order of the data. The training loop in
    `helpers.simulate.sampling`, with `torch.optim`, gives the same path up to rounding: 1e-12 in
    float64 (``nn.Linear(1, 1).double()``), and about 1e-6 in float32.

    Parameters
    ----------
    toy : LinearRegression
        Data and split.
    rule : callable
        A function of `helpers.optimizers`, such as ``optimizers.adam``.
    seeds : int or iterable of int
        One or several, each from 0 to 2⁶⁴ − 1.
    epochs : int
        Number of passes over the training data, at least 1.
    batch_size : int
        At least 1. The last batch of an epoch may be smaller.
    start : array_like, optional
        (b, w), shape (2,), for all seeds, instead of the one that each seed sets.
    schedule, threshold, dtype, **hyper
        As in `on_problem`; each mini-batch is a step.

    Returns
    -------
    Runs
        Ordered by seed, then by combination; with the losses of each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range. Divergence is not an error: see `Runs`.

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
    if not isinstance(toy, LinearRegression):
        raise TypeError(f"toy must be a LinearRegression, got {_validate.shown(toy)}")
    epochs = _validate.count("epochs", epochs, at_most=_validate.MAX_STEPS)
    batch_size = _validate.count("batch_size", batch_size)
    dtype = _validate.float_type("dtype", dtype)
    all_seeds = _validate.seeds("seeds", seeds)
    settings = combinations(hyper)
    labels = tuple({"seed": seed, **setting} for seed in all_seeds for setting in settings)
    if start is None:
        first = torch.stack([starting_point(seed) for seed in all_seeds]).to(dtype)
    else:
        point = torch.from_numpy(_validate.array("start", start)).to(dtype)
        if point.shape != (2,):
            raise ValueError(f"start must have shape (2,), got {tuple(point.shape)}")
        first = point.repeat(len(all_seeds), 1)

    # Each batch has shape (seeds, 1, batch size): all runs with one seed get the same data.
    order = torch.stack([batch_order(seed, len(toy.train), epochs) for seed in all_seeds])
    batches = [
        tuple(part[:, None].to(dtype) for part in toy.data(toy.train[indices]))
        for epoch in order.unbind(1)
        for indices in epoch.split(batch_size, dim=1)
    ]

    def loss_and_gradient(params: torch.Tensor, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        params = params.unflatten(0, (len(all_seeds), len(settings)))
        x, y = batches[step]
        return mse(params, x, y).flatten(), mse_gradient(params, x, y).flatten(0, 1)

    first = first.repeat_interleave(len(settings), dim=0)
    results = _minimise(
        loss_and_gradient, first, len(batches), rule, settings * len(all_seeds), schedule, threshold
    )
    per_epoch = len(batches) // epochs
    after_epochs = results["paths"][:, per_epoch::per_epoch]
    validation = [part.split(batch_size) for part in toy.data("validation")]
    validation_losses = [mse(after_epochs, x, y) for x, y in zip(*validation, strict=True)]
    return Runs(
        labels,
        **results,
        train_losses=results["losses"].unflatten(1, (epochs, per_epoch)).mean(-1),
        validation_losses=torch.stack(validation_losses).mean(0),
    )


def _minimise(
    loss_and_gradient: LossAndGradient,
    first: torch.Tensor,
    steps: int,
    rule: Callable[..., Optimizer],
    settings: list[dict[str, Any]],
    schedule: dict[str, Any] | None,
    threshold: float,
) -> dict[str, torch.Tensor]:
    """Take all steps of all runs from ``first``, shape (runs, 2); return the fields of `Runs`."""
    threshold = _validate.number("threshold", threshold, "(0, inf)")
    if not (first.abs() <= threshold).all():
        raise ValueError(
            f"start must be finite and at most {threshold} in size, "
            f"got {_validate.shown(first.tolist())}"
        )
    optimizer, rates = make_optimizer(rule, settings)
    rows = read_schedule(schedule, settings, steps)
    learning_rates = rates[:, None].expand(-1, steps)
    if "lr" in rows:
        learning_rates = first.new_tensor(rows["lr"], dtype=torch.float64).expand(len(first), -1)

    paths = first.new_empty(steps + 1, *first.shape)
    gradients = first.new_empty(steps, *first.shape)
    losses = first.new_empty(steps, len(first))
    paths[0] = params = first
    state = optimizer.init(params)
    for step in range(steps):
        loss, gradient = loss_and_gradient(params, step)
        losses[step], gradients[step] = loss.detach(), gradient.detach()
        overrides = {name: row[step] for name, row in rows.items()}
        params, state = optimizer.update(params, gradients[step], state, **overrides)
        paths[step + 1] = params
        # From the next step on a run out of bounds is NaN. Comparing NaN gives False.
        params = params.masked_fill(~(params.abs() <= threshold).all(-1, keepdim=True), torch.nan)

    outside = ~(paths.abs() <= threshold).all(-1)
    diverged = outside.any(0)
    return {
        "paths": paths.transpose(0, 1),
        "gradients": gradients.transpose(0, 1),
        "losses": losses.T,
        "learning_rates": learning_rates.to(first),
        "diverged": diverged,
        "diverged_at": torch.where(diverged, outside.int().argmax(0), -1),
    }
