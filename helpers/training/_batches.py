"""Mini-batches, from tensors in memory or from a DataLoader."""

from collections.abc import Iterable, Iterator, Sized
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from helpers import _validate
from helpers._validate import shown

Batch = tuple[torch.Tensor, torch.Tensor]


class TensorBatches:
    """Batches of two tensors, inputs and targets, shapes (samples, …).

    To index a tensor is much faster than a DataLoader, which stacks samples one by one.
    """

    def __init__(self, x: torch.Tensor, y: torch.Tensor, batch_size: int) -> None:
        self.x, self.y, self.batch_size = x, y, min(batch_size, len(x))

    def __len__(self) -> int:
        return -(-len(self.x) // self.batch_size)

    def sample(self) -> Batch:
        """Return the last batch of an epoch, the smallest, which BatchNorm may refuse."""
        rows = slice((len(self) - 1) * self.batch_size, None)
        return self.x[rows].clone(), self.y[rows].clone()

    def epoch(self, order: torch.Generator | None = None) -> Iterator[Batch]:
        """Yield each sample once, shuffled if there is a generator."""
        samples = len(self.x)
        rows = torch.arange(samples, device="cpu")
        if order is not None:
            rows = torch.randperm(samples, generator=order, device="cpu")
        for indices in rows.to(self.x.device).split(self.batch_size):
            yield self.x[indices], self.y[indices]


class LoaderBatches:
    """Batches of a DataLoader, or of another iterable over pairs of tensors, moved to a device."""

    def __init__(self, name: str, loader: Iterable[Any], device: torch.device) -> None:
        self.name, self.loader, self.device = name, loader, device

    def __len__(self) -> int:
        """Return the number of batches, 0 if the loader does not know it."""
        return _length(self.loader) or 0

    def sample(self) -> Batch:
        """Return a batch, as small as the last one of an epoch if that is known."""
        x, y = next(self.epoch())
        rest = None
        if isinstance(self.loader, DataLoader) and self.loader.batch_size == len(x):
            samples = 0 if self.loader.drop_last else _length(self.loader.sampler) or 0
            rest = samples % self.loader.batch_size or None
        return x[:rest].clone(), y[:rest].clone()

    def epoch(self, order: torch.Generator | None = None) -> Iterator[Batch]:
        """Yield the loader's batches in its own order, but for empty ones."""
        empty = True
        for batch in self.loader:
            if not is_pair(batch):
                raise TypeError(f"{self.name} must give pairs of tensors, got {_kind(batch)}")
            x, y = batch
            _check_pair(self.name, x, y)
            if len(x):
                empty = False
                yield x.detach().to(self.device), y.detach().to(self.device)
        if empty:
            raise ValueError(f"{self.name} must give at least one batch an epoch, got none")


Batches = TensorBatches | LoaderBatches


def make_batches(
    name: str, data: Any, batch_size: int | None, device: torch.device, default_size: int = 32
) -> Batches:
    """Return the batches of ``data``; TypeError or ValueError, naming ``name``, if it has none."""
    if is_pair(data):
        x, y = data
        _check_pair(name, x, y)
        if not len(x):
            raise ValueError(f"{name} must hold at least one sample, got none")
        size = default_size if batch_size is None else _validate.count("batch_size", batch_size)
        return TensorBatches(x.detach().to(device), y.detach().to(device), size)
    first = data[0] if isinstance(data, tuple) and data else ()
    no_loader = isinstance(data, Dataset | torch.Tensor | np.ndarray | str)
    if no_loader or not isinstance(data, Iterable) or not isinstance(first, tuple | list):
        raise TypeError(f"{name} must be a pair of tensors or a DataLoader, got {_kind(data)}")
    if isinstance(data, Iterator):
        raise TypeError(f"{name} must last for all epochs, as a DataLoader does, got {_kind(data)}")
    if batch_size is not None:
        got = shown(batch_size)
        raise ValueError(f"batch_size must be left out with a loader in {name}, got {got}")
    if _length(data) == 0:
        raise ValueError(f"{name} must give at least one batch an epoch, got none")
    return LoaderBatches(name, data, device)


def is_pair(data: Any) -> bool:
    """Return whether ``data`` are two tensors."""
    is_sequence = isinstance(data, tuple | list) and len(data) == 2
    return is_sequence and all(isinstance(part, torch.Tensor) for part in data)


def _check_pair(name: str, x: torch.Tensor, y: torch.Tensor) -> None:
    _validate.dense(name, x), _validate.dense(name, y)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        shapes = f"{tuple(x.shape)} and {tuple(y.shape)}"
        raise ValueError(f"{name} must have as many targets as inputs, got shapes {shapes}")


def _length(data: Iterable[Any]) -> int | None:
    try:
        return len(data) if isinstance(data, Sized) else None
    except (TypeError, NotImplementedError):  # a DataLoader over an IterableDataset
        return None


def _kind(data: Any) -> str:
    if isinstance(data, tuple | list):
        return f"a {type(data).__name__} of {', '.join(map(_kind, data)) or 'nothing'}"
    return type(data).__name__
