"""Files in the user's cache: trusted only with their checksum, written whole or not at all.

A process that is killed leaves the cache as it was. At most it leaves a temporary file, which the
next one that writes there removes.
"""

import contextlib
import hashlib
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["locked", "md5", "read", "user_folder", "write"]

_NAME = "optimisation-course"
_PART = ".part"


def user_folder() -> Path:
    """Return the course's folder among the user's caches; it need not exist.

    Below XDG_CACHE_HOME or ``~/.cache``, on macOS ``~/Library/Caches``, on Windows LOCALAPPDATA.

    Returns
    -------
    pathlib.Path
        Below the folder for temporary files for a user without a home.
    """
    try:
        if sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA")
            base = Path(local) if local else Path.home() / "AppData" / "Local"
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        else:
            # The XDG specification has relative paths ignored.
            xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
            base = xdg if xdg.is_absolute() else Path.home() / ".cache"
    except RuntimeError:  # a user without a home
        base = Path(tempfile.gettempdir())
    return base / _NAME


def md5(content: bytes) -> str:
    """Return the checksum by which torchvision knows its files: against faults, not attackers.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    str
        Its MD5 sum, 32 hexadecimal digits.
    """
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def read(path: Path, checksum: str) -> bytes | None:
    """Return what a file holds, or None if it cannot be read or is not what it should be.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    checksum : str
        What `md5` has to give for its content.

    Returns
    -------
    bytes or None
        The content.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if md5(content) == checksum else None


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: nobody ever sees half of it under its name.

    Parameters
    ----------
    path : pathlib.Path
        The file, in a folder that is there.
    content : bytes
        What it is to hold.

    Raises
    ------
    OSError
        If it cannot be written; the folder is then as it was.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_PART}")
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


@contextlib.contextmanager
def locked(folder: Path, until: float) -> Iterator[None]:
    """Keep other processes and threads from writing into ``folder`` while this lasts.

    The system lets go of the lock when its process ends, however it ends. The empty file ``.lock``
    stays: removing it would let two processes in at once.

    Parameters
    ----------
    folder : Path
        It has to exist.
    until : float
        When to give up waiting, on the clock of `time.monotonic`.

    Raises
    ------
    TimeoutError
        If another process has had the lock all that time.
    OSError
        If nothing can be written into ``folder``.
    """
    with open(folder / ".lock", "ab") as file:
        while not _taken(file):
            if time.monotonic() >= until:
                raise TimeoutError(f"another process has been writing into {folder} all the time")
            time.sleep(0.05)
        for leftover in folder.glob(f".*{_PART}"):
            with contextlib.suppress(OSError):
                leftover.unlink()
        yield


def _taken(file: BinaryIO) -> bool:
    """Try to lock a file, and tell whether it is ours."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        # A file system without locks. Then two may download the same file, and write it whole.
        pass
    return True
