"""Lion: a rule that moves each parameter by the sign of an average alone."""

from typing import NamedTuple

import torch

from helpers._identity import by_identity
from helpers.optimizers.base import Number, Optimizer, build

__all__ = ["LionState", "lion"]


@by_identity
class LionState(NamedTuple):
    """State of `lion`.

    Attributes
    ----------
    exp_avg : torch.Tensor
        mₜ, the shape of params.
    """

    exp_avg: torch.Tensor


def lion(
    lr: Number = 1e-4,
    betas: tuple[Number, Number] = (0.9, 0.99),
    weight_decay: Number = 0,
    *,
    maximize: bool = False,
) -> Optimizer:
    r"""Lion, as ``Lion`` of the package lion-pytorch.

    .. math::
        c_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        \theta_t = (1 - \gamma \lambda) \theta_{t-1} - \gamma \operatorname{sign}(c_t), \qquad
        m_t = \beta_2 m_{t-1} + (1 - \beta_2) g_t

    Each parameter moves by the learning rate, however large its gradient is. With
    ``betas=(0, 0)`` this is sign descent, :math:`\theta_t = \theta_{t-1} - \gamma
    \operatorname{sign}(g_t)`, or signSGD (Bernstein and others, 2018, arXiv:1802.04434).

    Parameters
    ----------
    lr : float or torch.Tensor
        γ, at least 0. This and the next two: a number, or one value per run, shape (runs,).
    betas : tuple of two
        β₁ and β₂, each in [0, 1): the weight of the past in the step, and in what is remembered.
    weight_decay : float or torch.Tensor
        λ, at least 0: multiplies θ by 1 − γλ, as in `adamw`.
    maximize : bool
        Ascend instead of descend.

    Returns
    -------
    Optimizer
        Its state is a `LionState`: one average, where Adam has two.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Chen and others (2023), *Symbolic discovery of optimization algorithms*, arXiv:2302.06675,
    algorithm 2.

    Examples
    --------
    >>> init, update = lion(lr=0.1)
    >>> params = torch.tensor([0.0, 0.0, 0.0])
    >>> update(params, torch.tensor([1e-4, -1.0, 1e4]), init(params))[0]
    tensor([-0.1000,  0.1000, -0.1000])
    """

    def init(params: torch.Tensor) -> LionState:
        return LionState(torch.zeros_like(params))

    def step(
        params: torch.Tensor,
        gradient: torch.Tensor,
        state: LionState,
        lr: Number,
        betas: tuple[Number, Number],
        weight_decay: Number,
    ) -> tuple[torch.Tensor, LionState]:
        beta1, beta2 = betas
        # cₜ = β₁ mₜ₋₁ + (1 − β₁) gₜ
        direction = beta1 * state.exp_avg + (1 - beta1) * gradient
        # θₜ = (1 − γλ) θₜ₋₁ − γ sign(cₜ)
        params = (1 - lr * weight_decay) * params - lr * direction.sign()
        # mₜ = β₂ mₜ₋₁ + (1 − β₂) gₜ
        return params, LionState(beta2 * state.exp_avg + (1 - beta2) * gradient)

    hyper = {"lr": lr, "betas": betas, "weight_decay": weight_decay}
    return build(LionState, init, step, hyper, maximize)
