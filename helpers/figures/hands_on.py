"""Figures of chapter 8: a network trained on handwritten digits, from the data to its mistakes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import corner_note, label_ends, note, titles
from helpers.figures.palette import COLORS, STYLES

__all__ = [
    "accuracies",
    "attribution",
    "comparison",
    "confusion",
    "last_batches",
    "learning_rates",
    "mistakes",
    "samples",
    "smoothing",
]

IN_MARGIN: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
"""For a note beside a row: across the axes by share, along them in data."""


@canvas.figure
def samples(
    pixels: np.ndarray, classes: tuple[str, ...], *, source: str, ax: Axes | None = None
) -> Axes:
    """Some images of each class, a row for each class.

    Parameters
    ----------
    pixels : numpy.ndarray
        Shape (classes, examples, height, width): from 0, paper, to 1, ink.
    classes : tuple of str
        Their names.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=6.2, narrow=4, ax=ax)
    key = "figures.hands_on.samples"
    rows, columns = pixels.shape[:2]
    _draw_tiles(ax, pixels)
    ax.set_xticks(range(1, columns + 1))
    ax.set_yticks(range(rows), classes)
    titles(ax, key)
    canvas.describe(ax, key, classes=rows, examples=columns, ink=pixels.mean())
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def accuracies(
    train: np.ndarray, validation: np.ndarray, *, source: str, ax: Axes | None = None
) -> Axes:
    """Accuracy of each epoch: on the training data, on the way, and on the validation data.

    Parameters
    ----------
    train, validation : numpy.ndarray
        Shape (epochs,), as shares.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    key = "figures.hands_on.accuracies"
    epochs = np.arange(1, len(train) + 1)
    for name, curve in (("train", train), ("validation", validation)):
        ax.plot(epochs, curve, **STYLES[name], label=language.text(f"{key}.{name}"))
    ax.margins(x=0)  # limits of the data, which may be one epoch
    ax.set_ylim(top=1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    label_ends(ax)
    titles(ax, key, ahead=int((train > validation).sum()), epochs=len(train))
    canvas.describe(
        ax,
        key,
        epochs=len(train),
        first_train=train[0],
        first_validation=validation[0],
        last_train=train[-1],
        last_validation=validation[-1],
    )
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def learning_rates(rates: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Learning rate of each epoch, as its updates used it.

    Parameters
    ----------
    rates : numpy.ndarray
        Shape (epochs,).
    """
    ax = canvas.subplots(height=3.2, ax=ax)
    key = "figures.hands_on.learning_rates"
    epochs = np.arange(1, len(rates) + 1)
    color = STYLES["adam"]["color"]
    ax.plot(epochs, rates, ".", color=color, markersize=9)
    ax.step(epochs, rates, where="post", color=color, linewidth=1.2)
    ax.set(xlim=(0.5, len(rates) + 0.5), ylim=(0, 1.15 * rates.max()))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    starts = [0, *np.flatnonzero(np.diff(rates)) + 1]
    for i in starts:
        note(ax, language.number(rates[i], ".6g"), (epochs[i], rates[i]), (3, 7))
    titles(ax, key, steps=len(starts))
    canvas.describe(
        ax,
        key,
        epochs=len(rates),
        first=rates[0],
        last=rates[-1],
        steps=len(starts),
        second=int(epochs[starts[1]]) if len(starts) > 1 else len(rates) + 1,
    )
    return ax


