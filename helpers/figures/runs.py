"""What training runs leave behind: losses by epoch, results by seed."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers.figures.labels import label_ends
from helpers.figures.ticks import plain_log

__all__ = ["draw_losses", "draw_seeds"]


def draw_losses(ax: Axes, curves: Iterable[tuple[str, np.ndarray, dict[str, Any]]]) -> None:
    """Draw losses against their epoch, on a logarithmic axis, each named at its end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    curves : iterable of (name, losses, style)
        Losses of shape (epochs,), the same number of epochs for all, and how to draw them.
    """
    ax.set_yscale("log")
    for name, losses, style in curves:
        epochs = np.arange(1, len(losses) + 1)
        ax.plot(epochs, losses, **{**style, "linewidth": 2}, label=name)
    ax.set(xlim=(1, epochs[-1]), xticks=epochs)
    plain_log(ax)
    label_ends(ax)


def draw_seeds(
    ax: Axes, rows: Iterable[tuple[str, np.ndarray, str]], *, bars: str | None = None
) -> None:
    """Draw rows of dots, the first on top, each with a bar at its median.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    rows : iterable of (name, values, color)
        Values of shape (seeds,), one a seed, as many for all rows.
    bars : str, optional
        Colour of the medians' bars, by default their row's.
    """
    names, values, colors = zip(*reversed(list(rows)), strict=True)
    spread = np.random.default_rng(0).uniform(-0.22, 0.22, len(values[0]))
    heights = np.arange(len(names))
    for height, dots, color in zip(heights, values, colors, strict=True):
        ax.plot(dots, height + spread, ".", color=color, markersize=5, alpha=0.55)
        middle = [np.median(dots)] * 2
        ax.plot(middle, [height - 0.35, height + 0.35], color=bars or color, linewidth=3)
    ax.set_yticks(heights, names)
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
