"""Digests of all that a chapter's run, or the site, depends on."""

import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from book import git
from book.browser import find_browser
from book.project import ROOT
from helpers import mnist_files

__all__ = ["missing_mnist", "of_execution", "of_files", "of_site"]

_VARIABLES = ("COURSE_", "MPL", "PYTHON", "SOURCE_DATE_EPOCH", "TORCH")
_EXECUTION = ("helpers", "requirements.txt", "book/running/kernel.py")
_SITE = ("_config.yml", "_toc.yml", "book", "lab", "notebooks", "package-lock.json")
_LEFT_OUT = re.compile(r"(?:^|/)(?:\.|__pycache__/|lab\.js$)")
"""What no run depends on: hidden files, as of editors; the scripts in ``helpers/lab``."""


def of_files(root: Path, names: Iterable[str] = (".",)) -> str:
    """Return a digest of the paths and contents of files, and of all files below folders.

    A name that does not exist counts as empty.
    """
    digest = hashlib.sha256()
    for name in names:
        path = root / name
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            inside = file.relative_to(root).as_posix()
            if file.is_file() and not _LEFT_OUT.search(inside):
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{inside}\n{content}\n".encode())
    return digest.hexdigest()


def of_execution() -> str:
    """Return a digest of what every run depends on beside its own cells.

    That is ``helpers``, the lock file, Python and the packages that are really installed, whether
    MNIST is there without a download, and the environment variables that matter.
    """
    installed = {one.name for folder in sys.path for one in Path(folder).glob("*.dist-info")}
    variables = [
        f"{key}={value}" for key, value in os.environ.items() if key.startswith(_VARIABLES)
    ]
    return _joined(
        of_files(ROOT, _EXECUTION),
        sys.version,
        platform.platform(),
        *sorted(installed),
        *sorted(variables),
        missing_mnist(),
    )


def of_site() -> str:
    """Return a digest of everything that the site is made from, dates and browser included."""
    browser = find_browser()
    version = f"{browser} {Path(browser).resolve().stat().st_mtime_ns}" if browser else "none"
    return _joined(
        of_execution(), of_files(ROOT, _SITE), git.head(), str(git.is_shallow()), version
    )


def missing_mnist() -> str:
    """Return why chapters get no MNIST without a download, or the empty string if they do."""
    try:
        mnist_files.load(None, allow_download=False)
    except mnist_files.DownloadError as error:
        return str(error)
    return ""


def _joined(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
