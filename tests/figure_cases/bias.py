"""Figures of chapter 3."""

import numpy as np
from matplotlib.colors import to_hex

from helpers import averages
from helpers.figures.palette import COLORS
from tests.figure_cases import check
from tests.figure_cases.check import across, line, note
from tests.figure_cases.ewma import DAYS, FIFTHS, TEMPERATURES, assert_days


def three_curves():
    t, first = TEMPERATURES, TEMPERATURES[0]
    curves = averages.moving_average(t, 15), averages.ewma(t, 0.12)
    flat = [[DAYS * 0.0 + end] * 3 for end in (-2, 5, 15)]  # all three end in one point
    for ma, ewma, corrected in ((*curves, averages.bias_corrected_ewma(t, 0.12)), *flat):
        ax = yield {"values": t, "ma": ma, "ewma": ewma, "corrected": corrected}
        lines = line("ma", DAYS, ma, "MA"), line("ewma", DAYS, ewma, "EWMA")
        assert_days(ax, *lines, line("corrected", DAYS, corrected, "corrected"))
        highest, last = (max(ewma), max(corrected)), (ewma[-1], corrected[-1])
        check.alternative_text(ax, 1, first, ewma[0], corrected[0], *highest, 30, *last)


def missing_weight():
    steps = np.arange(1, 36)
    rest = 0.88**steps
    ax = yield {"share": 1 - rest, "beta": 0.88}
    seen, missing = ax.containers
    check.bars(seen, steps, 1 - rest, "orange")
    check.bars(missing, steps, rest, None, bottom=1 - rest, hatch="///")
    assert {to_hex(bar.get_edgecolor()) for bar in missing} == {COLORS["grey"]}
    on_bars = note("on values seen: 1 − βᵗ", "paper", (0.96, 0.2))
    on_hatch = note("on the initial zero: βᵗ", "ink", (0.02, 0.96))
    check.artists(ax, on_bars, on_hatch, title=[0.88], x=(0.5, 35.5), y=(0, 1))
    assert [text.get_bbox_patch() is None for text in ax.texts] == [True, False]
    assert ax.get_xticks().tolist() == [*FIFTHS, 35]
    check.alternative_text(ax, 1, 35, 0.88, 0.12, 1, 1 - rest[11], 12, 1 - rest[-1], 35)


def towards_zero():
    steps = np.arange(26)
    ewma = {value: value * (1 - 0.85**steps) for value in (4.0, -2.0)}
    corrected = {value: np.full(25, value) for value in ewma}
    ax = yield {"ewma": {value: curve[1:] for value, curve in ewma.items()}, "corrected": corrected}
    lines = [line("ewma", steps, curve, "EWMA") for curve in ewma.values()]
    lines += [line("corrected", steps[1:], curve, "corrected") for curve in corrected.values()]
    check.artists(ax, across("zero", 0), *lines, x=(0, 25), y=(-5, 5))
    check.alternative_text(ax, 4, -2, 0.6, -0.3, 25, ewma[4][-1], ewma[-2][-1])


def correction():
    steps, share = np.unique(np.geomspace(1, 20_000, 150).astype(int)), 0.03
    ratios = {beta: 1 / (1 - beta**steps) - 1 for beta in (0.9, 0.998)}
    # 1/(1 − βᵗ) − 1 < 0.03 where βᵗ < 0.03/1.03
    fast, slow = (int(np.ceil(np.log(share / (1 + share)) / np.log(beta))) for beta in ratios)
    below = {0.9: fast, 0.998: slow}
    ax = yield {"steps": steps, "ratios": ratios, "below": below, "share": share}
    check.artists(
        ax,
        across("reference", share),
        line("blue", steps, ratios[0.9]),
        line("purple", steps, ratios[0.998], linestyle="--"),
        line("blue", fast, share, marker="o"),
        line("purple", slow, share, marker="o"),
        note("β = 0.9", "blue", (1, 9)),
        note("β = 0.998", "purple", (1, 499)),
        note(f"step {fast}", "blue", (fast, share)),
        note(f"step {slow:,}", "purple", (slow, share)),
        title=[0.03, fast, slow],
        x=(1, 20_000),
        y=(0.03 / 9, 2 * 499),
        log="xy",
    )
    check.alternative_text(ax, 0.9, 10, 0.03, fast, 0.998, 500, 0.03, slow)


def first_steps():
    steps = np.arange(1, 91)
    ratio = (1 - 0.92**steps) / np.sqrt(1 - 0.998**steps)
    most, peak = max(zip(ratio, steps, strict=True))
    ax = yield {"ratio": ratio}
    check.artists(
        ax,
        across("corrected", 1),
        line("ewma", steps, ratio),
        line("orange", peak, most, marker="o"),
        note(f"{most:.2f} times at step {peak}", "orange", (peak, most)),
        note("with the correction", "green", (90, 1)),
        title=[most],
        x=(0, 90),
        y=(0, 1.18 * most),
    )
    check.alternative_text(ax, ratio[0], most, peak, ratio[-1], 90)
