"""Moving averages: plain, exponentially weighted, and corrected for their bias.

Every average runs along one axis of a numpy array or a torch tensor and keeps its kind, shape and
precision. Chapter 2 (EWMA) and chapter 3 (bias) teach what is computed here.

Notation: ``alpha`` is the weight of the newest value and ``beta = 1 - alpha`` that of the past.
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
    "beta_from_alpha",
    "beta_from_periods",
    "bias_corrected_ewma",
    "bias_ratio",
    "ewma",
    "ewma_weights",
    "ma_weights",
    "moving_average",
    "periods_from_alpha",
    "periods_from_beta",
    "steps_until_bias_below",
]

Values = TypeVar("Values", np.ndarray, torch.Tensor)


def moving_average(values: Values, periods: int, axis: int = -1) -> Values:
    r"""Mean of the last ``periods`` values; of those there are, while there are fewer.

    .. math:: \text{MA}_t = \frac{1}{\min(t, N)} \sum_{i=0}^{\min(t, N)-1} x_{t-i}

    Parameters
    ----------
    values : numpy.ndarray or torch.Tensor
        Any shape; time runs along ``axis``.
    periods : int
        How many values are averaged, at least 1.
    axis : int
        The axis of time.

    Returns
    -------
    numpy.ndarray or torch.Tensor
        Of the kind and shape of ``values``.

    Raises
    ------
    TypeError, ValueError
        If ``values`` holds no finite real numbers, or ``periods`` or ``axis`` does not fit.

    Examples
    --------
    >>> moving_average(np.array([3.0, 5.0, 7.0, 9.0]), periods=2)
    array([3., 4., 6., 8.])
    """
    steps = _over_time(values, axis)
    periods = _validate.count("periods", periods)
    means = [steps[max(0, t + 1 - periods) : t + 1].mean(0) for t in range(len(steps))]
    return _stacked(means, steps, axis)


def ewma(values: Values, alpha: float, axis: int = -1) -> Values:
    r"""Exponentially weighted moving average, started from zero.

    .. math:: v_t = \beta v_{t-1} + \alpha x_t, \qquad v_0 = 0, \quad \beta = 1 - \alpha

    Started from zero it is biased towards zero for the first steps; `bias_corrected_ewma` is not.

    Parameters
    ----------
    values : numpy.ndarray or torch.Tensor
        Any shape; time runs along ``axis``.
    alpha : float
        Weight of the newest value, in (0, 1]. With 1 the average is the value itself.
    axis : int
        The axis of time.

    Returns
    -------
    numpy.ndarray or torch.Tensor
        Of the kind and shape of ``values``.

    Raises
    ------
    TypeError, ValueError
        If ``values`` holds no finite real numbers, or ``alpha`` or ``axis`` does not fit.

    Examples
    --------
    >>> ewma(np.array([8.0, 8.0, 8.0]), alpha=0.5)
    array([4., 6., 7.])
    """
    steps = _over_time(values, axis)
    alpha = _validate.number("alpha", alpha, "(0, 1]")
    beta = 1 - alpha
    average = 0 * steps[0]
    averages = []
    for value in steps:
        # vₜ = β vₜ₋₁ + α xₜ
        average = beta * average + alpha * value
        averages.append(average)
    return _stacked(averages, steps, axis)


def bias_corrected_ewma(values: Values, alpha: float, axis: int = -1) -> Values:
    r"""EWMA divided by the sum of its weights so far, so that it starts at the first value.

    .. math:: \hat v_t = \frac{v_t}{1 - \beta^t}

    The correction of Adam (Kingma and Ba, 2015, arXiv:1412.6980, section 3). It is also what
    ``pandas.Series.ewm`` computes by default (``adjust=True``).

    Parameters
    ----------
    values, alpha, axis
        As for `ewma`.

    Returns
    -------
    numpy.ndarray or torch.Tensor
        Of the kind and shape of ``values``.

    Raises
    ------
    TypeError, ValueError
        As for `ewma`.

    Examples
    --------
    >>> bias_corrected_ewma(np.array([8.0, 8.0, 8.0]), alpha=0.5)
    array([8., 8., 8.])
    """
    averages = _over_time(ewma(values, alpha, axis), axis)
    # 1 − βᵗ as the sum of the weights so far: 1 - beta**t itself loses its digits as α → 0
    sums = np.cumsum(ewma_weights(alpha, lags=len(averages))).tolist()
    # v̂ₜ = vₜ / (1 − βᵗ)
    corrected = [average / total for average, total in zip(averages, sums, strict=True)]
    return _stacked(corrected, averages, axis)


def ma_weights(periods: int, lags: int) -> np.ndarray:
    """Weight that a moving average gives to each of the last ``lags`` values, newest first.

    Parameters
    ----------
    periods : int
        How many values are averaged, at least 1.
    lags : int
        How many weights to return, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (lags,): 1 / periods for the first ``periods`` lags, then 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number in its range.

    Examples
    --------
    >>> ma_weights(periods=2, lags=3)
    array([0.5, 0.5, 0. ])
    """
    periods = _validate.count("periods", periods)
    age = np.arange(_validate.count("lags", lags))
    return np.where(age < periods, 1 / periods, 0.0)


def ewma_weights(alpha: float, lags: int) -> np.ndarray:
    r"""Weight that an EWMA gives to each of the last ``lags`` values, newest first.

    .. math:: w_k = \alpha (1 - \alpha)^k

    Parameters
    ----------
    alpha : float
        Weight of the newest value, in (0, 1].
    lags : int
        How many weights to return, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (lags,). Their sum is 1 − (1 − α) ** lags.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number in its range.

    Examples
    --------
    >>> ewma_weights(alpha=0.5, lags=3)
    array([0.5  , 0.25 , 0.125])
    """
    alpha = _validate.number("alpha", alpha, "(0, 1]")
    lag = np.arange(_validate.count("lags", lags))
    # wₖ = α (1 − α)ᵏ
    return alpha * (1 - alpha) ** lag


def average_age(weights: np.ndarray) -> float:
    r"""Mean age of the values in an average, in steps, the newest being one step old.

    .. math:: \frac{\sum_k (k + 1)\, w_k}{\sum_k w_k}

    It is (N + 1) / 2 for a moving average of N periods and tends to 1 / α for an EWMA
    (Godoy, *Deep Learning with PyTorch Step-by-Step*, chapter 6).

    Parameters
    ----------
    weights : numpy.ndarray
        Shape (lags,), newest first, not negative and not all zero.

    Returns
    -------
    float
        In steps, at least 1.

    Raises
    ------
    ValueError
        If ``weights`` is not such an array.

    Examples
    --------
    >>> average_age(ma_weights(periods=5, lags=10))
    3.0
    """
    try:
        weights = np.asarray(weights, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"weights must be a row of finite numbers, got {weights!r}") from None
    if weights.ndim != 1 or not np.isfinite(weights).all() or not weights.sum() > 0:
        raise ValueError(f"weights must be a row of finite numbers, not all zero, got {weights!r}")
    if (weights < 0).any():
        raise ValueError(f"weights must not be negative, got {weights.min()} among them")
    age = np.arange(1, len(weights) + 1)
    return float((age * weights).sum() / weights.sum())


def alpha_from_periods(periods: float) -> float:
    r"""Weight α of the EWMA whose average age is that of a moving average: α = 2 / (N + 1).

    Parameters
    ----------
    periods : float
        N of the moving average, at least 1.

    Returns
    -------
    float
        In (0, 1].

    Raises
    ------
    TypeError, ValueError
        If ``periods`` is no number in its interval.

    Examples
    --------
    >>> alpha_from_periods(19)
    0.1
    """
    return 2 / (_validate.number("periods", periods, "[1, inf)") + 1)


def periods_from_alpha(alpha: float) -> float:
    """Periods of the moving average of equal average age: N = 2 / α − 1.

    Parameters
    ----------
    alpha : float
        Weight of the newest value, in (0, 1].

    Returns
    -------
    float
        At least 1.

    Raises
    ------
    TypeError, ValueError
        If ``alpha`` is no number in its interval.

    Examples
    --------
    >>> periods_from_alpha(0.5)
    3.0
    """
    return 2 / _validate.number("alpha", alpha, "(0, 1]") - 1


def beta_from_alpha(alpha: float) -> float:
    """Weight of the past, β = 1 − α.

    Parameters
    ----------
    alpha : float
        Weight of the newest value, in (0, 1].

    Returns
    -------
    float
        In [0, 1).

    Raises
    ------
    TypeError, ValueError
        If ``alpha`` is no number in its interval.
    """
    return 1 - _validate.number("alpha", alpha, "(0, 1]")


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
        If ``beta`` is no number in its interval.
    """
    return 1 - _validate.number("beta", beta, "[0, 1)")


