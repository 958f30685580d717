"""What all rules share: argument checks, and hyper-parameters with one value per run."""

import contextlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch

from helpers import _validate

__all__ = ["Number", "Optimizer", "add_scaled", "add_weight_decay", "arguments", "build", "check"]

Number = float | torch.Tensor
"""A hyper-parameter: a number, or a tensor of shape (runs,) with one value per run."""

INTERVALS = {
    "lr": "[0, inf)",
    "momentum": "[0, 1)",
    "dampening": "[0, 1]",
    "alpha": "[0, 1)",
    "betas": "[0, 1)",
    "eps": "[0, inf)",
    "weight_decay": "[0, inf)",
    "lr_decay": "[0, inf)",
    "momentum_decay": "[0, inf)",
}
"""Valid values. Torch also accepts a momentum or α of 1 and more, with which an average would never
forget; here that is an error, as it is for β."""


EXPECTED = "rule must be a function of helpers.optimizers, such as optimizers.sgd"


class Optimizer(NamedTuple):
    """An update rule: a pair of pure functions.

    Attributes
    ----------
    init : callable
        ``init(params)`` returns the initial state, a NamedTuple with the field names of torch's
        ``optimizer.state``.
    update : callable
        ``update(params, gradient, state, **overrides)`` returns ``(params, state)`` after one step.
        ``params`` and ``gradient`` are tensors of floats of one shape, (runs, …) if a
        hyper-parameter has one value per run. ``overrides`` replace hyper-parameters in this step
        only, such as ``lr=0.01``. Raises a TypeError for unknown overrides, for a state of another
        rule and for anything but dense tensors of floats, and a ValueError for shapes that do not
        match and for values out of range. NaN or infinity in one run does not affect the others.
    """

    init: Callable[[torch.Tensor], Any]
    update: Callable[..., tuple[torch.Tensor, Any]]


def build(
    state_type: type,
    init: Callable[[torch.Tensor], Any],
    step: Callable[..., tuple[torch.Tensor, Any]],
    hyper: dict[str, Any],
    maximize: bool = False,
    check: Callable[[dict[str, Any]], None] = lambda hyper: None,
    shape: Callable[[Any], torch.Size] = lambda state: state[0].shape,
) -> Optimizer:
    """Make an `Optimizer` from the formulas of a rule.

    Parameters
    ----------
    state_type : type
        Type of the state, a NamedTuple.
    init : callable
        From params to the initial state.
    step : callable
        ``step(params, gradient, state, **hyper)``: the formulas. Each hyper-parameter is passed as
        a number, or as a tensor of shape (runs, 1, …) that can be multiplied with params.
    hyper : dict
        Hyper-parameters by name, each a `Number`; ``betas`` is a tuple of two.
    maximize : bool
        Ascend instead of descend.
    check : callable
        Raises an error if hyper-parameters, each valid by itself, exclude each other.
    shape : callable
        From a state to the shape of its params; by default, that of the first field.

    Returns
    -------
    Optimizer
        Its functions check their arguments.

    Raises
    ------
    TypeError, ValueError
        If a hyper-parameter is out of range.
    """
    maximize = _validate.flag("maximize", maximize)
    hyper = _checked(hyper)
    check(hyper)

    def checked_init(params: torch.Tensor) -> Any:
        return init(_validate.tensor("params", params))

    def update(
        params: torch.Tensor, gradient: torch.Tensor, state: Any, **overrides: Any
    ) -> tuple[torch.Tensor, Any]:
        _check_update(params, gradient, state, state_type, shape)
        current = hyper
        if overrides:
            unknown = sorted(overrides.keys() - hyper.keys())
            if unknown:
                known = ", ".join(hyper)
                raise TypeError(f"{unknown[0]} is not one of the hyper-parameters: {known}")
            current = hyper | _checked(overrides)
            check(current)
        current = {name: _per_run(name, value, params) for name, value in current.items()}
        # With one value per run all is computed in float64, and only the results are rounded.
        batched = any(isinstance(value, torch.Tensor) for value in _flat(current))
        dtype = torch.float64 if batched else params.dtype
        with torch.no_grad():
            gradient = (-gradient if maximize else gradient).to(dtype)
            new, state = step(params.to(dtype), gradient, _cast(state, params, dtype), **current)
        return new.to(params.dtype), _cast(state, params, params.dtype)

    return Optimizer(checked_init, update)


def arguments(rule: Any) -> Mapping[str, inspect.Parameter]:
    """Return the arguments of a function that makes a rule, such as ``sgd``.

    Parameters
    ----------
    rule : callable
        The function.

    Returns
    -------
    mapping
        By name; ``"lr"`` is among them.

    Raises
    ------
    TypeError
        If ``rule`` is not such a function.
    """
    found: Mapping[str, inspect.Parameter] = {}
    if callable(rule) and not isinstance(rule, type):
        with contextlib.suppress(ValueError):  # of a function of C, which has no signature
            found = inspect.signature(rule).parameters
    if "lr" not in found:
        raise TypeError(f"{EXPECTED}, got {_validate.shown(rule)}")
    return found


