"""Exercises of chapter 6: momentum."""

import math
from collections.abc import Sequence
from itertools import product

from helpers.exercises.exercise import FunctionExercise, NumberExercise

gain = NumberExercise(
    reference=0.001 * 0.3 / (1 - 0.99),
    mistakes={
        "plain": 0.001 * 0.3,
        "buffer": 0.3 / (1 - 0.99),
        "multiplied": 0.001 * 0.3 * (1 - 0.99),
        "steep": 0.001 * 0.3 / (1 - 0.9),
    },
)
"""Final step of SGD under a constant gradient of 0.3, with rate 0.001 and momentum 0.99."""

same_step = FunctionExercise(
    reference=lambda lr, momentum: lr / (1 - momentum),
    arguments=list(product((0.1, 0.01), (0.5, 0.9, 0.99))),
    mistakes={
        "same": lambda lr, momentum: lr,
        "shrunk": lambda lr, momentum: lr * (1 - momentum),
        "scaled": lambda lr, momentum: lr / momentum,
    },
    examples={"example": (0.1, 0.9)},
)
"""Rate at which an average of gradients takes the steps of torch's sum."""


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
