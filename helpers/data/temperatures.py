"""The temperatures that chapters 2 and 3 average."""

import numpy as np

__all__ = ["temperatures"]


def temperatures() -> np.ndarray:
    """Return the daily temperatures of thirty consecutive days, in °C.

    Godoy introduces averages with this series (*Deep Learning with PyTorch Step-by-Step*,
    chapter 6).

    Returns
    -------
    numpy.ndarray
        Shape (30,), whole degrees as floats.
    """
    first_half = [5, 11, 15, 6, 5, 3, 3, 0, 0, 3, 4, 2, 1, -1, -2]
    second_half = [2, 2, -2, -1, -1, 3, 4, -1, 2, 6, 4, 9, 11, 9, -2]
    return np.array([*first_half, *second_half], dtype=float)
