"""Rules that divide each gradient by the size of the past ones: AdaGrad and RMSProp."""

from typing import NamedTuple

import torch

from helpers import _validate
from helpers._identity import by_identity
from helpers.optimizers.base import (
    Number,
    Optimizer,
    add_scaled,
    add_weight_decay,
    build,
)

__all__ = ["AdagradState", "RMSpropState", "adagrad", "rmsprop"]


@by_identity
class AdagradState(NamedTuple):
    """State of `adagrad`.

    Attributes
    ----------
    sum : torch.Tensor
        sₜ, the sum of squared gradients, the shape of params.
    step : int
        Number of steps taken.
    """

    sum: torch.Tensor
    step: int


@by_identity
class RMSpropState(NamedTuple):
    """State of `rmsprop`.

    Attributes
    ----------
    square_avg, grad_avg, momentum_buffer : torch.Tensor
        vₜ, mₜ and bₜ, each the shape of params; mₜ is 0 unless ``centered``.
    step : int
        Number of steps taken.
    """

    square_avg: torch.Tensor
    grad_avg: torch.Tensor
    momentum_buffer: torch.Tensor
    step: int


def adagrad(
    lr: Number = 1e-2,
    lr_decay: Number = 0,
    weight_decay: Number = 0,
    initial_accumulator_value: float = 0,
    eps: Number = 1e-10,
    *,
    maximize: bool = False,
) -> Optimizer:
    r"""AdaGrad, as ``torch.optim.Adagrad``: the rate of each parameter falls with its gradients.

    .. math::
        s_t = s_{t-1} + g_t^2, \qquad
        \theta_t = \theta_{t-1} - \frac{\gamma}{1 + (t - 1) \eta} \frac{g_t}{\sqrt{s_t} + \epsilon}

    Parameters
    ----------
    lr : float or torch.Tensor
        γ, at least 0. A number, or one value per run, shape (runs,); so are the next two and eps.
    lr_decay : float or torch.Tensor
        η, at least 0.
    weight_decay : float or torch.Tensor
        λ, at least 0: adds λ θ to the gradient.
    initial_accumulator_value : float
        s₀, at least 0.
    eps : float or torch.Tensor
        ε, at least 0, added to the root.
    maximize : bool
        Ascend instead of descend.

    Returns
    -------
    Optimizer
        Its state is an `AdagradState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Duchi, Hazan and Singer (2011), *Adaptive subgradient methods*, JMLR 12, 2121–2159.

    Examples
    --------
    Under a constant gradient of any size the steps fall as 1/√t:

    >>> init, update = adagrad(lr=1.0)
    >>> params = torch.tensor([0.0, 0.0])
    >>> state = init(params)
    >>> for _ in range(2):
    ...     params, state = update(params, torch.tensor([3.0, 300.0]), state)
    >>> params
    tensor([-1.7071, -1.7071])
    """
    name = "initial_accumulator_value"
    initial = _validate.number(name, initial_accumulator_value, "[0, inf)")

    def init(params: torch.Tensor) -> AdagradState:
        start = _validate.representable(name, initial, params)
        return AdagradState(torch.full_like(params, start), 0)

    def step(
        params: torch.Tensor,
        gradient: torch.Tensor,
        state: AdagradState,
        lr: Number,
        lr_decay: Number,
        weight_decay: Number,
        eps: Number,
    ) -> tuple[torch.Tensor, AdagradState]:
        t = state.step + 1
        # gₜ ← gₜ + λ θₜ₋₁
        gradient = add_weight_decay(gradient, weight_decay, params)
        # sₜ = sₜ₋₁ + gₜ²
        total = torch.addcmul(state.sum, gradient, gradient)
        # γₜ = γ / (1 + (t − 1) η)
        rate = lr / (1 + (t - 1) * lr_decay)
        # θₜ = θₜ₋₁ − γₜ gₜ / (√sₜ + ε)
        return params - rate * gradient / (total.sqrt() + eps), AdagradState(total, t)

    hyper = {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps}
    return build(AdagradState, init, step, hyper, maximize)


