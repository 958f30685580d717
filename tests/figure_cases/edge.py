"""Figures of chapter 9: the edge of stability."""

import numpy as np

from tests.figure_cases import check
from tests.figure_cases.check import across, dots, line, note, upright

AT = np.arange(0, 200, 20)
STEPS = np.arange(200)


def rising(to, over=1.3):
    """A sharpness that rises beyond a limit and settles on it."""
    return to * np.array([0.3, 0.7, 1.0, over, 1.1, 0.99, 1.01, 1, 1.02, 0.98])


def training():
    rates = dict(zip((0.1, 0.25, 0.5, 0.8), ("small", "good", "edge", "divergent"), strict=True))
    losses = {lr: 0.6 * np.exp(-lr * STEPS / 20) * (1 + 0.3 * np.sin(STEPS)) for lr in rates}
    sharpness = {lr: rising(2 / lr) for lr in rates}
    top, bottom = yield {"losses": losses, "sharpness": sharpness, "at": AT}
    above, below = [], []
    for lr, name in rates.items():
        style = f"lr_{name}"
        above.append(line(style, STEPS, losses[lr], linestyle="-"))
        color = {"small": "purple", "good": "green", "edge": "orange", "divergent": "pink"}[name]
        below += [line(color, [0, 1], [2 / lr, 2 / lr])]
        below += [line(style, AT, sharpness[lr], f"lr = {lr:g}")]
    check.artists(top, *above, x=(0, 200), log="y")
    check.artists(bottom, *below, title=[2], x=(0, 200), y=(0, 1.15 * 1.3 * 20))
    ends = [(lr, 2 / lr, 2 / lr) for lr in (0.25, 0.5, 0.8)]
    rises = sum(b > a for a, b in zip(losses[0.25], losses[0.25][1:], strict=False))
    rest = [number for end in ends for number in end]
    check.alternative_text(top, 200, 6, 0.1, 19.6, 20, *rest, 0.25, rises)


def settled():
    rates = np.array([0.1, 0.4, 0.9])
    sharpness = np.array([[12, 5, 2.2], [11, 5.1, 2.9], [13, 4.9, 2.25]])
    ax = yield {"rates": rates, "sharpness": sharpness}
    low, high = 0.1 / 1.1, 0.9 * 1.1
    limit = np.geomspace(low, high, 100)
    rows = [dots("blue", rates, row) for row in sharpness]
    edges = {"x": (low, high), "y": (1.8 / high, 2.2 / low)}
    check.artists(
        ax, line("reference", limit, 2 / limit, "2/lr"), *rows, title=[3], **edges, log="xy"
    )
    check.alternative_text(ax, 3, 2, 0.1, 0.6, 0.9, 2.25 * 0.9 / 2)


def moved():
    rates = {"halved": 0.25, "raised": 0.75, "doubled": 1.0}
    losses = {name: 0.5 * np.exp(-STEPS / 40) for name in rates}
    losses["raised"][101:105] = 0.4
    losses["doubled"][101:] = np.nan
    losses["doubled"][101:104] = 0.9, 30, 1e5
    at_first = rising(4)[:6]
    sharpness = {
        "halved": np.r_[at_first, 5, 6, 7, 8],
        "raised": np.r_[at_first, 3, 2.7, 2.6, 2.7],
        "doubled": np.r_[at_first, 9, 9, np.nan, np.nan],
    }
    data = {"losses": losses, "sharpness": sharpness, "at": AT, "rates": rates}
    top, bottom = yield {**data, "lr": 0.5, "when": 100}
    styles = {"halved": "lr_slow", "raised": "lr_good", "doubled": "lr_divergent"}
    seen = losses["doubled"].copy()
    seen[103:] = np.nan
    above = [line(styles[name], STEPS, losses[name]) for name in ("halved", "raised")]
    above += [line("lr_divergent", STEPS, seen), note("to 1", "pink", (101, 0.9))]
    check.artists(top, *above, upright("zero", 100), x=(0, 200), y=(None, 10), log="y")
    below = [line(styles[n], AT, sharpness[n], f"to {rates[n]:g}") for n in ("halved", "raised")]
    below.append(line("lr_divergent", AT, np.r_[at_first, [np.nan] * 4]))
    below += [line("blue", [100, 180], [8, 8]), line("green", [100, 180], [2 / 0.75] * 2)]
    below += [line("muted", [0, 100], [4, 4]), upright("zero", 100)]
    check.artists(bottom, *below, x=(0, 200), y=(0, 1.25 * 8))
    means = np.mean(sharpness["halved"][-5:]), np.mean(sharpness["raised"][-5:])
    jump = losses["raised"][100], 0.4
    after = 0.75, *jump, means[1], 2 / 0.75, 1
    check.alternative_text(top, 0.5, 100, 4, 0.25, means[0], 8, *after)


def limits():
    shares = {"sgd": rising(1), "momentum": rising(0.97), "adam": rising(0.94, 1.1)}
    ax = yield {"at": AT, "shares": shares}
    names = {"sgd": "SGD", "momentum": "momentum", "adam": "Adam"}
    rows = [line(rule, AT, curve, names[rule]) for rule, curve in shares.items()]
    check.artists(ax, across("reference", 1), *rows, x=(0, 180), y=(0, None))
    means = [np.mean(curve[-5:]) for curve in shares.values()]
    check.alternative_text(ax, 180, 0, 1, *means)


def warm_up():
    limit = 2 / np.minimum(1, (AT + 1) / 100)
    sharpness = np.array([6, 5, 5.5, 5.7, 2.4, 2.2, 2.1, 2.05, 2.05, 2.1])
    ax = yield {"at": AT, "sharpness": sharpness, "limit": limit, "steps": 100, "lr": 1.0}
    rows = line("reference", AT, limit, "2/lr"), line("sgd", AT, sharpness, "sharpness")
    check.artists(ax, *rows, upright("zero", 100), x=(0, 180), y=(0, 8.4))
    check.alternative_text(ax, 100, 1, 6, 2, 40, 2.1, 2)


def slices():
    x, y = np.linspace(-1, 1, 25), np.linspace(-1, 1, 31)
    wide = 0.1 * (x**2 + y[:, None] ** 2)
    narrow = 2 * x**2 + 0.1 * y[:, None] ** 2
    bounce = np.stack([0.3 * (-1.0) ** np.arange(9), np.linspace(0, 0.1, 9)], axis=1)
    data = {"random": (x, y, wide), "sharpest": (x, y, narrow)}
    paths = {"random": 0.1 * bounce, "sharpest": bounce}
    axes = yield {**data, "paths": paths, "curvature": {"random": 0.21, "sharpest": 4.02}}
    for ax, name, seen in zip(axes, paths, (0.21, 4.02), strict=True):
        filled, drawn = ax.collections
        values = data[name][2]
        steps = (np.arange(1, 13) / 12) ** 2
        np.testing.assert_allclose(drawn.levels, values.min() + steps * np.ptp(values))
        assert len(filled.get_paths()) == 12
        path = line("sgd", *paths[name].T, marker=".")
        check.artists(ax, path, title=[seen], x=(-1, 1), y=(-1, 1))
    check.alternative_text(axes, 8, 0.21, 0.06, 4.02, 0.6)
