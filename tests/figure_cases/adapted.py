"""Figures of chapter 5."""

import numpy as np

from helpers import averages
from tests.figure_cases import check
from tests.figure_cases.check import across, line, note


def panels():
    gradients = np.linspace(1, 0.1, 45) * np.random.default_rng(3).normal(-0.5, 0.3, size=45)
    smoothed = averages.bias_corrected_ewma(gradients, 0.2)
    scale = 1 / np.sqrt(averages.bias_corrected_ewma(gradients**2, 0.01))
    adapted, steps = smoothed * scale, np.arange(45)
    parts = {"smoothed": smoothed, "scale": scale, "adapted": adapted}
    axes = yield {"gradients": gradients, **parts}
    raw = across("zero", 0), line("gradient", steps, gradients, "gradient")
    reach = 1.1 * max(abs(gradients).max(), abs(adapted).max())
    limits = {"x": (0, 44), "y": (-reach, reach)}
    check.artists(axes[0], *raw, line("corrected", steps, smoothed, "average"), **limits)
    factor = line("sgd", steps, scale, "factor")
    check.artists(axes[1], factor, x=(0, 44), y=(0, 1.1 * scale.max()))
    check.artists(axes[2], *raw, line("adam", steps, adapted, "adapted"), **limits)
    ends = scale[0], scale[-1], min(adapted), max(adapted)
    check.alternative_text(axes, 45, min(gradients), max(gradients), *ends)


def paths():
    data = check.surface()
    sgd, adam = (check.runs(rule).paths[0].numpy() for rule in ("sgd", "adam"))
    ax = yield {**data, "sgd": sgd, "adam": adam}
    names = note("SGD", "blue", sgd[-1]), note("Adam", "orange", max(adam, key=lambda at: at[0]))
    lines = *check.path("sgd", sgd), *check.path("adam", adam)
    check.artists(ax, check.contours(ax, data), *lines, *names)
    far = [np.hypot(*(path[-1] - data["optimum"])) for path in (sgd, adam)]
    check.alternative_text(ax, *data["optimum"], *sgd[0], 50, *far)


def distances():
    random = np.random.default_rng(4)
    sgd, adam = random.gamma(3, 0.2, 61), random.gamma(2, 0.1, 61)
    ax = yield {"sgd": sgd, "adam": adam}
    closer = sum(a < s for a, s in zip(adam, sgd, strict=True))
    rows = {"SGD": (sgd, "blue"), "Adam": (adam, "orange")}
    check.seeds(ax, rows, title=[closer, 61], x=(0, None))
    check.alternative_text(ax, 61, sorted(sgd)[30], sorted(adam)[30], closer)


def conditions():
    condition = np.geomspace(2, 2000, 7)
    powers = {"sgd": 3.6, "adam": 0.9, "turned": 2.7}
    curves = {name: 1e-12 * condition**power for name, power in powers.items()}
    ax = yield {"condition": condition, "curves": curves, "steps": 150, "angle": 30}
    check.artists(
        ax,
        line("sgd", condition, curves["sgd"], "SGD"),
        line("adam", condition, curves["adam"], "Adam"),
        line("adam_variant", condition, curves["turned"], "Adam, 30°"),
        x=(2, 2000),
        log="xy",
    )
    assert check.plain(ax.get_ylabel()) == "loss after 150 steps (log scale)"
    sgd, adam, turned = (curve[-1] for curve in curves.values())
    check.alternative_text(ax, 150, 2, 2000, 2000, sgd, adam, 30, turned)
