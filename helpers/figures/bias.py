"""Figures of chapter 3: the bias of an average that starts from zero, and its correction."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, PercentFormatter

from helpers import language
from helpers.figures import canvas
from helpers.figures.ewma import draw_days
from helpers.figures.palette import COLORS, STYLES

__all__ = [
    "correction",
    "explorer",
    "first_steps",
    "missing_weight",
    "three_curves",
    "towards_zero",
]


@canvas.figure
def three_curves(
    values: np.ndarray,
    ma: np.ndarray,
    ewma: np.ndarray,
    corrected: np.ndarray,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Daily temperatures with their moving average, their EWMA, and the corrected EWMA.

    Parameters
    ----------
    values, ma, ewma, corrected : numpy.ndarray
        Shape (days,), in °C.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    draw_days(ax, values, {"ma": ma, "ewma": ewma, "corrected": corrected})
    canvas.titles(ax, "figures.bias.three_curves")
    canvas.describe(
        ax,
        "figures.bias.three_curves",
        first=values[0],
        ewma=ewma[0],
        corrected=corrected[0],
        high_ewma=ewma.max(),
        high_corrected=corrected.max(),
        last=len(values),
        last_ewma=ewma[-1],
        last_corrected=corrected[-1],
    )
    return ax


@canvas.figure
def missing_weight(share: np.ndarray, *, beta: float, ax: Axes | None = None) -> Axes:
    """Share of an EWMA's weight that lies on values seen, the rest being on the zero at its start.

    Parameters
    ----------
    share : numpy.ndarray
        Shape (steps,): 1 − βᵗ, for t from 1 on.
    beta : float
        Weight of the past.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.3, ax=ax)
    steps = np.arange(1, len(share) + 1)
    with canvas.style():
        ax.bar(steps, share, 1.0, color=COLORS["orange"])
        ax.bar(
            steps,
            1 - share,
            1.0,
            bottom=share,
            color="none",
            edgecolor=COLORS["grey"],
            hatch="///",
            linewidth=0,
        )
        ax.set_xlim(0.5, len(share) + 0.5)
        ax.set_ylim(0, 1)
        ax.set_xticks([1, *range(5, len(share) + 1, 5)])
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol="%"))
    canvas.titles(ax, "figures.bias.missing_weight", beta=beta)
    for key, x, y, ink in (("seen", 0.72, 0.28, "paper"), ("zero", 0.16, 0.86, "ink")):
        canvas.note(
            ax,
            language.text(f"figures.bias.missing_weight.{key}"),
            (x, y),
            xycoords="axes fraction",
            ha="center",
            va="center",
            color=COLORS[ink],
            fontweight="bold",
            **({} if key == "seen" else {"bbox": _plate()}),
        )
    canvas.describe(
        ax,
        "figures.bias.missing_weight",
        beta=beta,
        first=share[0],
        tenth=share[9],
        last=len(share),
        end=share[-1],
    )
    return ax


