"""Figures of `helpers.figures.adam`: with the chapter's data, and with other data."""

from typing import Any

import numpy as np

from helpers import averages
from helpers.figures import adam
from tests.figure_cases.case import Case

__all__ = ["CASES", "IN_WORDS"]


def first_size(eps: float) -> dict[str, Any]:
    sizes = np.logspace(-6, 4, 41)
    return {
        "gradients": sizes,
        "sgd": sizes,
        "adam": sizes / (sizes + 1e-8),
        "large_eps": sizes / (sizes + eps),
        "eps": eps,
    }


def agreement(seed: int) -> dict[str, Any]:
    noise = np.geomspace(0.1, 100, 13)
    gradients = 1 + noise[:, None] * np.random.default_rng(seed).standard_normal((13, 400))
    m = averages.bias_corrected_ewma(gradients, 1 - 0.9)
    v = averages.bias_corrected_ewma(gradients**2, 1 - 0.999)
    low, middle, high = np.quantile(np.abs(m / np.sqrt(v)), [0.25, 0.5, 0.75], axis=1)
    return {"noise": noise, "low": low, "middle": middle, "high": high}


def decay(lr: float) -> dict[str, Any]:
    steps = np.arange(101)
    return {
        "adam": {first: first - lr * steps for first in (1.0, 100.0)},
        "adamw": {first: first * (1 - 0.1 * lr) ** steps for first in (1.0, 100.0)},
    }


def misled(slowness: float) -> dict[str, Any]:
    steps = np.arange(301)
    return {"adam": np.tanh(steps / slowness), "amsgrad": -np.tanh(steps / slowness)}


def with_betas(betas: tuple[float, float]) -> dict[str, Any]:
    gradients = np.random.default_rng(0).standard_normal(50) - np.linspace(1.5, 0, 50)
    m = averages.bias_corrected_ewma(gradients, 1 - betas[0])
    v = averages.bias_corrected_ewma(gradients**2, 1 - betas[1])
    return {"gradients": gradients, "adapted": m / np.sqrt(v), "betas": betas}


CASES = {
    "adam.first_step": Case(adam.first_step, first_size, (1e-3, 5e-4)),
    "adam.agreement": Case(adam.agreement, agreement, (0, 1)),
    "adam.decay": Case(adam.decay, decay, (0.01, 0.02), as_shares=True),
    "adam.amsgrad": Case(adam.amsgrad, misled, (60, 400)),
    "adam.explorer": Case(adam.explorer, with_betas, ((0.9, 0.999), (0, 0.5), (0.99, 0.999))),
}

IN_WORDS = {
    "adam.first_step": [
        "from 10⁻⁶ to 10⁴",
        "0.99 for the smallest and 1.00",
        "ε = 10⁻³",
        "falls to 10⁻³",
    ],
    "adam.agreement": ["At a noise of 0.1", "at a noise of 100"],
    "adam.decay": ["1 to 0.00 and 100 to 99.0", "brought them to 0.90 and 90.5", "100 steps"],
    "adam.amsgrad": ["300 steps", "Adam ends at 1.00, AMSGrad at −1.00"],
    "adam.explorer": ["β₁ = 0.9 and β₂ = 0.999", "changes sign 1 times"],
}
