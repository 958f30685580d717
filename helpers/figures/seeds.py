"""Results of many seeds side by side: a dot a seed, and the median."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes

from helpers.figures import canvas

__all__ = ["draw_seeds"]


def draw_seeds(ax: Axes, rows: Iterable[tuple[str, np.ndarray, str]]) -> None:
    """Draw rows of dots, the first on top, each with a bar at its median.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    rows : iterable of (name, values, color)
        A row's name, one value a seed, shape (seeds,), alike for all rows, and its colour.
    """
    names, values, colors = zip(*rows, strict=True)
    spread = np.random.default_rng(0).uniform(-0.22, 0.22, len(values[0]))
    heights = np.arange(len(names))[::-1]
    with canvas.style():
        for row, of_row, color in zip(heights[::-1], values[::-1], colors[::-1], strict=True):
            ax.plot(of_row, row + spread, ".", color=color, markersize=5, alpha=0.55)
            ax.plot([np.median(of_row)] * 2, [row - 0.35, row + 0.35], color=color, linewidth=3)
        ax.set_yticks(heights[::-1], names[::-1])
        ax.set_ylim(-0.6, len(names) - 0.4)
        ax.grid(False, axis="y")
        ax.grid(True, axis="x")
