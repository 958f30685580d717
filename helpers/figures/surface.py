"""Loss surfaces seen from above, and the paths that optimizers take over them."""

import numpy as np
from matplotlib.axes import Axes

from helpers.figures import canvas
from helpers.figures.canvas import COLORS, LOOKS

__all__ = ["draw_paths", "draw_surface"]

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
            ax.plot(path[:, 0], path[:, 1], **LOOKS[look], marker=".", markersize=4)
            ax.plot(*path[0], marker="o", markersize=8, mfc="none", color=COLORS["muted"])
