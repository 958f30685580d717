"""Cosine annealing, without and with restarts (Loshchilov and Hutter, 2017, arXiv:1608.03983)."""

import math

import numpy as np

from helpers import _validate
from helpers.schedules._arguments import RATE, step_numbers

__all__ = ["cosine_annealing_lr", "cosine_annealing_warm_restarts"]


def cosine_annealing_lr(
    lr: float,
    T_max: int,  # noqa: N803 (torch's name)
    steps: int,
    eta_min: float = 0.0,
) -> np.ndarray:
    r"""Learning rate that follows a cosine, as in ``torch.optim.lr_scheduler.CosineAnnealingLR``.

    .. math:: \eta_t = \eta_{\min}
        + \frac{\eta_0 - \eta_{\min}}{2} \left(1 + \cos\frac{\pi t}{T_{\max}}\right)

    There is no restart: after ``T_max`` the rate rises again, and at 2 ``T_max`` it is ``lr``.

    Parameters
    ----------
    lr : float
        Initial learning rate η₀, at least 0.
    T_max : int
        Step at which the rate is lowest, at least 1.
    steps : int
        Number of rates to return, at least 1.
    eta_min : float
        Lowest rate, in [0, lr].

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each step.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    Torch computes each rate from the one before. After the minimum its rounding errors add up: with
    ``T_max`` of some thousands it differs from this formula by up to 1e-11 of ``lr``.

    Examples
    --------
    >>> cosine_annealing_lr(lr=1.0, T_max=2, steps=5)
    array([1. , 0.5, 0. , 0.5, 1. ])
    """
    lr = _validate.number("lr", lr, RATE)
    t_max = _validate.count("T_max", T_max)
    eta_min = _validate.number("eta_min", eta_min, f"[0, {lr}]")
    return _cosine(lr, eta_min, step_numbers(steps) / t_max)


def cosine_annealing_warm_restarts(
    lr: float,
    T_0: int,  # noqa: N803 (torch's name)
    steps: int | None = None,
    T_mult: int = 1,  # noqa: N803 (torch's name)
    eta_min: float = 0.0,
    *,
    epochs: np.ndarray | None = None,
) -> np.ndarray:
    r"""SGDR: half a cosine, then a restart, as in torch's ``CosineAnnealingWarmRestarts``.

    .. math:: \eta_t = \eta_{\min}
        + \frac{\eta_0 - \eta_{\min}}{2} \left(1 + \cos\frac{\pi T_{cur}}{T_i}\right)

    After n restarts a cycle has the length :math:`T_i = T_0 T_{mult}^n`, and :math:`T_{cur}` is the
    time since the last restart.

    Parameters
    ----------
    lr : float
        Initial learning rate η₀, at least 0.
    T_0 : int
        Length of the first cycle, at least 1.
    steps : int, optional
        Number of rates to return, at least 1, where ``scheduler.step()`` counts its calls.
    T_mult : int
        Ratio of the lengths of a cycle and the one before, at least 1.
    eta_min : float
        Lower bound of the rate, in [0, lr].
    epochs : array_like, optional
        Instead of ``steps``: shape (n,), the times, at least 0, that ``scheduler.step(epoch)`` is
        called with. They may be fractions, such as ``epoch + i / iters`` for mini-batch i.

    Returns
    -------
    numpy.ndarray
        Shape (steps,) or (n,): the learning rate of each step, or at each of ``epochs``.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or both or neither of ``steps`` and ``epochs`` are given.

    Notes
    -----
    Torch's ``step(epoch)`` computes n with a logarithm, which rounding may make too small: with
    ``T_mult=3`` the rate at epoch 121 ``T_0`` is ``eta_min``, although the fifth restart is due.
    With ``epochs`` this function does the same. Torch's ``step()`` restarts on time.

    Examples
    --------
    >>> cosine_annealing_warm_restarts(lr=1.0, T_0=2, steps=6, T_mult=2).round(3)
    array([1.   , 0.5  , 1.   , 0.854, 0.5  , 0.146])
    >>> cosine_annealing_warm_restarts(lr=1.0, T_0=1, epochs=[0, 0.5, 1, 1.5])
    array([1. , 0.5, 1. , 0.5])
    """
    lr = _validate.number("lr", lr, RATE)
    t_0 = _validate.count("T_0", T_0)
    t_mult = _validate.count("T_mult", T_mult)
    eta_min = _validate.number("eta_min", eta_min, f"[0, {lr}]")
    if (steps is None) == (epochs is None):
        raise ValueError(
            "give either steps or epochs, got "
            f"steps={_validate.shown(steps)} and epochs={_validate.shown(epochs)}"
        )
    time = step_numbers(steps) if epochs is None else _validate.row("epochs", epochs)
    if (time < 0).any():
        raise ValueError(f"epochs must not be negative, got {time.min()} among them")
    if (time > _validate.MAX_COUNT).any():
        most = _validate.MAX_COUNT
        raise ValueError(f"epochs must be at most {most}, got {time.max()} among them")
    if t_mult == 1:
        return _cosine(lr, eta_min, time % t_0 / t_0)
    # n = ⌊log(1 + (T_mult − 1) t / T₀)⌋ with base T_mult
    n = np.array([int(math.log(t / t_0 * (t_mult - 1) + 1, t_mult)) for t in time.tolist()])
    # Tᵢ = T₀ T_multⁿ, and the n cycles before it last T₀ (T_multⁿ − 1) / (T_mult − 1)
    t_i = t_0 * float(t_mult) ** n
    share = (time - (t_i - t_0) / (t_mult - 1)) / t_i
    if epochs is None:
        share = np.where(share < 1, share, 0.0)  # step() does not compute n, and restarts on time
    return _cosine(lr, eta_min, share)


def _cosine(lr: float, eta_min: float, share: np.ndarray) -> np.ndarray:
    """Return the rates at the given shares of a cycle."""
    # ηₜ = η_min + (η₀ − η_min) / 2 · (1 + cos(π T_cur / Tᵢ))
    return eta_min + (lr - eta_min) / 2 * (1 + np.cos(np.pi * share))
