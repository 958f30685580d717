"""Checks of arguments: a bad one gets an error that names it, what came and what was wanted."""

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch


def number(name: str, value: Any, interval: str = "(-inf, inf)") -> float:
    """Return ``value`` as a float if it is a finite number within ``interval``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller gave.
    interval : str
        In the usual notation: ``"(0, 1]"`` leaves out 0 and takes in 1.

    Raises
    ------
    TypeError
        If ``value`` is not a number (a bool is not).
    ValueError
        If ``value`` is NaN or infinite, or lies outside ``interval``.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number in {interval}, got {value!r}")
    try:
        plain = float(value)
    except OverflowError:  # a whole number or a fraction beyond the largest float
        plain = math.inf
    if not (math.isfinite(plain) and _inside(plain, interval)):
        raise ValueError(f"{name} must be a number in {interval}, got {value!r}")
    return plain


def numbers(name: str, value: Any, interval: str = "(-inf, inf)") -> float | torch.Tensor:
    """Like `number`, but a tensor with one value a run is welcome too, and returned as it came."""
    if not isinstance(value, torch.Tensor):
        return number(name, value, interval)
    if value.dtype == torch.bool or value.is_complex():
        raise TypeError(f"{name} must hold real numbers in {interval}, got dtype {value.dtype}")
    low, high = _bounds(interval)
    above = value >= low if interval[0] == "[" else value > low
    below = value <= high if interval[-1] == "]" else value < high
    good = above & below & torch.isfinite(value)
    if not bool(good.all()):
        bad = value[~good].flatten()[0].item()
        raise ValueError(f"{name} must hold numbers in {interval}, got {bad!r} among them")
    return value


def count(name: str, value: Any, at_least: int = 1) -> int:
    """Return ``value`` as an int if it is a whole number of at least ``at_least``.

    Raises
    ------
    TypeError
        If ``value`` is not an integer (a bool is not).
    ValueError
        If ``value`` is smaller.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number of at least {at_least}, got {value!r}")
    if value < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}, got {value!r}")
    return int(value)


def flag(name: str, value: Any) -> bool:
    """Return ``value`` if it is True or False, else raise a TypeError."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def choice(name: str, value: Any, options: Sequence[str]) -> str:
    """Return ``value`` if it is one of ``options``, else raise a ValueError that lists them."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}, got {value!r}")
    return value


def _bounds(interval: str) -> tuple[float, float]:
    low, high = interval[1:-1].split(",")
    return float(low), float(high)


def _inside(value: float, interval: str) -> bool:
    low, high = _bounds(interval)
    above = value >= low if interval[0] == "[" else value > low
    below = value <= high if interval[-1] == "]" else value < high
    return above and below