def rmsprop(
    lr: Number = 1e-2,
    alpha: Number = 0.99,
    eps: Number = 1e-8,
    weight_decay: Number = 0,
    momentum: Number = 0,
    centered: bool = False,
    *,
    maximize: bool = False,
) -> Optimizer:
    r"""RMSProp, as ``torch.optim.RMSprop``: AdaGrad with an average that forgets.

    .. math::
        v_t = \alpha v_{t-1} + (1 - \alpha) g_t^2, \qquad
        b_t = \mu b_{t-1} + \frac{g_t}{\sqrt{v_t} + \epsilon}, \qquad
        \theta_t = \theta_{t-1} - \gamma b_t

    Centered, it divides by an estimate of the standard deviation: under the root is
    :math:`v_t - m_t^2` with :math:`m_t = \alpha m_{t-1} + (1 - \alpha) g_t`. Under a gradient that
    is constant for long this difference is a rounding error, and its root may be NaN, as in torch.

    Parameters
    ----------
    lr : float or torch.Tensor
        γ, at least 0. This and the next four: a number, or one value per run, shape (runs,).
    alpha : float or torch.Tensor
        α, the weight of the past, in [0, 1). Adam calls it β₂.
    eps : float or torch.Tensor
        ε, at least 0, added to the root.
    weight_decay : float or torch.Tensor
        λ, at least 0: adds λ θ to the gradient.
    momentum : float or torch.Tensor
        μ, in [0, 1).
    centered : bool
        Divide by the standard deviation.
    maximize : bool
        Ascend instead of descend.

    Returns
    -------
    Optimizer
        Its state is an `RMSpropState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Tieleman and Hinton (2012), *Neural networks for machine learning*, lecture 6.5; centered:
    Graves (2013), arXiv:1308.0850, section 4.2.

    Examples
    --------
    >>> init, update = rmsprop(lr=0.1, alpha=0.75)
    >>> params = torch.tensor([0.0, 0.0])
    >>> update(params, torch.tensor([3.0, 300.0]), init(params))[0]  # √(1 − α) = ½
    tensor([-0.2000, -0.2000])
    """
    centered = _validate.flag("centered", centered)

    def init(params: torch.Tensor) -> RMSpropState:
        zeros = torch.zeros_like(params)
        return RMSpropState(zeros, zeros, zeros, 0)

    def step(
        params: torch.Tensor,
        gradient: torch.Tensor,
        state: RMSpropState,
        lr: Number,
        alpha: Number,
        eps: Number,
        weight_decay: Number,
        momentum: Number,
    ) -> tuple[torch.Tensor, RMSpropState]:
        _, grad_avg, buffer, t = state
        # gₜ ← gₜ + λ θₜ₋₁
        gradient = add_weight_decay(gradient, weight_decay, params)
        # vₜ = α vₜ₋₁ + (1 − α) gₜ²
        square_avg = torch.addcmul(alpha * state.square_avg, (1 - alpha) * gradient, gradient)
        variance = square_avg
        if centered:
            # mₜ = α mₜ₋₁ + (1 − α) gₜ
            grad_avg = torch.lerp(grad_avg, gradient, 1 - alpha)
            # σₜ² = vₜ − mₜ²
            variance = torch.addcmul(square_avg, grad_avg, grad_avg, value=-1)
        scale = variance.sqrt() + eps
        # bₜ = μ bₜ₋₁ + gₜ / (σₜ + ε)
        averaged = momentum * buffer + gradient / scale
        # θₜ = θₜ₋₁ − γ bₜ. Without momentum that is θₜ₋₁ − γ gₜ / (σₜ + ε), which torch rounds
        # differently; runs with and without momentum may be in one batch.
        has_momentum = torch.as_tensor(momentum != 0, device=params.device)
        params = torch.where(
            has_momentum, add_scaled(params, -lr, averaged), params - lr * gradient / scale
        )
        buffer = torch.where(has_momentum, averaged, buffer)
        return params, RMSpropState(square_avg, grad_avg, buffer, t + 1)

    hyper = {
        "lr": lr,
        "alpha": alpha,
        "eps": eps,
        "weight_decay": weight_decay,
        "momentum": momentum,
    }
    return build(RMSpropState, init, step, hyper, maximize)
