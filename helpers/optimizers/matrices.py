"""Muon: momentum for matrices, orthogonalised."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from helpers import _validate
from helpers._identity import by_identity
from helpers.optimizers.base import Number, Optimizer, add_scaled, build

__all__ = ["QUINTIC", "MuonState", "muon", "orthogonalize"]

QUINTIC = (3.4445, -4.7750, 2.0315)
"""a, b and c of Jordan's iteration, as in torch: steep at 0, and near 1 only roughly."""

RATES = ("original", "match_rms_adamw")
MOST_STEPS = 99  # as in torch


@by_identity
class MuonState(NamedTuple):
    """State of `muon`.

    Attributes
    ----------
    momentum_buffer : torch.Tensor
        mₜ, the shape of params.
    """

    momentum_buffer: torch.Tensor


def orthogonalize(
    matrix: torch.Tensor,
    steps: int = 5,
    coefficients: tuple[float, float, float] = QUINTIC,
    eps: float = 1e-7,
) -> torch.Tensor:
    r"""Bring all singular values of a matrix near 1, and leave its singular vectors as they are.

    Newton–Schulz: with the Frobenius norm of the matrix brought to 1, each step is

    .. math::
        X \leftarrow a X + b (X X^\top) X + c (X X^\top)^2 X

    which makes of each singular value σ the value :math:`a \sigma + b \sigma^3 + c \sigma^5`.

    Parameters
    ----------
    matrix : torch.Tensor
        Shape (…, rows, columns). It is computed with in its own dtype, where ``torch.optim.Muon``
        rounds to bfloat16 (8 binary digits).
    steps : int
        How often, from 0 to 99.
    coefficients : tuple of three float
        a, b and c. With (15/8, −10/8, 3/8) all singular values tend to 1, but small ones slowly.
    eps : float
        The least norm to divide by, at least 0.

    Returns
    -------
    torch.Tensor
        Same shape.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or ``matrix`` has fewer than two axes.

    References
    ----------
    Jordan and others (2024), *Muon*, https://kellerjordan.github.io/posts/muon/; Bernstein and
    Newhouse (2024), arXiv:2409.20325.

    Examples
    --------
    >>> orthogonalize(torch.tensor([[0.0, 3.0], [-0.3, 0.0]]), 15, (15 / 8, -10 / 8, 3 / 8))
    tensor([[ 0.0000,  1.0000],
            [-1.0000,  0.0000]])
    """
    if _validate.tensor("matrix", matrix).ndim < 2:
        raise ValueError(f"matrix must have rows and columns, got shape {tuple(matrix.shape)}")
    numbers = _check(coefficients, "coefficients", steps, "steps")
    eps = _validate.representable("eps", _validate.number("eps", eps, "[0, inf)"), matrix, "matrix")
    return _iterate(matrix, steps, numbers, eps)


def _iterate(
    matrix: torch.Tensor, steps: int, coefficients: Sequence[float], eps: Number
) -> torch.Tensor:
    a, b, c = coefficients
    is_tall = matrix.shape[-2] > matrix.shape[-1]
    x = matrix.mT if is_tall else matrix  # so that X Xᵀ is the smaller of the two squares
    if not x.numel():
        return matrix
    # No singular value is above the Frobenius norm, ‖X‖. Of numbers near 1 its squares neither
    # overflow nor vanish.
    largest = x.abs().amax((-2, -1), keepdim=True).double()
    largest = largest.where(largest > 0, 1)
    x = x / largest.to(x.dtype)
    norm = torch.linalg.matrix_norm(x, keepdim=True, dtype=torch.float64)
    least = torch.as_tensor(eps, dtype=torch.float64, device=x.device) / largest
    x = x / norm.maximum(least).to(x.dtype)
    for _ in range(steps):
        # X ← a X + (b A + c A²) X,  A = X Xᵀ
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if is_tall else x