def beta_from_periods(periods: float) -> float:
    """Weight β of the past in the EWMA of equal average age: β = (N − 1) / (N + 1).

    Parameters
    ----------
    periods : float
        N of the moving average, at least 1.

    Returns
    -------
    float
        In [0, 1).

    Raises
    ------
    TypeError, ValueError
        If ``periods`` is no number in its interval.

    Examples
    --------
    >>> beta_from_periods(19)
    0.9
    """
    periods = _validate.number("periods", periods, "[1, inf)")
    return (periods - 1) / (periods + 1)


def periods_from_beta(beta: float) -> float:
    """Periods of the moving average of equal average age: N = (1 + β) / (1 − β).

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
        If ``beta`` is no number in its interval.
    """
    beta = _validate.number("beta", beta, "[0, 1)")
    return (1 + beta) / (1 - beta)


@overload
def bias_ratio(beta: float, step: int) -> float: ...
@overload
def bias_ratio(beta: float, step: np.ndarray) -> np.ndarray: ...
def bias_ratio(beta: float, step: int | np.ndarray) -> float | np.ndarray:
    r"""How many times the corrected EWMA is as large as the uncorrected one.

    .. math:: \frac{\hat v_t}{v_t} = \frac{1}{1 - \beta^t}

    Parameters
    ----------
    beta : float
        Weight of the past, in [0, 1).
    step : int or numpy.ndarray of int
        The step t, counted from 1, of any shape.

    Returns
    -------
    float or numpy.ndarray
        Of the shape of ``step``.

    Raises
    ------
    TypeError, ValueError
        If ``beta`` lies outside [0, 1) or a step is not a whole number of at least 1.

    Examples
    --------
    >>> round(bias_ratio(0.9, step=19), 3)
    1.156
    """
    beta = _validate.number("beta", beta, "[0, 1)")
    steps = np.asarray(step)
    if not np.issubdtype(steps.dtype, np.integer):
        raise TypeError(f"step must be a whole number of at least 1, got {step!r}")
    if not (steps >= 1).all():
        raise ValueError(f"step must be a whole number of at least 1, got {step!r}")
    # 1 / (1 − βᵗ)
    ratio = 1 / (1 - beta ** steps.astype(float))
    return float(ratio) if steps.ndim == 0 else ratio


