"""Exercises of chapter 7: learning-rate schedulers."""

import math
from typing import Any

from helpers.exercises.verdict import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def first_reduced(answer: Any) -> Verdict:
    """First epoch, from 0, with a reduced rate: ReduceLROnPlateau, patience 3, constant loss."""
    patience = 3
    return judge_number(
        "schedulers_first_reduced",
        answer,
        # The baseline, then patience + 1 bad epochs.
        wanted=1 + (patience + 1),
        mistakes={"patience": patience, "reaches": patience + 1, "one_based": patience + 3},
    )


def highest_rate(answer: Any) -> Verdict:
    """Rate of CyclicLR's "exp_range" at the top of its first climb: 0.01 to 0.1, 20 steps, 0.95."""
    base_lr, max_lr, gamma, up = 0.01, 0.1, 0.95, 20
    return judge_number(
        "schedulers_highest_rate",
        answer,
        wanted=base_lr + (max_lr - base_lr) * gamma**up,
        mistakes={
            "max_lr": max_lr,
            "per_cycle": base_lr + (max_lr - base_lr) * gamma,
            "whole": max_lr * gamma**up,
            "no_base": (max_lr - base_lr) * gamma**up,
        },
        rel=1e-4,
    )


def multi_step(answer: Any) -> Verdict:
    """Write MultiStepLR."""

    def reference(epoch: int, lr: float, milestones: list[int], gamma: float) -> float:
        return lr * gamma ** sum(milestone <= epoch for milestone in milestones)

    return judge_function(
        "schedulers_multi_step",
        answer,
        reference,
        arguments=[
            (epoch, 0.1, milestones, gamma)
            for milestones, gamma in (([3, 8], 0.5), ([2, 4, 4], 0.1), ([1], 2.0))
            for epoch in range(10)
        ],
        mistakes={
            "late": lambda epoch, lr, milestones, gamma: (
                lr * gamma ** sum(milestone < epoch for milestone in milestones)
            ),
            "once": lambda epoch, lr, milestones, gamma: reference(
                epoch, lr, sorted(set(milestones)), gamma
            ),
            "at_milestones": lambda epoch, lr, milestones, gamma: (
                lr * gamma if epoch in milestones else lr
            ),
        },
    )


def warm_cosine(answer: Any) -> Verdict:
    """Write a linear warm-up and half a cosine after it."""

    def schedule(step: int, lr: float, warm: int, since: int, length: int, first: int = 1) -> float:
        if step < warm:
            return lr * (step + first) / warm
        return lr * (1 + math.cos(math.pi * since / length)) / 2

    def reference(step: int, lr: float, warm: int, total: int) -> float:
        return schedule(step, lr, warm, step - warm, total - warm)

    return judge_function(
        "schedulers_warm_cosine",
        answer,
        reference,
        arguments=[
            (step, lr, warm, total)
            for lr, warm, total in ((1.0, 5, 25), (3e-4, 1, 10))
            for step in range(total)
        ],
        mistakes={
            "from_zero": lambda step, lr, warm, total: schedule(
                step, lr, warm, step - warm, total - warm, first=0
            ),
            "not_shifted": lambda step, lr, warm, total: schedule(
                step, lr, warm, step, total - warm
            ),
            "too_long": lambda step, lr, warm, total: schedule(step, lr, warm, step - warm, total),
            "both": lambda step, lr, warm, total: schedule(step, lr, warm, step, total),
        },
        quarter=reference(10, 1.0, 5, 25),
    )


EXERCISES = {
    "schedulers_first_reduced": first_reduced,
    "schedulers_highest_rate": highest_rate,
    "schedulers_multi_step": multi_step,
    "schedulers_warm_cosine": warm_cosine,
}
