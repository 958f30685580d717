"""What every rule shares: the pair of functions, the checks, one hyper-parameter value a run."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from helpers import _validate

__all__ = ["Number", "Optimizer", "add_scaled", "build", "decayed", "for_device"]

Number = float | torch.Tensor
"""A hyper-parameter: one number for all runs, or a tensor of shape (runs,), one value a run."""

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
"""Where each hyper-parameter may lie. A momentum or α of 1 and more, which torch lets pass, is an
error here as β is there: the average would never forget."""


class Optimizer(NamedTuple):
    """An update rule: two pure functions.

    Attributes
    ----------
    init : callable
        ``init(params)`` returns the state before the first step, a NamedTuple whose fields carry
        the names of torch's ``optimizer.state``.
    update : callable
        ``update(params, gradient, state, **overrides)`` returns ``(params, state)`` after one step.
        ``params`` and ``gradient`` are tensors of one shape, (runs, …) if a hyper-parameter has one
        value a run. ``overrides`` are hyper-parameters for this step only, such as ``lr=0.01``.
        It raises a TypeError for an override that the rule does not know and for what is no tensor
        of real numbers, a ValueError for shapes that do not fit and for values out of range. NaN in
        ``params`` or ``gradient`` is no error: it spreads within its own run.
    """

    init: Callable[[torch.Tensor], Any]
    update: Callable[..., tuple[torch.Tensor, Any]]


def build(
    init: Callable[[torch.Tensor], Any],
    step: Callable[..., tuple[torch.Tensor, Any]],
    hyper: dict[str, Any],
    maximize: bool = False,
    agree: Callable[[dict[str, Any]], None] = lambda hyper: None,
) -> Optimizer:
    """Make an `Optimizer` of a rule's formulas.

    Parameters
    ----------
    init : callable
        From params to the first state. The state's first field has the shape of params.
    step : callable
        ``step(params, gradient, state, **hyper)``, the formulas. Each hyper-parameter comes as a
        number or as a tensor of shape (runs, 1, …), ready to be multiplied.
    hyper : dict
        The hyper-parameters by name, each a `Number`; ``betas`` a tuple of two.
    maximize : bool
        Climb instead of descend.
    agree : callable
        Raises if the hyper-parameters, each good by itself, do not go together.

    Returns
    -------
    Optimizer
        Its functions check what they are given.

    Raises
    ------
    TypeError, ValueError
        If a hyper-parameter is no number in its interval.
    """
    maximize = _validate.flag("maximize", maximize)
    hyper = _checked(hyper)
    agree(hyper)

    def start(params: torch.Tensor) -> Any:
        return init(_real("params", params))

    def update(
        params: torch.Tensor, gradient: torch.Tensor, state: Any, **overrides: Any
    ) -> tuple[torch.Tensor, Any]:
        _fits(params, gradient, state)
        now = hyper
        if overrides:
            unknown = sorted(overrides.keys() - hyper.keys())
            if unknown:
                known = ", ".join(hyper)
                raise TypeError(f"{unknown[0]} is none of this rule's hyper-parameters: {known}")
            now = hyper | _checked(overrides)
            agree(now)
        now = {name: _spread(name, value, params) for name, value in now.items()}
        batched = [value for value in _flat(now) if isinstance(value, torch.Tensor)]
        # One value a run is in float64: so is the step, and only its results are rounded.
        dtype = batched[0].dtype if batched else params.dtype
        with torch.no_grad():
            gradient = (-gradient if maximize else gradient).to(dtype)
            moved, state = step(params.to(dtype), gradient, _cast(state, params, dtype), **now)
        return moved.to(params.dtype), _cast(state, params, params.dtype)

    return Optimizer(start, update)


def _checked(hyper: dict[str, Any]) -> dict[str, Any]:
    """Return the hyper-parameters, each within its interval."""
    good: dict[str, Any] = {}
    for name, value in hyper.items():
        if name != "betas":
            good[name] = _validate.numbers(name, value, INTERVALS[name])
        elif isinstance(value, tuple | list) and len(value) == 2:
            good[name] = tuple(
                _validate.numbers(f"betas[{i}]", beta, INTERVALS[name])
                for i, beta in enumerate(value)
            )
        else:
            raise TypeError(f"betas must be a tuple of two numbers in [0, 1), got {value!r}")
    return good


def add_scaled(tensor: torch.Tensor, factor: Number, other: torch.Tensor) -> torch.Tensor:
    """Return ``tensor + factor * other``, rounded once, as torch's own optimizers round it.

    Parameters
    ----------
    tensor : torch.Tensor
        Any shape.
    factor : float or torch.Tensor
        A number, or a tensor that broadcasts against the others.
    other : torch.Tensor
        Of the shape of ``tensor``.

    Returns
    -------
    torch.Tensor
        Of that shape.
    """
    if isinstance(factor, torch.Tensor):
        return torch.addcmul(tensor, factor, other)
    return torch.add(tensor, other, alpha=factor)


def decayed(
    params: torch.Tensor,
    gradient: torch.Tensor,
    lr: Number,
    weight_decay: Number,
    decoupled: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Apply weight decay to the parameters if it is decoupled, else to the gradient.

    Parameters
    ----------
    params, gradient : torch.Tensor
        Of one shape.
    lr, weight_decay : float or torch.Tensor
        γ and λ, numbers or tensors that broadcast against them.
    decoupled : bool
        Whether the decay acts on the parameters, (1 − γλ) θ, or on the gradient, g + λ θ.

    Returns
    -------
    params : torch.Tensor
        Changed if the decay is decoupled, else as they came.
    gradient : torch.Tensor
        Changed if it is not, else as it came.
    """
    if decoupled:
        # θₜ₋₁ ← (1 − γλ) θₜ₋₁
        return params * (1 - lr * weight_decay), gradient
    # gₜ ← gₜ + λ θₜ₋₁
    return params, add_scaled(gradient, weight_decay, params)


