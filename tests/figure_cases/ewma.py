"""Figures of chapter 2."""

import numpy as np

from helpers import averages, data
from tests.figure_cases import check
from tests.figure_cases.check import across, dots, line, note

TEMPERATURES = data.temperatures()
DAYS = np.arange(1, 31)
FIFTHS = [1, 5, 10, 15, 20, 25, 30]


def weights():
    lags = np.arange(9)
    ax = yield {"ma": averages.ma_weights(4, lags=9), "ewma": 0.4 * 0.6**lags, "age": 2.5}
    ma, ewma = ax.containers
    check.bars(ma, lags - 0.2, np.where(lags < 4, 0.25, 0), "blue", hatch="///")
    check.bars(ewma, lags + 0.2, 0.4 * 0.6**lags, "orange")
    newest = note("EWMA: most for the newest", "orange", (0.2, 0.4))
    check.artists(ax, newest, note("MA: 4 equal weights", "blue", (3, 0.25)), y=(0, 0.448))
    assert ax.get_xticks().tolist() == lags.tolist()
    check.alternative_text(ax, 9, 0.25, 4, 0.4, 0.24, 0.4 * 0.6**8, 2.5)


def step_response():
    days = np.arange(12)
    ma, ewma = np.minimum(days / 6, 1), 1 - 0.75**days
    ax = yield {"ma": ma, "ewma": ewma}
    check.artists(
        ax,
        across("reference", 1),
        line("ma", days, ma, marker="s"),
        line("ewma", days, ewma, marker="o"),
        note("EWMA", "orange", (3, 1 - 0.75**3)),
        note("MA", "blue", (2, 1 / 3)),
        y=(-0.03, 1.1),
    )
    assert ax.get_xticks().tolist() == days.tolist()
    # 1 − 0.75⁴ = 0.68 > 4/6 = 0.67, but 1 − 0.75⁵ = 0.76 < 5/6 = 0.83.
    check.alternative_text(ax, 0, 1, 1, 0.25, 1 / 6, 4, 6, 1 - 0.75**6, 1)


def smoothing():
    ma, ewma = averages.moving_average(TEMPERATURES, 7), averages.ewma(TEMPERATURES, 0.4)
    ax = yield {"values": TEMPERATURES, "ma": ma, "ewma": ewma}
    assert_days(ax, line("ma", DAYS, ma, "MA"), line("ewma", DAYS, ewma, "EWMA"))
    peaks = [(max(curve), 1 + list(curve).index(max(curve))) for curve in (ma, ewma)]
    check.alternative_text(ax, 30, -2, 15, 3, *peaks[0], *peaks[1])


def assert_days(ax, *lines, **title):
    temperatures, low, high = line("data", DAYS, TEMPERATURES), -3.5, 16.5
    check.artists(ax, temperatures, *lines, x=(0, 30.5), y=(low, high), **title)
    assert ax.get_xticks().tolist() == FIFTHS
    assert {0, 5, 10, 15} <= {*ax.get_yticks()} <= {-5, 0, 5, 10, 15, 20}


def noise():
    periods = np.array([2, 5, 8, 19, 34])
    theory = 1 / np.sqrt(periods)
    ma, ewma = 1.1 * theory, theory**1.1
    ax = yield {"periods": periods, "ma": ma, "ewma": ewma, "theory": theory}
    check.artists(
        ax,
        line("reference", periods, theory),
        dots("blue", periods, ma, "s", markerfacecolor="none"),
        dots("orange", periods, ewma),
        note("1/√N", "muted", (34, 34**-0.5)),
        note("□ MA, measured", "blue", (2, ma[0])),
        note("● EWMA, measured", "orange", (2, ewma[0])),
        title=[1],
        y=(0, 1.21 * 2**-0.5),
    )
    assert ax.get_xticks().tolist() == periods.tolist()
    apart = 1.1 * 34**0.05 - 1
    check.alternative_text(ax, 2, 34, 1, ma[0], ewma[0], ma[-1], ewma[-1], apart, 1)
