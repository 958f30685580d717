"""Figures of chapter 6: which settings converge."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from helpers.figures import palette
from tests.figure_cases import check
from tests.figure_cases.check import across, dots, line, note
from tests.figure_cases.momentum import COLORS, NAMES


def rates():
    lrs = np.geomspace(0.005, 2, 20)
    lowest = {"sgd": 0.6, "momentum": 0.07, "nesterov": 0.25, "adam": 0.45}
    medians = {
        rule: 0.03 + i / 100 + 0.4 * abs(np.log10(lrs / lr))
        for i, (rule, lr) in enumerate(lowest.items())
    }
    medians["momentum"][-3:], medians["nesterov"][-2:] = 1e6, np.nan
    ax = yield {"rates": lrs, "medians": medians, "seeds": 90}
    drawn, best = [], {}
    for rule, curve in medians.items():
        least, lr = best[rule] = min(zip(np.nan_to_num(curve, nan=9), lrs, strict=True))
        at = (2, curve[-1]) if rule == "adam" else (lr, least)
        drawn += [line(rule, lrs, curve), dots(COLORS[rule], lr, least)]
        drawn += [note(NAMES[rule], COLORS[rule], at)]
    bottom, top = 0.5 * min(best.values())[0], 2 * max(curve[0] for curve in medians.values())
    check.artists(ax, *drawn, title=[], x=(0.005, 2), y=(bottom, top), log="xy")
    check.alternative_text(ax, 90, 20, 0.005, 2, *(n for pair in best.values() for n in pair))


def arrivals():
    steps = np.arange(31)
    creeps, lands, swings = 0.98**steps, 0.7**steps, 0.9**steps * np.cos(steps / 2)
    ax = yield {"paths": {"creeps": creeps, "lands": lands, "swings": swings}, "momentum": 0.81}
    check.artists(
        ax,
        across("zero", 0),
        line("purple", steps, creeps, "creeps", linestyle="--"),
        line("blue", steps, lands, "lands"),
        line("orange", steps, swings, "swings", linestyle="--"),
        x=(0, 30),
    )
    named = creeps[15], lands[15], swings.min(), abs(swings[15])
    check.alternative_text(ax, 1, 0, 0.81, 15, named[0], 0, named[1], 0, *named[2:])


def radius(rule, rate, momentum):
    """Spectral radii, from the eigenvalues of each rule's own matrix."""
    a, mu = np.meshgrid(rate, momentum)
    # (θ, b) → (θ − lr b', b') with b' = μ b + λ θ, in units where λ = 1; Nesterov looks ahead.
    rows = [[1 - a - a * mu, -a * mu**2] if rule == "nesterov" else [1 - a, -a * mu]]
    matrix = np.moveaxis(np.array([*rows, [np.ones_like(a), mu]]), (0, 1), (-2, -1))
    return np.abs(np.linalg.eigvals(matrix)).max(-1)


def regions():
    rate, mu = np.linspace(0.001, 4, 47), np.append(np.linspace(0, 0.91, 60), 0.97)
    limits = {"momentum": 2 * (1 + mu), "nesterov": 2 * (1 + mu) / (1 + 2 * mu)}
    radii = {rule: (rate, mu, radius(rule, rate, mu)) for rule in limits}
    axes = yield {"radii": radii, "limits": limits}
    for ax, rule in zip(axes, limits, strict=True):
        shades, contours = ax.collections
        assert list(shades.levels) == [0, 0.5, 0.7, 0.8, 0.9, 1]
        assert list(contours.levels) == [0.5, 0.7, 0.8, 0.9]
        for level, segments in zip(contours.levels, contours.allsegs, strict=True):
            found = [radius(rule, *at).item() for at in np.concatenate(segments)[::5]]
            assert np.median(found) == pytest.approx(level, abs=0.01)
        for at in itertools.product(rate[::6], mu[1:-1:7]):
            found = radius(rule, *at).item()
            shaded = [path.contains_point(at) for path in shades.get_paths()]
            within = [low < found < high for low, high in itertools.pairwise(shades.levels)]
            border = abs(shades.levels - found).min() < 0.02  # which interpolation shifts
            assert border or shaded == within
        blue, (*_, opacity) = palette.COLORS["blue"], shades.get_facecolor()[0]
        assert tuple(shades.get_facecolor()[0]) == to_rgba(blue, opacity)
        assert all(np.diff(shades.get_facecolor()[:, 3]) < -0.05)  # less where it is larger
        names = [note(text.get_text(), "ink", text.xy) for text in ax.texts]
        check.artists(ax, line(COLORS[rule], limits[rule], mu), *names, x=(0.001, 4), y=(0, 0.97))
        levels = {text: radius(rule, *at).item() for text, _, at in names}
        assert levels.pop("diverges") > 1
        assert len(levels) == {"momentum": 4, "nesterov": 2}[rule]
        assert all(level == pytest.approx(float(text)) for text, level in levels.items())
    check.alternative_text(axes, 0.97, 0, 1, 2, 2 * 1.97, 2 * 1.97 / 2.94)


def steps():
    condition = np.geomspace(3, 1500, 7)
    sgd, momentum = 4 * condition, 9 * np.sqrt(condition)
    ax = yield {"condition": condition, "needed": {"sgd": sgd, "momentum": momentum}, "share": 0.02}
    check.artists(
        ax,
        line("sgd", condition, sgd, "SGD,\n∝ κ", marker="o"),
        line("momentum", condition, momentum, "momentum,\n∝ √κ", marker="o"),
        x=(3 / 1.15, 1500),
        log="xy",
    )
    fewer = 6000 / momentum[-1]
    assert check.plain(ax.get_ylabel()) == "steps until 2.0% is left (log scale)"
    check.alternative_text(ax, 0.02, 3, 1500, 1500, 6000, momentum[-1], fewer)
