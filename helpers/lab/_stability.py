"""Stability: the plane of rate and momentum, and the paths that follow."""

import math
from typing import Any

import numpy as np

from helpers import language, optimizers, problems, simulate
from helpers.explore import Slider, slider
from helpers.figures import lab as figures
from helpers.lab.component import Component, Kind

__all__ = ["stability"]

_RATES = [0.1, 0.3, 1, 1.5, 2, 2.5, 3, 3.5]
_SHARE = 0.01  # of the first distance, until which steps are counted
_LONGEST = 20_000


def stability(rate: float = 1, momentum: float = 0.5, **state: Any) -> Component:
    """Show what a learning rate and a momentum do; the reader drags both as one point.

    Parameters
    ----------
    rate : float
        Learning rate times the curvature of the steep direction, from 0 to 4.
    momentum : float
        From 0 to 0.999.
    **state
        ``nesterov``; ``condition``, by how much the flat direction is flatter; ``steps`` to show.

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
    >>> stability(1.5, 0.9, condition=100).momentum
    0.9
    """
    return Component(KIND, {"rate": rate, "momentum": momentum, **state})


def _draw(state: dict[str, Any]) -> np.ndarray:
    momentum, nesterov = state["momentum"], state["nesterov"]
    points = {"steep": state["rate"], "flat": state["rate"] / state["condition"]}
    paths = {name: _path(state, rate, state["steps"]) for name, rate in points.items()}
    rows = np.linspace(0, 0.999, 400)
    if nesterov:
        limit = 2 * (1 + rows) / (1 + 2 * rows)
        swinging = np.stack([((1 - rows) / (1 + rows)) ** 2, np.ones_like(rows)])
    else:
        limit = 2 * (1 + rows)
        swinging = np.stack([(1 - np.sqrt(rows)) ** 2, (1 + np.sqrt(rows)) ** 2])
    return figures.stability(
        limit,
        swinging,
        rows,
        points,
        paths,
        momentum=momentum,
        outcome=_outcome(state, points),
    )


def _path(state: dict[str, Any], rate: float, steps: int) -> np.ndarray:
    """Return the distance along a direction of curvature 1, shape (steps + 1,)."""
    options = {"lr": rate, "momentum": state["momentum"]}
    if state["nesterov"] and state["momentum"]:
        options["nesterov"] = True
    start = (1.0, 0.0)
    run = simulate.on_problem(problems.quadratic(1), optimizers.sgd, start, steps, **options)
    return run.paths[0, :, 0].numpy()


def _roots(state: dict[str, Any], rate: float) -> np.ndarray:
    momentum = state["momentum"]
    if state["nesterov"]:
        return np.roots([1, -(1 - rate) * (1 + momentum), (1 - rate) * momentum])
    return np.roots([1, -(1 + momentum - rate), momentum])


def _outcome(state: dict[str, Any], points: dict[str, float]) -> str:
    sentences, needed = [], []
    for name, rate in points.items():
        roots = _roots(state, rate)
        radius = float(np.abs(roots).max())
        steps = _steps(state, rate, radius)
        needed.append(steps)
        sentences.append(
            language.text(
                "lab.stability.told" if math.isfinite(steps) else "lab.stability.told_never",
                direction=language.text(f"lab.stability.{name}"),
                kind=language.text(f"lab.stability.kinds.{_kind(rate, radius, roots)}"),
                radius=radius,
                steps=int(steps) if math.isfinite(steps) else 0,
            )
        )
    most = max(needed)
    both = "told_both" if math.isfinite(most) else "told_not_both"
    steps = int(most) if math.isfinite(most) else 0
    return " ".join([*sentences, language.text(f"lab.stability.{both}", steps=steps)])


def _kind(rate: float, radius: float, roots: np.ndarray) -> str:
    if rate == 0 or radius == 1:
        return "stands"
    if radius > 1:
        return "diverges"
    if np.abs(roots.imag).max() > 1e-12:
        return "oscillates"
    return "monotone" if roots.real[np.abs(roots).argmax()] >= 0 else "alternates"


def _steps(state: dict[str, Any], rate: float, radius: float) -> float:
    """Return after how many steps the distance stays below its share of the first."""
    if radius >= 1:
        return math.inf
    # Long after rᵗ has fallen far below the share, for a double root shrinks as t rᵗ.
    far = 5 if radius == 0 else math.ceil(math.log(_SHARE * 1e-6) / math.log(radius)) + 10
    if far > _LONGEST:
        return math.inf
    above = np.flatnonzero(np.abs(_path(state, rate, far)) > _SHARE)
    return float(above[-1] + 1)


def _slider(state: dict[str, Any]) -> Slider:
    return slider(sorted({*_RATES, state["rate"]}), start=state["rate"], label="lr · λ")


def _move(state: dict[str, Any], rate: float) -> dict[str, Any]:
    return {**state, "rate": rate}


KIND = Kind("stability", _draw, _slider, _move)
