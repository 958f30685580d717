"""Rate and momentum that swing between two bounds (Smith, 2017, arXiv:1506.01186)."""

import numpy as np

from helpers import _validate

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
    r"""Rate that climbs and falls in triangles, as `torch.optim.lr_scheduler.CyclicLR` gives it.

    .. math:: \eta_t = \eta_{base} + (\eta_{max} - \eta_{base}) \, h_t \, s_t

    where h is a triangle of height 1: up in ``step_size_up`` steps, down in ``step_size_down``.
    The mode says how s shrinks it: "triangular" not at all, "triangular2" to half from each cycle
    to the next, "exp_range" to :math:`\gamma^t`, step by step and not once a cycle. So with
    "exp_range" the rate may never reach ``max_lr``.

    Parameters
    ----------
    base_lr : float
        The lowest rate, at least 0. Torch overwrites the optimizer's own with it.
    max_lr : float
        The highest rate of the first cycle, at least ``base_lr``.
    steps : int
        How many rates to return, at least 1.
    step_size_up : int
        How many steps a climb takes, at least 1.
    step_size_down : int, optional
        How many steps a fall takes, at least 1; as many as a climb if not given.
    mode : {"triangular", "triangular2", "exp_range"}
        How the triangles shrink.
    gamma : float
        The factor γ a step of "exp_range", in (0, 1].

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each step.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range, or ``mode`` is another.

    See Also
    --------
    cyclic_momentum : what torch does to the momentum meanwhile, unless ``cycle_momentum=False``.

    Examples
    --------
    >>> cyclic_lr(base_lr=0.1, max_lr=0.5, steps=7, step_size_up=2, mode="triangular2")
    array([0.1, 0.3, 0.5, 0.3, 0.1, 0.2, 0.3])
    """
    base_lr = _validate.number("base_lr", base_lr, "[0, inf)")
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
    r"""Momentum that torch's ``CyclicLR`` sets: low where the rate is high.

    .. math:: \mu_t = \mu_{max} - (\mu_{max} - \mu_{base}) \, h_t \, s_t

    with the triangle h and the scale s of `cyclic_lr`. Of Adam and its kind torch sets β₁ so.

    Parameters
    ----------
    steps, step_size_up, step_size_down, mode, gamma
        As for `cyclic_lr`.
    base_momentum : float
        The lowest momentum, in [0, 1).
    max_momentum : float
        The highest, from ``base_momentum`` to below 1.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the momentum in force in each step.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range, or ``mode`` is another.

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
    """Height of the scaled triangle, hₜ sₜ, from 0 to 1."""
    step = np.arange(_validate.count("steps", steps))
    up = _validate.count("step_size_up", step_size_up)
    down = up if step_size_down is None else _validate.count("step_size_down", step_size_down)
    mode = _validate.choice("mode", mode, ["triangular", "triangular2", "exp_range"])
    gamma = _validate.number("gamma", gamma, "(0, 1]")
    cycle, since = np.divmod(step, up + down)  # cycles before this one, and steps within it
    # hₜ rises by 1 / up a step, then falls by 1 / down
    triangle = np.minimum(since / up, (up + down - since) / down)
    if mode == "triangular2":
        return triangle * 0.5**cycle
    if mode == "exp_range":
        return triangle * gamma**step
    return triangle
