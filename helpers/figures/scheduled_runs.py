"""Figures of chapter 7: what schedules do to training, seen on the course's linear regression."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import headline, label_ends, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.runs import SHARE, draw_losses, draw_seeds
from helpers.figures.surface import (
    Surface,
    distance,
    draw_paths,
    draw_surface,
    explain_marks,
)

__all__ = ["floor", "losses", "medians", "paths", "traces"]


@canvas.figure
def floor(curves: dict[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Excess loss step by step, with a large rate, with a small one, and with one that falls.

    Parameters
    ----------
    curves : dict of str to numpy.ndarray
        Under ``"large"``, ``"small"`` and ``"falling"``: shape (steps + 1,).
    """
    ax = canvas.subplots(height=4.0, ax=ax)
    key = "figures.scheduled_runs.floor"
    styles: dict[str, dict[str, Any]] = {
        "large": {"color": COLORS["orange"], "linestyle": (0, (5, 2))},
        "small": {"color": COLORS["purple"], "linestyle": (0, (1, 1.2))},
        "falling": {"color": COLORS["blue"], "linestyle": "-"},
    }
    for name, curve in curves.items():
        ax.plot(curve, **styles[name], linewidth=1.8, label=language.text(f"{key}.{name}"))
    steps = len(curve) - 1
    ax.set_xlim(0, steps)
    _log_losses(ax)
    titles(ax, key)
    label_ends(ax)
    canvas.describe(ax, key, steps=steps, **{name: curve[-1] for name, curve in curves.items()})
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
        Under ``"none"``, ``"step"`` and ``"cyclic"``: shape (steps,).
    """
    axes = canvas.subplots(2, height=5.4, sharex=True, ax=axes)
    key = "figures.scheduled_runs.traces"
    names = {name: language.text(f"figures.scheduled_runs.{name}") for name in rates}
    for ax, part, curves in zip(axes, ("rate", "momentum"), (rates, momentum), strict=True):
        ends: dict[tuple[float, ...], list[str]] = {}
        for name, curve in curves.items():
            stairs = "steps-post" if name == "step" else "default"
            ax.plot(curve, **STYLES[f"schedule_{name}"], drawstyle=stairs)
            ends.setdefault(tuple(curve), []).append(name)
        everything = np.concatenate(list(curves.values()))
        margin = 0.15 * np.ptp(everything)
        ax.set_xlim(0, len(curve) - 1)
        ax.set_ylim(everything.min() - margin, everything.max() + margin)
        ax.yaxis.set_major_locator(MaxNLocator(4))
        titles(ax, f"{key}.{part}")
        ax.label_outer()
        # Curves that lie on each other share the colour of the first, and one name.
        label_ends(
            ax,
            [
                (
                    len(points) - 1,
                    points[-1],
                    ", ".join(names[name] for name in alike),
                    STYLES[f"schedule_{alike[0]}"]["color"],
                )
                for points, alike in ends.items()
            ],
        )
    canvas.describe(
        axes[0],
        key,
        steps=len(rates["none"]),
        none=rates["none"][0],
        step=rates["step"][-1],
        low=rates["cyclic"].min(),
        high=rates["cyclic"].max(),
        fixed=momentum["none"][0],
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
    """Paths over the loss surface: a row for each optimizer, a column for each schedule.

    On a narrow page rows and columns are exchanged.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        Bias, weight and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    paths : dict of str to dict of str to numpy.ndarray
        By schedule, ``"none"``, ``"step"`` and ``"cyclic"``, then by optimizer, ``"momentum"`` and
        ``"nesterov"``: shape (steps + 1, 2).
    """
    axes = canvas.subplots(
        2, 3, height=5.0, narrow=7.6, narrow_grid=(3, 2), sharex=True, sharey=True, ax=axes
    )
    key = "figures.scheduled_runs.paths"
    far: dict[str, float] = {}
    long: dict[str, float] = {}
    columns = axes if len(axes) == len(paths) else axes.T
    for column, (schedule, by_optimizer) in zip(columns, paths.items(), strict=True):
        for ax, (style, path) in zip(column, by_optimizer.items(), strict=True):
            draw_surface(ax, surface, optimum, levels=10)
            draw_paths(ax, {style: path})
            ax.xaxis.set_major_locator(MaxNLocator(3))
            ax.yaxis.set_major_locator(MaxNLocator(4))
            pair = f"{schedule}_{style}"
            far[pair] = distance(path, optimum)
            long[pair] = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
            titles(
                ax,
                f"{key}.panel",
                rule=language.text(f"figures.scheduled_runs.{style}"),
                plan=language.text(f"figures.scheduled_runs.{schedule}"),
                far=far[pair],
                long=long[pair],
            )
            ax.label_outer()
    headline(axes, key)
    explain_marks(axes[0, 0])
    canvas.describe(
        axes[0, 0],
        key,
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
        By optimizer, ``"momentum"`` and ``"nesterov"``, then by schedule, ``"none"``, ``"step"``
        and ``"cyclic"``: shape (seeds, epochs).
    """
    axes = canvas.subplots(2, height=6.0, sharex=True, sharey=True, ax=axes)
    key = "figures.scheduled_runs.losses"
    values: dict[str, float] = {}
    names = {name: language.text(f"figures.scheduled_runs.{name}") for name in losses["momentum"]}
    for ax, (style, by_plan) in zip(axes, losses.items(), strict=True):
        last = draw_losses(
            ax, [(names[plan], row, STYLES[f"schedule_{plan}"]) for plan, row in by_plan.items()]
        )
        titles(ax, f"{key}.{style}", apart=1 - min(last.values()) / max(last.values()))
        ax.label_outer()
        values |= {f"{style}_{plan}": last[name] for plan, name in names.items()}
    seeds, epochs = losses["momentum"]["none"].shape
    canvas.describe(axes[0], key, seeds=seeds, epochs=epochs, share=SHARE, **values)
    return axes


@canvas.figure
def medians(
    distances: dict[str, dict[str, np.ndarray]], *, axes: np.ndarray | None = None
) -> np.ndarray:
    """Distance to the optimum after training, a dot for each seed, with the medians.

    Parameters
    ----------
    distances : dict of str to dict of str to numpy.ndarray
        By optimizer, ``"momentum"`` and ``"nesterov"``, then by what was scheduled, ``"none"``,
        ``"step"``, ``"cyclic"``, ``"rate_only"`` and ``"momentum_only"``, or under ``"lower"`` with
        a lower momentum instead: shape (seeds,).
    """
    axes = canvas.subplots(2, height=7.6, sharex=True, ax=axes)
    key = "figures.scheduled_runs.medians"
    values: dict[str, float] = {}
    for ax, (style, rows) in zip(axes, distances.items(), strict=True):
        color = STYLES[style]["color"]
        names = {name: language.text(f"{key}.{name}") for name in rows}
        dots = [(names[name], of_row, color) for name, of_row in rows.items()]
        draw_seeds(ax, dots, bars=COLORS["ink"])
        ax.set_xlim(left=0)
        middles = {name: float(np.median(of_row)) for name, of_row in rows.items()}
        best = names[min(middles, key=middles.__getitem__)].replace("\n", " ")
        titles(ax, f"{key}.{style}", best=best)
        ax.label_outer()
        values |= {f"{style}_{name}": middle for name, middle in middles.items()}
    canvas.describe(axes[0], key, seeds=len(distances["momentum"]["none"]), **values)
    return axes


def _log_losses(ax: Axes) -> None:
    """Make the y axis logarithmic, for losses over many decades."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(numticks=6))
    ax.minorticks_off()
