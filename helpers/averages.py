"""Moving averages: plain, exponentially weighted (EWMA), and with bias correction.

Each average runs along one axis of a numpy array or a torch tensor, and returns an array or tensor
of the same shape and dtype. Chapters 2 (EWMA) and 3 (bias) explain them.

Notation: ``alpha`` is the weight of the newest value, ``beta = 1 - alpha`` the weight of the past.
"""

import math
from numbers import Integral
from typing import Any, TypeVar, overload

import numpy as np
import torch

from helpers import _validate

__all__ = [
    "alpha_from_beta",
    "alpha_from_periods",
    "average_age",
    "bias_corrected_ewma",
    "bias_ratio",
    "ewma",
    "ewma_weights",
    "ma_weights",
    "moving_average",
    "periods_from_beta",
    "steps_until_bias_below",
]

Values = TypeVar("Values", np.ndarray, torch.Tensor)


def moving_average(values: Values, periods: int, axis: int = -1) -> Values:
    r"""Mean of the last ``periods`` values, or of all values so far if there are fewer.

    .. math:: \text{MA}_t = \frac{1}{\min(t, N)} \sum_{i=0}^{\min(t, N)-1} x_{t-i}

    Parameters
    ----------
    values : numpy.ndarray or torch.Tensor
        Any shape, finite; whole numbers are averaged as float64.
    periods : int
        Number N of values to average, at least 1.
    axis : int
        The axis to average along, the oldest value first.

    Returns
    -------
    numpy.ndarray or torch.Tensor
        Same type and shape as ``values``.

    Raises
    ------
    TypeError, ValueError
        If ``values`` is empty or not finite, or ``periods`` or ``axis`` is out of range.

    Examples
    --------
    >>> moving_average(np.array([3.0, 5.0, 7.0, 9.0]), periods=2)
    array([3., 4., 6., 8.])
    """
    steps = _time_first(values, axis)
    periods = _validate.count("periods", periods)
    with np.errstate(over="ignore", invalid="ignore"):  # an error of its own follows
        means = [steps[max(0, t + 1 - periods) : t + 1].mean(0) for t in range(len(steps))]
    return _stack(means, steps, axis)


def ewma(values: Values, alpha: float, axis: int = -1) -> Values:
    r"""Exponentially weighted moving average that starts at zero.

    .. math:: v_t = \beta v_{t-1} + \alpha x_t, \qquad v_0 = 0, \quad \beta = 1 - \alpha

    Because it starts at zero, its first values are biased towards zero; see `bias_corrected_ewma`.

    Parameters
    ----------
    values : numpy.ndarray or torch.Tensor
        Any shape, finite; whole numbers are averaged as float64.
    alpha : float
        Weight of the newest value, in (0, 1].
    axis : int
        The axis to average along, the oldest value first.

    Returns
    -------
    numpy.ndarray or torch.Tensor
        Same type and shape as ``values``.

    Raises
    ------
    TypeError, ValueError
        If ``values`` is empty or not finite, or ``alpha`` or ``axis`` is out of range.

    Examples
    --------
    >>> ewma(np.array([8.0, 8.0, 8.0]), alpha=0.5)
    array([4., 6., 7.])
    """
    steps = _time_first(values, axis)
    alpha = _validate.number("alpha", alpha, "(0, 1]")
    return _stack(_follow(steps, [alpha] * len(steps)), steps, axis)


def bias_corrected_ewma(values: Values, alpha: float, axis: int = -1) -> Values:
    r"""EWMA divided by the sum of its weights so far: the first result is the first value.

    .. math:: \hat v_t = \frac{v_t}{1 - \beta^t}
        = \hat v_{t-1} + \frac{\alpha}{1 - \beta^t} (x_t - \hat v_{t-1})

    This is Adam's bias correction (Kingma and Ba, 2015, arXiv:1412.6980, section 3), and what
    ``pandas.Series.ewm`` computes by default (``adjust=True``).

    Parameters
    ----------
    values, alpha, axis
        As for `ewma`.

    Returns
    -------
    numpy.ndarray or torch.Tensor
        Same type and shape as ``values``.

    Raises
    ------
    TypeError, ValueError
        As for `ewma`.

    Examples
    --------
    >>> bias_corrected_ewma(np.array([8.0, 8.0, 8.0]), alpha=0.5)
    array([8., 8., 8.])
    """
    steps = _time_first(values, axis)
    weights = ewma_weights(alpha, lags=len(steps))
    # α / (1 − βᵗ), with the sum of the weights so far: 1 - beta**t would lose digits as α → 0, and
    # so would vₜ, of which α xₜ is a part.
    return _stack(_follow(steps, (weights[0] / weights.cumsum()).tolist()), steps, axis)


