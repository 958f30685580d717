"""Classic surfaces over two parameters, in closed form."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

from helpers import _validate

__all__ = ["Problem", "beale", "coordinates", "grid", "quadratic", "rosenbrock", "saddle"]

Function = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Problem:
    """A function of two parameters.

    Attributes
    ----------
    name : str
        What it is called.
    value : callable
        From points, shape (…, 2), to values, shape (…), in the points' dtype and on their device.
    gradient : callable
        From points, shape (…, 2), to gradients, shape (…, 2). Both raise a TypeError for what is no
        tensor of real numbers, and a ValueError for another last axis than 2.
    minimum : torch.Tensor or None
        Where the global minimum lies, shape (2,), float64; None where there is none.
    minimum_value : float or None
        The value there.
    saddle_point : torch.Tensor or None
        Where the gradient is zero though it is no minimum, shape (2,), if that is the point of it.
    """

    name: str
    value: Function
    gradient: Function
    minimum: torch.Tensor | None
    minimum_value: float | None
    saddle_point: torch.Tensor | None = None


def quadratic(condition: float = 100.0, angle: float = 0.0) -> Problem:
    r"""Bowl that is ``condition`` times as steep along one axis as along the other.

    .. math:: f(x, y) = \tfrac12 (u^2 + \kappa v^2), \qquad
        u = x \cos\varphi + y \sin\varphi, \quad v = y \cos\varphi - x \sin\varphi

    Its minimum is 0, at (0, 0). Descent without momentum diverges above lr = 2 / max(1, κ).

    Parameters
    ----------
    condition : float
        κ, the condition number of the Hessian where it is at least 1. Above 0.
    angle : float
        φ, by which the bowl's axes are turned against those of x and y, in degrees.

    Returns
    -------
    Problem
        With its minimum at (0, 0).

    Raises
    ------
    TypeError, ValueError
        If ``condition`` is no number above 0, or ``angle`` no number.

    Examples
    --------
    >>> bowl = quadratic(condition=100.0)
    >>> bowl.gradient(torch.tensor([[2.0, 1.0], [0.0, 0.0]]))
    tensor([[  2., 100.],
            [  0.,   0.]])
    """
    condition = _validate.number("condition", condition, "(0, inf)")
    angle = math.radians(_validate.number("angle", angle))
    cosine, sine = math.cos(angle), math.sin(angle)

    def turned(points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x, y = coordinates(points)
        # u = x cos φ + y sin φ,  v = y cos φ − x sin φ
        return x * cosine + y * sine, y * cosine - x * sine

    def value(points: torch.Tensor) -> torch.Tensor:
        u, v = turned(points)
        # f = ½ (u² + κ v²)
        return (u**2 + condition * v**2) / 2

    def gradient(points: torch.Tensor) -> torch.Tensor:
        u, v = turned(points)
        # ∇f = (u cos φ − κ v sin φ, u sin φ + κ v cos φ)
        return torch.stack(
            [u * cosine - condition * v * sine, u * sine + condition * v * cosine], dim=-1
        )

    return Problem("quadratic", value, gradient, _point(0, 0), 0.0)


def rosenbrock() -> Problem:
    r"""Rosenbrock's curved valley, doi:10.1093/comjnl/3.3.175.

    .. math:: f(x, y) = (1 - x)^2 + 100 (y - x^2)^2

    Its minimum is 0, at (1, 1).

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
    r"""Beale's function: flat plains, steep walls (Beale, 1958, Princeton technical report 25).

    .. math:: f(x, y) = \sum_{k=1}^{3} \left(c_k - x + x y^k\right)^2, \quad c = (1.5, 2.25, 2.625)

    Its minimum is 0, at (3, 0.5).

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
        return sum(((c - x + x * y**k) ** 2 for k, c in terms), torch.zeros_like(x))

    def gradient(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # ∂f/∂x = Σₖ 2 (cₖ − x + x yᵏ) (yᵏ − 1)
        over_x = [2 * (c - x + x * y**k) * (y**k - 1) for k, c in terms]
        # ∂f/∂y = Σₖ 2 (cₖ − x + x yᵏ) k x yᵏ⁻¹
        over_y = [2 * (c - x + x * y**k) * k * x * y ** (k - 1) for k, c in terms]
        zero = torch.zeros_like(x)
        return torch.stack([sum(over_x, zero), sum(over_y, zero)], dim=-1)

    return Problem("Beale", value, gradient, _point(3, 0.5), 0.0)


def saddle() -> Problem:
    r"""Horse saddle: the gradient is zero at (0, 0), yet there is no minimum.

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


def grid(
    problem: Problem, x: tuple[float, float], y: tuple[float, float], points: int = 121
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Values of a surface on a grid, to draw it.

    Parameters
    ----------
    problem : Problem
        The surface.
    x, y : tuple of two floats
        From where to where, along the first parameter and along the second.
    points : int
        How many along each, at least 2.

    Returns
    -------
    x, y : torch.Tensor
        Shape (points,), float64.
    values : torch.Tensor
        Shape (points, points), rows along y, as `matplotlib.axes.Axes.contour` wants them.

    Raises
    ------
    TypeError, ValueError
        If ``points`` is no number of at least 2, or a range does not ascend.

    Examples
    --------
    >>> grid(quadratic(condition=10), x=(0, 2), y=(0, 1), points=2)[2]
    tensor([[0., 2.],
            [5., 7.]], dtype=torch.float64)
    """
    points = _validate.count("points", points, at_least=2)
    ranges = []
    for name, (low, high) in (("x", x), ("y", y)):
        if not low < high:
            raise ValueError(f"{name} must ascend, got ({low}, {high})")
        ranges.append(torch.linspace(low, high, points, dtype=torch.float64))
    columns, rows = torch.meshgrid(*ranges, indexing="xy")
    return ranges[0], ranges[1], problem.value(torch.stack([columns, rows], dim=-1))


def coordinates(points: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Take the points' two parameters apart.

    Parameters
    ----------
    points : torch.Tensor
        Shape (…, 2).

    Returns
    -------
    x : torch.Tensor
        Shape (…), a view of ``points``.
    y : torch.Tensor
        Another.

    Raises
    ------
    TypeError, ValueError
        If ``points`` is no tensor of real numbers, or its last axis is not 2 long.
    """
    if not isinstance(points, torch.Tensor) or not points.is_floating_point():
        raise TypeError(f"points must be a tensor of real numbers, got {points!r}")
    if points.ndim == 0 or points.shape[-1] != 2:
        raise ValueError(f"points must have shape (…, 2), got {tuple(points.shape)}")
    return points.unbind(-1)


def _point(x: float, y: float) -> torch.Tensor:
    return torch.tensor([x, y], dtype=torch.float64)
