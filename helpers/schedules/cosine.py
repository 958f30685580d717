"""Rates that fall along half a cosine: once, or again and again (Loshchilov and Hutter, 2017)."""

import math

import numpy as np

from helpers import _validate
from helpers.schedules._row import finite_row

__all__ = ["cosine_annealing_lr", "cosine_annealing_warm_restarts"]


def cosine_annealing_lr(
    lr: float,
    T_max: int,  # noqa: N803 (torch's name)
    steps: int,
    eta_min: float = 0.0,
) -> np.ndarray:
    r"""Half a cosine down, and up again: `torch.optim.lr_scheduler.CosineAnnealingLR`.

    .. math:: \eta_t = \eta_{\min}
        + \frac{\eta_0 - \eta_{\min}}{2} \left(1 + \cos\frac{\pi t}{T_{\max}}\right)

    It does not restart. After ``T_max`` it climbs, and at 2 ``T_max`` it is back at ``lr``.
    The cosine of SGDR (Loshchilov and Hutter, 2017, arXiv:1608.03983, equation 5).

    Parameters
    ----------
    lr : float
        The optimizer's rate η₀, at least 0.
    T_max : int
        At which step the rate is lowest, at least 1.
    steps : int
        How many rates to return, at least 1.
    eta_min : float
        The lowest rate, in [0, lr].

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each step.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range.

    Notes
    -----
    Torch multiplies its way from one step to the next. Its rounding adds up after the minimum: with
    ``T_max`` of some thousands it is off this formula by up to 1e-11 of ``lr``.

    Examples
    --------
    >>> cosine_annealing_lr(lr=1.0, T_max=2, steps=5)
    array([1. , 0.5, 0. , 0.5, 1. ])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    t_max = _validate.count("T_max", T_max)
    eta_min = _validate.number("eta_min", eta_min, f"[0, {lr}]")
    step = np.arange(_validate.count("steps", steps))
    # ηₜ = η_min + (η₀ − η_min) (1 + cos(π t / T_max)) / 2
    return eta_min + (lr - eta_min) * (1 + np.cos(np.pi * step / t_max)) / 2


def cosine_annealing_warm_restarts(
    lr: float,
    T_0: int,  # noqa: N803 (torch's name)
    steps: int | None = None,
    T_mult: int = 1,  # noqa: N803 (torch's name)
    eta_min: float = 0.0,
    *,
    epochs: np.ndarray | None = None,
) -> np.ndarray:
    r"""SGDR: half a cosine down, then a restart: torch's ``CosineAnnealingWarmRestarts``.

    .. math:: \eta_t = \eta_{\min}
        + \frac{\eta_0 - \eta_{\min}}{2} \left(1 + \cos\frac{\pi T_{cur}}{T_i}\right)

    After n restarts the cycle lasts :math:`T_i = T_0 T_{mult}^n`, and :math:`T_{cur}` is the time
    since the last restart (Loshchilov and Hutter, 2017, arXiv:1608.03983, section 3).

    Parameters
    ----------
    lr : float
        The optimizer's rate η₀, at least 0.
    T_0 : int
        Length of the first cycle, at least 1.
    steps : int, optional
        How many rates to return, at least 1, with plain ``scheduler.step()``, which counts calls.
    T_mult : int
        How many times as long each cycle is as the one before, at least 1.
    eta_min : float
        The lowest rate, in [0, lr], which the cycle nears but does not reach.
    epochs : array_like, optional
        Instead of ``steps``. Shape (n,): the rates that ``scheduler.step(epoch)`` sets, at least 0,
        whole or not. Mini-batch i of ``iters`` in an epoch is at ``epoch + i / iters``.

    Returns
    -------
    numpy.ndarray
        Shape (steps,) or (n,): the rate in force in each step, or at each of ``epochs``.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range, or not just one of ``steps`` and ``epochs`` is given.

    Notes
    -----
    Torch's ``step(epoch)`` counts the restarts with a logarithm that can round down: with
    ``T_mult=3`` the rate at epoch 121 ``T_0`` is ``eta_min``, where the fifth restart is due. So
    it is here with ``epochs``, for the sake of equality. Torch's ``step()`` restarts on time.

    Examples
    --------
    >>> cosine_annealing_warm_restarts(lr=1.0, T_0=2, steps=6, T_mult=2).round(3)
    array([1.   , 0.5  , 1.   , 0.854, 0.5  , 0.146])
    >>> cosine_annealing_warm_restarts(lr=1.0, T_0=1, epochs=[0, 0.5, 1, 1.5])
    array([1. , 0.5, 1. , 0.5])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    t_0 = _validate.count("T_0", T_0)
    t_mult = _validate.count("T_mult", T_mult)
    eta_min = _validate.number("eta_min", eta_min, f"[0, {lr}]")
    if (steps is None) == (epochs is None):
        raise ValueError(f"give either steps or epochs, got steps={steps!r}, epochs={epochs!r}")
    if epochs is None:
        time = np.arange(_validate.count("steps", steps), dtype=float)
    else:
        time = finite_row("epochs", epochs)
        if (time < 0).any():
            raise ValueError(f"epochs must not be negative, got {time.min()} among them")
    if t_mult == 1:
        t_i: float | np.ndarray = t_0
        t_cur = time % t_0
    else:
        # n = ⌊log(1 + (T_mult − 1) t / T₀)⌋ to the base T_mult
        n = np.array([int(math.log(t / t_0 * (t_mult - 1) + 1, t_mult)) for t in time])
        # Tᵢ = T₀ T_multⁿ, and the cycles before it add up to T₀ (T_multⁿ − 1) / (T_mult − 1)
        t_i = t_0 * float(t_mult) ** n
        t_cur = time - (t_i - t_0) / (t_mult - 1)
    if epochs is None:
        t_cur = np.where(t_cur < t_i, t_cur, 0.0)  # counted in whole steps, no restart is late
    # ηₜ = η_min + (η₀ − η_min) (1 + cos(π T_cur / Tᵢ)) / 2
    return eta_min + (lr - eta_min) * (1 + np.cos(np.pi * t_cur / t_i)) / 2
