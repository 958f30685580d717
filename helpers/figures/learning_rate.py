"""Figures of chapter 1: what the learning rate does, and how to find one."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.runs import draw_seeds
from helpers.figures.surface import Surface, draw_paths, draw_surface

__all__ = ["courses", "explorer", "found", "grids", "range_test", "step", "valley"]

Band = dict[str, np.ndarray]
"""What many seeds have in common: ``"low"``, ``"median"`` and ``"high"``, all of one shape."""

ROOM_ABOVE = 30
"""Losses are drawn up to this many times their start: one that diverges leaves through the top."""

# From the smallest rate to the largest: told apart by line as well as by colour.
REGIMES: dict[str, dict[str, Any]] = {
    "small": {"color": COLORS["purple"], "linestyle": (0, (1, 1.5)), "linewidth": 2},
    "slow": {"color": COLORS["blue"], "linestyle": (0, (5, 2)), "linewidth": 2},
    "good": {"color": COLORS["green"], "linestyle": "-", "linewidth": 2.6},
    "edge": {"color": COLORS["orange"], "linestyle": (0, (6, 1.5, 1.5, 1.5)), "linewidth": 2},
    "divergent": {"color": COLORS["pink"], "linestyle": (0, (3, 1.5)), "linewidth": 2},
}

PAPER = {"facecolor": COLORS["paper"], "edgecolor": "none", "pad": 1.5}


@canvas.figure
def step(
    theta: np.ndarray,
    losses: np.ndarray,
    start: tuple[float, float],
    landing: tuple[float, float],
    *,
    slope: float,
    lr: float,
    ax: Axes | None = None,
) -> Axes:
    """One step down a curve, with the tangent that it goes by.

    Parameters
    ----------
    theta, losses : numpy.ndarray
        Shape (points,): the curve.
    start, landing : tuple of two floats
        Parameter and loss before the step and after it.
    slope : float
        The gradient at the start.
    lr : float
        The learning rate.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.2, ax=ax)
    key = "figures.learning_rate.step"
    promised = start[1] + slope * (landing[0] - start[0])
    reach = np.array([landing[0], 2 * start[0] - landing[0]])
    with canvas.style():
        ax.plot(theta, losses, color=COLORS["ink"], linewidth=1.8)
        ax.plot(reach, start[1] + slope * (reach - start[0]), **STYLES["ma"])
        ax.plot([landing[0]] * 2, [promised, landing[1]], **STYLES["reference"])
        ax.plot(*landing, "o", color=COLORS["orange"], markersize=9)
        ax.plot(*start, "o", color=COLORS["blue"], markersize=9)
        ax.plot(landing[0], promised, "o", color=COLORS["blue"], mfc="none", markersize=8)
        arrow = {"arrowstyle": "-|>", "color": COLORS["orange"], "linewidth": 2.2}
        arrow |= {"shrinkA": 0, "shrinkB": 0, "mutation_scale": 16}
        ax.annotate("", (landing[0], start[1]), (start[0], start[1]), arrowprops=arrow)
        ax.plot([landing[0]] * 2, [landing[1], start[1]], **STYLES["reference"])
        ax.set_xlim(theta[0], theta[-1])
        ax.set_ylim(min(0, promised) - 0.1 * losses.max(), 1.1 * losses.max())
    canvas.titles(ax, key)
    size = {"step": landing[0] - start[0], "slope": slope}
    labels = (
        ("step", ((landing[0] + start[0]) / 2, start[1]), (0, 7), "orange", "center"),
        ("slope", start, (12, -6), "blue", "left"),
        ("promised", (landing[0], promised), (10, -8), "blue", "left"),
        ("lands", landing, (-10, -4), "orange", "right"),
    )
    for name, at, offset, color, side in labels:
        canvas.note(
            ax,
            language.text(f"{key}.{name}", **size),
            at,
            xytext=offset,
            textcoords="offset points",
            color=COLORS[color],
            ha=side,
        )
    canvas.describe(
        ax,
        key,
        start=start[0],
        before=start[1],
        slope=slope,
        lr=lr,
        step=landing[0] - start[0],
        landing=landing[0],
        after=landing[1],
        promised=promised,
    )
    return ax


