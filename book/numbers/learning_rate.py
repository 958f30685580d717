"""Numbers of chapter 1, learning rate."""

import numpy as np
import torch

from book.numbers.number import Number
from helpers import averages, optimizers, problems, simulate

__all__ = ["numbers"]


def numbers() -> dict[str, Number]:
    """Compute them, by name."""
    toy = problems.linear_regression()
    surface = toy.surface("train")
    flat, steep = _curvatures(toy)
    slope = 2 * 1.5
    walk = simulate.on_problem(surface, optimizers.sgd, (0, 0), steps=50, lr=0.1)
    lengths = walk.paths[0].diff(dim=0).norm(dim=-1)
    equal = np.linspace(1e-5, 0.1, 7)

    left = _median_losses(toy, [0.003, 0.03, 0.5, 0.79])
    rates = np.geomspace(1e-4, 1, 61)
    valley = _median_losses(toy, rates)
    near = np.linspace(0.78, 0.82, 41)
    whole = simulate.on_problem(surface, optimizers.sgd, (0, 0), steps=5000, lr=near)
    batches = simulate.on_regression(toy, optimizers.sgd, seeds=range(20), epochs=400, lr=near)
    lowest = _lowest_points(toy, seeds=100)
    return {
        "rate_slope": Number(slope, "+.0f"),
        "rate_step": Number(-0.2 * slope, "+.1f"),
        "rate_first_step": Number(lengths[0].item(), ".2f"),
        "rate_tenth_step": Number(lengths[9].item(), ".3f"),
        "rate_last_step": Number(lengths[-1].item(), ".3f"),
        "rate_flat": Number(flat, ".2f"),
        "rate_steep": Number(steep, ".2f"),
        "rate_limit": Number(2 / steep, ".3f"),
        "rate_left_small": Number(left[0], ".1f"),
        "rate_left_slow": Number(left[1], ".2f"),
        "rate_left_good": Number(left[2], ".4f"),
        "rate_left_edge": Number(left[3], ".2f"),
        "rate_minimum": Number(surface.minimum_value, ".4f"),
        "rate_equal": Number(len(equal)),
        "rate_equal_crowded": Number((equal > 0.01).sum()),
        "rate_best": Number(rates[valley.argmin()], ".2f"),
        "rate_diverges": Number(near[whole.diverged.numpy()].min(), ".3f"),
        "rate_diverges_batches": Number(
            near[batches.diverged.reshape(20, -1).all(0).numpy()].min(), ".3f"
        ),
        "rate_test_least": Number(lowest.min(), ".2f"),
        "rate_test_median": Number(np.median(lowest), ".2f"),
    }


def _curvatures(toy: problems.LinearRegression) -> tuple[float, float]:
    """Eigenvalues of the Hessian of the training loss, the smaller one first."""
    x, _ = toy.data("train")
    columns = torch.stack([torch.ones_like(x), x], dim=-1)
    flat, steep = torch.linalg.eigvalsh(2 * columns.T @ columns / len(x)).tolist()
    return flat, steep


def _median_losses(toy: problems.LinearRegression, rates: list[float] | np.ndarray) -> np.ndarray:
    """Training loss after 50 updates, the median of 100 seeds, for each rate."""
    runs = simulate.on_regression(
        toy, optimizers.sgd, seeds=range(100), lr=rates, threshold=1e30, dtype=torch.float64
    )
    losses = toy.surface("train").value(runs.paths[:, -1])
    return np.median(losses.reshape(100, -1).numpy(), axis=0)


def _lowest_points(toy: problems.LinearRegression, seeds: int) -> np.ndarray:
    """Rate at which the smoothed loss of a range test is lowest, seed by seed."""
    rates = np.geomspace(1e-3, 10, 100)
    runs = simulate.on_regression(
        toy,
        optimizers.sgd,
        seeds=range(seeds),
        epochs=20,
        schedule={"lr": rates},
        threshold=1e30,
        dtype=torch.float64,
    )
    losses = runs.losses.nan_to_num(1e30).clamp(max=1e30)
    return rates[averages.bias_corrected_ewma(losses, 0.05).argmin(dim=1)]
