"""Numbers of chapter 3, bias."""

import numpy as np

from book.numbers.number import Number
from helpers import averages, data

__all__ = ["numbers"]


def numbers() -> dict[str, Number]:
    """Compute them, by name."""
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
