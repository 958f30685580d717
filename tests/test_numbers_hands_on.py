"""Numbers of chapter 8: those that no training changes."""

import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR

from book.numbers import hands_on


def test_parameters_are_counted_by_hand():
    numbers = hands_on.numbers()
    first, last = 784 * 128 + 128, 128 * 10 + 10
    assert numbers["hands_on_parameters"].value == first + last == 101_770
    assert numbers["hands_on_parameters"].written("pt") == "101.770"
    assert numbers["hands_on_first_layer"].value == first / (first + last)


def test_last_rate_is_torchs():
    optimizer = torch.optim.Adam([nn.Parameter(torch.zeros(1))], lr=1e-3)
    scheduler = StepLR(optimizer, step_size=5, gamma=0.5)
    for _ in range(19):
        optimizer.step()
        scheduler.step()
    number = hands_on.numbers()["hands_on_last_rate"]
    assert number.value == optimizer.param_groups[0]["lr"]
    assert number.written("pt") == "0,000125"
