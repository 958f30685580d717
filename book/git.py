"""What git knows: when files last changed, and whether their history is complete."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from book.project import ROOT

__all__ = ["build_date", "head", "is_shallow", "last_change"]


@cache
def last_change(path: str = ".", root: Path = ROOT) -> datetime | None:
    """Return when the last commit that touched a path was made, in the committer's time zone.

    Returns
    -------
    datetime.datetime or None
        None where git cannot tell: outside a clone, for a file not committed yet, and for a single
        file of a shallow clone, whose first commit seems to have touched every file.
    """
    if path != "." and is_shallow(root):
        return None
    date = _git(root, "log", "-1", "--format=%cI", "--", path)
    return datetime.fromisoformat(date) if date else None


def build_date() -> datetime:
    """Return the date to write into files: of SOURCE_DATE_EPOCH, else of the last commit, in UTC.

    The same commit then builds the same bytes. Without either it is the first day of 1980, the
    oldest that a zip file can hold.
    """
    if seconds := os.environ.get("SOURCE_DATE_EPOCH"):
        return datetime.fromtimestamp(int(seconds), UTC)
    changed = last_change()
    return changed.astimezone(UTC) if changed else datetime(1980, 1, 1, tzinfo=UTC)


@cache
def is_shallow(root: Path = ROOT) -> bool:
    """Whether the clone lacks history; False where there is no clone."""
    shallow = _git(root, "rev-parse", "--is-shallow-repository") == "true"
    if shallow:
        print("  dates are left out: this is a shallow clone; `git fetch --unshallow`", flush=True)
    return shallow


def head(root: Path = ROOT) -> str:
    """Return the hash of the commit that is checked out, or the empty string."""
    return _git(root, "rev-parse", "HEAD")


def _git(root: Path, *arguments: str) -> str:
    """Run git and return its output, or the empty string where it fails."""
    command = ["git", "-C", str(root), "-c", "log.showSignature=false", *arguments]
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except OSError:  # git is not installed
        return ""
    if run.returncode and "not a git repository" not in run.stderr:
        print(f"git: {run.stderr.strip()}", file=sys.stderr)
    return run.stdout.strip() if run.returncode == 0 else ""
