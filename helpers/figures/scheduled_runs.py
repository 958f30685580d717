"""Figures of chapter 7: what schedules do to training, seen on the course's linear regression."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.runs import draw_losses, draw_seeds
from helpers.figures.surface import Surface, draw_paths, draw_surface

__all__ = ["explorer", "floor", "losses", "medians", "paths", "traces"]

_LINES = {"none": "-", "step": (0, (5, 2)), "cyclic": (0, (1, 1.2))}
"""Line styles of the schedules, whatever the optimizer's colour."""


@canvas.figure
def floor(curves: dict[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Excess loss step by step, with a large rate, with a small one, and with one that falls.

    Parameters
    ----------
    curves : dict of str to numpy.ndarray
        Shape (steps + 1,), under ``"large"``, ``"small"`` and ``"falling"``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.0, ax=ax)
    looks = {
        "large": (COLORS["orange"], (0, (5, 2))),
        "small": (COLORS["purple"], (0, (1, 1.2))),
        "falling": (COLORS["blue"], "-"),
    }
    ends = []
    with canvas.style():
        ax.set_yscale("log")
        for name, curve in curves.items():
            color, line = looks[name]
            steps = np.arange(len(curve))
            ax.plot(steps, curve, color=color, linestyle=line, linewidth=1.8)
            words = language.text(f"figures.scheduled_runs.floor.{name}")
            ends.append((steps[-1], curve[-1], words, color))
        ax.set_xlim(0, steps[-1])
        ax.yaxis.set_major_locator(LogLocator(numticks=6))
        ax.yaxis.set_minor_locator(NullLocator())
    canvas.titles(ax, "figures.scheduled_runs.floor")
    canvas.label_ends(ax, ends)
    canvas.describe(
        ax,
        "figures.scheduled_runs.floor",
        steps=len(curves["large"]) - 1,
        **{name: curve[-1] for name, curve in curves.items()},
    )
    return ax


@canvas.figure
def traces(
    rates: dict[str, np.ndarray],
    momentum: dict[str, np.ndarray],
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Rate and momentum in each step under the three schedules that are compared.

    Parameters
    ----------
    rates, momentum : dict of str to numpy.ndarray
        Shape (steps,), under ``"none"``, ``"step"`` and ``"cyclic"``.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=5.4, sharex=True)
    colors = {"none": COLORS["muted"], "step": COLORS["blue"], "cyclic": COLORS["orange"]}
    for ax, part, curves in zip(axes, ("rate", "momentum"), (rates, momentum), strict=True):
        canvas.titles(ax, f"figures.scheduled_runs.traces.{part}")
        ax.xaxis.label.set_visible(ax is axes[-1])
        together: dict[tuple[float, ...], list[str]] = {}
        with canvas.style():
            for name, curve in curves.items():
                line = {"color": colors[name], "linestyle": _LINES[name], "linewidth": 2}
                if name == "step":
                    line["drawstyle"] = "steps-post"
                ax.plot(np.arange(len(curve)), curve, **line)
                together.setdefault(tuple(curve), []).append(name)
            ax.set_xlim(0, len(curve) - 1)
            everything = np.concatenate(list(curves.values()))
            low, high = everything.min(), everything.max()
            ax.set_ylim(low - 0.15 * (high - low), high + 0.15 * (high - low))
            ax.yaxis.set_major_locator(MaxNLocator(4))
        ends = []
        for points, names in together.items():
            words = ", ".join(language.text(f"figures.scheduled_runs.{name}") for name in names)
            ends.append((len(points) - 1, points[-1], words, colors[names[0]]))
        canvas.label_ends(ax, ends)
    canvas.describe(
        axes[0],
        "figures.scheduled_runs.traces",
        steps=len(rates["none"]),
        none=rates["none"][0],
        step=rates["step"][-1],
        low=rates["cyclic"].min(),
        high=rates["cyclic"].max(),
        low_momentum=momentum["cyclic"].min(),
        high_momentum=momentum["cyclic"].max(),
    )
    return axes


@canvas.figure
def paths(
    surface: Surface,
    optimum: np.ndarray,
    paths: dict[str, dict[str, np.ndarray]],
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Paths over the loss surface: a row for each schedule, a column for each optimizer.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        Bias, weight and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    paths : dict of str to dict of str to numpy.ndarray
        By schedule (``"none"``, ``"step"``, ``"cyclic"``) and by the optimizer's look
        (``"momentum"``, ``"nesterov"``): shape (steps + 1, 2).
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (3, 2): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (3, 2).
    """
    if axes is None:
        axes = canvas.subplots(3, 2, height=8.0, sharex=True, sharey=True)
    optimum = np.asarray(optimum)
    far: dict[str, float] = {}
    long: dict[str, float] = {}
    canvas.titles(axes[0, 0], "figures.scheduled_runs.paths")
    title = axes[0, 0].get_title(loc="left")
    for row, (schedule, by_look) in zip(axes, paths.items(), strict=True):
        for ax, (look, path) in zip(row, by_look.items(), strict=True):
            draw_surface(ax, surface, optimum, levels=10)
            draw_paths(ax, {look: path})
            canvas.titles(ax, "figures.scheduled_runs.paths")
            with canvas.style():
                ax.set_title(title if ax is axes[0, 0] else "")
                ax.xaxis.set_major_locator(MaxNLocator(4))
                ax.yaxis.set_major_locator(MaxNLocator(4))
            ax.xaxis.label.set_visible(ax in axes[-1])
            ax.yaxis.label.set_visible(ax is row[0])
            pair = f"{schedule}_{look}"
            far[pair] = float(np.linalg.norm(path[-1] - optimum))
            long[pair] = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
            words = [language.text(f"figures.scheduled_runs.{name}") for name in (look, schedule)]
            ends = language.text(
                "figures.scheduled_runs.paths.ends", far=far[pair], long=long[pair]
            )
            for line, text in enumerate((", ".join(words), ends)):
                canvas.note(
                    ax,
                    text,
                    (0.03, 0.97 - 0.1 * line),
                    xycoords="axes fraction",
                    va="top",
                    fontsize=9.5,
                    color=STYLES[look]["color"],
                    fontweight="normal" if line else "bold",
                    bbox={"facecolor": COLORS["paper"], "edgecolor": "none", "pad": 1},
                )
    canvas.describe(
        axes[0, 0],
        "figures.scheduled_runs.paths",
        best_bias=optimum[0],
        best_weight=optimum[1],
        steps=len(path) - 1,
        **far,
        **{f"long_{pair}": length for pair, length in long.items()},
    )
    return axes


@canvas.figure
def losses(
    losses: dict[str, dict[str, np.ndarray]], *, axes: np.ndarray | None = None
) -> np.ndarray:
    """Training losses epoch by epoch: a panel for each optimizer, a line for each schedule.

    Parameters
    ----------
    losses : dict of str to dict of str to numpy.ndarray
        By the optimizer's look (``"momentum"``, ``"nesterov"``) and by schedule (``"none"``,
        ``"step"``, ``"cyclic"``): shape (epochs,).
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=6.0, sharex=True, sharey=True)
    for ax, (look, curves) in zip(axes, losses.items(), strict=True):
        canvas.titles(ax, f"figures.scheduled_runs.losses.{look}")
        ax.xaxis.label.set_visible(ax is axes[-1])
        color = STYLES[look]["color"]
        names = {name: language.text(f"figures.scheduled_runs.{name}") for name in curves}
        draw_losses(ax, [(c, names[name], color, _LINES[name]) for name, c in curves.items()])
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    canvas.describe(
        axes[0],
        "figures.scheduled_runs.losses",
        epochs=len(losses["momentum"]["none"]),
        **{
            f"{look}_{name}": curve[-1]
            for look, curves in losses.items()
            for name, curve in curves.items()
        },
    )
    return axes


