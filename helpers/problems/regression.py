"""The course's linear regression: its data, their split, and the exact loss surface."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from helpers import _validate
from helpers.problems.surfaces import Problem, coordinates

__all__ = [
    "LinearRegression",
    "LossSurface",
    "least_squares",
    "linear_regression",
    "mse",
    "mse_gradient",
]


@dataclass(frozen=True, eq=False)
class LossSurface(Problem):
    """The mean squared error of a line over some data, which always has a minimum.

    Attributes
    ----------
    minimum : torch.Tensor
        The line (b, w) of least squares, shape (2,), float64.
    minimum_value : float
        The loss there.
    """

    minimum: torch.Tensor
    minimum_value: float


@dataclass(frozen=True, eq=False)
class LinearRegression:
    """Data y = b + w x + noise, and their split. A point of the loss surface is a line (b, w).

    Attributes
    ----------
    x, y : torch.Tensor
        Shape (samples,), float64.
    train, validation : torch.Tensor
        Indices into ``x`` and ``y``, int64, in the order of the split.
    """

    x: torch.Tensor
    y: torch.Tensor
    train: torch.Tensor
    validation: torch.Tensor

    def data(self, part: str | torch.Tensor = "all") -> tuple[torch.Tensor, torch.Tensor]:
        """Return x and y of one part of the data.

        Parameters
        ----------
        part : str or torch.Tensor
            ``"all"``, ``"train"``, ``"validation"``, or a tensor of indices of any shape.

        Returns
        -------
        x : torch.Tensor
            Shape (samples,) or the shape of the indices, float64.
        y : torch.Tensor
            Same shape.

        Raises
        ------
        TypeError, ValueError
            If ``part`` is another string, or holds anything but indices into the data.
        """
        if isinstance(part, torch.Tensor):
            _validate.indices("part", part, len(self.x))
            return self.x[part], self.y[part]
        _validate.choice("part", part, ("all", "train", "validation"))
        indices = slice(None) if part == "all" else getattr(self, part)
        return self.x[indices], self.y[indices]

    def surface(self, part: str | torch.Tensor = "all") -> LossSurface:
        """Return the mean squared error over one part of the data, as a function of (b, w).

        Parameters
        ----------
        part : str or torch.Tensor
            As in `data`, with at least two different x.

        Returns
        -------
        LossSurface
            Its minimum is the line of least squares.

        Raises
        ------
        TypeError, ValueError
            As in `data`, or if all x are equal.

        Examples
        --------
        >>> toy = linear_regression()
        >>> toy.surface().minimum
        tensor([1.0215, 1.9540], dtype=torch.float64)
        """
        x, y = self.data(part)
        minimum = least_squares(x, y)
        return LossSurface(
            "linear regression",
            lambda points: mse(points, x, y),
            lambda points: mse_gradient(points, x, y),
            minimum,
            mse(minimum, x, y).item(),
        )


def linear_regression(
    samples: int = 100, noise: float = 0.1, seed: int = 42, split_seed: int = 13
) -> LinearRegression:
    """Make the linear regression of Godoy's chapter 6: y = 1 + 2x + noise, split 80/20.

    Parameters
    ----------
    samples : int
        Number of data points, at least 10.
    noise : float
        Standard deviation of the noise, at least 0.
    seed : int
        Seed of the data, as in ``np.random.seed(seed)``: from 0 to 2³² − 1.
    split_seed : int
        Seed of the split, as in ``torch.manual_seed(split_seed)`` before ``random_split``: from 0
        to 2⁶⁴ − 1. The global random states do not change.

    Returns
    -------
    LinearRegression
        Data and split.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Godoy, *Deep Learning with PyTorch Step-by-Step*, chapters 1 and 6.

    Examples
    --------
    >>> toy = linear_regression()
    >>> toy.x.shape, toy.train.shape, toy.validation.shape
    (torch.Size([100]), torch.Size([80]), torch.Size([20]))
    """
    samples = _validate.count("samples", samples, at_least=10, at_most=_validate.MAX_STEPS)
    noise = _validate.number("noise", noise, "[0, inf)")
    seed = _validate.count("seed", seed, at_least=0, at_most=2**32 - 1)
    split_seed = _validate.seed("split_seed", split_seed)
    random = np.random.RandomState(seed)
    x = random.rand(samples)
    # y = b + w x + ε
    with np.errstate(over="ignore"):
        y = 1 + 2 * x + noise * random.randn(samples)
    if not np.isfinite(y).all():
        raise ValueError(f"noise must keep the data finite, got {noise}")
    order = torch.randperm(
        samples, generator=torch.Generator().manual_seed(split_seed), device="cpu"
    )
    train = int(0.8 * samples)
    return LinearRegression(torch.from_numpy(x), torch.from_numpy(y), order[:train], order[train:])


def mse(points: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean squared error of the line b + w x.

    Parameters
    ----------
    points : torch.Tensor
        (b, w), shape (…, 2).
    x, y : torch.Tensor
        The data, shape (samples,), or (…, samples) if each point has data of its own.

    Returns
    -------
    torch.Tensor
        Shape (…), in the dtype of ``points``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a tensor of floats, the shapes do not match, or there are no samples.

    Examples
    --------
    >>> mse(torch.tensor([1.0, 2.0]), x=torch.tensor([0.0, 1.0]), y=torch.tensor([1.0, 5.0]))
    tensor(2.)
    """
    # L = 1/n Σ (b + w x − y)²
    return (_errors(points, x, y) ** 2).mean(-1)


