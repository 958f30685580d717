"""Figures of chapter 6: the noise of mini-batches, and what a memory makes of it."""

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import RULES, headline, label_ends, note, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.runs import draw_seeds
from helpers.figures.runs import losses as losses
from helpers.figures.surface import (
    Surface,
    distance,
    draw_paths,
    draw_surface,
    explain_marks,
)
from helpers.figures.ticks import plain_log

__all__ = [
    "batches",
    "dampening",
    "distances",
    "flavours",
    "gain",
    "gradients",
    "noise",
    "paths",
]


@canvas.figure
def noise(
    sizes: np.ndarray,
    measured: np.ndarray,
    exact: np.ndarray,
    root: np.ndarray,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Spread of a mini-batch's gradient around that of all the data, against the batch's size.

    Parameters
    ----------
    sizes : numpy.ndarray
        Shape (choices,), ascending powers of two.
    measured, exact, root : numpy.ndarray
        Shape (choices,): the spread of batches drawn, the closed form without replacement, and that
        with replacement, which falls as 1/√n.
    """
    ax = canvas.subplots(height=3.6, ax=ax)
    key = "figures.momentum.noise"
    ax.plot(sizes, root, **STYLES["reference"], label=language.text(f"{key}.root"))
    ax.plot(sizes, exact, **STYLES["sgd"], label=language.text(f"{key}.exact"))
    ax.plot(sizes, measured, "o", color=COLORS["ink"], markersize=5)
    everything = np.concatenate([measured, exact, root])
    ax.set(xscale="log", yscale="log", xlim=(sizes[0] / 1.1, sizes[-1] * 1.05))
    ax.set_ylim(0.8 * everything.min(), 1.4 * everything.max())
    plain_log(ax)
    ax.set_xticks(sizes)
    titles(ax, key)
    label_ends(ax)
    canvas.describe(
        ax,
        key,
        least=sizes[0],
        most=sizes[-1],
        first=measured[0],
        last=measured[-1],
        root=root[-1],
        off=np.abs(measured / exact - 1).max(),
    )
    return ax


@canvas.figure
def batches(
    surface: Surface,
    optimum: np.ndarray,
    paths: dict[int, np.ndarray],
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Paths of SGD over the loss surface, a panel for each size of its mini-batches.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        Bias, weight and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    paths : dict of int to numpy.ndarray
        By batch size, of which there are three, ascending: shape (steps + 1, 2).
    """
    axes = canvas.subplots(1, 3, height=3.1, narrow=7.4, sharex=True, sharey=True, ax=axes)
    key = "figures.momentum.batches"
    for ax, (size, path) in zip(axes, paths.items(), strict=True):
        draw_surface(ax, surface, optimum, levels=10)
        draw_paths(ax, {"sgd": path})
        titles(ax, f"{key}.panel", size=size)
        ax.label_outer()
    headline(axes, key)
    explain_marks(axes[0])
    small, _, large = paths
    steps = {size: np.diff(path, axis=0) for size, path in paths.items()}
    canvas.describe(
        axes[0],
        key,
        steps=len(steps[small]),
        small=small,
        large=large,
        long=np.linalg.norm(steps[small], axis=1).sum(),
        short=np.linalg.norm(steps[large], axis=1).sum(),
    )
    return axes


@canvas.figure
def gain(
    weights: dict[str, np.ndarray],
    responses: dict[str, np.ndarray],
    *,
    momentum: float,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """A discounted sum beside the average: their weights, and what they make of a constant.

    Parameters
    ----------
    weights : dict of str to numpy.ndarray
        Under ``"sum"`` and ``"average"``, the weight of each lag, newest first: shape (lags,).
    responses : dict of str to numpy.ndarray
        Under the same names, the value after each step under a constant gradient, in gradients.
    momentum : float
        μ of both.
    """
    axes = canvas.subplots(2, height=5.6, ax=axes)
    key = "figures.momentum.gain"
    top, bottom = axes
    lags = np.arange(len(weights["sum"]))
    steps = np.arange(1, len(responses["sum"]) + 1)
    styles = {"sum": STYLES["momentum"], "average": STYLES["ewma"]}
    names = {name: language.text(f"{key}.{name}") for name in styles}
    colors = {name: style["color"] for name, style in styles.items()}
    hatch = {"hatch": "///", "edgecolor": COLORS["paper"]}
    top.bar(lags - 0.2, weights["sum"], 0.38, color=colors["sum"])
    top.bar(lags + 0.2, weights["average"], 0.38, color=colors["average"], **hatch)
    top.set(xlim=(-0.6, len(lags) - 0.4), xticks=lags[::2])
    for name, style in styles.items():
        bottom.plot(steps, responses[name], **style, label=names[name])
    bottom.set(xlim=(1, steps[-1]), ylim=(0, 1.08 * responses["sum"].max()))
    titles(top, f"{key}.weights", limit=1 / (1 - momentum))
    titles(bottom, f"{key}.responses", limit=1 / (1 - momentum))
    right = len(lags) - 0.4
    label_ends(top, [(right, weights[name][-1], names[name], colors[name]) for name in names])
    label_ends(bottom)
    canvas.describe(
        top,
        key,
        momentum=momentum,
        newest=weights["sum"][0],
        second=weights["sum"][1],
        lags=len(lags),
        oldest=weights["sum"][-1],
        first=weights["average"][0],
        steps=len(steps),
        summed=responses["sum"][-1],
        averaged=responses["average"][-1],
    )
    return axes


@canvas.figure
def dampening(buffers: dict[float, np.ndarray], *, momentum: float, ax: Axes | None = None) -> Axes:
    """What momentum's buffer becomes under a constant gradient, at different dampenings.

    Parameters
    ----------
    buffers : dict of float to numpy.ndarray
        By dampening, of which there are three, ascending: shape (steps,), in gradients.
    momentum : float
        μ of all.
    """
    ax = canvas.subplots(height=3.6, ax=ax)
    key = "figures.momentum.dampening"
    medium = {"color": COLORS["purple"], "linestyle": (0, (5, 2)), "linewidth": 2}
    styles = (STYLES["momentum"], medium, STYLES["ewma"])
    for (tau, curve), style in zip(buffers.items(), styles, strict=True):
        steps = np.arange(1, len(curve) + 1)
        ax.plot(steps, curve, **style, label=f"τ = {language.number(tau, 'g')}")
    ax.plot(1, curve[0], "o", color=COLORS["ink"], markersize=6, clip_on=False, zorder=4)
    ax.set(xlim=(1, steps[-1]), xticks=[1, *steps[9::10]])
    ax.set_ylim(bottom=0)
    titles(ax, key, momentum=momentum)
    label_ends(ax)
    none, some, most = buffers
    canvas.describe(
        ax,
        key,
        momentum=momentum,
        none=none,
        some=some,
        most=most,
        steps=len(steps),
        start=curve[0],
        free=buffers[none][-1],
        damped=buffers[some][-1],
        still=buffers[most][-1],
    )
    return ax


@canvas.figure
def paths(
    surface: Surface, optimum: np.ndarray, paths: dict[str, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """Paths of SGD without and with momentum over the loss surface of the regression.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        Bias, weight and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    paths : dict of str to numpy.ndarray
        Under ``"sgd"`` and ``"momentum"``: shape (steps + 1, 2).
    """
    return _draw_named_paths("figures.momentum.paths", surface, optimum, paths, ax)


@canvas.figure
def flavours(
    surface: Surface, optimum: np.ndarray, paths: dict[str, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """Paths of SGD, momentum and Nesterov over the loss surface of the regression.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        Bias, weight and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    paths : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"momentum"`` and ``"nesterov"``: shape (steps + 1, 2).
    """
    return _draw_named_paths("figures.momentum.flavours", surface, optimum, paths, ax)


def _draw_named_paths(
    key: str, surface: Surface, optimum: np.ndarray, paths: dict[str, np.ndarray], ax: Axes | None
) -> Axes:
    """Draw paths over the surface, each named where there is room beside it."""
    ax = canvas.subplots(height=5.6, narrow=4.2, ax=ax)
    draw_surface(ax, surface, optimum)
    draw_paths(ax, paths)
    explain_marks(ax)
    titles(ax, key)
    for style, path in paths.items():
        at, offset = {
            "sgd": (path[len(path) * 3 // 5], (-40, -8)),
            "momentum": (path[path[:, 0].argmax()], (8, -2)),
            "nesterov": (path[path[:, 1].argmax()], (-30, 26)),
        }[style]
        note(ax, RULES[style], at, offset, color=STYLES[style]["color"], fontweight="bold")
    start = paths["sgd"][0]
    canvas.describe(
        ax,
        key,
        bias=start[0],
        weight=start[1],
        best_bias=optimum[0],
        best_weight=optimum[1],
        steps=len(paths["sgd"]) - 1,
        **{style: distance(path, optimum) for style, path in paths.items()},
    )
    return ax


@canvas.figure
def gradients(gradients: dict[str, np.ndarray], *, axes: np.ndarray | None = None) -> np.ndarray:
    """A parameter's gradients at each mini-batch, a panel for each optimizer.

    Parameters
    ----------
    gradients : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"momentum"`` and ``"nesterov"``: shape (steps,).
    """
    axes = canvas.subplots(3, height=6.3, sharex=True, sharey=True, ax=axes)
    key = "figures.momentum.gradients"
    for ax, (style, values) in zip(axes, gradients.items(), strict=True):
        ax.axhline(0, **STYLES["zero"])
        ax.plot(values, **STYLES[style], marker=".", markersize=5)
        ax.set_xlim(0, len(values) - 1)
        titles(ax, f"{key}.{style}")
        ax.label_outer()
    canvas.describe(
        axes[0],
        key,
        steps=len(gradients["sgd"]),
        low=gradients["sgd"].min(),
        **{style: values.max() for style, values in gradients.items()},
    )
    return axes


@canvas.figure
def distances(distances: dict[str, np.ndarray], *, lr: float, ax: Axes | None = None) -> Axes:
    """Distance to the optimum after training, a dot for each seed, with the medians.

    Parameters
    ----------
    distances : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"adam"``, ``"momentum"`` and ``"nesterov"``: shape (seeds,).
    lr : float
        The rate of all of them.
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    key = "figures.momentum.distances"
    draw_seeds(ax, [(RULES[rule], dots, STYLES[rule]["color"]) for rule, dots in distances.items()])
    ax.set_xlim(left=0)
    seeds = len(distances["sgd"])
    medians = {rule: np.median(dots) for rule, dots in distances.items()}
    titles(ax, key, seeds=seeds, lr=lr, best=RULES[min(medians, key=medians.__getitem__)])
    canvas.describe(
        ax,
        key,
        seeds=seeds,
        lr=lr,
        **medians,
        closer=int((distances["nesterov"] < distances["momentum"]).sum()),
    )
    return ax
