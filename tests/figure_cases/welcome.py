"""The figure of the welcome page."""

import numpy as np

from tests.figure_cases import check


def race():
    names = {"sgd": "SGD", "momentum": "momentum", "nesterov": "Nesterov", "adam": "Adam"}
    colors = {"sgd": "blue", "momentum": "pink", "nesterov": "green", "adam": "orange"}
    data = check.surface(y=(0.6, 2.4))
    for steps in (23, 2, 50):
        paths = {rule: check.runs(rule).paths[0, : steps + 1].numpy() for rule in names}
        ax = yield {**data, "paths": paths}
        drawn = [one for rule, path in paths.items() for one in check.path(rule, path)]
        far = {rule: np.hypot(*(path[-1] - data["optimum"])) for rule, path in paths.items()}
        nearest_first = sorted(names, key=far.__getitem__)
        texts = [(f"{names[rule]} {far[rule]:.2f}", colors[rule]) for rule in nearest_first]
        notes = check.corner(ax, *texts, right=True)
        check.artists(ax, check.contours(ax, data), *drawn, *notes, title=[steps])
        check.alternative_text(ax, steps, *far.values())
