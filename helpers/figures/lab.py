"""Still pictures of the live components, for paper and where no scripts run."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.ticker import MaxNLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import corner_note, label_ends, note, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.surface import Surface, draw_paths, draw_surface, explain_marks
from helpers.figures.ticks import plain_log

__all__ = ["adam", "average", "map", "race", "schedule", "stability"]


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
    ax = canvas.subplots(height=5.4, narrow=4.2, ax=ax)
    key = "figures.lab.race"
    draw_surface(ax, surface, optimum, steep=problem in ("rosenbrock", "beale"))
    for style, path in paths:
        draw_paths(ax, {style: path})
    explain_marks(ax)
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
    canvas.describe(
        ax,
        key,
        problem=language.text(f"lab.problems.{problem}"),
        steps=steps,
        measure=measure,
        ranking="; ".join(reached),
    )
    return ax


@canvas.figure
def average(
    values: np.ndarray,
    curves: dict[str, np.ndarray],
    weights: dict[str, np.ndarray],
    *,
    day: int,
    outcome: str,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """A series with averages of it, and the weights that make them on one day.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (days,).
    curves : dict of str to numpy.ndarray
        Under some of ``"ma"``, ``"ewma"`` and ``"corrected"``: shape (days,).
    weights : dict of str to numpy.ndarray
        Under the same names: shape (day,), newest first.
    day : int
        The day of the weights, counted from 1.
    outcome : str
        What the curves are on that day, in words.
    """
    axes = canvas.subplots(2, height=5.4, height_ratios=(3, 2), ax=axes)
    key = "figures.lab.average"
    above, below = axes
    days = np.arange(1, len(values) + 1)
    above.plot(days, values, **STYLES["data"])
    for style, curve in curves.items():
        above.plot(days, curve, **STYLES[style], label=language.text(f"lab.average.curves.{style}"))
        below.step(np.arange(day), weights[style], where="mid", **STYLES[style])
    above.axvline(day, **STYLES["reference"])
    above.set_xlim(0, len(values) + 0.5)
    below.set(xlim=(-0.6, max(day - 0.4, 1)), ylim=(0, None))
    _count_steps(axes)
    titles(above, key)
    titles(below, f"{key}.weights", day=day)
    label_ends(above)
    canvas.describe(above, key, outcome=outcome)
    return axes


@canvas.figure
def adam(
    gradients: np.ndarray,
    averages: dict[str, np.ndarray],
    moves: np.ndarray,
    *,
    lr: float,
    step: int,
    outcome: str,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Gradients of one parameter with their average, and the steps that Adam makes of them.

    Parameters
    ----------
    gradients : numpy.ndarray
        Shape (steps,).
    averages : dict of str to numpy.ndarray
        Under ``"ewma"`` and ``"corrected"``: shape (steps,), m before and after its correction.
    moves : numpy.ndarray
        Shape (steps,): by how much each step moves the parameter.
    lr : float
        The learning rate.
    step : int
        The step that the outcome is about, counted from 1.
    outcome : str
        What happens at that step, in words.
    """
    axes = canvas.subplots(2, height=5.4, sharex=True, ax=axes)
    key = "figures.lab.adam"
    above, below = axes
    steps = np.arange(1, len(gradients) + 1)
    above.vlines(steps, 0, gradients, color=COLORS["grey"], linewidth=1.2)
    above.plot(steps, gradients, **STYLES["data"])
    for style, name in (("ewma", "m"), ("corrected", "m̂")):
        above.plot(steps, averages[style], **STYLES[style], label=name)
    below.vlines(steps, 0, moves, color=COLORS["orange"], linewidth=1.8)
    below.plot(steps, moves, "o", color=COLORS["orange"], markersize=5)
    for sign in (-1, 1):
        below.axhline(sign * lr, **STYLES["reference"])
    for ax in axes:
        ax.axhline(0, **STYLES["zero"])
        ax.axvline(step, **STYLES["reference"])
    above.set_xlim(0, len(gradients) + 0.5)
    _count_steps(axes)
    titles(above, key)
    titles(below, f"{key}.moves")
    above.label_outer()
    label_ends(above)
    canvas.describe(above, key, outcome=outcome)
    return axes


