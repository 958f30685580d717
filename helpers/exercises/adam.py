"""Exercises of chapter 4: Adam."""

import math
from itertools import product

import torch

from helpers import optimizers
from helpers.exercises.exercise import (
    FunctionExercise,
    LinesExercise,
    NumberExercise,
    TrialExercise,
)

rare = NumberExercise(
    reference=(1 - 0.9) / math.sqrt(1 - 0.95),
    mistakes={
        "default": (1 - 0.9) / math.sqrt(1 - 0.999),
        "constant": 1.0,
        "no_root": 0.1 * 4 / (0.05 * 16),
        "scale": 4 * (1 - 0.9) / math.sqrt(1 - 0.95),
    },
    rel=2e-3,  # three digits are enough
)
"""Step, in rates, for a gradient that comes after very many zeros, with betas (0.9, 0.95)."""


def _last_step(
    exp_avg: float,
    exp_avg_sq: float,
    step: float,
    *,
    betas: tuple[float, float] = (0.9, 0.999),
    eps_in_root: bool = False,
) -> float:
    m_hat, v_hat = exp_avg / (1 - betas[0] ** step), exp_avg_sq / (1 - betas[1] ** step)
    return m_hat / (math.sqrt(v_hat + 1e-8) if eps_in_root else math.sqrt(v_hat) + 1e-8)


state = FunctionExercise(
    reference=_last_step,
    # At the smallest averages ε counts.
    arguments=list(product((1e-6, 0.3, -0.2), (1e-12, 0.5), (1, 7))),
    mistakes={
        "uncorrected": lambda exp_avg, exp_avg_sq, step: _last_step(exp_avg, exp_avg_sq, math.inf),
        "early": lambda exp_avg, exp_avg_sq, step: _last_step(exp_avg, exp_avg_sq, step + 1),
        "swapped": lambda exp_avg, exp_avg_sq, step: _last_step(
            exp_avg, exp_avg_sq, step, betas=(0.999, 0.9)
        ),
        "inside": lambda exp_avg, exp_avg_sq, step: _last_step(
            exp_avg, exp_avg_sq, step, eps_in_root=True
        ),
        "sign": lambda exp_avg, exp_avg_sq, step: -_last_step(exp_avg, exp_avg_sq, step),
    },
)
"""Adam's last adapted gradient, from the state that torch keeps."""

faults = LinesExercise(
    reference={2: "coupled", 5: "fed_back", 7: "inside"},
    decoys={4: "squares", 6: "corrected"},
)
"""Lines of a step that is not AdamW's."""


def _halves(weight_decay: float) -> bool:
    """Whether AdamW leaves half of a weight with zero gradient, within 2 %, after 10,000 steps."""
    rule = optimizers.adamw(lr=1e-3, weight_decay=weight_decay)
    weight = torch.ones(1, dtype=torch.float64)
    zero, optimizer_state = torch.zeros_like(weight), rule.init(weight)
    for _ in range(100):
        weight, optimizer_state = rule.update(weight, zero, optimizer_state)
    return bool(abs(weight.item() ** 100 - 0.5) <= 0.02)


choice = TrialExercise(
    succeeds=_halves, reference=math.log(2) / 10, mistakes={"low": 1e-4, "high": 10.0}
)
"""The weight decay with which half of a weight is left."""