@canvas.figure
def grids(rates: dict[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Rates to try, a row a grid, on a logarithmic axis.

    Parameters
    ----------
    rates : dict of str to numpy.ndarray
        Under ``"ten"``, ``"three"`` and ``"equal"``: the rates of the grid by factors of 10, of the
        one by factors of 3, and of the one by equal amounts.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=2.7, ax=ax)
    looks = {"ten": ("s", "blue"), "three": ("o", "green"), "equal": ("D", "orange")}
    names = []
    with canvas.style():
        ax.set_xscale("log")
        for row, (name, values) in enumerate(rates.items()):
            marker, color = looks[name]
            ax.plot(values, np.full(len(values), -row), marker, color=COLORS[color], markersize=8)
            names.append(language.text(f"figures.learning_rate.grids.{name}"))
        ax.set_yticks(-np.arange(len(names)), names)
        ax.set_ylim(0.6 - len(names), 0.6)
        ax.xaxis.set_minor_locator(NullLocator())
        ax.grid(True, axis="x")
    canvas.titles(ax, "figures.learning_rate.grids")
    largest = rates["equal"].max() / 10
    canvas.describe(
        ax,
        "figures.learning_rate.grids",
        low=rates["ten"].min(),
        high=rates["ten"].max(),
        ten=len(rates["ten"]),
        three=len(rates["three"]),
        three_low=rates["three"].min(),
        equal=len(rates["equal"]),
        largest=largest,
        crowded=int((rates["equal"] > largest).sum()),
    )
    return ax


@canvas.figure
def courses(losses: dict[str, Band], rates: dict[str, float], *, ax: Axes | None = None) -> Axes:
    """Loss from update to update at several rates: medians of many seeds, and where most lie.

    Parameters
    ----------
    losses : dict of str to Band
        By regime, from ``"small"`` to ``"divergent"``: shape (updates + 1,).
    rates : dict of str to float
        The learning rate of each.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.2, ax=ax)
    ends = []
    top = ROOM_ABOVE * losses["good"]["high"][0]
    with canvas.style():
        for name, band in losses.items():
            updates = np.arange(len(band["median"]))
            color = REGIMES[name]["color"]
            ax.fill_between(updates, band["low"], band["high"], color=color, alpha=0.13, lw=0)
            ax.plot(updates, band["median"], **REGIMES[name])
            words = language.text(f"figures.learning_rate.courses.{name}", lr=rates[name])
            ends.append((updates[-1], min(band["median"][-1], top / 3), words, color))
        ax.set_yscale("log")
        ax.set_ylim(0.6 * min(band["low"].min() for band in losses.values()), top)
        ax.set_xlim(0, updates[-1])
        _decades(ax)
    canvas.titles(ax, "figures.learning_rate.courses")
    canvas.label_ends(ax, ends)
    canvas.describe(
        ax,
        "figures.learning_rate.courses",
        updates=len(updates) - 1,
        first=losses["good"]["median"][0],
        **{f"{name}_lr": rates[name] for name in losses},
        **{name: band["median"][-1] for name, band in losses.items()},
    )
    return ax


@canvas.figure
def valley(
    rates: np.ndarray,
    batches: Band,
    whole: np.ndarray,
    *,
    limit: float,
    updates: int,
    seeds: int,
    ax: Axes | None = None,
) -> Axes:
    """Loss after training against the learning rate, both axes logarithmic.

    Parameters
    ----------
    rates : numpy.ndarray
        Shape (rates,), ascending.
    batches : Band
        Shape (rates,): with mini-batches, over the seeds.
    whole : numpy.ndarray
        Shape (rates,): the median with all the data at every step.
    limit : float
        The rate above which descent diverges.
    updates, seeds : int
        How many there were.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.2, ax=ax)
    key = "figures.learning_rate.valley"
    look = STYLES["sgd"]
    median = batches["median"]
    lowest = int(median.argmin())
    with canvas.style():
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.fill_between(
            rates, batches["low"], batches["high"], color=look["color"], alpha=0.15, lw=0
        )
        ax.plot(rates, median, **look)
        ax.plot(rates, whole, color=COLORS["orange"], linestyle=(0, (3, 3)), linewidth=2)
        ax.plot(rates[lowest], median[lowest], "o", color=look["color"], markersize=8)
        ax.axvline(limit, **STYLES["reference"])
        ax.set_xlim(rates[0], rates[-1])
        ax.set_ylim(0.3 * batches["low"].min(), ROOM_ABOVE * median[0])
        _decades(ax)
    canvas.titles(ax, key, updates=updates)
    canvas.note(
        ax,
        language.text(f"{key}.limit", limit=limit),
        (limit, ROOM_ABOVE * median[0]),
        xytext=(-6, -6),
        textcoords="offset points",
        ha="right",
        va="top",
    )
    slow = int(np.searchsorted(rates, rates[0] * 10))
    canvas.note(
        ax,
        language.text(f"{key}.batches", seeds=seeds),
        (rates[slow], median[slow]),
        xytext=(0, 18),
        textcoords="offset points",
        color=look["color"],
    )
    canvas.note(
        ax,
        language.text(f"{key}.whole"),
        (rates[lowest], whole[lowest]),
        xytext=(-14, -8),
        textcoords="offset points",
        ha="right",
        va="top",
        color=COLORS["orange"],
    )
    canvas.describe(
        ax,
        key,
        updates=updates,
        seeds=seeds,
        low=rates[0],
        high=rates[-1],
        first=median[0],
        best=rates[lowest],
        best_loss=median[lowest],
        limit=limit,
    )
    return ax


