"""Figures of chapter 6: the noise of mini-batches, and what a memory makes of it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.runs import draw_losses, draw_seeds
from helpers.figures.surface import Surface, draw_paths, draw_surface, name_path

__all__ = [
    "batches",
    "dampening",
    "distances",
    "flavours",
    "gain",
    "gradients",
    "losses",
    "noise",
    "paths",
]

_NAMES = {"sgd": "SGD", "momentum": "momentum", "nesterov": "Nesterov", "adam": "Adam"}
"""What rules are called, in either language."""

_INKS = {"sgd": "blue", "momentum": "pink", "nesterov": "green", "adam": "orange"}


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
        Shape (choices,), ascending.
    measured, exact, root : numpy.ndarray
        Shape (choices,): the spread of batches drawn, the closed form without replacement, and that
        with replacement, which falls as 1/√n.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.6, ax=ax)
    with canvas.style():
        ax.plot(sizes, root, **STYLES["reference"])
        ax.plot(sizes, exact, **STYLES["sgd"])
        ax.plot(sizes, measured, **{**STYLES["data"], "color": COLORS["ink"], "markersize": 5})
        ax.set_xscale("log", base=2)
        ax.set_yscale("log")
        ax.set_xlim(sizes[0] / 1.1, sizes[-1] * 1.05)
        ax.set_ylim(0.04, 1.4)
        ax.set_xticks(sizes)
        ax.set_yticks([0.05, 0.1, 0.2, 0.5, 1])
        ax.yaxis.set_minor_locator(NullLocator())
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(canvas.PlainFormatter())
    canvas.titles(ax, "figures.momentum.noise")
    ends = ((root, "root", "muted"), (exact, "exact", "blue"))
    canvas.label_ends(
        ax,
        [
            (sizes[-1], curve[-1], language.text(f"figures.momentum.noise.{name}"), COLORS[color])
            for curve, name, color in ends
        ],
    )
    canvas.describe(
        ax,
        "figures.momentum.noise",
        least=sizes[0],
        most=sizes[-1],
        first=measured[0],
        last=measured[-1],
        root=root[-1],
        off=float(np.abs(measured / exact - 1).max()),
    )
    return ax


@canvas.figure
def batches(
    surface: Surface, optimum: np.ndarray, paths: dict[int, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """Paths of SGD over the loss surface, from mini-batches of different sizes.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        Bias, weight and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    paths : dict of int to numpy.ndarray
        By batch size, three of them, ascending: shape (steps + 1, 2) each.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.6, ax=ax)
    draw_surface(ax, surface, optimum)
    looks = (
        {"color": COLORS["grey"], "linewidth": 1.1, "marker": ".", "markersize": 5},
        {**STYLES["sgd"], "marker": ".", "markersize": 4},
        {"color": COLORS["ink"], "linewidth": 1.4, "linestyle": (0, (5, 2))},
    )
    with canvas.style():
        for path, look in zip(paths.values(), looks, strict=True):
            ax.plot(path[:, 0], path[:, 1], **look)
    canvas.titles(ax, "figures.momentum.batches")
    small, *_, large = paths
    rough = {
        size: float(np.linalg.norm(np.diff(p, axis=0), axis=1).sum()) for size, p in paths.items()
    }
    lone, some, every = paths.values()
    middle = len(some) // 2
    places = (
        (lone[lone[:, 0].argmax()], "muted", (8, 2)),
        (some[middle], "blue", (-46, -14)),
        (every[every[:, 0].argmax()], "ink", (8, -16)),
    )
    for size, (at, color, offset) in zip(paths, places, strict=True):
        name_path(ax, f"n = {size}", at, color, offset)
    canvas.describe(
        ax,
        "figures.momentum.batches",
        steps=len(paths[small]) - 1,
        small=small,
        large=large,
        long=rough[small],
        short=rough[large],
    )
    return ax


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
        Under the same names, the value after each step under a constant gradient of 1.
    momentum : float
        μ of both.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=5.6)
    top, bottom = axes
    lags = np.arange(len(weights["sum"]))
    steps = np.arange(1, len(responses["sum"]) + 1)
    with canvas.style():
        top.bar(lags - 0.2, weights["sum"], 0.38, color=COLORS["pink"])
        top.bar(
            lags + 0.2,
            weights["average"],
            0.38,
            color=COLORS["orange"],
            hatch="///",
            edgecolor=COLORS["paper"],
        )
        top.set_xlim(-0.6, len(lags) - 0.4)
        top.set_xticks(lags[::2])
        bottom.plot(steps, responses["sum"], **STYLES["momentum"])
        bottom.plot(steps, responses["average"], **STYLES["ewma"])
        bottom.set_xlim(1, steps[-1])
        bottom.set_ylim(0, 1.08 * responses["sum"].max())
    canvas.titles(top, "figures.momentum.gain.weights", momentum=momentum)
    canvas.titles(bottom, "figures.momentum.gain.responses", limit=1 / (1 - momentum))
    names = {name: language.text(f"figures.momentum.gain.{name}") for name in weights}
    inks = {"sum": COLORS["pink"], "average": COLORS["orange"]}
    for ax, ends, last in ((top, weights, lags[-1] + 0.6), (bottom, responses, steps[-1])):
        canvas.label_ends(
            ax, [(last, ends[name][-1], words, inks[name]) for name, words in names.items()]
        )
    canvas.describe(
        top,
        "figures.momentum.gain",
        momentum=momentum,
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
    """What momentum's buffer becomes under a constant gradient of 1, at different dampenings.

    Parameters
    ----------
    buffers : dict of float to numpy.ndarray
        By dampening, three of them, ascending: shape (steps,) each.
    momentum : float
        μ of all.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.6, ax=ax)
    looks = (STYLES["momentum"], STYLES["amsgrad"], STYLES["ewma"])
    ends = []
    with canvas.style():
        for (tau, curve), look in zip(buffers.items(), looks, strict=True):
            steps = np.arange(1, len(curve) + 1)
            ax.plot(steps, curve, **look)
            ends.append((steps[-1], curve[-1], f"τ = {language.number(tau, 'g')}", look["color"]))
        ax.plot(1, 1, "o", color=COLORS["ink"], markersize=6, clip_on=False, zorder=4)
        ax.set_xlim(1, steps[-1])
        ax.set_ylim(0, None)
        ax.set_xticks([1, *range(10, len(steps) + 1, 10)])
    canvas.titles(ax, "figures.momentum.dampening", momentum=momentum)
    canvas.label_ends(ax, ends)
    none, some, most = buffers
    canvas.describe(
        ax,
        "figures.momentum.dampening",
        momentum=momentum,
        none=none,
        some=some,
        most=most,
        steps=len(steps),
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
        Under ``"sgd"`` and ``"momentum"``, shape (steps + 1, 2) each.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    return _paths("figures.momentum.paths", surface, optimum, paths, ax)


@canvas.figure
def flavours(
    surface: Surface, optimum: np.ndarray, paths: dict[str, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """Paths of SGD, momentum and Nesterov on the loss surface.

    Parameters
    ----------
    surface, optimum
        As for `paths`.
    paths : dict of str to numpy.ndarray
        As for `paths`, with ``"nesterov"`` too.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    return _paths("figures.momentum.flavours", surface, optimum, paths, ax)


@canvas.figure
def gradients(gradients: dict[str, np.ndarray], *, axes: np.ndarray | None = None) -> np.ndarray:
    """A parameter's gradients at each mini-batch, a panel a rule.

    Parameters
    ----------
    gradients : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"momentum"`` and ``"nesterov"``: shape (steps,).
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (3,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (3,).
    """
    if axes is None:
        axes = canvas.subplots(3, height=6.3, sharex=True)
    for ax, (look, values) in zip(axes, gradients.items(), strict=True):
        canvas.titles(ax, f"figures.momentum.gradients.{look}")
        ax.xaxis.label.set_visible(ax is axes[-1])
        with canvas.style():
            ax.axhline(0, color=COLORS["muted"], linewidth=0.8)
            ax.plot(values, **STYLES[look], marker=".", markersize=5)
            ax.set_xlim(0, len(values) - 1)
            ax.set_ylim(-2, 1.5)
            ax.set_yticks([-2, -1, 0, 1])
    canvas.describe(
        axes[0],
        "figures.momentum.gradients",
        steps=len(gradients["sgd"]),
        low=gradients["sgd"].min(),
        **{look: values.max() for look, values in gradients.items()},
    )
    return axes


@canvas.figure
def losses(
    train: dict[str, np.ndarray],
    validation: dict[str, np.ndarray],
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Loss of each epoch, logarithmic: training above, validation below.

    Parameters
    ----------
    train, validation : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"momentum"`` and ``"nesterov"``: shape (epochs,).
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=6.0, sharex=True, sharey=True)
    for ax, part, curves in zip(axes, ("train", "validation"), (train, validation), strict=True):
        canvas.titles(ax, f"figures.momentum.losses.{part}")
        ax.xaxis.label.set_visible(ax is axes[-1])
        looks = [STYLES[look] for look in curves]
        draw_losses(
            ax,
            [
                (curve, _NAMES[name], look["color"], look["linestyle"])
                for (name, curve), look in zip(curves.items(), looks, strict=True)
            ],
        )
    canvas.describe(
        axes[0],
        "figures.momentum.losses",
        epochs=len(train["sgd"]),
        **{look: curve[-1] for look, curve in train.items()},
        **{f"{look}_validation": curve[-1] for look, curve in validation.items()},
    )
    return axes


@canvas.figure
def distances(distances: dict[str, np.ndarray], *, lr: float, ax: Axes | None = None) -> Axes:
    """Distance to the optimum after training, one dot a seed, with the medians.

    Parameters
    ----------
    distances : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"adam"``, ``"momentum"`` and ``"nesterov"``: shape (seeds,).
    lr : float
        The rate of all of them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    draw_seeds(
        ax, [(_NAMES[look], values, STYLES[look]["color"]) for look, values in distances.items()]
    )
    with canvas.style():
        ax.set_xlim(0, None)
    seeds = len(distances["sgd"])
    canvas.titles(ax, "figures.momentum.distances", seeds=seeds, lr=lr)
    canvas.describe(
        ax,
        "figures.momentum.distances",
        seeds=seeds,
        lr=lr,
        **{look: float(np.median(values)) for look, values in distances.items()},
        closer=int((distances["nesterov"] < distances["momentum"]).sum()),
    )
    return ax


def _paths(
    key: str, surface: Surface, optimum: np.ndarray, paths: dict[str, np.ndarray], ax: Axes | None
) -> Axes:
    """Draw paths over the surface, each named where there is room beside it."""
    ax = canvas.subplots(height=4.6, ax=ax)
    draw_surface(ax, surface, optimum)
    draw_paths(ax, paths)
    canvas.titles(ax, key)
    optimum = np.asarray(optimum)
    for look, path in paths.items():
        at, offset = {
            "sgd": (path[len(path) * 3 // 5], (-40, -8)),
            "momentum": (path[path[:, 0].argmax()], (8, -2)),
            "nesterov": (path[path[:, 1].argmax()], (-30, 26)),
        }[look]
        name_path(ax, _NAMES[look], at, _INKS[look], offset)
    start = next(iter(paths.values()))
    canvas.describe(
        ax,
        key,
        bias=start[0, 0],
        weight=start[0, 1],
        best_bias=optimum[0],
        best_weight=optimum[1],
        steps=len(start) - 1,
        **{look: float(np.linalg.norm(path[-1] - optimum)) for look, path in paths.items()},
    )
    return ax
