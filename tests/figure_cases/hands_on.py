"""Figures of `helpers.figures.hands_on`: with data like the chapter's, and with other data."""

from typing import Any

import numpy as np
import torch

from helpers import averages, schedules
from helpers.figures import hands_on
from tests.figure_cases.case import Case

__all__ = ["CASES", "IN_WORDS"]

CLASSES = tuple("0123456789")


def source(seed: int) -> str:
    """MNIST for the chapter's own number, the embedded digits, which are marked, for others."""
    return "digits" if seed else "mnist"


def handwriting(seed: int, *shape: int) -> torch.Tensor:
    """Blots of ink, of shape (…, 28, 28)."""
    ink = torch.rand(*shape, 28, 28, generator=torch.Generator().manual_seed(seed))
    return ink * torch.hann_window(28)[:, None] * torch.hann_window(28)


def rising(seed: int, last: float, epochs: int = 20) -> np.ndarray:
    """Accuracies that rise, with a little noise, to the last one."""
    curve = last - (0.1 + 0.1 * seed) * np.exp(-np.arange(epochs) / 3)
    curve += np.random.default_rng(seed).normal(0, 0.002, epochs)
    return np.append(curve[:-1], last)


def table(seed: int) -> dict[str, Any]:
    return {
        "pixels": handwriting(seed, 10, 10),
        "classes": CLASSES,
        "source": source(seed),
    }


def training_and_validation(seed: int) -> dict[str, Any]:
    return {
        "train": rising(seed, 0.98),
        "validation": rising(seed, 0.974 - 0.02 * seed),
        "source": source(seed),
    }


def two_normalisations(seed: int) -> dict[str, Any]:
    return {
        "halves": rising(seed, 0.974 - 0.02 * seed),
        "own": rising(seed, 0.98),
        "source": source(seed),
    }


def staircase(step_size: int) -> dict[str, Any]:
    return {"rates": schedules.step_lr(lr=1e-3, step_size=step_size, gamma=0.5, steps=20)}


def ends_of_epochs(seed: int) -> dict[str, Any]:
    means = 0.02 + 0.25 * np.exp(-np.arange(20) / 4) * (1 + seed)
    jumps = np.random.default_rng(seed).exponential(1, 20)
    return {"means": means, "last": jumps * means, "source": source(seed)}


def noisy_gradients(periods: int) -> dict[str, Any]:
    fading = 0.3 + np.exp(-np.arange(400) / 100)
    raw = fading * np.random.default_rng(0).gamma(4, 0.25, 400)
    alpha = averages.alpha_from_periods(periods)
    return {
        "epochs": 20 * np.arange(400) / 400,
        "raw": raw,
        "smoothed": averages.bias_corrected_ewma(raw, alpha),
        "periods": periods,
        "source": source(periods > 1000),
    }


def nine_pairs(seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    scores = {
        schedule: {
            rule: random.normal(0.94 + 0.002 * row - 0.02 * seed, 0.002 + 0.01 * seed, 5)
            for rule in ("momentum", "nesterov", "adam")
        }
        for row, schedule in enumerate(("constant", "cosine", "one_cycle"))
    }
    rates = {
        schedule: {"momentum": 0.1, "nesterov": 0.03, "adam": 0.003 + 0.027 * seed}
        for schedule in scores
    }
    return {"accuracies": scores, "rates": rates, "source": source(seed)}


def confused(seed: int) -> dict[str, Any]:
    """The chapter's own number: a thousand of each class right, 7 fours read as nines, 1 else."""
    counts = torch.diag(torch.full((10,), 25 if seed else 1000))
    counts[4, 9] = 2 if seed else 7
    counts[3, 5] = 1
    return {"counts": counts, "classes": CLASSES, "source": source(seed)}


def wrong_answers(images: int) -> dict[str, Any]:
    return {
        "pixels": handwriting(images, images),
        "truth": [CLASSES[(9 + k) % 10] for k in range(images)],
        "answers": [CLASSES[(4 + k) % 10] for k in range(images)],
        "confidences": np.linspace(1.0, 0.52, images).tolist(),
        "source": source(images < 10),
    }


CASES = {
    "hands_on.samples": Case(hands_on.samples, table, (0, 1)),
    "hands_on.accuracies": Case(hands_on.accuracies, training_and_validation, (0, 1)),
    "hands_on.normalisations": Case(hands_on.normalisations, two_normalisations, (0, 1)),
    "hands_on.learning_rates": Case(hands_on.learning_rates, staircase, (5, 7)),
    "hands_on.last_batches": Case(hands_on.last_batches, ends_of_epochs, (0, 1)),
    "hands_on.smoothing": Case(hands_on.smoothing, noisy_gradients, (199, 1, 19, 1999)),
    "hands_on.comparison": Case(hands_on.comparison, nine_pairs, (0, 1)),
    "hands_on.confusion": Case(hands_on.confusion, confused, (0, 1)),
    "hands_on.mistakes": Case(hands_on.mistakes, wrong_answers, (10, 9, 5)),
}

IN_WORDS = {
    "hands_on.samples": ["10 rows", "with 10 handwritten examples", "ink covers 12%"],
    "hands_on.accuracies": ["over 20 epochs", "to 98.0%", "to 97.4%"],
    "hands_on.normalisations": ["over 20 epochs", "is higher in 20 epochs"],
    "hands_on.learning_rates": ["starts at 0.001", "ends at 0.000125", "in 4 steps", "at epoch 6"],
    "hands_on.last_batches": ["in 20 epochs", "from 0.270 to 0.022"],
    "hands_on.smoothing": ["over 20 epochs", "N = 199"],
    "hands_on.comparison": ["of 9 pairs", "5 seeds a pair"],
    "hands_on.confusion": ["of 10,008 images", "10,000 right", "8 wrong", "4 read as 9, 7 times"],
    "hands_on.mistakes": ["The 10 wrong answers", "a 9 read as 4", "from 99.9% to 52.0%"],
}
