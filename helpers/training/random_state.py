"""The random numbers of a run: its own while it lasts, and the caller's as they were after it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

__all__ = ["capture", "restore", "seeded"]


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's generators of the CPU and of ``device``, and in the end put them back.

    Parameters
    ----------
    seed : int
        At least 0.
    device : torch.device
        Where the model is.
    """
    generators = _generators(device)
    before = [generator.get_state() for generator in generators]
    for generator in generators:
        generator.manual_seed(seed)
    try:
        yield
    finally:
        for generator, state in zip(generators, before, strict=True):
            generator.set_state(state)


def capture(device: torch.device, *sources: Any) -> dict[str, Any]:
    """Return all random states that training may use, as a checkpoint can hold them.

    Parameters
    ----------
    device : torch.device
        Where the model is.
    *sources
        Generators, and loaders that may have some.

    Returns
    -------
    dict
        Of Python, numpy and torch, and of the generators of ``sources``.
    """
    state: Any = np.random.get_state()  # noqa: NPY002
    kind, keys, *rest = state
    return {
        "python": random.getstate(),
        "numpy": (kind, torch.from_numpy(keys.astype(np.int64)), *rest),
        "torch": [generator.get_state() for generator in _generators(device)],
        "own": [generator.get_state() for generator in _own(sources)],
    }


def restore(state: dict[str, Any], device: torch.device, *sources: Any) -> None:
    """Put the random states back.

    Parameters
    ----------
    state : dict
        What `capture` returned.
    device : torch.device
        As for `capture`.
    *sources
        As for `capture`.
    """
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(internal), gauss))
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), *rest))  # noqa: NPY002
    for generator, saved in zip(_generators(device), state["torch"], strict=True):
        generator.set_state(saved)
    for generator, saved in zip(_own(sources), state["own"], strict=True):
        generator.set_state(saved)


def _generators(device: torch.device) -> list[torch.Generator]:
    """Return torch's global generators: the CPU's, and that of the device if it is another."""
    found = [torch.default_generator]
    if device.type == "cuda":
        torch.cuda.init()
        index = torch.cuda.current_device() if device.index is None else device.index
        found.append(torch.cuda.default_generators[index])
    elif device.type == "mps":
        found.append(torch.mps._get_default_mps_generator())
    return found


def _own(sources: Any) -> list[torch.Generator]:
    """Return the generators that the sources have of their own, each once."""
    found: dict[int, torch.Generator] = {}
    for source in sources:
        sampler = getattr(source, "sampler", None)
        batch_sampler = getattr(source, "batch_sampler", None)
        for owner in (source, sampler, batch_sampler, getattr(batch_sampler, "sampler", None)):
            generator = getattr(owner, "generator", owner)
            if isinstance(generator, torch.Generator):
                found[id(generator)] = generator
    return list(found.values())
