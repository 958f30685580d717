"""Figures of chapter 9: the sharpness along training, and the limits that it meets."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import RULES, headline, label_ends, note, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.surface import Surface, draw_surface
from helpers.figures.ticks import plain_log

__all__ = ["limits", "moved", "settled", "slices", "training", "warm_up"]

_RATES = ("lr_small", "lr_good", "lr_edge", "lr_divergent")
_MOVES = {"halved": "lr_slow", "raised": "lr_good", "doubled": "lr_divergent"}


@canvas.figure
def training(
    losses: dict[float, np.ndarray],
    sharpness: dict[float, np.ndarray],
    at: np.ndarray,
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Loss and sharpness along training at several rates, with the limit of each rate.

    Parameters
    ----------
    losses : dict of float to numpy.ndarray
        By rate, of which there are four, ascending: shape (steps,).
    sharpness : dict of float to numpy.ndarray
        By rate: shape (measurements,).
    at : numpy.ndarray
        Shape (measurements,): the step of each.
    """
    axes = canvas.subplots(2, height=6.6, sharex=True, ax=axes)
    key = "figures.edge.training"
    top, bottom = axes
    for (lr, curve), style in zip(losses.items(), _RATES, strict=True):
        name = f"lr = {language.number(lr, 'g')}"
        top.plot(curve, **{**STYLES[style], "linewidth": 1.2, "linestyle": "-"})
        bottom.axhline(2 / lr, color=STYLES[style]["color"], linewidth=1, alpha=0.8)
        bottom.plot(at, sharpness[lr], **STYLES[style], label=name)
    steps = len(curve)
    top.set(yscale="log", xlim=(0, steps))
    plain_log(top)
    bottom.set_ylim(0, 1.15 * max(values.max() for values in sharpness.values()))
    titles(top, f"{key}.loss")
    titles(bottom, f"{key}.sharpness")
    top.label_outer()
    label_ends(bottom)
    slow, *others = losses
    canvas.describe(
        top,
        key,
        steps=steps,
        start=sharpness[slow][0],
        slow=slow,
        slow_end=sharpness[slow][-1],
        slow_limit=2 / slow,
        **{f"rate_{i}": lr for i, lr in enumerate(others)},
        **{f"end_{i}": sharpness[lr][-5:].mean() for i, lr in enumerate(others)},
        **{f"limit_{i}": 2 / lr for i, lr in enumerate(others)},
        rises=int((np.diff(losses[others[0]]) > 0).sum()),
    )
    return axes


