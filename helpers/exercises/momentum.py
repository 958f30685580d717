"""Exercises of chapter 6: momentum."""

import math
from collections.abc import Sequence
from itertools import product

from helpers import optimizers, problems, simulate
from helpers.exercises.exercise import (
    ChoiceExercise,
    FunctionExercise,
    NumberExercise,
    TrialExercise,
)

turn = NumberExercise(
    # 10 · 0.9ⁿ − 10 · (1 − 0.9ⁿ) < 0
    reference=math.ceil(math.log(0.5) / math.log(0.9)),
    mistakes={
        "at_once": 1,
        "gain": 1 / (1 - 0.9),
        "unrounded": math.log(0.5) / math.log(0.9),
        "down": 6,
    },
)
"""Steps until the buffer changes sign after the gradient has, with a momentum of 0.9."""

swing = ChoiceExercise(
    reference="c", mistakes={"lower_rate": "a", "higher_rate": "b", "more_momentum": "d"}
)
"""What makes a swing die out faster."""


def _buffer(gradients: Sequence[float], momentum: float, first: float, later: float) -> float:
    """Discounted sum of the gradients, with the weights that the first and the later ones enter."""
    total = first * gradients[0]
    for gradient in gradients[1:]:
        total = momentum * total + later * gradient
    return total


buffer = FunctionExercise(
    reference=lambda g, momentum, dampening: _buffer(g, momentum, 1, 1 - dampening),
    arguments=list(
        product(([1.0, 2.0, 3.0], [2.0, -1.0, 1.5], [4.0]), (0.5, 0.9), (0.0, 0.3, 0.9))
    ),
    mistakes={
        "damped": lambda g, momentum, dampening: _buffer(g, momentum, 1 - dampening, 1 - dampening),
        "undamped": lambda g, momentum, dampening: _buffer(g, momentum, 1, 1),
        "averaged": lambda g, momentum, dampening: _buffer(g, momentum, 1, 1 - momentum),
        "swapped": lambda g, momentum, dampening: _buffer(g, momentum, 1, dampening),
    },
)
"""SGD's buffer after a list of gradients."""


def _best_momentum(a: float, b: float) -> float:
    return ((math.sqrt(b) - math.sqrt(a)) / (math.sqrt(b) + math.sqrt(a))) ** 2


def _best_rate(a: float, b: float) -> float:
    return (2 / (math.sqrt(a) + math.sqrt(b))) ** 2


best = FunctionExercise(
    reference=lambda a, b: (_best_rate(a, b), _best_momentum(a, b)),
    arguments=list(product((0.1, 1.0, 2.0), (2.5, 50.0, 100.0))),
    mistakes={
        "unsquared": lambda a, b: (_best_rate(a, b), math.sqrt(_best_momentum(a, b))),
        "rootless": lambda a, b: (_best_rate(a**2, b**2), _best_momentum(a**2, b**2)),
        "plain": lambda a, b: (2 / (a + b), _best_momentum(a, b)),
        "unscaled": lambda a, b: (_best_rate(1, b / a), _best_momentum(a, b)),
    },
    examples={"best": (1.0, 100.0)},
)
"""Polyak's best rate and momentum for the smallest and the largest curvature."""


def _is_close(momentum: float) -> bool:
    """Whether Nesterov's momentum leaves less than 1.5 % of the distance after 60 steps."""
    path = simulate.on_problem(
        problems.quadratic(100),
        optimizers.sgd,
        (1, 1),
        60,
        lr=0.01,
        momentum=momentum,
        nesterov=True,
    ).paths[0]
    return bool(path[-1].norm() < 0.015 * path[0].norm())


nesterov = TrialExercise(succeeds=_is_close, reference=0.87, mistakes={"low": 0.01, "high": 0.999})
"""A momentum for Nesterov on a bowl of condition number 100."""
