"""What training runs leave behind: losses by epoch, results by seed."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import RULES, label_ends, titles
from helpers.figures.palette import STYLES
from helpers.figures.ticks import plain_log
from helpers.figures.wrapping import wrapped

__all__ = ["SHARE", "draw_losses", "draw_seeds", "losses"]

SHARE = 0.8
"""Of the seeds, that a band around their median holds."""


@canvas.figure
def losses(
    train: dict[str, np.ndarray],
    validation: dict[str, np.ndarray],
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Loss of each epoch on a logarithmic axis, over the seeds: training above, validation below.

    Parameters
    ----------
    train, validation : dict of str to numpy.ndarray
        By optimizer: shape (seeds, epochs).
    """
    axes = canvas.subplots(2, height=6.0, sharex=True, sharey=True, ax=axes)
    key = "figures.runs.losses"
    ends: dict[str, str] = {}
    for ax, part, by_rule in zip(axes, ("train", "validation"), (train, validation), strict=True):
        last = draw_losses(ax, [(RULES[rule], row, STYLES[rule]) for rule, row in by_rule.items()])
        titles(ax, f"{key}.{part}", best=min(last, key=last.__getitem__))
        ax.label_outer()
        each = (language.text(f"{key}.end", name=name, loss=loss) for name, loss in last.items())
        ends[part] = "; ".join(each)
    seeds, epochs = next(iter(train.values())).shape
    canvas.describe(axes[0], key, epochs=epochs, seeds=seeds, share=SHARE, **ends)
    return axes


def draw_losses(
    ax: Axes, curves: Iterable[tuple[str, np.ndarray, dict[str, Any]]]
) -> dict[str, float]:
    """Draw losses against their epoch, on a logarithmic axis: a median, and a band of most seeds.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    curves : iterable of (name, losses, style)
        Losses of shape (seeds, epochs), the same number of epochs for all, and how to draw them.

    Returns
    -------
    dict of str to float
        By name, the median of the last epoch.
    """
    last = {}
    ax.set_yscale("log")
    for name, losses, style in curves:
        low, median, high = np.quantile(losses, [(1 - SHARE) / 2, 0.5, (1 + SHARE) / 2], axis=0)
        epochs = np.arange(1, len(median) + 1)
        ax.fill_between(epochs, low, high, color=style["color"], alpha=0.15, linewidth=0)
        ax.plot(epochs, median, **{**style, "linewidth": 2}, label=name)
        last[name] = float(median[-1])
    ax.set_xticks(epochs)
    ax.margins(x=0)  # limits of the data, which may be one epoch
    plain_log(ax)
    label_ends(ax)
    return last


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
    if canvas.is_narrow():
        names = tuple(wrapped(name, 17) for name in names)
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