def check(optimizer: Any, rule: Any) -> Optimizer:
    """Return what ``rule`` made; raise a TypeError unless it is an `Optimizer`.

    Parameters
    ----------
    optimizer : Optimizer
        What the function returned.
    rule : callable
        The function, for the error.

    Returns
    -------
    Optimizer
        The same.
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{EXPECTED}, got {_validate.shown(rule)}")
    return optimizer


def add_scaled(tensor: torch.Tensor, factor: Number, other: torch.Tensor) -> torch.Tensor:
    """Return ``tensor + factor * other``, rounded once, as torch's optimizers do.

    Parameters
    ----------
    tensor : torch.Tensor
        Any shape.
    factor : float or torch.Tensor
        A number, or a tensor that broadcasts to that shape.
    other : torch.Tensor
        Same shape.

    Returns
    -------
    torch.Tensor
        Same shape.
    """
    if isinstance(factor, torch.Tensor):
        return torch.addcmul(tensor, factor, other)
    return torch.add(tensor, other, alpha=factor)


def add_weight_decay(
    gradient: torch.Tensor, weight_decay: Number, params: torch.Tensor
) -> torch.Tensor:
    """Return gₜ + λ θₜ₋₁, and gₜ where λ is 0: there an infinite θ must not give NaN.

    Parameters
    ----------
    gradient : torch.Tensor
        Any shape.
    weight_decay : float or torch.Tensor
        λ, a number or a tensor that broadcasts to that shape.
    params : torch.Tensor
        Same shape.

    Returns
    -------
    torch.Tensor
        Same shape.
    """
    if isinstance(weight_decay, torch.Tensor):
        decayed = add_scaled(gradient, weight_decay, params)
        return torch.where(weight_decay == 0, gradient, decayed)
    return gradient if weight_decay == 0 else add_scaled(gradient, weight_decay, params)


def _checked(hyper: dict[str, Any]) -> dict[str, Any]:
    """Return the hyper-parameters, or raise an error if one is out of range."""
    checked: dict[str, Any] = {}
    for name, value in hyper.items():
        if name != "betas":
            checked[name] = _validate.number_or_tensor(name, value, INTERVALS[name])
        elif isinstance(value, tuple | list) and len(value) == 2:
            checked[name] = tuple(
                _validate.number_or_tensor(f"betas[{i}]", beta, INTERVALS[name])
                for i, beta in enumerate(value)
            )
        else:
            raise TypeError(
                f"betas must be two numbers in {INTERVALS[name]}, got {_validate.shown(value)}"
            )
    return checked


def _check_update(
    params: Any,
    gradient: Any,
    state: Any,
    state_type: type[Any],
    shape_of: Callable[[Any], torch.Size],
) -> None:
    """Raise an error if the arguments of ``update`` do not belong together."""
    shape = tuple(_validate.tensor("params", params).shape)
    if tuple(_validate.tensor("gradient", gradient).shape) != shape:
        raise ValueError(
            f"gradient must have the shape of params, {shape}, got {tuple(gradient.shape)}"
        )
    if not isinstance(state, state_type):
        raise TypeError(
            f"state must be the {state_type.__name__} that init or the last update returned, "
            f"got {_validate.shown(state)}"
        )
    if tuple(shape_of(state)) != shape:
        raise ValueError(
            f"state must be of params of shape {shape}, got one of shape {tuple(shape_of(state))}"
        )


def _per_run(name: str, value: Any, params: torch.Tensor) -> Any:
    """Reshape one value per run from (runs,) to (runs, 1, …), to multiply it with params."""
    if isinstance(value, tuple):
        return tuple(_per_run(f"{name}[{i}]", part, params) for i, part in enumerate(value))
    if isinstance(value, torch.Tensor) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, torch.Tensor):
        return _validate.representable(name, value, params)
    if value.shape != params.shape[:1]:
        raise ValueError(
            f"{name} must be a number or have one value per run, and params has shape "
            f"{tuple(params.shape)}, got shape {tuple(value.shape)}"
        )
    # In float32, powers such as βᵗ would lose digits.
    return value.to(params.device, torch.float64).reshape(-1, *[1] * (params.ndim - 1))


def _flat(hyper: dict[str, Any]) -> list[Number]:
    """Return all values, those of ``betas`` one by one."""
    return [
        part
        for value in hyper.values()
        for part in (value if isinstance(value, tuple) else (value,))
    ]


def _cast(state: Any, params: torch.Tensor, dtype: torch.dtype) -> Any:
    """Convert the fields of a state that are floats of the shape of params to a dtype."""
    return type(state)(
        *(
            field.to(dtype)
            if isinstance(field, torch.Tensor)
            and field.is_floating_point()
            and field.shape == params.shape
            else field
            for field in state
        )
    )