def steps_until_bias_below(beta: float, share: float) -> int:
    r"""First step at which the correction changes the average by less than ``share``.

    The smallest t with

    .. math:: \frac{1}{1 - \beta^t} - 1 < \text{share}

    Parameters
    ----------
    beta : float
        Weight of the past, in [0, 1).
    share : float
        The correction that is small enough: 0.01 for one per cent. Above 0.

    Returns
    -------
    int
        The step, counted from 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number in its range.

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


def _over_time(values: Any, axis: int) -> Any:
    """Check ``values`` and bring its axis of time to the front."""
    if not isinstance(values, torch.Tensor):
        values = np.asarray(values)
    kind = str(values.dtype).removeprefix("torch.")
    if not kind.startswith(("float", "bfloat", "int", "uint")):
        raise TypeError(f"values must hold real numbers, got dtype {values.dtype}")
    if values.ndim == 0 or 0 in values.shape:
        raise ValueError(f"values must not be empty, got shape {tuple(values.shape)}")
    if "float" not in kind:
        values = values.astype(float) if isinstance(values, np.ndarray) else values.double()
    if not (np if isinstance(values, np.ndarray) else torch).isfinite(values).all():
        raise ValueError("values must be finite, got NaN or infinity among them")
    if isinstance(axis, bool) or not isinstance(axis, Integral):
        raise TypeError(f"axis must be a whole number, got {axis!r}")
    if not -values.ndim <= axis < values.ndim:
        raise ValueError(
            f"axis must be one of the {values.ndim} axes of values, whose shape is "
            f"{tuple(values.shape)}, got {axis}"
        )
    return (
        values.movedim(axis, 0)
        if isinstance(values, torch.Tensor)
        else np.moveaxis(values, axis, 0)
    )


def _stacked(steps: list[Any], like: Any, axis: int) -> Any:
    """Put the steps back together, with time along ``axis``."""
    if isinstance(like, np.ndarray):
        # numpy 1 makes a double of a float32 number times a Python one
        return np.stack(steps, axis=axis, dtype=like.dtype)
    return torch.stack(steps, dim=axis)
