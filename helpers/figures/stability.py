"""Figures of chapter 6: which rates and momenta converge, and how fast."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.ticker import NullLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.surface import Surface, corner_note, draw_paths, draw_surface

__all__ = ["explorer", "rates", "regions", "steps"]

_NAMES = {"sgd": "SGD", "momentum": "momentum", "nesterov": "Nesterov", "adam": "Adam"}


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
        By the name of their look, shape (choices,); NaN or infinite where runs diverge.
    seeds : int
        Of how many each is the median.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.2, ax=ax)
    best = {}
    with canvas.style():
        for look, curve in medians.items():
            ax.plot(rates, curve, **STYLES[look])
            lowest = int(np.nanargmin(curve))
            best[look] = (rates[lowest], curve[lowest])
            ax.plot(*best[look], "o", color=STYLES[look]["color"], markersize=7, zorder=4)
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlim(rates[0], rates[-1])
        ax.set_ylim(0.015, 2)
        ax.set_xticks([0.01, 0.03, 0.1, 0.3, 1, 3])
        ax.set_yticks([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(canvas.PlainFormatter())
    canvas.titles(ax, "figures.stability.rates", seeds=seeds)
    for look, at in best.items():
        # Below its best rate there is room for each name but Adam's.
        ends = look == "adam"
        canvas.note(
            ax,
            _NAMES[look],
            (rates[-1], medians[look][-1]) if ends else at,
            xytext=(-22, 8) if ends else (-3, -17),
            textcoords="offset points",
            ha="center",
            color=STYLES[look]["color"],
            fontweight="bold",
        )
    canvas.describe(
        ax,
        "figures.stability.rates",
        seeds=seeds,
        choices=len(rates),
        low=rates[0],
        high=rates[-1],
        **{look: least for look, (_, least) in best.items()},
        **{f"{look}_rate": rate for look, (rate, _) in best.items()},
    )
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
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=6.4, sharex=True, sharey=True)
    levels = [0, 0.5, 0.7, 0.8, 0.9, 1]
    blue = [to_rgba(COLORS["blue"], alpha) for alpha in (0.62, 0.46, 0.32, 0.2, 0.09)]
    for ax, (look, (rate, momentum, radius)) in zip(axes, radii.items(), strict=True):
        canvas.titles(ax, f"figures.stability.regions.{look}")
        ax.xaxis.label.set_visible(ax is axes[-1])
        with canvas.style():
            ax.grid(False)
            ax.contourf(rate, momentum, radius, levels=levels, colors=blue)
            ax.contour(
                rate, momentum, radius, levels=levels[1:-1], colors=COLORS["muted"], linewidths=0.8
            )
            ax.plot(limits[look], momentum, color=STYLES[look]["color"], linewidth=2.4)
            ax.set_xlim(rate[0], rate[-1])
            ax.set_ylim(momentum[0], momentum[-1])
            ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8])
        for level, at in _LEVELS[look].items():
            canvas.note(
                ax,
                language.number(level),
                at,
                xytext=(4, 3),
                textcoords="offset points",
                color=COLORS["ink"],
            )
        canvas.note(
            ax,
            language.text("figures.stability.regions.diverges"),
            _DIVERGES[look],
            ha="center",
            color=COLORS["ink"],
            fontweight="bold",
        )
    plain, heavy, ahead = (limits["momentum"][0], *(limits[look][-1] for look in limits))
    canvas.describe(
        axes[0],
        "figures.stability.regions",
        most=radii["momentum"][1][-1],
        plain=plain,
        heavy=heavy,
        ahead=ahead,
    )
    return axes


_LEVELS = {
    "momentum": {level: (1.1, level**2) for level in (0.5, 0.7, 0.8, 0.9)},
    "nesterov": {0.5: (1 - 0.5**2 / 0.6, 0.6), 0.7: (1 - 0.7**2 / 0.75, 0.75)},
}
"""Where contours are named: the radius is √μ on momentum's plateau, √(μ (1 − a)) with Nesterov."""

_DIVERGES = {"momentum": (3.3, 0.18), "nesterov": (2.8, 0.45)}


@canvas.figure
def steps(condition: np.ndarray, needed: dict[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Steps until a thousandth of the distance is left, at the best settings, by condition number.

    Parameters
    ----------
    condition : numpy.ndarray
        Shape (choices,), ascending.
    needed : dict of str to numpy.ndarray
        Under ``"sgd"`` and ``"momentum"``: shape (choices,).
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    with canvas.style():
        for look, curve in needed.items():
            ax.plot(condition, curve, **STYLES[look], marker="o", markersize=5)
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlim(condition[0] / 1.15, condition[-1])
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(canvas.PlainFormatter())
    canvas.titles(ax, "figures.stability.steps")
    canvas.label_ends(
        ax,
        [
            (
                condition[-1],
                curve[-1],
                language.text(f"figures.stability.steps.{look}"),
                STYLES[look]["color"],
            )
            for look, curve in needed.items()
        ],
    )
    canvas.describe(
        ax,
        "figures.stability.steps",
        least=condition[0],
        most=condition[-1],
        sgd=needed["sgd"][-1],
        momentum=needed["momentum"][-1],
        ratio=needed["sgd"][-1] / needed["momentum"][-1],
    )
    return ax


@canvas.figure
def explorer(
    surface: Surface,
    optimum: np.ndarray,
    path: np.ndarray,
    *,
    lr: float,
    momentum: float,
    limit: float,
    ax: Axes | None = None,
) -> Axes:
    """Path over the loss surface at a rate and a momentum, and whether it converges.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        As `problems.grid` returns it.
    optimum : numpy.ndarray
        Shape (2,).
    path : numpy.ndarray
        Shape (steps + 1, 2); NaN once it is out of bounds.
    lr, momentum : float
        Its settings.
    limit : float
        Above this rate it diverges.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.6, ax=ax)
    draw_surface(ax, surface, optimum)
    look = "momentum" if momentum else "sgd"
    draw_paths(ax, {look: path})
    canvas.titles(ax, "figures.stability.explorer", lr=lr, momentum=momentum)
    fate = "diverges" if lr > limit else "converges"
    far = float(np.linalg.norm(path[-1] - np.asarray(optimum)))
    words = language.text(
        f"figures.stability.explorer.{fate}", far=far, steps=len(path) - 1, limit=limit
    )
    corner_note(ax, words, "ink")
    canvas.describe(ax, "figures.stability.explorer", lr=lr, momentum=momentum, fate=words)
    return ax
