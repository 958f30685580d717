"""Adam and AdamW: rules that average the gradient and its square."""

from typing import NamedTuple

import torch

from helpers import _validate
from helpers._identity import by_identity
from helpers.optimizers.base import Number, Optimizer, add_weight_decay, build

__all__ = ["AdamState", "adam", "adamw"]


@by_identity
class AdamState(NamedTuple):
    """State of `adam` and `adamw`.

    Attributes
    ----------
    exp_avg, exp_avg_sq, max_exp_avg_sq : torch.Tensor
        mₜ, vₜ and max(v₁, …, vₜ), each the shape of params; the last is 0 unless ``amsgrad``.
    step : int
        Number of steps taken.
    """

    exp_avg: torch.Tensor
    exp_avg_sq: torch.Tensor
    max_exp_avg_sq: torch.Tensor
    step: int


def adam(
    lr: Number = 1e-3,
    betas: tuple[Number, Number] = (0.9, 0.999),
    eps: Number = 1e-8,
    weight_decay: Number = 0,
    amsgrad: bool = False,
    *,
    maximize: bool = False,
    decoupled_weight_decay: bool = False,
) -> Optimizer:
    r"""Adam, as ``torch.optim.Adam``.

    .. math::
        m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2

        \theta_t = \theta_{t-1} - \gamma \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}, \qquad
        \hat m_t = \frac{m_t}{1 - \beta_1^t}, \quad \hat v_t = \frac{v_t}{1 - \beta_2^t}

    Parameters
    ----------
    lr : float or torch.Tensor
        γ, at least 0. This and the next three: a number, or one value per run, shape (runs,).
    betas : tuple of two
        β₁ and β₂, the weights of the past, each in [0, 1).
    eps : float or torch.Tensor
        ε, at least 0, added to the root.
    weight_decay : float or torch.Tensor
        λ, at least 0: adds λ θ to the gradient, before the averages.
    amsgrad : bool
        Divide by the largest vₜ so far.
    maximize : bool
        Ascend instead of descend.
    decoupled_weight_decay : bool
        Multiply θ by 1 − γλ instead of adding λ θ to the gradient, as `adamw` does.

    Returns
    -------
    Optimizer
        Its state is an `AdamState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Kingma and Ba (2015), arXiv:1412.6980, algorithm 1; AMSGrad: Reddi, Kale and Kumar (2018),
    arXiv:1904.09237; decoupled weight decay: Loshchilov and Hutter (2019), arXiv:1711.05101.

    Examples
    --------
    The first step has the size of the learning rate, whatever the size of the gradient:

    >>> init, update = adam(lr=0.1)
    >>> params = torch.tensor([0.0, 0.0, 0.0])
    >>> update(params, torch.tensor([1e-4, -1.0, 1e4]), init(params))[0]
    tensor([-0.1000,  0.1000, -0.1000])
    """
    amsgrad = _validate.flag("amsgrad", amsgrad)
    decoupled = _validate.flag("decoupled_weight_decay", decoupled_weight_decay)

    def init(params: torch.Tensor) -> AdamState:
        zeros = torch.zeros_like(params)
        return AdamState(zeros, zeros, zeros, 0)

    def step(
        params: torch.Tensor,
        gradient: torch.Tensor,
        state: AdamState,
        lr: Number,
        betas: tuple[Number, Number],
        eps: Number,
        weight_decay: Number,
    ) -> tuple[torch.Tensor, AdamState]:
        (beta1, beta2), t = betas, state.step + 1
        if decoupled:
            # θₜ₋₁ ← (1 − γλ) θₜ₋₁
            params = params * (1 - lr * weight_decay)
        else:
            # gₜ ← gₜ + λ θₜ₋₁
            gradient = add_weight_decay(gradient, weight_decay, params)
        # mₜ = β₁ mₜ₋₁ + (1 − β₁) gₜ
        exp_avg = torch.lerp(state.exp_avg, gradient, 1 - beta1)
        # vₜ = β₂ vₜ₋₁ + (1 − β₂) gₜ²
        exp_avg_sq = torch.addcmul(beta2 * state.exp_avg_sq, (1 - beta2) * gradient, gradient)
        largest, second = state.max_exp_avg_sq, exp_avg_sq
        if amsgrad:
            # vₜ ← max(v₁, …, vₜ)
            largest = second = torch.maximum(largest, exp_avg_sq)
        # √v̂ₜ + ε,  v̂ₜ = vₜ / (1 − β₂ᵗ)
        denominator = second.sqrt() / (1 - beta2**t) ** 0.5 + eps
        # θₜ = θₜ₋₁ − γ m̂ₜ / (√v̂ₜ + ε),  m̂ₜ = mₜ / (1 − β₁ᵗ)
        params = params - lr / (1 - beta1**t) * exp_avg / denominator
        return params, AdamState(exp_avg, exp_avg_sq, largest, t)

    hyper = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
    return build(AdamState, init, step, hyper, maximize)


def adamw(
    lr: Number = 1e-3,
    betas: tuple[Number, Number] = (0.9, 0.999),
    eps: Number = 1e-8,
    weight_decay: Number = 1e-2,
    amsgrad: bool = False,
    *,
    maximize: bool = False,
) -> Optimizer:
    r"""AdamW, as ``torch.optim.AdamW``: `adam` with decoupled weight decay.

    The decay multiplies the parameters, :math:`\theta \leftarrow (1 - \gamma \lambda) \theta`. It
    is not part of the gradient, so the division by :math:`\sqrt{\hat v_t}` does not cancel it.

    Parameters
    ----------
    lr, betas, eps, weight_decay, amsgrad, maximize
        As in `adam`.

    Returns
    -------
    Optimizer
        Its state is an `AdamState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Loshchilov and Hutter (2019), arXiv:1711.05101, algorithm 2.

    Examples
    --------
    With a gradient of 0, Adam moves 1 and 100 by the same −0.1, and AdamW each by one per cent:

    >>> params, gradient = torch.tensor([1.0, 100.0]), torch.zeros(2)
    >>> for rule in adam(lr=0.1, weight_decay=0.1), adamw(lr=0.1, weight_decay=0.1):
    ...     print(rule.update(params, gradient, rule.init(params))[0])
    tensor([ 0.9000, 99.9000])
    tensor([ 0.9900, 99.0000])
    """
    return adam(
        lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True
    )