def ma_weights(periods: int, lags: int) -> np.ndarray:
    """Weights of the last ``lags`` values in a moving average, the newest value first.

    Parameters
    ----------
    periods : int
        Number of values that are averaged, at least 1.
    lags : int
        Number of weights to return, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (lags,): 1 / periods for the first ``periods`` lags, then 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a whole number in its range.

    Examples
    --------
    >>> ma_weights(periods=2, lags=3)
    array([0.5, 0.5, 0. ])
    """
    periods = _validate.count("periods", periods)
    lag = np.arange(_validate.count("lags", lags, at_most=_validate.MAX_STEPS))
    return np.where(lag < periods, 1 / periods, 0.0)


def ewma_weights(alpha: float, lags: int) -> np.ndarray:
    r"""Weights of the last ``lags`` values in an EWMA, the newest value first.

    .. math:: w_k = \alpha (1 - \alpha)^k

    Parameters
    ----------
    alpha : float
        Weight of the newest value, in (0, 1].
    lags : int
        Number of weights to return, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (lags,).

    Raises
    ------
    TypeError, ValueError
        If an argument is not a number in its range.

    Examples
    --------
    >>> ewma_weights(alpha=0.5, lags=3)
    array([0.5  , 0.25 , 0.125])
    """
    alpha = _validate.number("alpha", alpha, "(0, 1]")
    lag = np.arange(_validate.count("lags", lags, at_most=_validate.MAX_STEPS))
    # wₖ = α (1 − α)ᵏ
    return alpha * (1 - alpha) ** lag


def average_age(weights: np.ndarray) -> float:
    r"""Mean age of the values in an average, in steps; the newest value is one step old.

    .. math:: \frac{\sum_k (k + 1)\, w_k}{\sum_k w_k}

    For a moving average of N periods it is (N + 1) / 2; for an EWMA it tends to 1 / α
    (Godoy, *Deep Learning with PyTorch Step-by-Step*, chapter 6).

    Parameters
    ----------
    weights : array_like
        Shape (lags,), the newest value's weight first; none negative, at least one above 0.

    Returns
    -------
    float
        In steps, at least 1.

    Raises
    ------
    TypeError, ValueError
        If ``weights`` is not such an array.

    Examples
    --------
    >>> average_age(ma_weights(periods=5, lags=10))
    3.0
    """
    weights = _validate.row("weights", weights)
    if (weights < 0).any():
        raise ValueError(f"weights must not be negative, got {weights.min()} among them")
    if not weights.any():
        raise ValueError("weights must not all be zero")
    weights = weights / weights.max()  # so that the sums below cannot overflow
    age = np.arange(1, len(weights) + 1)
    return float((age * weights).sum() / weights.sum())


def alpha_from_periods(periods: float) -> float:
    """Weight α = 2 / (N + 1) of the EWMA with the average age of a moving average of N periods.

    Parameters
    ----------
    periods : float
        Periods N of the moving average, at least 1.

    Returns
    -------
    float
        In (0, 1].

    Raises
    ------
    TypeError, ValueError
        If ``periods`` is not a number in its range.

    Examples
    --------
    >>> alpha_from_periods(19)
    0.1
    """
    return 2 / (_validate.number("periods", periods, "[1, inf)") + 1)


def alpha_from_beta(beta: float) -> float:
    """Weight of the newest value, α = 1 − β.

    Parameters
    ----------
    beta : float
        Weight of the past, in [0, 1).

    Returns
    -------
    float
        In (0, 1].

    Raises
    ------
    TypeError, ValueError
        If ``beta`` is not a number in its range.
    """
    return 1 - _validate.number("beta", beta, "[0, 1)")


def periods_from_beta(beta: float) -> float:
    """Periods N = (1 + β) / (1 − β) of the moving average with the average age of an EWMA.

    Parameters
    ----------
    beta : float
        Weight of the past, in [0, 1).

    Returns
    -------
    float
        At least 1.

    Raises
    ------
    TypeError, ValueError
        If ``beta`` is not a number in its range.
    """
    beta = _validate.number("beta", beta, "[0, 1)")
    return (1 + beta) / (1 - beta)


