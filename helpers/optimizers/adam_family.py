"""Rules that average both the gradient and its square: Adam and AdamW."""

from typing import NamedTuple

import torch

from helpers import _validate
from helpers.optimizers.base import Number, Optimizer, build, decayed

__all__ = ["AdamState", "adam", "adamw"]


class AdamState(NamedTuple):
    """State of `adam` and `adamw`.

    Attributes
    ----------
    exp_avg, exp_avg_sq, max_exp_avg_sq : torch.Tensor
        mₜ, vₜ and the largest vₜ so far (0 unless ``amsgrad``), each the shape of params.
    step : int
        Steps taken.
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
    bias_correction: bool = True,
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
        γ, at least 0. This and the next three: a number, or one value a run, shape (runs,).
    betas : tuple of two
        β₁ and β₂, the weights of the past, each in [0, 1).
    eps : float or torch.Tensor
        ε, at least 0, outside the root.
    weight_decay : float or torch.Tensor
        λ, at least 0: adds λ θ to the gradient, before the averages.
    amsgrad : bool
        Divide by the largest vₜ so far.
    maximize : bool
        Climb instead of descend.
    decoupled_weight_decay : bool
        Shrink θ by the factor 1 − γλ instead of adding λ θ to the gradient: `adamw`.
    bias_correction : bool
        With False, mₜ and vₜ take the place of m̂ₜ and v̂ₜ, to show what the correction is for.
        torch has no such switch.

    Returns
    -------
    Optimizer
        Its state is an `AdamState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number in its interval.

    References
    ----------
    Kingma and Ba (2015), arXiv:1412.6980, algorithm 1; AMSGrad: Reddi, Kale and Kumar (2018),
    arXiv:1904.09237; decoupled weight decay: Loshchilov and Hutter (2019), arXiv:1711.05101.

    Examples
    --------
    The first step is the learning rate, whatever the gradient's size:

    >>> init, update = adam(lr=0.1)
    >>> params = torch.tensor([0.0, 0.0, 0.0])
    >>> update(params, torch.tensor([1e-4, -1.0, 1e4]), init(params))[0]
    tensor([-0.1000,  0.1000, -0.1000])
    """
    amsgrad = _validate.flag("amsgrad", amsgrad)
    decoupled = _validate.flag("decoupled_weight_decay", decoupled_weight_decay)
    bias_correction = _validate.flag("bias_correction", bias_correction)

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
        params, gradient = decayed(params, gradient, lr, weight_decay, decoupled)
        # mₜ = β₁ mₜ₋₁ + (1 − β₁) gₜ
        exp_avg = torch.lerp(state.exp_avg, gradient, 1 - beta1)
        # vₜ = β₂ vₜ₋₁ + (1 − β₂) gₜ²
        exp_avg_sq = torch.addcmul(beta2 * state.exp_avg_sq, (1 - beta2) * gradient, gradient)
        largest, second = state.max_exp_avg_sq, exp_avg_sq
        if amsgrad:
            # vₜ ← max(v₁, …, vₜ)
            largest = second = torch.maximum(largest, exp_avg_sq)
        # m̂ₜ = mₜ / c₁ with c₁ = 1 − β₁ᵗ,  v̂ₜ = vₜ / c₂ with c₂ = 1 − β₂ᵗ
        correction1, correction2 = (1 - beta1**t, 1 - beta2**t) if bias_correction else (1, 1)
        # √v̂ₜ + ε = √vₜ / √c₂ + ε
        denominator = second.sqrt() / correction2**0.5 + eps
        # θₜ = θₜ₋₁ − γ m̂ₜ / (√v̂ₜ + ε)
        params = params - lr / correction1 * exp_avg / denominator
        return params, AdamState(exp_avg, exp_avg_sq, largest, t)

    hyper = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
    return build(init, step, hyper, maximize)


def adamw(
    lr: Number = 1e-3,
    betas: tuple[Number, Number] = (0.9, 0.999),
    eps: Number = 1e-8,
    weight_decay: Number = 1e-2,
    amsgrad: bool = False,
    *,
    maximize: bool = False,
) -> Optimizer:
    r"""AdamW, as ``torch.optim.AdamW``: `adam` with its weight decay decoupled.

    The decay acts on the parameters, :math:`\theta \leftarrow (1 - \gamma \lambda) \theta`, not on
    the gradient, so that the division by :math:`\sqrt{\hat v_t}` does not undo it.

    Parameters
    ----------
    lr, betas, eps, weight_decay, amsgrad, maximize
        As for `adam`.

    Returns
    -------
    Optimizer
        Its state is an `AdamState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number in its interval.

    References
    ----------
    Loshchilov and Hutter (2019), arXiv:1711.05101, algorithm 2.

    Examples
    --------
    Without a gradient, Adam moves 1 and 100 by the same −0.1; AdamW takes one per cent of each:

    >>> params, gradient = torch.tensor([1.0, 100.0]), torch.zeros(2)
    >>> for rule in adam(lr=0.1, weight_decay=0.1), adamw(lr=0.1, weight_decay=0.1):
    ...     print(rule.update(params, gradient, rule.init(params))[0])
    tensor([ 0.9000, 99.9000])
    tensor([ 0.9900, 99.0000])
    """
    return adam(
        lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True
    )
