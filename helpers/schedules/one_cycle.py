"""Learning rate and momentum of the 1cycle policy (Smith and Topin, 2018, arXiv:1708.07120)."""

import math

import numpy as np

from helpers import _validate
from helpers.schedules._arguments import RATE, finite, step_numbers

__all__ = ["one_cycle_lr", "one_cycle_momentum"]


def one_cycle_lr(
    max_lr: float,
    total_steps: int,
    *,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
    steps: int | None = None,
) -> np.ndarray:
    r"""Learning rate that rises and falls once, as in ``torch.optim.lr_scheduler.OneCycleLR``.

    The rate rises from :math:`\eta_{init} = \eta_{max} / div` to :math:`\eta_{max}`, and falls to
    :math:`\eta_{min} = \eta_{init} / final\_div`. With three phases it first falls back to
    :math:`\eta_{init}`, as fast as it rose. In a phase from a to b, of which the share p is over,

    .. math:: \eta = b + \frac{a - b}{2} (1 + \cos \pi p) \text{ (cos)}, \quad
        \eta = a + (b - a) p \text{ (linear)}

    Parameters
    ----------
    max_lr : float
        Highest learning rate, at least 0. Torch sets the optimizer's own rate to max_lr / div.
    total_steps : int
        Length of the cycle, at least 1.
    pct_start : float
        Share of the cycle in which the rate rises, in [0, 1] although torch calls it a percentage.
    anneal_strategy : {"cos", "linear"}
        Shape of a phase.
    div_factor, final_div_factor : float
        The divisors above, each above 0.
    three_phase : bool
        Three phases, as in the paper, or two.
    steps : int, optional
        Number of rates to return, by default ``total_steps`` and at most one more. Torch allows one
        ``step()`` after the last rate, which goes past the end of the phase: with "cos" the rate
        rises again, with "linear" it is negative. The next ``step()`` raises an error.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the learning rate of each step.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or a phase has no length, by which torch would divide: if
        ``pct_start * total_steps`` is 1, for instance.

    See Also
    --------
    one_cycle_momentum : The momentum, which torch changes too unless ``cycle_momentum=False``.

    Examples
    --------
    >>> one_cycle_lr(max_lr=1.0, total_steps=10, anneal_strategy="linear", div_factor=5).round(3)
    array([0.2  , 0.6  , 1.   , 0.857, 0.714, 0.571, 0.429, 0.286, 0.143,
           0.   ])
    """
    max_lr = _validate.number("max_lr", max_lr, RATE)
    initial_lr = _divided(max_lr, "div_factor", div_factor)
    min_lr = _divided(initial_lr, "final_div_factor", final_div_factor)
    phase, share = _phases(total_steps, pct_start, three_phase, steps)
    between = [initial_lr] if three_phase else []
    rates = _anneal([initial_lr, max_lr, *between, min_lr], phase, share, anneal_strategy)
    return finite(rates, "max_lr", max_lr)


def one_cycle_momentum(
    total_steps: int,
    *,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    base_momentum: float = 0.85,
    max_momentum: float = 0.95,
    three_phase: bool = False,
    steps: int | None = None,
) -> np.ndarray:
    """Momentum that torch's ``OneCycleLR`` sets: low while the learning rate is high.

    It falls from ``max_momentum`` to ``base_momentum`` while the rate rises, and returns in the
    second phase; in a third it is constant. In optimizers such as Adam torch sets β₁ to it.

    Parameters
    ----------
    total_steps, pct_start, anneal_strategy
        As in `one_cycle_lr`.
    base_momentum : float
        Lowest momentum, in [0, 1).
    max_momentum : float
        Highest momentum, in [base_momentum, 1).
    three_phase, steps
        As in `one_cycle_lr`.

    Returns
    -------
    numpy.ndarray
        Shape (steps,): the momentum of each step.

    Raises
    ------
    TypeError, ValueError
        As in `one_cycle_lr`.

    Examples
    --------
    >>> one_cycle_momentum(total_steps=5, pct_start=0.6, anneal_strategy="linear")
    array([0.95, 0.9 , 0.85, 0.9 , 0.95])
    """
    low = _validate.number("base_momentum", base_momentum, "[0, 1)")
    high = _validate.number("max_momentum", max_momentum, f"[{low}, 1)")
    phase, share = _phases(total_steps, pct_start, three_phase, steps)
    return _anneal([high, low, high, high], phase, share, anneal_strategy)


def _divided(rate: float, name: str, divisor: float) -> float:
    """Divide a rate by an argument, which must not be so small that the result is infinite."""
    result = rate / _validate.number(name, divisor, "(0, inf)")
    if math.isinf(result):
        raise ValueError(f"{name} must keep the rates finite, got {divisor}")
    return result


def _phases(
    total_steps: int, pct_start: float, three_phase: bool, steps: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the phase of each step, counted from 0, and the share of it that is over."""
    total_steps = _validate.count("total_steps", total_steps, at_most=_validate.MAX_STEPS)
    pct_start = _validate.number("pct_start", pct_start, "[0, 1]")
    step = step_numbers(total_steps if steps is None else steps)
    if len(step) > total_steps + 1:
        raise ValueError(
            f"steps must be at most {total_steps + 1}, one more than total_steps, got {steps}"
        )
    # The last step of each phase. Not 2 (p T − 1), which torch would round differently.
    ends = [pct_start * total_steps - 1, total_steps - 1]
    if _validate.flag("three_phase", three_phase):
        ends.insert(1, 2 * pct_start * total_steps - 2)
    edges = np.array([0, *ends], dtype=float)
    phase = np.searchsorted(edges[1:-1], step)
    length = edges[phase + 1] - edges[phase]
    if (length == 0).any():
        raise ValueError(
            f"pct_start must not leave a phase without length, got {pct_start} with "
            f"total_steps={total_steps}, three_phase={three_phase}"
        )
    # p = (t − start) / (end − start)
    return phase, (step - edges[phase]) / length


def _anneal(levels: list[float], phase: np.ndarray, share: np.ndarray, strategy: str) -> np.ndarray:
    """Go from one level to the next in each phase."""
    start, end = np.array(levels)[phase], np.array(levels)[phase + 1]
    if _validate.choice("anneal_strategy", strategy, ["cos", "linear"]) == "cos":
        # b + (a − b) (1 + cos(π p)) / 2
        return end + (start - end) / 2 * (1 + np.cos(np.pi * share))
    # a + (b − a) p
    return start + (end - start) * share