@canvas.figure
def towards_zero(
    ewma: dict[float, np.ndarray], corrected: dict[float, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """EWMA of inputs that never change, above and below zero, raw and corrected.

    Parameters
    ----------
    ewma, corrected : dict of float to numpy.ndarray
        By the input's constant value, arrays of shape (steps,).
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.5, ax=ax)
    ends = []
    for value, curve in ewma.items():
        steps = np.arange(len(curve) + 1)
        with canvas.style():
            ax.plot(steps, [0, *curve], **STYLES["ewma"])
            ax.plot(steps[1:], corrected[value], **STYLES["corrected"])
        ends += [
            (steps[-1], corrected[value][-1], "corrected"),
            (steps[-1], curve[-1], "ewma"),
        ]
    with canvas.style():
        ax.axhline(0, color=COLORS["muted"], linewidth=0.8)
        ax.set_xlim(0, len(curve))
        reach = max(abs(value) for value in ewma)
        ax.set_ylim(-1.25 * reach, 1.25 * reach)
    canvas.titles(ax, "figures.bias.towards_zero")
    canvas.label_ends(
        ax,
        [
            (x, y, language.text(f"figures.ewma.curves.{look}"), STYLES[look]["color"])
            for x, y, look in ends
        ],
    )
    high, low = max(ewma), min(ewma)
    canvas.describe(
        ax,
        "figures.bias.towards_zero",
        high=high,
        low=low,
        high_first=ewma[high][0],
        low_first=ewma[low][0],
        steps=len(ewma[high]),
        high_last=ewma[high][-1],
        low_last=ewma[low][-1],
    )
    return ax


@canvas.figure
def correction(
    steps: np.ndarray,
    ratios: dict[float, np.ndarray],
    below: dict[float, int],
    *,
    share: float,
    ax: Axes | None = None,
) -> Axes:
    """By how much the correction enlarges the average, step by step, on logarithmic axes.

    Parameters
    ----------
    steps : numpy.ndarray
        Shape (steps,), from 1 on.
    ratios : dict of float to numpy.ndarray
        By β, 1 / (1 − βᵗ) − 1 at each of ``steps``.
    below : dict of float to int
        By β, the first step at which it is less than ``share``.
    share : float
        The correction that counts as gone.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.7, ax=ax)
    looks: list[dict[str, Any]] = [
        {"color": COLORS["blue"], "linestyle": "-"},
        {"color": COLORS["purple"], "linestyle": (0, (5, 2))},
    ]
    with canvas.style():
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.axhline(share, **STYLES["reference"])
        for (beta, ratio), look in zip(ratios.items(), looks, strict=True):
            ax.plot(steps, ratio, **look, linewidth=2)
            ax.plot(below[beta], share, marker="o", color=look["color"])
        ax.set_ylim(share / 4, 2000)
        ax.set_xlim(1, steps[-1])
        ax.xaxis.set_major_formatter(FuncFormatter(_plain_number))
        ax.yaxis.set_major_locator(FixedLocator([0.01, 0.1, 1, 10, 100, 1000]))
        ax.yaxis.set_major_formatter(FuncFormatter(_percentage))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.minorticks_off()
    canvas.titles(ax, "figures.bias.correction")
    for (beta, ratio), look in zip(ratios.items(), looks, strict=True):
        canvas.note(
            ax,
            language.text("figures.bias.correction.curve", beta=beta),
            (steps[0], ratio[0]),
            xytext=(10, 2),
            textcoords="offset points",
            color=look["color"],
        )
        canvas.note(
            ax,
            language.text("figures.bias.correction.gone", step=below[beta]),
            (below[beta], share),
            xytext=(6, 7),
            textcoords="offset points",
            color=look["color"],
        )
    fast, slow = sorted(below, key=lambda beta: below[beta])
    canvas.describe(
        ax,
        "figures.bias.correction",
        fast=fast,
        slow=slow,
        fast_first=ratios[fast][0] + 1,
        slow_first=ratios[slow][0] + 1,
        share=share,
        fast_steps=below[fast],
        slow_steps=below[slow],
    )
    return ax


@canvas.figure
def first_steps(ratio: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Adam's steps without bias correction, as multiples of its steps with it.

    Parameters
    ----------
    ratio : numpy.ndarray
        Shape (steps,), from the first step on.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.5, ax=ax)
    steps = np.arange(1, len(ratio) + 1)
    peak = int(ratio.argmax())
    with canvas.style():
        ax.axhline(1, **STYLES["corrected"])
        ax.plot(steps, ratio, **STYLES["ewma"])
        ax.plot(steps[peak], ratio[peak], marker="o", color=COLORS["orange"])
        ax.set_xlim(0, len(ratio))
        ax.set_ylim(0, 1.18 * ratio.max())
    canvas.titles(ax, "figures.bias.first_steps")
    canvas.note(
        ax,
        language.text("figures.bias.first_steps.peak", step=peak + 1, ratio=ratio[peak]),
        (steps[peak], ratio[peak]),
        xytext=(10, 4),
        textcoords="offset points",
        color=COLORS["orange"],
    )
    canvas.note(
        ax,
        language.text("figures.bias.first_steps.corrected"),
        (len(ratio), 1),
        xytext=(-2, -14),
        textcoords="offset points",
        ha="right",
        color=COLORS["green"],
    )
    canvas.describe(
        ax,
        "figures.bias.first_steps",
        first=ratio[0],
        step=peak + 1,
        ratio=ratio[peak],
        last=len(ratio),
        end=ratio[-1],
    )
    return ax


@canvas.figure
def explorer(
    values: np.ndarray,
    ewma: np.ndarray,
    corrected: np.ndarray,
    share: np.ndarray,
    *,
    beta: float,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """What β does to the bias: above, the averages; below, the weight that lies on values seen.

    Parameters
    ----------
    values, ewma, corrected : numpy.ndarray
        Shape (days,), in °C.
    share : numpy.ndarray
        Shape (days,): 1 − βᵗ.
    beta : float
        Weight of the past.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (2,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (2,).
    """
    if axes is None:
        axes = canvas.subplots(2, height=5.0, gridspec_kw={"height_ratios": [3, 2]})
    above, below = axes
    draw_days(above, values, {"ewma": ewma, "corrected": corrected})
    canvas.titles(above, "figures.bias.explorer", beta=beta, ratio=1 / share[-1], days=len(values))
    days = np.arange(1, len(share) + 1)
    with canvas.style():
        below.bar(days, share, 0.75, color=COLORS["orange"])
        below.set_xlim(0, len(share) + 0.5)
        below.set_ylim(0, 1.03)
        below.set_xticks([1, *range(5, len(share) + 1, 5)])
        below.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol="%"))
        below.set_xlabel(language.text("figures.bias.explorer.below_x"))
        below.set_ylabel(language.text("figures.bias.explorer.below_y"))
    canvas.describe(
        above,
        "figures.bias.explorer",
        beta=beta,
        first=values[0],
        ewma=ewma[0],
        corrected=corrected[0],
        days=len(values),
        share=share[-1],
        ratio=1 / share[-1],
    )
    return axes


def _plate() -> dict[str, object]:
    """Background for letters over a hatched area."""
    return {"facecolor": COLORS["paper"], "edgecolor": "none", "pad": 2.5}


def _plain_number(value: float, _: int | None = None) -> str:
    return language.number(value, ",.0f")


def _percentage(value: float, _: int | None = None) -> str:
    return language.number(100 * value, ",.0f") + "%"
