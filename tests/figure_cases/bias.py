"""Figures of `helpers.figures.bias`: with the chapter's data, and with other data."""

from typing import Any

import numpy as np

from helpers import averages, data
from helpers.figures import bias
from tests.figure_cases.case import Case
from tests.figure_cases.ewma import smoothing

__all__ = ["CASES", "IN_WORDS"]

TEMPERATURES = data.temperatures()


def three_curves(periods: int) -> dict[str, Any]:
    alpha = averages.alpha_from_periods(periods)
    corrected = averages.bias_corrected_ewma(TEMPERATURES, alpha)
    return {**smoothing(periods), "corrected": corrected}


def missing_weight(beta: float) -> dict[str, Any]:
    return {"share": 1 - beta ** np.arange(1, 41), "beta": beta}


def constant(value: float) -> dict[str, Any]:
    inputs = {sign * value: np.full(30, sign * value) for sign in (1, -1)}
    return {
        "ewma": {at: averages.ewma(x, 0.1) for at, x in inputs.items()},
        "corrected": {at: averages.bias_corrected_ewma(x, 0.1) for at, x in inputs.items()},
    }


def correction(share: float) -> dict[str, Any]:
    steps = np.unique(np.geomspace(1, 10_000, 200).astype(int))
    betas = (0.9, 0.999)
    return {
        "steps": steps,
        "ratios": {beta: averages.bias_ratio(beta, steps) - 1 for beta in betas},
        "below": {beta: averages.steps_until_bias_below(beta, share) for beta in betas},
        "share": share,
    }


def first_steps(beta: float) -> dict[str, Any]:
    ones = np.ones(100)
    return {"ratio": averages.ewma(ones, 1 - beta) / np.sqrt(averages.ewma(ones, 0.001))}


def with_beta(beta: float) -> dict[str, Any]:
    return {
        "values": TEMPERATURES,
        "ewma": averages.ewma(TEMPERATURES, 1 - beta),
        "corrected": averages.bias_corrected_ewma(TEMPERATURES, 1 - beta),
        "share": 1 - beta ** np.arange(1, 31),
        "beta": beta,
    }


CASES = {
    "bias.three_curves": Case(bias.three_curves, three_curves, (19, 9)),
    "bias.missing_weight": Case(bias.missing_weight, missing_weight, (0.9, 0.8)),
    "bias.towards_zero": Case(bias.towards_zero, constant, (3.0, 7.0)),
    "bias.correction": Case(bias.correction, correction, (0.01, 0.05)),
    "bias.first_steps": Case(bias.first_steps, first_steps, (0.9, 0.8)),
    "bias.explorer": Case(bias.explorer, with_beta, (0.9, 0.5, 0.98, 0.999)),
}

IN_WORDS = {
    "bias.three_curves": [
        "it is 5 °C",
        "plain EWMA shows 0.50 °C",
        "corrected one 5.00 °C",
        "day 30",
    ],
    "bias.missing_weight": ["10.0% at step 1", "65.1% at step 10", "98.5% at step 40"],
    "bias.towards_zero": ["3 and −3", "(0.30 and −0.30)", "30 steps has come to 2.87 and −2.87"],
    "bias.correction": ["by 10,", "1% from step 44 on", "by 1,000,", "only from step 4,613 on"],
    "bias.first_steps": ["starts at 3.16 times", "6.57 times at step 12", "at step 100"],
    "bias.explorer": ["0.50 °C and the corrected one 5.00 °C", "day 30", "96%", "EWMA by 1.04"],
}
