"""Rates that climb, fall or wait for a while and then stay; and the warm-up made of them."""

import numpy as np

from helpers import _validate
from helpers.schedules._row import finite_row

__all__ = ["constant_lr", "linear_lr", "polynomial_lr", "warm_up"]


def constant_lr(lr: float, steps: int, factor: float = 1 / 3, total_iters: int = 5) -> np.ndarray:
    r"""Rate times a factor at first, whole afterwards: `torch.optim.lr_scheduler.ConstantLR`.

    .. math:: \eta_t = f \eta_0 \text{ for } t < T, \quad \eta_0 \text{ from } T \text{ on}

    Parameters
    ----------
    lr : float
        The optimizer's rate η₀, at least 0.
    steps : int
        How many rates to return, at least 1.
    factor : float
        The factor f, in (0, 1].
    total_iters : int
        How many steps T the factor holds, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each step.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> constant_lr(lr=1.0, steps=4, factor=0.5, total_iters=2)
    array([0.5, 0.5, 1. , 1. ])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    factor = _validate.number("factor", factor, "(0, 1]")
    total_iters = _validate.count("total_iters", total_iters)
    step = np.arange(_validate.count("steps", steps))
    return lr * np.where(step < total_iters, factor, 1.0)


def linear_lr(
    lr: float,
    steps: int,
    start_factor: float = 1 / 3,
    end_factor: float = 1.0,
    total_iters: int = 5,
) -> np.ndarray:
    r"""Rate times a factor that changes on a line: `torch.optim.lr_scheduler.LinearLR`.

    .. math:: \eta_t = \eta_0 \left(a + (b - a) \frac{\min(t, T)}{T}\right)

    Parameters
    ----------
    lr : float
        The optimizer's rate η₀, at least 0.
    steps : int
        How many rates to return, at least 1.
    start_factor : float
        The first factor a, in (0, 1].
    end_factor : float
        The last factor b, in [0, 1], which stays.
    total_iters : int
        After how many steps T it is reached, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each step.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> linear_lr(lr=1.0, steps=6, start_factor=0.2, total_iters=4)
    array([0.2, 0.4, 0.6, 0.8, 1. , 1. ])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    start_factor = _validate.number("start_factor", start_factor, "(0, 1]")
    end_factor = _validate.number("end_factor", end_factor, "[0, 1]")
    total_iters = _validate.count("total_iters", total_iters)
    step = np.arange(_validate.count("steps", steps))
    # ηₜ = η₀ (a + (b − a) min(t, T) / T)
    share = np.minimum(step, total_iters) / total_iters
    return lr * (start_factor + (end_factor - start_factor) * share)


def polynomial_lr(lr: float, steps: int, total_iters: int = 5, power: float = 1.0) -> np.ndarray:
    r"""Rate that falls to zero as a power: `torch.optim.lr_scheduler.PolynomialLR`.

    .. math:: \eta_t = \eta_0 \left(1 - \frac{\min(t, T)}{T}\right)^p

    Parameters
    ----------
    lr : float
        The optimizer's rate η₀, at least 0.
    steps : int
        How many rates to return, at least 1.
    total_iters : int
        After how many steps T the rate is zero, at least 1.
    power : float
        The power p, above 0; 1 is a line.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each step.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> polynomial_lr(lr=1.0, steps=6, total_iters=4, power=2)
    array([1.    , 0.5625, 0.25  , 0.0625, 0.    , 0.    ])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    total_iters = _validate.count("total_iters", total_iters)
    power = _validate.number("power", power, "(0, inf)")
    step = np.arange(_validate.count("steps", steps))
    # ηₜ = η₀ (1 − min(t, T) / T)ᵖ
    return lr * (1 - np.minimum(step, total_iters) / total_iters) ** power


def warm_up(
    main: np.ndarray,
    total_iters: int,
    start_factor: float = 1 / 3,
    mode: str = "linear",
    lr: float | None = None,
) -> np.ndarray:
    r"""Warm-up before any schedule, as torch chains them with ``SequentialLR``.

    What torch gives for ``SequentialLR(optimizer, [warm, scheduler], milestones=[T])`` where
    ``warm`` is ``LinearLR(optimizer, start_factor=a, total_iters=T)`` or, constant,
    ``ConstantLR(optimizer, factor=a, total_iters=T)``:

    .. math:: \eta_t = \eta_0 \left(a + (1 - a) \frac{t}{T}\right) \text{ (linear)}, \quad
        \eta_t = a \eta_0 \text{ (constant)}, \qquad t < T

    and from T on the main schedule, from its own first step.

    Parameters
    ----------
    main : numpy.ndarray
        Shape (n,): the rates of the schedule that follows.
    total_iters : int
        How many steps T the warm-up lasts, at least 1.
    start_factor : float
        The first factor a, in (0, 1].
    mode : {"linear", "constant"}
        Whether the rate climbs to η₀ or waits at a η₀.
    lr : float, optional
        The rate η₀ to which the warm-up leads; the first of ``main`` if not given. The two differ
        where the schedule does not start at the optimizer's own rate (a `lambda_lr` whose λ(0) is
        not 1, say). Torch's CyclicLR and OneCycleLR set the optimizer's rate to their first one;
        make CyclicLR before the warm-up, otherwise torch leads the warm-up to the old rate.

    Returns
    -------
    numpy.ndarray
        Shape (total_iters + n,).

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range, or ``main`` is not a row of finite numbers.

    Notes
    -----
    While the rate warms up, the momentum stays at its first value:
    ``warm_up(momentum, total_iters, start_factor=1)``.

    Examples
    --------
    >>> from helpers.schedules import step_lr
    >>> warm_up(step_lr(lr=1.0, step_size=2, steps=4), total_iters=4, start_factor=0.2)
    array([0.2, 0.4, 0.6, 0.8, 1. , 1. , 0.1, 0.1])
    """
    main = finite_row("main", main)
    lr = main[0] if lr is None else _validate.number("lr", lr, "[0, inf)")
    total_iters = _validate.count("total_iters", total_iters)
    start_factor = _validate.number("start_factor", start_factor, "(0, 1]")
    if _validate.choice("mode", mode, ["linear", "constant"]) == "linear":
        warm = linear_lr(lr, total_iters, start_factor, total_iters=total_iters)
    else:
        warm = constant_lr(lr, total_iters, start_factor, total_iters=total_iters)
    return np.concatenate([warm, main])
