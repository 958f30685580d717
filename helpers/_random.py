"""The caller's random state, kept while something draws random numbers."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

__all__ = ["kept"]


@contextmanager
def kept(
    seed: int | None = None, device: torch.device | str = "cpu", loader: Any = None
) -> Iterator[None]:
    """Restore on exit the random state of Python, numpy and torch, which is seeded if wanted.

    Parameters
    ----------
    seed : int, optional
        For torch's generators of the CPU and of ``device``.
    device : torch.device
        Where random numbers are drawn, beside the CPU.
    loader : DataLoader, optional
        Generators of its own are restored, too.
    """
    batch_sampler = getattr(loader, "batch_sampler", None)
    samplers = (getattr(loader, "sampler", None), getattr(batch_sampler, "sampler", None))
    owned = [getattr(owner, "generator", None) for owner in (loader, batch_sampler, *samplers)]
    torchs = _generators(torch.device(device))
    generators = [*torchs, *(one for one in owned if isinstance(one, torch.Generator))]
    python, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    states = [generator.get_state() for generator in generators]
    if seed is not None:
        for generator in torchs:
            generator.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_state)  # noqa: NPY002
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)


def _generators(device: torch.device) -> list[torch.Generator]:
    """Return torch's generators of the CPU and of a device."""
    generators = [torch.default_generator]
    if device.type == "cuda":
        torch.cuda.init()
        index = torch.cuda.current_device() if device.index is None else device.index
        generators.append(torch.cuda.default_generators[index])
    elif device.type == "mps":
        generators.append(torch.mps._get_default_mps_generator())
    return generators
