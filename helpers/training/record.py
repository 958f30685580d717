"""Recording, update by update: gradients, parameters, and what the optimizer keeps."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from helpers import _validate

__all__ = ["Record", "Recorder"]

KEEPS = ("all", "norm", "mean")
MOST_BYTES = 2**31

Take = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Record:
    """What to write down at every update.

    Attributes
    ----------
    of : str
        ``"gradient"``: as the update uses it, after clipping. ``"parameter"``: before the update,
        where that gradient was taken. Anything else is something the optimizer keeps for each
        parameter, after the update: ``"exp_avg"`` and ``"exp_avg_sq"`` of Adam,
        ``"momentum_buffer"`` of SGD.
    layers : str or sequence of str, optional
        Names of parameters, as in ``model.named_parameters()``, or of modules, whose parameters are
        then all recorded. Without it, all of the model's.
    keep : {"norm", "mean", "all"} or sequence
        One number for each parameter tensor: its Euclidean norm or its mean. ``"all"``: the whole
        tensor. A sequence of indices, such as ``[(0, 3), (5, 7)]``: those entries.
    label : str, optional
        The name in ``History.records``, by default ``of``.

    Raises
    ------
    TypeError, ValueError
        If ``of`` or ``label`` is no name, or ``keep`` is none of these.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> from helpers import training
    >>> model = nn.Linear(2, 1)
    >>> optimizer = torch.optim.Adam(model.parameters())
    >>> data = torch.randn(8, 2), torch.randn(8, 1)
    >>> history = training.fit(
    ...     model, nn.MSELoss(), optimizer, data, epochs=3, batch_size=4, record=[
    ...         training.Record("gradient", "weight", keep=[(0, 1)]),
    ...         training.Record("exp_avg"),
    ...     ],
    ... )
    >>> history.records["gradient"]["weight"].shape
    torch.Size([6, 1])
    >>> sorted(history.records["exp_avg"])
    ['bias', 'weight']
    """

    of: str = "gradient"
    layers: str | Sequence[str] | None = None
    keep: str | Sequence[Any] = "norm"
    label: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("of", self.of), ("label", self.name)):
            if not isinstance(value, str) or not value:
                raise TypeError(f"{name} must be a name, got {value!r}")
        if isinstance(self.keep, str):
            _validate.choice("keep", self.keep, KEEPS)
        elif not isinstance(self.keep, Sequence) or not self.keep:
            raise TypeError(
                f"keep must be one of {', '.join(map(repr, KEEPS))} or a sequence of indices, "
                f"got {self.keep!r}"
            )

    @property
    def name(self) -> str:
        """Under which the record is found in the history."""
        return self.of if self.label is None else self.label


class Recorder:
    """Takes down, in the training loop, what some `Record` want.

    Parameters
    ----------
    records : sequence of Record
        What is wanted.
    model : nn.Module
        Whose parameters they name.
    optimizer : torch.optim.Optimizer
        What trains it.
    updates : int
        How many there will be, to see beforehand what they take of memory.

    Raises
    ------
    TypeError
        If one of ``records`` is none.
    ValueError
        If one names what there is not, or what another has under the same label, or if all of them
        would not fit into memory.
    """

    def __init__(
        self, records: Sequence[Record], model: nn.Module, optimizer: Optimizer, updates: int
    ) -> None:
        self.optimizer = optimizer
        # (label, name, what, parameter, take), by when the value is there to be taken
        self.before: list[tuple[str, str, str, nn.Parameter, Take]] = []
        self.after: list[tuple[str, str, str, nn.Parameter, Take]] = []
        self.taken: dict[tuple[str, str], list[torch.Tensor]] = {}
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        size = 0
        for record in records:
            if not isinstance(record, Record):
                raise TypeError(f"record must hold Records, got {record!r}")
            for name, parameter in _chosen(record.layers, model):
                if record.of != "parameter" and id(parameter) not in held:
                    raise ValueError(
                        f"record must name parameters that the optimizer trains, got {name!r} for "
                        f"{record.of!r}"
                    )
                if (record.name, name) in self.taken:
                    raise ValueError(
                        f"record must not name {name!r} twice for {record.name!r}: give one of the "
                        "two a label of its own"
                    )
                self.taken[record.name, name] = []
                take, numbers = _taker(record.keep, name, parameter)
                size += updates * numbers * parameter.element_size()
                early = record.of in ("gradient", "parameter")
                entry = (record.name, name, record.of, parameter, take)
                (self.before if early else self.after).append(entry)
        if size > MOST_BYTES:
            raise ValueError(
                f"record must fit into {MOST_BYTES / 2**30:.0f} GiB, got {size / 2**30:.1f} GiB in "
                f"{updates} updates: keep='norm', or some entries, takes far less"
            )

    def before_update(self) -> None:
        """Take gradients and parameters; called once the gradients are there."""
        for label, name, of, parameter, take in self.before:
            value = parameter.grad if of == "gradient" else parameter
            if value is None:  # the parameter had no part in this pass
                value = torch.full_like(parameter, math.nan)
            self.taken[label, name].append(take(value.detach()))

    def after_update(self) -> None:
        """Take what the optimizer keeps.

        Raises
        ------
        ValueError
            If the optimizer keeps nothing of that name and of the parameter's shape.
        """
        for label, name, of, parameter, take in self.after:
            state = self.optimizer.state[parameter]
            if not isinstance(state.get(of), torch.Tensor) or state[of].shape != parameter.shape:
                kept = [k for k, v in state.items() if getattr(v, "shape", None) == parameter.shape]
                raise ValueError(
                    f"of must be 'gradient', 'parameter' or what {type(self.optimizer).__name__} "
                    f"keeps for {name!r} ({', '.join(map(repr, kept)) or 'nothing'}), got {of!r}"
                )
            self.taken[label, name].append(take(state[of]))

    def collect(self) -> dict[str, dict[str, torch.Tensor]]:
        """Return what was taken since the last time.

        Returns
        -------
        dict of dict of torch.Tensor
            By label and parameter, shape (updates, …) each, on the CPU.
        """
        found: dict[str, dict[str, torch.Tensor]] = {}
        for (label, name), values in self.taken.items():
            if values:
                found.setdefault(label, {})[name] = torch.stack(values).cpu()
                values.clear()
        return found


def _chosen(layers: str | Sequence[str] | None, model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """Return the parameters that ``layers`` name, in the model's order."""
    parameters = dict(model.named_parameters())
    if layers is None:
        return list(parameters.items())
    modules = dict(model.named_modules())
    wanted: set[str] = set()
    for layer in [layers] if isinstance(layers, str) else layers:
        inside = [n for n in parameters if n == layer or n.startswith(f"{layer}.")]
        if not inside:
            kind = "a module without parameters" if layer in modules else "no such name"
            raise ValueError(
                f"layers must name parameters or modules of the model, "
                f"{', '.join(map(repr, parameters))}, got {layer!r}, {kind}"
            )
        wanted.update(inside)
    return [(name, parameter) for name, parameter in parameters.items() if name in wanted]


def _taker(keep: str | Sequence[Any], name: str, parameter: nn.Parameter) -> tuple[Take, int]:
    """Return what takes a value from a tensor, and how many numbers it takes."""
    if keep == "norm":
        return torch.linalg.vector_norm, 1
    if keep == "mean":
        return torch.mean, 1
    if keep == "all":
        return torch.clone, parameter.numel()
    shape = tuple(parameter.shape)
    numbers: Any = torch.arange(parameter.numel()).reshape(shape)
    try:
        flat = [int(numbers[index]) for index in keep]
    except (IndexError, TypeError, ValueError, RuntimeError):  # int() of a whole row is the last
        raise ValueError(
            f"keep must hold indices of single entries of {name!r}, shape {shape}, got {keep!r}"
        ) from None
    indices = torch.tensor(flat, device=parameter.device)
    return lambda tensor: torch.take(tensor, indices), len(flat)
