"""Stores the runs of chapters in ``_build/cache``, until anything that they depend on changes.

Of the prose only expressions count: an edited sentence runs nothing again. What counts beside the
cells is in `book.running.fingerprint`.
"""

import hashlib
import json
from pathlib import Path

import nbformat

from book.manuscript import expressions
from book.manuscript.chapter import Chapter
from book.project import ROOT
from book.running import fingerprint
from book.running.kernel import Run

__all__ = ["load", "run_key", "store"]

FOLDER = ROOT / "_build" / "cache"


def run_key(chapter: Chapter) -> str:
    """Return a digest of everything that a chapter's run depends on, in its present state."""
    cells = [(cell.source, cell.tag) for cell in [*chapter.code, *chapter.solutions]]
    fields = [sorted({one.code for one in found}) for _, found in expressions.in_prose(chapter)]
    text = json.dumps([fingerprint.of_execution(), cells, fields])
    return hashlib.sha256(text.encode()).hexdigest()


def load(chapter: Chapter, key: str) -> Run | None:
    """Return the run that was stored under a key, or None."""
    try:
        stored = json.loads(_path(chapter).read_text(encoding="utf-8"))
        if stored["key"] != key:
            return None
        outputs = [[nbformat.from_dict(output) for output in cell] for cell in stored["outputs"]]
        return Run(outputs, stored["values"])
    except (OSError, ValueError, KeyError, TypeError):  # no file, or not a complete one
        return None


def store(chapter: Chapter, key: str, run: Run) -> None:
    """Store a run, unless what it depends on changed while the chapter ran."""
    if run_key(chapter) != key:
        return
    path = _path(chapter)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"key": key, "outputs": run.outputs, "values": run.values}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _path(chapter: Chapter) -> Path:
    return FOLDER / f"{chapter.slug}.json"