@canvas.figure
def schedule(
    rates: np.ndarray,
    losses: np.ndarray,
    constant: np.ndarray,
    *,
    error: int | None,
    log: bool,
    seeds: int | None,
    outcome: str,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """A schedule, and the loss of a regression under it and at its constant rate.

    Parameters
    ----------
    rates : numpy.ndarray
        Shape (steps,), up to where torch raises an error.
    losses, constant : numpy.ndarray
        Shape (steps + 1,), above the minimum: medians over seeds. Infinite where they diverged.
    error : int or None
        The step at which torch raises an error.
    log : bool
        Whether the axis of the rate is logarithmic.
    seeds : int or None
        How many seeds; None if gradients are exact.
    outcome : str
        What becomes of rate and loss, in words.
    """
    axes = canvas.subplots(2, height=5.4, sharex=True, ax=axes)
    key = "figures.lab.schedule"
    above, below = axes
    above.plot(rates, **STYLES["lr"], drawstyle="steps-post")
    highest = rates.max(initial=0)
    if log and highest > 0:
        above.set_yscale("log")
        plain_log(above)
    else:
        above.set_ylim(rates.min(initial=0), 1.1 * highest or 1)
    if error is not None:
        text = language.text("lab.schedule.outcome_error", step=error)
        corner_note(above, text, color=COLORS["ink"], right=True)
    for name, row, style in (("constant", constant, "schedule_none"), ("row", losses, "lr")):
        if len(row) > 1:
            label = language.text(f"lab.schedule.{name}_loss")
            below.plot(row, **STYLES[style], label=label)
    below.set(yscale="log", xlim=(0, len(constant) - 1), ylim=_loss_limits(losses, constant))
    plain_log(below)
    _count_steps(axes)
    titles(above, key)
    titles(below, f"{key}.exact" if seeds is None else f"{key}.loss", seeds=seeds)
    above.label_outer()
    label_ends(below)
    canvas.describe(above, key, outcome=outcome)
    return axes


def _loss_limits(*curves: np.ndarray) -> tuple[float, float]:
    """Return the limits of an axis of losses, of which some may have diverged."""
    losses = np.concatenate(curves)
    losses = losses[np.isfinite(losses)]
    return losses.min() / 1.5, 1.5 * min(losses.max(), 1e3 * losses[0])


@canvas.figure
def stability(
    limit: np.ndarray,
    swinging: np.ndarray,
    momenta: np.ndarray,
    points: dict[str, float],
    paths: dict[str, np.ndarray],
    *,
    momentum: float,
    outcome: str,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Two directions in the plane of rate and momentum, and the paths along them.

    Parameters
    ----------
    limit : numpy.ndarray
        Shape (rows,): lr × curvature above which the path diverges.
    swinging : numpy.ndarray
        Shape (2, rows): between which lr × curvature it swings.
    momenta : numpy.ndarray
        Shape (rows,): the momentum of each row.
    points : dict of str to float
        Under ``"steep"`` and ``"flat"``: lr × curvature of the direction.
    paths : dict of str to numpy.ndarray
        Under the same names: shape (steps + 1,), the distance, at first 1.
    momentum : float
        The momentum of both.
    outcome : str
        What becomes of both directions, in words.
    """
    axes = canvas.subplots(2, height=6.0, ax=axes)
    key = "figures.lab.stability"
    plane, below = axes
    plane.fill_betweenx(momenta, *swinging, color=COLORS["blue"], alpha=0.2, linewidth=0)
    plane.fill_betweenx(momenta, limit, 4, color=COLORS["muted"], alpha=0.35, linewidth=0)
    plane.plot(limit, momenta, color=COLORS["ink"], linewidth=2)
    plane.set(xlim=(0, 4), ylim=(0, 1))
    # Each name within its region, and not where the points are.
    places = {"oscillates": (swinging.mean(0), 0.8, 0.6), "diverges": ((limit + 4) / 2, 0.2, 0.4)}
    for kind, (middle, height, other) in places.items():
        height = other if abs(momentum - height) < 0.1 else height
        name = language.text(f"lab.stability.kinds.{kind}")
        at = (np.interp(height, momenta, middle), height)
        note(plane, name, at, color=COLORS["ink"], ha="center", va="center")
    largest = np.nanmax(np.abs([*paths.values()]))
    top = 1.15 * min(largest, 3)
    ends = []
    for name, color, dashes in (("flat", "blue", (4, 2)), ("steep", "orange", (None, None))):
        plane.plot(points[name], momentum, "o", color=COLORS[color], markersize=9, clip_on=False)
        path = paths[name]
        # A path that diverges ends at the first point outside, rather than as a wall.
        outside = np.flatnonzero(~(np.abs(path) <= top))
        if not abs(path[-1]) <= 1 and len(outside):
            path = path[: outside[0] + 1]
        below.plot(path, color=COLORS[color], dashes=dashes, linewidth=2)
        label = language.text(f"lab.stability.{name}")
        height = np.clip(path[-1], -0.9 * top, 0.9 * top)  # not across the axis
        ends.append((len(path) - 1, height, label, COLORS[color]))
    below.axhline(0, **STYLES["zero"])
    below.set(xlim=(0, len(paths["steep"]) - 1), ylim=(-top, top))
    _count_steps([below])
    titles(plane, key)
    titles(below, f"{key}.paths")
    label_ends(below, ends)
    canvas.describe(plane, key, outcome=outcome)
    return axes


@canvas.figure
def map(  # noqa: A001
    since: np.ndarray,
    view: tuple[float, float, float, float],
    point: tuple[float, float],
    *,
    start: list[float],
    steps: int,
    outcome: str,
    ax: Axes | None = None,
) -> Axes:
    """How training ends at each rate and momentum: the darker the blue, the sooner it arrives.

    Parameters
    ----------
    since : numpy.ndarray
        Shape (rows, columns), from the lowest momentum up: the step from which on the loss stays
        near 0; infinite where there is none, and negative too where the run diverges.
    view : tuple of four floats
        Lowest and highest rate, lowest and highest momentum.
    point : tuple of two floats
        Rate and momentum of a run to mark.
    start : list of two floats
        Where all runs start.
    steps : int
        Of each run.
    outcome : str
        What becomes of the run that is marked, in words.
    """
    ax = canvas.subplots(height=4.4, narrow=3.8, ax=ax)
    key = "figures.lab.map"
    is_jumping, has_diverged = since == np.inf, since == -np.inf
    has_arrived = np.isfinite(since)
    colors = np.zeros((*since.shape, 4))
    colors[:] = to_rgba(COLORS["blue"])
    sooner = 1 - np.log(np.where(has_arrived, since, 1)) / np.log(steps)
    colors[..., 3] = 0.1 + 0.75 * sooner
    colors[is_jumping] = to_rgba(COLORS["orange"], 0.45)
    colors[has_diverged] = to_rgba(COLORS["ink"], 0.85)
    ax.imshow(colors, extent=view, origin="lower", aspect="auto", interpolation="none")
    momenta = np.array(view[2:])
    ax.plot(1 + momenta, momenta, color=COLORS["pink"], linewidth=2)
    (ring,) = ax.plot(*point, "o", markersize=9, color=COLORS["paper"], clip_on=False)
    ring.set(markeredgecolor=COLORS["ink"], markeredgewidth=2.5)
    ax.grid(False)
    ax.set(xlim=view[:2], ylim=view[2:])
    titles(ax, key)
    legend = [("jumps", "orange"), ("diverges", "ink")]
    for row, (name, color) in enumerate(legend):
        text = language.text(f"lab.map.{name}")
        corner_note(ax, text, row, color=COLORS[color], right=True, fontweight="bold")
    canvas.describe(
        ax,
        key,
        u=start[0],
        v=start[1],
        steps=steps,
        arrives=has_arrived.mean(),
        jumps=is_jumping.mean(),
        diverges=has_diverged.mean(),
        rate=point[0],
        momentum=point[1],
        outcome=outcome,
    )
    return ax


def _count_steps(axes: Iterable[Axes]) -> None:
    """Let the x axes have ticks at whole numbers only."""
    for ax in axes:
        ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
