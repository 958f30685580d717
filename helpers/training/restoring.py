"""A model and its optimizer, lent for a while and exactly as they were after it."""

import copy
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

__all__ = ["restored"]


@contextmanager
def restored(model: nn.Module, optimizer: Optimizer) -> Iterator[None]:
    """Let a model be trained, and undo it: weights, buffers, gradients, modes, optimizer.

    While it lasts they work on copies of their tensors; the tensors themselves are put aside and
    never touched, so that they are the same objects with the same bits afterwards. What a module
    notes in lists or dictionaries of its own cannot be undone, only what it assigns.

    Parameters
    ----------
    model : nn.Module
        The model.
    optimizer : torch.optim.Optimizer
        What trains it.
    """
    held = [p for group in optimizer.param_groups for p in group["params"]]
    parameters = list({id(p): p for p in [*model.parameters(), *held]}.values())
    tensors = [(p, p.data, p.grad) for p in parameters]
    modules = [(part, dict(vars(part)), dict(part._buffers)) for part in model.modules()]
    own, state = dict(vars(optimizer)), optimizer.state
    groups = [(group, dict(group)) for group in optimizer.param_groups]

    copies: dict[int, torch.Tensor] = {}  # a buffer that two modules share stays one
    for parameter in parameters:
        parameter.data, parameter.grad = parameter.data.clone(), None
    for part, _, buffers in modules:
        for name, buffer in buffers.items():
            if buffer is not None:
                part._buffers[name] = copies.setdefault(id(buffer), buffer.clone())
    twin: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
    twin.update((key, copy.deepcopy(value)) for key, value in state.items())
    optimizer.state = twin
    try:
        yield
    finally:
        for parameter, data, gradient in tensors:
            parameter.data, parameter.grad = data, gradient
        for part, attributes, buffers in modules:
            _reset(vars(part), attributes)
            _reset(part._buffers, buffers)
        for group, settings in groups:
            _reset(group, settings)
        _reset(vars(optimizer), own)


def _reset(current: dict[str, Any], before: dict[str, Any]) -> None:
    current.clear()
    current.update(before)
