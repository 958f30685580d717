"""The sharpness of a loss: its largest curvature, the largest eigenvalue of the Hessian.

A loss here is a function from parameters of shape (runs, parameters) to losses of shape (runs,), in
which a run's loss depends on its own row alone.

>>> import torch
>>> from helpers import curvature
>>> def bowl(theta):
...     return (theta**2 @ torch.tensor([3.0, 1.0])) / 2
>>> value, direction = curvature.sharpness(bowl, torch.ones(1, 2))
>>> round(value.item(), 4)
3.0
"""

from collections.abc import Callable

import torch

from helpers import _validate

__all__ = ["Loss", "sharpness"]

Loss = Callable[[torch.Tensor], torch.Tensor]


def sharpness(
    loss: Loss,
    theta: torch.Tensor,
    *,
    scale: torch.Tensor | None = None,
    start: torch.Tensor | None = None,
    rounds: int = 500,
    rel: float = 1e-6,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the largest eigenvalue of the Hessian and its direction, by power iteration.

    Power iteration finds the eigenvalue of largest size. Where that is negative, a second one on
    the Hessian moved up by it finds the largest.

    Parameters
    ----------
    loss : callable
        From (runs, parameters) to (runs,).
    theta : torch.Tensor
        Shape (runs, parameters).
    scale : torch.Tensor, optional
        Shape (runs, parameters), positive: D in D H D, instead of H. For Adam, D² is 1 over what it
        divides by.
    start : torch.Tensor, optional
        Shape (runs, parameters): directions to begin with, such as those found a few steps before.
    rounds : int
        At most so many products.
    rel : float
        Ends once no run's value changes by more than this share.

    Returns
    -------
    value, direction : torch.Tensor
        Shapes (runs,) and (runs, parameters), of length 1. NaN where theta is not finite.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Pearlmutter, *Fast exact multiplication by the Hessian*, 1994, doi:10.1162/neco.1994.6.1.147.
    """
    rounds = _validate.count("rounds", rounds)
    rel = _validate.number("rel", rel, "[0, inf)")
    if theta.ndim != 2:
        raise ValueError(f"theta must be of shape (runs, parameters), got {tuple(theta.shape)}")
    if start is None:
        random = torch.Generator().manual_seed(0)
        start = torch.randn(theta.shape[1], generator=random, dtype=theta.dtype).expand_as(theta)

    # The graph of the gradient is made once; each product is then one pass backward through it:
    # H v = ∇(∇f · v). Runs do not mix, so that the gradient of the sum is that of each.
    at = theta.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(at).sum(), at, create_graph=True)

    def multiply(v: torch.Tensor) -> torch.Tensor:
        scaled = v if scale is None else scale * v
        (product,) = torch.autograd.grad(gradient, at, scaled, retain_graph=True)
        return product if scale is None else scale * product

    value, direction = _iterate(multiply, start, rounds, rel)
    if (value < 0).any():
        shift = value.clamp(max=0)[:, None]
        # A start at right angles to the lowest direction
        again = start - (start * direction).sum(1, keepdim=True) * direction
        raised, up = _iterate(lambda v: multiply(v) - shift * v, again, rounds, rel)
        value = torch.where(value < 0, raised + shift[:, 0], value)
        direction = torch.where(shift < 0, up, direction)
    return value, direction


def _iterate(
    multiply: Callable[[torch.Tensor], torch.Tensor], v: torch.Tensor, rounds: int, rel: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Multiply and normalise, until the Rayleigh quotient stands still."""
    before = v.new_full(v.shape[:1], torch.inf)
    for _ in range(rounds):
        v = v / v.norm(dim=1, keepdim=True)
        product = multiply(v)
        # vᵀ H v, with v of length 1
        value = (v * product).sum(1)
        if not ((value - before).abs() > rel * value.abs()).any():  # NaN stands still
            break
        before, v = value, product
    return value, v / v.norm(dim=1, keepdim=True)
