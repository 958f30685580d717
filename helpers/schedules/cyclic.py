"""Cyclical learning rates and momentum (Smith, 2017, arXiv:1506.01186)."""

import numpy as np

from helpers import _validate
from helpers.schedules._arguments import RATE, step_numbers

__all__ = ["cyclic_lr", "cyclic_momentum"]


def cyclic_lr(
    base_lr: float,
    max_lr: float,
    steps: int,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: str = "triangular",
    gamma: float = 1.0,
) -> np.ndarray:
    r"""Learning rate that rises and falls linearly, as in ``torch.optim.lr_scheduler.CyclicLR``.

    .. math:: \eta_t = \eta_{base} + (\eta_{max} - \eta_{base}) \, h_t \, s_t

    The triangle h rises from 0 to 1 in ``step_size_up`` steps and falls to 0 in ``step_size_down``.
    Its scale s is 1 with mode "triangular"; it is halved after each cycle with "triangular2"; with
    "exp_range" it is :math:`\gamma^t`, so that the rate may never reach ``max_lr``.

    Parameters
    ----------
    base_lr : float
        Lowest learning rate, at least 0. Torch sets the optimizer's own rate to it.
    max_lr : float
        Highest learning rate of the first cycle, at least ``base_lr``.
    steps : int
        Number of rates to return, at least 1.
    step_size_up : int
        Number of steps of a rise, at least 1.
    step_size_down : int, optional
        Number of steps of a fall, at least 1; by default ``step_size_up``.
    mode : {"triangular", "triangular2", "exp_range"}
        How the scale changes.
    gamma : float
        Factor γ per step with "exp_range", in (0, 1].

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each step.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    See Also
    --------
    cyclic_momentum : The momentum, which torch changes too unless ``cycle_momentum=False``.

    Examples
    --------
    >>> cyclic_lr(base_lr=0.1, max_lr=0.5, steps=7, step_size_up=2, mode="triangular2")
    array([0.1, 0.3, 0.5, 0.3, 0.1, 0.2, 0.3])
    """
    base_lr = _validate.number("base_lr", base_lr, RATE)
    max_lr = _validate.number("max_lr", max_lr, f"[{base_lr}, inf)")
    height = _height(steps, step_size_up, step_size_down, mode, gamma)
    # ηₜ = η_base + (η_max − η_base) hₜ sₜ
    return base_lr + (max_lr - base_lr) * height


def cyclic_momentum(
    steps: int,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: str = "triangular",
    gamma: float = 1.0,
    base_momentum: float = 0.8,
    max_momentum: float = 0.9,
) -> np.ndarray:
    r"""Momentum that torch's ``CyclicLR`` sets: low while the learning rate is high.

    .. math:: \mu_t = \mu_{max} - (\mu_{max} - \mu_{base}) \, h_t \, s_t

    with h and s as in `cyclic_lr`. In optimizers such as Adam torch sets β₁ to it.

    Parameters
    ----------
    steps, step_size_up, step_size_down, mode, gamma
        As in `cyclic_lr`.
    base_momentum : float
        Lowest momentum, in [0, 1).
    max_momentum : float
        Highest momentum, in [base_momentum, 1).

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the momentum of each step.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Examples
    --------
    >>> cyclic_momentum(steps=5, step_size_up=2)
    array([0.9 , 0.85, 0.8 , 0.85, 0.9 ])
    """
    base_momentum = _validate.number("base_momentum", base_momentum, "[0, 1)")
    max_momentum = _validate.number("max_momentum", max_momentum, f"[{base_momentum}, 1)")
    height = _height(steps, step_size_up, step_size_down, mode, gamma)
    # μₜ = μ_max − (μ_max − μ_base) hₜ sₜ
    return max_momentum - (max_momentum - base_momentum) * height


def _height(
    steps: int, step_size_up: int, step_size_down: int | None, mode: str, gamma: float
) -> np.ndarray:
    """Return the height of the scaled triangle, hₜ sₜ, in [0, 1]."""
    step = step_numbers(steps)
    up = _validate.count("step_size_up", step_size_up)
    down = up if step_size_down is None else _validate.count("step_size_down", step_size_down)
    mode = _validate.choice("mode", mode, ["triangular", "triangular2", "exp_range"])
    gamma = _validate.number("gamma", gamma, "(0, 1]")
    cycle, since = np.divmod(step, up + down)  # cycles completed, and steps since then
    # hₜ rises by 1 / up per step, then falls by 1 / down
    triangle = np.minimum(since / up, (up + down - since) / down)
    if mode == "triangular2":
        return triangle * 0.5**cycle
    if mode == "exp_range":
        return triangle * gamma**step
    return triangle
