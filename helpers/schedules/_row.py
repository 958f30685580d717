"""The check that several schedules share: a row of finite numbers."""

from typing import Any

import numpy as np
import torch


def finite_row(name: str, values: Any) -> np.ndarray:
    """Return ``values`` as an array of shape (n,), if they are finite real numbers, at least one.

    Raises
    ------
    TypeError
        If ``values`` does not hold real numbers.
    ValueError
        If it is empty, has another shape, or holds NaN or infinity.
    """
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
    try:
        row = np.asarray(values)
    except (ValueError, RuntimeError) as error:  # uneven rows, tensors that require gradients
        raise ValueError(f"{name} must be one row of numbers, got {values!r}") from error
    if row.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, got {values!r}")
    if row.ndim != 1 or len(row) == 0:
        raise ValueError(f"{name} must be one row of at least one number, got shape {row.shape}")
    if not np.isfinite(row).all():
        bad = row[~np.isfinite(row)][0]
        raise ValueError(f"{name} must be finite, got {bad} among them")
    return row.astype(float)
