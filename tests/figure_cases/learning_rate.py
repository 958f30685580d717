"""Figures of chapter 1."""

import numpy as np
from matplotlib.colors import to_hex

from helpers import averages
from helpers.figures.palette import COLORS
from tests.figure_cases import check
from tests.figure_cases.check import dots, line, note, upright


def step():
    theta, start, landing = np.linspace(-0.5, 2.3, 90), (1.6, 2.56), (0.8, 0.64)
    data = {"theta": theta, "losses": theta**2, "start": start, "landing": landing}
    ax = yield {**data, "slope": 3.2, "lr": 0.25}
    promised = 2.56 - 3.2 * 0.8
    check.artists(
        ax,
        line("ink", theta, theta**2),
        line("ma", [0.8, 2.4], [promised, 2.56 + 3.2 * 0.8]),
        line("reference", [0.8, 0.8], [promised, 0.64]),
        line("reference", [0.8, 0.8], [2.56, 0.64]),
        dots("orange", *landing),
        dots("blue", *start),
        dots("blue", 0.8, promised, markerfacecolor="none"),
        note("step: −0.8", "orange", start),
        note("gradient: +3.2", "blue", start),
        note("where the tangent leads", "blue", (0.8, promised)),
        note("where the loss is", "orange", landing),
        x=(-0.5, 2.3),
        y=(-0.1 * 2.3**2, 1.1 * 2.3**2),
    )
    (arrow,) = (text for text in ax.texts if not text.get_text())
    assert (arrow.xyann, arrow.xy) == (start, (0.8, 2.56))
    assert to_hex(arrow.arrow_patch.get_edgecolor()) == COLORS["orange"]
    check.alternative_text(ax, 1.6, 2.56, 3.2, 0.25, -0.8, 0.8, promised, 0.64)


def grids():
    coarse, equal = 0.2 * 8.0 ** -np.arange(5), np.linspace(1e-4, 0.2, 9)
    fine = 0.1 * np.array([1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01])
    ax = yield {"rates": {"coarse": coarse, "fine": fine, "equal": equal}}
    rows = ((coarse, "blue", "s"), (fine, "green", "o"), (equal, "orange", "D"))
    lines = [dots(color, x, x * 0 - i, mark) for i, (x, color, mark) in enumerate(rows)]
    check.artists(ax, *lines, y=(-2.4, 0.6), log="x")
    ticks = zip(ax.get_yticklabels(), ax.get_yticks(), strict=True)
    names = {"factor 8": 0, "factor 2": -1, "evenly spaced": -2}
    assert {label.get_text(): height for label, height in ticks} == names
    check.alternative_text(ax, 8, 5, 0.2 / 4096, 0.2, 2, 7, 1e-3, 0.1, 8, 9, 0.02)


def band(median):
    return {"low": 0.6 * median, "median": median, "high": 1.7 * median}


def courses():
    updates = np.arange(41)
    regimes = (
        ("small", 0.004, 0.995, "0.004 creeps", "purple"),
        ("slow", 0.02, 0.93, "0.02 slow", "blue"),
        ("good", 0.4, 0.8, "0.4 good", "green"),
        ("edge", 0.78, 0.97, "0.78 at the edge", "orange"),
        ("divergent", 0.9, 1.5, "0.9 diverges", "pink"),
    )
    losses = {name: band(3 * shrinks**updates + 0.01) for name, _, shrinks, *_ in regimes}
    ax = yield {"losses": losses, "rates": {name: lr for name, lr, *_ in regimes}}
    drawn, numbers = [], []
    for fill, (name, lr, _, text, color) in zip(ax.collections, regimes, strict=True):
        low, median, high = losses[name].values()
        check.filled(fill, color, updates, low, high)
        drawn.append(line(f"lr_{name}", updates, median, text))
        numbers += lr, median[-1]
    bottom, top = 0.6 * min(losses["good"]["low"]), 30 * losses["good"]["high"][0]
    check.artists(ax, *drawn, x=(0, 40), y=(bottom, top), log="y")
    check.alternative_text(ax, 40, 3.01, *numbers)