def for_device(values: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Bring hyper-parameters to a device, in float64 if it has that.

    In float32, 1 − 0.999 would lose four digits, so that coefficients stay in float64 even where
    the parameters do not.

    Parameters
    ----------
    values : torch.Tensor
        Any shape.
    device : torch.device
        Where the parameters are.

    Returns
    -------
    torch.Tensor
        In float64; in float32 on Apple's GPUs, which have nothing longer.
    """
    return values.to(device, torch.float32 if device.type == "mps" else torch.float64)


def _real(name: str, value: Any) -> torch.Tensor:
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        kind = f"dtype {value.dtype}" if isinstance(value, torch.Tensor) else repr(value)
        raise TypeError(f"{name} must be a tensor of real numbers, got {kind}")
    return value


def _fits(params: torch.Tensor, gradient: torch.Tensor, state: Any) -> None:
    """Raise if the three do not belong together."""
    shape = _real("params", params).shape
    if _real("gradient", gradient).shape != shape:
        raise ValueError(
            f"gradient must have the shape of params, {tuple(shape)}, got {tuple(gradient.shape)}"
        )
    if state[0].shape != shape:
        raise ValueError(
            f"state must be of params of shape {tuple(shape)}, got one of {tuple(state[0].shape)}"
        )


def _spread(name: str, value: Any, params: torch.Tensor) -> Any:
    """Shape one value a run so that it multiplies ``params``: (runs,) becomes (runs, 1, …)."""
    if isinstance(value, tuple):
        return tuple(_spread(f"{name}[{i}]", part, params) for i, part in enumerate(value))
    if not isinstance(value, torch.Tensor):
        return value
    if value.ndim == 0:
        return value.item()
    if value.shape != params.shape[:1]:
        raise ValueError(
            f"{name} must be a number or have one value for each run, params having shape "
            f"{tuple(params.shape)}, got shape {tuple(value.shape)}"
        )
    return for_device(value, params.device).reshape(-1, *[1] * (params.ndim - 1))


def _flat(hyper: dict[str, Any]) -> list[Number]:
    """List all values, those of ``betas`` one by one."""
    return [
        part
        for value in hyper.values()
        for part in (value if isinstance(value, tuple) else (value,))
    ]


def _cast(state: Any, params: torch.Tensor, dtype: torch.dtype) -> Any:
    """Bring the numbers of a state that have the shape of params to a dtype."""
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
