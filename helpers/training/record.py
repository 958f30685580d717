"""Recording at every update: gradients, parameters, and the optimizer's state."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from helpers import _validate
from helpers._validate import shown
from helpers.training._model import held_by

__all__ = ["Record"]

KEEPS = ("all", "norm")
MOST_BYTES = 2**31

Selection = Callable[[torch.Tensor], torch.Tensor]
Values = list[torch.Tensor]


@dataclass(frozen=True)
class Record:
    """What to record at every update.

    Attributes
    ----------
    of : str
        ``"gradient"``: as the update uses it. ``"parameter"``: before the update, where that
        gradient was computed. Or a name in the optimizer's state, after the update:
        ``"exp_avg"`` and ``"exp_avg_sq"`` of Adam, ``"momentum_buffer"`` of SGD.
    layers : str or sequence of str, optional
        Names of parameters, as in ``model.named_parameters()``, or of modules, for all of their
        parameters. By default, all of the model's.
    keep : {"norm", "all"} or sequence
        Each parameter tensor's Euclidean norm; all of it; or the entries with these indices, such
        as ``[(0, 3), (5, 7)]``.
    label : str, optional
        The name in ``History.records``, by default ``of``.

    Raises
    ------
    TypeError, ValueError
        If ``of`` or ``label`` is no name, or ``keep`` is none of these.
    """

    of: str = "gradient"
    layers: str | Sequence[str] | None = None
    keep: str | Sequence[Any] = "norm"
    label: str | None = None

    def __post_init__(self) -> None:
        layers: Any = "all" if self.layers is None else self.layers
        layers = [layers] if isinstance(layers, str) else layers
        if not isinstance(layers, Sequence) or len(layers) == 0:
            raise TypeError(f"layers must be a name or a sequence of names, got {shown(layers)}")
        named = [("of", self.of), ("label", self.name), *(("layers", one) for one in layers)]
        for name, value in named:
            if not isinstance(value, str) or not value:
                raise TypeError(f"{name} must be a name, got {shown(value)}")
        if isinstance(self.keep, str):
            _validate.choice("keep", self.keep, KEEPS)
        elif not isinstance(self.keep, Sequence) or not self.keep:
            raise TypeError(
                f"keep must be one of {KEEPS} or a sequence of indices, got {shown(self.keep)}"
            )

    @property
    def name(self) -> str:
        """Under which the record is found in the history."""
        return self.of if self.label is None else self.label


class Recorder:
    """Records values during training, as some `Record` ask for."""

    def __init__(
        self, record: Any, model: nn.Module, optimizers: Sequence[Optimizer], updates: int
    ) -> None:
        """Raise TypeError or ValueError if records do not fit, or not into memory."""
        records = [record] if isinstance(record, Record) else record
        if not isinstance(records, Sequence) or not all(isinstance(r, Record) for r in records):
            raise TypeError(
                f"record must be a Record or a sequence of Records, got {shown(record)}"
            )
        self.optimizers = optimizers
        # by label and parameter's name
        self.entries: dict[tuple[str, str], tuple[Record, nn.Parameter, Selection, Values]] = {}
        trained = held_by(*optimizers)
        size = 0
        for one in records:
            for name, parameter in _chosen(one.layers, model):
                if one.of != "parameter" and id(parameter) not in trained:
                    raise ValueError(f"record must name parameters that are trained, got {name!r}")
                if (one.name, name) in self.entries:
                    raise ValueError(f"record must not name {name!r} twice for {one.name!r}")
                selection, numbers = _selection(one.keep, name, parameter)
                size += updates * numbers * parameter.element_size()
                self.entries[one.name, name] = one, parameter, selection, []
        if size > MOST_BYTES:
            got = f"{size / 2**30:.1f} GiB in {updates} updates: keep='norm' takes far less"
            raise ValueError(f"record must fit into {MOST_BYTES / 2**30:.0f} GiB, got {got}")

    def before_step(self) -> None:
        """Record gradients and parameters, once the gradients are computed."""
        for record, parameter, selection, values in self.entries.values():
            if record.of not in ("gradient", "parameter"):
                continue
            value = parameter.grad if record.of == "gradient" else parameter
            if value is None:  # the parameter had no part in this pass
                value = torch.full_like(parameter, math.nan)
            values.append(selection(value.detach().to_dense()))

    def after_step(self) -> None:
        """Record the optimizer's state; ValueError if it has none of that name and shape."""
        for (_, name), (record, parameter, selection, values) in self.entries.items():
            if record.of in ("gradient", "parameter"):
                continue
            states = (o.state[parameter] for o in self.optimizers if parameter in o.state)
            state: Any = next(states, {})
            value = state.get(record.of)
            if not state and parameter.grad is None:  # the parameter had no part in any pass yet
                value = torch.full_like(parameter, math.nan).detach()
            if getattr(value, "shape", None) != parameter.shape:
                known = [k for k, v in state.items() if getattr(v, "shape", ()) == parameter.shape]
                kept = f"one of {known}, the optimizer's state for {name!r}"
                raise ValueError(f"of must be 'gradient', 'parameter' or {kept}, got {record.of!r}")
            values.append(selection(value.to_dense()))

    def records(self) -> dict[str, dict[str, torch.Tensor]]:
        """Return all values by label and parameter, shape (updates, …) each, on the CPU."""
        found: dict[str, dict[str, torch.Tensor]] = {}
        for (label, name), (*_, values) in self.entries.items():
            if values:
                found.setdefault(label, {})[name] = torch.stack(values).cpu()
                values.clear()  # one copy in memory is enough
        return found


def _chosen(layers: str | Sequence[str] | None, model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """Return the parameters that ``layers`` name, in the model's order."""
    parameters = dict(model.named_parameters())
    if layers is None:
        return list(parameters.items())
    chosen: set[str] = set()
    for layer in [layers] if isinstance(layers, str) else layers:
        inside = {name for name in parameters if f"{name}.".startswith(f"{layer}.")}
        if not inside:
            names = f"{', '.join(parameters)} or a module of them"
            raise ValueError(f"layers must name parameters of the model, {names}, got {layer!r}")
        chosen |= inside
    return [(name, parameter) for name, parameter in parameters.items() if name in chosen]


def _selection(keep: Any, name: str, parameter: nn.Parameter) -> tuple[Selection, int]:
    """Return a function that selects the values to keep of a tensor, and how many they are."""
    if isinstance(keep, str):
        if keep == "all":
            return torch.clone, parameter.numel()
        return torch.linalg.vector_norm, 1
    positions: Any = np.arange(parameter.numel()).reshape(parameter.shape)
    try:
        flat = [int(positions[index]) for index in keep]
    except (IndexError, TypeError, ValueError):  # TypeError: int() of a row
        entries = f"entries of {name!r}, shape {tuple(parameter.shape)}"
        raise ValueError(f"keep must hold indices of single {entries}, got {shown(keep)}") from None
    indices = torch.tensor(flat, device=parameter.device)
    return lambda tensor: torch.take(tensor, indices), len(flat)
