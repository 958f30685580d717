"""Figures of chapter 4."""

import numpy as np

from tests.figure_cases import check
from tests.figure_cases.check import across, line, note


def first_step():
    sizes, eps = np.logspace(-6, 4, 41), 3e-4
    adam, large = sizes / (sizes + 1e-7), sizes / (sizes + eps)
    ax = yield {"gradients": sizes, "sgd": sizes, "adam": adam, "large_eps": large, "eps": eps}
    check.artists(
        ax,
        line("sgd", sizes, sizes),
        line("adam", sizes, adam),
        line("adam_variant", sizes, large),
        note("SGD: the gradient's size", "blue", (sizes[4], sizes[4])),
        note("Adam", "orange", (sizes[32], adam[32])),
        note("Adam, ε = 3 × 10⁻⁴", "orange", (sizes[0], large[0])),
        x=(1e-6, 1e4),
        y=(5e-7, 1e4),
        log="xy",
    )
    check.alternative_text(ax, 1e-6, 1e4, 1e-6, 1e4, 1 / 1.1, 1, eps, 1e-6 / (1e-6 + eps))


def agreement():
    noise = np.geomspace(0.1, 100, 13)
    middle = 1 / (1 + noise / 3)
    quartiles = {"low": middle**1.5, "middle": middle, "high": middle**0.7}
    ax = yield {"noise": noise, **quartiles, "mean": 3}
    check.artists(ax, line("adam", noise, middle), x=(0.1, 100), y=(0, 1.1), log="x")
    check.filled(*ax.collections, "orange", noise, middle**1.5, middle**0.7)
    assert check.numbers_in(ax.get_xlabel()) == [(3, 0.5)]
    check.alternative_text(ax, 3, 0.1, 1 / (1 + 0.1 / 3), 1 / (1 + 100 / 3), 100)


def decay():
    steps = np.arange(81)
    adam = {first: first - 0.02 * steps for first in (1.0, 50.0)}
    adamw = {first: first * 0.997**steps for first in (1.0, 50.0)}
    ax = yield {"adam": adam, "adamw": adamw}
    check.artists(
        ax,
        line("adam", steps, adam[1], "Adam, 1"),
        line("adam", steps, 1 - 0.02 * steps / 50, "Adam, 50"),
        line("adamw", steps, 0.997**steps, "AdamW, 1 or 50"),
        line("adamw", steps, 0.997**steps),
        x=(0, 80),
        y=(-0.64, 1.05),
    )
    check.alternative_text(ax, 1, 50, 80, 1, -0.6, 50, 48.4, 0.997**80, 50 * 0.997**80)


def amsgrad():
    steps = np.arange(301)
    adam, amsgrad = 4 * np.tanh(steps / 90), -2 * np.tanh(steps / 250)
    ax = yield {"adam": adam, "amsgrad": amsgrad, "best": -2, "worst": 4}
    lines = line("adam", steps, adam, "Adam"), line("amsgrad", steps, amsgrad, "AMSGrad")
    check.artists(ax, across("reference", -2), *lines, x=(0, 300), y=(-2.45, 4.45))
    assert ax.get_ylabel() == "parameter (best at −2)"
    check.alternative_text(ax, 300, -2, 4, adam[-1], amsgrad[-1])
