"""The figure of the welcome page: optimizers on their way."""

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.surface import Surface, draw_paths, draw_surface

__all__ = ["race"]


@canvas.figure
def race(
    surface: Surface, optimum: np.ndarray, paths: dict[str, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """Paths of several optimizers over one loss surface, and how far each has come.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        As `problems.grid` returns it.
    optimum : numpy.ndarray
        Shape (2,).
    paths : dict of str to numpy.ndarray
        By the name of their look: shape (steps + 1, 2), the same number of steps for all.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.8, ax=ax)
    draw_surface(ax, surface, optimum)
    draw_paths(ax, paths)
    steps = len(next(iter(paths.values()))) - 1
    far = {look: float(np.linalg.norm(path[-1] - optimum)) for look, path in paths.items()}
    for row, (look, distance) in enumerate(sorted(far.items(), key=lambda one: one[1])):
        canvas.note(
            ax,
            language.text(f"figures.welcome.race.{look}", far=distance),
            (0.985, 0.965 - 0.072 * row),
            xycoords="axes fraction",
            ha="right",
            va="top",
            color=STYLES[look]["color"],
            fontweight="bold",
            bbox={"facecolor": COLORS["paper"], "edgecolor": "none", "pad": 1.5},
        )
    canvas.titles(ax, "figures.welcome.race", steps=steps)
    canvas.describe(ax, "figures.welcome.race", steps=steps, **far)
    return ax
