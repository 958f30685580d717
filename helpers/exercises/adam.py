"""Exercises of chapter 4: Adam."""

import math
from functools import partial
from itertools import product

from helpers.exercises.exercise import FunctionExercise, NumberExercise

first_step = NumberExercise(
    reference=0.01 * 0.003 / (0.003 + 1e-8),
    mistakes={
        "sign": -0.01,
        "sgd": 0.01 * 0.003,
        # m is (1 − β₁) g and √v is √(1 − β₂) |g|
        "uncorrected": 0.01 * 0.1 / math.sqrt(0.001),
    },
)
"""Change of a parameter with gradient −0.003 at the first step, with rate 0.01."""


def _adapted_gradient(
    gradient: float,
    m: float,
    v: float,
    t: float,
    *,
    betas: tuple[float, float] = (0.9, 0.999),
    eps_in_root: bool = False,
) -> float:
    m = betas[0] * m + (1 - betas[0]) * gradient
    v = betas[1] * v + (1 - betas[1]) * gradient**2
    m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return m_hat / (math.sqrt(v_hat + 1e-8) if eps_in_root else math.sqrt(v_hat) + 1e-8)


step = FunctionExercise(
    reference=_adapted_gradient,
    # At the smallest gradient ε counts.
    arguments=list(product((1e-6, 0.5, -2.0), (0.0, 0.3), (0.0, 0.8), (1, 7))),
    mistakes={
        "uncorrected": lambda gradient, m, v, t: _adapted_gradient(gradient, m, v, math.inf),
        "late": lambda gradient, m, v, t: _adapted_gradient(gradient, m, v, t + 1),
        "swapped": partial(_adapted_gradient, betas=(0.999, 0.9)),
        "inside": partial(_adapted_gradient, eps_in_root=True),
        "sign": lambda gradient, m, v, t: -_adapted_gradient(gradient, m, v, t),
    },
)
"""Adam's adapted gradient."""


def _decay(theta: float, lr: float, weight_decay: float, steps: int) -> float:
    return theta * (1 - lr * weight_decay) ** steps


decay = FunctionExercise(
    reference=_decay,
    arguments=list(product((1.0, -100.0), (0.1, 0.01), (0.1, 0.5), (1, 10))),
    mistakes={
        "once": lambda theta, lr, weight_decay, steps: _decay(theta, lr, weight_decay, 1),
        "no_lr": lambda theta, lr, weight_decay, steps: _decay(theta, 1, weight_decay, steps),
        "adam": lambda theta, lr, weight_decay, steps: theta - math.copysign(lr * steps, theta),
    },
)
"""What AdamW's weight decay leaves of a parameter without gradient."""
