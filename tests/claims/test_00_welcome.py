"""Claims of the welcome: what its race shows, and what many seeds say of it."""

import numpy as np
import pytest

from helpers import optimizers, problems, simulate

TOY = problems.linear_regression()
SURFACE = TOY.surface("train")
RULES = {
    "sgd": (optimizers.sgd, {}),
    "momentum": (optimizers.sgd, {"momentum": 0.9}),
    "nesterov": (optimizers.sgd, {"momentum": 0.9, "nesterov": True}),
    "adam": (optimizers.adam, {}),
}


def race(seeds, start=(-0.6, 0.2)):
    """Return the paths of the four, and their losses, shape (seeds, steps + 1)."""
    paths = {
        name: simulate.on_regression(TOY, rule, seeds, start=start, lr=0.1, **options).paths
        for name, (rule, options) in RULES.items()
    }
    return paths, {name: SURFACE.value(path.double()).numpy() for name, path in paths.items()}


def test_in_the_run_shown_adam_has_the_lowest_loss_at_step_twenty():
    _, losses = race([42])
    assert min(losses, key=lambda name: losses[name][0, 20]) == "adam"


@pytest.mark.parametrize("start", [(-0.6, 0.2), (-0.5, 0.4), (-0.7, 0.0)])
def test_that_is_luck_and_three_pass_the_star_but_sgd_does_not(start):
    paths, losses = race(range(1000, 2000), start)
    others = np.minimum.reduce([losses[name][:, 20] for name in RULES if name != "adam"])
    assert (losses["adam"][:, 20] < others).mean() < 0.4
    for name, path in paths.items():
        passes = (path[..., 1] > SURFACE.minimum[1]).any(dim=1)
        assert bool(not passes.any() if name == "sgd" else passes.all())
