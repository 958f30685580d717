"""Gradient descent with and without momentum: heavy ball, dampening, Nesterov."""

from typing import Any, NamedTuple

import torch

from helpers import _validate
from helpers._identity import by_identity
from helpers.optimizers.base import Number, Optimizer, add_scaled, add_weight_decay, build

__all__ = ["SGDState", "sgd"]


@by_identity
class SGDState(NamedTuple):
    """State of `sgd`.

    Attributes
    ----------
    momentum_buffer : torch.Tensor
        bₜ, the shape of params.
    started : torch.Tensor
        Whether the buffer has received a gradient: a bool, or one per run, shape (runs, 1, …).
    """

    momentum_buffer: torch.Tensor
    started: torch.Tensor


def sgd(
    lr: Number = 1e-3,
    momentum: Number = 0,
    dampening: Number = 0,
    weight_decay: Number = 0,
    nesterov: bool = False,
    *,
    maximize: bool = False,
) -> Optimizer:
    r"""Gradient descent with momentum, as ``torch.optim.SGD``.

    .. math::
        b_1 = g_1, \qquad b_t = \mu b_{t-1} + (1 - \tau) g_t, \qquad
        \theta_t = \theta_{t-1} - \gamma b_t

    With Nesterov's momentum :math:`\theta_t = \theta_{t-1} - \gamma (g_t + \mu b_t)`; without
    momentum :math:`\theta_t = \theta_{t-1} - \gamma g_t`, whatever the dampening.

    The first gradient is not dampened. There is no factor :math:`1 - \mu`: under a constant
    gradient the step grows to :math:`1 / (1 - \mu)` times the gradient. With Nesterov's momentum θ
    is the look-ahead point of the textbook form.

    Parameters
    ----------
    lr : float or torch.Tensor
        γ, at least 0. This and the next three: a number, or one value per run, shape (runs,).
    momentum : float or torch.Tensor
        μ, in [0, 1).
    dampening : float or torch.Tensor
        τ, in [0, 1].
    weight_decay : float or torch.Tensor
        λ, at least 0: adds λ θ to the gradient.
    nesterov : bool
        Nesterov's momentum, which requires ``momentum > 0`` and ``dampening == 0`` in every run.
    maximize : bool
        Ascend instead of descend.

    Returns
    -------
    Optimizer
        Its state is an `SGDState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or Nesterov's momentum lacks momentum or has dampening.

    References
    ----------
    Polyak (1964), doi:10.1016/0041-5553(64)90137-5; Nesterov (1983); Sutskever, Martens, Dahl and
    Hinton (2013), *On the importance of initialization and momentum in deep learning*, section 2.

    Examples
    --------
    >>> init, update = sgd(lr=0.1, momentum=0.5)
    >>> params = torch.tensor([0.0])
    >>> state = init(params)
    >>> for _ in range(3):
    ...     params, state = update(params, torch.tensor([1.0]), state)
    ...     print(f"{params.item():.3f}")
    -0.100
    -0.250
    -0.425
    """
    nesterov = _validate.flag("nesterov", nesterov)

    def init(params: torch.Tensor) -> SGDState:
        return SGDState(torch.zeros_like(params), params.new_zeros((), dtype=torch.bool))

    def step(
        params: torch.Tensor,
        gradient: torch.Tensor,
        state: SGDState,
        lr: Number,
        momentum: Number,
        dampening: Number,
        weight_decay: Number,
    ) -> tuple[torch.Tensor, SGDState]:
        buffer = state.momentum_buffer
        # Runs with and without momentum may be in one batch.
        has_momentum = torch.as_tensor(momentum != 0, device=params.device)
        # gₜ ← gₜ + λ θₜ₋₁
        gradient = add_weight_decay(gradient, weight_decay, params)
        # bₜ = μ bₜ₋₁ + (1 − τ) gₜ, but b₁ = g₁
        averaged = add_scaled(momentum * buffer, 1 - dampening, gradient)
        started = state.started.bool()  # torch loads it as a float
        averaged = torch.where(started, averaged, gradient)
        buffer = torch.where(has_momentum, averaged, buffer)
        # dₜ = gₜ + μ bₜ with Nesterov's momentum, else bₜ; without momentum gₜ
        direction = add_scaled(gradient, momentum, buffer) if nesterov else buffer
        direction = torch.where(has_momentum, direction, gradient)
        # θₜ = θₜ₋₁ − γ dₜ
        params = add_scaled(params, -lr, direction)
        return params, SGDState(buffer, started | has_momentum)

    def check(hyper: dict[str, Any]) -> None:
        if not nesterov:
            return
        if not torch.as_tensor(hyper["momentum"] > 0).all():
            raise ValueError(f"nesterov requires momentum above 0, got {hyper['momentum']}")
        if not torch.as_tensor(hyper["dampening"] == 0).all():
            raise ValueError(f"nesterov requires dampening 0, got {hyper['dampening']}")

    hyper = {
        "lr": lr,
        "momentum": momentum,
        "dampening": dampening,
        "weight_decay": weight_decay,
    }
    return build(SGDState, init, step, hyper, maximize, check)
