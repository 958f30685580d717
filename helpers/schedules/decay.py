"""Learning rates that are multiplied by a factor: per epoch, at some epochs, or by a function."""

from collections.abc import Callable, Sequence

import numpy as np

from helpers import _validate
from helpers.schedules._arguments import RATE, finite, step_numbers

__all__ = ["exponential_lr", "lambda_lr", "multi_step_lr", "step_lr"]


def lambda_lr(lr: float, lr_lambda: Callable[[int], float], steps: int) -> np.ndarray:
    r"""Learning rate times a function of the epoch, as in ``torch.optim.lr_scheduler.LambdaLR``.

    .. math:: \eta_t = \eta_0 \, \lambda(t)

    Parameters
    ----------
    lr : float
        Initial learning rate η₀, at least 0.
    lr_lambda : callable
        From the epoch t, an int counted from 0, to the factor λ(t), at least 0.
    steps : int
        Number of rates to return, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument, or a result of ``lr_lambda``, is out of range.

    Examples
    --------
    >>> lambda_lr(lr=0.5, lr_lambda=lambda epoch: 1 / (1 + epoch), steps=4)
    array([0.5       , 0.25      , 0.16666667, 0.125     ])
    """
    lr = _validate.number("lr", lr, RATE)
    if not callable(lr_lambda):
        raise TypeError(
            f"lr_lambda must be a function of the epoch, got {_validate.shown(lr_lambda)}"
        )
    epochs = step_numbers(steps).tolist()
    factors = [_validate.number(f"lr_lambda({t})", lr_lambda(t), "[0, inf)") for t in epochs]
    # ηₜ = η₀ λ(t)
    return finite(np.array([lr * factor for factor in factors]), "lr", lr)


def step_lr(lr: float, step_size: int, steps: int, gamma: float = 0.1) -> np.ndarray:
    r"""Learning rate times γ every ``step_size`` epochs, as in ``torch.optim.lr_scheduler.StepLR``.

    .. math:: \eta_t = \eta_0 \, \gamma^{\lfloor t / s \rfloor}

    Parameters
    ----------
    lr : float
        Initial learning rate η₀, at least 0.
    step_size : int
        Number s of epochs between two changes, at least 1.
    steps : int
        Number of rates to return, at least 1.
    gamma : float
        Factor γ, above 0.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Examples
    --------
    >>> step_lr(lr=1.0, step_size=2, steps=5, gamma=0.5)
    array([1.  , 1.  , 0.5 , 0.5 , 0.25])
    """
    step_size = _validate.count("step_size", step_size)
    # ηₜ = η₀ γ^⌊t / s⌋
    return _decayed(lr, gamma, step_numbers(steps) // step_size)


def multi_step_lr(
    lr: float, milestones: Sequence[int], steps: int, gamma: float = 0.1
) -> np.ndarray:
    r"""Learning rate times γ at each milestone, as in ``torch.optim.lr_scheduler.MultiStepLR``.

    .. math:: \eta_t = \eta_0 \, \gamma^{n(t)}, \qquad n(t) = |\{m : m \le t\}|

    The first epoch with the new rate is the milestone itself. A milestone that is listed twice
    multiplies twice.

    Parameters
    ----------
    lr : float
        Initial learning rate η₀, at least 0.
    milestones : sequence of int
        Epochs, counted from 0, in ascending order.
    steps : int
        Number of rates to return, at least 1.
    gamma : float
        Factor γ, above 0.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or the milestones are not in ascending order.

    Examples
    --------
    >>> multi_step_lr(lr=1.0, milestones=[1, 3, 3], steps=5, gamma=0.5)
    array([1.   , 0.5  , 0.5  , 0.125, 0.125])
    """
    try:
        epochs = [_validate.count("milestones", epoch, at_least=0) for epoch in milestones]
    except TypeError as error:
        raise TypeError(
            "milestones must be a list of whole numbers of at least 0, "
            f"got {_validate.shown(milestones)}"
        ) from error
    if epochs != sorted(epochs):
        raise ValueError(
            f"milestones must be in ascending order, got {_validate.shown(milestones)}"
        )
    # n(t): how many milestones are at most t
    passed = np.searchsorted(epochs, step_numbers(steps), side="right")
    # ηₜ = η₀ γⁿ
    return _decayed(lr, gamma, passed)


def exponential_lr(lr: float, gamma: float, steps: int) -> np.ndarray:
    r"""Learning rate times γ every epoch, as in ``torch.optim.lr_scheduler.ExponentialLR``.

    .. math:: \eta_t = \eta_0 \, \gamma^t

    Parameters
    ----------
    lr : float
        Initial learning rate η₀, at least 0.
    gamma : float
        Factor γ, above 0. Above 1 the rate rises, as in a range test.
    steps : int
        Number of rates to return, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Examples
    --------
    >>> exponential_lr(lr=1.0, gamma=0.5, steps=4)
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    # ηₜ = η₀ γᵗ
    return _decayed(lr, gamma, step_numbers(steps))


def _decayed(lr: float, gamma: float, times: np.ndarray) -> np.ndarray:
    """Multiply ``lr`` by ``gamma`` as many times as ``times`` says."""
    lr = _validate.number("lr", lr, RATE)
    gamma = _validate.number("gamma", gamma, "(0, inf)")
    with np.errstate(over="ignore", invalid="ignore"):  # checked below
        rates = lr * gamma**times
    return finite(rates, "gamma", gamma)