@canvas.figure
def last_batches(
    means: np.ndarray, last: np.ndarray, *, source: str, ax: Axes | None = None
) -> Axes:
    """Loss of each epoch, and the loss of its last mini-batch.

    Parameters
    ----------
    means, last : numpy.ndarray
        Shape (epochs,): the mean over all samples, and of the last mini-batch alone.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=3.6, ax=ax)
    key = "figures.hands_on.last_batches"
    epochs = np.arange(1, len(means) + 1)
    ax.vlines(epochs, means, last, color=COLORS["grid"], linewidth=1.2, zorder=1)
    ax.plot(epochs, means, **STYLES["adam"])
    ax.plot(epochs, last, "o", color=COLORS["blue"], markersize=5, mfc="none")
    ax.set_xlim(0.5, len(means) + 0.5)
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    titles(ax, key)
    corner_note(ax, language.text(f"{key}.mean"), color=STYLES["adam"]["color"], right=True)
    corner_note(ax, language.text(f"{key}.last"), 1, color=COLORS["blue"], right=True)
    ratio = last / means
    canvas.describe(
        ax,
        key,
        epochs=len(means),
        first=means[0],
        end=means[-1],
        low=ratio.min(),
        high=ratio.max(),
    )
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def smoothing(
    epochs: np.ndarray,
    raw: np.ndarray,
    smoothed: np.ndarray,
    *,
    periods: float,
    source: str,
    ax: Axes | None = None,
) -> Axes:
    """Norms of a layer's gradient along a training, raw and averaged.

    Parameters
    ----------
    epochs : numpy.ndarray
        Shape (points,): when each was measured, in epochs.
    raw, smoothed : numpy.ndarray
        Shape (points,): the norm of the mini-batch's gradient, and its average.
    periods : float
        Of the average.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=3.7, ax=ax)
    key = "figures.hands_on.smoothing"
    last_epoch = np.ceil(epochs[-1])
    ax.plot(epochs, raw, color=COLORS["grey"], linewidth=0.7)
    ax.plot(epochs, smoothed, **{**STYLES["corrected"], "linewidth": 2})
    ax.set(xlim=(0, last_epoch), ylim=(0, 1.02 * raw.max()))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    titles(ax, key, periods=periods)
    corner_note(ax, language.text(f"{key}.raw"), color=COLORS["muted"], right=True)
    green = STYLES["corrected"]["color"]
    corner_note(ax, language.text(f"{key}.smoothed"), 1, color=green, right=True)
    canvas.describe(
        ax,
        key,
        periods=periods,
        epochs=last_epoch,
        low=raw.min(),
        high=raw.max(),
        smooth_low=smoothed.min(),
        smooth_high=smoothed.max(),
    )
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def comparison(
    accuracies: dict[str, dict[str, np.ndarray]],
    rates: dict[str, dict[str, float]],
    *,
    source: str,
    ax: Axes | None = None,
) -> Axes:
    """Accuracy of rules under schedules: a dot a seed, a bar at the median, the rate beside it.

    Parameters
    ----------
    accuracies : dict of str to dict of str to numpy.ndarray
        By schedule, ``"step"`` and ``"one_cycle"``, then by optimizer, ``"momentum"`` or
        ``"adam"``: shape (seeds,), as shares.
    rates : dict of str to dict of str to float
        The learning rate of each.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=3.3, ax=ax)
    key = "figures.hands_on.comparison"
    medians: dict[tuple[str, str], float] = {}
    heights, names = [], []
    height = 0.0
    for schedule, by_rule in accuracies.items():
        height += 0.9  # room for the schedule's name
        text = language.text(f"{key}.{schedule}")
        note(ax, text, (0, height + 0.18), color=COLORS["ink"], va="center", **IN_MARGIN)
        for rule, dots in by_rule.items():
            height += 1
            color = STYLES[rule]["color"]
            medians[schedule, rule] = _draw_seeds(ax, dots, height, color)
            text = language.text(f"{key}.rate", rate=rates[schedule][rule])
            note(ax, text, (1.02, height), color=color, va="center", **IN_MARGIN)
            heights.append(height)
            names.append(language.text(f"{key}.{rule}"))
    everything = [dots for by_rule in accuracies.values() for dots in by_rule.values()]
    _set_rows(ax, everything, heights, names)
    values = {"pairs": len(medians), "seeds": len(everything[0])}
    best, worst = max(medians, key=medians.__getitem__), min(medians, key=medians.__getitem__)
    titles(ax, key, **values, spread=100 * (medians[best] - medians[worst]))
    canvas.describe(
        ax,
        key,
        low=medians[worst],
        high=medians[best],
        best_schedule=language.text(f"{key}.{best[0]}"),
        best_rule=language.text(f"{key}.{best[1]}"),
        worst_schedule=language.text(f"{key}.{worst[0]}"),
        worst_rule=language.text(f"{key}.{worst[1]}"),
        **values,
    )
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def attribution(accuracies: dict[str, np.ndarray], *, source: str, ax: Axes | None = None) -> Axes:
    """Accuracy of recipes, each with one change more than the row above: a dot a seed.

    A bar marks the median; the change of the median, in percentage points, is in the margin.

    Parameters
    ----------
    accuracies : dict of str to numpy.ndarray
        By step, such as ``"article"`` or ``"width"``: shape (seeds,), as shares.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=4.4, ax=ax)
    key = "figures.hands_on.attribution"
    names = [language.text(f"{key}.{step}") for step in accuracies]
    heights = [1.0 + row for row in range(len(names))]
    medians: list[float] = []
    for dots, height in zip(accuracies.values(), heights, strict=True):
        median = _draw_seeds(ax, dots, height, COLORS["blue"])
        if medians:
            ax.plot([medians[-1]] * 2, [height - 0.64, height + 0.36], ":", color=COLORS["grey"])
            text = language.number(100 * (median - medians[-1]), "+z.1f")
            note(ax, text, (1.02, height), color=COLORS["ink"], va="center", **IN_MARGIN)
        medians.append(median)
    _set_rows(ax, list(accuracies.values()), heights, names)
    values = {"steps": len(names) - 1, "seeds": len(next(iter(accuracies.values())))}
    titles(ax, key, **values)
    rows = [
        language.text(f"{key}.row", name=name, median=median)
        for name, median in zip(names, medians, strict=True)
    ]
    canvas.describe(ax, key, rows="; ".join(rows), **values)
    canvas.mark_source(ax, source)
    return ax


def _draw_seeds(ax: Axes, dots: np.ndarray, height: float, color: str) -> float:
    """Draw a row of accuracies, a dot each and a bar at their median, and return the median."""
    median = float(np.median(dots))
    spread = np.linspace(-0.16, 0.16, len(dots))
    ax.plot(dots, height + spread, ".", color=color, markersize=8, alpha=0.6)
    ax.plot([median] * 2, [height - 0.36, height + 0.36], color=color, linewidth=3)
    return median


