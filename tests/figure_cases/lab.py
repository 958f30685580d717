"""The still pictures of the lab."""

import numpy as np
from matplotlib.colors import to_hex

from helpers import language, problems
from helpers.figures.palette import COLORS
from tests.figure_cases import check
from tests.figure_cases.check import across, line, note, upright


def race():
    names = {"sgd": "SGD", "momentum": "momentum", "adam": "Adam", "rmsprop": "RMSProp"}
    colors = {"sgd": "blue", "momentum": "pink", "adam": "orange", "rmsprop": "purple"}
    data = check.surface(y=(0.6, 2.4))
    for steps, losses in ((23, [0.31, 0.02, 7.5e-5]), (2, [3.25, np.nan, 0.5])):
        styles = ["momentum", "rmsprop", "sgd"] if steps == 2 else ["sgd", "momentum", "adam"]
        paths = [
            (style, check.runs(rule).paths[0, : steps + 1].numpy())
            for style, rule in zip(styles, ("sgd", "momentum", "adam"), strict=True)
        ]
        ax = yield {**data, "paths": paths, "losses": losses}
        drawn = [one for style, path in paths for one in check.path(style, path)]
        lowest_first = sorted(range(3), key=lambda i: np.nan_to_num(losses[i], nan=np.inf))
        texts = [("loss above the minimum", "muted")] + [
            (
                f"{names[styles[i]]} "
                + ("diverged" if np.isnan(losses[i]) else language.number(losses[i], ".2g")),
                colors[styles[i]],
            )
            for i in lowest_first
        ]
        notes = check.corner(ax, *texts, right=True)
        check.artists(ax, check.contours(ax, data), *drawn, *notes, title=[steps])
        check.alternative_text(
            ax, steps, *(losses[i] for i in lowest_first if not np.isnan(losses[i]))
        )
    path = np.array([[-1.5, 0.5], [-1.0, 0.7]])
    data = {"optimum": None, "paths": [("adam", path)], "losses": [-0.25]}
    for name in ("saddle", "rosenbrock", "beale"):
        grid = problems.grid(getattr(problems, name)(), (-2, 2), (-1, 1))
        x, y, z = (part.numpy() for part in grid)
        ax = yield {**data, "surface": (x, y, z), "problem": name}
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")
        assert not [line for line in ax.lines if line.get_marker() == "*"]
        even = np.sqrt if name == "saddle" else np.log1p  # of the heights of the contours
        heights = even(ax.collections[1].levels - z.min())
        np.testing.assert_allclose(heights, even(np.ptp(z)) * np.arange(1, 15) / 14)
        check.alternative_text(ax, 1, -0.25)


def average():
    random = np.random.default_rng(6)
    values = random.normal(40, 20, 17)
    curves = {style: values + i for i, style in enumerate(("ma", "ewma", "corrected"))}
    weights = {style: random.random(11) for style in curves}
    names = {"ma": "MA", "ewma": "EWMA", "corrected": "corrected EWMA"}
    for shown in (curves, {"ewma": curves["ewma"]}, {}):
        axes = yield {
            "values": values,
            "curves": shown,
            "weights": weights,
            "day": 11,
            "outcome": "The EWMA is at 12.",
        }
        days = np.arange(1, 18)
        check.artists(
            axes[0],
            line("data", days, values),
            *(line(style, days, curve, names[style]) for style, curve in shown.items()),
            upright("reference", 11),
            x=(0, 17.5),
        )
        lags = np.arange(11)
        check.artists(
            axes[1],
            *(line(style, lags, weights[style], drawstyle="steps-mid") for style in shown),
            title=[11],
            x=(-0.6, 10.6),
            y=(0, None),
        )
        check.alternative_text(axes, 12)


def adam():
    random = np.random.default_rng(8)
    for count in (23, 1):
        gradients, m, m_hat, moves = random.normal(0, 1e-3, (4, count))
        axes = yield {
            "gradients": gradients,
            "averages": {"ewma": m, "corrected": m_hat},
            "moves": moves,
            "lr": 0.002,
            "step": count,
            "outcome": "It moves by 75.",
        }
        steps = np.arange(1, count + 1)
        both, x = (across("zero", 0), upright("reference", count)), (0, count + 0.5)
        check.artists(
            axes[0],
            line("data", steps, gradients),
            line("ewma", steps, m, "m"),
            line("corrected", steps, m_hat, "m̂"),
            *both,
            x=x,
        )
        limits = across("reference", -0.002), across("reference", 0.002)
        check.artists(axes[1], check.dots("orange", steps, moves), *limits, *both, x=x)
        for ax, heights in zip(axes, (gradients, moves), strict=True):
            (stems,) = ax.collections
            expected = [[(x, 0), (x, y)] for x, y in zip(steps, heights, strict=True)]
            np.testing.assert_allclose(stems.get_segments(), expected)
        check.alternative_text(axes, 75)