@canvas.figure
def range_test(
    rates: np.ndarray,
    losses: np.ndarray,
    smoothed: np.ndarray,
    *,
    suggested: float,
    rule: str,
    limit: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Loss while the rate is raised from step to step, on a logarithmic axis if it falls far.

    Parameters
    ----------
    rates, losses, smoothed : numpy.ndarray
        Shape (steps,): the rate of each update, the loss before it, and its average.
    suggested : float
        The rate that the test suggests.
    rule : {"toy", "adam", "momentum"}
        What is trained, for the words.
    limit : float, optional
        The rate above which descent diverges, where it is known.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    key = "figures.learning_rate.range_test"
    lowest = int(smoothed.argmin())
    falls_far = smoothed[0] > 8 * smoothed[lowest]
    with canvas.style():
        ax.set_xscale("log")
        if falls_far:
            ax.set_yscale("log")
        ax.plot(rates, losses, **STYLES["data"] | {"markersize": 3})
        ax.plot(rates, smoothed, **STYLES["corrected"])
        ax.plot(rates[lowest], smoothed[lowest], "v", color=COLORS["orange"], markersize=10)
        ax.axvline(suggested, color=COLORS["blue"], linestyle=(0, (5, 2)), linewidth=1.8)
        if limit is not None:
            ax.axvline(limit, **STYLES["reference"])
        ax.set_xlim(rates[0], rates[-1])
        low, high = ax.get_ylim()  # room for a name below
        ax.set_ylim(low / (high / low) ** 0.12 if falls_far else -0.12 * high, high)
        _decades(ax)
    canvas.titles(ax, f"{key}.{rule}")
    low, high = ax.get_ylim()
    side = "right" if rates[lowest] > rates[-1] / 3 else "center"
    marks = [
        ("suggested", suggested, (suggested, low), (-6, 6), "right", "blue"),
        ("lowest", rates[lowest], (rates[lowest], low), (0, 6), side, "orange"),
    ]
    if limit is not None:
        marks.append(("limit", limit, (limit, high), (-6, -12), "right", "muted"))
    for name, rate, at, offset, side, color in marks:
        canvas.note(
            ax,
            language.text(f"{key}.{name}", rate=rate),
            at,
            xytext=offset,
            textcoords="offset points",
            ha=side,
            color=COLORS[color],
            bbox=PAPER,
        )
    canvas.describe(
        ax,
        f"{key}.{rule}",
        steps=len(rates),
        start=rates[0],
        end=rates[-1],
        first=smoothed[0],
        lowest=rates[lowest],
        lowest_loss=smoothed[lowest],
        last=smoothed[-1],
        suggested=suggested,
        limit=limit or 0.0,
    )
    return ax


@canvas.figure
def found(losses: dict[str, dict[str, np.ndarray]], *, epochs: int, ax: Axes | None = None) -> Axes:
    """Validation loss with the rate found, with a tenth and with ten times of it, a dot a seed.

    Parameters
    ----------
    losses : dict of str to dict of str to numpy.ndarray
        By optimizer, ``"adam"`` and ``"momentum"``, then by rate, ``"tenth"``, ``"found"`` and
        ``"tenfold"``: shape (seeds,).
    epochs : int
        How long each was trained.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4, ax=ax)
    key = "figures.learning_rate.found"
    names = {"adam": "Adam", "momentum": "momentum"}
    draw_seeds(
        ax,
        [
            (language.text(f"{key}.{rate}", rule=names[rule]), values, STYLES[rule]["color"])
            for rule, by_rate in losses.items()
            for rate, values in by_rate.items()
        ],
    )
    with canvas.style():
        ax.set_xscale("log")
        _decades(ax)
    canvas.titles(ax, key, epochs=epochs)
    canvas.describe(
        ax,
        key,
        epochs=epochs,
        seeds=len(losses["adam"]["found"]),
        **{
            f"{rule}_{rate}": float(np.median(values))
            for rule, by_rate in losses.items()
            for rate, values in by_rate.items()
        },
    )
    return ax


@canvas.figure
def explorer(
    surface: Surface,
    optimum: np.ndarray,
    path: np.ndarray,
    losses: np.ndarray,
    *,
    lr: float,
    limit: float,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """A path over the loss surface at one rate, and the loss along it.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        As `problems.grid` returns it.
    optimum : numpy.ndarray
        Shape (2,).
    path : numpy.ndarray
        Shape (steps + 1, 2).
    losses : numpy.ndarray
        Shape (steps + 1,).
    lr, limit : float
        The learning rate, and the one above which descent diverges. Below half of that limit no
        direction is overshot.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=6.4, height_ratios=(5, 3))
    # One per cent more than half the limit is no overshoot that could be seen.
    regime = "direct" if lr < 0.51 * limit else "zigzag" if lr < limit else "divergent"
    above, below = axes
    draw_surface(above, surface, optimum)
    draw_paths(above, {"sgd": path})
    heights = np.asarray(surface[2])
    with canvas.style():
        below.plot(np.arange(len(losses)), losses, **STYLES["sgd"], marker=".")
        below.set_yscale("log")
        below.set_xlim(0, len(losses) - 1)
        below.set_ylim(0.6 * heights.min(), ROOM_ABOVE * heights.max())
        _decades(below)
    key = "figures.learning_rate.explorer"
    far = float(np.linalg.norm(np.asarray(path)[-1] - np.asarray(optimum)))
    values = {"lr": lr, "steps": len(losses) - 1, "far": far, "loss": losses[-1]}
    canvas.titles(above, f"{key}.{regime}", **values)
    canvas.titles(below, f"{key}.loss")
    canvas.describe(above, f"{key}.{regime}", **values)
    return axes


def _decades(ax: Axes) -> None:
    """Label the powers of ten, or more where there are few, on the logarithmic axes."""
    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() != "log":
            continue
        low, high = sorted(axis.get_view_interval())
        few = np.log10(high / low) < 2.5
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=12))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(canvas.PlainFormatter())
