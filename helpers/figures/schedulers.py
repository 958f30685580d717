"""Figures of chapter 7: learning rates on their way, one scheduler after another."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES

__all__ = ["by_epoch", "cyclic", "one_cycle", "plateau", "restarts", "warm_up"]

_RATE = {"color": COLORS["blue"], "linewidth": 2, "marker": ".", "markersize": 7}
_MOMENTUM = {**_RATE, "color": COLORS["pink"], "linestyle": (0, (5, 2))}
_STAIRS = {"drawstyle": "steps-post"}
_ROUND: dict[str, Any] = {"nbins": 3, "steps": [1, 5, 10]}
"""Ticks such as 0, 0.05, 0.1."""


@canvas.figure
def by_epoch(rates: dict[str, np.ndarray], *, axes: np.ndarray | None = None) -> np.ndarray:
    """Rates of the five schedulers that look at the epoch alone, in four panels.

    Parameters
    ----------
    rates : dict of str to numpy.ndarray
        Shape (epochs,), under ``"step"``, ``"lambda"`` (the same rates from a function, drawn as
        rings around them), ``"multi_step"``, ``"exponential"`` and ``"cosine"``.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (4,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (4,).
    """
    if axes is None:
        axes = canvas.subplots(4, height=8.4, sharex=True)
    panels = ("step", "multi_step", "exponential", "cosine")
    epochs = np.arange(len(rates["step"]))
    logarithmic = np.concatenate([rates[name] for name in panels[:3]])
    for ax, name in zip(axes, panels, strict=True):
        _panel(ax, f"figures.schedulers.by_epoch.{name}", last=ax is axes[-1])
        with canvas.style():
            ax.plot(epochs, rates[name], **_RATE, **_STAIRS)
            if name == "step":
                ring = {"linestyle": "none", "marker": "o", "markersize": 10, "mfc": "none"}
                ax.plot(epochs, rates["lambda"], **ring, color=COLORS["orange"])
            if name != "cosine":
                _decades(ax, logarithmic)
    _whole_steps(axes[-1], epochs)
    with canvas.style():
        axes[-1].set_ylim(-0.08 * rates["cosine"].max(), 1.15 * rates["cosine"].max())
        axes[-1].yaxis.set_major_locator(MaxNLocator(**_ROUND))
    lowest = int(rates["cosine"].argmin())
    canvas.describe(
        axes[0],
        "figures.schedulers.by_epoch",
        epochs=len(epochs),
        first=rates["step"][0],
        step=rates["step"][-1],
        multi_step=rates["multi_step"][-1],
        exponential=rates["exponential"][-1],
        lowest=lowest,
        cosine=rates["cosine"][min(2 * lowest, len(epochs) - 1)],
        back=min(2 * lowest, len(epochs) - 1),
    )
    return axes


@canvas.figure
def plateau(
    losses: np.ndarray,
    bad_epochs: np.ndarray,
    rates: np.ndarray,
    *,
    patience: int,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Loss, count of bad epochs, and the rate that falls when the count exceeds the patience.

    Parameters
    ----------
    losses : numpy.ndarray
        Shape (epochs,): the loss at the end of each epoch.
    bad_epochs : numpy.ndarray
        Shape (epochs,): how many epochs in a row were bad, once this one is counted.
    rates : numpy.ndarray
        Shape (epochs,): the rate in force during each epoch.
    patience : int
        How many are let pass.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (3,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (3,).
    """
    if axes is None:
        axes = canvas.subplots(3, height=6.6, sharex=True)
    epochs = np.arange(len(rates))
    too_many = bad_epochs > patience
    for ax, part in zip(axes, ("loss", "count", "rate"), strict=True):
        _panel(ax, f"figures.schedulers.plateau.{part}", last=ax is axes[-1], patience=patience)
    with canvas.style():
        axes[0].plot(epochs, losses, color=COLORS["ink"], linewidth=1.6, marker=".", markersize=7)
        axes[0].set_ylim(0, 1.25 * losses.max())
        axes[0].yaxis.set_major_locator(MaxNLocator(**_ROUND))
        axes[1].bar(
            epochs,
            bad_epochs,
            width=0.6,
            color=[COLORS["orange"] if over else COLORS["grey"] for over in too_many],
            edgecolor=COLORS["paper"],
            hatch=["///" if over else "" for over in too_many],
        )
        axes[1].axhline(patience, **STYLES["reference"])
        axes[1].set_ylim(0, 1.3 * max(bad_epochs.max(), patience))
        axes[1].yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes[2].plot(epochs, rates, **_RATE, **_STAIRS)
        _decades(axes[2], rates)
    _whole_steps(axes[-1], epochs)
    reductions = np.flatnonzero(np.diff(rates) < 0) + 1
    canvas.describe(
        axes[0],
        "figures.schedulers.plateau",
        epochs=len(epochs),
        patience=patience,
        first=rates[0],
        last=rates[-1],
        reductions=len(reductions),
        at=", ".join(str(epoch) for epoch in reductions) or "–",
    )
    return axes


@canvas.figure
def cyclic(
    rates: dict[str, np.ndarray],
    *,
    base_lr: float,
    max_lr: float,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Rates of the cyclic scheduler in its three modes, between the two bounds that it was given.

    Parameters
    ----------
    rates : dict of str to numpy.ndarray
        By mode, shape (steps,): ``"triangular"``, ``"triangular2"`` and ``"exp_range"``.
    base_lr, max_lr : float
        The bounds.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (3,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (3,).
    """
    if axes is None:
        axes = canvas.subplots(3, height=6.0, sharex=True, sharey=True)
    steps = np.arange(len(rates["triangular"]))
    for ax, mode in zip(axes, rates, strict=True):
        _panel(ax, f"figures.schedulers.cyclic.{mode}", last=ax is axes[-1])
        with canvas.style():
            for bound in (base_lr, max_lr):
                ax.axhline(bound, **STYLES["reference"])
            ax.plot(steps, rates[mode], **_RATE)
            ax.set_ylim(0, 1.12 * max_lr)
            ax.yaxis.set_major_locator(MaxNLocator(**_ROUND))
    _whole_steps(axes[-1], steps)
    canvas.describe(
        axes[0],
        "figures.schedulers.cyclic",
        steps=len(steps),
        base=base_lr,
        max=max_lr,
        triangular=rates["triangular"].max(),
        triangular2=rates["triangular2"][len(steps) // 3 :].max(),
        exp_range=rates["exp_range"].max(),
    )
    return axes


@canvas.figure
def one_cycle(
    rates: np.ndarray, momentum: np.ndarray, *, axes: np.ndarray | None = None
) -> np.ndarray:
    """Rate and momentum of the 1cycle policy, one the mirror of the other.

    Parameters
    ----------
    rates, momentum : numpy.ndarray
        Shape (steps,).
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=4.8, sharex=True)
    steps = np.arange(len(rates))
    peak = int(rates.argmax())
    for ax, part in zip(axes, ("rate", "momentum"), strict=True):
        _panel(ax, f"figures.schedulers.one_cycle.{part}", last=ax is axes[-1])
        with canvas.style():
            ax.axvline(peak, **STYLES["reference"])
            ax.set_xlim(0, steps[-1])
            ax.yaxis.set_major_locator(MaxNLocator(**_ROUND))
    with canvas.style():
        axes[0].plot(steps, rates, **{**_RATE, "marker": ""})
        axes[1].plot(steps, momentum, **{**_MOMENTUM, "marker": ""})
    canvas.note(
        axes[0],
        language.text("figures.schedulers.one_cycle.peak", step=peak, rate=rates[peak]),
        (peak, rates.min()),
        xytext=(6, 8),
        textcoords="offset points",
    )
    canvas.describe(
        axes[0],
        "figures.schedulers.one_cycle",
        steps=len(steps),
        first=rates[0],
        peak=peak,
        highest=rates[peak],
        last=rates[-1],
        high=momentum.max(),
        low=momentum.min(),
    )
    return axes


@canvas.figure
def restarts(
    by_epoch: np.ndarray, by_call: np.ndarray, *, iters: int, axes: np.ndarray | None = None
) -> np.ndarray:
    """Rates of cosine annealing with warm restarts, told the epoch and merely called.

    Parameters
    ----------
    by_epoch, by_call : numpy.ndarray
        Shape (steps,): the rate in each mini-batch, with ``step(epoch + i / iters)`` and with
        ``step()``.
    iters : int
        Mini-batches an epoch.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=4.8, sharex=True)
    steps = np.arange(len(by_epoch))
    both = {"by_epoch": by_epoch, "by_call": by_call}
    jumps = {name: np.flatnonzero(np.diff(rates) > 0) + 1 for name, rates in both.items()}
    for ax, (name, rates) in zip(axes, both.items(), strict=True):
        _panel(ax, f"figures.schedulers.restarts.{name}", last=ax is axes[-1])
        with canvas.style():
            ax.plot(steps, rates, **{**_RATE, "markersize": 4, "linewidth": 1.4})
            ax.set_xlim(0, steps[-1])
            ax.set_ylim(0, 1.12 * rates.max())
            ax.yaxis.set_major_locator(MaxNLocator(**_ROUND))
    with canvas.style():
        axes[-1].set_xticks(np.arange(0, len(steps) + 1, iters))
    canvas.describe(
        axes[0],
        "figures.schedulers.restarts",
        steps=len(steps),
        iters=iters,
        by_epoch=", ".join(str(step) for step in jumps["by_epoch"]),
        by_call=", ".join(str(step) for step in jumps["by_call"]),
    )
    return axes


@canvas.figure
def warm_up(
    rates: np.ndarray,
    plain: np.ndarray,
    warmed: np.ndarray,
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """A warm-up, and Adam's steps among noisy gradients without and with it.

    Parameters
    ----------
    rates : numpy.ndarray
        Shape (steps,): the rate as a share of the highest.
    plain, warmed : numpy.ndarray
        Shape (steps,): the size of a usual step, in units of the highest rate.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=5.2, sharex=True)
    steps = np.arange(1, len(rates) + 1)
    without = {**STYLES["adam"], "linestyle": (0, (2, 1.5))}
    for ax, part in zip(axes, ("rate", "step"), strict=True):
        _panel(ax, f"figures.schedulers.warm_up.{part}", last=ax is axes[-1])
        with canvas.style():
            ax.set_xlim(1, len(steps))
            ax.set_ylim(0, 1.1)
            ax.yaxis.set_major_locator(MaxNLocator(**_ROUND))
    with canvas.style():
        axes[0].plot(steps, rates, **{**_RATE, "marker": ""})
        axes[1].plot(steps, plain, **without)
        axes[1].plot(steps, warmed, **STYLES["adam"])
        axes[1].set_xticks([1, *np.arange(10, len(steps) + 1, 10)])
    for name, curve, at, offset in (("plain", plain, 1, (30, 4)), ("warmed", warmed, 9, (40, 26))):
        canvas.note(
            axes[1],
            language.text(f"figures.schedulers.warm_up.{name}"),
            (steps[at], curve[at]),
            xytext=offset,
            textcoords="offset points",
            color=COLORS["orange"],
            arrowprops={"arrowstyle": "-", "color": COLORS["muted"], "linewidth": 0.8},
        )
    canvas.describe(
        axes[0],
        "figures.schedulers.warm_up",
        start=rates[0],
        until=int(rates.argmax()) + 1,
        plain_first=plain[0],
        plain_last=plain[-1],
        warmed_first=warmed[0],
        warmed_most=warmed.max(),
        warmed_last=warmed[-1],
    )
    return axes


def _panel(ax: Axes, key: str, *, last: bool, **values: float) -> None:
    """Give a panel its title and names of axes; below only the last panel names its x."""
    canvas.titles(ax, key, **values)
    ax.xaxis.label.set_visible(last)


def _decades(ax: Axes, rates: np.ndarray) -> None:
    """Give the axes a logarithmic y axis on which all rates and at least three decades are seen."""
    ax.set_yscale("log")
    low, high = np.log10(rates.min()), np.log10(rates.max())
    low = min(low, high - 2)
    ax.set_ylim(10 ** (low - 0.35), 10 ** (high + 0.45))
    ax.yaxis.set_major_locator(LogLocator(numticks=8 if high - low < 4 else 5))
    ax.yaxis.set_minor_locator(NullLocator())


def _whole_steps(ax: Axes, steps: np.ndarray) -> None:
    """Mark whole epochs or mini-batches on the x axis, with half a step of room on both sides."""
    with canvas.style():
        ax.set_xlim(-0.5, steps[-1] + 0.5)
        ax.xaxis.set_major_locator(MaxNLocator(9, integer=True))
