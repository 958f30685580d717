"""Loss surfaces seen from above, and the paths that optimizers take over them."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES

__all__ = ["corner_note", "draw_paths", "draw_surface", "name_path"]

Surface = tuple[np.ndarray, np.ndarray, np.ndarray]
"""x, shape (columns,); y, shape (rows,); and values, shape (rows, columns)."""


def draw_surface(ax: Axes, surface: Surface, optimum: np.ndarray, levels: int = 14) -> None:
    """Draw a surface's contours, ever closer towards its minimum, and a star at the optimum.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    surface : tuple of three numpy.ndarray
        x, y and values, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    levels : int
        How many contours.
    """
    x, y, values = (np.asarray(part) for part in surface)
    low = values.min()
    # Squares of equal steps: on a bowl the contours lie at equal distances.
    heights = low + (values.max() - low) * (np.arange(1, levels + 1) / levels) ** 2
    with canvas.style():
        ax.grid(False)
        ax.contour(x, y, values, levels=heights, colors=COLORS["grid"], linewidths=0.9, zorder=0)
        ax.plot(
            *optimum, marker="*", markersize=13, color=COLORS["ink"], linestyle="none", zorder=4
        )
        ax.set_xlim(x[0], x[-1])
        ax.set_ylim(y[0], y[-1])


def draw_paths(ax: Axes, paths: dict[str, np.ndarray]) -> None:
    """Draw paths by the name of their look, each from a ring at its start.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    paths : dict of str to numpy.ndarray
        Shape (steps + 1, 2) each.
    """
    with canvas.style():
        for look, path in paths.items():
            path = np.asarray(path)
            ax.plot(path[:, 0], path[:, 1], **STYLES[look], marker=".", markersize=4)
            ax.plot(*path[0], marker="o", markersize=8, mfc="none", color=COLORS["muted"])


def name_path(
    ax: Axes, name: str, at: np.ndarray, color: str, offset: tuple[float, float], **options: Any
) -> None:
    """Write a path's name in its colour, some points off one of its own points.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    name : str
        What to write.
    at : numpy.ndarray
        Shape (2,): the point.
    color : str
        Key of `COLORS`.
    offset : tuple of two floats
        How far off, in points.
    **options
        Passed on to `canvas.note`.
    """
    canvas.note(
        ax,
        name,
        tuple(at),
        xytext=offset,
        textcoords="offset points",
        color=COLORS[color],
        fontweight="bold",
        **options,
    )


def corner_note(ax: Axes, text: str, color: str, row: int = 0) -> None:
    """Write a remark into the upper left corner, on paper, below ``row`` others.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    text : str
        What to write.
    color : str
        Key of `COLORS`.
    row : int
        How many lines to leave free above it.
    """
    canvas.note(
        ax,
        text,
        (0.02, 0.97 - 0.075 * row),
        xycoords="axes fraction",
        va="top",
        color=COLORS[color],
        bbox={"facecolor": COLORS["paper"], "edgecolor": "none", "pad": 1.5},
    )
