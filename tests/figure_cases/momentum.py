"""Figures of `helpers.figures.momentum`: with the chapter's data, and with other data."""

import functools
from typing import Any

import numpy as np

from helpers import optimizers, problems, simulate
from helpers.figures import momentum
from tests.figure_cases.case import Case

__all__ = ["CASES", "IN_WORDS", "RULES", "surface_of_the_line", "train"]

RULES = {
    "sgd": (optimizers.sgd, {}),
    "adam": (optimizers.adam, {}),
    "momentum": (optimizers.sgd, {"momentum": 0.9}),
    "nesterov": (optimizers.sgd, {"momentum": 0.9, "nesterov": True}),
}


@functools.cache
def train(look: str, seed: int = 42) -> simulate.Runs:
    rule, hyper = RULES[look]
    return simulate.on_regression(problems.linear_regression(), rule, seeds=seed, lr=0.1, **hyper)


def surface_of_the_line(points: int = 41) -> dict[str, Any]:
    surface = problems.linear_regression().surface("all")
    return {
        "surface": problems.grid(surface, x=(0.7, 2.3), y=(0.7, 2.9), points=points),
        "optimum": surface.minimum.numpy(),
    }


def spread(seed: int) -> dict[str, Any]:
    """Means of standard normals, drawn without replacement from 80 of them."""
    random = np.random.default_rng(seed)
    values, sizes = random.standard_normal(80), np.array([1, 2, 4, 8, 16, 32, 64])
    picked = [random.permuted(np.tile(values, (2000, 1)), axis=1)[:, :n].mean(1) for n in sizes]
    root = values.std() / np.sqrt(sizes)
    return {
        "sizes": sizes,
        "measured": np.array([means.std() for means in picked]),
        "exact": root * np.sqrt((80 - sizes) / 79),
        "root": root,
    }


def by_batch(seed: int) -> dict[str, Any]:
    toy, paths = problems.linear_regression(), {}
    for size in (1, 16, 80):
        runs = simulate.on_regression(
            toy, optimizers.sgd, seeds=seed, epochs=size, batch_size=size, lr=0.1
        )
        paths[size] = runs.paths[0].numpy()
    surface = toy.surface("all")
    return {
        "surface": problems.grid(surface, x=(0.6, 1.6), y=(0.6, 2.1), points=41),
        "optimum": surface.minimum.numpy(),
        "paths": paths,
    }


def sum_and_average(mu: float) -> dict[str, Any]:
    weights, after = mu ** np.arange(15), 1 - mu ** np.arange(1, 51)
    return {
        "weights": {"sum": weights, "average": (1 - mu) * weights},
        "responses": {"sum": after / (1 - mu), "average": after},
        "momentum": mu,
    }


def damped(mu: float) -> dict[str, Any]:
    past = mu ** np.arange(50)
    return {
        "buffers": {tau: past + (1 - tau) * (1 - past) / (1 - mu) for tau in (0.0, 0.5, 0.9)},
        "momentum": mu,
    }


def paths_of(*looks: str) -> Any:
    def data(seed: int) -> dict[str, Any]:
        paths = {look: train(look).paths[0].numpy() + 0.01 * seed for look in looks}
        return {**surface_of_the_line(), "paths": paths}

    return data


def three_gradients(seed: int) -> dict[str, Any]:
    looks = ("sgd", "momentum", "nesterov")
    return {
        "gradients": {look: train(look, 42 + seed).gradients[0, :, 0].numpy() for look in looks}
    }


def three_losses(seed: int) -> dict[str, Any]:
    runs = {look: train(look, seed) for look in ("sgd", "momentum", "nesterov")}
    return {
        "train": {look: one.train_losses[0].numpy() for look, one in runs.items()},
        "validation": {look: one.validation_losses[0].numpy() for look, one in runs.items()},
    }


def four_distances(seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    reach = {"sgd": 1.2, "adam": 0.8, "momentum": 0.3, "nesterov": 0.1}
    return {
        "distances": {look: random.uniform(0, far, 100) for look, far in reach.items()},
        "lr": 0.1,
    }


CASES = {
    "momentum.noise": Case(momentum.noise, spread, (0, 1)),
    "momentum.batches": Case(momentum.batches, by_batch, (42, 1)),
    "momentum.gain": Case(momentum.gain, sum_and_average, (0.9, 0.8)),
    "momentum.dampening": Case(momentum.dampening, damped, (0.9, 0.8)),
    "momentum.paths": Case(momentum.paths, paths_of("sgd", "momentum"), (0, 1)),
    "momentum.flavours": Case(momentum.flavours, paths_of("sgd", "momentum", "nesterov"), (0, 1)),
    "momentum.gradients": Case(momentum.gradients, three_gradients, (0, 1)),
    "momentum.losses": Case(momentum.losses, three_losses, (42, 1)),
    "momentum.distances": Case(momentum.distances, four_distances, (0, 1)),
}

IN_WORDS = {
    "momentum.noise": ["with 1 example", "with 64"],
    "momentum.batches": ["80 updates", "batches of 1 ", "all 80 examples"],
    "momentum.gain": ["from 1 and 0.9 down to 0.23", "0.1 for the newest", "come to 9.95", "0.99"],
    "momentum.dampening": ["comes to 9.95", "with 0.5 to 4.98", "with 0.9 it stays at 1.00"],
    "momentum.paths": ["start at (0.83, 0.76)", "SGD is 0.48 away", "past it, 0.05"],
    "momentum.flavours": ["momentum 0.05 after a wide", "Nesterov 0.03"],
    "momentum.gradients": ["start near −1.66", "swing to 1.19", "only to 0.69"],
    "momentum.losses": ["ends at 0.0243, momentum at 0.0093 and Nesterov at 0.0074", "0.0278,"],
    "momentum.distances": ["for 100 seeds", "rate of 0.1", "0.70 for SGD", "0.053 for"],
}