def mse_gradient(points: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Gradient of `mse` with respect to (b, w).

    Parameters
    ----------
    points, x, y : torch.Tensor
        As in `mse`.

    Returns
    -------
    torch.Tensor
        (∂L/∂b, ∂L/∂w), shape (…, 2).

    Raises
    ------
    TypeError, ValueError
        As in `mse`.

    Examples
    --------
    >>> mse_gradient(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.0]), torch.tensor([1.0, 5.0]))
    tensor([-2., -2.])
    """
    errors = _errors(points, x, y)
    # ∂L/∂b = 2/n Σ (b + w x − y),  ∂L/∂w = 2/n Σ (b + w x − y) x
    return 2 * torch.stack([errors.mean(-1), (errors * x.to(errors)).mean(-1)], dim=-1)


def least_squares(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Line with the smallest mean squared error.

    Parameters
    ----------
    x, y : torch.Tensor
        Shape (samples,), with at least two different x.

    Returns
    -------
    torch.Tensor
        (b, w), shape (2,).

    Raises
    ------
    TypeError, ValueError
        If an argument is not a tensor of finite floats, the shapes differ, or all x are equal.

    Examples
    --------
    >>> least_squares(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 3.0, 5.0]))
    tensor([1., 2.])
    """
    _check_data(x, y)
    if x.ndim != 1:
        raise ValueError(f"x and y must have one axis, got shape {tuple(x.shape)}")
    if not (torch.isfinite(x).all() and torch.isfinite(y).all()):
        raise ValueError("x and y must be finite, got NaN or infinity among them")
    if not (x != x[:1]).any():
        raise ValueError(f"x must hold at least two different values, got {_validate.shown(x)}")
    far = x - x.mean()
    scale = far.abs().max()  # squares of tiny or huge numbers would be 0 or infinite
    # w = Σ (x − x̄)(y − ȳ) / Σ (x − x̄)²,  b = ȳ − w x̄
    weight = ((far / scale) * (y - y.mean())).sum() / ((far / scale) ** 2).sum() / scale
    line = torch.stack([y.mean() - weight * x.mean(), weight])
    if not torch.isfinite(line).all():
        raise ValueError(f"x and y must have a finite line of least squares, got {line.tolist()}")
    return line


def _errors(points: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Prediction minus target, shape (…, samples)."""
    _check_data(x, y)
    bias, weight = coordinates(points)
    try:
        torch.broadcast_shapes(bias.shape, x.shape[:-1])
    except RuntimeError:
        shapes = f"(samples,) or {(*bias.shape, 'samples')}, as there are points of shape"
        raise ValueError(
            f"x and y must have shape {shapes} {tuple(points.shape)}, got {tuple(x.shape)}"
        ) from None
    # b + w x − y
    return bias[..., None] + weight[..., None] * x.to(points) - y.to(points)


def _check_data(x: Any, y: Any) -> None:
    """Raise an error unless x and y are tensors of floats of one shape."""
    x_shape, y_shape = _validate.tensor("x", x).shape, _validate.tensor("y", y).shape
    if x_shape != y_shape:
        raise ValueError(
            f"x and y must have the same shape, got {tuple(x_shape)} and {tuple(y_shape)}"
        )
    if not x.ndim or not x.shape[-1]:
        raise ValueError(f"x and y must have a sample or more, got shape {tuple(x_shape)}")
