"""Numbers of chapter 8, hands-on: those that no training changes."""

from torch import nn

from book.numbers.number import Number
from helpers import schedules

__all__ = ["numbers"]


def numbers() -> dict[str, Number]:
    """Compute them, by name."""
    first, last = nn.Linear(28 * 28, 128), nn.Linear(128, 10)
    in_first, in_last = (sum(p.numel() for p in layer.parameters()) for layer in (first, last))
    rates = schedules.step_lr(lr=1e-3, step_size=5, gamma=0.5, steps=20)
    return {
        "hands_on_parameters": Number(in_first + in_last, ",d"),
        "hands_on_first_layer": Number(in_first / (in_first + in_last), ".1%"),
        "hands_on_last_rate": Number(rates[-1], ".6g"),
    }
