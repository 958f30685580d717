"""Rates that are multiplied by a factor: once an epoch, every few epochs, or as a function says."""

from collections.abc import Callable, Sequence

import numpy as np

from helpers import _validate

__all__ = ["exponential_lr", "lambda_lr", "multi_step_lr", "step_lr"]


def lambda_lr(lr: float, lr_lambda: Callable[[int], float], steps: int) -> np.ndarray:
    r"""Rate times any function of the epoch, as `torch.optim.lr_scheduler.LambdaLR` gives it.

    .. math:: \eta_t = \eta_0 \, \lambda(t)

    Parameters
    ----------
    lr : float
        The optimizer's rate η₀, at least 0.
    lr_lambda : callable
        Takes the epoch, an int counted from 0; returns the factor λ, at least 0.
    steps : int
        How many rates to return, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument, or what ``lr_lambda`` returns, lies outside its range.

    Examples
    --------
    >>> lambda_lr(lr=0.5, lr_lambda=lambda epoch: 1 / (1 + epoch), steps=4)
    array([0.5       , 0.25      , 0.16666667, 0.125     ])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    if not callable(lr_lambda):
        raise TypeError(f"lr_lambda must be a function of the epoch, got {lr_lambda!r}")
    epochs = range(_validate.count("steps", steps))
    factor = [_validate.number(f"lr_lambda({t})", lr_lambda(t), "[0, inf)") for t in epochs]
    # ηₜ = η₀ λ(t)
    return lr * np.array(factor)


def step_lr(lr: float, step_size: int, steps: int, gamma: float = 0.1) -> np.ndarray:
    r"""Rate times γ every ``step_size`` epochs, as `torch.optim.lr_scheduler.StepLR` gives it.

    .. math:: \eta_t = \eta_0 \, \gamma^{\lfloor t / s \rfloor}

    Parameters
    ----------
    lr : float
        The optimizer's rate η₀, at least 0.
    step_size : int
        How many epochs s a rate lasts, at least 1.
    steps : int
        How many rates to return, at least 1.
    gamma : float
        The factor γ, above 0.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> step_lr(lr=1.0, step_size=2, steps=5, gamma=0.5)
    array([1.  , 1.  , 0.5 , 0.5 , 0.25])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    step_size = _validate.count("step_size", step_size)
    gamma = _validate.number("gamma", gamma, "(0, inf)")
    epoch = np.arange(_validate.count("steps", steps))
    # ηₜ = η₀ γ^⌊t / s⌋
    return lr * gamma ** (epoch // step_size)


def multi_step_lr(
    lr: float, milestones: Sequence[int], steps: int, gamma: float = 0.1
) -> np.ndarray:
    r"""Rate times γ at each milestone, as `torch.optim.lr_scheduler.MultiStepLR` gives it.

    .. math:: \eta_t = \eta_0 \, \gamma^{n(t)}, \qquad n(t) = |\{m : m \le t\}|

    The new rate holds from the milestone on. One that is listed twice multiplies twice.

    Parameters
    ----------
    lr : float
        The optimizer's rate η₀, at least 0.
    milestones : sequence of int
        The epochs, counted from 0 and in rising order.
    steps : int
        How many rates to return, at least 1.
    gamma : float
        The factor γ, above 0.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range, or the milestones are out of order.

    Examples
    --------
    >>> multi_step_lr(lr=1.0, milestones=[1, 3, 3], steps=5, gamma=0.5)
    array([1.   , 0.5  , 0.5  , 0.125, 0.125])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    gamma = _validate.number("gamma", gamma, "(0, inf)")
    try:
        milestones = [_validate.count("milestones", epoch, at_least=0) for epoch in milestones]
    except TypeError as error:
        raise TypeError(
            f"milestones must be a list of whole numbers of at least 0, got {milestones!r}"
        ) from error
    if milestones != sorted(milestones):
        raise ValueError(f"milestones must be in rising order, got {milestones}")
    epoch = np.arange(_validate.count("steps", steps))
    # n(t): how many milestones are at t or before
    passed = np.searchsorted(np.array(milestones, dtype=int), epoch, side="right")
    # ηₜ = η₀ γⁿ
    return lr * gamma**passed


def exponential_lr(lr: float, gamma: float, steps: int) -> np.ndarray:
    r"""Rate times γ every epoch, as `torch.optim.lr_scheduler.ExponentialLR` gives it.

    .. math:: \eta_t = \eta_0 \, \gamma^t

    Parameters
    ----------
    lr : float
        The optimizer's rate η₀, at least 0.
    gamma : float
        The factor γ, above 0. Above 1 the rate rises, as in a range test.
    steps : int
        How many rates to return, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> exponential_lr(lr=1.0, gamma=0.5, steps=4)
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    gamma = _validate.number("gamma", gamma, "(0, inf)")
    epoch = np.arange(_validate.count("steps", steps))
    # ηₜ = η₀ γᵗ
    return lr * gamma**epoch
