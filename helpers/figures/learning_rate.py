"""Figures of chapter 1: what the learning rate does, and how to find one."""

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import RULES, label_ends, note, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.runs import draw_seeds
from helpers.figures.ticks import plain_log

__all__ = ["courses", "found", "grids", "range_test", "step", "valley"]

Band = dict[str, np.ndarray]
"""What many seeds have in common: ``"low"``, ``"median"`` and ``"high"``, all of one shape."""

_HEADROOM = 30
"""Losses are drawn up to this many times their start: one that diverges leaves through the top."""


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
    """
    ax = canvas.subplots(height=4.2, ax=ax)
    key = "figures.learning_rate.step"
    (before, loss_before), (after, loss_after) = start, landing
    size = after - before
    promised = loss_before + slope * size
    orange, blue = COLORS["orange"], COLORS["blue"]
    ax.plot(theta, losses, color=COLORS["ink"], linewidth=1.8)
    tangent = [promised, loss_before - slope * size]
    ax.plot([after, before - size], tangent, **STYLES["ma"])
    for height in (promised, loss_before):
        ax.plot([after, after], [height, loss_after], **STYLES["reference"])
    ax.plot(after, loss_after, "o", color=orange, markersize=9)
    ax.plot(before, loss_before, "o", color=blue, markersize=9)
    ax.plot(after, promised, "o", color=blue, mfc="none", markersize=8)
    arrow = {"arrowstyle": "-|>", "color": orange, "linewidth": 2.2, "mutation_scale": 16}
    ax.annotate("", (after, loss_before), start, arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0})
    top = losses.max()
    ax.set(xlim=(theta[0], theta[-1]), ylim=(min(0, promised) - 0.1 * top, 1.1 * top))
    titles(ax, key)
    for name, at, offset, color, side in (
        ("step", start, (-8, 7), orange, "right"),
        ("slope", start, (12, -6), blue, "left"),
        ("promised", (after, promised), (10, -8), blue, "left"),
        ("lands", landing, (-10, -4), orange, "right"),
    ):
        text = language.text(f"{key}.{name}", step=size, slope=slope)
        note(ax, text, at, offset, color=color, ha=side, narrow=13)
    canvas.describe(
        ax,
        key,
        start=before,
        before=loss_before,
        slope=slope,
        lr=lr,
        step=size,
        landing=after,
        after=loss_after,
        promised=promised,
    )
    return ax


@canvas.figure
def grids(rates: dict[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Rates to try, a row for each grid, on a logarithmic axis.

    Parameters
    ----------
    rates : dict of str to numpy.ndarray
        Under ``"coarse"``, ``"fine"`` and ``"equal"``: the rates of a grid by large factors, of one
        by small factors, and of one by equal amounts.
    """
    ax = canvas.subplots(height=2.7, ax=ax)
    key = "figures.learning_rate.grids"
    rows = {"coarse": (0, "s", "blue"), "fine": (-1, "o", "green"), "equal": (-2, "D", "orange")}
    for name, (row, marker, color) in rows.items():
        heights = np.full(len(rates[name]), row)
        ax.plot(rates[name], heights, marker, color=COLORS[color], markersize=8)
    ax.set(xscale="log", ylim=(-2.4, 0.6))
    factors = {
        name: (rates[name].max() / rates[name].min()) ** (1 / (len(rates[name]) - 1))
        for name in ("coarse", "fine")
    }
    names = [language.text(f"{key}.factor", factor=factor) for factor in factors.values()]
    ax.set_yticks([0, -1, -2], [*names, language.text(f"{key}.equal")])
    ax.minorticks_off()
    ax.grid(True, axis="x")
    titles(ax, key)
    largest = rates["equal"].max() / 10
    canvas.describe(
        ax,
        key,
        **{name: len(grid) for name, grid in rates.items()},
        **{f"{name}_low": grid.min() for name, grid in rates.items()},
        **{f"{name}_high": grid.max() for name, grid in rates.items()},
        **{f"{name}_factor": factor for name, factor in factors.items()},
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
        Under ``"small"``, ``"slow"``, ``"good"``, ``"edge"`` and ``"divergent"``: shape
        (updates + 1,).
    rates : dict of str to float
        The learning rate of each.
    """
    ax = canvas.subplots(height=4.2, ax=ax)
    key = "figures.learning_rate.courses"
    for name, band in losses.items():
        style = STYLES[f"lr_{name}"]
        updates = np.arange(len(band["median"]))
        ax.fill_between(updates, band["low"], band["high"], color=style["color"], alpha=0.13, lw=0)
        text = language.text(f"{key}.{name}", lr=rates[name])
        ax.plot(updates, band["median"], **style, label=text)
    lowest = min(band["low"].min() for band in losses.values())
    ax.set(yscale="log", xlim=(0, updates[-1]))
    ax.set_ylim(0.6 * lowest, _HEADROOM * losses["good"]["high"][0])
    plain_log(ax)
    titles(ax, key)
    label_ends(ax)
    canvas.describe(
        ax,
        key,
        updates=len(updates) - 1,
        first=losses["good"]["median"][0],
        **{f"{name}_lr": lr for name, lr in rates.items()},
        **{name: band["median"][-1] for name, band in losses.items()},
    )
    return ax


@canvas.figure
def valley(
    rates: np.ndarray,
    batches: Band,
    full: np.ndarray,
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
        Shape (rates,), ascending, over more than a decade.
    batches : Band
        Shape (rates,): with mini-batches, over the seeds.
    full : numpy.ndarray
        Shape (rates,): the median with all the data at every step.
    limit : float
        The rate above which descent diverges.
    updates, seeds : int
        How many there were.
    """
    ax = canvas.subplots(height=4.2, ax=ax)
    key = "figures.learning_rate.valley"
    style, orange = STYLES["sgd"], COLORS["orange"]
    median = batches["median"]
    lowest, top = int(median.argmin()), _HEADROOM * median[0]
    ax.fill_between(rates, batches["low"], batches["high"], color=style["color"], alpha=0.15, lw=0)
    ax.plot(rates, median, **style)
    ax.plot(rates, full, color=orange, linestyle=(0, (3, 3)), linewidth=2)
    ax.plot(rates[lowest], median[lowest], "o", color=style["color"], markersize=8)
    ax.axvline(limit, **STYLES["reference"])
    ax.set(xscale="log", yscale="log", xlim=(rates[0], rates[-1]))
    ax.set_ylim(0.3 * batches["low"].min(), top)
    plain_log(ax)
    titles(ax, key, updates=updates)
    text = language.text(f"{key}.limit", limit=limit)
    note(ax, text, (limit, top), (-6, -6), ha="right", va="top")
    slow = int(np.searchsorted(rates, 10 * rates[0]))
    text = language.text(f"{key}.batches", seeds=seeds)
    note(ax, text, (rates[slow], median[slow]), (0, 18), color=style["color"])
    text = language.text(f"{key}.full")
    note(ax, text, (rates[lowest], full[lowest]), (-14, -8), color=orange, ha="right", va="top")
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
        What is trained: the figure's texts differ.
    limit : float, optional
        The rate above which descent diverges, where it is known, as it is for "toy".
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    key = "figures.learning_rate.range_test"
    lowest = int(smoothed.argmin())
    falls_far = smoothed[0] > 8 * smoothed[lowest] > 0
    green, muted, orange = STYLES["corrected"]["color"], COLORS["muted"], COLORS["orange"]
    ax.plot(rates, losses, **{**STYLES["data"], "markersize": 3}, clip_on=False)
    ax.plot(rates, smoothed, **STYLES["corrected"])
    ax.plot(rates[lowest], smoothed[lowest], "v", color=orange, markersize=10)
    ax.set(xscale="log", yscale="log" if falls_far else "linear", xlim=(rates[0], rates[-1]))
    low, high = ax.get_ylim()
    # Room for names above, most of it on a narrow page, where they have two lines.
    low = low if falls_far or losses.min() < 0 else 0
    high = high * (high / low) ** 0.2 if falls_far else high + 0.15 * (high - low)
    ax.set_ylim(low, high)
    plain_log(ax)
    titles(ax, f"{key}.{rule}", lowest=rates[lowest], limit=limit)
    marks = [("suggested", suggested, 0, STYLES["ma"])]
    marks.append(("lowest", rates[lowest], 1, {**STYLES["reference"], "color": orange}))
    if limit is not None:
        marks.append(("limit", limit, 0, STYLES["reference"]))
    for name, rate, row, style in marks:
        ax.axvline(rate, **style)
        text = language.text(f"{key}.{name}", rate=rate)
        offset = (-5, -4 - row * (30 if canvas.is_narrow() else 16))
        color = style["color"]
        at = (rate, high)
        note(ax, text, at, offset, color=color, ha="right", va="top", plate=True, narrow=13)
    text = language.text(f"{key}.smoothed")
    note(ax, text, (rates[0], smoothed[0]), (4, 9), color=green)
    third = len(rates) // 3
    text = language.text(f"{key}.losses")
    at = (rates[third], losses[third])
    note(ax, text, at, (-4, -8), color=muted, ha="right", va="top", narrow=13)
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
        limit=limit,
    )
    return ax


