"""What every figure is drawn on: axes in the course's style, with an alternative text."""

import functools
import inspect
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase

from helpers import _validate, language
from helpers.figures.palette import COLORS
from helpers.figures.ticks import LinearFormatter
from helpers.figures.wrapping import wrapped

__all__ = [
    "PAGES",
    "alternative_text",
    "describe",
    "figure",
    "figure_of",
    "footnote",
    "geometry",
    "is_narrow",
    "mark_source",
    "page",
    "redraw",
    "style",
    "subplots",
    "take_title",
]

PAGES = {"wide": 6.0, "narrow": 3.6}
"""Width of every figure in inches, by the page that it is for. Letters are as large on both: on a
phone of 320 pixels tick labels then still measure 11 pixels."""

_AX = """
ax : matplotlib.axes.Axes, optional
    Axes to draw on, by default those of a new figure.

Returns
-------
matplotlib.axes.Axes
    The axes.
"""

_AXES = """
axes : numpy.ndarray of matplotlib.axes.Axes, optional
    Axes to draw on, one a panel, by default those of a new figure.

Returns
-------
numpy.ndarray of matplotlib.axes.Axes
    The axes, one a panel.
"""

_descriptions: weakref.WeakKeyDictionary[FigureBase, str] = weakref.WeakKeyDictionary()
_drawings: weakref.WeakKeyDictionary[FigureBase, Callable[[], Any]] = weakref.WeakKeyDictionary()

_FOOTNOTE_LETTER = 5.4
"""Width of a letter of a footnote, in points."""

_TITLE_HEIGHT = 0.25
"""Of a title, in inches."""

_in_style = False
_page = "wide"

_Parameters = ParamSpec("_Parameters")
_Drawn = TypeVar("_Drawn", bound=Axes | np.ndarray)


def figure(draw: Callable[_Parameters, _Drawn]) -> Callable[_Parameters, _Drawn]:
    """Decorate a function that draws one of the course's figures and returns its axes.

    The function then draws in the course's style, gets arrays for the tensors that it is called
    with, and `redraw` can call it again. Its docstring gets what is the same for all figures, the
    axes that they take and return, after its other parameters.

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
        args, kwargs = _to_arrays(args), _to_arrays(kwargs)
        with style():
            axes = draw(*args, **kwargs)
        if kwargs.get("ax") is None and kwargs.get("axes") is None:
            _drawings[figure_of(axes)] = functools.partial(drawn, *args, **kwargs)
        return axes

    several = "axes" in inspect.signature(draw).parameters
    drawn.__doc__ = inspect.cleandoc(draw.__doc__ or "") + (_AXES if several else _AX)
    return drawn


def _to_arrays(value: Any) -> Any:
    """Replace all tensors within tuples, lists and dicts by arrays."""
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()[()]  # a scalar where there are no dimensions
    if isinstance(value, dict):
        return {key: _to_arrays(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_to_arrays(part) for part in value]
    if isinstance(value, tuple):
        return tuple(_to_arrays(part) for part in value)
    return value


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
        got = _validate.shown(drawn)
        raise TypeError(f"drawn must be axes or a figure of matplotlib, got {got}")
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
def page(name: str) -> Iterator[None]:
    """Draw figures for a wide or for a narrow page inside the ``with`` block.

    Parameters
    ----------
    name : {"wide", "narrow"}
        The page.
    """
    global _page
    before, _page = _page, _validate.choice("name", name, tuple(PAGES))
    try:
        yield
    finally:
        _page = before


def is_narrow() -> bool:
    """Whether figures are drawn for a narrow page.

    Returns
    -------
    bool
        True within ``page("narrow")``.
    """
    return _page == "narrow"


@contextmanager
def style() -> Iterator[None]:
    """Draw in the course's style inside the ``with`` block; the caller's own settings do not count.

    It is reentrant: only the outermost block sets the style.
    """
    global _in_style
    if _in_style:
        yield
        return
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_settings())
        mpl.rc("text", color=COLORS["ink"])
        mpl.rc("axes", titlecolor=COLORS["ink"])
        mpl.rc("axes", edgecolor=COLORS["muted"], labelcolor=COLORS["muted"])
        mpl.rc("xtick", color=COLORS["muted"])
        mpl.rc("ytick", color=COLORS["muted"])
        mpl.rc("grid", color=COLORS["grid"])
        _in_style = True
        try:
            yield
        finally:
            _in_style = False


@functools.cache
def _settings() -> mpl.RcParams:
    """Read matplotlib's settings that both themes share."""
    with resources.as_file(resources.files("helpers.figures") / "course.mplstyle") as path:
        return mpl.rc_params_from_file(path, use_default_template=False)


