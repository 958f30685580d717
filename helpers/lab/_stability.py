"""Stability: the plane of rate and momentum, and the paths that follow."""

import math
from typing import Any

import numpy as np

from helpers import language, optimizers, problems, simulate
from helpers.explore import Slider
from helpers.figures import lab as figures
from helpers.lab.component import Component, Kind, around

__all__ = ["stability"]

_RATES = [0.1, 0.3, 1, 1.5, 2, 2.5, 3, 3.5]
_SHARE = 0.01  # of the first distance, until which steps are counted
_LONGEST = 100_000  # steps that are followed until the path is near enough


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
    limit, swinging = _borders(rows, nesterov)
    return figures.stability(
        limit,
        np.stack(swinging),
        rows,
        points,
        paths,
        momentum=momentum,
        outcome=_outcome(state, points),
    )


def _borders(momentum: Any, nesterov: bool) -> tuple[Any, tuple[Any, Any]]:
    """Return the rate × curvature above which paths diverge, and those between which they swing."""
    # The roots of z² − p z + q are complex between the two rates at which p² = 4q.
    if nesterov:
        slowest = ((1 - momentum) / (1 + momentum)) ** 2
        return 2 * (1 + momentum) / (1 + 2 * momentum), (slowest, np.ones_like(momentum))
    root = np.sqrt(momentum)
    return 2 * (1 + momentum), ((1 - root) ** 2, (1 + root) ** 2)


def _path(state: dict[str, Any], rate: float, steps: int) -> np.ndarray:
    """Return the distance along a direction of curvature 1, shape (steps + 1,)."""
    options = {"lr": rate, "momentum": state["momentum"]}
    if state["nesterov"] and state["momentum"]:
        options["nesterov"] = True
    start = (1.0, 0.0)
    run = simulate.on_problem(problems.quadratic(1), optimizers.sgd, start, steps, **options)
    return run.paths[0, :, 0].numpy()


def _results(state: dict[str, Any], rate: float) -> tuple[str, float, float]:
    """Return the kind of path, its spectral radius, and after how many steps 1% is left."""
    momentum, nesterov = state["momentum"], state["nesterov"]
    limit, (low, high) = _borders(momentum, nesterov)
    # xₜ₊₁ = p xₜ − q xₜ₋₁
    if nesterov:
        p, q = (1 - rate) * (1 + momentum), (1 - rate) * momentum
    else:
        p, q = 1 + momentum - rate, momentum
    inside = p * p / 4 - q
    radius = math.sqrt(q) if inside < 0 else abs(p) / 2 + math.sqrt(inside)
    if rate in (0, limit):
        kind = "stands"
    elif rate > limit:
        kind = "diverges"
    elif low < rate < high:
        kind = "oscillates"
    else:
        kind = "monotone" if rate <= low else "alternates"
    if kind == "diverges" or radius >= 1:
        return kind, radius, math.inf
    x_1 = 1 - rate * (1 + momentum if nesterov else 1)
    return kind, radius, _steps(p, q, x_1, radius)


def _steps(p: float, q: float, x_1: float, radius: float) -> float:
    """Return after how many steps the distance stays below its share of the first."""
    # Long after rᵗ has fallen far below the share, for a double root shrinks as t rᵗ.
    far = 5 if radius == 0 else math.ceil(math.log(_SHARE * 1e-6) / math.log(radius)) + 10
    if far > _LONGEST:
        return math.inf
    before, x, last = 1.0, x_1, 0
    for step in range(1, far + 1):
        if abs(x) > _SHARE:
            last = step
        before, x = x, p * x - q * before
    return last + 1


def _outcome(state: dict[str, Any], points: dict[str, float]) -> str:
    sentences, needed = [], []
    for name, rate in points.items():
        kind, radius, steps = _results(state, rate)
        needed.append(steps)
        sentences.append(
            language.text(
                "lab.stability.outcome" if math.isfinite(steps) else "lab.stability.outcome_never",
                direction=language.text(f"lab.stability.{name}"),
                kind=language.text(f"lab.stability.kinds.{kind}"),
                radius=radius,
                steps=steps,
            )
        )
    steps = max(needed)
    both = "outcome_both" if math.isfinite(steps) else "outcome_not_both"
    return " ".join([*sentences, language.text(f"lab.stability.{both}", steps=steps)])


def _slider(state: dict[str, Any]) -> Slider:
    return around(_RATES, state["rate"], label="lr · λ")


def _move(state: dict[str, Any], rate: float) -> dict[str, Any]:
    return {**state, "rate": rate}


KIND = Kind("stability", _draw, _slider, _move)
