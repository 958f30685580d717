"""Figures of chapter 8: a network trained on handwritten digits, from the data to its mistakes."""

from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES

__all__ = [
    "accuracies",
    "comparison",
    "confusion",
    "last_batches",
    "learning_rates",
    "mistakes",
    "normalisations",
    "samples",
    "smoothing",
]

_PEN = (0x2F / 255, 0x81 / 255, 0xD0 / 255)
"""What digits are written with: it stands out on a light page and on a dark one alike."""


@canvas.figure
def samples(
    pixels: torch.Tensor, classes: tuple[str, ...], *, source: str, ax: Axes | None = None
) -> Axes:
    """Draw some images of each class, a row a class.

    Parameters
    ----------
    pixels : torch.Tensor
        Shape (classes, examples, height, width): from 0, paper, to 1, ink.
    classes : tuple of str
        Their names.
    source : {"mnist", "digits"}
        Whose images these are.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=6.2, ax=ax)
    rows, columns = pixels.shape[:2]
    _draw_tiles(ax, pixels)
    with canvas.style():
        ax.set_xticks(range(1, columns + 1))
        ax.set_yticks(range(rows), classes)
    canvas.titles(ax, "figures.hands_on.samples")
    canvas.describe(
        ax,
        "figures.hands_on.samples",
        classes=rows,
        examples=columns,
        ink=float(pixels.mean()),
    )
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def accuracies(
    train: np.ndarray,
    validation: np.ndarray,
    *,
    source: str,
    ax: Axes | None = None,
) -> Axes:
    """Accuracy of a training, epoch by epoch: as seen on the way, and on the validation part.

    Parameters
    ----------
    train, validation : numpy.ndarray
        Shape (epochs,), as shares.
    source : {"mnist", "digits"}
        What it was trained on.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    dotted = {**STYLES["adam"], "linestyle": (0, (2, 1.5))}
    _draw_epochs(ax, [(train, "train", dotted), (validation, "validation", STYLES["adam"])])
    canvas.titles(ax, "figures.hands_on.accuracies")
    canvas.describe(
        ax,
        "figures.hands_on.accuracies",
        epochs=len(train),
        first_train=train[0],
        first_validation=validation[0],
        last_train=train[-1],
        last_validation=validation[-1],
    )
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def normalisations(
    halves: np.ndarray, own: np.ndarray, *, source: str, ax: Axes | None = None
) -> Axes:
    """Validation accuracy of one recipe under two normalisations of its data.

    Parameters
    ----------
    halves, own : numpy.ndarray
        Shape (epochs,), as shares: with (0.5, 0.5), and with the training data's own statistics.
    source : {"mnist", "digits"}
        What it was trained on.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    dashed = {**STYLES["adam"], "linestyle": (0, (5, 2))}
    _draw_epochs(ax, [(halves, "halves", dashed), (own, "own", STYLES["corrected"])])
    canvas.titles(ax, "figures.hands_on.normalisations")
    canvas.describe(
        ax,
        "figures.hands_on.normalisations",
        epochs=len(own),
        first_halves=halves[0],
        first_own=own[0],
        last_halves=halves[-1],
        last_own=own[-1],
        ahead=int((own > halves).sum()),
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
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.2, ax=ax)
    epochs = np.arange(1, len(rates) + 1)
    with canvas.style():
        ax.plot(epochs, rates, ".", color=STYLES["adam"]["color"], markersize=9)
        ax.step(epochs, rates, where="post", color=STYLES["adam"]["color"], linewidth=1.2)
        ax.set_xlim(0.5, len(rates) + 0.5)
        ax.set_ylim(0, 1.15 * rates.max())
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    starts = [0, *np.flatnonzero(np.diff(rates)) + 1]
    for at in starts:
        canvas.note(
            ax,
            language.number(rates[at], ".6g"),
            (epochs[at], rates[at]),
            xytext=(3, 7),
            textcoords="offset points",
        )
    canvas.titles(ax, "figures.hands_on.learning_rates", steps=len(starts))
    canvas.describe(
        ax,
        "figures.hands_on.learning_rates",
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
        What it was trained on.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.6, ax=ax)
    epochs = np.arange(1, len(means) + 1)
    with canvas.style():
        ax.vlines(epochs, means, last, color=COLORS["grid"], linewidth=1.2, zorder=1)
        ax.plot(epochs, means, **STYLES["adam"])
        ax.plot(epochs, last, "o", color=COLORS["blue"], markersize=5, mfc="none")
        ax.set_xlim(0.5, len(means) + 0.5)
        ax.set_ylim(0, None)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    canvas.titles(ax, "figures.hands_on.last_batches")
    for row, (name, color) in enumerate((("mean", "orange"), ("last", "blue"))):
        canvas.note(
            ax,
            language.text(f"figures.hands_on.last_batches.{name}"),
            (0.98, 0.96 - 0.1 * row),
            xycoords="axes fraction",
            ha="right",
            va="top",
            color=COLORS[color],
        )
    ratio = last / means
    canvas.describe(
        ax,
        "figures.hands_on.last_batches",
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
        Shape (points,): when each was taken, in epochs.
    raw, smoothed : numpy.ndarray
        Shape (points,): the norm of the mini-batch's gradient, and its average.
    periods : float
        Of the average.
    source : {"mnist", "digits"}
        What it was trained on.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.7, ax=ax)
    with canvas.style():
        ax.plot(epochs, raw, color=COLORS["grey"], linewidth=0.7)
        ax.plot(epochs, smoothed, **{**STYLES["corrected"], "linewidth": 2})
        ax.set_xlim(0, np.ceil(epochs[-1]))
        ax.set_ylim(0, 1.02 * raw.max())
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    canvas.titles(ax, "figures.hands_on.smoothing", periods=periods)
    for row, (name, color) in enumerate((("raw", "muted"), ("smoothed", "green"))):
        canvas.note(
            ax,
            language.text(f"figures.hands_on.smoothing.{name}"),
            (0.98, 0.96 - 0.1 * row),
            xycoords="axes fraction",
            ha="right",
            va="top",
            color=COLORS[color],
            bbox={"facecolor": COLORS["paper"], "edgecolor": "none", "pad": 1.5},
        )
    canvas.describe(
        ax,
        "figures.hands_on.smoothing",
        periods=periods,
        epochs=float(np.ceil(epochs[-1])),
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
    accuracies : dict of dict of numpy.ndarray
        By schedule, ``"constant"``, ``"cosine"`` and ``"one_cycle"``, then by the name of the
        rule's look: shape (seeds,), as shares.
    rates : dict of dict of float
        The learning rate of each.
    source : {"mnist", "digits"}
        What was trained on.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=5.0, ax=ax)
    rows = [(schedule, rule) for schedule, rules in accuracies.items() for rule in rules]
    medians = {row: float(np.median(accuracies[row[0]][row[1]])) for row in rows}
    values = np.concatenate([accuracies[schedule][rule] for schedule, rule in rows])
    margin = 0.06 * np.ptp(values)
    heights, places = [], 0.0
    for i, (schedule, _) in enumerate(rows):
        places += 1.9 if not i or rows[i - 1][0] != schedule else 1.0
        heights.append(places)
    with canvas.style():
        for (schedule, rule), height in zip(rows, heights, strict=True):
            color, dots = STYLES[rule]["color"], accuracies[schedule][rule]
            spread = np.linspace(-0.16, 0.16, len(dots))
            ax.plot(dots, height + spread, ".", color=color, markersize=8, alpha=0.6)
            middle = medians[schedule, rule]
            ax.plot([middle] * 2, [height - 0.36, height + 0.36], color=color, linewidth=3)
        names = [language.text(f"figures.hands_on.comparison.{rule}") for _, rule in rows]
        ax.set_yticks(heights, names)
        ax.set_xlim(values.min() - margin, values.max() + margin)
        ax.set_ylim(places + 0.6, 0.6)
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.grid(False, axis="y")
        ax.grid(True, axis="x")
    told: dict[str, Any] = {"pairs": len(rows), "seeds": len(values) // len(rows)}
    canvas.titles(ax, "figures.hands_on.comparison", **told)
    for (schedule, rule), height in zip(rows, heights, strict=True):
        at = {"xycoords": ("axes fraction", "data"), "annotation_clip": False, "va": "center"}
        rate = language.text("figures.hands_on.comparison.rate", rate=rates[schedule][rule])
        canvas.note(ax, rate, (1.02, height), color=STYLES[rule]["color"], **at)
        if rule == next(iter(accuracies[schedule])):
            name = language.text(f"figures.hands_on.comparison.{schedule}")
            canvas.note(ax, name, (0.0, height - 0.82), color=COLORS["ink"], **at)
    best, worst = max(medians, key=medians.__getitem__), min(medians, key=medians.__getitem__)
    told |= {
        f"{which}_{part}": language.text(f"figures.hands_on.comparison.{name}")
        for which, row in (("best", best), ("worst", worst))
        for part, name in zip(("schedule", "rule"), row, strict=True)
    }
    canvas.describe(
        ax,
        "figures.hands_on.comparison",
        low=medians[worst],
        high=medians[best],
        **told,
    )
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def confusion(
    counts: torch.Tensor, classes: tuple[str, ...], *, source: str, ax: Axes | None = None
) -> Axes:
    """Draw a confusion matrix: true classes in rows, answers in columns.

    Parameters
    ----------
    counts : torch.Tensor of int
        Shape (classes, classes), with at least one mistake.
    classes : tuple of str
        Their names.
    source : {"mnist", "digits"}
        Whose images were classified.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=5.6, ax=ax)
    table = np.asarray(counts)
    right = np.eye(len(table), dtype=bool)
    wrong = np.where(right, 0, table)
    truth, answer = np.unravel_index(wrong.argmax(), wrong.shape)
    with canvas.style():
        for cells, color, most in ((right, "blue", table), (~right, "orange", wrong)):
            drawn = np.argwhere(cells & (table > 0))
            squares = [Rectangle((x - 0.47, y - 0.47), 0.94, 0.94) for y, x in drawn]
            # The root lets single mistakes be seen beside the frequent ones.
            shade = 0.08 + 0.37 * np.sqrt(table[tuple(drawn.T)] / most.max())
            look: dict[str, Any] = {"facecolor": COLORS[color], "edgecolor": "none", "linewidth": 0}
            ax.add_collection(PatchCollection(squares, alpha=shade, **look))
        ax.set_xlim(-0.5, len(table) - 0.5)
        ax.set_ylim(len(table) - 0.5, -0.5)
        ax.set_xticks(range(len(table)), classes)
        ax.set_yticks(range(len(table)), classes)
        ax.grid(False)
        ax.tick_params(length=0)
    for y, x in np.argwhere(table > 0):
        number = language.number(int(table[y, x]), "d")
        canvas.note(ax, number, (x, y), ha="center", va="center", color=COLORS["ink"])
    told = {
        "truth": classes[truth],
        "answer": classes[answer],
        "count": int(wrong.max()),
    }
    canvas.titles(ax, "figures.hands_on.confusion", **told)
    canvas.describe(
        ax,
        "figures.hands_on.confusion",
        images=int(table.sum()),
        right=int(table[right].sum()),
        wrong=int(wrong.sum()),
        **told,
    )
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def mistakes(
    pixels: torch.Tensor,
    truth: list[str],
    answers: list[str],
    confidences: list[float],
    *,
    source: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw images that a network got wrong, in two rows, with its answers.

    Parameters
    ----------
    pixels : torch.Tensor
        Shape (images, height, width), at least one: from 0, paper, to 1, ink.
    truth, answers : list of str
        Of each image, the right class and the one that the network answered.
    confidences : list of float
        The probability that it gave its answer.
    source : {"mnist", "digits"}
        Whose images these are.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    columns = -(-len(pixels) // 2)
    blank = pixels.new_zeros(2 * columns - len(pixels), *pixels.shape[1:])
    tiles = torch.cat([pixels, blank]).unflatten(0, (2, columns))
    _draw_tiles(ax, tiles, gap=12)
    with canvas.style():
        ax.set_xticks(range(1, columns + 1))
        rows = [language.text(f"figures.hands_on.mistakes.{name}") for name in ("first", "next")]
        ax.set_yticks([0, 1], rows, rotation=90, va="center")
    # Rounded down: who is wrong shall not be said to be 100 % sure, whatever float32 makes of it.
    sure = np.minimum(np.floor(1000 * np.array(confidences)), 999) / 1000
    for i, (right, answer) in enumerate(zip(truth, answers, strict=True)):
        words = language.text(
            "figures.hands_on.mistakes.answered", truth=right, answer=answer, confidence=sure[i]
        )
        at = (i % columns + 1, i // columns - 0.48)
        canvas.note(ax, words, at, ha="center", va="top", color=COLORS["ink"], linespacing=1.25)
    canvas.titles(ax, "figures.hands_on.mistakes")
    canvas.describe(
        ax,
        "figures.hands_on.mistakes",
        images=len(pixels),
        truth=truth[0],
        answer=answers[0],
        most=sure[0],
        least=sure[-1],
    )
    canvas.mark_source(ax, source)
    return ax


def _draw_tiles(ax: Axes, pixels: torch.Tensor, gap: int = 0) -> None:
    """Draw images in rows and columns as one picture, column k around x = k, row j around y = j.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    pixels : torch.Tensor
        Shape (rows, columns, height, width).
    gap : int
        Pixels to leave free above each image.
    """
    pixels = torch.nn.functional.pad(pixels, (gap // 2, gap // 2, gap, 0))
    rows, columns, height, width = pixels.shape
    ink = pixels.permute(0, 2, 1, 3).reshape(rows * height, columns * width).numpy()
    picture = np.empty((*ink.shape, 4))
    picture[..., :3], picture[..., 3] = _PEN, ink
    extent = (0.5, columns + 0.5, rows - 0.5, -0.5)
    with canvas.style():
        ax.imshow(picture, extent=extent, aspect=height / width, interpolation="none")
        ax.grid(False)
        ax.tick_params(length=0)


def _draw_epochs(ax: Axes, curves: list[tuple[np.ndarray, str, dict[str, Any]]]) -> None:
    """Draw shares epoch by epoch, each line named at its end."""
    ends = []
    with canvas.style():
        for curve, name, look in curves:
            epochs = np.arange(1, len(curve) + 1)
            ax.plot(epochs, curve, **look)
            words = language.text(f"figures.hands_on.curves.{name}")
            ends.append((epochs[-1], curve[-1], words, look["color"]))
        ax.set_xlim(1, len(curves[0][0]))
        ax.set_ylim(None, 1)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    canvas.label_ends(ax, ends)
