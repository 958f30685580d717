"""Problems to minimise: the course's linear regression, and test surfaces over two parameters.

The value and the gradient of a `Problem` are in closed form, for many points in one call:

>>> import torch
>>> from helpers import problems
>>> valley = problems.rosenbrock()
>>> valley.value(torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
tensor([1., 0.])
>>> valley.minimum
tensor([1., 1.], dtype=torch.float64)
"""

from helpers.problems.network import Network
from helpers.problems.regression import (
    LinearRegression,
    LossSurface,
    least_squares,
    linear_regression,
    mse,
    mse_gradient,
)
from helpers.problems.surfaces import (
    Problem,
    beale,
    grid,
    quadratic,
    rosenbrock,
    saddle,
    two_weights,
)

__all__ = [
    "LinearRegression",
    "LossSurface",
    "Network",
    "Problem",
    "beale",
    "grid",
    "least_squares",
    "linear_regression",
    "mse",
    "mse_gradient",
    "quadratic",
    "rosenbrock",
    "saddle",
    "two_weights",
]
