"""Classic surfaces over two parameters, in closed form."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from helpers import _check

__all__ = ["Problem", "beale", "coordinates", "quadratic", "rosenbrock", "saddle"]

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


def quadratic(condition: float = 100.0) -> Problem:
    r"""Quadratic bowl, ``condition`` times as steep along the second parameter.

    .. math:: f(x, y) = \tfrac12 (x^2 + \kappa y^2)

    Gradient descent converges on it for learning rates below 2 / κ.

    Parameters
    ----------
    condition : float
        κ, the ratio of the curvatures, above 0.

    Raises
    ------
    TypeError, ValueError
        If ``condition`` is no number above 0.

    Examples
    --------
    >>> bowl = quadratic(condition=100.0)
    >>> bowl.gradient(torch.tensor([[2.0, 1.0], [0.0, 0.0]]))
    tensor([[  2., 100.],
            [  0.,   0.]])
    """
    condition = _check.number("condition", condition, "(0, inf)")

    def value(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # f = ½ (x² + κ y²)
        return (x**2 + condition * y**2) / 2

    def gradient(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # ∇f = (x, κ y)
        return torch.stack([x, condition * y], dim=-1)

    return Problem("quadratic", value, gradient, _point(0, 0), 0.0)


def rosenbrock() -> Problem:
    r"""Rosenbrock's curved valley, doi:10.1093/comjnl/3.3.175.

    .. math:: f(x, y) = (1 - x)^2 + 100 (y - x^2)^2

    Its minimum is 0, at (1, 1).

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

    Examples
    --------
    >>> beale().value(torch.tensor([[3.0, 0.5], [0.0, 0.0]]))
    tensor([ 0.0000, 14.2031])
    """
    terms = [(1, 1.5), (2, 2.25), (3, 2.625)]

    def value(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # f = Σₖ (cₖ − x + x yᵏ)²
        return sum((c - x + x * y**k) ** 2 for k, c in terms)

    def gradient(points: torch.Tensor) -> torch.Tensor:
        x, y = coordinates(points)
        # ∂f/∂x = Σₖ 2 (cₖ − x + x yᵏ) (yᵏ − 1)
        over_x = sum(2 * (c - x + x * y**k) * (y**k - 1) for k, c in terms)
        # ∂f/∂y = Σₖ 2 (cₖ − x + x yᵏ) k x yᵏ⁻¹
        over_y = sum(2 * (c - x + x * y**k) * k * x * y ** (k - 1) for k, c in terms)
        return torch.stack([over_x, over_y], dim=-1)

    return Problem("Beale", value, gradient, _point(3, 0.5), 0.0)


def saddle() -> Problem:
    r"""Horse saddle: the gradient is zero at (0, 0), yet there is no minimum.

    .. math:: f(x, y) = x^2 - y^2

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


def coordinates(points: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Both parameters of each point: from shape (…, 2) to two tensors of shape (…).

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
