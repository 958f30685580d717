"""Figures of chapter 3: the bias of an average that starts from zero, and its correction."""

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.ewma import draw_days
from helpers.figures.labels import label_ends, note, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.ticks import NumberFormatter, plain_log

__all__ = [
    "correction",
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
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    key = "figures.bias.three_curves"
    draw_days(ax, values, {"ma": ma, "ewma": ewma, "corrected": corrected})
    titles(ax, key)
    canvas.describe(
        ax,
        key,
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
    """
    ax = canvas.subplots(height=3.3, ax=ax)
    key = "figures.bias.missing_weight"
    steps = np.arange(1, len(share) + 1)
    grey = COLORS["grey"]
    ax.bar(steps, share, 1.0, color=COLORS["orange"])
    ax.bar(steps, 1 - share, 1.0, share, color="none", edgecolor=grey, hatch="///", linewidth=0)
    ax.set(xlim=(0.5, len(share) + 0.5), ylim=(0, 1), xticks=[1, *steps[4::5]])
    ax.yaxis.set_major_formatter(NumberFormatter(".0%"))
    titles(ax, key, beta=beta)
    for name, at, ha, va, color in (
        ("seen", (0.96, 0.2), "right", "bottom", "paper"),
        ("zero", (0.02, 0.96), "left", "top", "ink"),
    ):
        text = language.text(f"{key}.{name}")
        note(
            ax,
            text,
            at,
            xycoords="axes fraction",
            ha=ha,
            va=va,
            color=COLORS[color],
            plate=color == "ink",
            fontweight="bold",
        )
    middle = len(share) // 3
    canvas.describe(
        ax,
        key,
        beta=beta,
        first=share[0],
        middle=share[middle],
        middle_step=middle + 1,
        last=len(share),
        end=share[-1],
    )
    return ax


@canvas.figure
def towards_zero(
    ewma: dict[float, np.ndarray], corrected: dict[float, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """EWMA of inputs that never change, above and below zero, plain and corrected.

    Parameters
    ----------
    ewma, corrected : dict of float to numpy.ndarray
        By the input's constant value: shape (steps,).
    """
    ax = canvas.subplots(height=3.5, ax=ax)
    key = "figures.bias.towards_zero"
    names = {
        style: language.text(f"figures.ewma.curves.{style}") for style in ("ewma", "corrected")
    }
    for value, curve in ewma.items():
        ax.plot([0, *curve], **STYLES["ewma"], label=names["ewma"])
        steps = np.arange(1, len(curve) + 1)
        ax.plot(steps, corrected[value], **STYLES["corrected"], label=names["corrected"])
    high, low = max(ewma), min(ewma)
    reach = 1.25 * max(high, -low)
    ax.axhline(0, **STYLES["zero"])
    ax.set(xlim=(0, len(curve)), ylim=(-reach, reach))
    titles(ax, key)
    label_ends(ax)
    canvas.describe(
        ax,
        key,
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
        Shape (choices,), from 1 on.
    ratios : dict of float to numpy.ndarray
        By β, of which there are two: 1 / (1 − βᵗ) − 1 at each of ``steps``.
    below : dict of float to int
        By β, the first step at which it is less than ``share``.
    share : float
        The correction that counts as gone.
    """
    ax = canvas.subplots(height=3.7, ax=ax)
    key = "figures.bias.correction"
    highest = max(ratio[0] for ratio in ratios.values())
    ax.set(xscale="log", yscale="log", xlim=(1, steps[-1]), ylim=(share / 9, 2 * highest))
    plain_log(ax)
    ax.yaxis.set_major_formatter(NumberFormatter(",.0%"))
    ax.axhline(share, **STYLES["reference"])
    for (beta, ratio), color, line in zip(
        ratios.items(), (COLORS["blue"], COLORS["purple"]), ("-", "--"), strict=True
    ):
        ax.plot(steps, ratio, color=color, linestyle=line, linewidth=2)
        ax.plot(below[beta], share, marker="o", color=color)
        curve = language.text(f"{key}.curve", beta=beta)
        note(ax, curve, (steps[0], ratio[0]), (10, 2), color=color)
        gone = language.text(f"{key}.gone", step=below[beta])
        note(ax, gone, (below[beta], share), (-6, -6), color=color, ha="right", va="top")
    fast, slow = sorted(below, key=below.__getitem__)
    gone_after = {"fast_steps": below[fast], "slow_steps": below[slow]}
    titles(ax, key, share=share, **gone_after)
    canvas.describe(
        ax,
        key,
        fast=fast,
        slow=slow,
        fast_first=ratios[fast][0] + 1,
        slow_first=ratios[slow][0] + 1,
        share=share,
        **gone_after,
    )
    return ax


@canvas.figure
def first_steps(ratio: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Adam's steps without bias correction, as multiples of its steps with it.

    Parameters
    ----------
    ratio : numpy.ndarray
        Shape (steps,), from the first step on.
    """
    ax = canvas.subplots(height=3.5, ax=ax)
    key = "figures.bias.first_steps"
    peak = int(ratio.argmax()) + 1
    largest = ratio.max()
    orange, green = STYLES["ewma"]["color"], STYLES["corrected"]["color"]
    ax.axhline(1, **STYLES["corrected"])
    ax.plot(np.arange(1, len(ratio) + 1), ratio, **STYLES["ewma"])
    ax.plot(peak, largest, marker="o", color=orange)
    ax.set(xlim=(0, len(ratio)), ylim=(0, 1.18 * largest))
    titles(ax, key, ratio=largest)
    text = language.text(f"{key}.peak", step=peak, ratio=largest)
    note(ax, text, (peak, largest), (10, 4), color=orange)
    text = language.text(f"{key}.corrected")
    note(ax, text, (len(ratio), 1), (-2, -14), ha="right", color=green)
    canvas.describe(
        ax, key, first=ratio[0], step=peak, ratio=largest, last=len(ratio), end=ratio[-1]
    )
    return ax
