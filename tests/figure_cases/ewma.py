"""Figures of `helpers.figures.ewma`: with the chapter's data, and with other data."""

from typing import Any

import numpy as np

from helpers import averages, data
from helpers.figures import ewma
from tests.figure_cases.case import Case

__all__ = ["CASES", "IN_WORDS"]

TEMPERATURES = data.temperatures()


def weights(periods: int) -> dict[str, Any]:
    return {
        "ma": averages.ma_weights(periods, lags=10),
        "ewma": averages.ewma_weights(averages.alpha_from_periods(periods), lags=10),
        "age": (periods + 1) / 2,
    }


def jump(periods: int) -> dict[str, Any]:
    values = np.concatenate([np.zeros(20), np.ones(60)])
    alpha = averages.alpha_from_periods(periods)
    return {
        "ma": averages.moving_average(values, periods)[19:30],
        "ewma": averages.ewma(values, alpha)[19:30],
    }


def smoothing(periods: int) -> dict[str, Any]:
    return {
        "values": TEMPERATURES,
        "ma": averages.moving_average(TEMPERATURES, periods),
        "ewma": averages.ewma(TEMPERATURES, averages.alpha_from_periods(periods)),
    }


def noise(seed: int) -> dict[str, Any]:
    periods = np.array([3, 5, 9, 19, 39])
    values = np.random.default_rng(seed).standard_normal(2000)
    return {
        "periods": periods,
        "ma": np.array([averages.moving_average(values, n).std() for n in periods]),
        "ewma": np.array([averages.ewma(values, 2 / (n + 1)).std() for n in periods]),
        "theory": 1 / np.sqrt(periods),
    }


def with_alpha(alpha: float) -> dict[str, Any]:
    return {
        "values": TEMPERATURES,
        "ewma": averages.ewma(TEMPERATURES, alpha),
        "weights": averages.ewma_weights(alpha, lags=20),
        "alpha": alpha,
        "age": 1 / alpha,
    }


CASES = {
    "ewma.weights": Case(ewma.weights, weights, (5, 4)),
    "ewma.step_response": Case(ewma.step_response, jump, (5, 7)),
    "ewma.smoothing": Case(ewma.smoothing, smoothing, (5, 9)),
    "ewma.noise": Case(ewma.noise, noise, (0, 1)),
    "ewma.explorer": Case(ewma.explorer, with_alpha, (0.35, 0.05, 0.8, 1.0)),
}

IN_WORDS = {
    "ewma.weights": [
        "0.2 to each of the 5",
        "0.333 to the newest, 0.222 to",
        "to 0.009.",
        "3 days",
    ],
    "ewma.step_response": ["the EWMA shows 33.3%", "the MA 20.0%", "until day 4", "day 5", "86.8%"],
    "ewma.smoothing": ["between −2 and 15 °C", "highest on day 3", "10.3 °C on", "8.2 °C on day 3"],
    "ewma.noise": ["of 3 to 39 periods", "never differ by more than"],
    "ewma.explorer": ["α = 0.35", "age 2.86 days", "88% of the weight"],
}
