"""Arguments and checks that the schedules share."""

from typing import Any

import numpy as np

from helpers import _validate

RATE = "[0, inf)"
"""Interval of a learning rate."""


def step_numbers(steps: Any) -> np.ndarray:
    """Return 0, 1, …, steps − 1."""
    return np.arange(_validate.count("steps", steps, at_most=_validate.MAX_STEPS))


def finite(rates: np.ndarray, name: str, value: float) -> np.ndarray:
    """Return ``rates`` if they are finite; blame the argument ``name`` if they are not."""
    if not np.isfinite(rates).all():
        step = int(np.argmin(np.isfinite(rates)))
        raise ValueError(
            f"{name} must keep the rates finite, got {value}, which makes the rate of step {step} "
            f"{rates[step]}"
        )
    return rates
