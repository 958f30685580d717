"""Numbers of chapter 4, Adam."""

import numpy as np
import torch

from book.numbers.number import Number
from helpers import averages, optimizers

__all__ = ["numbers"]


def numbers() -> dict[str, Number]:
    """Compute them, by name."""
    noise = np.geomspace(0.1, 100, 13)[:, None]
    gradients = 1 + noise * np.random.default_rng(seed=0).standard_normal((13, 6000))
    m = averages.bias_corrected_ewma(gradients, alpha=1 - 0.9)
    v = averages.bias_corrected_ewma(gradients**2, alpha=1 - 0.999)
    quiet, *_, loud = np.median(np.abs(m / np.sqrt(v))[:, 3000:], axis=1)
    weight = torch.tensor([1.0])
    left = {}
    for name in ("adam", "adamw"):
        rule = getattr(optimizers, name)(lr=0.1, weight_decay=0.1)
        left[name] = rule.update(weight, torch.zeros(1), rule.init(weight))[0].item()
    rmsprop = optimizers.rmsprop(lr=1.0)
    weight = torch.zeros(1, dtype=torch.float64)
    first = rmsprop.update(weight, torch.ones_like(weight), rmsprop.init(weight))[0].item()
    return {
        "adam_step_quiet": Number(quiet, ".2f"),
        "adam_step_loud": Number(loud, ".2f"),
        "adam_rmsprop_first": Number(-first, ".0f"),
        "adam_decay_moved": Number(1 - left["adam"], ".1f"),
        "adamw_decay_factor": Number(left["adamw"], ".2f"),
    }
