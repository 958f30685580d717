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

    Power iteration finds the eigenvalue of largest size. Where that is negative, or another of the
    other sign is as large, a second one on the Hessian moved up by it finds the largest.

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
    _validate.function("loss", loss, "from parameters to a loss for each run")
    rounds = _validate.count("rounds", rounds)
    rel = _validate.number("rel", rel, "[0, inf)")
    if _validate.tensor("theta", theta).ndim != 2 or not theta.numel():
        raise ValueError(f"theta must be of shape (runs, parameters), got {tuple(theta.shape)}")
    if scale is not None:
        scale = _validate.tensor("scale", scale, theta.shape).detach()
        if (scale <= 0).any():
            raise ValueError(f"scale must be positive, got {scale.min()} among it")
    if start is None:
        random = torch.Generator().manual_seed(0)
        start = torch.randn(theta.shape[1:], generator=random, dtype=theta.dtype, device="cpu")
        start = start.to(theta.device).expand_as(theta)
    elif not _validate.tensor("start", start, theta.shape).any(dim=1).all():
        raise ValueError("start must have a direction for each run, got a row of zeros")

    with torch.inference_mode(False), torch.enable_grad():
        # The graph of the gradient is made once; each product is then one pass backward through
        # it: H v = ∇(∇f · v). Runs do not mix, so that the gradient of the sum is that of each.
        at = theta.detach().clone().requires_grad_()
        losses = _validate.tensor("loss(theta)", loss(at), theta.shape[:1])
        if not losses.requires_grad:
            raise ValueError("loss must compute with theta in torch, got a result without gradient")
        gradient = _gradient(losses, at, torch.ones_like(losses), create_graph=True)

    def multiply(v: torch.Tensor) -> torch.Tensor:
        scaled = v if scale is None else scale * v
        product = _gradient(gradient, at, scaled, retain_graph=True)
        return product if scale is None else scale * product

    value, size, direction = _iterate(multiply, start.detach(), rounds, rel)
    # Between directions of both signs, too, vᵀ H v stands still, but far below ‖H v‖.
    is_mixed = value < max(0.0, 1 - 10 * rel) * size
    if is_mixed.any():
        shift = torch.where(is_mixed, size, 0)[:, None]
        raised, _, up = _iterate(lambda v: multiply(v) + shift * v, start.detach(), rounds, rel)
        value = torch.where(is_mixed, raised - size, value)
        direction = torch.where(is_mixed[:, None], up, direction)
    return value, direction


def _gradient(
    outputs: torch.Tensor, at: torch.Tensor, weights: torch.Tensor, **options: bool
) -> torch.Tensor:
    """Return the gradient of the weighted sum of outputs: 0 where they do not depend on ``at``."""
    if not outputs.requires_grad:  # such as the gradient of a linear loss
        return torch.zeros_like(at)
    (found,) = torch.autograd.grad(
        outputs, at, weights.to(outputs), materialize_grads=True, **options
    )
    return found


def _iterate(
    multiply: Callable[[torch.Tensor], torch.Tensor], v: torch.Tensor, rounds: int, rel: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Multiply and normalise, until vᵀ H v stands still; return it, the size of H v, and v."""
    before = v.new_full(v.shape[:1], torch.inf)
    v = _normalise(v)
    for _ in range(rounds):
        product = multiply(v)
        # vᵀ H v, with v of length 1
        value = (v * product).sum(1)
        if not ((value - before).abs() > rel * value.abs()).any():  # NaN stands still
            break
        # A product of 0 has no direction.
        before, v = value, torch.where(product.any(1, keepdim=True), _normalise(product), v)
    return value, product.norm(dim=1), v


def _normalise(v: torch.Tensor) -> torch.Tensor:
    size = v.norm(dim=1, keepdim=True)
    return torch.where(size == 0, v, v / size)
