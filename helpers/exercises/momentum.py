"""Exercises of chapter 6: momentum."""

import math
from collections.abc import Sequence
from typing import Any

from helpers.exercises.verdict import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def gain(answer: Any) -> Verdict:
    """Step to which SGD tends under a constant gradient of 0.3, lr 0.001, momentum 0.99."""
    return judge_number(
        "momentum_gain",
        answer,
        wanted=0.001 * 0.3 / (1 - 0.99),
        mistakes={
            "plain": 0.001 * 0.3,
            "buffer": 0.3 / (1 - 0.99),
            "multiplied": 0.001 * 0.3 * (1 - 0.99),
            "steep": 0.001 * 0.3 / (1 - 0.9),
        },
    )


def same_step(answer: Any) -> Verdict:
    """Rate with which an average of gradients takes the steps of torch's sum."""

    def reference(lr: float, momentum: float) -> float:
        return lr / (1 - momentum)

    return judge_function(
        "momentum_same_step",
        answer,
        reference,
        arguments=[(0.1, 0.9), (0.01, 0.5), (0.003, 0.99)],
        mistakes={
            "same": lambda lr, momentum: lr,
            "shrunk": lambda lr, momentum: lr * (1 - momentum),
            "scaled": lambda lr, momentum: lr / momentum,
        },
        example=reference(0.1, 0.9),
    )


def buffer(answer: Any) -> Verdict:
    """Momentum's buffer after a row of gradients, the first one undamped."""

    def discounted(
        gradients: Sequence[float], momentum: float, first: float, later: float
    ) -> float:
        total = first * gradients[0]
        for gradient in gradients[1:]:
            total = momentum * total + later * gradient
        return total

    return judge_function(
        "momentum_buffer",
        answer,
        reference=lambda g, mu, tau: discounted(g, mu, 1, 1 - tau),
        arguments=[([1.0, 2.0, 3.0], 0.9, 0.0), ([2.0, -1.0, 1.5], 0.5, 0.3), ([4.0], 0.9, 0.9)],
        mistakes={
            "damped": lambda g, mu, tau: discounted(g, mu, 1 - tau, 1 - tau),
            "undamped": lambda g, mu, tau: discounted(g, mu, 1, 1),
            "averaged": lambda g, mu, tau: discounted(g, mu, 1, 1 - mu),
            "swapped": lambda g, mu, tau: discounted(g, mu, 1, tau),
        },
    )


def best(answer: Any) -> Verdict:
    """Polyak's best rate and momentum for a smallest and a largest curvature."""

    def momentum(a: float, b: float) -> float:
        return ((math.sqrt(b) - math.sqrt(a)) / (math.sqrt(b) + math.sqrt(a))) ** 2

    def rate(a: float, b: float) -> float:
        return (2 / (math.sqrt(a) + math.sqrt(b))) ** 2

    return judge_function(
        "momentum_best",
        answer,
        reference=lambda a, b: (rate(a, b), momentum(a, b)),
        arguments=[(1.0, 100.0), (2.0, 50.0), (0.1, 2.5)],
        mistakes={
            "unsquared": lambda a, b: (rate(a, b), math.sqrt(momentum(a, b))),
            "rootless": lambda a, b: ((2 / (a + b)) ** 2, ((b - a) / (b + a)) ** 2),
            "plain": lambda a, b: (2 / (a + b), momentum(a, b)),
            "unscaled": lambda a, b: (rate(1, b / a), momentum(a, b)),
        },
        lr=rate(1, 100),
        momentum=momentum(1, 100),
        factor=math.sqrt(momentum(1, 100)),
        plain=99 / 101,
    )


EXERCISES = {
    "momentum_gain": gain,
    "momentum_same_step": same_step,
    "momentum_buffer": buffer,
    "momentum_best": best,
}
