"""Hyper-parameters of many runs: their combinations, and their schedules."""

from collections.abc import Callable
from itertools import product
from numbers import Real
from typing import Any

import torch

from helpers import _validate
from helpers.optimizers import Optimizer, adafactor, muon
from helpers.optimizers.base import arguments, check

__all__ = ["combinations", "make_optimizer", "read_schedule"]


def combinations(hyper: dict[str, Any]) -> list[dict[str, Any]]:
    """Combine all values of all hyper-parameters; those of the last one change fastest.

    Parameters
    ----------
    hyper : dict
        By name, one value, or several in a sequence, array, tensor or Series with one axis. As
        ``betas`` is a pair, several are a list of pairs.

    Returns
    -------
    list of dict
        Each with one value by name.

    Raises
    ------
    ValueError
        If an array has several axes, or a sequence is empty.

    Examples
    --------
    >>> combinations({"lr": [0.1, 0.2], "betas": (0.9, 0.99)})
    [{'lr': 0.1, 'betas': (0.9, 0.99)}, {'lr': 0.2, 'betas': (0.9, 0.99)}]
    """
    values = [_values(name, value) for name, value in hyper.items()]
    return [dict(zip(hyper, choice, strict=True)) for choice in product(*values)]


def make_optimizer(
    rule: Callable[..., Optimizer], settings: list[dict[str, Any]]
) -> tuple[Optimizer, torch.Tensor]:
    """Make one optimizer for all runs.

    Parameters
    ----------
    rule : callable
        A function of `helpers.optimizers`.
    settings : list of dict
        The arguments of ``rule`` in each run.

    Returns
    -------
    optimizer : Optimizer
        With a number for each hyper-parameter that is equal in all runs, else one value per run.
    learning_rates : torch.Tensor
        Shape (runs,), float64.

    Raises
    ------
    TypeError, ValueError
        If ``rule`` is not such a function, or a hyper-parameter is out of range.
    """
    hyper = {name: _batch(name, [setting[name] for setting in settings]) for name in settings[0]}
    default = arguments(rule)["lr"].default
    if getattr(rule, "func", rule) in (adafactor, muon):  # by itself, or in a partial
        expected = "rule must be for numbers, not for matrices, whose rows would be runs"
        raise ValueError(f"{expected}, got {_validate.shown(rule)}")
    optimizer, lr = check(rule(**hyper), rule), hyper.get("lr", default)
    return optimizer, torch.as_tensor(lr, dtype=torch.float64, device="cpu").expand(len(settings))


def read_schedule(
    schedule: dict[str, Any] | None, settings: list[dict[str, Any]], steps: int
) -> dict[str, list[Any]]:
    """Check a schedule.

    Parameters
    ----------
    schedule : dict or None
        By name of hyper-parameter, the values of all steps, shape (steps,). ``betas`` is a pair,
        each part of it such an array or a number.
    settings : list of dict
        The hyper-parameters of each run.
    steps : int
        Number of steps.

    Returns
    -------
    dict of list
        By name, the value of each step.

    Raises
    ------
    TypeError, ValueError
        If a shape does not match, or a hyper-parameter with a schedule also has several values.
    """
    if not isinstance(schedule, dict | None):
        raise TypeError(f"schedule must be a dict of arrays, got {_validate.shown(schedule)}")
    rows = {}
    for name, values in (schedule or {}).items():
        if not isinstance(name, str):
            raise TypeError(f"schedule must have names, got {_validate.shown(name)} among them")
        if any(setting.get(name) != settings[0].get(name) for setting in settings):
            raise ValueError(f"{name} must have one value if it has a schedule, got several")
        rows[name] = _row(name, values, steps)
    return rows


def _values(name: str, value: Any) -> list[Any]:
    """List the values of one hyper-parameter."""
    if isinstance(value, torch.Tensor):
        _validate.dense(name, value)
    if hasattr(value, "tolist"):  # an array, a tensor or a Series
        if value.ndim > 1:
            raise ValueError(f"{name} must have one axis, got shape {tuple(value.shape)}")
        value = value.tolist()
    elif isinstance(value, tuple | range) and name != "betas":
        value = list(value)
    if not isinstance(value, list):
        return [value]
    if not value:
        raise ValueError(f"{name} must have at least one value, got none")
    return value


def _batch(name: str, values: list[Any]) -> Any:
    """Return one value if all runs have the same, else a tensor of shape (runs,)."""
    first = values[0]
    if all(value is first or value == first for value in values):
        return first
    if name == "betas":
        for value in values:
            if not isinstance(value, tuple | list) or len(value) != 2:
                raise TypeError(f"betas must be a list of pairs, got {_validate.shown(value)}")
        parts = zip(*values, strict=True)
        return tuple(_batch(f"betas[{i}]", list(part)) for i, part in enumerate(parts))
    for value in values:
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(
                f"{name} must be a number if it differs between runs, got {_validate.shown(value)}"
            )
    return torch.tensor(values, dtype=torch.float64, device="cpu")


def _row(name: str, values: Any, steps: int) -> list[Any]:
    """Return one value per step."""
    if name == "betas":
        if not isinstance(values, tuple | list) or len(values) != 2:
            raise TypeError(f"schedule['betas'] must be a pair, got {_validate.shown(values)}")
        parts = [
            [part] * steps if isinstance(part, Real) else _row(f"betas[{i}]", part, steps)
            for i, part in enumerate(values)
        ]
        return list(zip(*parts, strict=True))
    row = _validate.row(f"schedule[{name!r}]", values).tolist()
    if len(row) != steps:
        raise ValueError(f"schedule[{name!r}] must have shape ({steps},), got ({len(row)},)")
    return row
