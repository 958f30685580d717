"""Schedule-free SGD and AdamW: gradients at one point, answers at the average of another's path."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from helpers import _validate
from helpers._identity import by_identity
from helpers.optimizers.base import Number, Optimizer, add_weight_decay, build

__all__ = ["ScheduleFreeState", "schedule_free_adamw", "schedule_free_sgd"]


@by_identity
class ScheduleFreeState(NamedTuple):
    """State of `schedule_free_sgd` and `schedule_free_adamw`.

    Attributes
    ----------
    average : torch.Tensor
        xₜ, the shape of params: **the answer**, to be evaluated and kept.
    z : torch.Tensor
        zₜ, the shape of params, which takes the steps.
    exp_avg_sq : torch.Tensor
        vₜ, the shape of params; 0 for SGD.
    lr_max, weight_sum : torch.Tensor
        The largest rate so far, and the sum of its squares: a number each, or one per run.
    step : int
        Number of steps taken.
    """

    average: torch.Tensor
    z: torch.Tensor
    exp_avg_sq: torch.Tensor
    lr_max: torch.Tensor
    weight_sum: torch.Tensor
    step: int


Normalise = Callable[[torch.Tensor, ScheduleFreeState, Number], tuple[torch.Tensor, torch.Tensor]]


def schedule_free_sgd(
    lr: Number = 1.0, momentum: Number = 0.9, weight_decay: Number = 0
) -> Optimizer:
    r"""Schedule-free SGD, as ``SGDScheduleFree`` of the package schedulefree.

    .. math::
        z_t = z_{t-1} - \gamma g_t, \qquad
        x_t = (1 - c_t) x_{t-1} + c_t z_t, \qquad
        y_t = (1 - \beta) z_t + \beta x_t

    ``params`` are y, where gradients are computed; the answer is x, the state's ``average``. At a
    constant rate :math:`c_t = 1/t`, and x is the mean of all z; in general
    :math:`c_t = \gamma_{\max}^2 / \sum \gamma_{\max}^2`, so that a warm-up counts less.

    Parameters
    ----------
    lr : float or torch.Tensor
        γ, at least 0. This and the next two: a number, or one value per run, shape (runs,).
    momentum : float or torch.Tensor
        β, in [0, 1): how near y is to the average.
    weight_decay : float or torch.Tensor
        λ, at least 0: adds λ y to the gradient.

    Returns
    -------
    Optimizer
        Its state is a `ScheduleFreeState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Defazio and others (2024), *The road less scheduled*, arXiv:2405.15682.

    Examples
    --------
    >>> init, update = schedule_free_sgd(lr=0.5)
    >>> params = torch.tensor([0.0])
    >>> state = init(params)
    >>> for _ in range(2):
    ...     params, state = update(params, torch.tensor([1.0]), state)
    >>> state.z, state.average  # the mean of −0.5 and −1
    (tensor([-1.]), tensor([-0.7500]))
    """

    def normalise(
        gradient: torch.Tensor, state: ScheduleFreeState, beta2: Number
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return gradient, state.exp_avg_sq

    hyper = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
    return _schedule_free(normalise, hyper)


def schedule_free_adamw(
    lr: Number = 2.5e-3,
    betas: tuple[Number, Number] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: Number = 0,
) -> Optimizer:
    r"""Schedule-free AdamW, as ``AdamWScheduleFree`` of the package schedulefree.

    `schedule_free_sgd` with each gradient divided by Adam's :math:`\sqrt{\hat v_t} + \epsilon`
    before the weight decay is added; :math:`\beta_1` takes the place of momentum.

    Parameters
    ----------
    lr : float or torch.Tensor
        γ, at least 0. This, the next and the last: a number, or one value per run, shape (runs,).
    betas : tuple of two
        β₁, how near y is to the average, and β₂ of `adam`, each in [0, 1).
    eps : float
        ε, at least 0, added to the root.
    weight_decay : float or torch.Tensor
        λ, at least 0: adds λ y to the divided gradient.

    Returns
    -------
    Optimizer
        Its state is a `ScheduleFreeState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Defazio and others (2024), *The road less scheduled*, arXiv:2405.15682, algorithm 1.

    Examples
    --------
    >>> init, update = schedule_free_adamw(lr=0.1)
    >>> params = torch.tensor([0.0, 0.0])
    >>> update(params, torch.tensor([1e-4, -1e4]), init(params))[0]
    tensor([-0.1000,  0.1000])
    """
    eps = _validate.number("eps", eps, "[0, inf)")

    def normalise(
        gradient: torch.Tensor, state: ScheduleFreeState, beta2: Number
    ) -> tuple[torch.Tensor, torch.Tensor]:
        # vₜ = β₂ vₜ₋₁ + (1 − β₂) gₜ²
        exp_avg_sq = beta2 * state.exp_avg_sq + (1 - beta2) * gradient.square()
        # gₜ ← gₜ / (√v̂ₜ + ε),  v̂ₜ = vₜ / (1 − β₂ᵗ)
        root = (exp_avg_sq / (1 - beta2 ** (state.step + 1))).sqrt()
        return gradient / (root + eps), exp_avg_sq

    return _schedule_free(normalise, {"lr": lr, "betas": betas, "weight_decay": weight_decay})


def _schedule_free(normalise: Normalise, hyper: dict[str, Any]) -> Optimizer:
    """Make the rule, whose ``normalise`` returns the direction of the step, and vₜ."""

    def init(params: torch.Tensor) -> ScheduleFreeState:
        zero, nothing = torch.zeros_like(params), params.new_zeros((), dtype=torch.float64)
        start = params.detach().clone()
        return ScheduleFreeState(start, start, zero, nothing, nothing, 0)

    def step(
        params: torch.Tensor,
        gradient: torch.Tensor,
        state: ScheduleFreeState,
        lr: Number,
        weight_decay: Number,
        betas: tuple[Number, Number] | None = None,
        momentum: Number = 0,
    ) -> tuple[torch.Tensor, ScheduleFreeState]:
        beta, beta2 = betas or (momentum, 0)
        direction, exp_avg_sq = normalise(gradient, state, beta2)
        # gₜ ← gₜ + λ yₜ₋₁
        direction = add_weight_decay(direction, weight_decay, params)
        # cₜ = γ² / Σ γ², with the largest rates so far, and 0 while all were 0
        rate = torch.as_tensor(lr, dtype=torch.float64, device=params.device)
        lr_max = torch.maximum(state.lr_max, rate)
        weight_sum = state.weight_sum + lr_max**2
        share = (lr_max**2 / weight_sum).nan_to_num(nan=0.0).to(params.dtype)
        # zₜ = zₜ₋₁ − γ gₜ
        z = state.z - lr * direction
        # xₜ = (1 − cₜ) xₜ₋₁ + cₜ zₜ
        average = torch.lerp(state.average, z, share)
        # yₜ = (1 − β) zₜ + β xₜ
        params = (1 - beta) * z + beta * average
        return params, ScheduleFreeState(average, z, exp_avg_sq, lr_max, weight_sum, state.step + 1)

    return build(ScheduleFreeState, init, step, hyper)
