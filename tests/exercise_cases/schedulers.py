"""Exercises of `helpers.exercises.schedulers`: right answers, usual mistakes, and others."""

import math

import torch
from torch.optim import lr_scheduler

from tests.exercise_cases.exercise import Exercise

__all__ = ["EXERCISES"]


def after(make, epoch, lr):
    """The rate that one of torch's schedulers has brought about by an epoch."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = make(optimizer)
    for _ in range(epoch):
        optimizer.step()
        scheduler.step()
    return optimizer.param_groups[0]["lr"]


def by_torch(epoch, lr, milestones, gamma):
    return after(lambda one: lr_scheduler.MultiStepLR(one, milestones, gamma), epoch, lr)


def multi_step(epoch, lr, milestones, gamma):
    for milestone in milestones:
        if epoch >= milestone:
            lr *= gamma
    return lr


def warmed_by_torch(step, lr, warm, total):
    def joined(optimizer):
        climb = lr_scheduler.LambdaLR(optimizer, lambda t: (t + 1) / warm)
        fall = lr_scheduler.CosineAnnealingLR(optimizer, total - warm)
        return lr_scheduler.SequentialLR(optimizer, [climb, fall], [warm])

    return after(joined, step, lr)


def warm_cosine(step, lr, warm, climbed, done):
    return lr * climbed / warm if step < warm else lr * math.cos(math.pi / 2 * done) ** 2


EXERCISES = {
    "schedulers_first_reduced": Exercise(
        right=[5],
        mistakes={"patience": 3, "reaches": 4, "one_based": 6},
        other=[2, 7, math.inf],
    ),
    "schedulers_highest_rate": Exercise(
        right=[0.01 + 0.09 * 0.95**20, 0.042264],
        mistakes={"max_lr": 0.1, "per_cycle": 0.0955, "whole": 0.0358486, "no_base": 0.0322637},
        other=[0.01, 0.95**20, -0.04],
    ),
    "schedulers_multi_step": Exercise(
        right=[by_torch, multi_step],
        mistakes={
            "late": lambda epoch, lr, milestones, gamma: multi_step(
                epoch - 1, lr, milestones, gamma
            ),
            "once": lambda epoch, lr, milestones, gamma: multi_step(
                epoch, lr, set(milestones), gamma
            ),
            "at_milestones": lambda epoch, lr, milestones, gamma: (
                lr * (gamma if epoch in milestones else 1)
            ),
        },
        other=[
            lambda epoch, lr, milestones, gamma: lr,
            lambda epoch, lr, milestones, gamma: lr * gamma**epoch,
        ],
    ),
    "schedulers_warm_cosine": Exercise(
        right=[
            warmed_by_torch,
            lambda step, lr, warm, total: warm_cosine(
                step, lr, warm, step + 1, (step - warm) / (total - warm)
            ),
        ],
        mistakes={
            "from_zero": lambda step, lr, warm, total: warm_cosine(
                step, lr, warm, step, (step - warm) / (total - warm)
            ),
            "not_shifted": lambda step, lr, warm, total: warm_cosine(
                step, lr, warm, step + 1, step / (total - warm)
            ),
            "too_long": lambda step, lr, warm, total: warm_cosine(
                step, lr, warm, step + 1, (step - warm) / total
            ),
            "both": lambda step, lr, warm, total: warm_cosine(
                step, lr, warm, step + 1, step / total
            ),
        },
        other=[
            lambda step, lr, warm, total: lr,
            lambda step, lr, warm, total: lr * min(1, (step + 1) / warm),
        ],
    ),
}
