"""Figures of chapter 6: mini-batches and momentum."""

import numpy as np

from tests.figure_cases import check
from tests.figure_cases.check import across, dots, line, note

NAMES = {"sgd": "SGD", "momentum": "momentum", "nesterov": "Nesterov", "adam": "Adam"}
COLORS = {"sgd": "blue", "momentum": "pink", "nesterov": "green", "adam": "orange"}


def noise():
    sizes = 2 ** np.arange(6)
    root = 1.4 / np.sqrt(sizes)
    exact = root * np.sqrt((40 - sizes) / 39)
    measured = exact * np.linspace(0.97, 1.02, 6)
    ax = yield {"sizes": sizes, "measured": measured, "exact": exact, "root": root}
    check.artists(
        ax,
        line("reference", sizes, root, "σ/√n"),
        line("sgd", sizes, exact, "without\nreplacement"),
        dots("ink", sizes, measured),
        x=(1 / 1.1, 32 * 1.05),
        y=(0.8 * exact[-1], 1.4 * 1.4),
        log="xy",
    )
    assert ax.get_xticks().tolist() == sizes.tolist()
    check.alternative_text(ax, measured[0], 1, measured[-1], 32, root[-1], 0.03)


def batches():
    data = check.surface(x=(0.6, 1.9), y=(0.6, 2.3))
    small, medium, large = (
        check.runs("sgd", epochs=epochs, batch_size=size).paths[0].numpy()
        for size, epochs in ((2, 2), (20, 20), (80, 80))
    )
    by_size = {2: small, 20: medium, 80: large}
    axes = yield {**data, "paths": by_size}
    for ax, (size, path) in zip(axes, by_size.items(), strict=True):
        star = check.contours(ax, data, levels=10)
        check.artists(ax, star, *check.path("sgd", path), title=[size])
    rough, smooth = (np.hypot(*np.diff(path.T)).sum() for path in (small, large))
    check.alternative_text(axes, 80, 2, rough, 80, smooth)


def gain():
    lags, steps = np.arange(12), np.arange(1, 41)
    weights, after = 2 * 0.8**lags, 1 - 0.8**steps
    average, total = {"average": 0.2 * weights}, {"average": after}
    data = {"weights": {"sum": weights, **average}, "responses": {"sum": 5 * after, **total}}
    axes = yield {**data, "momentum": 0.8}
    top, bottom = axes
    summed, averaged = top.containers
    check.bars(summed, lags - 0.2, weights, "pink")
    check.bars(averaged, lags + 0.2, 0.2 * weights, "orange", hatch="///")
    beside = (
        note("sum", "pink", (11.6, weights[-1])),
        note("average", "orange", (11.6, 0.2 * weights[-1])),
    )
    check.artists(top, *beside, title=[5], x=(-0.6, 11.6))
    assert top.get_xticks().tolist() == [0, 2, 4, 6, 8, 10]
    lines = line("momentum", steps, 5 * after, "sum"), line("ewma", steps, after, "average")
    check.artists(bottom, *lines, title=[5], x=(1, 40), y=(0, 1.08 * 5 * after[-1]))
    above, below = (12, 2, 1.6, weights[-1], 0.4), (40, 5 * after[-1], after[-1])
    check.alternative_text(axes, 0.8, *above, *below)


def dampening():
    past, steps = 0.8 ** np.arange(40), np.arange(1, 41)
    buffers = {tau: 2 * past + 5 * (1 - tau) * (1 - past) for tau in (0.0, 0.4, 0.8)}
    ax = yield {"buffers": buffers, "momentum": 0.8}
    check.artists(
        ax,
        line("momentum", steps, buffers[0], "τ = 0"),
        line("purple", steps, buffers[0.4], "τ = 0.4", linestyle="--"),
        line("ewma", steps, buffers[0.8], "τ = 0.8"),
        dots("ink", 1, 2),
        x=(1, 40),
        y=(0, None),
    )
    assert ax.get_xticks().tolist() == [1, 10, 20, 30, 40]
    ends = [number for tau, curve in buffers.items() for number in (tau, curve[-1])]
    check.alternative_text(ax, 0.8, 40, 2, *ends)


def paths(rules=("sgd", "momentum")):
    data, by_rule = check.surface(), {rule: check.runs(rule).paths[0].numpy() for rule in rules}
    ax = yield {**data, "paths": by_rule}
    points = {
        "sgd": by_rule["sgd"][30],
        "momentum": max(by_rule["momentum"], key=lambda at: at[0]),
        "nesterov": max(by_rule.get("nesterov", [(0, 0)]), key=lambda at: at[1]),
    }
    drawn = [check.contours(ax, data)]
    for rule, path in by_rule.items():
        drawn += [*check.path(rule, path), note(NAMES[rule], COLORS[rule], points[rule])]
    check.artists(ax, *drawn)
    far = [np.hypot(*(path[-1] - data["optimum"])) for path in by_rule.values()]
    check.alternative_text(ax, *data["optimum"], *by_rule["sgd"][0], 50, *far)


def flavours():
    yield from paths(("sgd", "momentum", "nesterov"))


def gradients():
    rules = ("sgd", "momentum", "nesterov")
    by_rule = {rule: check.runs(rule).gradients[0, :, 1].numpy() for rule in rules}
    axes = yield {"gradients": by_rule}
    for ax, (rule, values) in zip(axes, by_rule.items(), strict=True):
        own = line(rule, np.arange(50), values, marker=".")
        check.artists(ax, across("zero", 0), own, x=(0, 49))
    check.alternative_text(axes, 50, min(by_rule["sgd"]), *(max(by_rule[rule]) for rule in rules))


def distances():
    random = np.random.default_rng(5)
    means = {"sgd": 0.7, "adam": 0.5, "momentum": 0.12, "nesterov": 0.1}
    far = {rule: random.gamma(3, mean / 3, 75) for rule, mean in means.items()}
    ax = yield {"distances": far, "lr": 0.2}
    rows = {NAMES[rule]: (values, COLORS[rule]) for rule, values in far.items()}
    check.seeds(ax, rows, title=[0.2, 75], x=(0, None))
    assert "Nesterov ends closest" in check.plain(ax.get_title(loc="left"))
    closer = sum(n < m for n, m in zip(far["nesterov"], far["momentum"], strict=True))
    check.alternative_text(ax, 75, 0.2, *(sorted(values)[37] for values in far.values()), closer)
