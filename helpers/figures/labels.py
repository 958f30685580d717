"""Texts in figures: titles, notes, and the names of lines."""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS
from helpers.figures.wrapping import wrapped

__all__ = ["RULES", "corner_note", "headline", "label_ends", "note", "titles"]

RULES = {
    "sgd": "SGD",
    "momentum": "momentum",
    "nesterov": "Nesterov",
    "adam": "Adam",
    "adamw": "AdamW",
    "lion": "Lion",
    "muon": "Muon",
    "schedule_free": "schedule-free",
    "adafactor": "Adafactor",
}
"""Names of optimizers by their style, the same in every language."""

_TITLE_LETTER, _LABEL_LETTER = 7.2, 5.7
"""Width of a letter of a title and of an axis label, in points."""

_NARROW_NAME = 12
"""How many letters a line of a curve's name beside it has on a narrow page."""


def titles(ax: Axes, key: str, **values: Any) -> None:
    """Set title and axis labels from the texts ``key.title``, ``key.x`` and ``key.y``, wrapped.

    The label of a logarithmic axis says so: set the scales before. Panels beside each other have
    smaller titles.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    key : str
        Dotted path of the figure's texts.
    **values
        What the texts' fields stand for, as for `helpers.language.text`.
    """
    points = 72 / ax.figure.dpi
    width, height = ax.bbox.width * points, ax.bbox.height * points
    ticks = [re.sub(r"\$.*\$", "10ⁿⁿ", label.get_text()) for label in ax.get_yticklabels()]
    names = [line for text in ticks for line in text.split("\n")]
    # Over one panel a title may go on to the right edge, from where the names of ticks end.
    room = ax.figure.bbox.width * points - 24 - _LABEL_LETTER * max(map(len, names), default=0)
    title = language.text(f"{key}.title", **values)
    spec = ax.get_subplotspec()
    if spec and spec.get_gridspec().ncols > 1:
        ax.set_title(wrapped(title, width / 4.5), fontsize=10, fontweight="normal")
    else:
        ax.set_title(wrapped(title, room / _TITLE_LETTER))
    for part, axis, space in (("x", ax.xaxis, min(width, room)), ("y", ax.yaxis, 0.9 * height)):
        text = language.text(f"{key}.{part}", **values)
        if axis.get_scale() == "log":
            text = language.text("figures.log", label=text)
        axis.set_label_text(wrapped(text, space / _LABEL_LETTER))


def headline(axes: np.ndarray, key: str, **values: Any) -> None:
    """Give a figure of several panels a title of its own, from the text ``key.title``.

    Parameters
    ----------
    axes : numpy.ndarray of matplotlib.axes.Axes
        The panels.
    key : str
        Dotted path of the figure's texts.
    **values
        What the text's fields stand for, as for `helpers.language.text`.
    """
    figure = axes.flat[0].figure
    letters = figure.bbox.width * 72 / figure.dpi / _TITLE_LETTER
    text = wrapped(language.text(f"{key}.title", **values), letters)
    figure.suptitle(text, x=0.01, ha="left", color=COLORS["ink"])


def note(
    ax: Axes,
    text: str,
    at: tuple[Any, Any],
    offset: tuple[float, float] = (0, 0),
    *,
    color: str | None = None,
    ha: str = "left",
    va: str = "baseline",
    plate: bool = False,
    narrow: int = 17,
    **options: Any,
) -> None:
    """Write a text at a data point or some points away from it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    text : str
        What to write.
    at : tuple of two floats
        The point, in data units unless ``xycoords`` says otherwise.
    offset : tuple of two floats
        How far to the right of the point and above it the text lies, in points.
    color : str, optional
        Colour of the letters, by default muted.
    ha, va : str
        Which side of the text lies there, as for `matplotlib.text.Text`.
    plate : bool
        Whether the text hides what lies below it.
    narrow : int
        How many letters a line has on a narrow page, unless the text is turned.
    **options
        As for `matplotlib.axes.Axes.annotate`.
    """
    if plate:
        options["bbox"] = {"facecolor": COLORS["paper"], "edgecolor": "none", "pad": 1.5}
    if canvas.is_narrow() and not options.get("rotation"):
        text = wrapped(text, narrow)
    options = {"fontsize": 10, "color": color or COLORS["muted"], "ha": ha, "va": va, **options}
    ax.annotate(text, at, xytext=offset, textcoords="offset points", **options)


def corner_note(
    ax: Axes, text: str, row: int = 0, *, color: str, right: bool = False, **options: Any
) -> None:
    """Write a text into the upper left or right corner, below ``row`` others.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    text : str
        What to write.
    row : int
        How many lines to leave free above it.
    color : str
        Colour of the letters.
    right : bool
        Whether to write into the right corner.
    **options
        As for `note`.
    """
    note(
        ax,
        text,
        (int(right), 1),
        (-6 if right else 6, -7 - 18 * row),
        color=color,
        plate=True,
        narrow=26,
        xycoords="axes fraction",
        ha="right" if right else "left",
        va="top",
        **options,
    )


def label_ends(
    ax: Axes, ends: Iterable[tuple[float, float, str, str]] | None = None, gap: float = 13
) -> None:
    """Write the name of each line at its end, in its colour, none on top of another.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes whose limits are set.
    ends : iterable of (x, y, text, color), optional
        End, name and colour of each line, by default of those that were plotted with a label.
    gap : float
        Least distance between two names, in points.
    """
    if ends is None:
        ends = [
            (*np.asarray(line.get_xydata())[-1], str(line.get_label()), str(line.get_color()))
            for line in ax.lines
            if not str(line.get_label()).startswith("_")  # matplotlib's name of a line without one
        ]
    to_points = 72 / ax.figure.dpi
    low, high = sorted(ax.get_ylim())
    # A line that leaves the axes is named where it leaves them.
    ends = [(x, min(max(y, low), high), text, color) for x, y, text, color in ends]
    ends.sort(key=lambda end: end[1])
    if canvas.is_narrow():
        ends = [(x, y, wrapped(text, _NARROW_NAME), color) for x, y, text, color in ends]
    levels = [ax.transData.transform(end[:2])[1] * to_points for end in ends]
    # Half the height of each name: two names are as far apart as the sum of theirs.
    halves = [gap / 2 * (1 + text.count("\n")) for *_, text, _ in ends]
    heights: list[float] = []
    floor = -np.inf
    for level, half in zip(levels, halves, strict=True):
        heights.append(max(level, floor + half))
        floor = heights[-1] + half
    # Where the names would climb into the title, the highest pushes the others down.
    ceiling = ax.bbox.ymax * to_points + gap / 2
    for i in reversed(range(len(heights))):
        heights[i] = min(heights[i], ceiling - halves[i])
        ceiling = heights[i] - halves[i]
    for (x, y, text, color), level, height in zip(ends, levels, heights, strict=True):
        # Grey is for points and lines: letters in it would be too pale.
        readable = COLORS["muted"] if color == COLORS["grey"] else color
        note(
            ax,
            text,
            (x, y),
            (6, height - level),
            color=readable,
            va="center",
            annotation_clip=False,
        )
