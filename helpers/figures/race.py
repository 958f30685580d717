"""The still picture of a race: optimizers on one surface."""

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import corner_note, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.surface import Surface, draw_paths, draw_surface

__all__ = ["race"]


@canvas.figure
def race(
    surface: Surface,
    optimum: np.ndarray | None,
    paths: list[tuple[str, np.ndarray]],
    losses: list[float],
    *,
    problem: str = "regression",
    ax: Axes | None = None,
) -> Axes:
    """Paths of optimizers over one loss surface, and the loss that each has reached.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        x, y and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray or None
        Shape (2,); None for a surface without a minimum.
    paths : list of (str, numpy.ndarray)
        Style, and a path of shape (steps + 1, 2); NaN where it diverged.
    losses : list of float
        The loss at the end of each path, above the minimum where there is one; NaN where it
        diverged.
    problem : {"regression", "quadratic", "rosenbrock", "beale", "saddle"}
        The surface's name.
    """
    ax = canvas.subplots(height=5.4, ax=ax)
    key = "figures.race.race"
    draw_surface(ax, surface, optimum)
    for style, path in paths:
        draw_paths(ax, {style: path})
    order = sorted(range(len(losses)), key=lambda i: np.nan_to_num(losses[i], nan=np.inf))
    measure = language.text(f"{key}.loss" if optimum is None else f"{key}.above")
    corner_note(ax, measure, color=COLORS["muted"], right=True)
    reached = []
    for row, i in enumerate(order, start=1):
        name = language.text(f"lab.rules.{paths[i][0]}")
        kind = "diverged" if np.isnan(losses[i]) else "reached"
        reached.append(language.text(f"{key}.{kind}", name=name, loss=losses[i]))
        color = STYLES[paths[i][0]]["color"]
        corner_note(ax, reached[-1], row, color=color, right=True, fontweight="bold")
    steps = len(paths[0][1]) - 1
    titles(ax, key, steps=steps)
    if problem != "regression":
        ax.set(xlabel="x", ylabel="y")
    ax.set_aspect("equal")
    canvas.describe(
        ax,
        key,
        problem=language.text(f"lab.problems.{problem}"),
        steps=steps,
        measure=measure,
        ranking="; ".join(reached),
    )
    return ax
