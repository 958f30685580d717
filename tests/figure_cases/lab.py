"""The still picture of a race."""

import numpy as np

from helpers import language, problems
from tests.figure_cases import check


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
        assert ax.get_aspect() == 1
    saddle = problems.grid(problems.saddle(), (-2, 2), (-1, 1))
    path = np.array([[-1.5, 0.5], [-1.0, 0.7]])
    ax = yield {
        "surface": tuple(part.numpy() for part in saddle),
        "optimum": None,
        "paths": [("adam", path)],
        "losses": [-0.25],
        "problem": "saddle",
    }
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")
    assert not [line for line in ax.lines if line.get_marker() == "*"]
    check.alternative_text(ax, 1, -0.25)