def subplots(
    rows: int = 1,
    columns: int = 1,
    *,
    height: float = 3.5,
    narrow: float | None = None,
    narrow_grid: tuple[int, int] | None = None,
    ax: Axes | np.ndarray | None = None,
    **options: Any,
) -> Any:
    """Return axes whose tick labels are in the current language: new ones, or the caller's.

    Parameters
    ----------
    rows, columns : int
        The grid of new axes.
    height : float
        Of the new figure, in inches; its width is that of `PAGES`.
    narrow : float, optional
        Its height for a narrow page, by default nearly the same.
    narrow_grid : tuple of two ints, optional
        Rows and columns on a narrow page, by default a single column.
    ax : matplotlib.axes.Axes or numpy.ndarray of Axes, optional
        The caller's axes, instead of new ones.
    **options
        Passed on to `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of Axes
        One, or the grid. A new figure is no part of pyplot's state and needs no closing.
    """
    if ax is None:
        with style():
            if is_narrow():
                height = narrow or 0.94 * height
                rows, columns = narrow_grid or (rows * columns, 1)
            new = Figure(figsize=(PAGES[_page], height), layout="constrained")
            ax = new.subplots(rows, columns, **options)
    for one in np.ravel(np.asarray(ax, dtype=object)):
        one.xaxis.set_major_formatter(LinearFormatter())
        one.yaxis.set_major_formatter(LinearFormatter())
    return ax


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


def footnote(ax: Axes, text: str) -> None:
    """Write a text below the figure of ``ax``, for which the layout makes room.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Any axes of the figure.
    text : str
        What to write.
    """
    text = wrapped(text, PAGES[_page] * 72 / _FOOTNOTE_LETTER)
    with style():
        ax.figure.supxlabel(
            text, x=0.99, ha="right", fontsize=10, fontstyle="italic", color=COLORS["muted"]
        )


def mark_source(ax: Axes, source: str) -> None:
    """Write below the figure of ``ax`` that its data are the embedded digits, if they are.

    The mark is the figure's ``supxlabel``, for which the layout makes room, and the end of its
    alternative text: call this after `describe`.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Any axes of the figure.
    source : {"mnist", "digits"}
        The ``source`` of `helpers.data.Images`. For "mnist" nothing is written.
    """
    if _validate.choice("source", source, ("mnist", "digits")) == "mnist":
        return
    mark = language.text("data.mark")
    footnote(ax, mark)
    before = alternative_text(ax.figure).removesuffix(f"{mark}.").strip()
    _descriptions[ax.figure] = f"{before} {mark}.".strip()


def take_title(figure: Figure) -> str:
    """Take a figure's title out of it, for the page to write it above the picture.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure, which becomes lower.

    Returns
    -------
    str
        The figure's title, or that of its only panel; else the empty string, and the panels keep
        theirs.
    """
    panels = figure.axes
    own = figure.get_suptitle()
    title = own or (panels[0].get_title(loc="left") if len(panels) == 1 else "")
    if not title:
        return ""
    if own:
        figure.suptitle("").set_in_layout(False)
    else:
        panels[0].set_title("", loc="left")
    figure.set_figheight(figure.get_figheight() - _TITLE_HEIGHT)
    return " ".join(title.split())


def geometry(figure: Figure) -> dict[str, list[Any]]:
    """Return where the axes of a drawn figure are, for a page to draw a reader's guess on them.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure, once it is drawn: before, the layout is not known.

    Returns
    -------
    dict of str to list
        Under ``box`` the left, top, right and bottom of all panels together, as shares of the
        figure's width and height; under ``x`` and ``y`` the first panel's limits and its scale,
        "linear" or "log".
    """
    panels = [ax.get_position() for ax in figure.axes]
    left, right = min(one.x0 for one in panels), max(one.x1 for one in panels)
    bottom, top = min(one.y0 for one in panels), max(one.y1 for one in panels)
    first = figure.axes[0]
    return {
        "box": [round(float(share), 4) for share in (left, 1 - top, right, 1 - bottom)],
        "x": [*map(float, first.get_xlim()), first.get_xscale()],
        "y": [*map(float, first.get_ylim()), first.get_yscale()],
    }


def alternative_text(figure: FigureBase) -> str:
    """Return the text that `describe` gave to a figure, or the empty string.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.

    Returns
    -------
    str
        What the figure shows.
    """
    return _descriptions.get(figure, "")
