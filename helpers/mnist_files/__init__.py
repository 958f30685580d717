"""Reads MNIST's four files where they are on this machine, or has them downloaded."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers import _messages
from helpers.mnist_files import download
from helpers.mnist_files.download import DownloadError

__all__ = ["DownloadError", "RawImages", "load"]

_VARIABLE = "COURSE_DATA"


class RawImages(NamedTuple):
    """Images as their source provides them: uint8 arrays of shapes (n, 28, 28) and (n,)."""

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    source: str


def load(root: str | os.PathLike[str] | None, *, allow_download: bool) -> RawImages:
    """Load MNIST from the first folder that has all files, or download it into the user's cache.

    Parameters
    ----------
    root : path-like or None
        The folder to look in before those of COURSE_DATA and the user's cache.
    allow_download : bool
        Whether to download what is not on this machine.

    Returns
    -------
    RawImages
        60,000 images to train on and 10,000 to test, with ``source`` "mnist".

    Raises
    ------
    DownloadError
        If MNIST is not available, or COURSE_DATA is "digits" and ``root`` does not have it.
    """
    incomplete = []
    for folder in _folders(root):
        contents = _read(folder)
        if len(contents) == len(download.FILES):
            return _parse(contents)
        if folder.is_dir():
            missing = ", ".join(name for name in download.FILES if name not in contents)
            incomplete.append(f"missing or corrupted in {folder}: {missing}")
    if os.environ.get(_VARIABLE) == "digits":
        raise DownloadError(f"{_VARIABLE}=digits asks for scikit-learn's digits", "chosen")
    cache = download.cache_folder()
    try:
        if not allow_download:
            raise DownloadError("not on this machine, and download=False", "absent")
        download.fetch(cache)
    except DownloadError as error:
        message = "; ".join([f"MNIST is not available: {error}", *incomplete])
        advice = f"to provide it yourself, put {', '.join(download.FILES)} into {cache}"
        raise DownloadError(f"{message}; {advice}", error.reason) from None
    return _parse(_read(cache))


def _folders(root: str | os.PathLike[str] | None) -> Iterator[Path]:
    """Yield the folders where MNIST may be, first those below ``root``."""
    chosen = os.environ.get(_VARIABLE) or None
    yield from _raw_folders("root", root)
    if chosen != "digits":
        yield from _raw_folders(f"the environment variable {_VARIABLE}", chosen)
        yield download.cache_folder()


def _raw_folders(name: str, root: str | os.PathLike[str] | None) -> Iterator[Path]:
    """Yield the subfolders of ``root`` in which torchvision would put MNIST."""
    if root is None:
        return
    if not isinstance(root, str | os.PathLike):
        raise TypeError(f"{name} must be a folder, got {_messages.shown(root)}")
    folder = Path(root).expanduser()
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{name} must be a folder, got {str(root)!r}")
    yield folder / "MNIST" / "raw"
    yield folder / "mnist" / "MNIST" / "raw"


def _read(folder: Path) -> dict[str, bytes]:
    """Return the contents of the files in ``folder`` that have the right MD5."""
    contents = {}
    for name, md5 in download.FILES.items():
        try:
            content = (folder / name).read_bytes()
        except (OSError, ValueError):  # a name with a null byte is a ValueError
            continue
        if hashlib.md5(content, usedforsecurity=False).hexdigest() == md5:
            contents[name] = content
    return contents


def _parse(contents: dict[str, bytes]) -> RawImages:
    """Turn the files' contents into arrays."""
    train_x, train_y, test_x, test_y = (_parse_idx(contents[name]) for name in download.FILES)
    return RawImages(train_x, train_y, test_x, test_y, source="mnist")


def _parse_idx(content: bytes) -> np.ndarray:
    """Parse the idx format: two zero bytes, type, number of axes, length of each axis, data.

    The checksum has verified type and size.
    """
    axes = content[3]
    shape = np.frombuffer(content, dtype=">i4", count=axes, offset=4)
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * axes).reshape(shape)
