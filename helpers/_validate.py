"""Argument checks: each error names the argument, what was expected and what came."""

from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch

from helpers._messages import choice as choice
from helpers._messages import shown as shown

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
"""Types of floats that torch computes with on every device."""

MAX_COUNT = 2**53
"""Above this, whole numbers are no longer exact as floats."""

MAX_STEPS = 10_000_000
"""More values than this in one result would not fit into the memory of many computers."""


def number(name: str, value: Any, interval: str = "(-inf, inf)") -> float:
    """Return ``value`` as a float if it is a finite number in ``interval``.

    Parameters
    ----------
    name : str
        Name of the argument, for the error.
    value : Any
        What the caller passed.
    interval : str
        In the usual notation: ``"(0, 1]"`` excludes 0 and includes 1.

    Raises
    ------
    TypeError
        If ``value`` is not a number (a bool is not).
    ValueError
        If ``value`` is NaN, infinite, or outside ``interval``.
    """
    expected = f"{name} must be a number in {interval}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise TypeError(f"{expected}, got {shown(value)}")
    try:
        result = float(value) + 0.0  # -0.0 becomes 0.0
    except OverflowError as error:  # a whole number or a fraction above the largest float
        raise ValueError(f"{expected}, got {shown(value)}") from error
    if not _inside(result, interval):
        raise ValueError(f"{expected}, got {shown(value)}")
    return result


def number_or_tensor(name: str, value: Any, interval: str = "(-inf, inf)") -> float | torch.Tensor:
    """Like `number`, but also accept a tensor of real numbers, and return it unchanged."""
    if not isinstance(value, torch.Tensor):
        return number(name, value, interval)
    if value.dtype not in (*FLOATS, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64):
        raise TypeError(f"{name} must hold real numbers in {interval}, got dtype {value.dtype}")
    dense(name, value)
    inside = _inside(value, interval)
    if not inside.all():
        first = value[~inside].flatten()[0].item()
        raise ValueError(f"{name} must hold numbers in {interval}, got {first!r} among them")
    return value


def count(name: str, value: Any, at_least: int = 1, at_most: int = MAX_COUNT) -> int:
    """Return ``value`` as an int if it is a whole number from ``at_least`` to ``at_most``.

    Raises
    ------
    TypeError
        If ``value`` is not an integer (a bool is not).
    ValueError
        If ``value`` is smaller or larger.
    """
    expected = f"{name} must be a whole number of at least {at_least}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, Integral):
        raise TypeError(f"{expected}, got {shown(value)}")
    result = int(value)
    if result < at_least:
        raise ValueError(f"{expected}, got {shown(value)}")
    if result > at_most:
        raise ValueError(f"{name} must be at most {at_most}, got {shown(value)}")
    return result


def seed(name: str, value: Any) -> int:
    """Return a seed that torch takes; see `count`."""
    return count(name, value, at_least=0, at_most=2**64 - 1)


def seeds(name: str, value: Any) -> list[int]:
    """Return one seed, or several in any iterable, as a list; see `seed`."""
    if isinstance(value, torch.Tensor):
        dense(name, value)
    value = value.tolist() if hasattr(value, "tolist") else value
    several = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    found = [seed(name, one) for one in (value if several else [value])]
    if not found:
        raise ValueError(f"{name} must hold at least one seed, got none")
    return found


