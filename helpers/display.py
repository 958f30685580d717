"""Shows a figure below the cell, with its alternative text."""

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import _validate, output
from helpers.figures import canvas, palette

__all__ = ["frame", "picture", "png", "show", "svg"]

_CSS_PIXELS = 96


def show(drawn: Axes | np.ndarray | Figure) -> None:
    """Show a figure below the cell, with its alternative text as the output's plain text.

    In a kernel the picture is a PNG on light paper, sharp on dense screens. While building it is an
    SVG with a transparent background, for each language, page and theme.

    Parameters
    ----------
    drawn : matplotlib.axes.Axes, numpy.ndarray of Axes or matplotlib.figure.Figure
        What a function of `helpers.figures` returned.

    Raises
    ------
    TypeError
        If ``drawn`` is none of these.
    ValueError
        If the figure has no alternative text (`helpers.figures.canvas.describe` gives it one), or
        while building, if it cannot be drawn again.
    """
    from IPython.display import display

    figure, text = picture(drawn)
    if output.is_building():
        output.publish("figure", lambda: frame(lambda: canvas.redraw(figure)))
        return
    width, height = figure.get_size_inches() * _CSS_PIXELS
    data = {"text/plain": text, "image/png": base64.b64encode(png(figure)).decode()}
    size = {"width": int(width), "height": int(height), "alt": text}
    display(data, metadata={"course": "figure", "image/png": size}, raw=True)


def frame(draw: Callable[[], Axes | np.ndarray | Figure]) -> dict[str, Any]:
    """Draw a figure for the site in the current language.

    Parameters
    ----------
    draw : callable
        Takes nothing, and returns what a function of `helpers.figures` returns.

    Returns
    -------
    dict
        Under ``text`` the alternative text, under ``title`` the title that is to stand above the
        picture; under ``wide`` and ``narrow``, for each theme's name, the SVG without that title,
        and as ``axes`` where its axes are, as `helpers.figures.canvas.geometry` tells it.
    """
    _validate.function("draw", draw, "that draws a figure")
    shown: dict[str, Any] = {}
    for name in canvas.PAGES:
        with canvas.page(name):
            figure, shown["text"] = picture(draw())
            shown["title"] = canvas.take_title(figure)
            light = svg(figure)
            axes = canvas.geometry(figure)
            shown[name] = {"light": light, "dark": _in_dark(light, draw), "axes": axes}
    return shown


def _in_dark(light: str, draw: Callable[[], Axes | np.ndarray | Figure]) -> str:
    """Return a picture for a dark page: by its colours alone, if it is made of shapes."""
    if "<image" not in light:
        return palette.in_dark(light)
    with palette.theme("dark"):
        figure = canvas.figure_of(draw())
        canvas.take_title(figure)
        return svg(figure)


def picture(drawn: Axes | np.ndarray | Figure) -> tuple[Figure, str]:
    """Return the figure that ``drawn`` belongs to, and its alternative text.

    Parameters
    ----------
    drawn : matplotlib.axes.Axes, numpy.ndarray of Axes or matplotlib.figure.Figure
        What a function of `helpers.figures` returned.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Its figure.
    text : str
        Its alternative text.

    Raises
    ------
    TypeError
        If ``drawn`` is none of these.
    ValueError
        If the figure has no alternative text.
    """
    figure = canvas.figure_of(drawn)
    text = canvas.alternative_text(figure)
    if not text.strip():
        raise ValueError("drawn must have an alternative text: give it one with canvas.describe")
    return figure, text


def svg(figure: Figure) -> str:
    """Return a figure as SVG with a transparent background, the same bytes for the same figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.

    Returns
    -------
    str
        A complete SVG file.
    """
    buffer, figure = io.StringIO(), canvas.figure_of(figure)
    with canvas.style():
        _lay_out(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def png(figure: Figure) -> bytes:
    """Return a figure as PNG on opaque paper, two pixels per CSS pixel.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.

    Returns
    -------
    bytes
        The PNG.
    """
    buffer, figure = io.BytesIO(), canvas.figure_of(figure)
    with canvas.style():
        _lay_out(figure)
        figure.savefig(
            buffer,
            format="png",
            dpi=2 * _CSS_PIXELS,
            facecolor=palette.COLORS["paper"],
            metadata={"Software": None},
        )
    return buffer.getvalue()


def _lay_out(figure: Figure) -> None:
    """Lay a figure out once and for all; matplotlib would draw all of it twice for that."""
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine(None)
