"""``python -m book reproducible``: the same commit builds the same bytes, wherever, whenever."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from book.errors import BookError
from book.project import ROOT

__all__ = ["build_twice", "differences"]

# What must not matter: the folder's name, the time zone, the language of the machine, the order of
# Python's sets. Nor must the time: the second build starts when the first one has ended.
_MACHINES = {
    "here": {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
    "there/and deeper": {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "2"},
}


def build_twice() -> None:
    """Build the commit that is checked out twice, each in a new clone, and compare all files.

    Raises
    ------
    BookError
        If a build fails, or with a line for each file that differs.
    """
    with tempfile.TemporaryDirectory() as scratch:
        sites, source = [], ROOT
        for name, settings in _MACHINES.items():
            folder = Path(scratch) / name
            print(f"Building in {name!r}, with {settings} …", flush=True)
            _run(["git", "clone", "--quiet", str(source), str(folder)], folder.parent, {})
            source = folder  # whatever is committed here in the meantime
            (folder / "node_modules").symlink_to(ROOT / "node_modules")
            _run([sys.executable, "-m", "book", "site"], folder, settings)
            sites.append(folder / "_build" / "html")
        if problems := differences(*sites):
            raise BookError(*problems)
        files = [path for path in sites[0].rglob("*") if path.is_file()]
    print(f"Both builds hold the same {len(files)} files, byte by byte.")


def differences(one: Path, other: Path) -> list[str]:
    """Return a line for each file that is not the same in two folders."""
    contents = [
        {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        for folder in (one, other)
    ]
    found = []
    for name in sorted(contents[0].keys() | contents[1].keys()):
        if not all(name in files for files in contents):
            found.append(f"{name}: is there once only")
            continue
        first, second = (files[name].read_bytes() for files in contents)
        if first != second:
            pairs = enumerate(zip(first, second, strict=False))
            place = next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))
            around = slice(max(0, place - 40), place + 40)
            found.append(f"{name}: differs at byte {place}: {first[around]!r}, {second[around]!r}")
    return found


def _run(command: list[str], folder: Path, settings: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(folder), **settings}
    if subprocess.run(command, cwd=folder, env=environment, check=False).returncode:
        raise BookError(f"{' '.join(command)}: failed in {folder}")
