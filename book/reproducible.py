"""``python -m book reproducible``: builds this commit twice, and compares every byte."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from book.errors import BookError
from book.project import ROOT

__all__ = ["build_twice", "differences"]

_MACHINES = {
    "here": {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
    "there/and deeper": {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "2"},
}
"""Folders and environments that must not matter. Nor must the time."""


def build_twice() -> None:
    """Build the commit that is checked out twice, each in a new clone, and compare all files.

    Raises
    ------
    BookError
        If a build fails, or with a line for each file that differs.
    """
    with tempfile.TemporaryDirectory() as scratch:
        sites, source = [], ROOT
        for name, variables in _MACHINES.items():
            folder = Path(scratch) / name
            print(f"Building in {name!r}, with {variables} …", flush=True)
            _run(["git", "clone", "--quiet", str(source), str(folder)], folder.parent, {})
            source = folder  # so that a commit made meanwhile does not count
            (folder / "node_modules").symlink_to(ROOT / "node_modules")
            _run([sys.executable, "-m", "book", "site"], folder, variables)
            sites.append(folder / "_build" / "html")
        if problems := differences(*sites):
            raise BookError(*problems)
        files = [path for path in sites[0].rglob("*") if path.is_file()]
    print(f"Both builds have the same {len(files)} files, byte by byte.")


def differences(one: Path, other: Path) -> list[str]:
    """Return a line for each file that is not the same in two folders."""
    contents = [
        {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        for folder in (one, other)
    ]
    lines = []
    for name in sorted(contents[0].keys() | contents[1].keys()):
        if not all(name in files for files in contents):
            lines.append(f"{name}: is in one folder only")
            continue
        first, second = (files[name].read_bytes() for files in contents)
        if first != second:
            pairs = enumerate(zip(first, second, strict=False))
            start = next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))
            around = slice(max(0, start - 40), start + 40)
            lines.append(f"{name}: differs at byte {start}: {first[around]!r}, {second[around]!r}")
    return lines


def _run(command: list[str], folder: Path, variables: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(folder), **variables}
    if subprocess.run(command, cwd=folder, env=environment, check=False).returncode:
        raise BookError(f"{' '.join(command)}: failed in {folder}")
