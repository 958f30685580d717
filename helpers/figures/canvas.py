"""What all figures share: paper and ink, one look for each thing drawn, labels, descriptions."""

import textwrap
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import Formatter, ScalarFormatter

from helpers import _check, language

__all__ = [
    "COLORS",
    "DARK",
    "LOOKS",
    "WIDTH",
    "PlainFormatter",
    "alternative_text",
    "describe",
    "label_ends",
    "mark_source",
    "note",
    "recolour",
    "style",
    "subplots",
    "titles",
]

WIDTH = 6.0
"""Width of every figure in inches: on a phone its letters then still measure nine pixels."""

COLORS = {
    "ink": "#1f2328",
    "muted": "#59636e",
    "grid": "#d9dee4",
    "paper": "#fefefe",
    "grey": "#818b98",
    "blue": "#0969b3",
    "orange": "#bc4c00",
    "green": "#1a7f4b",
    "purple": "#7a3fc4",
    "pink": "#bf3989",
}
"""Colours on a light page; letters in any of them have a contrast of at least 4.5 on white."""

DARK = {
    "ink": "#e6edf3",
    "muted": "#9aa5b1",
    "grid": "#343b44",
    "paper": "#15191e",
    "grey": "#7d8793",
    "blue": "#6cb8ff",
    "orange": "#ff9d5c",
    "green": "#5ad19a",
    "purple": "#c0a1ff",
    "pink": "#ff8fc8",
}
"""The same colours on a dark page."""

LOOKS: dict[str, dict[str, Any]] = {
    "data": {"color": COLORS["grey"], "linestyle": "none", "marker": "o", "markersize": 4},
    "ma": {"color": COLORS["blue"], "linestyle": (0, (5, 2)), "linewidth": 1.8},
    "ewma": {"color": COLORS["orange"], "linestyle": "-", "linewidth": 1.8},
    "corrected": {"color": COLORS["green"], "linestyle": "-", "linewidth": 2.6},
    "sgd": {"color": COLORS["blue"], "linestyle": "-", "linewidth": 1.8},
    "adam": {"color": COLORS["orange"], "linestyle": "-", "linewidth": 2.2},
    "adamw": {"color": COLORS["green"], "linestyle": (0, (5, 2)), "linewidth": 2.2},
    "amsgrad": {"color": COLORS["purple"], "linestyle": (0, (5, 2)), "linewidth": 2.2},
    "momentum": {"color": COLORS["pink"], "linestyle": (0, (6, 1.5, 1.5, 1.5)), "linewidth": 2},
    "nesterov": {"color": COLORS["green"], "linestyle": (0, (3, 1.5)), "linewidth": 2},
    "reference": {"color": COLORS["muted"], "linestyle": (0, (1, 2)), "linewidth": 1.2},
}
"""How each thing looks, in every chapter: never told apart by colour alone."""

_STYLE: Any = {  # matplotlib types its settings by their three hundred names
    "axes.edgecolor": COLORS["muted"],
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.labelcolor": COLORS["muted"],
    "axes.labelsize": 10.5,
    "axes.linewidth": 0.8,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": COLORS["ink"],
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.5,
    "grid.color": COLORS["grid"],
    "grid.linewidth": 0.8,
    "hatch.linewidth": 0.8,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",
    "svg.hashsalt": "course",
    "text.color": COLORS["ink"],
    "xtick.color": COLORS["muted"],
    "xtick.labelsize": 10,
    "ytick.color": COLORS["muted"],
    "ytick.labelsize": 10,
    "ytick.major.size": 0,
}

_TITLE_LETTERS = 49
"""As many letters of a title as fit in one line."""

_descriptions: weakref.WeakKeyDictionary[FigureBase, str] = weakref.WeakKeyDictionary()


_in_style = False


@contextmanager
def style() -> Iterator[None]:
    """Draw in the course's style while this lasts; the caller's own settings come back after it.

    What draws a figure asks for it, and so do the parts that it calls; the first one sets it.
    """
    global _in_style
    if _in_style:
        yield
        return
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        _in_style = True
        try:
            yield
        finally:
            _in_style = False


def subplots(
    rows: int = 1, columns: int = 1, *, height: float = 3.5, ax: Axes | None = None, **options: Any
) -> Any:
    """Return new axes on the course's paper, or ``ax`` where the caller brings one.

    Parameters
    ----------
    rows, columns : int
        The grid of axes.
    height : float
        Of the figure, in inches; its width is `WIDTH`.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on instead.
    **options
        Passed on to `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of Axes
        One, or the grid. The figure is no part of pyplot's state and needs no closing.
    """
    if ax is not None:
        return ax
    with style():
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots(rows, columns, **options)
    for one in figure.axes:
        one.xaxis.set_major_formatter(_LocalFormatter())
        one.yaxis.set_major_formatter(_LocalFormatter())
    return axes


