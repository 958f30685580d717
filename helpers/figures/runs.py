"""What training runs leave behind, drawn: losses by epoch, results by seed."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from helpers.figures import canvas

__all__ = ["draw_losses", "draw_seeds"]


def draw_losses(ax: Axes, curves: Iterable[tuple[np.ndarray, str, str, Any]]) -> None:
    """Draw losses against their epoch, on a logarithmic axis, each named at its end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    curves : iterable of (losses, name, color, linestyle)
        Losses of shape (epochs,), the same number of epochs for all.
    """
    ends = []
    for curve, name, color, line in curves:
        epochs = np.arange(1, len(curve) + 1)
        with canvas.style():
            ax.plot(epochs, curve, color=color, linestyle=line, linewidth=2)
        ends.append((epochs[-1], curve[-1], name, color))
    with canvas.style():
        ax.set_yscale("log")
        ax.set_xlim(1, epochs[-1])
        ax.set_xticks(epochs)
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(canvas.PlainFormatter())
    canvas.label_ends(ax, ends)


def draw_seeds(
    ax: Axes, rows: Iterable[tuple[str, np.ndarray, str]], *, bars: str | None = None
) -> None:
    """Draw rows of dots, the first on top, each with a bar at its median.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    rows : iterable of (name, values, color)
        A row's name, one value a seed, shape (seeds,), alike for all rows, and its colour.
    bars : str, optional
        Colour of the medians' bars, by default their row's.
    """
    names, values, colors = zip(*rows, strict=True)
    spread = np.random.default_rng(0).uniform(-0.22, 0.22, len(values[0]))
    heights = np.arange(len(names))[::-1]
    with canvas.style():
        for row, of_row, color in zip(heights[::-1], values[::-1], colors[::-1], strict=True):
            ax.plot(of_row, row + spread, ".", color=color, markersize=5, alpha=0.55)
            ax.plot(
                [np.median(of_row)] * 2, [row - 0.35, row + 0.35], color=bars or color, linewidth=3
            )
        ax.set_yticks(heights[::-1], names[::-1])
        ax.set_ylim(-0.6, len(names) - 0.4)
        ax.grid(False, axis="y")
        ax.grid(True, axis="x")
