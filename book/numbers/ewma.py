"""Numbers of chapter 2, EWMA."""

import numpy as np

from book.numbers.number import Number
from helpers import averages

__all__ = ["numbers"]


def numbers() -> dict[str, Number]:
    """Compute them, by name."""
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