def muon(
    lr: Number = 1e-3,
    weight_decay: Number = 0.1,
    momentum: Number = 0.95,
    nesterov: bool = True,
    ns_coefficients: tuple[float, float, float] = QUINTIC,
    eps: Number = 1e-7,
    ns_steps: int = 5,
    adjust_lr_fn: str = "original",
) -> Optimizer:
    r"""Muon, as ``torch.optim.Muon``, but with all digits of the parameters' dtype.

    .. math::
        m_t = \mu m_{t-1} + (1 - \mu) g_t, \qquad
        d_t = \mu m_t + (1 - \mu) g_t, \qquad
        \theta_t = (1 - \gamma \lambda) \theta_{t-1} - \gamma s \, O(d_t)

    O is `orthogonalize`; without Nesterov's momentum :math:`d_t = m_t`. The factor s is
    :math:`\sqrt{\max(1, \text{rows} / \text{columns})}`, or, to make steps about as large as
    AdamW's, :math:`0.2 \sqrt{\max(\text{rows}, \text{columns})}`.

    Parameters
    ----------
    lr : float or torch.Tensor
        γ, at least 0. This, the next two and eps: a number, or one value per run, shape (runs,).
    weight_decay : float or torch.Tensor
        λ, at least 0: multiplies θ by 1 − γλ, as in `adamw`.
    momentum : float or torch.Tensor
        μ, in [0, 1).
    nesterov : bool
        Nesterov's momentum.
    ns_coefficients, eps, ns_steps
        Of `orthogonalize`.
    adjust_lr_fn : {"original", "match_rms_adamw"}
        Which s.

    Returns
    -------
    Optimizer
        For params of shape (…, rows, columns); its state is a `MuonState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or params are no matrices.

    References
    ----------
    Jordan and others (2024), *Muon*, https://kellerjordan.github.io/posts/muon/; the second s: Liu
    and others (2025), *Muon is scalable for LLM training*, arXiv:2502.16982, section 2.2.

    Examples
    --------
    A gradient that is large along one direction moves the parameters along all:

    >>> init, update = muon(lr=0.1, ns_steps=20, ns_coefficients=(15 / 8, -10 / 8, 3 / 8))
    >>> params = torch.zeros(2, 2)
    >>> update(params, torch.diag(torch.tensor([100.0, 1.0])), init(params))[0]
    tensor([[-0.1000,  0.0000],
            [ 0.0000, -0.1000]])
    """
    nesterov = _validate.flag("nesterov", nesterov)
    _validate.choice("adjust_lr_fn", adjust_lr_fn, RATES)
    coefficients = _check(ns_coefficients, "ns_coefficients", ns_steps, "ns_steps")

    def init(params: torch.Tensor) -> MuonState:
        if params.ndim < 2:
            raise ValueError(f"params must be matrices, got shape {tuple(params.shape)}")
        return MuonState(torch.zeros_like(params))

    def step(
        params: torch.Tensor,
        gradient: torch.Tensor,
        state: MuonState,
        lr: Number,
        weight_decay: Number,
        momentum: Number,
        eps: Number,
    ) -> tuple[torch.Tensor, MuonState]:
        # mₜ = μ mₜ₋₁ + (1 − μ) gₜ
        buffer = torch.lerp(state.momentum_buffer, gradient, _weight(1 - momentum, params))
        # dₜ = μ mₜ + (1 − μ) gₜ with Nesterov's momentum, else mₜ
        direction = torch.lerp(gradient, buffer, _weight(momentum, params)) if nesterov else buffer
        rows, columns = params.shape[-2:]
        scale = max(1, rows / columns) ** 0.5
        if adjust_lr_fn == "match_rms_adamw":
            scale = 0.2 * max(rows, columns) ** 0.5
        # θₜ = (1 − γλ) θₜ₋₁ − γ s O(dₜ)
        step = _iterate(direction, ns_steps, coefficients, eps)
        params = add_scaled((1 - lr * weight_decay) * params, -lr * scale, step)
        return params, MuonState(buffer)

    hyper: dict[str, Any] = {
        "lr": lr,
        "weight_decay": weight_decay,
        "momentum": momentum,
        "eps": eps,
    }
    return build(MuonState, init, step, hyper)


def _check(coefficients: Any, name: str, steps: Any, steps_name: str) -> list[float]:
    """Return the three coefficients; raise an error unless they and the steps are in range."""
    _validate.count(steps_name, steps, at_least=0, at_most=MOST_STEPS)
    numbers = _validate.row(name, coefficients).tolist()
    if len(numbers) != 3:
        raise ValueError(f"{name} must be three numbers, got {_validate.shown(coefficients)}")
    return numbers


def _weight(weight: Number, params: torch.Tensor) -> torch.Tensor:
    return torch.as_tensor(weight, dtype=params.dtype, device=params.device)
