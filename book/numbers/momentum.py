"""Numbers of chapter 6, momentum."""

from typing import Any

import numpy as np
import torch

from book.numbers.number import Number
from helpers import optimizers, problems, simulate

__all__ = ["numbers"]

RULES: dict[str, tuple[Any, dict[str, Any]]] = {
    "sgd": (optimizers.sgd, {}),
    "adam": (optimizers.adam, {}),
    "momentum": (optimizers.sgd, {"momentum": 0.9}),
    "nesterov": (optimizers.sgd, {"momentum": 0.9, "nesterov": True}),
}


def numbers() -> dict[str, Number]:
    """Compute them, by name."""
    toy = problems.linear_regression()
    train, optimum = toy.surface("train"), toy.surface("all").minimum
    curvatures = torch.linalg.eigvalsh(
        torch.autograd.functional.hessian(train.value, train.minimum)
    )
    steepest, root = curvatures[-1].item(), (curvatures[-1] / curvatures[0]).sqrt().item()
    return {
        **_noise(toy),
        **_seed_42(toy, optimum),
        **_many_seeds(toy, optimum),
        "momentum_toy_curvature": Number(steepest, ".2f"),
        "momentum_toy_limit": Number(2 / steepest, ".2f"),
        "momentum_toy_limit_heavy": Number(2 * 1.9 / steepest, ".2f"),
        "momentum_toy_limit_nesterov": Number(2 * 1.9 / 2.8 / steepest, ".2f"),
        "momentum_limit_nesterov": Number(2 * 1.9 / 2.8, ".2f"),
        "momentum_toy_condition": Number(root**2),
        "momentum_toy_best": Number(((root - 1) / (root + 1)) ** 2, ".2f"),
        "momentum_condition_of_9": Number(((1 + 0.9**0.5) / (1 - 0.9**0.5)) ** 2, ",.0f"),
        **_steps(),
    }


def _noise(toy: problems.LinearRegression) -> dict[str, Number]:
    """How far a mini-batch's gradient is from that of all training data."""
    x, y = toy.data("train")
    start = simulate.on_regression(toy, optimizers.sgd, epochs=1, lr=0.1).paths[0, 0].double()

    def spread(point: torch.Tensor, size: int) -> float:
        each = problems.mse_gradient(point, x[:, None], y[:, None])
        sigma = (each - each.mean(0)).square().sum(-1).mean().sqrt().item()
        return sigma * np.sqrt((80 - size) / (79 * size))

    length = problems.mse_gradient(start, x, y).norm().item()
    return {
        "momentum_gradient": Number(length, ".2f"),
        "momentum_spread_1": Number(spread(start, 1), ".2f"),
        "momentum_spread_16": Number(spread(start, 16), ".2f"),
        "momentum_spread_least": Number(spread(toy.surface("train").minimum, 16), ".2f"),
    }


def _seed_42(toy: problems.LinearRegression, optimum: torch.Tensor) -> dict[str, Number]:
    """What the figures of one seed show."""
    runs = {
        look: simulate.on_regression(toy, rule, lr=0.1, **hyper)
        for look, (rule, hyper) in RULES.items()
        if look != "adam"
    }
    found = {}
    for look, run in runs.items():
        far = (run.paths[0, -1] - optimum).norm().item()
        found[f"momentum_{look}_distance"] = Number(far, ".2f")
        assert run.train_losses is not None
        found[f"momentum_{look}_loss"] = Number(run.train_losses[0, -1].item(), ".4f")
    for look in ("momentum", "nesterov"):
        swing = runs[look].gradients[0, :, 0].max().item()
        found[f"momentum_{look}_swing"] = Number(swing, ".2f")
    return found


def _many_seeds(toy: problems.LinearRegression, optimum: torch.Tensor) -> dict[str, Number]:
    """Medians of 100 seeds: all with the same rate, and each with its best of 21."""
    rates = np.geomspace(0.01, 10**0.5, 21)
    found, at_a_tenth = {}, {}
    for look, (rule, hyper) in RULES.items():
        runs = simulate.on_regression(toy, rule, seeds=range(100), lr=[0.1], **hyper)
        at_a_tenth[look] = (runs.paths[:, -1] - optimum).norm(dim=-1).numpy()
        runs = simulate.on_regression(toy, rule, seeds=range(100), lr=rates, **hyper)
        far = (runs.paths[:, -1] - optimum).norm(dim=-1).nan_to_num(torch.inf)
        medians = np.median(far.reshape(100, -1).numpy(), axis=0)
        median, digits = np.median(at_a_tenth[look]), ".2f" if look in ("sgd", "adam") else ".3f"
        found[f"momentum_{look}_median"] = Number(median, digits)
        found[f"momentum_{look}_best"] = Number(medians.min(), ".3f")
        found[f"momentum_{look}_rate"] = Number(rates[medians.argmin()], ".2f")
    closer = (at_a_tenth["nesterov"] < at_a_tenth["momentum"]).sum()
    return {**found, "momentum_nesterov_closer": Number(closer)}


def _steps() -> dict[str, Number]:
    """Steps of both rules, at their best, to a thousandth of the distance on a bowl of κ = 1000."""
    condition, needed = 1000, {}
    root = np.sqrt(condition)
    best = {
        "sgd": {"lr": 2 / (1 + condition)},
        "momentum": {"lr": 4 / (1 + root) ** 2, "momentum": ((root - 1) / (root + 1)) ** 2},
    }
    bowl = problems.quadratic(condition)
    for look, hyper in best.items():
        runs = simulate.on_problem(bowl, optimizers.sgd, (1, 1), steps=4 * condition + 20, **hyper)
        far = runs.paths[0].norm(dim=-1)
        needed[look] = int((far > far[0] / 1000).nonzero().max()) + 1
    return {
        "momentum_steps_sgd": Number(needed["sgd"], ",.0f"),
        "momentum_steps_best": Number(needed["momentum"], ",.0f"),
        "momentum_steps_ratio": Number(needed["sgd"] / needed["momentum"], ".0f"),
    }
