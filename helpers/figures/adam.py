"""Figures of chapter 4: Adam."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES

__all__ = ["agreement", "amsgrad", "decay", "explorer", "first_step"]


@canvas.figure
def first_step(
    gradients: np.ndarray,
    sgd: np.ndarray,
    adam: np.ndarray,
    large_eps: np.ndarray,
    *,
    eps: float,
    ax: Axes | None = None,
) -> Axes:
    """Size of the first step against the size of the gradient, on logarithmic axes.

    Parameters
    ----------
    gradients : numpy.ndarray
        Shape (choices,), ascending.
    sgd, adam, large_eps : numpy.ndarray
        Shape (choices,): the steps of SGD, of Adam, and of Adam with a large ε, in learning rates.
    eps : float
        The large ε.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(ax=ax)
    with canvas.style():
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.plot(gradients, sgd, **STYLES["sgd"])
        ax.plot(gradients, adam, **STYLES["adam"])
        ax.plot(gradients, large_eps, **{**STYLES["adam"], "linestyle": (0, (2, 1.5))})
        ax.set_xlim(gradients[0], gradients[-1])
        ax.set_ylim(sgd[0] / 2, sgd[-1])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_minor_locator(NullLocator())
    canvas.titles(ax, "figures.adam.first_step")
    tenth = len(gradients) // 10
    marks = (
        ("adam", 9 * tenth, adam, (0, 6), "orange", "center", "bottom"),
        ("sgd", 2 * tenth, sgd, (8, -4), "blue", "left", "top"),
        ("large_eps", tenth, large_eps, (8, -2), "orange", "left", "top"),
    )
    for name, at, curve, offset, color, across, up in marks:
        canvas.note(
            ax,
            language.text(f"figures.adam.first_step.{name}", eps=eps),
            (gradients[at], curve[at]),
            xytext=offset,
            textcoords="offset points",
            color=COLORS[color],
            ha=across,
            va=up,
        )
    canvas.describe(
        ax,
        "figures.adam.first_step",
        smallest=gradients[0],
        largest=gradients[-1],
        sgd_smallest=sgd[0],
        sgd_largest=sgd[-1],
        adam_smallest=adam[0],
        adam_largest=adam[-1],
        eps=eps,
        large_eps_smallest=large_eps[0],
    )
    return ax


@canvas.figure
def agreement(
    noise: np.ndarray,
    low: np.ndarray,
    middle: np.ndarray,
    high: np.ndarray,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Size of Adam's steps against the noise of the gradient, whose mean is 1.

    Parameters
    ----------
    noise : numpy.ndarray
        Shape (choices,): standard deviation of the gradient, ascending.
    low, middle, high : numpy.ndarray
        Shape (choices,): quartiles of the step's size, in learning rates.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(ax=ax)
    with canvas.style():
        ax.set_xscale("log")
        ax.fill_between(noise, low, high, color=COLORS["orange"], alpha=0.25, linewidth=0)
        ax.plot(noise, middle, **STYLES["adam"])
        ax.set_xlim(noise[0], noise[-1])
        ax.set_ylim(0, 1.1)
        ax.xaxis.set_minor_locator(NullLocator())
    canvas.titles(ax, "figures.adam.agreement")
    canvas.describe(
        ax,
        "figures.adam.agreement",
        quiet=noise[0],
        at_quiet=middle[0],
        loud=noise[-1],
        at_loud=middle[-1],
    )
    return ax


@canvas.figure
def decay(
    adam: dict[float, np.ndarray], adamw: dict[float, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """Weights that get no gradient, under Adam's weight decay and under AdamW's.

    Parameters
    ----------
    adam, adamw : dict of float to numpy.ndarray
        By the weight's first value, its path, of shape (steps + 1,).
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(ax=ax)
    ends = []
    for look, paths in (("adam", adam), ("adamw", adamw)):
        for first, path in paths.items():
            steps = np.arange(len(path))
            with canvas.style():
                ax.plot(steps, path / first, **STYLES[look])
            name = language.text(f"figures.adam.decay.{look}", first=first)
            ends.append((steps[-1], path[-1] / first, name, STYLES[look]["color"]))
    with canvas.style():
        ax.set_xlim(0, len(steps) - 1)
        ax.set_ylim(min(0, min(y for _, y, *_ in ends)) - 0.04, 1.05)
    canvas.titles(ax, "figures.adam.decay")
    canvas.label_ends(ax, ends)
    small, large = min(adam), max(adam)
    canvas.describe(
        ax,
        "figures.adam.decay",
        steps=len(steps) - 1,
        small=small,
        large=large,
        adam_small=adam[small][-1],
        adam_large=adam[large][-1],
        adamw_small=adamw[small][-1],
        adamw_large=adamw[large][-1],
    )
    return ax


@canvas.figure
def amsgrad(adam: np.ndarray, amsgrad: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Paths of Adam and AMSGrad on a problem made so that Adam goes the wrong way.

    Parameters
    ----------
    adam, amsgrad : numpy.ndarray
        Shape (steps + 1,): the parameter, between −1 (the best) and 1 (the worst).
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.3, ax=ax)
    steps = np.arange(len(adam))
    with canvas.style():
        ax.axhline(-1, **STYLES["reference"])
        ax.plot(steps, adam, **STYLES["adam"])
        ax.plot(steps, amsgrad, **STYLES["amsgrad"])
        ax.set_xlim(0, len(adam) - 1)
        ax.set_ylim(-1.15, 1.15)
    canvas.titles(ax, "figures.adam.amsgrad")
    canvas.label_ends(
        ax,
        [
            (steps[-1], adam[-1], "Adam", STYLES["adam"]["color"]),
            (steps[-1], amsgrad[-1], "AMSGrad", STYLES["amsgrad"]["color"]),
        ],
    )
    canvas.describe(
        ax, "figures.adam.amsgrad", steps=len(adam) - 1, adam=adam[-1], amsgrad=amsgrad[-1]
    )
    return ax


@canvas.figure
def explorer(
    gradients: np.ndarray,
    adapted: np.ndarray,
    *,
    betas: tuple[float, float],
    ax: Axes | None = None,
) -> Axes:
    """What β₁ and β₂ make of the same gradients.

    Parameters
    ----------
    gradients, adapted : numpy.ndarray
        Shape (steps,): the gradients, and m̂ₜ / √v̂ₜ.
    betas : tuple of two floats
        β₁ and β₂.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    steps = np.arange(1, len(gradients) + 1)
    with canvas.style():
        ax.axhline(0, color=COLORS["muted"], linewidth=0.8)
        ax.plot(steps, gradients, color=COLORS["grey"], linewidth=1.1, marker="o", markersize=2.5)
        ax.plot(steps, adapted, **STYLES["adam"])
        ax.set_xlim(0, len(gradients) + 0.5)
        ax.set_ylim(-1.6, 1.6)
    canvas.titles(ax, "figures.adam.explorer", beta1=betas[0], beta2=betas[1])
    canvas.label_ends(
        ax,
        [
            (
                steps[-1],
                gradients[-1],
                language.text("figures.adam.explorer.gradient"),
                COLORS["muted"],
            ),
            (
                steps[-1],
                adapted[-1],
                language.text("figures.adam.explorer.adapted"),
                COLORS["orange"],
            ),
        ],
    )
    canvas.describe(
        ax,
        "figures.adam.explorer",
        beta1=betas[0],
        beta2=betas[1],
        largest=float(np.abs(adapted).max()),
        flips=int((np.diff(np.sign(adapted)) != 0).sum()),
    )
    return ax
