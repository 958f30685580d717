"""What training runs leave behind, drawn: losses by epoch, distances by seed."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from helpers.figures import canvas
from helpers.figures.canvas import LOOKS

__all__ = ["draw_distances", "draw_losses"]


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


def draw_distances(ax: Axes, distances: dict[str, np.ndarray], names: Iterable[str]) -> None:
    """Draw a row for each rule, the first one on top: a dot a seed, and a bar at the median.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    distances : dict of str to numpy.ndarray
        By the name of their look, shape (seeds,) each.
    names : iterable of str
        What the rules are called, in the same order.
    """
    rows = list(enumerate(reversed(distances.items())))
    spread = np.random.default_rng(0).uniform(-0.22, 0.22, len(rows[0][1][1]))
    with canvas.style():
        for row, (look, values) in rows:
            color = LOOKS[look]["color"]
            ax.plot(values, row + spread, ".", color=color, markersize=5, alpha=0.55)
            ax.plot([np.median(values)] * 2, [row - 0.35, row + 0.35], color=color, linewidth=3)
        ax.set_yticks(range(len(rows)), list(names)[::-1])
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.set_xlim(0, None)
        ax.grid(False, axis="y")
        ax.grid(True, axis="x")
