"""Figures of chapter 11: the boards of the clinic."""

import numpy as np

from tests.figure_cases import check
from tests.figure_cases.check import line


def board():
    x = np.arange(3, 12)
    rise, fall = x**2 / 50, 40 / x
    short = np.where(x < 8, fall, np.where(x < 10, np.nan, np.inf))
    names = {"warm_cosine": 7, "on_plateau": 8, "cycled_momentum": 9, "longer_one_cycle": 10}
    curves = (rise, fall), (fall, rise), (short, rise), (rise, short)
    panels = {name: (x, *pair) for name, pair in zip(names, curves, strict=True)}
    axes = yield {"panels": panels, "first": 7, "log": ("on_plateau",)}
    told = []
    for ax, (name, number), pair in zip(axes.flat, names.items(), curves, strict=True):
        ends = [curve[np.isfinite(curve)] for curve in pair]
        a, b = ((x[: len(curve)], curve) for curve in ends)
        check.artists(
            ax,
            line("blue", *a, "A", linewidth=2),
            line("orange", *b, "B", linestyle=(0, (5, 2))),
            title=[number],
            x=(3, 11),
            log="y" if name == "on_plateau" else "",
        )
        told += [number]
        told += [n for one in ends for n in (one[0], one[-1], min(one), max(one))]
    check.alternative_text(axes, 4, *told)
