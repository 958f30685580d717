"""The figure of the welcome page."""

import numpy as np

from tests.figure_cases import check
from tests.figure_cases.momentum import COLORS, NAMES


def race():
    data = check.surface(y=(0.6, 2.4))
    for steps in (23, 2, 50):
        paths = {rule: check.runs(rule).paths[0, : steps + 1].numpy() for rule in NAMES}
        ax = yield {**data, "paths": paths}
        drawn = [one for rule, path in paths.items() for one in check.path(rule, path)]
        far = {rule: np.hypot(*(path[-1] - data["optimum"])) for rule, path in paths.items()}
        nearest_first = sorted(NAMES, key=far.__getitem__)
        texts = [(f"{NAMES[rule]} {far[rule]:.2f}", COLORS[rule]) for rule in nearest_first]
        notes = check.corner(ax, *texts, right=True)
        check.artists(ax, check.contours(ax, data), *drawn, *notes, title=[steps])
        check.alternative_text(ax, steps, *far.values())
