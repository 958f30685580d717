"""Exercises of `helpers.exercises.momentum`: right answers, usual mistakes, and others."""

import numpy as np
import torch

from tests.exercise_cases.exercise import Exercise

__all__ = ["EXERCISES"]


def by_torch(gradients, momentum, dampening):
    """Momentum's buffer as torch keeps it."""
    param = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([param], lr=0.1, momentum=momentum, dampening=dampening)
    for gradient in gradients:
        param.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
    return optimizer.state[param]["momentum_buffer"].item()


def by_weights(first, later):
    """The same sum as a list of weights; ``later`` is that of a gradient after the first."""

    def buffer(gradients, momentum, dampening):
        weights = [momentum**age for age in reversed(range(len(gradients)))]
        parts = [first(momentum, dampening)] + [later(momentum, dampening)] * (len(gradients) - 1)
        return float(np.dot(np.multiply(weights, parts), gradients))

    return buffer


def best(smallest, largest):
    root = np.sqrt(largest / smallest)
    return 4 / smallest / (1 + root) ** 2, ((root - 1) / (root + 1)) ** 2


EXERCISES = {
    "momentum_gain": Exercise(
        right=[0.03, 0.001 * sum(0.3 * 0.99**lag for lag in range(5000))],
        mistakes={"plain": 0.0003, "buffer": 30, "multiplied": 3e-6, "steep": 0.003},
        other=[100, -0.03, 0],
    ),
    "momentum_same_step": Exercise(
        right=[
            lambda lr, momentum: lr / (1 - momentum),
            lambda lr, momentum: torch.tensor(lr / (1 - momentum), dtype=torch.float64),
        ],
        mistakes={
            "same": lambda lr, momentum: lr,
            "shrunk": lambda lr, momentum: lr - lr * momentum,
            "scaled": lambda lr, momentum: lr / momentum,
        },
        other=[lambda lr, momentum: 10 * lr, lambda lr, momentum: lr / (1 - momentum**2)],
    ),
    "momentum_buffer": Exercise(
        right=[by_weights(lambda mu, tau: 1, lambda mu, tau: 1 - tau), by_torch],
        mistakes={
            "damped": by_weights(lambda mu, tau: 1 - tau, lambda mu, tau: 1 - tau),
            "undamped": by_weights(lambda mu, tau: 1, lambda mu, tau: 1),
            "averaged": by_weights(lambda mu, tau: 1, lambda mu, tau: 1 - mu),
            "swapped": by_weights(lambda mu, tau: 1, lambda mu, tau: tau),
        },
        other=[lambda gradients, *_: sum(gradients), lambda gradients, *_: gradients],
    ),
    "momentum_best": Exercise(
        right=[best, lambda a, b: np.array(best(a, b))],
        mistakes={
            "unsquared": lambda a, b: (best(a, b)[0], best(a, b)[1] ** 0.5),
            "rootless": lambda a, b: (4 / (a + b) ** 2, (b - a) ** 2 / (b + a) ** 2),
            "plain": lambda a, b: (2 / (a + b), best(a, b)[1]),
            "unscaled": lambda a, b: (a * best(a, b)[0], best(a, b)[1]),
        },
        other=[lambda a, b: best(a, b)[::-1], lambda a, b: best(a, b)[0]],
    ),
}
