"""Every number that the prose states, computed.

A manuscript writes ``{{ name }}``; the reader sees the value as their language writes it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from book.errors import BookError
from helpers import averages, data, language, optimizers, problems, simulate

__all__ = ["Number", "fill", "names", "numbers"]


@dataclass(frozen=True)
class Number:
    """A value and how it is written.

    Attributes
    ----------
    value : float
        Computed, never typed.
    spec : str
        As for `format`.
    """

    value: float
    spec: str = ",.0f"

    def written(self, code: str, in_math: bool = False) -> str:
        """Return the number as a language writes it, in prose or within ``$…$``."""
        text = language.number(self.value, self.spec, code)
        if in_math:
            text = text.replace("−", "-").replace("%", r"\%").replace(",", "{,}")
            text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", _tex_power, text).replace("×", r"\times")
        return text


def _tex_power(power: re.Match[str]) -> str:
    return f"^{{{power[0].translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))}}}"


def numbers() -> dict[str, Number]:
    """Compute every number of the prose, by name."""
    return {**_ewma(), **_bias(), **_adam(), **_adapted()}


def _ewma() -> dict[str, Number]:
    """Chapter 2."""
    third, recent = 1 / 3, averages.ewma_weights(1 / 3, 10)
    response = np.cumsum(averages.ewma_weights(third, 5))
    return {
        "ewma_third_newest": Number(recent[0], ".1%"),
        "ewma_third_second": Number(recent[1], ".1%"),
        "ewma_third_tenth": Number(recent[9], ".1%"),
        "ewma_third_share_5": Number(response[4], ".1%"),
        "ewma_third_share_1": Number(response[0], ".0%"),
        "ewma_third_share_4": Number(response[3], ".1%"),
        "ma_5_share_1": Number(averages.ma_weights(5, 1).sum(), ".0%"),
        "ma_5_share_4": Number(averages.ma_weights(5, 4).sum(), ".0%"),
        "age_ma_5": Number(averages.average_age(averages.ma_weights(5, 5))),
        "age_ewma_third": Number(averages.average_age(averages.ewma_weights(third, 500))),
        "age_beta_9": Number(1 / averages.alpha_from_beta(0.9)),
        "age_beta_99": Number(1 / averages.alpha_from_beta(0.99)),
        "periods_beta_9": Number(averages.periods_from_beta(0.9)),
        "periods_beta_999": Number(averages.periods_from_beta(0.999)),
        "ewma_share_19": Number(averages.ewma_weights(0.1, 19).sum(), ".1%"),
        "ewma_share_1999": Number(averages.ewma_weights(0.001, 1999).sum(), ".1%"),
        "share_limit": Number(1 - np.exp(-2), ".1%"),
        # A million parameters of four bytes each, in GB for all copies and in MB for one.
        "ma_memory": Number(averages.periods_from_beta(0.999) * 1e6 * 4 / 1e9, ".1f"),
        "ewma_memory": Number(1e6 * 4 / 1e6),
        "noise_19": Number(1 / np.sqrt(19), ".1%"),
        "noise_1999": Number(1 / np.sqrt(1999), ".1%"),
    }


def _bias() -> dict[str, Number]:
    """Chapter 3."""
    constant = np.ones(5000)
    uncorrected = averages.ewma(constant, 0.1) / np.sqrt(averages.ewma(constant, 0.001))
    peak = int(uncorrected.argmax())
    temperatures = data.temperatures()
    first = temperatures[0]
    return {
        "first_day": Number(first),
        "first_day_ewma": Number(averages.ewma(temperatures, 0.1)[0], ".1f"),
        "bias_ratio_9_at_19": Number(averages.bias_ratio(0.9, 19), ".3f"),
        "bias_short_9_at_19": Number(0.9**19, ".1%"),
        "corrected_at_19": Number(averages.bias_corrected_ewma(temperatures, 0.1)[18], ".2f"),
        "ewma_at_19": Number(averages.ewma(temperatures, 0.1)[18], ".2f"),
        "bias_ratio_9_at_1": Number(averages.bias_ratio(0.9, 1)),
        "bias_ratio_999_at_1": Number(averages.bias_ratio(0.999, 1)),
        "bias_ratio_999_at_1000": Number(averages.bias_ratio(0.999, 1000), ".2f"),
        "bias_5_percent_9": Number(averages.steps_until_bias_below(0.9, 0.05)),
        "bias_1_percent_9": Number(averages.steps_until_bias_below(0.9, 0.01)),
        "bias_5_percent_999": Number(averages.steps_until_bias_below(0.999, 0.05)),
        "bias_1_percent_999": Number(averages.steps_until_bias_below(0.999, 0.01)),
        "adam_first_numerator": Number(1 - 0.9, ".1f"),
        "adam_first_denominator": Number(np.sqrt(1 - 0.999), ".3f"),
        "adam_uncorrected_first": Number(uncorrected[0], ".2f"),
        "adam_uncorrected_peak": Number(uncorrected[peak], ".2f"),
        "adam_uncorrected_peak_step": Number(peak + 1),
        "adam_uncorrected_at_1000": Number(uncorrected[999], ".2f"),
    }


def _adam() -> dict[str, Number]:
    """Chapter 4."""
    noise = np.geomspace(0.1, 100, 13)[:, None]
    gradients = 1 + noise * np.random.default_rng(seed=0).standard_normal((13, 6000))
    m = averages.bias_corrected_ewma(gradients, alpha=1 - 0.9)
    v = averages.bias_corrected_ewma(gradients**2, alpha=1 - 0.999)
    quiet, *_, loud = np.median(np.abs(m / np.sqrt(v))[:, 3000:], axis=1)
    weight = torch.tensor([1.0])
    left = {}
    for name in ("adam", "adamw"):
        rule = getattr(optimizers, name)(lr=0.1, weight_decay=0.1)
        left[name] = rule.update(weight, torch.zeros(1), rule.init(weight))[0].item()
    return {
        "adam_step_quiet": Number(quiet, ".2f"),
        "adam_step_loud": Number(loud, ".2f"),
        "adam_decay_moved": Number(1 - left["adam"], ".1f"),
        "adamw_decay_factor": Number(left["adamw"], ".2f"),
    }


def _adapted() -> dict[str, Number]:
    """Chapter 5."""
    toy = problems.linear_regression()
    optimum = toy.surface("all").minimum
    rules = {"sgd": optimizers.sgd, "adam": optimizers.adam}
    one = {name: simulate.on_regression(toy, rule, lr=0.1) for name, rule in rules.items()}
    many = {
        name: simulate.on_regression(toy, rule, seeds=range(100), lr=0.1)
        for name, rule in rules.items()
    }
    far = {name: (runs.paths[:, -1] - optimum).norm(dim=-1).numpy() for name, runs in many.items()}
    second = averages.bias_corrected_ewma(one["adam"].gradients[0, :, 1].numpy() ** 2, 0.001)

    angles = torch.arange(24, dtype=torch.float64) / 24 * 2 * torch.pi
    starts = torch.stack([angles.cos(), angles.sin()], dim=-1)
    rates = np.geomspace(1e-4, 1, 41)

    def loss_left(rule: Callable[..., optimizers.Optimizer], angle: float) -> float:
        bowl = problems.quadratic(1000, angle)
        runs = simulate.on_problem(bowl, rule, starts, steps=200, lr=rates)
        left = bowl.value(runs.paths[:, -1]).nan_to_num(torch.inf)
        return left.reshape(len(starts), len(rates)).median(dim=0).values.min().item()

    return {
        "adapted_factor_first": Number(1 / np.sqrt(second[0]), ".2f"),
        "adapted_factor_last": Number(1 / np.sqrt(second[-1]), ".2f"),
        "adapted_sgd_distance": Number((one["sgd"].paths[0, -1] - optimum).norm().item(), ".2f"),
        "adapted_adam_distance": Number((one["adam"].paths[0, -1] - optimum).norm().item(), ".2f"),
        "adapted_sgd_median": Number(np.median(far["sgd"]), ".2f"),
        "adapted_adam_median": Number(np.median(far["adam"]), ".2f"),
        "adapted_adam_closer": Number((far["adam"] < far["sgd"]).sum()),
        "adapted_sgd_1000": Number(loss_left(optimizers.sgd, 0), ".2f"),
        "adapted_adam_1000": Number(loss_left(optimizers.adam, 0), ".0e"),
        "adapted_turned_1000": Number(loss_left(optimizers.adam, 45), ".3f"),
    }


_PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_MATH = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)


def names(source: str) -> list[str]:
    """Return the names of the numbers that a text asks for, in order."""
    return _PLACEHOLDER.findall(source)


def fill(source: str, known: dict[str, Number], code: str, place: str) -> str:
    """Put the numbers into a text.

    Raises
    ------
    BookError
        If the text asks for a number that is not computed; ``place`` names where.
    """
    unknown = [name for name in names(source) if name not in known]
    if unknown:
        raise BookError(
            *(f"{place}: there is no number {name!r} in book/numbers.py" for name in unknown)
        )

    def written(text: str, in_math: bool) -> str:
        return _PLACEHOLDER.sub(lambda match: known[match[1]].written(code, in_math), text)

    source = re.sub(r" (?=(?:°C|GB|MB)\b)", "\N{NO-BREAK SPACE}", source)
    source = _MATH.sub(lambda match: written(match[0], in_math=True), source)
    return written(source, in_math=False)
