"""Numbers of chapter 5, adapted gradients."""

from collections.abc import Callable

import numpy as np
import torch

from book.numbers.number import Number
from helpers import averages, optimizers, problems, simulate

__all__ = ["numbers"]


def numbers() -> dict[str, Number]:
    """Compute them, by name."""
    toy = problems.linear_regression()
    optimum = toy.surface("all").minimum
    rules: dict[str, Callable[..., optimizers.Optimizer]] = {
        "sgd": optimizers.sgd,
        "adam": optimizers.adam,
    }
    one = {name: simulate.on_regression(toy, rule, lr=0.1) for name, rule in rules.items()}
    many = {
        name: simulate.on_regression(toy, rule, seeds=range(100), lr=0.1)
        for name, rule in rules.items()
    }
    far = {name: (runs.paths[:, -1] - optimum).norm(dim=-1).numpy() for name, runs in many.items()}
    second = averages.bias_corrected_ewma(one["adam"].gradients[0, :, 1].numpy() ** 2, 0.001)

    angles = torch.arange(24, dtype=torch.float64) / 24 * 2 * torch.pi
    starts = torch.stack([angles.cos(), angles.sin()], dim=-1)
    rates = np.geomspace(1e-4, 1, 41)

    def loss_left(rule: Callable[..., optimizers.Optimizer], angle: float) -> float:
        bowl = problems.quadratic(1000, angle)
        runs = simulate.on_problem(bowl, rule, starts, steps=200, lr=rates)
        left = bowl.value(runs.paths[:, -1]).nan_to_num(torch.inf)
        return left.reshape(len(starts), len(rates)).median(dim=0).values.min().item()

    return {
        "adapted_factor_first": Number(1 / np.sqrt(second[0]), ".2f"),
        "adapted_factor_last": Number(1 / np.sqrt(second[-1]), ".2f"),
        "adapted_sgd_distance": Number((one["sgd"].paths[0, -1] - optimum).norm().item(), ".2f"),
        "adapted_adam_distance": Number((one["adam"].paths[0, -1] - optimum).norm().item(), ".2f"),
        "adapted_sgd_median": Number(np.median(far["sgd"]), ".2f"),
        "adapted_adam_median": Number(np.median(far["adam"]), ".2f"),
        "adapted_adam_closer": Number((far["adam"] < far["sgd"]).sum()),
        "adapted_sgd_1000": Number(loss_left(optimizers.sgd, 0), ".2f"),
        "adapted_adam_1000": Number(loss_left(optimizers.adam, 0), ".0e"),
        "adapted_turned_1000": Number(loss_left(optimizers.adam, 45), ".3f"),
    }
