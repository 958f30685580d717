"""Learning rates that change for some steps and are then constant, and the warm-up made of them."""

import numpy as np

from helpers import _validate
from helpers.schedules._arguments import RATE, step_numbers

__all__ = ["constant_lr", "linear_lr", "polynomial_lr", "warm_up"]


def constant_lr(lr: float, steps: int, factor: float = 1 / 3, total_iters: int = 5) -> np.ndarray:
    r"""Learning rate times a factor at first, as in ``torch.optim.lr_scheduler.ConstantLR``.

    .. math:: \eta_t = f \eta_0 \text{ if } t < T, \text{ else } \eta_0

    Parameters
    ----------
    lr : float
        Learning rate η₀, at least 0.
    steps : int
        Number of rates to return, at least 1.
    factor : float
        Factor f, in (0, 1].
    total_iters : int
        Number T of steps with the factor, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each step.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Examples
    --------
    >>> constant_lr(lr=1.0, steps=4, factor=0.5, total_iters=2)
    array([0.5, 0.5, 1. , 1. ])
    """
    lr = _validate.number("lr", lr, RATE)
    factor = _validate.number("factor", factor, "(0, 1]")
    total_iters = _validate.count("total_iters", total_iters)
    return lr * np.where(step_numbers(steps) < total_iters, factor, 1.0)


def linear_lr(
    lr: float,
    steps: int,
    start_factor: float = 1 / 3,
    end_factor: float = 1.0,
    total_iters: int = 5,
) -> np.ndarray:
    r"""Learning rate times a linear factor, as in ``torch.optim.lr_scheduler.LinearLR``.

    .. math:: \eta_t = \eta_0 \left(a + (b - a) \frac{\min(t, T)}{T}\right)

    Parameters
    ----------
    lr : float
        Learning rate η₀, at least 0.
    steps : int
        Number of rates to return, at least 1.
    start_factor : float
        First factor a, in (0, 1].
    end_factor : float
        Last factor b, in [0, 1].
    total_iters : int
        Number T of steps from a to b, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each step.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Examples
    --------
    >>> linear_lr(lr=1.0, steps=6, start_factor=0.2, total_iters=4)
    array([0.2, 0.4, 0.6, 0.8, 1. , 1. ])
    """
    lr = _validate.number("lr", lr, RATE)
    start_factor = _validate.number("start_factor", start_factor, "(0, 1]")
    end_factor = _validate.number("end_factor", end_factor, "[0, 1]")
    # ηₜ = η₀ (a + (b − a) min(t, T) / T)
    return lr * (start_factor + (end_factor - start_factor) * _share(steps, total_iters))


def polynomial_lr(lr: float, steps: int, total_iters: int = 5, power: float = 1.0) -> np.ndarray:
    r"""Learning rate that falls to zero, as in ``torch.optim.lr_scheduler.PolynomialLR``.

    .. math:: \eta_t = \eta_0 \left(1 - \frac{\min(t, T)}{T}\right)^p

    Parameters
    ----------
    lr : float
        Initial learning rate η₀, at least 0.
    steps : int
        Number of rates to return, at least 1.
    total_iters : int
        Step T from which the rate is zero, at least 1.
    power : float
        Power p, above 0; 1 makes the fall linear.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each step.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Examples
    --------
    >>> polynomial_lr(lr=1.0, steps=6, total_iters=4, power=2)
    array([1.    , 0.5625, 0.25  , 0.0625, 0.    , 0.    ])
    """
    lr = _validate.number("lr", lr, RATE)
    power = _validate.number("power", power, "(0, inf)")
    # ηₜ = η₀ (1 − min(t, T) / T)ᵖ
    return lr * (1 - _share(steps, total_iters)) ** power


def warm_up(
    main: np.ndarray,
    total_iters: int,
    start_factor: float = 1 / 3,
    mode: str = "linear",
    lr: float | None = None,
) -> np.ndarray:
    r"""Warm-up before a schedule, as torch's ``SequentialLR`` chains them.

    Equal to ``SequentialLR(optimizer, [warm, scheduler], milestones=[T])``, where ``warm`` is
    ``LinearLR(optimizer, start_factor=a, total_iters=T)`` or, with mode "constant",
    ``ConstantLR(optimizer, factor=a, total_iters=T)``:

    .. math:: \eta_t = \eta_0 \left(a + (1 - a) \frac{t}{T}\right) \text{ (linear)}, \quad
        \eta_t = a \eta_0 \text{ (constant)}, \qquad t < T

    and from T on the main schedule, from its first step.

    Parameters
    ----------
    main : array_like
        Shape (n,), finite: the rates of the main schedule.
    total_iters : int
        Number T of steps of the warm-up, at least 1.
    start_factor : float
        First factor a, in (0, 1].
    mode : {"linear", "constant"}
        Whether the rate rises to η₀ or stays at a η₀.
    lr : float, optional
        The optimizer's learning rate η₀; by default the first of ``main``. Give it where the two
        differ, as with a `lambda_lr` whose λ(0) is not 1. Torch's CyclicLR and OneCycleLR change
        the optimizer's rate to their first one. Construct CyclicLR before the warm-up: otherwise
        torch warms up to the old rate.

    Returns
    -------
    numpy.ndarray
        Shape (total_iters + n,).

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    During the warm-up the momentum has its first value:
    ``warm_up(momentum, total_iters, start_factor=1)``.

    Examples
    --------
    >>> from helpers.schedules import step_lr
    >>> warm_up(step_lr(lr=1.0, step_size=2, steps=4), total_iters=4, start_factor=0.2)
    array([0.2, 0.4, 0.6, 0.8, 1. , 1. , 0.1, 0.1])
    """
    main = _validate.row("main", main)
    lr = _validate.number("main[0]" if lr is None else "lr", main[0] if lr is None else lr, RATE)
    total_iters = _validate.count("total_iters", total_iters, at_most=_validate.MAX_STEPS)
    start_factor = _validate.number("start_factor", start_factor, "(0, 1]")
    if _validate.choice("mode", mode, ["linear", "constant"]) == "linear":
        warm = linear_lr(lr, total_iters, start_factor, total_iters=total_iters)
    else:
        warm = constant_lr(lr, total_iters, start_factor, total_iters=total_iters)
    return np.concatenate([warm, main])


def _share(steps: int, total_iters: int) -> np.ndarray:
    """Return min(t, T) / T for each step t."""
    total_iters = _validate.count("total_iters", total_iters)
    return np.minimum(step_numbers(steps), total_iters) / total_iters
