"""The course's linear regression: data, split, exact loss surface."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class LossSurface(Problem):
    """The mean squared error over some data: a problem that always has a minimum.

    Attributes
    ----------
    minimum : torch.Tensor
        The line of least squares, (b, w), shape (2,), float64.
    minimum_value : float
        The loss there.
    """

    minimum: torch.Tensor
    minimum_value: float


@dataclass(frozen=True)
class LinearRegression:
    """Data of the course's toy, y = b + w x + noise, and their split. Points are (b, w).

    Attributes
    ----------
    x, y : torch.Tensor
        Shape (samples,), float64.
    train, validation : torch.Tensor
        Indices into them, int64, in the split's order.
    """

    x: torch.Tensor
    y: torch.Tensor
    train: torch.Tensor
    validation: torch.Tensor

    def data(self, part: str | torch.Tensor = "all") -> tuple[torch.Tensor, torch.Tensor]:
        """Return x and y of the points of one part.

        Parameters
        ----------
        part : str or torch.Tensor
            ``"all"``, ``"train"``, ``"validation"``, or indices of points.

        Returns
        -------
        x : torch.Tensor
            Shape (points,), float64.
        y : torch.Tensor
            Of the same shape.

        Raises
        ------
        ValueError
            If ``part`` is another string.
        """
        if isinstance(part, torch.Tensor):
            return self.x[part], self.y[part]
        _validate.choice("part", part, ("all", "train", "validation"))
        chosen = slice(None) if part == "all" else getattr(self, part)
        return self.x[chosen], self.y[chosen]

    def surface(self, part: str | torch.Tensor = "all") -> LossSurface:
        """Exact loss surface, the mean squared error over ``part`` at any (b, w).

        Parameters
        ----------
        part : str or torch.Tensor
            ``"all"``, ``"train"``, ``"validation"``, or the indices of a batch of at least two
            different x.

        Returns
        -------
        LossSurface
            Its minimum is that of least squares.

        Raises
        ------
        ValueError
            If ``part`` is another string, or its points set no single line.

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
    r"""Make the linear regression of Godoy's chapter 6: y = 1 + 2x + noise, split 80/20.

    Parameters
    ----------
    samples : int
        How many points, at least 10.
    noise : float
        Standard deviation of the noise, at least 0.
    seed : int
        Of the data, as with ``np.random.seed(seed)``.
    split_seed : int
        Of the split, as with ``torch.manual_seed(split_seed)`` before ``random_split``. Neither
        global random state is touched.

    Returns
    -------
    LinearRegression
        Its data and their split.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number in its range.

    References
    ----------
    Godoy, *Deep Learning with PyTorch Step-by-Step*, chapters 1 and 6.

    Examples
    --------
    >>> toy = linear_regression()
    >>> toy.x.shape, toy.train.shape, toy.validation.shape
    (torch.Size([100]), torch.Size([80]), torch.Size([20]))
    """
    samples = _validate.count("samples", samples, at_least=10)
    noise = _validate.number("noise", noise, "[0, inf)")
    random = np.random.RandomState(_validate.count("seed", seed, at_least=0))
    x = random.rand(samples)
    # y = b + w x + ε
    y = 1 + 2 * x + noise * random.randn(samples)
    generator = torch.Generator().manual_seed(_validate.count("split_seed", split_seed, at_least=0))
    order = torch.randperm(samples, generator=generator)
    kept = int(0.8 * samples)
    return LinearRegression(torch.from_numpy(x), torch.from_numpy(y), order[:kept], order[kept:])


def mse(points: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean squared error of the line b + w x.

    Parameters
    ----------
    points : torch.Tensor
        (b, w), shape (…, 2).
    x, y : torch.Tensor
        The data, shape (samples,), or (…, samples) for data of each point's own.

    Returns
    -------
    torch.Tensor
        Shape (…), in the dtype and on the device of ``points``.

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
        As for `mse`.

    Returns
    -------
    torch.Tensor
        (∂L/∂b, ∂L/∂w), shape (…, 2).

    Examples
    --------
    >>> mse_gradient(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.0]), torch.tensor([1.0, 5.0]))
    tensor([-2., -2.])
    """
    errors = _errors(points, x, y)
    # ∂L/∂b = 2/n Σ (b + w x − y),  ∂L/∂w = 2/n Σ (b + w x − y) x
    return 2 * torch.stack([errors.mean(-1), (errors * x.to(errors)).mean(-1)], dim=-1)


def least_squares(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Line with the least mean squared error.

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
    ValueError
        If the x are all the same, the shapes do not fit, or not all is finite.

    Examples
    --------
    >>> least_squares(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 3.0, 5.0]))
    tensor([1., 2.])
    """
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"x and y must be rows of one length, got shapes {tuple(x.shape)} and {tuple(y.shape)}"
        )
    if not (torch.isfinite(x).all() and torch.isfinite(y).all()):
        raise ValueError("x and y must be finite, got NaN or infinity among them")
    if not (x != x[:1]).any():
        raise ValueError(f"x must hold at least two different values, got {x}")
    # w = Σ (x − x̄)(y − ȳ) / Σ (x − x̄)²,  b = ȳ − w x̄
    weight = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return torch.stack([y.mean() - weight * x.mean(), weight])


def _errors(points: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Prediction minus target, shape (…, samples)."""
    if x.shape != y.shape:
        raise ValueError(f"x and y must have one shape, got {tuple(x.shape)} and {tuple(y.shape)}")
    bias, weight = coordinates(points)
    # b + w x − y
    return bias[..., None] + weight[..., None] * x.to(points) - y.to(points)
