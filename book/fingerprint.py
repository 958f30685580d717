"""Tells whether anything changed that an executed notebook, or the whole site, depends on."""

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from book.project import ROOT
from book.takeaway.pdf import find_browser
from helpers.data import mnist_files
from helpers.data.download import UnavailableError

__all__ = ["of_execution", "of_files", "of_site"]

_VARIABLES = ("COURSE_", "MPL", "PYTHON", "SOURCE_DATE_EPOCH", "TORCH")
_EXECUTION = ("helpers", "requirements.txt", "book/execute.py", "book/kernels.py")
_SITE = ("_config.yml", "_toc.yml", "book", "notebooks", "package-lock.json")


def of_files(root: Path, names: Iterable[str] = (".",)) -> str:
    """Return a digest of files, and of all files below folders: of their names and contents.

    Parameters
    ----------
    root : pathlib.Path
        Folder that names start from.
    names : iterable of str
        Files and folders; what is not there counts as empty.
    """
    digest = hashlib.sha256()
    for name in names:
        place = root / name
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.relative_to(root).as_posix()}\n{content}\n".encode())
    return digest.hexdigest()


def of_execution() -> str:
    """Return a digest of what every notebook depends on beside its own cells.

    That is all of ``helpers``, the lock file, Python and the packages that are really installed,
    the images at hand, and the variables that could steer any of them.
    """
    installed = {
        path.name
        for folder in map(Path, sys.path)
        if folder.is_dir()
        for path in folder.glob("*.dist-info")
    }
    variables = {name: value for name, value in os.environ.items() if name.startswith(_VARIABLES)}
    return _joined(
        of_files(ROOT, _EXECUTION),
        sys.version,
        platform.platform(),
        *sorted(installed),
        *(f"{name}={variables[name]}" for name in sorted(variables)),
        _images(),
    )


def of_site() -> str:
    """Return a digest of all that the site is made from, its dates and the browser included."""
    git = ["git", "-C", str(ROOT), "log", "-1", "--format=%H"]
    try:
        commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout
    except OSError:  # no git here
        commit = ""
    shallow = (ROOT / ".git" / "shallow").exists()
    browser = find_browser()
    printer = f"{browser} {Path(browser).resolve().stat().st_mtime_ns}" if browser else "none"
    return _joined(of_execution(), of_files(ROOT, _SITE), commit, str(shallow), printer)


def _images() -> str:
    """Return which images a notebook would get without a download."""
    try:
        return mnist_files.load(None, download=False).source
    except UnavailableError as error:
        return error.reason


def _joined(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
