"""MNIST's four files: where they lie on this machine, what is in them, whence they come."""

import os
from pathlib import Path

import numpy as np

from helpers import language
from helpers.data import cache, download
from helpers.data.download import UnavailableError
from helpers.data.images import RawImages

__all__ = ["FILES", "LIMITS", "load"]

FILES = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""MD5 of each file as it lies on disk, unpacked; torchvision knows those of the archives only."""

LIMITS = download.Limits()
"""How long a download may take."""

_LAYOUTS = ("MNIST/raw", "mnist/MNIST/raw")
_VARIABLE = "COURSE_DATA"


def load(root: str | os.PathLike[str] | None, *, download: bool) -> RawImages:
    """Get the files as `helpers.data.mnist` says, and read them.

    Parameters
    ----------
    root : path-like or None
        The folder to look in first; None for that of COURSE_DATA.
    download : bool
        Whether to ask the mirrors for what is not on this machine.

    Returns
    -------
    RawImages
        60,000 images to train on and 10,000 to test, with ``source`` "mnist".

    Raises
    ------
    TypeError, ValueError
        If ``root`` or COURSE_DATA cannot be a folder.
    UnavailableError
        If MNIST cannot be had.
    """
    if root is None and os.environ.get(_VARIABLE) == "digits":
        raise UnavailableError(f"{_VARIABLE}=digits asks for the embedded digits", "chosen")
    home = cache.user_folder() / _LAYOUTS[0]
    lacking = []
    for folder in [*_given(root), home]:
        read = ((name, cache.read(folder / name, md5)) for name, md5 in FILES.items())
        contents = {name: content for name, content in read if content is not None}
        lost = [name for name in FILES if name not in contents]
        if not lost:
            return _parsed(contents)
        if len(lost) < len(FILES):
            lacking.append(f"missing or broken in {folder}: {', '.join(lost)}")
    try:
        if not download:
            raise UnavailableError("not on this machine, and download=False", "absent")
        return _parsed(_downloaded(home))
    except UnavailableError as fault:
        message = "; ".join([f"MNIST is not available: {fault}", *lacking])
        advice = f"to bring it yourself, put its four files into {home}"
        raise UnavailableError(f"{message}; {advice}", fault.reason, fault.status) from None


def _given(root: str | os.PathLike[str] | None) -> list[Path]:
    """Return the folders to look in first: below ``root``, else below COURSE_DATA, if any."""
    name = "root" if root is not None else f"the environment variable {_VARIABLE}"
    given = os.environ.get(_VARIABLE) or None if root is None else root
    if given is None:
        return []
    if not isinstance(given, str | os.PathLike):
        raise TypeError(f"{name} must be a folder, got {given!r}")
    folder = Path(given).expanduser()
    if not str(given) or (folder.exists() and not folder.is_dir()):
        raise ValueError(f"{name} must be a folder, got {str(given)!r}")
    return [folder / layout for layout in _LAYOUTS]


def _downloaded(home: Path) -> dict[str, bytes]:
    """Download what the cache lacks, from the mirrors that torchvision knows."""
    try:
        from torchvision.datasets import MNIST
    except Exception as error:  # beside a torch of another build it raises all kinds of errors
        message = f"torchvision, which knows its mirrors, cannot be imported ({error})"
        raise UnavailableError(message, "torchvision") from None
    resources = []
    for archive, md5 in MNIST.resources:
        name = archive.removesuffix(".gz")
        resources.append(download.Resource(name, FILES[name], archive, md5))
    contents, fault = download.complete(home, resources, MNIST.mirrors, LIMITS)
    if fault is not None:
        why = fault.strerror or type(fault).__name__
        print(language.text("data.not_kept", folder=str(home), reason=why))
    return contents


def _parsed(contents: dict[str, bytes]) -> RawImages:
    """Read the images and labels out of the files."""
    train_x, train_y, test_x, test_y = (_idx(contents[name]) for name in FILES)
    return RawImages(train_x, train_y, test_x, test_y, classes=tuple("0123456789"), source="mnist")


def _idx(content: bytes) -> np.ndarray:
    """Read a file of the idx format: magic number, length of each axis, bytes.

    The checksum has vouched for every byte, so that there is nothing to check here.
    """
    axes = content[3]
    shape = np.frombuffer(content, dtype=">i4", count=axes, offset=4)
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * axes).reshape(shape)
