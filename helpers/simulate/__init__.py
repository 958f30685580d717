"""Simulate many runs at once: all starts or seeds with all hyper-parameters in one batch.

>>> from helpers import optimizers, problems, simulate
>>> runs = simulate.on_problem(
...     problems.quadratic(condition=100), optimizers.sgd, start=(1, 1), steps=50, lr=[0.01, 0.03]
... )
>>> runs.paths.shape
torch.Size([2, 51, 2])
>>> runs.diverged.tolist()  # gradient descent diverges if lr > 2 / 100
[False, True]
"""

from helpers.simulate.runs import Runs
from helpers.simulate.sampling import batch_order, starting_point
from helpers.simulate.simulator import on_problem, on_regression
from helpers.simulate.training import Training, on_network

__all__ = [
    "Runs",
    "Training",
    "batch_order",
    "on_network",
    "on_problem",
    "on_regression",
    "starting_point",
]
