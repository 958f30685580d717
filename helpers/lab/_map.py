"""Map: how training ends at each rate and momentum, on the smallest network of two layers."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.explore import Slider
from helpers.figures import lab as figures
from helpers.lab.component import Component, Kind, around

__all__ = ["map"]

_NEAR, _FAR = 1e-6, 1e6  # a loss that counts as none; a weight that has diverged
_CELLS = 120, 90
_RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75]


def map(rate: float = 1.1, momentum: float = 0.5, **state: Any) -> Component:  # noqa: A001
    """Show how training ends at each rate and momentum; the reader zooms in, and picks runs.

    The network has two weights, and one example: ½ (u v − 1)².

    Parameters
    ----------
    rate : float
        Of the run that is shown, from 0.001 to 2.
    momentum : float
        Of that run, from 0 to 0.999.
    **state
        ``view``, the lowest and highest rate and the lowest and highest momentum of the map;
        ``start``, from which all runs start; ``steps`` of each.

    Returns
    -------
    Component
        As the last line of a cell it shows itself.

    Raises
    ------
    TypeError, ValueError
        If there is no such field, or it cannot have such a value.

    Examples
    --------
    >>> map(0.5, start=(2, 0.2)).rate
    0.5
    """
    return Component(KIND, {"rate": rate, "momentum": momentum, **state})


def _draw(state: dict[str, Any]) -> Axes:
    left, right, bottom, top = state["view"]
    if not (left < right and bottom < top):
        left, right, bottom, top = 0, 2, 0, 0.99
    columns, rows = _CELLS
    rates = left + (right - left) * (np.arange(columns) + 0.5) / columns
    momenta = bottom + (top - bottom) * (np.arange(rows) + 0.5) / rows
    across, up = np.meshgrid(rates, momenta)
    since, _ = _follow(across, up, state["start"], state["steps"])
    return figures.map(
        since,
        (left, right, bottom, top),
        (state["rate"], state["momentum"]),
        start=state["start"],
        steps=state["steps"],
        outcome=_outcome(state),
    )


def _follow(
    rate: np.ndarray, momentum: np.ndarray, start: list[float], steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return what becomes of each run, and its last point, with the arithmetic of the scripts.

    The step from which on the loss stays near 0; infinity if there is none, and minus infinity if
    the run diverges. There the last point is the step at which it does, and NaN.
    """
    u, v = (np.full(rate.shape, value) for value in start)
    a, b = np.zeros_like(u), np.zeros_like(u)
    since, gone = np.full(rate.shape, np.inf), np.full(rate.shape, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(1, steps + 1):
            error = u * v - 1
            a, b = momentum * a + error * v, momentum * b + error * u
            u, v = u - rate * a, v - rate * b
            near = (u * v - 1) ** 2 / 2 <= _NEAR
            since = np.where(near, np.minimum(since, step), np.inf)
            is_outside = ~((np.abs(u) <= _FAR) & (np.abs(v) <= _FAR))
            gone = np.where(is_outside & np.isnan(gone), step, gone)
    has_diverged = ~np.isnan(gone)
    last = np.stack([np.where(has_diverged, gone, u), np.where(has_diverged, np.nan, v)])
    return np.where(has_diverged, -np.inf, since), last


def _outcome(state: dict[str, Any]) -> str:
    rate, momentum = state["rate"], state["momentum"]
    since, (u, v) = _follow(np.array(rate), np.array(momentum), state["start"], state["steps"])
    if since == -np.inf:
        return language.text("lab.map.outcome_diverges", step=int(u))
    values = {"steps": state["steps"], "u": float(u), "v": float(v)}
    if since == np.inf:
        return language.text("lab.map.outcome_jumps", **values)
    values |= {"step": int(since), "sharpness": float(u * u + v * v)}
    return language.text("lab.map.outcome_arrives", **values, limit=2 * (1 + momentum) / rate)


def _slider(state: dict[str, Any]) -> Slider:
    return around(_RATES, state["rate"], label="lr")


def _move(state: dict[str, Any], rate: float) -> dict[str, Any]:
    return {**state, "rate": rate}


KIND = Kind("map", _draw, _slider, _move)
