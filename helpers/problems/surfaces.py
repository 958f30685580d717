"""Test surfaces over two parameters, with their gradients in closed form."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from helpers import _validate

__all__ = [
    "Problem",
    "beale",
    "check",
    "coordinates",
    "grid",
    "quadratic",
    "rosenbrock",
    "saddle",
    "two_weights",
]

Function = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, eq=False)
class Problem:
    """A function of two parameters to minimise.

    Attributes
    ----------
    name : str
        Name of the function.
    value : callable
        From points, shape (…, 2), to values, shape (…), in the dtype of the points.
    gradient : callable
        From points, shape (…, 2), to gradients, shape (…, 2). Like ``value`` it raises a TypeError
        for anything but a tensor of floats, and a ValueError if the last axis does not have size 2.
    minimum : torch.Tensor or None
        The point of the global minimum, shape (2,), float64; None if there is no minimum.
    minimum_value : float or None
        The value there.
    saddle_point : torch.Tensor or None
        A point with gradient zero that is not a minimum, shape (2,), float64.
    """

    name: str
    value: Function
    gradient: Function
    minimum: torch.Tensor | None
    minimum_value: float | None
    saddle_point: torch.Tensor | None = None


def quadratic(condition: float = 100.0, angle: float = 0.0) -> Problem:
    r"""Quadratic bowl that is ``condition`` times as steep along one axis as along the other.

    .. math:: f(x, y) = \tfrac12 (u^2 + \kappa v^2), \qquad
        u = x \cos\varphi + y \sin\varphi, \quad v = y \cos\varphi - x \sin\varphi

    The minimum is 0, at (0, 0). Gradient descent without momentum diverges if lr > 2 / max(1, κ).

    Parameters
    ----------
    condition : float
        κ, above 0: the condition number of the Hessian if it is at least 1.
    angle : float
        φ, the angle between the axes of the bowl and those of x and y, in degrees.

    Returns
    -------
    Problem
        With its minimum at (0, 0).

    Raises
    ------
    TypeError, ValueError
        If ``condition`` is not a number above 0, or ``angle`` is not a number.

    Examples
    --------
    >>> bowl = quadratic(condition=100.0)
    >>> bowl.gradient(torch.tensor([[2.0, 1.0], [0.0, 0.0]]))
    tensor([[  2., 100.],
            [  0.,   0.]])
    """
    condition = _validate.number("condition", condition, "(0, inf)")
    angle = math.radians(_validate.number("angle", angle))
    cos, sin = math.cos(angle), math.sin(angle)

    def rotated(points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x, y = coordinates(points)
        _validate.representable("condition", condition, points, "points")
        # u = x cos φ + y sin φ,  v = y cos φ − x sin φ
        return x * cos + y * sin, y * cos - x * sin

    def value(points: torch.Tensor) -> torch.Tensor:
        u, v = rotated(points)
        # f = ½ (u² + κ v²)
        return (u**2 + condition * v**2) / 2

    def gradient(points: torch.Tensor) -> torch.Tensor:
        u, v = rotated(points)
        # ∇f = (u cos φ − κ v sin φ, u sin φ + κ v cos φ)
        return torch.stack([u * cos - condition * v * sin, u * sin + condition * v * cos], dim=-1)

    return Problem("quadratic", value, gradient, _point(0, 0), 0.0)


def rosenbrock() -> Problem:
    r"""Curved valley (Rosenbrock, 1960, doi:10.1093/comjnl/3.3.175).

    .. math:: f(x, y) = (1 - x)^2 + 100 (y - x^2)^2

    The minimum is 0, at (1, 1).

    Returns
    -------
    Problem
        With its minimum at (1, 1).

    Examples
    --------
    >>> rosenbrock().value(torch.tensor([[-1.0, 1.0], [1.0, 1.0]]))
    tensor([4., 0.])
    """

    def value(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # f = (1 − x)² + 100 (y − x²)²
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    def gradient(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # ∂f/∂x = −2 (1 − x) − 400 x (y − x²),  ∂f/∂y = 200 (y − x²)
        return torch.stack([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)], dim=-1)

    return Problem("Rosenbrock", value, gradient, _point(1, 1), 0.0)


def beale() -> Problem:
    r"""Flat plains and steep walls (Beale, 1958, Princeton technical report 25).

    .. math:: f(x, y) = \sum_{k=1}^{3} \left(c_k - x + x y^k\right)^2, \quad c = (1.5, 2.25, 2.625)

    The minimum is 0, at (3, 0.5).

    Returns
    -------
    Problem
        With its minimum at (3, 0.5).

    Examples
    --------
    >>> beale().value(torch.tensor([[3.0, 0.5], [0.0, 0.0]]))
    tensor([ 0.0000, 14.2031])
    """
    terms = [(1, 1.5), (2, 2.25), (3, 2.625)]

    def value(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # f = Σₖ (cₖ − x + x yᵏ)²
        return torch.stack([(c - x + x * y**k) ** 2 for k, c in terms]).sum(0)

    def gradient(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # ∂f/∂x = Σₖ 2 (cₖ − x + x yᵏ) (yᵏ − 1)
        over_x = [2 * (c - x + x * y**k) * (y**k - 1) for k, c in terms]
        # ∂f/∂y = Σₖ 2 (cₖ − x + x yᵏ) k x yᵏ⁻¹
        over_y = [2 * (c - x + x * y**k) * k * x * y ** (k - 1) for k, c in terms]
        return torch.stack([torch.stack(over_x).sum(0), torch.stack(over_y).sum(0)], dim=-1)

    return Problem("Beale", value, gradient, _point(3, 0.5), 0.0)


def saddle() -> Problem:
    r"""Saddle: the gradient is zero at (0, 0), but there is no minimum.

    .. math:: f(x, y) = x^2 - y^2

    Returns
    -------
    Problem
        With a ``saddle_point`` and no minimum.

    Examples
    --------
    >>> saddle().value(torch.tensor([[0.0, 0.0], [0.0, 3.0]]))
    tensor([ 0., -9.])
    >>> saddle().minimum is None
    True
    """

    def value(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # f = x² − y²
        return x**2 - y**2

    def gradient(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # ∇f = (2x, −2y)
        return torch.stack([2 * x, -2 * y], dim=-1)

    return Problem("saddle", value, gradient, None, None, saddle_point=_point(0, 0))


def two_weights() -> Problem:
    r"""The smallest network of two layers, a weight each, which is to answer 1 to 1.

    .. math:: f(u, v) = \tfrac12 (u v - 1)^2

    All points with u v = 1 are minima, of sharpness u² + v²: the flattest are ±(1, 1), with 2.

    Returns
    -------
    Problem
        With its minimum at (1, 1), one of many.

    Examples
    --------
    >>> two_weights().gradient(torch.tensor([2.0, 1.0]))
    tensor([1., 2.])
    """

    def value(points: torch.Tensor) -> torch.Tensor:
        u, v = coordinates(points)
        # f = ½ (u v − 1)²
        return (u * v - 1) ** 2 / 2

    def gradient(points: torch.Tensor) -> torch.Tensor:
        u, v = coordinates(points)
        error = u * v - 1
        # ∇f = (u v − 1) (v, u)
        return torch.stack([error * v, error * u], dim=-1)

    return Problem("two_weights", value, gradient, _point(1, 1), 0.0)


def grid(
    problem: Problem, x: tuple[float, float], y: tuple[float, float], points: int = 121
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Evaluate a problem on a grid, to draw its surface.

    Parameters
    ----------
    problem : Problem
        What to evaluate.
    x, y : tuple of two floats
        First and last value of the first and of the second parameter.
    points : int
        Number of values along each axis, from 2 to 2,000.

    Returns
    -------
    x, y : torch.Tensor
        The values along each axis, shape (points,), float64.
    values : torch.Tensor
        Shape (points, points): one row for each y, as ``Axes.contour`` expects.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or a pair is not in ascending order.

    Examples
    --------
    >>> grid(quadratic(condition=10), x=(0, 2), y=(0, 1), points=2)[2]
    tensor([[0., 2.],
            [5., 7.]], dtype=torch.float64)
    """
    check(problem)
    points = _validate.count("points", points, at_least=2, at_most=2000)
    xs = torch.linspace(*_limits("x", x), points, dtype=torch.float64, device="cpu")
    ys = torch.linspace(*_limits("y", y), points, dtype=torch.float64, device="cpu")
    at = torch.stack(torch.meshgrid(xs, ys, indexing="xy"), dim=-1)
    return xs, ys, _validate.tensor("problem.value(points)", problem.value(at), at.shape[:-1])


