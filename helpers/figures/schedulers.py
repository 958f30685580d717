"""Figures of chapter 7: the learning rates that schedulers make."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import note, titles
from helpers.figures.palette import COLORS, STYLES

__all__ = ["by_epoch", "cyclic", "one_cycle", "plateau", "restarts", "warm_up"]

_DOTS = {"marker": ".", "markersize": 7}
_STAIRS = {**_DOTS, "drawstyle": "steps-post"}


@canvas.figure
def by_epoch(rates: dict[str, np.ndarray], *, axes: np.ndarray | None = None) -> np.ndarray:
    """Rates of the five schedulers that only depend on the epoch, in four panels.

    Parameters
    ----------
    rates : dict of str to numpy.ndarray
        Under ``"step"``, ``"lambda"`` (the same rates from a function, drawn as rings around them),
        ``"multi_step"``, ``"exponential"`` and ``"cosine"``: shape (epochs,).
    """
    axes = canvas.subplots(4, height=8.4, sharex=True, ax=axes)
    key = "figures.schedulers.by_epoch"
    panels = ("step", "multi_step", "exponential", "cosine")
    logarithmic = np.concatenate([rates[name] for name in panels[:3]])
    for ax, name in zip(axes, panels, strict=True):
        ax.plot(rates[name], **STYLES["lr"], **_STAIRS)
        if name == "cosine":
            highest = rates[name].max()
            ax.set_ylim(-0.08 * highest, 1.15 * highest)
            _round_ticks(ax)
        else:
            _log_rates(ax, logarithmic)
        titles(ax, f"{key}.{name}")
        ax.label_outer()
    axes[0].plot(rates["lambda"], "o", color=COLORS["orange"], markersize=10, mfc="none")
    epochs = len(rates["step"])
    _whole_steps(axes[-1], epochs)
    lowest = int(rates["cosine"].argmin())
    back = min(2 * lowest, epochs - 1)
    canvas.describe(
        axes[0],
        key,
        epochs=epochs,
        first=rates["step"][0],
        step=rates["step"][-1],
        multi_step=rates["multi_step"][-1],
        exponential=rates["exponential"][-1],
        lowest=lowest,
        cosine=rates["cosine"][back],
        back=back,
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
        How many bad epochs are tolerated.
    """
    axes = canvas.subplots(3, height=6.6, sharex=True, ax=axes)
    key = "figures.schedulers.plateau"
    loss, count, rate = axes
    loss.plot(losses, color=COLORS["ink"], linewidth=1.6, **_DOTS)
    loss.set_ylim(0, 1.25 * losses.max())
    _round_ticks(loss)
    too_many = bad_epochs > patience
    count.bar(
        np.arange(len(bad_epochs)),
        bad_epochs,
        width=0.6,
        color=np.where(too_many, COLORS["orange"], COLORS["grey"]),
        edgecolor=COLORS["paper"],
        hatch=["///" if over else "" for over in too_many],
    )
    count.axhline(patience, **STYLES["reference"])
    count.set_ylim(0, 1.3 * max(bad_epochs.max(), patience))
    count.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    rate.plot(rates, **STYLES["lr"], **_STAIRS)
    _log_rates(rate, rates)
    for ax, part in zip(axes, ("loss", "count", "rate"), strict=True):
        titles(ax, f"{key}.{part}", patience=patience)
        ax.label_outer()
    _whole_steps(axes[-1], len(rates))
    reductions = np.flatnonzero(np.diff(rates) < 0) + 1
    canvas.describe(
        axes[0],
        key,
        epochs=len(rates),
        patience=patience,
        first=rates[0],
        last=rates[-1],
        reductions=len(reductions),
        at=", ".join(map(str, reductions)) or "–",
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
        By mode, ``"triangular"``, ``"triangular2"`` and ``"exp_range"``: shape (steps,), two peaks
        or more.
    base_lr, max_lr : float
        The bounds.
    """
    axes = canvas.subplots(3, height=6.0, sharex=True, sharey=True, ax=axes)
    key = "figures.schedulers.cyclic"
    steps = len(rates["triangular"])
    for ax, mode in zip(axes, rates, strict=True):
        for bound in (base_lr, max_lr):
            ax.axhline(bound, **STYLES["reference"])
        ax.plot(rates[mode], **STYLES["lr"], **_DOTS)
        ax.set_ylim(0, 1.12 * max_lr)
        _round_ticks(ax)
        titles(ax, f"{key}.{mode}")
        ax.label_outer()
    _whole_steps(axes[-1], steps)
    canvas.describe(
        axes[0],
        key,
        steps=steps,
        base=base_lr,
        max=max_lr,
        triangular=rates["triangular"].max(),
        second=_peaks(rates["triangular2"])[1],
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
    """
    axes = canvas.subplots(2, height=4.8, sharex=True, ax=axes)
    key = "figures.schedulers.one_cycle"
    steps, peak = len(rates), int(rates.argmax())
    for ax, part, curve, style in zip(
        axes, ("rate", "momentum"), (rates, momentum), ("lr", "mu"), strict=True
    ):
        ax.axvline(peak, **STYLES["reference"])
        ax.plot(curve, **STYLES[style])
        ax.set_xlim(0, steps - 1)
        _round_ticks(ax)
        titles(ax, f"{key}.{part}")
        ax.label_outer()
    text = language.text(f"{key}.peak", step=peak, rate=rates[peak])
    note(axes[0], text, (peak, rates.min()), (6, 8))
    canvas.describe(
        axes[0],
        key,
        steps=steps,
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
    by_epoch: np.ndarray,
    by_call: np.ndarray,
    *,
    T_0: int,  # noqa: N803 (torch's name)
    iters: int,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Rates of cosine annealing with warm restarts, by the epoch and by the number of calls.

    Parameters
    ----------
    by_epoch, by_call : numpy.ndarray
        Shape (steps,): the rate in each mini-batch, with ``step(epoch + i / iters)`` and with
        ``step()``.
    T_0 : int
        Length of the first cycle, in epochs and in calls.
    iters : int
        Mini-batches an epoch.
    """
    axes = canvas.subplots(2, height=4.8, sharex=True, ax=axes)
    key = "figures.schedulers.restarts"
    steps = len(by_epoch)
    restarts = {}
    for ax, name, rates in zip(axes, ("by_epoch", "by_call"), (by_epoch, by_call), strict=True):
        ax.plot(rates, **{**STYLES["lr"], "linewidth": 1.4}, marker=".", markersize=4)
        ax.set(xlim=(0, steps), ylim=(0, 1.12 * rates.max()))
        _round_ticks(ax)
        titles(ax, f"{key}.{name}", T_0=T_0)
        ax.label_outer()
        restarts[name] = ", ".join(map(str, np.flatnonzero(np.diff(rates) > 0) + 1))
    axes[-1].set_xticks(np.arange(0, steps + 1, iters))
    canvas.describe(axes[0], key, steps=steps, iters=iters, T_0=T_0, **restarts)
    return axes


@canvas.figure
def warm_up(
    rates: np.ndarray, plain: np.ndarray, warmed: np.ndarray, *, axes: np.ndarray | None = None
) -> np.ndarray:
    """A warm-up, and Adam's steps among noisy gradients without and with it.

    Parameters
    ----------
    rates : numpy.ndarray
        Shape (steps,), more than 9: the rate as a share of the highest.
    plain, warmed : numpy.ndarray
        Shape (steps,): the size of a usual step, in units of the highest rate.
    """
    axes = canvas.subplots(2, height=5.2, sharex=True, ax=axes)
    key = "figures.schedulers.warm_up"
    above, below = axes
    steps = np.arange(1, len(rates) + 1)
    climb = int(rates.argmax())
    above.plot(steps, rates, **STYLES["lr"])
    for name, curve, style, at, offset in (
        ("plain", plain, "adam_variant", 1, (30, 4)),
        ("warmed", warmed, "adam", 9, (40, 26)),
    ):
        below.plot(steps, curve, **STYLES[style])
        note(
            below,
            language.text(f"{key}.{name}"),
            (steps[at], curve[at]),
            offset,
            color=STYLES[style]["color"],
            arrowprops={"arrowstyle": "-", "color": COLORS["muted"], "linewidth": 0.8},
        )
    for ax, part in zip(axes, ("rate", "step"), strict=True):
        ax.set(xlim=(1, len(steps)), ylim=(0, 1.1))
        _round_ticks(ax)
        titles(ax, f"{key}.{part}", steps=climb)
        ax.label_outer()
    below.set_xticks([1, *steps[9::10]])
    canvas.describe(
        axes[0],
        key,
        start=rates[0],
        until=climb + 1,
        plain_first=plain[0],
        plain_last=plain[-1],
        warmed_first=warmed[0],
        warmed_most=warmed.max(),
        warmed_last=warmed[-1],
    )
    return axes


def _peaks(rates: np.ndarray) -> np.ndarray:
    """Return the rates that are higher than those before and after them, in their order."""
    inner = rates[1:-1]
    return inner[(inner > rates[:-2]) & (inner > rates[2:])]


def _round_ticks(ax: Axes) -> None:
    """Give the y axis few ticks, such as 0, 0.05 and 0.1."""
    ax.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 5, 10]))


def _log_rates(ax: Axes, rates: np.ndarray) -> None:
    """Give the axes a logarithmic y axis that shows all rates and at least three decades."""
    low, high = np.log10(rates.min()), np.log10(rates.max())
    low = min(low, high - 2)
    ax.set_yscale("log")
    ax.set_ylim(10 ** (low - 0.35), 10 ** (high + 0.45))
    ax.yaxis.set_major_locator(LogLocator(numticks=8 if high - low < 4 else 5))
    ax.minorticks_off()


def _whole_steps(ax: Axes, steps: int) -> None:
    """Mark whole epochs or mini-batches on the x axis, with half a step of room on both sides."""
    ax.set_xlim(-0.5, steps - 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(9, integer=True))