@overload
def bias_ratio(beta: float, step: int) -> float: ...
@overload
def bias_ratio(beta: float, step: np.ndarray) -> np.ndarray: ...
def bias_ratio(beta: float, step: int | np.ndarray) -> float | np.ndarray:
    r"""Ratio of the bias-corrected EWMA to the uncorrected one.

    .. math:: \frac{\hat v_t}{v_t} = \frac{1}{1 - \beta^t}

    Parameters
    ----------
    beta : float
        Weight of the past, in [0, 1).
    step : int or numpy.ndarray of int
        The step t, counted from 1; any shape.

    Returns
    -------
    float or numpy.ndarray
        Same shape as ``step``.

    Raises
    ------
    TypeError, ValueError
        If ``beta`` is outside [0, 1), or a step is not a whole number of at least 1.

    Examples
    --------
    >>> round(bias_ratio(0.9, step=19), 3)
    1.156
    """
    beta = _validate.number("beta", beta, "[0, 1)")
    if not isinstance(step, np.ndarray):
        # 1 / (1 − βᵗ)
        return 1 / (1 - beta ** _validate.count("step", step))
    steps = _validate.array("step", step)
    if not ((steps >= 1) & (steps == np.floor(steps)) & np.isfinite(steps)).all():
        raise ValueError(f"step must hold whole numbers of at least 1, got {_validate.shown(step)}")
    return 1 / (1 - beta**steps)


def steps_until_bias_below(beta: float, share: float) -> int:
    r"""First step t at which bias correction changes the EWMA by less than ``share``.

    .. math:: \frac{1}{1 - \beta^t} - 1 < \text{share}

    Parameters
    ----------
    beta : float
        Weight of the past, in [0, 1).
    share : float
        Above 0; 0.01 is one per cent.

    Returns
    -------
    int
        The smallest such t, counted from 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a number in its range.

    Examples
    --------
    >>> steps_until_bias_below(0.9, share=0.01)
    44
    """
    beta = _validate.number("beta", beta, "[0, 1)")
    share = _validate.number("share", share, "(0, inf)")
    if beta == 0:
        return 1
    # 1 / (1 − βᵗ) − 1 < s  ⇔  βᵗ < s / (1 + s)  ⇔  t > log(s / (1 + s)) / log β
    return max(1, math.floor(math.log(share / (1 + share)) / math.log(beta)) + 1)


def _follow(steps: Any, weights: list[float]) -> list[Any]:
    """Return the averages, step by step, with the weight that each step gives its value."""
    average = 0 * steps[0]
    averages = []
    for value, weight in zip(steps, weights, strict=True):
        # vₜ = (1 − α) vₜ₋₁ + α xₜ
        average = (1 - weight) * average + weight * value
        averages.append(average)
    return averages


def _time_first(values: Any, axis: int) -> Any:
    """Check ``values``, and move the axis of time to the front."""
    if np.ma.is_masked(values):
        raise ValueError(f"values must have no masked entries, got {_validate.shown(values)}")
    is_tensor = isinstance(values, torch.Tensor)
    if is_tensor:
        _validate.dense("values", values)
    try:
        values = values if is_tensor else np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:  # such as rows of different lengths
        raise ValueError(
            f"values must be an array of numbers, got {_validate.shown(values)}"
        ) from error
    kind = getattr(values.dtype, "name", str(values.dtype).removeprefix("torch."))
    if not kind.startswith(("float", "bfloat", "int", "uint")) or kind.startswith("float8"):
        raise TypeError(f"values must hold real numbers, got dtype {values.dtype}")
    if values.ndim == 0 or 0 in values.shape:
        raise ValueError(f"values must not be empty, got shape {tuple(values.shape)}")
    if "float" not in kind:
        values = values.double() if is_tensor else values.astype(float)
    if not (torch if is_tensor else np).isfinite(values).all():
        raise ValueError("values must be finite, got NaN or infinity among them")
    if isinstance(axis, bool) or not isinstance(axis, Integral):
        raise TypeError(f"axis must be a whole number, got {_validate.shown(axis)}")
    if not -values.ndim <= axis < values.ndim:
        raise ValueError(
            f"axis must be one of the {values.ndim} axes of values, whose shape is "
            f"{tuple(values.shape)}, got {_validate.shown(axis)}"
        )
    return values.movedim(axis, 0) if is_tensor else np.moveaxis(values, axis, 0)


def _stack(steps: list[Any], like: Any, axis: int) -> Any:
    """Join the steps along ``axis``, in the type and dtype of ``like``."""
    if isinstance(like, torch.Tensor):
        joined: Any = torch.stack(steps, dim=axis)
        is_finite = torch.isfinite(joined).all()
    else:
        # numpy 1 turns a float32 scalar times a Python float into a float64
        joined = np.stack(steps, axis=axis, dtype=like.dtype)
        is_finite = np.isfinite(joined).all()
    if not is_finite:
        raise ValueError(f"values must have finite sums in their dtype, {like.dtype}, got inf")
    return joined