@canvas.figure
def settled(rates: np.ndarray, sharpness: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Sharpness at the end of training against the rate, a dot a seed, and the limit 2 / lr.

    Parameters
    ----------
    rates : numpy.ndarray
        Shape (rates,), ascending.
    sharpness : numpy.ndarray
        Shape (seeds, rates).
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    key = "figures.edge.settled"
    line = np.geomspace(rates[0] / 1.1, rates[-1] * 1.1, 100)
    name = language.text(f"{key}.limit")
    ax.plot(line, 2 / line, **STYLES["reference"], label=name)
    for row in sharpness:
        ax.plot(rates, row, "o", color=COLORS["blue"], markersize=5, alpha=0.5)
    ax.set(xscale="log", yscale="log", xlim=(line[0], line[-1]))
    ax.set_ylim(1.8 / line[-1], 2.2 / line[0])
    plain_log(ax)
    titles(ax, key, seeds=len(sharpness))
    label_ends(ax)
    share = np.median(sharpness, axis=0) * rates / 2
    canvas.describe(
        ax,
        key,
        seeds=len(sharpness),
        low=rates[0],
        high=rates[-1],
        low_share=share[0],
        high_share=share[-1],
    )
    return ax


@canvas.figure
def moved(
    losses: dict[str, np.ndarray],
    sharpness: dict[str, np.ndarray],
    at: np.ndarray,
    *,
    rates: dict[str, float],
    lr: float,
    when: int,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Loss and sharpness of runs whose rate changes once, with the limit after the change.

    Parameters
    ----------
    losses, sharpness : dict of str to numpy.ndarray
        Under ``"halved"``, ``"raised"`` and ``"doubled"``: shapes (steps,) and (measurements,).
    at : numpy.ndarray
        Shape (measurements,): the step of each.
    rates : dict of str to float
        The rate of each after the change.
    lr : float
        The rate of all before it.
    when : int
        The step of the change.
    """
    axes = canvas.subplots(2, height=6.6, sharex=True, ax=axes)
    key = "figures.edge.moved"
    top, bottom = axes
    start = 2 / lr
    for name, style in _MOVES.items():
        after, color = rates[name], STYLES[style]["color"]
        # A run that diverges leaves through the top.
        inside = np.where(losses[name] < 1e3, losses[name], np.nan)
        text = language.text(f"{key}.{name}", lr=after)
        top.plot(inside, **{**STYLES[style], "linewidth": 1.4})
        has_diverged = not np.isfinite(losses[name][-1])
        seen = np.where((at <= when) | (not has_diverged), sharpness[name], np.nan)
        bottom.plot(at, seen, **STYLES[style], label=text if np.isfinite(seen[-1]) else "_")
        if np.isfinite(seen[-1]):
            bottom.plot([when, at[-1]], [2 / after] * 2, color=color, linewidth=1, alpha=0.8)
        else:
            last = np.flatnonzero(inside < 4 * losses["halved"][0])[-1]
            note(top, text, (last, inside[last]), (8, -2), color=color)
    bottom.plot([0, when], [start] * 2, color=COLORS["muted"], linewidth=1)
    for ax in axes:
        ax.axvline(when, **STYLES["zero"])
    first = losses["halved"][0]
    top.set(yscale="log", xlim=(0, len(losses["halved"])))
    top.set_ylim(top=20 * first)
    plain_log(top)
    bottom.set_ylim(0, 1.25 * np.nanmax(sharpness["halved"]))
    titles(top, f"{key}.loss")
    titles(bottom, f"{key}.sharpness")
    top.label_outer()
    label_ends(bottom)
    peak = losses["raised"][when:]
    canvas.describe(
        top,
        key,
        lr=lr,
        when=when,
        limit=start,
        halved=rates["halved"],
        halved_end=sharpness["halved"][-5:].mean(),
        halved_limit=2 / rates["halved"],
        raised=rates["raised"],
        raised_from=losses["raised"][when],
        raised_peak=peak.max(),
        raised_end=sharpness["raised"][-5:].mean(),
        raised_limit=2 / rates["raised"],
        doubled=rates["doubled"],
    )
    return axes


@canvas.figure
def limits(at: np.ndarray, shares: dict[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Sharpness along training as a share of each rule's own limit.

    Parameters
    ----------
    at : numpy.ndarray
        Shape (measurements,): the step of each.
    shares : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"momentum"`` and ``"adam"``: shape (measurements,).
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    key = "figures.edge.limits"
    ax.axhline(1, **STYLES["reference"])
    for rule, curve in shares.items():
        ax.plot(at, curve, **STYLES[rule], label=RULES[rule])
    ax.set(xlim=(0, at[-1]))
    ax.set_ylim(bottom=0)
    titles(ax, key)
    label_ends(ax)
    ends: dict[str, Any] = {rule: curve[-5:].mean() for rule, curve in shares.items()}
    canvas.describe(ax, key, steps=at[-1], **ends)
    return ax


@canvas.figure
def warm_up(
    at: np.ndarray,
    sharpness: np.ndarray,
    limit: np.ndarray,
    *,
    steps: int,
    lr: float,
    ax: Axes | None = None,
) -> Axes:
    """Sharpness while the rate rises, and the limit that falls with it.

    Parameters
    ----------
    at : numpy.ndarray
        Shape (measurements,): the step of each.
    sharpness, limit : numpy.ndarray
        Shape (measurements,): the sharpness, and 2 over the rate.
    steps : int
        Of the warm-up.
    lr : float
        The rate that it rises to.
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    key = "figures.edge.warm_up"
    ax.plot(at, limit, **STYLES["reference"], label=language.text(f"{key}.limit"))
    ax.plot(at, sharpness, **STYLES["sgd"], label=language.text(f"{key}.sharpness"))
    ax.axvline(steps, **STYLES["zero"])
    ax.set(xlim=(0, at[-1]), ylim=(0, 1.4 * sharpness.max()))
    titles(ax, key, steps=steps, lr=lr)
    label_ends(ax, gap=15)
    meets = np.flatnonzero(sharpness > 0.9 * limit)
    canvas.describe(
        ax,
        key,
        steps=steps,
        lr=lr,
        first=sharpness[0],
        meets=at[meets[0]] if len(meets) else at[-1],
        last=sharpness[-1],
        limit=limit[-1],
    )
    return ax


@canvas.figure
def slices(
    random: Surface,
    sharpest: Surface,
    paths: dict[str, np.ndarray],
    *,
    curvature: dict[str, float],
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Two slices through the loss at one point, and the steps that follow it.

    Parameters
    ----------
    random, sharpest : tuple of three numpy.ndarray
        Along two random directions, and along the sharpest one and a random one: distances, shapes
        (columns,) and (rows,), and losses, shape (rows, columns).
    paths : dict of str to numpy.ndarray
        Under ``"random"`` and ``"sharpest"``: the points of the path, as seen there, shape
        (steps, 2).
    curvature : dict of str to float
        Under the same names, the largest in the slice.
    """
    axes = canvas.subplots(1, 2, height=3.9, narrow=6.8, sharex=True, sharey=True, ax=axes)
    key = "figures.edge.slices"
    surfaces = {"random": random, "sharpest": sharpest}
    for ax, (name, surface) in zip(axes, surfaces.items(), strict=True):
        draw_surface(ax, surface, None, levels=12)
        path = paths[name]
        ax.plot(*path.T, **{**STYLES["sgd"], "linewidth": 1}, marker=".", markersize=4)
        titles(ax, f"{key}.{name}", curvature=curvature[name])
        ax.label_outer()
    headline(axes, key)
    widths = {f"{name}_width": np.ptp(path[:, 0]) for name, path in paths.items()}
    canvas.describe(axes[0], key, steps=len(paths["random"]) - 1, **curvature, **widths)
    return axes
