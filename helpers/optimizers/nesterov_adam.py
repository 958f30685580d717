"""NAdam: Adam with Nesterov's momentum."""

from typing import NamedTuple

import torch

from helpers import _validate
from helpers._identity import by_identity
from helpers.optimizers.base import Number, Optimizer, add_weight_decay, build

__all__ = ["NAdamState", "nadam"]


@by_identity
class NAdamState(NamedTuple):
    """State of `nadam`.

    Attributes
    ----------
    exp_avg, exp_avg_sq : torch.Tensor
        mₜ and vₜ, each the shape of params.
    mu_product : float or torch.Tensor
        μ₁ μ₂ … μₜ: a number, or one per run, shape (runs, 1, …).
    step : int
        Number of steps taken.
    """

    exp_avg: torch.Tensor
    exp_avg_sq: torch.Tensor
    mu_product: Number
    step: int


def nadam(
    lr: Number = 2e-3,
    betas: tuple[Number, Number] = (0.9, 0.999),
    eps: Number = 1e-8,
    weight_decay: Number = 0,
    momentum_decay: Number = 4e-3,
    decoupled_weight_decay: bool = False,
    *,
    maximize: bool = False,
) -> Optimizer:
    r"""NAdam, as ``torch.optim.NAdam``: Adam with Nesterov's momentum.

    .. math::
        \mu_t = \beta_1 \left(1 - \tfrac12\, 0.96^{t \psi}\right), \qquad
        \hat m_t = \frac{\mu_{t+1} m_t}{1 - \prod_{i=1}^{t+1} \mu_i}
        + \frac{(1 - \mu_t) g_t}{1 - \prod_{i=1}^{t} \mu_i}

    with mₜ, v̂ₜ and the step as in `adam`. Torch computes the product of the μ in the default dtype:
    unless that is float64, its NAdam is precise to seven digits only.

    Parameters
    ----------
    lr, betas, eps, weight_decay
        As in `adam`.
    momentum_decay : float or torch.Tensor
        ψ, at least 0: how fast the momentum rises. A number, or one value per run.
    decoupled_weight_decay, maximize
        As in `adam`.

    Returns
    -------
    Optimizer
        Its state is an `NAdamState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Dozat (2016), *Incorporating Nesterov momentum into Adam*, ICLR workshop, algorithm 2.

    Examples
    --------
    >>> init, update = nadam(lr=0.1)
    >>> params = torch.tensor([0.0])
    >>> update(params, torch.tensor([2.0]), init(params))[0]
    tensor([-0.1056])
    """
    decoupled = _validate.flag("decoupled_weight_decay", decoupled_weight_decay)

    def init(params: torch.Tensor) -> NAdamState:
        zeros = torch.zeros_like(params)
        return NAdamState(zeros, zeros, 1.0, 0)

    def step(
        params: torch.Tensor,
        gradient: torch.Tensor,
        state: NAdamState,
        lr: Number,
        betas: tuple[Number, Number],
        eps: Number,
        weight_decay: Number,
        momentum_decay: Number,
    ) -> tuple[torch.Tensor, NAdamState]:
        (beta1, beta2), t = betas, state.step + 1
        if decoupled:
            # θₜ₋₁ ← (1 − γλ) θₜ₋₁
            params = params * (1 - lr * weight_decay)
        else:
            # gₜ ← gₜ + λ θₜ₋₁
            gradient = add_weight_decay(gradient, weight_decay, params)
        # μₜ = β₁ (1 − ½ 0.96^(t ψ))
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
        # Πₜ = μ₁ μ₂ … μₜ
        mu_product = state.mu_product * mu
        # mₜ = β₁ mₜ₋₁ + (1 − β₁) gₜ
        exp_avg = torch.lerp(state.exp_avg, gradient, 1 - beta1)
        # vₜ = β₂ vₜ₋₁ + (1 − β₂) gₜ²
        exp_avg_sq = torch.addcmul(beta2 * state.exp_avg_sq, (1 - beta2) * gradient, gradient)
        # √v̂ₜ + ε,  v̂ₜ = vₜ / (1 − β₂ᵗ)
        denominator = (exp_avg_sq / (1 - beta2**t)).sqrt() + eps
        # θₜ = θₜ₋₁ − γ m̂ₜ / (√v̂ₜ + ε),  m̂ₜ = (1 − μₜ) gₜ / (1 − Πₜ) + μₜ₊₁ mₜ / (1 − Πₜ₊₁)
        now = lr * (1 - mu) / (1 - mu_product)
        ahead = lr * mu_next / (1 - mu_product * mu_next)
        params = params - now * gradient / denominator - ahead * exp_avg / denominator
        return params, NAdamState(exp_avg, exp_avg_sq, mu_product, t)

    hyper = {
        "lr": lr,
        "betas": betas,
        "eps": eps,
        "weight_decay": weight_decay,
        "momentum_decay": momentum_decay,
    }
    return build(NAdamState, init, step, hyper, maximize)
