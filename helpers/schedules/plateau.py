"""Rate that falls when the loss has stopped falling."""

import math

import numpy as np

from helpers import _validate
from helpers.schedules._row import finite_row

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
    """Rate that the losses bring about: `torch.optim.lr_scheduler.ReduceLROnPlateau`'s rule.

    An epoch is bad when its loss is not clearly better than the best so far. When more than
    ``patience`` epochs in a row are bad, the next one has the rate times ``factor``, and counting
    starts anew. The first epoch is the baseline, hence never bad.

    Parameters
    ----------
    lr : float
        The optimizer's rate, at least 0.
    losses : array_like
        Shape (epochs,): what ``scheduler.step(loss)`` is given at the end of each epoch.
    mode : {"min", "max"}
        Whether smaller or larger is better.
    factor : float
        What the rate is multiplied by, in (0, 1).
    patience : int
        How many bad epochs in a row are let pass, at least 0.
    threshold : float
        By how much a loss must be better, at least 0.
    threshold_mode : {"rel", "abs"}
        Whether ``threshold`` is a share of the best loss or a difference from it.
    cooldown : int
        How many epochs after a reduction do not count as bad, at least 0.
    min_lr : float
        The lowest rate, in [0, lr].
    eps : float
        A reduction by no more than this is left out, at least 0.

    Returns
    -------
    numpy.ndarray
        Shape (epochs,): the rate in force in each epoch, before its loss is known.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range, or ``losses`` is not a row of finite numbers.

    Examples
    --------
    >>> reduce_lr_on_plateau(lr=1.0, losses=[5, 4, 4, 4, 4, 4], patience=1, factor=0.5)
    array([1. , 1. , 1. , 1. , 0.5, 0.5])
    """
    lr = _validate.number("lr", lr, "[0, inf)")
    losses = finite_row("losses", losses)
    _validate.choice("mode", mode, ["min", "max"])
    factor = _validate.number("factor", factor, "(0, 1)")
    patience = _validate.count("patience", patience, at_least=0)
    threshold = _validate.number("threshold", threshold, "[0, inf)")
    _validate.choice("threshold_mode", threshold_mode, ["rel", "abs"])
    cooldown = _validate.count("cooldown", cooldown, at_least=0)
    min_lr = _validate.number("min_lr", min_lr, f"[0, {lr}]")
    eps = _validate.number("eps", eps, "[0, inf)")

    sign = 1 if mode == "max" else -1  # which way is better
    best = -sign * math.inf
    bad_epochs = cooldown_left = 0
    rates = []
    for loss in losses.tolist():
        rates.append(lr)
        if threshold_mode == "rel":
            wanted = best * (1 + sign * threshold)
        else:
            wanted = best + sign * threshold
        if sign * loss > sign * wanted:
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
