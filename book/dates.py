"""When a chapter last changed: what git says, and how a language writes it."""

import os
import subprocess
import sys
from datetime import datetime
from functools import cache
from pathlib import Path

from book.project import ROOT
from book.words import words

__all__ = ["last_change", "written"]


@cache
def last_change(slug: str, root: Path = ROOT) -> datetime | None:
    """Return when the last commit that touched a manuscript was made, in the committer's time zone.

    Returns
    -------
    datetime.datetime or None
        None where git does not tell: outside a checkout, for a chapter not committed yet, and in a
        shallow clone, where its first commit seems to have touched everything.
    """
    if _shallow(root) is not False:
        return None
    said = _git(root, "log", "-1", "--format=%cI", "--", f"book/chapters/{slug}.md")
    return datetime.fromisoformat(said) if said else None


def written(moment: datetime, language: str) -> str:
    """Return a day as the language writes it: ``1º de março de 2026``, ``1 March 2026``."""
    say = words(language)
    return say["date"].format(
        day=say["first_day"] if moment.day == 1 else moment.day,
        month=say["months"].split()[moment.month - 1],
        year=moment.year,
    )


@cache
def _shallow(root: Path) -> bool | None:
    """Tell whether the clone lacks history; None where there is no clone."""
    said = _git(root, "rev-parse", "--is-shallow-repository")
    if said == "true":
        print("  dates are left out: this is a shallow clone; `git fetch --unshallow`", flush=True)
    return said == "true" if said else None


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), "-c", "log.showSignature=false", *arguments]
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
        )
    except OSError:  # no git here
        return ""
    if run.returncode and "not a git repository" not in run.stderr:
        print(f"git: {run.stderr.strip()}", file=sys.stderr)
    return run.stdout.strip() if run.returncode == 0 else ""
