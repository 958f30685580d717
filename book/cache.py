"""What cells put out before, kept below ``_build/cache`` until anything they depend on changes.

Their own code is only a part of that: `book.fingerprint` names the rest. Prose is not, so that a
better sentence runs nothing again.
"""

import hashlib
import json
import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from book import fingerprint
from book.execute import Job
from book.project import ROOT

__all__ = ["find", "keep", "key"]

FOLDER = ROOT / "_build" / "cache"


def key(job: Job) -> str:
    """Return a digest of all that a job's outputs depend on, as things stand now."""
    code = [(cell["source"], cell["metadata"]) for cell in _code(job.notebook)]
    solutions = [solution.source for solution in job.solutions]
    text = json.dumps([fingerprint.of_execution(), job.page, code, solutions], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def find(job: Job, wanted: str) -> NotebookNode | None:
    """Return the job's notebook with the outputs that were kept under this key, or None."""
    try:
        kept = json.loads(_place(job).read_text(encoding="utf-8"))
        if kept["key"] != wanted:
            return None
        notebook = nbformat.from_dict(job.notebook)
        notebook.metadata.language_info = nbformat.from_dict(kept["language_info"])
        for cell, (count, outputs) in zip(_code(notebook), kept["outputs"], strict=True):
            cell.execution_count = count
            cell.outputs = [nbformat.from_dict(output) for output in outputs]
    except (OSError, ValueError, KeyError, TypeError):  # none, or none that is whole
        return None
    return notebook


def keep(job: Job, wanted: str, executed: NotebookNode) -> None:
    """Keep what a notebook put out, unless what that depends on changed while it ran."""
    if key(job) != wanted:
        return
    outputs = [(cell.execution_count, cell.outputs) for cell in _code(executed)]
    place = _place(job)
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_suffix(".partial")
    kept = {"key": wanted, "language_info": executed.metadata.language_info, "outputs": outputs}
    partial.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    os.replace(partial, place)


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _place(job: Job) -> Path:
    return FOLDER / job.page / Path(job.name).relative_to("notebooks").with_suffix(".json")
