"""Mini-batches: from tensors that are in memory already, or from a DataLoader."""

from collections.abc import Iterable, Iterator, Sized
from typing import Any

import torch
from torch.utils.data import Dataset

from helpers import _validate

__all__ = ["Batches", "LoaderBatches", "TensorBatches", "batches"]

Batch = tuple[torch.Tensor, torch.Tensor]

DEFAULT_SIZE = 32


class TensorBatches:
    """Inputs and targets held as two tensors: one ``randperm`` an epoch, one copy a batch.

    A DataLoader fetches sample by sample and stacks them again; for small images that takes longer
    than to train on them.

    Parameters
    ----------
    x, y : torch.Tensor
        Shapes (samples, …), where the model is.
    batch_size : int
        At least 1.

    Attributes
    ----------
    x, y : torch.Tensor
        Shapes (samples, …).
    batch_size : int
        The last batch of an epoch is smaller if it does not divide the samples.
    """

    def __init__(self, x: torch.Tensor, y: torch.Tensor, batch_size: int) -> None:
        self.x, self.y, self.batch_size = x, y, batch_size

    def __len__(self) -> int:
        return -(-len(self.x) // self.batch_size)

    @property
    def samples(self) -> int:
        """How many there are."""
        return len(self.x)

    def epoch(self, order: torch.Generator | None = None) -> Iterator[Batch]:
        """Give each sample once.

        Parameters
        ----------
        order : torch.Generator, optional
            Shuffles the samples; without it they come as they stand.

        Yields
        ------
        tuple of torch.Tensor
            Inputs and targets, shapes (batch, …).
        """
        if order is None:
            yield from zip(
                self.x.split(self.batch_size), self.y.split(self.batch_size), strict=True
            )
            return
        shuffled = torch.randperm(len(self.x), generator=order).to(self.x.device)
        for indices in shuffled.split(self.batch_size):
            yield self.x.index_select(0, indices), self.y.index_select(0, indices)


class LoaderBatches:
    """Batches that a DataLoader, or any other iterable, gives anew each epoch.

    Parameters
    ----------
    name : str
        The argument's name, for messages.
    loader : iterable
        Of pairs of tensors, inputs and targets.
    device : torch.device
        Where the model is.

    Attributes
    ----------
    loader : iterable
        Of pairs of tensors.
    """

    def __init__(self, name: str, loader: Iterable[Any], device: torch.device) -> None:
        self.name, self.loader, self.device = name, loader, device

    def __len__(self) -> int:
        """Return how many batches an epoch has, 0 if the loader cannot tell."""
        try:
            return len(self.loader) if isinstance(self.loader, Sized) else 0
        except TypeError:  # a DataLoader over an IterableDataset
            return 0

    @property
    def samples(self) -> int:
        """How many there are, 0 if the loader cannot tell."""
        data = getattr(self.loader, "dataset", None)
        return len(data) if isinstance(data, Sized) else 0

    def epoch(self, order: torch.Generator | None = None) -> Iterator[Batch]:
        """Give the loader's batches, but for empty ones, brought to the device.

        Parameters
        ----------
        order : torch.Generator, optional
            Is not used: a loader has an order of its own.

        Yields
        ------
        tuple of torch.Tensor
            Inputs and targets, shapes (batch, …).

        Raises
        ------
        TypeError
            If a batch is no pair of tensors.
        ValueError
            If a batch has not one target for each input, or no batch holds a sample.
        """
        empty = True
        for batch in self.loader:
            if not _is_pair(batch):
                raise TypeError(f"{self.name} must give pairs of tensors, got {_kind(batch)}")
            x, y = batch
            if len(x) != len(y):
                raise ValueError(
                    f"{self.name} must give as many targets as inputs, got {len(y)} and {len(x)}"
                )
            if len(x):
                empty = False
                yield x.to(self.device), y.to(self.device)
        if empty:
            raise ValueError(f"{self.name} must give at least one batch an epoch, got none")


Batches = TensorBatches | LoaderBatches


def batches(name: str, data: Any, batch_size: int | None, device: torch.device) -> Batches:
    """Return the batches of ``data``, brought to ``device``.

    Parameters
    ----------
    name : str
        The argument's name, for messages.
    data : pair of torch.Tensor, or iterable
        Inputs and targets, shapes (samples, …); or a DataLoader, or another iterable over pairs of
        tensors that can be gone through again and again.
    batch_size : int, optional
        At least 1, for tensors only; 32 unless said otherwise.
    device : torch.device
        Where the model is.

    Returns
    -------
    TensorBatches or LoaderBatches
        As ``data`` are tensors or a loader.

    Raises
    ------
    TypeError
        If ``data`` is neither, or can be gone through only once.
    ValueError
        If there is no sample, or not one target for each, or ``batch_size`` comes with a loader.
    """
    if _is_pair(data):
        x, y = data
        if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
            raise ValueError(
                f"{name} must have as many targets as inputs, got shapes {tuple(x.shape)} and "
                f"{tuple(y.shape)}"
            )
        if not len(x):
            raise ValueError(f"{name} must hold at least one sample, got none")
        size = DEFAULT_SIZE if batch_size is None else _validate.count("batch_size", batch_size)
        return TensorBatches(x.detach().to(device), y.detach().to(device), size)
    if isinstance(data, Dataset | torch.Tensor | str) or not isinstance(data, Iterable):
        raise TypeError(
            f"{name} must be a pair of tensors, inputs and targets, or a DataLoader, "
            f"got {_kind(data)}"
        )
    if _is_spent_after_a_pass(data):
        raise TypeError(
            f"{name} must be there for more than one epoch, such as a DataLoader or a list of "
            f"batches, got {_kind(data)}, which can be gone through only once"
        )
    if batch_size is not None:
        raise ValueError(
            f"batch_size must be left out where {name} brings its own batches, got {batch_size!r}"
        )
    loader = LoaderBatches(name, data, device)
    if isinstance(data, Sized) and not len(loader) and not _has_no_length(data):
        raise ValueError(f"{name} must give at least one batch an epoch, got none")
    return loader


def _is_spent_after_a_pass(data: Iterable[Any]) -> bool:
    return hasattr(data, "__next__")


def _has_no_length(data: Sized) -> bool:
    try:
        len(data)
    except TypeError:
        return True
    return False


def _is_pair(data: Any) -> bool:
    return (
        isinstance(data, tuple | list)
        and len(data) == 2
        and all(isinstance(part, torch.Tensor) for part in data)
    )


def _kind(data: Any) -> str:
    if isinstance(data, tuple | list):
        return f"a {type(data).__name__} of {', '.join(map(_kind, data)) or 'nothing'}"
    return type(data).__name__
