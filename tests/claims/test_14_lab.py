"""The lab's claims about the race that its page shows."""

import pytest
import torch
from torch.optim import SGD, Adam, RMSprop


def end(rule, nudge, steps=300, **settings):
    point = torch.tensor([-1.5 + nudge, 2], dtype=torch.float64, requires_grad=True)
    optimizer = rule([point], **settings)
    for _ in range(steps):
        optimizer.zero_grad()
        ((1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2).backward()
        optimizer.step()
    return point.detach()


@pytest.mark.parametrize(
    ("rule", "settings", "is_chaotic"),
    [
        (SGD, {"lr": 0.001}, False),
        (SGD, {"lr": 0.001, "momentum": 0.9}, False),
        (RMSprop, {"lr": 0.02}, True),
        (Adam, {"lr": 0.1}, False),
    ],
)
def test_moving_the_start_by_1e_minus_13_moves_the_end_of_rmsprop_alone(rule, settings, is_chaotic):
    moved = max(
        (end(rule, nudge, **settings) - end(rule, 0, **settings)).abs().max()
        for nudge in (-1e-13, 1e-13)
    )
    assert moved > 1e-4 if is_chaotic else moved < 1e-11


def test_growing_gradients_make_adams_step_longer_than_the_rate():
    theta = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = Adam([theta], lr=0.1)
    for gradient in 0.9 ** torch.arange(12, 0, -1):
        before, theta.grad = theta.item(), gradient.double()[None]
        optimizer.step()
    assert abs(theta.item() - before) > 1.03 * 0.1