def _set_rows(
    ax: Axes, accuracies: list[np.ndarray], heights: Sequence[float], names: list[str]
) -> None:
    """Set limits, ticks and grid for rows of accuracies, the first at the top."""
    everything = np.concatenate(accuracies)
    margin = 0.06 * np.ptp(everything)
    ax.set_xlim(everything.min() - margin, everything.max() + margin)
    ax.set_ylim(heights[-1] + 0.6, min(0.6, heights[0] - 0.6))
    ax.set_yticks(heights, names)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")


@canvas.figure
def confusion(
    counts: np.ndarray, classes: tuple[str, ...], *, source: str, ax: Axes | None = None
) -> Axes:
    """Confusion matrix: true classes in rows, answers in columns.

    Parameters
    ----------
    counts : numpy.ndarray of int
        Shape (classes, classes), with at least one mistake.
    classes : tuple of str
        Their names.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=5.6, narrow=4.4, ax=ax)
    key = "figures.hands_on.confusion"
    size = len(counts)
    diagonal = np.eye(size, dtype=bool)
    wrong = np.where(diagonal, 0, counts)
    for cells, color, most in (
        (diagonal, "blue", counts.max()),
        (~diagonal, "orange", wrong.max()),
    ):
        drawn = np.argwhere(cells & (counts > 0))
        squares = [Rectangle((x - 0.47, y - 0.47), 0.94, 0.94) for y, x in drawn]
        # The root lets single mistakes be seen beside the frequent ones.
        shade = 0.08 + 0.37 * np.sqrt(counts[tuple(drawn.T)] / most)
        ax.add_collection(
            PatchCollection(squares, facecolor=COLORS[color], edgecolor="none", lw=0, alpha=shade)
        )
    for y, x in np.argwhere(counts > 0):
        number = language.number(int(counts[y, x]), "d")
        note(ax, number, (x, y), color=COLORS["ink"], ha="center", va="center")
    ax.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5))
    ax.set_xticks(range(size), classes)
    ax.set_yticks(range(size), classes)
    ax.tick_params(length=0)
    ax.grid(False)
    values = {"images": int(counts.sum()), "wrong": int(wrong.sum())}
    titles(ax, key, **values)
    pairs = np.argwhere(wrong == wrong.max())  # several may be equally frequent
    frequent = ", ".join(f"{classes[truth]} → {classes[answer]}" for truth, answer in pairs)
    canvas.describe(ax, key, frequent=frequent, count=int(wrong.max()), **values)
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def mistakes(
    pixels: np.ndarray,
    truth: list[str],
    answers: list[str],
    confidences: list[float],
    *,
    source: str,
    ax: Axes | None = None,
) -> Axes:
    """Images that a network got wrong, in two rows, with its answers.

    Parameters
    ----------
    pixels : numpy.ndarray
        Shape (images, height, width), at least one: from 0, paper, to 1, ink.
    truth, answers : list of str
        Of each image, the right class and the one that the network answered.
    confidences : list of float
        The probability that it gave its answer.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=3.2, narrow=2.4, ax=ax)
    key = "figures.hands_on.mistakes"
    images, height, width = pixels.shape
    columns = -(-images // 2)
    tiles = np.zeros((2 * columns, height, width))
    tiles[:images] = pixels
    _draw_tiles(ax, tiles.reshape(2, columns, height, width), gap=12)
    ax.set(xticks=[], yticks=[])
    for i, values in enumerate(zip(truth, answers, strict=True)):
        text = language.text(f"{key}.answered", truth=values[0], answer=values[1])
        at = (i % columns + 1, i // columns - 0.44)
        note(ax, text, at, color=COLORS["ink"], ha="center", va="top", fontweight="bold")
    # Rounded down, and never to 100 %: the network was wrong.
    least = min(np.floor(1000 * min(confidences)), 999) / 1000
    titles(ax, key, images=images, least=least)
    canvas.describe(ax, key, images=images, truth=truth[0], answer=answers[0], least=least)
    canvas.mark_source(ax, source)
    return ax


def _draw_tiles(ax: Axes, pixels: np.ndarray, gap: int = 0) -> None:
    """Draw images in rows and columns as one picture, column k around x = k, row j around y = j.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    pixels : numpy.ndarray
        Shape (rows, columns, height, width): from 0, paper, to 1, ink.
    gap : int
        Pixels to leave free above each image, and half as many on both sides.
    """
    pixels = np.pad(pixels, ((0, 0), (0, 0), (gap, 0), (gap // 2, gap // 2)))
    rows, columns, height, width = pixels.shape
    ink = pixels.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
    picture = np.empty((*ink.shape, 4))
    picture[..., :3] = to_rgb(COLORS["blue"])
    picture[..., 3] = ink
    extent = (0.5, columns + 0.5, rows - 0.5, -0.5)
    ax.imshow(picture, extent=extent, aspect=height / width, interpolation="none")
    ax.grid(False)
    ax.tick_params(length=0)
