"""The figure of the welcome page."""

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import corner_note, titles
from helpers.figures.palette import STYLES
from helpers.figures.surface import Surface, distance, draw_paths, draw_surface

__all__ = ["race"]


@canvas.figure
def race(
    surface: Surface, optimum: np.ndarray, paths: dict[str, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """Paths of optimizers over one loss surface, and how far from the optimum each has come.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        Bias, weight and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    paths : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"momentum"``, ``"nesterov"`` and ``"adam"``: shape (steps + 1, 2).
    """
    ax = canvas.subplots(height=4.8, ax=ax)
    key = "figures.welcome.race"
    draw_surface(ax, surface, optimum)
    draw_paths(ax, paths)
    steps = len(next(iter(paths.values()))) - 1
    far = {style: distance(path, optimum) for style, path in paths.items()}
    for row, style in enumerate(sorted(far, key=far.__getitem__)):
        text = language.text(f"{key}.{style}", far=far[style])
        color = STYLES[style]["color"]
        corner_note(ax, text, row, color=color, right=True, fontweight="bold")
    titles(ax, key, steps=steps)
    canvas.describe(ax, key, steps=steps, **far)
    return ax
