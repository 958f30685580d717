"""The picture that other sites show with a link to the course, one a language."""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from book.words import words
from helpers import optimizers, problems, simulate
from helpers.figures import canvas
from helpers.figures.canvas import COLORS
from helpers.figures.surface import draw_paths, draw_surface

__all__ = ["SIZE", "draw_card"]

SIZE = (1200, 630)
"""Width and height in pixels, as networks crop least."""

_RULES: dict[str, tuple[Callable[..., optimizers.Optimizer], dict[str, Any]]] = {
    "sgd": (optimizers.sgd, {}),
    "momentum": (optimizers.sgd, {"momentum": 0.9}),
    "nesterov": (optimizers.sgd, {"momentum": 0.9, "nesterov": True}),
    "adam": (optimizers.adam, {}),
}
_STEPS = 50


def draw_card(language: str, path: Path) -> None:
    """Draw the course's title beside the paths of the first page's four optimizers.

    Parameters
    ----------
    language : str
        Of the title.
    path : pathlib.Path
        Where the PNG goes; the same course makes the same bytes.
    """
    say = words(language)
    toy = problems.linear_regression()
    surface = toy.surface("all")
    with canvas.style():
        figure = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100)
        FigureCanvasAgg(figure)
        figure.set_facecolor(COLORS["paper"])
        ax = figure.add_axes((0.475, 0, 0.525, 1))
        ax.set_axis_off()
    x, y, losses = problems.grid(surface, x=(0.7, 2.3), y=(0.7, 2.3))
    draw_surface(ax, (x.numpy(), y.numpy(), losses.numpy()), surface.minimum.numpy())
    paths = {}
    for name, (rule, options) in _RULES.items():
        run = simulate.on_regression(toy, rule, lr=0.1, **options)
        paths[name] = run.paths[0].numpy()[: _STEPS + 1]
    draw_paths(ax, paths)
    for line in ax.lines:
        line.set_linewidth(line.get_linewidth() * 2)
        line.set_markersize(line.get_markersize() * 1.5)
    with canvas.style():
        title = textwrap.fill(say["site_title"], 15)
        figure.text(0.055, 0.9, title, va="top", fontsize=40, weight="bold", linespacing=1.15)
        subtitle = textwrap.fill(say["site_subtitle"], 34)
        figure.text(
            0.055, 0.1, subtitle, va="bottom", fontsize=17, color=COLORS["muted"], linespacing=1.4
        )
        figure.savefig(path, format="png", metadata={"Software": None})
