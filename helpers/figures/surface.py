"""Loss surfaces seen from above, and the paths that optimizers take over them."""

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES

__all__ = ["Surface", "distance", "draw_paths", "draw_surface", "explain_marks"]

Surface = tuple[np.ndarray, np.ndarray, np.ndarray]
"""x, shape (columns,); y, shape (rows,); and values, shape (rows, columns)."""


@canvas.style()
def draw_surface(
    ax: Axes,
    surface: Surface,
    optimum: np.ndarray | None,
    levels: int = 14,
    *,
    steep: bool = False,
) -> None:
    """Draw a surface from above, a unit as long on both axes, and a star at the optimum.

    The lower the loss, the deeper the colour.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    surface : tuple of three numpy.ndarray
        x, y and values, as `problems.grid` returns them.
    optimum : numpy.ndarray or None
        Shape (2,); None for a surface without a minimum.
    levels : int
        How many contours.
    steep : bool
        Whether the contours are those of a valley between high walls, which get ever denser: their
        heights grow by factors. Else they are squares of equal steps, so that on a bowl they lie at
        equal distances.
    """
    xs, ys, values = surface
    low, high = values.min(), values.max()
    share = np.arange(1, levels + 1) / levels
    heights = low + (np.expm1(np.log1p(high - low) * share) if steep else (high - low) * share**2)
    fill = [(COLORS["valley"], 1 - part) for part in np.arange(levels) / levels]
    ax.grid(False)
    ax.contourf(xs, ys, values, levels=[low, *heights], colors=fill, zorder=0)
    ax.contour(xs, ys, values, levels=heights, colors=COLORS["grid"], linewidths=0.7, zorder=0.1)
    if optimum is not None:
        x, y = optimum
        (star,) = ax.plot(x, y, "*", markersize=14, color=COLORS["ink"], zorder=4)
        star.set(markeredgecolor=COLORS["paper"], markeredgewidth=0.8)
    ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]), aspect="equal", anchor="W")


@canvas.style()
def draw_paths(ax: Axes, paths: dict[str, np.ndarray]) -> None:
    """Draw paths, each from a ring at its start to a dot at its end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    paths : dict of str to numpy.ndarray
        By style: shape (steps + 1, 2).
    """
    for style, path in paths.items():
        ax.plot(path[:, 0], path[:, 1], **STYLES[style], marker=".", markersize=4)
        ax.plot(*path[0], marker="o", markersize=8, mfc="none", color=COLORS["muted"])
        (end,) = ax.plot(*path[-1], marker="o", markersize=8, color=STYLES[style]["color"])
        end.set(markeredgecolor=COLORS["paper"], markeredgewidth=0.8, zorder=5)


def explain_marks(ax: Axes) -> None:
    """Say below the figure what ring, dot and star are.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Any axes of the figure.
    """
    canvas.footnote(ax, language.text("figures.marks"))


def distance(path: np.ndarray, optimum: np.ndarray) -> float:
    """Return how far from the optimum a path ends.

    Parameters
    ----------
    path : numpy.ndarray
        Shape (steps + 1, 2).
    optimum : numpy.ndarray
        Shape (2,).

    Returns
    -------
    float
        The distance.
    """
    return float(np.linalg.norm(path[-1] - optimum))