@canvas.figure
def medians(
    distances: dict[str, dict[str, np.ndarray]], *, axes: np.ndarray | None = None
) -> np.ndarray:
    """Distance to the optimum after training, one dot a seed, with the medians.

    Parameters
    ----------
    distances : dict of str to dict of str to numpy.ndarray
        By the optimizer's look (``"momentum"``, ``"nesterov"``) and by what was scheduled
        (``"none"``, ``"step"``, ``"cyclic"``, ``"rate_only"``, ``"momentum_only"``), or under
        ``"lower"`` with a lower momentum instead: shape (seeds,).
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=7.6, sharex=True)
    middle: dict[str, float] = {}
    for ax, (look, rows) in zip(axes, distances.items(), strict=True):
        canvas.titles(ax, f"figures.scheduled_runs.medians.{look}")
        ax.xaxis.label.set_visible(ax is axes[-1])
        names = {name: language.text(f"figures.scheduled_runs.medians.{name}") for name in rows}
        color = STYLES[look]["color"]
        dots = [(names[name], values, color) for name, values in rows.items()]
        draw_seeds(ax, dots, bars=COLORS["ink"])
        with canvas.style():
            ax.set_xlim(0, None)
        middle |= {f"{look}_{name}": float(np.median(values)) for name, values in rows.items()}
    seeds = len(distances["momentum"]["none"])
    canvas.describe(axes[0], "figures.scheduled_runs.medians", seeds=seeds, **middle)
    return axes


@canvas.figure
def explorer(
    rates: np.ndarray,
    losses: np.ndarray,
    constant: np.ndarray,
    *,
    scheduler: str,
    lr: float,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """A schedule, and the excess loss under it and under its highest rate held constant.

    Parameters
    ----------
    rates : numpy.ndarray
        Shape (steps,).
    losses, constant : numpy.ndarray
        Shape (steps + 1,).
    scheduler : str
        The schedule's name.
    lr : float
        Its highest rate.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=5.4, sharex=True)
    values = {"scheduler": scheduler, "lr": lr}
    for ax, part in zip(axes, ("rate", "loss"), strict=True):
        canvas.titles(ax, f"figures.scheduled_runs.explorer.{part}", **values)
        ax.xaxis.label.set_visible(ax is axes[-1])
    steps = np.arange(len(losses))
    with canvas.style():
        axes[0].plot(steps[:-1], rates, color=COLORS["blue"], linewidth=2, drawstyle="steps-post")
        axes[0].set_ylim(0, 1.1 * rates.max())
        axes[0].yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axes[1].set_yscale("log")
        axes[1].plot(steps, constant, color=COLORS["muted"], linestyle=(0, (1, 1.2)), linewidth=1.6)
        axes[1].plot(steps, losses, color=COLORS["blue"], linewidth=2)
        axes[1].set_xlim(0, steps[-1])
        axes[1].set_ylim(1e-8, 10)
        axes[1].yaxis.set_major_locator(LogLocator(numticks=6))
        axes[1].yaxis.set_minor_locator(NullLocator())
    names = (("scheduled", losses, "blue"), ("constant", constant, "muted"))
    canvas.label_ends(
        axes[1],
        [
            (
                steps[-1],
                curve[-1],
                language.text(f"figures.scheduled_runs.explorer.{name}"),
                COLORS[color],
            )
            for name, curve, color in names
        ],
    )
    canvas.describe(
        axes[0],
        "figures.scheduled_runs.explorer",
        steps=len(rates),
        left=losses[-1],
        constant=constant[-1],
        **values,
    )
    return axes
