"""Measure how much faster one batch of many runs is than one run after another with torch."""

import statistics
import time
from typing import Any

import torch

from helpers import optimizers, problems, simulate

START = (-1.5, 1.0)
PROBLEM = problems.quadratic(condition=100)


def measure(runs: int = 1000, steps: int = 500) -> list[dict[str, Any]]:
    """Time Adam with many learning rates, in one batch and one by one, each with one thread.

    Both take the gradient from the same closed form, so that only the update rules differ. The
    batch is timed five times, and the median is reported; the runs one by one take 20 seconds to
    some minutes, and are timed once.

    Parameters
    ----------
    runs : int
        Number of learning rates, from 1e-4 to 1.
    steps : int
        Number of steps of each run.

    Returns
    -------
    list of dict
        One entry: its ``name``, the ``peer``, the ``ratio`` of the peer's time to ours, and the
        ``goal`` for the ratio.

    Raises
    ------
    AssertionError
        If the last points differ by more than 1e-9.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rates = torch.logspace(-4, 0, runs, dtype=torch.float64)
        seconds = []
        for _ in range(5):  # the first time includes the allocation of memory
            began = time.perf_counter()
            ours = batched(rates, steps)
            seconds.append(time.perf_counter() - began)
        began = time.perf_counter()
        theirs = torch.stack([one_by_one(lr, steps) for lr in rates.tolist()])
        peer_seconds = time.perf_counter() - began
    finally:
        torch.set_num_threads(threads)
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)
    return [
        {
            "name": f"simulate: {runs:,} learning rates × {steps} Adam steps",
            "peer": "one torch.optim.Adam loop each",
            "ratio": peer_seconds / statistics.median(seconds),
            "goal": 100,
        }
    ]


def batched(rates: torch.Tensor, steps: int) -> torch.Tensor:
    """Return the last points of all runs, shape (runs, 2)."""
    return simulate.on_problem(PROBLEM, optimizers.adam, START, steps, lr=rates).paths[:, -1]


def one_by_one(lr: float, steps: int) -> torch.Tensor:
    """Return the last point of one run with torch's optimizer, shape (2,)."""
    params = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([params], lr=lr)
    for _ in range(steps):
        params.grad = PROBLEM.gradient(params.detach())
        optimizer.step()
    return params.detach()
