"""Pictures of the course: the card shown with links to it, and the EPUB's cover."""

import io
import textwrap
from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from book.text import texts
from helpers import optimizers, problems, simulate
from helpers.figures import canvas, palette
from helpers.figures.palette import COLORS
from helpers.figures.surface import draw_paths, draw_surface

__all__ = ["CARD_SIZE", "COVER_SIZE", "draw_card", "draw_cover"]

CARD_SIZE = (1200, 630)
"""Width and height in pixels: the shape that networks crop least."""
COVER_SIZE = (1200, 1800)

_RULES: dict[str, tuple[Callable[..., optimizers.Optimizer], dict[str, Any]]] = {
    "sgd": (optimizers.sgd, {}),
    "momentum": (optimizers.sgd, {"momentum": 0.9}),
    "nesterov": (optimizers.sgd, {"momentum": 0.9, "nesterov": True}),
    "adam": (optimizers.adam, {}),
}


def draw_card(language: str) -> bytes:
    """Return the card as PNG: the course's title beside the paths of four optimizers."""
    t = texts(language)
    with canvas.style():
        figure = Figure(figsize=(CARD_SIZE[0] / 100, CARD_SIZE[1] / 100), dpi=100)
        _draw_race(figure, (0.475, 0, 0.525, 1))
        title = textwrap.fill(t["site_title"], 15)
        figure.text(0.055, 0.9, title, va="top", fontsize=40, weight="bold", linespacing=1.15)
        subtitle = textwrap.fill(t["site_subtitle"], 34)
        muted = COLORS["muted"]
        figure.text(0.055, 0.1, subtitle, va="bottom", fontsize=17, color=muted, linespacing=1.4)
        return _png(figure)


def draw_cover(language: str) -> bytes:
    """Return the EPUB's cover as PNG: the same paths on dark paper, above the title."""
    t = texts(language)
    with palette.theme("dark"), canvas.style():
        figure = Figure(figsize=(COVER_SIZE[0] / 200, COVER_SIZE[1] / 200), dpi=200)
        _draw_race(figure, (0, 0.32, 1, 0.68))
        title = textwrap.fill(t["site_title"], 18)
        figure.text(0.08, 0.27, title, size=25, weight="bold", va="top")
        subtitle = textwrap.fill(t["site_subtitle"], 50)
        figure.text(0.08, 0.06, subtitle, color=COLORS["muted"], size=10)
        return _png(figure)


def _draw_race(figure: Figure, rectangle: tuple[float, float, float, float]) -> None:
    """Draw four optimizers' paths on the regression of chapter 1 into a part of a figure."""
    toy = problems.linear_regression()
    surface = toy.surface("all")
    x, y, losses = problems.grid(surface, x=(0.7, 2.3), y=(0.7, 2.3))
    figure.set_facecolor(COLORS["paper"])
    ax = figure.add_axes(rectangle)
    ax.set_axis_off()
    draw_surface(ax, (x.numpy(), y.numpy(), losses.numpy()), surface.minimum.numpy())
    runs = {
        name: simulate.on_regression(toy, rule, lr=0.1, **options)
        for name, (rule, options) in _RULES.items()
    }
    draw_paths(ax, {name: run.paths[0].numpy() for name, run in runs.items()})
    for line in ax.lines:
        line.set_linewidth(line.get_linewidth() * 2)
        line.set_markersize(line.get_markersize() * 1.5)


def _png(figure: Figure) -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()
