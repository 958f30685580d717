"""Exercises of `helpers.exercises.adam`: right answers, usual mistakes, and others."""

import numpy as np

from tests.exercise_cases.exercise import Exercise

__all__ = ["EXERCISES"]


def adapted(gradient, m, v, t, betas=(0.9, 0.999), eps=(1e-8, 0.0)):
    m = betas[0] * m + (1 - betas[0]) * gradient
    v = betas[1] * v + (1 - betas[1]) * gradient**2
    m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return m_hat / (np.sqrt(v_hat + eps[1]) + eps[0])


def decayed(theta, lr, weight_decay, steps):
    for _ in range(steps):
        theta = theta - lr * weight_decay * theta
    return theta


EXERCISES = {
    "adam_first_step": Exercise(
        right=[0.01, 0.01 * 0.003 / (0.003 + 1e-8)],
        mistakes={"sign": -0.01, "sgd": 0.01 * 0.003, "uncorrected": 0.01 * 0.1 / 0.001**0.5},
        other=[0.001, -0.00003, 0],
    ),
    "adam_step": Exercise(
        right=[adapted],
        mistakes={
            "uncorrected": lambda gradient, m, v, t: adapted(gradient, m, v, t=np.inf),
            "late": lambda gradient, m, v, t: adapted(gradient, m, v, t + 1),
            "swapped": lambda *known: adapted(*known, betas=(0.999, 0.9)),
            "inside": lambda *known: adapted(*known, eps=(0.0, 1e-8)),
            "sign": lambda *known: -adapted(*known),
        },
        other=[
            lambda gradient, m, v, t: gradient,
            lambda *known: 0.001 * adapted(*known),
            lambda *known: adapted(*known, eps=(0.0, 0.0)),
        ],
    ),
    "adamw_decay": Exercise(
        right=[decayed],
        mistakes={
            "once": lambda theta, lr, weight_decay, steps: decayed(theta, lr, weight_decay, 1),
            "no_lr": lambda theta, lr, weight_decay, steps: decayed(theta, 1, weight_decay, steps),
            "adam": lambda theta, lr, weight_decay, steps: theta - np.sign(theta) * lr * steps,
        },
        other=[
            lambda theta, lr, weight_decay, steps: theta * (1 - lr * weight_decay * steps),
            lambda theta, lr, weight_decay, steps: theta,
        ],
    ),
}
