"""Learning rate that is reduced when the loss no longer improves."""

import math

import numpy as np

from helpers import _validate
from helpers.schedules._arguments import RATE

__all__ = ["reduce_lr_on_plateau"]


def reduce_lr_on_plateau(
    lr: float,
    losses: np.ndarray,
    mode: str = "min",
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_mode: str = "rel",
    cooldown: int = 0,
    min_lr: float = 0.0,
    eps: float = 1e-8,
) -> np.ndarray:
    """Learning rate that depends on the losses, as ``torch.optim.lr_scheduler.ReduceLROnPlateau``.

    An epoch is bad if its loss does not improve on the best so far by the threshold. After more
    than ``patience`` bad epochs in a row the rate is multiplied by ``factor``, and the count starts
    again.

    Parameters
    ----------
    lr : float
        Initial learning rate, at least 0.
    losses : array_like
        Shape (epochs,), finite: the argument of ``scheduler.step(loss)`` after each epoch.
    mode : {"min", "max"}
        Whether lower or higher is better.
    factor : float
        Factor of a reduction, in (0, 1).
    patience : int
        Number of bad epochs in a row that do not yet reduce the rate, at least 0.
    threshold : float
        Smallest improvement that counts, at least 0.
    threshold_mode : {"rel", "abs"}
        Whether ``threshold`` is relative to the best loss, or absolute.
    cooldown : int
        Number of epochs after a reduction that do not count as bad, at least 0.
    min_lr : float
        Lowest learning rate, in [0, lr].
    eps : float
        A reduction is left out if the rate would change by no more than this; at least 0.

    Returns
    -------
    numpy.ndarray
        Shape (epochs,): the learning rate of each epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Examples
    --------
    >>> reduce_lr_on_plateau(lr=1.0, losses=[5, 4, 4, 4, 4, 4], patience=1, factor=0.5)
    array([1. , 1. , 1. , 1. , 0.5, 0.5])
    """
    lr = _validate.number("lr", lr, RATE)
    losses = _validate.row("losses", losses)
    mode = _validate.choice("mode", mode, ["min", "max"])
    factor = _validate.number("factor", factor, "(0, 1)")
    patience = _validate.count("patience", patience, at_least=0)
    threshold = _validate.number("threshold", threshold, "[0, inf)")
    threshold_mode = _validate.choice("threshold_mode", threshold_mode, ["rel", "abs"])
    cooldown = _validate.count("cooldown", cooldown, at_least=0)
    min_lr = _validate.number("min_lr", min_lr, f"[0, {lr}]")
    eps = _validate.number("eps", eps, "[0, inf)")

    sign = 1 if mode == "max" else -1
    best = -sign * math.inf
    bad_epochs = cooldown_left = 0
    rates = []
    for loss in losses.tolist():
        rates.append(lr)
        relative = threshold_mode == "rel"
        limit = best * (1 + sign * threshold) if relative else best + sign * threshold
        if sign * loss > sign * limit:
            best, bad_epochs = loss, 0
        else:
            bad_epochs += 1
        if cooldown_left > 0:
            cooldown_left, bad_epochs = cooldown_left - 1, 0
        if bad_epochs > patience:
            reduced = max(lr * factor, min_lr)
            lr = reduced if lr - reduced > eps else lr
            cooldown_left, bad_epochs = cooldown, 0
    return np.array(rates)
