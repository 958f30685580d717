"""Figures of chapter 6: which rates and momenta converge, and how fast."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import RULES, headline, label_ends, note, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.surface import Surface
from helpers.figures.ticks import plain_log

__all__ = ["arrivals", "rates", "regions", "steps"]

_LEVELS = {0.5: 0.5, 0.7: 0.39, 0.8: 0.28, 0.9: 0.17, 1: 0.08}
"""Upper bound of each shade of `regions`, and how opaque the shade is."""

_LEVEL_NAMES = {
    "momentum": {level: (1.1, level**2) for level in (0.5, 0.7, 0.8, 0.9)},
    "nesterov": {0.5: (1 - 0.5**2 / 0.6, 0.6), 0.7: (1 - 0.7**2 / 0.75, 0.75)},
}
"""Where contours are named: the radius is √μ on momentum's plateau, √(μ (1 − a)) with Nesterov."""

_DIVERGES = {"momentum": (3.3, 0.18), "nesterov": (2.8, 0.45)}


@canvas.figure
def rates(
    rates: np.ndarray, medians: dict[str, np.ndarray], *, seeds: int, ax: Axes | None = None
) -> Axes:
    """Median distance to the optimum after training, against the learning rate.

    Parameters
    ----------
    rates : numpy.ndarray
        Shape (choices,), ascending.
    medians : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"momentum"``, ``"nesterov"`` and ``"adam"``: shape (choices,); NaN or
        infinite where runs diverge.
    seeds : int
        Of how many each is the median.
    """
    ax = canvas.subplots(height=4.2, ax=ax)
    key = "figures.stability.rates"
    best = {}
    for style, curve in medians.items():
        lowest = int(np.nanargmin(curve))
        best[style] = rates[lowest], curve[lowest]
        ax.plot(rates, curve, **STYLES[style])
        ax.plot(*best[style], "o", color=STYLES[style]["color"], markersize=7, zorder=4)
    lowest_of_all = min(distance for _, distance in best.values())
    # Where runs diverge, curves leave through the top.
    highest = 2 * max(curve[0] for curve in medians.values())
    ax.set(xscale="log", yscale="log", xlim=(rates[0], rates[-1]))
    ax.set_ylim(0.5 * lowest_of_all, highest)
    plain_log(ax)
    titles(ax, key, seeds=seeds)
    for style, at in best.items():
        offset = (3, -15) if style == "nesterov" else (-3, -17)
        if style == "adam":  # other names are in the way below its best rate
            at, offset = (rates[-1], medians[style][-1]), (-22, 8)
        color = STYLES[style]["color"]
        note(ax, RULES[style], at, offset, color=color, ha="center", fontweight="bold")
    canvas.describe(
        ax,
        key,
        seeds=seeds,
        choices=len(rates),
        low=rates[0],
        high=rates[-1],
        **{style: least for style, (_, least) in best.items()},
        **{f"{style}_rate": rate for style, (rate, _) in best.items()},
    )
    return ax


@canvas.figure
def arrivals(paths: dict[str, np.ndarray], *, momentum: float, ax: Axes | None = None) -> Axes:
    """Positions step by step along one direction: momentum creeps, lands or swings.

    Parameters
    ----------
    paths : dict of str to numpy.ndarray
        Under ``"creeps"``, ``"lands"`` and ``"swings"``: shape (steps + 1,).
    momentum : float
        μ of all.
    """
    ax = canvas.subplots(height=3.6, ax=ax)
    key = "figures.stability.arrivals"
    colors = {"creeps": "purple", "lands": "blue", "swings": "orange"}
    dashes: dict[str, Any] = {"creeps": (0, (1, 1.2)), "lands": "-", "swings": (0, (5, 2))}
    ax.axhline(0, **STYLES["zero"])
    for way, path in paths.items():
        style = {"color": COLORS[colors[way]], "linestyle": dashes[way], "linewidth": 2}
        ax.plot(path, **style, label=language.text(f"{key}.{way}"))
    ax.set_xlim(0, len(path) - 1)
    titles(ax, key)
    label_ends(ax)
    at = 15
    values = {way: abs(path[at]) for way, path in paths.items()}
    canvas.describe(ax, key, momentum=momentum, at=at, least=paths["swings"].min(), **values)
    return ax


@canvas.figure
def regions(
    radii: dict[str, Surface],
    limits: dict[str, np.ndarray],
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """By how much each step shrinks the distance, over rate and momentum, and where it grows.

    Parameters
    ----------
    radii : dict of str to tuple of three numpy.ndarray
        Under ``"momentum"`` and ``"nesterov"``: lr × curvature, shape (columns,); momentum, shape
        (rows,); and the spectral radius, shape (rows, columns).
    limits : dict of str to numpy.ndarray
        Under the same names, the largest lr × curvature that converges, shape (rows,).
    """
    axes = canvas.subplots(2, height=6.4, sharex=True, sharey=True, ax=axes)
    key = "figures.stability.regions"
    shades = [to_rgba(COLORS["blue"], alpha) for alpha in _LEVELS.values()]
    inner = list(_LEVELS)[:-1]
    for ax, (style, (rate, momentum, radius)) in zip(axes, radii.items(), strict=True):
        ax.grid(False)
        ax.contourf(rate, momentum, radius, levels=[0, *_LEVELS], colors=shades)
        ax.contour(rate, momentum, radius, levels=inner, colors=COLORS["muted"], linewidths=0.8)
        ax.plot(limits[style], momentum, color=STYLES[style]["color"], linewidth=2.4)
        ax.set(xlim=(rate[0], rate[-1]), ylim=(momentum[0], momentum[-1]))
        ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8])
        titles(ax, f"{key}.{style}")
        ax.label_outer()
        for level, at in _LEVEL_NAMES[style].items():
            note(ax, language.number(level), at, (4, 3), color=COLORS["ink"])
        text = language.text(f"{key}.diverges")
        note(ax, text, _DIVERGES[style], color=COLORS["ink"], ha="center", fontweight="bold")
    headline(axes, key)
    canvas.describe(
        axes[0],
        key,
        most=radii["momentum"][1][-1],
        plain=limits["momentum"][0],
        heavy=limits["momentum"][-1],
        ahead=limits["nesterov"][-1],
    )
    return axes


@canvas.figure
def steps(
    condition: np.ndarray,
    needed: dict[str, np.ndarray],
    *,
    share: float,
    ax: Axes | None = None,
) -> Axes:
    """Steps until a share of the distance is left, at the best settings, by condition number.

    Parameters
    ----------
    condition : numpy.ndarray
        Shape (choices,), ascending.
    needed : dict of str to numpy.ndarray
        Under ``"sgd"`` and ``"momentum"``: shape (choices,).
    share : float
        Of the distance, that is left.
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    key = "figures.stability.steps"
    for style, curve in needed.items():
        name = language.text(f"{key}.{style}")
        ax.plot(condition, curve, **STYLES[style], marker="o", markersize=5, label=name)
    ax.set(xscale="log", yscale="log", xlim=(condition[0] / 1.15, condition[-1]))
    plain_log(ax)
    titles(ax, key, share=share)
    label_ends(ax)
    sgd, momentum = needed["sgd"][-1], needed["momentum"][-1]
    canvas.describe(
        ax,
        key,
        share=share,
        least=condition[0],
        most=condition[-1],
        sgd=sgd,
        momentum=momentum,
        ratio=sgd / momentum,
    )
    return ax
