"""Figures of chapter 2: moving averages, plain and exponentially weighted."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator, PercentFormatter

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES

__all__ = ["draw_days", "explorer", "noise", "smoothing", "step_response", "weights"]


@canvas.figure
def weights(ma: np.ndarray, ewma: np.ndarray, *, age: float, ax: Axes | None = None) -> Axes:
    """Weight by lag, newest first, of two averages of equal average age.

    Parameters
    ----------
    ma, ewma : numpy.ndarray
        Shape (lags,), of `averages.ma_weights` and `averages.ewma_weights`.
    age : float
        Their common average age, in steps.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(ax=ax)
    lags = np.arange(len(ma))
    with canvas.style():
        ax.bar(lags - 0.2, ma, 0.38, color=COLORS["blue"], hatch="///", edgecolor=COLORS["paper"])
        ax.bar(lags + 0.2, ewma, 0.38, color=COLORS["orange"])
        ax.set_xticks(lags)
        ax.set_ylim(0, 1.12 * max(ma.max(), ewma.max()))
    canvas.titles(ax, "figures.ewma.weights")
    periods = int((ma > 0).sum())
    canvas.note(
        ax,
        language.text("figures.ewma.weights.ewma"),
        (0.2, ewma[0]),
        xytext=(14, -2),
        textcoords="offset points",
        color=COLORS["orange"],
        va="center",
    )
    canvas.note(
        ax,
        language.text("figures.ewma.weights.ma", periods=periods),
        (periods - 1, ma[periods - 1]),
        xytext=(0, 5),
        textcoords="offset points",
        color=COLORS["blue"],
    )
    canvas.describe(
        ax,
        "figures.ewma.weights",
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
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(ax=ax)
    days = np.arange(len(ma))
    ahead = ewma > ma
    last_ahead, full = int(days[ahead][-1]), int(days[ma >= 1][0])
    with canvas.style():
        ax.axhline(1, **STYLES["reference"])
        ax.plot(days, ma, **STYLES["ma"], marker="s", markersize=4)
        ax.plot(days, ewma, **STYLES["ewma"], marker="o", markersize=4)
        ax.set_xticks(days)
        ax.set_ylim(-0.03, 1.1)
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol="%"))
    canvas.titles(ax, "figures.ewma.step_response")
    canvas.note(
        ax,
        language.text("figures.ewma.step_response.ewma"),
        (1, ewma[1]),
        xytext=(-4, 8),
        textcoords="offset points",
        color=COLORS["orange"],
        ha="right",
    )
    canvas.note(
        ax,
        language.text("figures.ewma.step_response.ma"),
        (2, ma[2]),
        xytext=(10, -8),
        textcoords="offset points",
        color=COLORS["blue"],
        va="top",
    )
    canvas.describe(
        ax,
        "figures.ewma.step_response",
        first_ma=ma[1],
        first_ewma=ewma[1],
        last_ahead=last_ahead,
        full=full,
        left=ewma[full],
    )
    return ax


def draw_days(ax: Axes, values: np.ndarray, curves: dict[str, np.ndarray]) -> None:
    """Draw daily values as dots and averages of them as lines, each named at its end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    values : numpy.ndarray
        Shape (days,).
    curves : dict of str to numpy.ndarray
        Averages by the name of their look: ``"ma"``, ``"ewma"`` or ``"corrected"``.
    """
    days = np.arange(1, len(values) + 1)
    with canvas.style():
        ax.plot(days, values, **STYLES["data"])
        for look, curve in curves.items():
            ax.plot(days, curve, **STYLES[look])
        ax.set_xlim(0, len(values) + 0.5)
        ax.set_xticks([1, *range(5, len(values) + 1, 5)])
        ax.set_ylim(values.min() - 1.5, values.max() + 1.5)
        ax.yaxis.set_major_locator(MultipleLocator(5))
    names = {look: language.text(f"figures.ewma.curves.{look}") for look in curves}
    canvas.label_ends(
        ax,
        [
            (days[-1], curve[-1], names[look], STYLES[look]["color"])
            for look, curve in curves.items()
        ],
    )


@canvas.figure
def smoothing(
    values: np.ndarray, ma: np.ndarray, ewma: np.ndarray, *, ax: Axes | None = None
) -> Axes:
    """Daily temperatures, and two averages of equal average age over them.

    Parameters
    ----------
    values, ma, ewma : numpy.ndarray
        Shape (days,), in °C.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.8, ax=ax)
    draw_days(ax, values, {"ma": ma, "ewma": ewma})
    canvas.titles(ax, "figures.ewma.smoothing")
    peak = int(values.argmax())
    canvas.describe(
        ax,
        "figures.ewma.smoothing",
        days=len(values),
        low=values.min(),
        high=values.max(),
        peak=peak + 1,
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
        Shape (choices,): periods N of the moving average.
    ma, ewma : numpy.ndarray
        Shape (choices,): measured standard deviations, that of the input being 1.
    theory : numpy.ndarray
        Shape (choices,): 1 / √N.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(ax=ax)
    with canvas.style():
        ax.plot(periods, theory, **STYLES["reference"])
        ax.plot(
            periods,
            ma,
            color=COLORS["blue"],
            marker="s",
            linestyle="none",
            markersize=9,
            mfc="none",
        )
        ax.plot(periods, ewma, color=COLORS["orange"], marker="o", linestyle="none", markersize=4.5)
        ax.set_ylim(0, 0.65)
        ax.set_xticks(periods)
    canvas.titles(ax, "figures.ewma.noise")
    canvas.note(
        ax,
        language.text("figures.ewma.noise.theory"),
        (periods[1], theory[1]),
        xytext=(14, 8),
        textcoords="offset points",
    )
    canvas.describe(
        ax,
        "figures.ewma.noise",
        fewest=int(periods[0]),
        most=int(periods[-1]),
        ma_first=ma[0],
        ewma_first=ewma[0],
        ma_last=ma[-1],
        ewma_last=ewma[-1],
        apart=float(np.abs(ma / ewma - 1).max()),
    )
    return ax


@canvas.figure
def explorer(
    values: np.ndarray,
    ewma: np.ndarray,
    weights: np.ndarray,
    *,
    alpha: float,
    age: float,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """What α does: above, the average over the days; below, the weights that make it.

    Parameters
    ----------
    values, ewma : numpy.ndarray
        Shape (days,), in °C.
    weights : numpy.ndarray
        Shape (lags,), newest first.
    alpha : float
        Weight of the newest value.
    age : float
        Average age of the average, in days.
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
    draw_days(above, values, {"ewma": ewma})
    canvas.titles(above, "figures.ewma.explorer", alpha=alpha, age=age)
    lags = np.arange(len(weights))
    with canvas.style():
        below.bar(lags, weights, 0.7, color=COLORS["orange"])
        below.set_ylim(0, 1.05)
        below.set_xlim(-0.8, len(weights) - 0.2)
        below.xaxis.set_major_locator(MultipleLocator(5))
        below.set_xlabel(language.text("figures.ewma.weights.x"))
        below.set_ylabel(language.text("figures.ewma.weights.y"))
    canvas.describe(
        above,
        "figures.ewma.explorer",
        alpha=alpha,
        age=age,
        low=ewma.min(),
        high=ewma.max(),
        share=float(weights[:5].sum()),
    )
    return axes
