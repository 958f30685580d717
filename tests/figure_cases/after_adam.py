"""Figures of chapter 10: what newer rules do with a gradient, and how much faster they are."""

import numpy as np
import pytest

from helpers.figures.labels import RULES
from helpers.figures.palette import COLORS
from tests.figure_cases import check
from tests.figure_cases.check import across, corner, line, note


def signs():
    steps = np.arange(61)
    lion = {rate: rate + 2 * 0.9**steps for rate in (0.4, 0.2, 0.05)}
    decayed, adam = 0.03 + 2 * 0.92**steps, 0.004 + 2 * 0.88**steps
    ax = yield {"lion": lion, "decayed": decayed, "adam": adam}
    check.artists(
        ax,
        line("adam", steps, adam, "Adam"),
        *(line("lion", steps, row, f"Lion, lr {rate:g}") for rate, row in lion.items()),
        line("lion", steps, decayed, "Lion, lr → 0", linestyle=(0, (3, 1.5))),
        x=(0, 60),
        y=(0.8 * adam[-1], 1.2 * 2.4),
        log="y",
    )
    ends = [number for rate, row in lion.items() for number in (row[-1], rate)]
    check.alternative_text(ax, 60, *ends, decayed[-1], 0.2, adam[-1])


def newton_schulz():
    values = np.geomspace(0.002, 1, 50)
    muon, classic = np.minimum(80 * values, 0.8 + 0.3 * values), np.minimum(20 * values, 1)
    ax = yield {"values": values, "muon": muon, "classic": classic, "steps": 4}
    names = (
        ("Muon's coefficients", "pink"),
        ("classic coefficients", "ink"),
        ("unchanged", "muted"),
    )
    check.artists(
        ax,
        across("reference", 1),
        line("gradient", values, values, marker="none"),
        line("adam_variant", values, classic, color=COLORS["ink"]),
        line("muon", values, muon),
        *corner(ax, *names),
        title=[4, 1],
        x=(0.002, 1),
        y=(0, 1.9),
        log="x",
    )
    first = values[muon > 0.6][0]
    low = muon[muon > 0.6].min()
    reached = np.interp(first, values, classic)
    check.alternative_text(ax, 4, 0, 1, first, low, muon.max(), 1, first, reached)


def spectra():
    order = np.arange(1, 22)
    rows = {"gradient": 0.6 ** (order - 1), "adam": 0.8 ** (order - 1), "muon": 1 / order**0.1}
    rows["adam"][-1] = 0  # as of a unit that no image reaches
    ax = yield {"values": rows}
    check.artists(
        ax,
        line("gradient", order, rows["gradient"], "gradient", marker="none"),
        line("adam", order, rows["adam"], "Adam"),
        line("muon", order, rows["muon"], "Muon"),
        x=(1, 21),
        y=(0.7 * 0.6**20, 1.5),
        log="y",
    )
    check.alternative_text(ax, 21, 11, *(row[10] for row in rows.values()))


def averaging():
    data = check.surface(x=(0.5, 1.9), y=(0.6, 2.3))
    z = check.runs("sgd", epochs=3, batch_size=4).paths[0].numpy()
    x = z.cumsum(0) / np.arange(1, len(z) + 1)[:, None]
    ax = yield {**data, "z": z, "x": x}
    star = check.contours(ax, data)
    names = ("z, which steps", "blue"), ("x, the answer", "orange")
    drawn = *check.path("sgd", z), *check.path("schedule_free", x)
    check.artists(ax, star, *drawn, *corner(ax, *names, right=True))
    long = [np.hypot(*np.diff(path.T)).sum() for path in (z, x)]
    far = [np.hypot(*(path[-1] - data["optimum"])) for path in (z, x)]
    check.alternative_text(ax, len(z) - 1, long[0], far[0], long[1], far[1])


def lengths():
    updates = np.array([10, 40, 160])
    losses = {
        rule: (0.2 + 0.02 * i) * (updates / 160) ** -0.4
        for i, rule in enumerate(("adamw", "momentum", "lion", "muon", "schedule_free"))
    }
    ax = yield {"lengths": updates, "losses": losses, "default": 0.37, "source": "digits"}
    check.artists(
        ax,
        across("reference", 0.37),
        *(line(r, updates, row, RULES[r], marker=".") for r, row in losses.items()),
        note("AdamW, default rate", "muted", (160, 0.37)),
        x=(10, 160),
        y=(0.92 * 0.2, 1.12 * 0.28 * 16**0.4),
        log="xy",
    )
    assert ax.get_xticks().tolist() == [10, 40, 160]
    ends = sorted(row[-1] for row in losses.values())
    check.alternative_text(ax, 10, 160, 160, *ends, 0.37)


def speedups():
    default = {"adamw": 3.2, "lion": 4.4, "muon": 6.5}
    tuned = {"adamw": 1.0, "lion": 0.7, "muon": 1.35}
    ax = yield {"default": default, "tuned": tuned, "source": "digits"}
    hollow, solid = ax.containers
    rows = np.arange(3)
    for container, values, shift in ((hollow, default, -0.2), (solid, tuned, 0.2)):
        drawn = [(b.get_y() + b.get_height() / 2, b.get_width()) for b in container]
        assert np.array(drawn) == pytest.approx(np.transpose([rows + shift, [*values.values()]]))
    shares = [bar.get_facecolor()[3] for bar in hollow]
    assert shares == [0, 0, 0]
    numbers = [
        note(f"{value:.2f}×", color, (value, row + shift))
        for values, shift, color in ((default, -0.2, "muted"), (tuned, 0.2, "ink"))
        for row, value in zip(rows, values.values(), strict=True)
    ]
    names = (
        ("□ AdamW, default rate", "muted"),
        ("■ AdamW, best rate", "ink"),
    )
    one, limits = check.upright("reference", 1), {"x": (0, 1.18 * 6.5), "y": (2.6, -2.2)}
    check.artists(ax, one, *numbers, *corner(ax, *names, right=True), title=[6.5, 1.35], **limits)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["AdamW", "Lion", "Muon"]
    each = [number for rule in tuned for number in (default[rule], tuned[rule])]
    check.alternative_text(ax, *each, 3.2, 6.5, 0.7, 1.35)