def schedule():
    rates = np.geomspace(0.4, 0.0007, 31)
    losses, constant = np.geomspace(6, 3e-5, 32), np.geomspace(6, 0.02, 32)
    diverging = np.where(np.arange(32) < 9, 6 * 5.0 ** np.arange(32), np.inf)
    steps, data = np.arange(32), {"losses": losses, "constant": constant, "log": False}
    data = {**data, "error": None, "seeds": 12, "outcome": "Over 31 steps."}
    ax, loss = yield {"rates": rates, **data}
    reference = line("schedule_none", steps, constant, "constant rate")
    both = reference, line("lr", steps, losses, "these pieces")
    rate = line("lr", steps[:-1], rates, drawstyle="steps-post")
    check.artists(ax, rate, x=(0, 31), y=(0, 0.44))
    check.artists(loss, *both, title=[12], x=(0, 31), y=(2e-5, 9), log="y")
    check.alternative_text(ax, 31)
    ax, loss = yield {"rates": rates, **data, "log": True, "seeds": None}
    check.artists(ax, rate, x=(0, 31), log="y")
    assert check.plain(loss.get_title(loc="left")) == "The loss, with the exact gradient"
    # PyTorch raises an error, at once or on the way; a rate is 0 at all steps; a run diverges.
    for count, log in ((0, True), (7, False)):
        cut = {"rates": rates[:count], "losses": losses[: count + 1], "error": count}
        ax, loss = yield {**data, **cut, "log": log}
        told = check.corner(ax, (f"PyTorch raises an error at step {count}.", "ink"), right=True)
        row = [line("lr", steps[: count + 1], losses[: count + 1], "these pieces")]
        drawn = line("lr", steps[:count], rates[:count], drawstyle="steps-post")
        top = 0.44 if count else 1
        lowest = min(constant[-1], *losses[: count + 1]) / 1.5
        check.artists(ax, *told, drawn, x=(0, 31), y=(0, top))
        below = reference, *row[: bool(count)]
        check.artists(loss, *below, title=[12], x=(0, 31), y=(lowest, 9), log="y")
    ax, loss = yield {"rates": 0 * rates, **data, "log": True, "losses": diverging}
    zero = line("lr", steps[:-1], 0 * rates, drawstyle="steps-post")
    check.artists(ax, zero, x=(0, 31), y=(0, 1))
    row = line("lr", steps, diverging, "these pieces")
    check.artists(loss, reference, row, title=[12], x=(0, 31), y=(0.02 / 1.5, 9e3), log="y")


def stability():
    rows = np.linspace(0, 0.999, 50)
    steps = np.arange(41)
    # Both within, one that diverges and has no end, one that leaves the axes and comes back.
    endless = np.where(steps < 20, (-1.5) ** steps, np.nan)
    returning = np.where(steps == 1, -2.5, 0.9**steps)
    for momentum, steep, top in (
        (0.4, 0.8**steps, 1.15),
        (0.8, endless, 3.45),
        (0.2, returning, 2.875),
    ):
        limit, swinging = 2 + rows, np.stack([0.1 + rows / 10, 1 + rows])
        ax, below = yield {
            "limit": limit,
            "swinging": swinging,
            "momenta": rows,
            "points": {"steep": 1.7, "flat": 0.3},
            "paths": {"steep": steep, "flat": 0.99**steps},
            "momentum": momentum,
            "outcome": "It needs 17 steps.",
        }
        swings, diverges = {0.4: (0.8, 0.2), 0.8: (0.6, 0.2), 0.2: (0.8, 0.4)}[momentum]
        check.artists(
            ax,
            line("ink", limit, rows),
            check.dots("blue", 0.3, momentum),
            check.dots("orange", 1.7, momentum),
            note("swings", "ink", (0.55 + 0.55 * swings, swings)),
            note("diverges", "ink", (3 + diverges / 2, diverges)),
            x=(0, 4),
            y=(0, 1),
        )
        end = 4 if momentum == 0.8 else 41  # 1.5⁴ is outside
        dashed = line("blue", steps, 0.99**steps, "flat direction", dashes=(4, 2))
        path = line("orange", steps[: end + 1], steep[: end + 1])
        last = min(end, 40)
        name = note("steep direction", "orange", (last, min(steep[last], 0.9 * top)))
        check.artists(below, across("zero", 0), dashed, path, name, x=(0, 40), y=(-top, top))
        borders = swinging, (limit, np.full(50, 4))
        for fill, sides, color in zip(ax.collections, borders, ("blue", "muted"), strict=True):
            (outline,) = fill.get_paths()
            for point in np.concatenate([np.transpose([side, rows]) for side in sides]):
                assert np.isclose(outline.vertices, point, rtol=1e-9).all(1).any()
            assert to_hex(fill.get_facecolor()[0]) == COLORS[color]
        check.alternative_text(ax, 17)


def map():  # noqa: A001
    since = np.array([[3.0, 9.0, np.inf], [2.0, -np.inf, 40.0]])
    view = (0.5, 1.5, 0.2, 0.8)
    data = {"since": since, "view": view, "point": (1.2, 0.3), "start": [0.5, 0.25], "steps": 50}
    ax = yield {**data, "outcome": "It diverges."}
    (image,) = ax.images
    assert image.get_extent() == list(view)
    assert (image.origin, image.get_interpolation()) == ("lower", "none")
    cells = image.get_array()
    names = [["blue", "blue", "orange"], ["blue", "ink", "blue"]]
    assert [[to_hex(cell) for cell in row] for row in cells] == [
        [COLORS[name] for name in row] for row in names
    ]
    assert cells[1, 0, 3] > cells[0, 0, 3] > cells[0, 1, 3] > cells[1, 2, 3]  # the sooner
    texts = ("not there yet", "orange"), ("diverges", "ink")
    ring = check.dots("paper", 1.2, 0.3)
    limit = line("pink", [1.2, 1.8], [0.2, 0.8])
    check.artists(
        ax, *check.corner(ax, *texts, right=True), ring, limit, x=(0.5, 1.5), y=(0.2, 0.8)
    )
    check.alternative_text(ax, 0.5, 0.25, 50, 4 / 6, 1 / 6, 1 / 6, 1.2, 0.3)
