"""Full-batch training of many small networks at once, with their sharpness along the way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch

from helpers import _validate, curvature
from helpers.optimizers import Optimizer
from helpers.optimizers.base import arguments
from helpers.problems import Network
from helpers.simulate.settings import combinations, make_optimizer, read_schedule

__all__ = ["Training", "on_network"]


@dataclass(frozen=True, eq=False)
class Training:
    """Runs of a network, one row a run; ordered by seed, then by combination of settings.

    Attributes
    ----------
    labels : tuple of dict
        The seed and the hyper-parameters of each run.
    losses : torch.Tensor
        Shape (runs, steps): of all examples, before each step.
    at : torch.Tensor
        Shape (measurements,): the steps before which the sharpness was measured.
    sharpness : torch.Tensor
        Shape (runs, measurements); for a rule that divides by √v̂, that of the loss in the
        parameters so rescaled.
    theta : torch.Tensor
        Shape (runs, parameters): after the last step.
    """

    labels: tuple[dict[str, Any], ...]
    losses: torch.Tensor
    at: torch.Tensor
    sharpness: torch.Tensor
    theta: torch.Tensor


def on_network(
    network: Network,
    rule: Callable[..., Optimizer],
    seeds: int | Iterable[int] = 0,
    steps: int = 600,
    *,
    every: int = 20,
    batch_size: int | None = None,
    start: torch.Tensor | None = None,
    schedule: dict[str, Any] | None = None,
    rounds: int = 12,
    **hyper: Any,
) -> Training:
    """Train a network with each seed and each combination of hyper-parameters.

    Parameters
    ----------
    network : Network
        With its examples.
    rule : callable
        A function of `helpers.optimizers`, such as ``optimizers.sgd``.
    seeds : int or iterable of int
        Each sets a start.
    steps : int
        At least 1.
    every : int
        Steps between two measurements of the sharpness.
    batch_size : int, optional
        Examples a step, drawn without replacement, the same for all runs; by default all.
    start : torch.Tensor, optional
        Shape (seeds, parameters), instead of what the seeds set.
    schedule : dict, optional
        As for `helpers.simulate.on_problem`.
    rounds : int
        Products of the Hessian a measurement, which goes on from the direction of the last one; the
        first has five times as many.
    **hyper
        Arguments of the rule, each one value or several.

    Returns
    -------
    Training
        Losses and sharpness are NaN or infinite where a run diverges.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.
    """
    if not isinstance(network, Network):
        raise TypeError(f"network must be a Network, got {_validate.shown(network)}")
    steps = _validate.count("steps", steps, at_most=_validate.MAX_STEPS)
    every, rounds = _validate.count("every", every), _validate.count("rounds", rounds)
    examples = len(network.y)
    size = examples if batch_size is None else _validate.count("batch_size", batch_size)
    all_seeds = _validate.seeds("seeds", seeds)
    settings = combinations(hyper)
    labels = tuple({"seed": seed, **setting} for seed in all_seeds for setting in settings)
    optimizer, _ = make_optimizer(rule, settings * len(all_seeds))
    rows = read_schedule(schedule, settings, steps)
    theta = network.start(all_seeds)
    if start is not None:
        theta = _validate.tensor("start", start, theta.shape).to(theta)
    theta = theta.detach()
    # The first measurement has no direction to go on from: it takes longer, once a start.
    first = curvature.sharpness(network.loss, theta, rounds=5 * rounds)
    theta, value, direction = (
        each.repeat_interleave(len(settings), dim=0) for each in (theta, *first)
    )
    divides = "betas" in arguments(rule)
    order = torch.Generator().manual_seed(0)
    state = optimizer.init(theta)
    batches: list[torch.Tensor] = []
    losses, values = [], []
    for step in range(steps):
        if step % every == 0:
            if step:
                scale = _scale(state, rule, labels, step) if divides else None
                value, direction = curvature.sharpness(
                    network.loss, theta, scale=scale, start=direction, rounds=rounds, rel=1e-3
                )
            values.append(value)
            direction = direction.nan_to_num(1.0)
        loss, gradient = _loss_and_gradient(network, theta)
        losses.append(loss)
        if size < examples:
            batches = batches or [
                *torch.randperm(examples, generator=order, device="cpu").split(size)
            ]
            _, gradient = _loss_and_gradient(network, theta, batches.pop())
        overrides = {name: row[step] for name, row in rows.items()}
        theta, state = optimizer.update(theta, gradient, state, **overrides)
    return Training(
        labels,
        torch.stack(losses, dim=1),
        torch.arange(0, steps, every, device="cpu"),
        torch.stack(values, dim=1),
        theta,
    )


def _loss_and_gradient(
    network: Network, theta: torch.Tensor, batch: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    at = theta.detach().requires_grad_()
    with torch.enable_grad():
        loss = network.loss(at, batch)
        (gradient,) = torch.autograd.grad(loss.sum(), at)  # runs do not mix
    return loss.detach(), gradient


def _scale(
    state: Any, rule: Callable[..., Optimizer], labels: tuple[dict[str, Any], ...], step: int
) -> torch.Tensor | None:
    """Return 1/√(√v̂ + ε), by which Adam's step sees each parameter's axis; None for other rules."""
    if not hasattr(state, "exp_avg_sq"):
        return None
    known = {name: one.default for name, one in arguments(rule).items()}
    runs = [known | label for label in labels]
    betas, eps = (
        torch.tensor([run[name] for run in runs], dtype=torch.float64, device="cpu")
        for name in ("betas", "eps")
    )
    # Of AMSGrad the largest; without it, it is 0.
    second = torch.maximum(state.exp_avg_sq, getattr(state, "max_exp_avg_sq", state.exp_avg_sq))
    root = (second / (1 - betas[:, 1:] ** step)).sqrt()
    return (root + eps[:, None]).rsqrt()