def titles(ax: Axes, key: str, **values: Any) -> None:
    """Set title and axis labels from the texts ``key.title``, ``key.x`` and ``key.y``.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    key : str
        Dotted path of the figure's texts.
    **values
        What the texts' fields stand for, as for `helpers.language.text`.
    """
    with style():
        ax.set_title(textwrap.fill(language.text(f"{key}.title", **values), _TITLE_LETTERS))
        ax.set_xlabel(language.text(f"{key}.x", **values))
        ax.set_ylabel(language.text(f"{key}.y", **values))


def note(ax: Axes, text: str, at: tuple[float, float], **options: Any) -> None:
    """Write a short remark at a data point, in muted letters unless told otherwise.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    text : str
        The remark.
    at : tuple of two floats
        The point, in data units unless ``xycoords`` says otherwise.
    **options
        As for `matplotlib.axes.Axes.annotate`.
    """
    options = {"fontsize": 10, "color": COLORS["muted"], **options}
    with style():
        ax.annotate(text, at, **options)


def label_ends(ax: Axes, labels: Iterable[tuple[float, float, str, str]], gap: float = 13) -> None:
    """Write each line's name at its end, in its colour, none on top of another.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes whose limits are settled.
    labels : iterable of (x, y, text, color)
        The line's last point in data units, its name, and its colour.
    gap : float
        Least distance between two names, in points.
    """
    to_points = 72 / ax.figure.dpi
    labels = sorted(labels, key=lambda label: label[1])
    ends = [ax.transData.transform(label[:2])[1] * to_points for label in labels]
    heights: list[float] = []
    for end in ends:
        heights.append(max([end, *(below + gap for below in heights[-1:])]))
    # Where they would climb into the title, the highest pushes the others down.
    ceiling = ax.bbox.ymax * to_points
    for at in reversed(range(len(heights))):
        heights[at] = min(heights[at], ceiling)
        ceiling = heights[at] - gap
    for (x, y, words, color), end, height in zip(labels, ends, heights, strict=True):
        note(
            ax,
            words,
            (x, y),
            xytext=(6, height - end),
            textcoords="offset points",
            color=color,
            va="center",
            annotation_clip=False,
        )


def describe(ax: Axes, key: str, **values: Any) -> None:
    """Give the figure of ``ax`` its alternative text: what it shows, made from its own data.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Any axes of the figure.
    key : str
        Dotted path of the figure's texts; this one is ``key.alt``.
    **values
        What the texts' fields stand for, as for `helpers.language.text`.
    """
    _descriptions[ax.figure] = language.text(f"{key}.alt", **values)


def mark_source(ax: Axes, source: str) -> None:
    """Say below the figure of ``ax`` that its data are the embedded digits, if they are.

    It is the figure's ``supxlabel``, for which the layout makes room. It joins the alternative text
    too, so call this after `describe`.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Any axes of the figure.
    source : {"mnist", "digits"}
        The ``source`` of `helpers.data.Images`. For "mnist" nothing is written.
    """
    if _check.choice("source", source, ("mnist", "digits")) == "mnist":
        return
    words = language.text("data.mark")
    with style():
        ax.figure.supxlabel(
            words, x=0.99, ha="right", fontsize=10, fontstyle="italic", color=COLORS["muted"]
        )
    told = alternative_text(ax.figure).removesuffix(f"{words}.").strip()
    _descriptions[ax.figure] = f"{told} {words}.".strip()


def alternative_text(figure: FigureBase) -> str:
    """Return the text that `describe` gave to a figure, or the empty string.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.

    Returns
    -------
    str
        What it shows, in words.
    """
    return _descriptions.get(figure, "")


def recolour(svg: str) -> str:
    """Turn a picture drawn for a light page into the one for a dark page.

    Parameters
    ----------
    svg : str
        A picture in `COLORS`.

    Returns
    -------
    str
        The same in `DARK`.
    """
    for name, light in COLORS.items():
        svg = svg.replace(light, DARK[name])
    return svg


class PlainFormatter(Formatter):
    """Tick labels such as 0.05 or 1,000 on logarithmic axes, as the language writes them."""

    def __init__(self) -> None:
        self._code = language.current()

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of the value ``x``."""
        return language.number(x, ",g", self._code)


class _LocalFormatter(ScalarFormatter):
    """Tick labels with the decimal mark of the language in which the figure was made."""

    def __init__(self) -> None:
        super().__init__(useOffset=False)
        self._code = language.current()

    def __call__(self, x: float, pos: int | None = None) -> str:
        label = super().__call__(x, pos)
        return label.replace(".", ",") if self._code == "pt" else label