def valley():
    rates = np.geomspace(2e-4, 1.2, 50)
    median = 4 / (1 + (8 * rates) ** 1.5) + 0.01 * np.exp(40 * np.maximum(rates - 0.7, 0))
    batches, full = band(median), 0.9 * median
    data = {"rates": rates, "batches": batches, "full": full}
    ax = yield {**data, "limit": 0.77, "updates": 60, "seeds": 35}
    least, best = min(zip(median, rates, strict=True))
    slow = next(i for i, rate in enumerate(rates) if rate >= 2e-3)
    check.artists(
        ax,
        line("sgd", rates, median),
        line("orange", rates, full, linestyle="--"),
        dots("blue", best, least),
        upright("reference", 0.77),
        note("2/λ = 0.77", "muted", (0.77, 30 * median[0])),
        note("mini-batches, 35 seeds", "blue", (rates[slow], median[slow])),
        note("all the data", "orange", (best, 0.9 * least)),
        x=(2e-4, 1.2),
        y=(0.3 * 0.6 * least, 30 * median[0]),
        log="xy",
    )
    check.filled(*ax.collections, "blue", rates, batches["low"], batches["high"])
    assert check.plain(ax.get_ylabel()) == "training loss after 60 updates (log scale)"
    check.alternative_text(ax, 60, 2e-4, 1.2, 35, median[0], least, best, 0.77)


def range_test():
    for rule, start, end, limit, depth in (
        ("toy", 1e-3, 8.0, 0.75, 40),
        ("adam", 2e-4, 0.2, None, 5),
        ("momentum", 2e-3, 2.0, None, 5),
    ):
        rates = np.geomspace(start, end, 70)
        best = (start * end**2) ** (1 / 3)
        smooth = 2.2 / (1 + (depth * rates / best) ** 2) + 0.1 + (rates / best / 3) ** 2
        losses = smooth * np.exp(0.2 * np.random.default_rng(1).standard_normal(70))
        smoothed = averages.bias_corrected_ewma(losses, 0.1)
        least, lowest = min(zip(smoothed, rates, strict=True))
        data = {"rates": rates, "losses": losses, "smoothed": smoothed, "rule": rule}
        ax = yield {**data, "suggested": lowest / 8, "limit": limit}
        # Matplotlib leaves 5 % free; there is more above, and below nothing but to 0.
        low, high = min(losses), max(losses)
        if rule == "toy":
            free = (high / low) ** 0.05
            low, high = low / free, high * free * (high * free / (low / free)) ** 0.2
        else:
            low, high = 0, 1.15 * (high + 0.05 * (high - low))
        drawn = [
            line("data", rates, losses),
            note("each update", "muted", (rates[23], losses[23])),
            line("corrected", rates, smoothed),
            note("average", "green", (rates[0], smoothed[0])),
            dots("orange", lowest, least, "v"),
            line("orange", [lowest, lowest], [0, 1], linestyle="--"),
            note(f"lowest: {lowest:.2g}", "orange", (lowest, high)),
            upright("ma", lowest / 8),
            note(f"suggested: {lowest / 8:.2g}", "blue", (lowest / 8, high)),
        ]
        numbers = [70, start, end, smoothed[0], least, lowest, smoothed[-1], lowest / 8]
        if rule == "toy":
            drawn += [upright("reference", 0.75), note("2/λ = 0.75", "muted", (0.75, high))]
            numbers.insert(7, 0.75)
        title, log = ([lowest, 0.75], "xy") if rule == "toy" else ([], "x")
        check.artists(ax, *drawn, title=title, x=(start, end), y=(low, high), log=log)
        check.alternative_text(ax, *numbers)


def found():
    random, medians = np.random.default_rng(2), {0.2: 0.7, 1: 0.3, 4: 1.2}
    losses = {
        rule: {f: size * m * random.uniform(0.8, 1.3, 11) for f, m in medians.items()}
        for rule, size in (("adam", 1.0), ("momentum", 0.8))
    }
    ax = yield {"losses": losses, "epochs": 4}
    texts = {0.2: "found × 0.2", 1: "found", 4: "found × 4"}
    rows = {
        f"{name}, {text}": (losses[rule][factor], color)
        for rule, name, color in (("adam", "Adam", "orange"), ("momentum", "momentum", "pink"))
        for factor, text in texts.items()
    }
    check.seeds(ax, rows, log="x")
    assert check.plain(ax.get_xlabel()) == "validation loss after 4 epochs (log scale)"
    medians = [sorted(values)[5] for values, _ in rows.values()]
    by_adam = (number for pair in zip(medians[:3], texts, strict=True) for number in pair)
    check.alternative_text(ax, 4, 11, *by_adam, *medians[3:])