def check(problem: Any) -> None:
    """Raise a TypeError unless it is a `Problem`."""
    if not isinstance(problem, Problem):
        raise TypeError(f"problem must be one of helpers.problems, got {_validate.shown(problem)}")


def coordinates(points: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Split points into their first and second parameters.

    Parameters
    ----------
    points : torch.Tensor
        Shape (…, 2).

    Returns
    -------
    tuple of two torch.Tensor
        Each of shape (…), a view of ``points``.

    Raises
    ------
    TypeError, ValueError
        If ``points`` is not a tensor of floats, or its last axis does not have size 2.
    """
    points = _validate.tensor("points", points)
    if points.ndim == 0 or points.shape[-1] != 2:
        raise ValueError(f"points must have shape (…, 2), got {tuple(points.shape)}")
    return points.unbind(-1)


def _limits(name: str, pair: Any) -> tuple[float, float]:
    """Return the two limits of an axis, in ascending order."""
    limits = _validate.row(name, pair).tolist()
    if len(limits) != 2 or not limits[0] < limits[1]:
        raise ValueError(
            f"{name} must be two numbers in ascending order, got {_validate.shown(pair)}"
        )
    _validate.number(f"{name}[1] - {name}[0]", limits[1] - limits[0])
    return limits[0], limits[1]


def _point(x: float, y: float) -> torch.Tensor:
    return torch.tensor([x, y], dtype=torch.float64, device="cpu")
