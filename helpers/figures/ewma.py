"""Figures of chapter 2: moving averages, plain and exponentially weighted."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import label_ends, note, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.ticks import NumberFormatter

__all__ = ["draw_days", "noise", "smoothing", "step_response", "weights"]


def draw_days(ax: Axes, values: np.ndarray, averages: dict[str, np.ndarray]) -> None:
    """Draw daily values as dots and averages of them as lines, each named at its end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    values : numpy.ndarray
        Shape (days,).
    averages : dict of str to numpy.ndarray
        Under ``"ma"``, ``"ewma"`` and ``"corrected"``, or some of these: shape (days,).
    """
    days = np.arange(1, len(values) + 1)
    ax.plot(days, values, **STYLES["data"])
    for style, average in averages.items():
        ax.plot(days, average, **STYLES[style], label=language.text(f"figures.ewma.curves.{style}"))
    ax.set(xlim=(0, len(values) + 0.5), xticks=[1, *days[4::5]])
    ax.set_ylim(values.min() - 1.5, values.max() + 1.5)
    ax.yaxis.set_major_locator(MultipleLocator(5))
    label_ends(ax)


@canvas.figure
def weights(ma: np.ndarray, ewma: np.ndarray, *, age: float, ax: Axes | None = None) -> Axes:
    """Weight by lag, newest first, of two averages of equal average age.

    Parameters
    ----------
    ma, ewma : numpy.ndarray
        Shape (lags,), as `averages.ma_weights` and `averages.ewma_weights` return them.
    age : float
        Their common average age, in steps.
    """
    ax = canvas.subplots(ax=ax)
    key = "figures.ewma.weights"
    lags = np.arange(len(ma))
    periods = int((ma > 0).sum())
    blue, orange = COLORS["blue"], COLORS["orange"]
    ax.bar(lags - 0.2, ma, 0.38, color=blue, hatch="///", edgecolor=COLORS["paper"])
    ax.bar(lags + 0.2, ewma, 0.38, color=orange)
    ax.set(xticks=lags, ylim=(0, 1.12 * max(ma.max(), ewma.max())))
    titles(ax, key)
    text = language.text(f"{key}.ewma")
    note(ax, text, (0.2, ewma[0]), (14, -2), color=orange, va="center")
    text = language.text(f"{key}.ma", periods=periods)
    note(ax, text, (periods - 1, ma[periods - 1]), (0, 5), color=blue)
    canvas.describe(
        ax,
        key,
        lags=len(ma),
        periods=periods,
        ma=ma[0],
        newest=ewma[0],
        second=ewma[1],
        oldest=ewma[-1],
        age=age,
    )
    return ax


@canvas.figure
def step_response(ma: np.ndarray, ewma: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """How far two averages have come, day by day, after their input jumps from 0 to 1.

    Parameters
    ----------
    ma, ewma : numpy.ndarray
        Shape (days + 1,): the averages from the last day before the jump on.
    """
    ax = canvas.subplots(ax=ax)
    key = "figures.ewma.step_response"
    last_ahead, full = np.flatnonzero(ewma > ma)[-1], np.flatnonzero(ma >= 1)[0]
    ax.axhline(1, **STYLES["reference"])
    ax.plot(ma, **STYLES["ma"], marker="s", markersize=4)
    ax.plot(ewma, **STYLES["ewma"], marker="o", markersize=4)
    ax.set(xticks=np.arange(len(ma)), ylim=(-0.03, 1.1))
    ax.yaxis.set_major_formatter(NumberFormatter(".0%"))
    titles(ax, key)
    for style, average, day, offset, ha, va in (
        ("ewma", ewma, 3, (-8, 6), "right", "baseline"),
        ("ma", ma, 2, (10, -8), "left", "top"),
    ):
        text, color = language.text(f"{key}.{style}"), STYLES[style]["color"]
        note(ax, text, (day, average[day]), offset, color=color, ha=ha, va=va)
    canvas.describe(
        ax,
        key,
        first_ma=ma[1],
        first_ewma=ewma[1],
        last_ahead=int(last_ahead),
        full=int(full),
        left=ewma[full],
    )
    return ax


@canvas.figure
def smoothing(
    values: np.ndarray, ma: np.ndarray, ewma: np.ndarray, *, ax: Axes | None = None
) -> Axes:
    """Daily temperatures, and two averages of equal average age over them.

    Parameters
    ----------
    values, ma, ewma : numpy.ndarray
        Shape (days,), in °C.
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    key = "figures.ewma.smoothing"
    draw_days(ax, values, {"ma": ma, "ewma": ewma})
    titles(ax, key)
    canvas.describe(
        ax,
        key,
        days=len(values),
        low=values.min(),
        high=values.max(),
        peak=int(values.argmax()) + 1,
        ma=ma.max(),
        ma_day=int(ma.argmax()) + 1,
        ewma=ewma.max(),
        ewma_day=int(ewma.argmax()) + 1,
    )
    return ax


@canvas.figure
def noise(
    periods: np.ndarray,
    ma: np.ndarray,
    ewma: np.ndarray,
    theory: np.ndarray,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Noise that is left after averaging, for averages of equal average age.

    Parameters
    ----------
    periods : numpy.ndarray
        Shape (choices,), ascending: periods N of the moving average.
    ma, ewma : numpy.ndarray
        Shape (choices,): measured standard deviations, that of the input being 1.
    theory : numpy.ndarray
        Shape (choices,): 1 / √N.
    """
    ax = canvas.subplots(ax=ax)
    key = "figures.ewma.noise"
    ax.plot(periods, theory, **STYLES["reference"])
    ax.plot(periods, ma, "s", color=COLORS["blue"], markersize=9, mfc="none")
    ax.plot(periods, ewma, "o", color=COLORS["orange"], markersize=4.5)
    ax.set(xticks=periods, ylim=(0, 1.1 * max(ma.max(), ewma.max(), theory.max())))
    titles(ax, key)
    note(ax, language.text(f"{key}.theory"), (periods[-1], theory[-1]), (0, 10), ha="right")
    for row, (name, heights, color) in enumerate((("ma", ma, "blue"), ("ewma", ewma, "orange"))):
        text = language.text(f"{key}.{name}")
        note(ax, text, (periods[0], heights[0]), (12, 4 - 14 * row), color=COLORS[color])
    canvas.describe(
        ax,
        key,
        fewest=int(periods[0]),
        most=int(periods[-1]),
        ma_first=ma[0],
        ewma_first=ewma[0],
        ma_last=ma[-1],
        ewma_last=ewma[-1],
        apart=np.abs(ma / ewma - 1).max(),
    )
    return ax
