"""Shows a figure together with its alternative text."""

import base64
import io
import os
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.figures import canvas

__all__ = ["on_static_page", "picture", "png", "show", "svg"]


def show(drawn: Axes | np.ndarray | Figure) -> None:
    """Show a figure below the cell, as a picture and in words.

    In a kernel the picture is a PNG on light paper, sharp on dense screens; for the static page it
    is an SVG without paper. The words are the output's plain text, so that they are what a screen
    reader says and what a test compares.

    Parameters
    ----------
    drawn : matplotlib.axes.Axes, numpy.ndarray of Axes or matplotlib.figure.Figure
        What a function of `helpers.figures` returned.

    Raises
    ------
    TypeError
        If ``drawn`` is none of these.
    ValueError
        If the figure has no alternative text (`helpers.figures.canvas.describe` gives it one).
    """
    from IPython.display import display

    figure, words = picture(drawn)
    data: dict[str, Any] = {"text/plain": words}
    metadata: dict[str, Any] = {"course": "figure"}
    if on_static_page():
        data["image/svg+xml"] = svg(figure)
    else:
        data["image/png"] = base64.b64encode(png(figure)).decode()
        width, height = figure.get_size_inches() * _CSS_PIXELS
        metadata["image/png"] = {"width": int(width), "height": int(height), "alt": words}
    display(data, metadata=metadata, raw=True)


_CSS_PIXELS = 96


def on_static_page() -> bool:
    """Tell whether this run draws for the static site rather than for a reader's kernel.

    Returns
    -------
    bool
        True if the environment variable COURSE_PAGE is "static".
    """
    return os.environ.get("COURSE_PAGE") == "static"


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
    words : str
        Its alternative text.

    Raises
    ------
    TypeError
        If ``drawn`` is none of these.
    ValueError
        If the figure has no alternative text.
    """
    first = drawn.flat[0] if isinstance(drawn, np.ndarray) and drawn.size else drawn
    figure = first.figure if isinstance(first, Axes) else first
    if not isinstance(figure, Figure):
        raise TypeError(f"drawn must be axes or a figure of matplotlib, got {drawn!r}")
    words = canvas.alternative_text(figure)
    if not words.strip():
        raise ValueError("drawn must have an alternative text: give it one with canvas.describe")
    return figure, words


def svg(figure: Figure) -> str:
    """Return a figure as SVG text without paper, the same bytes for the same figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.

    Returns
    -------
    str
        The SVG, a whole file.
    """
    buffer = io.StringIO()
    with canvas.style():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def png(figure: Figure) -> bytes:
    """Return a figure as PNG on light paper, with two dots for each CSS pixel.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.

    Returns
    -------
    bytes
        The PNG.
    """
    buffer = io.BytesIO()
    with canvas.style():
        figure.savefig(
            buffer,
            format="png",
            dpi=2 * _CSS_PIXELS,
            facecolor=canvas.COLORS["paper"],
            metadata={"Software": None},
        )
    return buffer.getvalue()
