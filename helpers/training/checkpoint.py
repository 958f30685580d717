"""Checkpoints: written whole or not at all, and read without running what they hold."""

import contextlib
import io
import os
import tempfile
import time
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import torch

__all__ = ["read", "write"]

_STALE = 60  # seconds
_PLAIN = (bool, int, float, complex, str, bytes, torch.Tensor, type(None))


def write(path: Path, state: dict[str, Any]) -> None:
    """Put a state into a file, in place of what the file held before.

    It is written beside it first and then renamed, so that a run killed at any point leaves either
    the old file or the new one, whole.

    Parameters
    ----------
    path : pathlib.Path
        The file, in a folder that is there.
    state : dict
        Numbers, strings and tensors, in dicts, lists and tuples.

    Raises
    ------
    TypeError
        If the state holds something that `read` would not accept.
    OSError
        If the folder is not there or cannot be written, or the disk is full.
    """
    state = _plain("checkpoint", state)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    if os.name == "posix":  # the new name is safe only once the folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    _sweep(path)


def read(path: Path) -> dict[str, Any]:
    """Return the state that `write` put into a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    dict
        Its tensors on the CPU.

    Raises
    ------
    ValueError
        If the file holds no such state.
    OSError
        If it cannot be read.
    """
    content = io.BytesIO(path.read_bytes())
    try:
        state = torch.load(content, map_location="cpu", weights_only=True)
    except Exception as error:  # of several kinds, OSError among them, for what is not torch's own
        raise ValueError(
            f"checkpoint must name a file written by fit, or none, got {str(path)!r}, which cannot "
            f"be read ({type(error).__name__}): delete it to start anew"
        ) from error
    if not isinstance(state, dict) or "format" not in state:
        raise ValueError(
            f"checkpoint must name a file written by fit, or none, got {str(path)!r}, which holds "
            "something else"
        )
    return state


def _plain(name: str, value: Any) -> Any:
    """Return a value made of what a checkpoint may hold, else raise a TypeError."""
    if isinstance(value, np.generic):
        return value.item()
    if type(value) in _PLAIN or isinstance(value, torch.Tensor):
        return value.detach() if isinstance(value, torch.Tensor) else value
    if type(value) is Counter:  # MultiStepLR's milestones
        return value
    if type(value) in (dict, OrderedDict):
        made = type(value)((key, _plain(f"{name}[{key!r}]", part)) for key, part in value.items())
        if isinstance(value, OrderedDict):
            vars(made).update(vars(value))  # a model's state has its versions there
        return made
    if type(value) in (list, tuple):
        return type(value)(_plain(f"{name}[{i}]", part) for i, part in enumerate(value))
    raise TypeError(
        f"{name} must be made of tensors, numbers and words, got {type(value).__name__}: such a "
        "state cannot be kept in a checkpoint"
    )


def _sweep(path: Path) -> None:
    """Remove what killed runs left half written beside the file."""
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE:
                left.unlink()
