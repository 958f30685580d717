"""Rate and momentum of the 1cycle policy (Smith and Topin, 2018, arXiv:1708.07120)."""

import numpy as np

from helpers import _validate

__all__ = ["one_cycle_lr", "one_cycle_momentum"]


def one_cycle_lr(
    max_lr: float,
    total_steps: int | None = None,
    *,
    epochs: int | None = None,
    steps_per_epoch: int | None = None,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
    steps: int | None = None,
) -> np.ndarray:
    r"""One climb and one fall of the rate, as `torch.optim.lr_scheduler.OneCycleLR` gives it.

    The rate goes from :math:`\eta_{init} = \eta_{max} / div` up to :math:`\eta_{max}` and down to
    :math:`\eta_{min} = \eta_{init} / final\_div`. In three phases it comes down to
    :math:`\eta_{init}` first, as fast as it went up. Within a phase, from a to b,

    .. math:: \eta = b + \frac{a - b}{2} (1 + \cos \pi p) \text{ (cos)}, \quad
        \eta = a + (b - a) p \text{ (linear)}

    where p is the share of the phase that is done.

    Parameters
    ----------
    max_lr : float
        The highest rate, at least 0. Torch sets the optimizer's own to its first, max_lr / div.
    total_steps : int, optional
        How long the cycle is, at least 1.
    epochs, steps_per_epoch : int, optional
        Their product is ``total_steps``, where that is not given.
    pct_start : float
        The share of the cycle that climbs, in [0, 1] although torch calls it a percentage.
    anneal_strategy : {"cos", "linear"}
        The shape of a phase.
    div_factor, final_div_factor : float
        As above; both above 0.
    three_phase : bool
        Three phases, as in the paper, or two.
    steps : int, optional
        How many rates to return, ``total_steps`` if not given. At most one more than that: torch
        lets one call of ``step()`` pass after the last rate, and raises at the next. That call goes
        past the end of the phase: with "cos" the rate turns up again, with "linear" it is negative.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the rate in force in each step.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range, the length of the cycle is missing, or a phase has
        no length (torch divides by zero there): with ``pct_start * total_steps`` 1, say.

    See Also
    --------
    one_cycle_momentum : what torch does to the momentum meanwhile, unless ``cycle_momentum=False``.

    Examples
    --------
    >>> one_cycle_lr(max_lr=1.0, total_steps=10, anneal_strategy="linear", div_factor=5).round(3)
    array([0.2  , 0.6  , 1.   , 0.857, 0.714, 0.571, 0.429, 0.286, 0.143,
           0.   ])
    """
    max_lr = _validate.number("max_lr", max_lr, "[0, inf)")
    initial_lr = max_lr / _validate.number("div_factor", div_factor, "(0, inf)")
    min_lr = initial_lr / _validate.number("final_div_factor", final_div_factor, "(0, inf)")
    total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
    phase, share = _phases(total_steps, pct_start, three_phase, steps)
    if three_phase:
        levels = [initial_lr, max_lr, initial_lr, min_lr]
    else:
        levels = [initial_lr, max_lr, min_lr]
    return _anneal(levels, phase, share, anneal_strategy)


def one_cycle_momentum(
    total_steps: int | None = None,
    *,
    epochs: int | None = None,
    steps_per_epoch: int | None = None,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    base_momentum: float = 0.85,
    max_momentum: float = 0.95,
    three_phase: bool = False,
    steps: int | None = None,
) -> np.ndarray:
    """Momentum that torch's ``OneCycleLR`` sets: low where the rate is high.

    It falls from ``max_momentum`` to ``base_momentum`` while the rate climbs, and comes back in the
    second phase; in a third it stays. Of Adam and its kind torch sets β₁ so.

    Parameters
    ----------
    total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy
        As for `one_cycle_lr`.
    base_momentum : float
        The lowest momentum, in [0, 1).
    max_momentum : float
        The highest, from ``base_momentum`` to below 1.
    three_phase, steps
        As for `one_cycle_lr`.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the momentum in force in each step.

    Raises
    ------
    TypeError, ValueError
        As for `one_cycle_lr`.

    Examples
    --------
    >>> one_cycle_momentum(total_steps=5, pct_start=0.6, anneal_strategy="linear")
    array([0.95, 0.9 , 0.85, 0.9 , 0.95])
    """
    low = _validate.number("base_momentum", base_momentum, "[0, 1)")
    high = _validate.number("max_momentum", max_momentum, f"[{low}, 1)")
    total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
    phase, share = _phases(total_steps, pct_start, three_phase, steps)
    levels = [high, low, high, high] if three_phase else [high, low, high]
    return _anneal(levels, phase, share, anneal_strategy)


def _total_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total_steps is not None:
        return _validate.count("total_steps", total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError(
            "total_steps must be given, or else epochs and steps_per_epoch, got "
            f"total_steps=None, epochs={epochs!r}, steps_per_epoch={steps_per_epoch!r}"
        )
    return _validate.count("epochs", epochs) * _validate.count("steps_per_epoch", steps_per_epoch)


def _phases(
    total_steps: int, pct_start: float, three_phase: bool, steps: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Give the phase that each step lies in, counted from 0, and the share of it that is done."""
    pct_start = _validate.number("pct_start", pct_start, "[0, 1]")
    steps = total_steps if steps is None else _validate.count("steps", steps)
    if steps > total_steps + 1:
        raise ValueError(
            f"steps must be at most {total_steps + 1}, one more than total_steps, got {steps}"
        )
    # The steps at which the phases end; torch's rounding, hence not 2 (p T − 1)
    ends = [pct_start * total_steps - 1, total_steps - 1]
    if _validate.flag("three_phase", three_phase):
        ends.insert(1, 2 * pct_start * total_steps - 2)
    edges = np.array([0, *ends], dtype=float)
    step = np.arange(steps)
    phase = np.searchsorted(edges[1:-1], step)
    length = edges[phase + 1] - edges[phase]
    if (length == 0).any():
        raise ValueError(
            f"pct_start must leave no phase without length, got {pct_start} with "
            f"total_steps={total_steps}, three_phase={three_phase}, steps={steps}"
        )
    # p = (t − start) / (end − start)
    return phase, (step - edges[phase]) / length


def _anneal(levels: list[float], phase: np.ndarray, share: np.ndarray, strategy: str) -> np.ndarray:
    """Go from one level to the next, phase by phase."""
    start, end = np.array(levels)[phase], np.array(levels)[phase + 1]
    if _validate.choice("anneal_strategy", strategy, ["cos", "linear"]) == "cos":
        # b + (a − b) (1 + cos(π p)) / 2
        return end + (start - end) / 2 * (1 + np.cos(np.pi * share))
    # a + (b − a) p
    return start + (end - start) * share