def flag(name: str, value: Any) -> bool:
    """Return ``value`` if it is True or False, else raise a TypeError."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def function(name: str, value: Any, example: str) -> Any:
    """Return ``value`` if it can be called, else raise a TypeError; a class is no function."""
    if not callable(value) or isinstance(value, type):
        raise TypeError(f"{name} must be a function {example}, got {shown(value)}")
    return value


def float_type(name: str, value: Any) -> torch.dtype:
    """Return ``value`` if it is a dtype of `FLOATS`, else raise a TypeError."""
    if not isinstance(value, torch.dtype) or value not in FLOATS:
        raise TypeError(f"{name} must be a float type such as torch.float64, got {shown(value)}")
    return value


def representable(name: str, value: float, tensor: torch.Tensor, of: str = "params") -> float:
    """Return a number, or raise a ValueError if the dtype of ``tensor`` makes it infinite."""
    if value > torch.finfo(tensor.dtype).max:
        raise ValueError(f"{name} must be finite in the dtype {tensor.dtype} of {of}, got {value}")
    return value


def tensor(name: str, value: Any, shape: Sequence[int] | None = None) -> torch.Tensor:
    """Return ``value`` if it is a dense tensor of floats, of a shape if one is given.

    Raises
    ------
    TypeError
        If it is not such a tensor.
    ValueError
        If it has another shape.
    """
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be a tensor of floats, got {shown(value)}")
    if value.dtype not in FLOATS:
        raise TypeError(f"{name} must be a tensor of floats, got dtype {value.dtype}")
    dense(name, value)
    if shape is not None and tuple(value.shape) != tuple(shape):
        raise ValueError(f"{name} must have shape {tuple(shape)}, got {tuple(value.shape)}")
    return value


def dense(name: str, value: torch.Tensor) -> torch.Tensor:
    """Return ``value`` if it is neither sparse nor without data, else raise a TypeError."""
    if value.layout != torch.strided or value.is_meta or value.is_nested:
        raise TypeError(
            f"{name} must be a dense tensor, got layout {value.layout} on device {value.device}"
        )
    return value


def indices(name: str, value: torch.Tensor, size: int) -> torch.Tensor:
    """Return ``value`` if it is a tensor of indices into ``size`` entries, else raise an error."""
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be a tensor of indices, got {shown(value)}")
    if value.dtype != torch.int64:
        raise TypeError(f"{name} must hold indices of dtype torch.int64, got {value.dtype}")
    if not ((dense(name, value) >= 0) & (value < size)).all():
        raise ValueError(f"{name} must hold indices from 0 to {size - 1}, got {shown(value)}")
    return value


def array(name: str, value: Any) -> np.ndarray:
    """Return ``value`` as a new float64 array of the same shape.

    Parameters
    ----------
    name : str
        Name of the argument, for the error.
    value : array_like
        A number, nested lists, an array, a tensor or a pandas Series.

    Raises
    ------
    TypeError
        If it does not hold real numbers.
    ValueError
        If its rows differ in length, or some of its entries are masked.
    """
    if isinstance(value, torch.Tensor):
        value = dense(name, value).detach().cpu()
        value = value.double() if value.is_floating_point() else value
    if isinstance(value, list | tuple) and any(isinstance(part, bool | np.bool_) for part in value):
        raise TypeError(f"{name} must hold real numbers, got {shown(value)}")
    try:
        result = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:  # such as rows of different lengths
        raise ValueError(f"{name} must be an array of numbers, got {shown(value)}") from error
    if np.ma.is_masked(value):
        raise ValueError(f"{name} must have no masked entries, got {shown(value)}")
    if result.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, got {shown(value)}")
    return result.astype(float)


def row(name: str, value: Any) -> np.ndarray:
    """Return ``value`` as a float64 array of shape (n,), if finite and not empty; see `array`."""
    result = array(name, value)
    if result.ndim != 1 or len(result) == 0:
        raise ValueError(f"{name} must be one row of numbers, got shape {result.shape}")
    if not np.isfinite(result).all():
        first = result[~np.isfinite(result)][0]
        raise ValueError(f"{name} must be finite, got {first} among them")
    return result


def _inside(value: Any, interval: str) -> Any:
    """Whether a number, or each number of a tensor, is in an interval; NaN is in none."""
    low, high = map(float, interval[1:-1].split(","))
    above = value >= low if interval[0] == "[" else value > low
    below = value <= high if interval[-1] == "]" else value < high
    return above & below
