"""What runs differ in: hyper-parameters crossed with each other, and their schedules."""

import inspect
from collections.abc import Callable
from itertools import product
from numbers import Real
from typing import Any

import numpy as np
import torch

from helpers.optimizers import Optimizer
from helpers.optimizers.base import for_device

__all__ = ["combinations", "prepare"]

Overrides = Callable[[int], dict[str, Any]]


def combinations(hyper: dict[str, Any]) -> list[dict[str, Any]]:
    """Cross the values of all hyper-parameters, the last one changing fastest.

    A list, or an array or tensor with one axis, means several values; anything else is one.

    Parameters
    ----------
    hyper : dict
        By name, one value or several.

    Returns
    -------
    list of dict
        One value each; for no hyper-parameter at all, one empty dict.

    Raises
    ------
    ValueError
        If an array has more axes, or there is no value.

    Examples
    --------
    >>> combinations({"lr": [0.1, 0.2], "betas": (0.9, 0.99)})
    [{'lr': 0.1, 'betas': (0.9, 0.99)}, {'lr': 0.2, 'betas': (0.9, 0.99)}]
    """
    choices = [_several(name, values) for name, values in hyper.items()]
    return [dict(zip(hyper, values, strict=True)) for values in product(*choices)]


def prepare(
    rule: Callable[..., Optimizer],
    hyper: list[dict[str, Any]],
    schedule: dict[str, Any],
    steps: int,
    device: torch.device,
) -> tuple[Optimizer, Overrides, torch.Tensor]:
    """Make the optimizer of all runs.

    Parameters
    ----------
    rule : callable
        A factory of `helpers.optimizers`.
    hyper : list of dict
        Its arguments, run by run.
    schedule : dict
        By name of hyper-parameter: an array or tensor of shape (steps,), the same for all runs, or
        (runs, steps). ``betas`` is a tuple of two, each such an array or a number.
    steps : int
        How many there are.
    device : torch.device
        Where the runs are.

    Returns
    -------
    optimizer : Optimizer
        With a number where all runs agree, else one value a run.
    overrides : callable
        From the step to the keywords of ``update``.
    rates : torch.Tensor
        The learning rates, shape (runs, steps).

    Raises
    ------
    TypeError, ValueError
        If a shape does not fit, or a hyper-parameter both differs between runs and has a schedule.
    """
    arguments = {
        name: _gathered(name, [setting[name] for setting in hyper], device) for name in hyper[0]
    }
    rows = {}
    for name, values in schedule.items():
        if any(setting.get(name) != hyper[0].get(name) for setting in hyper):
            raise ValueError(f"{name} must have one value where it has a schedule, got several")
        rows[name] = _per_step(name, values, len(hyper), steps, device)
    rates = rows.get("lr", [arguments.get("lr", _default(rule, "lr"))] * steps)
    rates = [torch.as_tensor(rate, dtype=torch.float64).expand(len(hyper)) for rate in rates]

    def overrides(step: int) -> dict[str, Any]:
        return {name: row[step] for name, row in rows.items()}

    return rule(**arguments), overrides, torch.stack(rates, dim=1)


def _several(name: str, values: Any) -> list[Any]:
    """List the values of one hyper-parameter."""
    if isinstance(values, np.ndarray | torch.Tensor):
        if values.ndim > 1:
            raise ValueError(f"{name} must have one axis, got shape {tuple(values.shape)}")
        values = values.tolist()
    if not isinstance(values, list):
        return [values]
    if not values:
        raise ValueError(f"{name} must have at least one value, got none")
    return values


def _gathered(name: str, values: list[Any], device: torch.device) -> Any:
    """One value if the runs agree, else a tensor of shape (runs,); of ``betas`` a tuple of two."""
    if all(value == values[0] for value in values):
        return values[0]
    if name == "betas":
        pairs = enumerate(zip(*values, strict=True))
        return tuple(_gathered(f"betas[{i}]", list(part), device) for i, part in pairs)
    for value in values:
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{name} must be numbers if it differs between runs, got {value!r}")
    return for_device(torch.tensor(values, dtype=torch.float64), device)


def _per_step(name: str, values: Any, runs: int, steps: int, device: torch.device) -> list[Any]:
    """One entry a step: a number, or a tensor of shape (runs,); of ``betas`` a tuple of two."""
    if name == "betas":
        if not isinstance(values, tuple) or len(values) != 2:
            raise TypeError(f"schedule['betas'] must be a tuple of two, got {values!r}")
        parts = [
            [part] * steps
            if isinstance(part, Real)
            else _per_step(f"betas[{i}]", part, runs, steps, device)
            for i, part in enumerate(values)
        ]
        return list(zip(*parts, strict=True))
    table = torch.as_tensor(values, dtype=torch.float64)
    if table.shape == (steps,):
        return table.tolist()
    if table.shape == (runs, steps):
        return list(for_device(table, device).unbind(1))
    raise ValueError(
        f"schedule[{name!r}] must have shape (steps,) = ({steps},) or (runs, steps) = "
        f"({runs}, {steps}), got {tuple(table.shape)}"
    )


def _default(function: Callable[..., Any], argument: str) -> Any:
    return inspect.signature(function).parameters[argument].default