@canvas.figure
def found(
    losses: dict[str, dict[float, np.ndarray]], *, epochs: int, ax: Axes | None = None
) -> Axes:
    """Validation loss with the rate found, a lower and a higher one, a dot for each seed.

    Parameters
    ----------
    losses : dict of str to dict of float to numpy.ndarray
        By optimizer, ``"adam"`` and ``"momentum"``, then by the factor of the rate found, of which
        there are three, the second being 1: shape (seeds,).
    epochs : int
        How long each was trained.
    """
    ax = canvas.subplots(height=4, ax=ax)
    key = "figures.learning_rate.found"
    rows = []
    for rule, by_factor in losses.items():
        for factor, dots in by_factor.items():
            name = f"{key}.found" if factor == 1 else f"{key}.factor"
            text = language.text(name, rule=RULES[rule], factor=factor)
            rows.append((text, dots, STYLES[rule]["color"]))
    draw_seeds(ax, rows)
    ax.set_xscale("log")
    plain_log(ax)
    titles(ax, key, epochs=epochs)
    canvas.describe(
        ax,
        key,
        epochs=epochs,
        seeds=len(dots),
        factors=list(losses["adam"]),
        **{rule: [np.median(dots) for dots in by.values()] for rule, by in losses.items()},
    )
    return ax
