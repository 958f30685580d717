"""Average: a series that the reader drags, with its averages and their weights."""

from typing import Any

import numpy as np

from helpers import averages, language
from helpers.explore import Slider
from helpers.figures import lab as figures
from helpers.lab import schema
from helpers.lab.component import Component, Kind, around

__all__ = ["average"]

_ALPHAS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1]


def average(series: Any = None, **state: Any) -> Component:
    """Average a series of which the reader drags each value, and show the weights.

    Parameters
    ----------
    series : array_like, optional
        2 to 60 values from −100 to 100; by default the course's temperatures.
    **state
        ``periods`` of the moving average and ``alpha`` of the EWMA, which ``same_age`` ties
        together; ``ma``, ``ewma`` and ``corrected``, whether each is shown; ``day``, counted from
        1, on which the weights are shown.

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
    >>> average([1, 2, 4], alpha=0.5).series
    [1.0, 2.0, 4.0]
    """
    if series is not None:
        series = schema.check("average", "series", series)
        state = {"series": series, "day": len(series), **state}
    return Component(KIND, state)


def _draw(state: dict[str, Any]) -> np.ndarray:
    values, alpha, periods = np.array(state["series"]), state["alpha"], state["periods"]
    day = min(state["day"], len(values))
    curves = {
        "ma": averages.moving_average(values, periods),
        "ewma": averages.ewma(values, alpha),
        "corrected": averages.bias_corrected_ewma(values, alpha),
    }
    of_ewma = averages.ewma_weights(alpha, day)
    missing = (1 - alpha) ** day  # the weight of the zero at the start
    weights = {
        # Until there are N values, the moving average is that of the values there are.
        "ma": averages.ma_weights(min(periods, day), day),
        "ewma": of_ewma,
        "corrected": of_ewma / of_ewma.sum(),
    }
    outcome = language.text(
        "lab.average.outcome",
        day=day,
        value=values[day - 1],
        periods=periods,
        alpha=alpha,
        sum=1 - missing,
        missing=missing,
        **{style: curve[day - 1] for style, curve in curves.items()},
    )
    shown = {style: curve for style, curve in curves.items() if state[style]}
    return figures.average(values, shown, weights, day=day, outcome=outcome)


def _slider(state: dict[str, Any]) -> Slider:
    return around(_ALPHAS, state["alpha"], label="α")


def _move(state: dict[str, Any], alpha: float) -> dict[str, Any]:
    return {**state, "alpha": alpha}


KIND = Kind("average", _draw, _slider, _move)
