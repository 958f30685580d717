"""Exercises of chapter 4: Adam."""

import math
from typing import Any

from helpers.exercises.verdict import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def first_step(answer: Any) -> Verdict:
    """By how much a parameter changes at the first step, with gradient −0.003 and rate 0.01."""
    lr, gradient = 0.01, -0.003
    change = -lr * gradient / (abs(gradient) + 1e-8)
    return judge_number(
        "adam_first_step",
        answer,
        wanted=change,
        mistakes={
            "sign": -change,
            "sgd": -lr * gradient,
            "uncorrected": change * (1 - 0.9) / math.sqrt(1 - 0.999),
        },
        rel=1e-4,
    )


def step(answer: Any) -> Verdict:
    """Write Adam's step."""

    def adam(
        gradient: float,
        m: float,
        v: float,
        t: int,
        betas: tuple[float, float] = (0.9, 0.999),
        inside: bool = False,
    ) -> float:
        m = betas[0] * m + (1 - betas[0]) * gradient
        v = betas[1] * v + (1 - betas[1]) * gradient**2
        m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        return m_hat / (math.sqrt(v_hat + 1e-8) if inside else math.sqrt(v_hat) + 1e-8)

    def uncorrected(gradient: float, m: float, v: float, _: int) -> float:
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        return m / (math.sqrt(v) + 1e-8)

    return judge_function(
        "adam_step",
        answer,
        reference=adam,
        arguments=[(0.5, 0.0, 0.0, 1), (-2.0, 0.3, 0.8, 7), (1e-4, -2e-5, 3e-9, 3)],
        mistakes={
            "uncorrected": uncorrected,
            "late": lambda gradient, m, v, t: adam(gradient, m, v, t + 1),
            "swapped": lambda gradient, m, v, t: adam(gradient, m, v, t, betas=(0.999, 0.9)),
            "inside": lambda gradient, m, v, t: adam(gradient, m, v, t, inside=True),
            "sign": lambda gradient, m, v, t: -adam(gradient, m, v, t),
        },
    )


def adamw_decay(answer: Any) -> Verdict:
    """What AdamW's weight decay makes of a parameter without gradient, after some steps."""

    def reference(theta: float, lr: float, weight_decay: float, steps: int) -> float:
        return theta * (1 - lr * weight_decay) ** steps

    return judge_function(
        "adamw_decay",
        answer,
        reference,
        arguments=[(1.0, 0.1, 0.1, 1), (100.0, 0.01, 0.1, 50), (-3.0, 0.05, 0.2, 10)],
        mistakes={
            "once": lambda theta, lr, weight_decay, steps: reference(theta, lr, weight_decay, 1),
            "no_lr": lambda theta, lr, weight_decay, steps: theta * (1 - weight_decay) ** steps,
            "adam": lambda theta, lr, weight_decay, steps: theta - math.copysign(lr * steps, theta),
        },
    )


EXERCISES = {
    "adam_first_step": first_step,
    "adam_step": step,
    "adamw_decay": adamw_decay,
}
