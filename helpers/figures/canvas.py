"""What all figures share: paper and ink, one look for each thing drawn, labels, descriptions."""

import functools
import textwrap
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import Formatter, ScalarFormatter

from helpers import _validate, language
from helpers.figures.palette import COLORS

__all__ = [
    "WIDTH",
    "PlainFormatter",
    "alternative_text",
    "describe",
    "figure",
    "figure_of",
    "label_ends",
    "mark_source",
    "note",
    "redraw",
    "style",
    "subplots",
    "titles",
]

WIDTH = 6.0
"""Width of every figure in inches: on a phone its letters then still measure nine pixels."""


def _settings() -> Any:
    """Return matplotlib's settings for the current theme."""
    return {
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


_drawings: weakref.WeakKeyDictionary[FigureBase, Callable[[], Any]] = weakref.WeakKeyDictionary()
"""How to draw each figure again."""

_in_style = False

_Parameters = ParamSpec("_Parameters")
_Drawn = TypeVar("_Drawn", bound=Axes | np.ndarray)


def figure(draw: Callable[_Parameters, _Drawn]) -> Callable[_Parameters, _Drawn]:
    """Decorate a function that draws one of the course's figures and returns its axes.

    The function draws in the course's style, and `redraw` can call it again.

    Parameters
    ----------
    draw : callable
        Takes data and a keyword-only ``ax`` or ``axes``, and returns axes.

    Returns
    -------
    callable
        Called in the same way.
    """

    @functools.wraps(draw)
    def drawn(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Drawn:
        with style():
            axes = draw(*args, **kwargs)
        if kwargs.get("ax") is None and kwargs.get("axes") is None:
            _drawings[figure_of(axes)] = functools.partial(drawn, *args, **kwargs)
        return axes

    return drawn


def figure_of(drawn: Axes | np.ndarray | Figure) -> Figure:
    """Return the figure that axes belong to.

    Parameters
    ----------
    drawn : matplotlib.axes.Axes, numpy.ndarray of Axes or matplotlib.figure.Figure
        What a function of `helpers.figures` returned, or its figure.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.

    Raises
    ------
    TypeError
        If ``drawn`` is none of these.
    """
    first = drawn.flat[0] if isinstance(drawn, np.ndarray) and drawn.size else drawn
    found = first.figure if isinstance(first, Axes) else first
    if not isinstance(found, Figure):
        raise TypeError(f"drawn must be axes or a figure of matplotlib, got {drawn!r}")
    return found


def redraw(drawn: Axes | np.ndarray | Figure) -> Figure:
    """Draw a figure again, from the same data, in the current language and theme.

    Parameters
    ----------
    drawn : matplotlib.axes.Axes, numpy.ndarray of Axes or matplotlib.figure.Figure
        What a function decorated with `figure` returned.

    Returns
    -------
    matplotlib.figure.Figure
        A new figure.

    Raises
    ------
    TypeError
        If ``drawn`` is neither axes nor a figure.
    ValueError
        If it was not drawn by such a function, or on axes of the caller's.
    """
    again = _drawings.get(figure_of(drawn))
    if again is None:
        raise ValueError(
            "drawn must come from a function decorated with helpers.figures.canvas.figure, "
            f"on axes of its own, got {drawn!r}"
        )
    return figure_of(again())


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
        mpl.rcParams.update(_settings())
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
    if _validate.choice("source", source, ("mnist", "digits")) == "mnist":
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
