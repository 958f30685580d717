"""``python -m book notebooks``: writes the notebooks that Colab opens and nbval runs again."""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode

from book.errors import BookError
from book.manuscript.chapter import Chapter, read_all
from book.manuscript.notebook import (
    ROLE,
    ROUNDING,
    make_notebook,
    neighbours,
    read_notebook,
    text_outputs,
)
from book.project import LANGUAGES, ROOT, repository
from book.running import cache
from book.running.interrupt import StoppablePool
from book.running.kernel import Run, run_chapter
from book.running.rounding import rounding

__all__ = ["generate", "is_as_written", "notebooks_of", "run_all"]


def generate(slugs: Iterable[str] = (), root: Path = ROOT, overwrite: bool = False) -> None:
    """Write the notebooks of all chapters, or of those named, with their outputs as text.

    Nothing is written before every chapter has run. The notebooks of chapters that are gone are
    deleted, and no other files.

    Raises
    ------
    BookError
        If a slug is unknown, a manuscript has a problem, or a cell or an expression fails; without
        ``overwrite`` also if a notebook was edited by hand.
    """
    chapters = read_all(root)
    known = [chapter.slug for chapter in chapters]
    slugs = list(slugs) or known
    if unknown := [slug for slug in slugs if slug not in known]:
        raise BookError(*(f"there is no chapter {slug}; there are {known}" for slug in unknown))
    names = [f"notebooks/{code}/{slug}.ipynb" for code in LANGUAGES for slug in slugs]
    there = [name for name in names if (root / name).exists()]
    edited = [name for name in there if not overwrite and not is_as_written(root / name)]
    if edited:
        raise BookError(*map(_refusal, edited))
    runs = run_all([chapter for chapter in chapters if chapter.slug in slugs])
    made = notebooks_of(chapters, runs, root)
    for (language, slug), notebook in made.items():
        _write(notebook, root / "notebooks" / language / f"{slug}.ipynb")
    for path in (root / "notebooks").glob("*/*.ipynb"):
        if path.stem not in known and is_as_written(path):
            path.unlink()


def run_all(chapters: list[Chapter]) -> dict[str, Run]:
    """Run chapters, one a core at a time, and print a line for each.

    A chapter whose run is in the cache is not run again.

    Raises
    ------
    BookError
        With the problems of all chapters that failed.
    """
    runs: dict[str, Run] = {}
    problems: list[str] = []
    with StoppablePool(_cores()) as pool:
        # Those with most code take longest, so they start first.
        by_length = sorted(chapters, key=lambda chapter: -sum(len(c.source) for c in chapter.code))
        futures = {chapter.slug: pool.submit(_run, chapter) for chapter in by_length}
        for chapter in chapters:
            try:
                runs[chapter.slug], duration = futures[chapter.slug].result()
            except BookError as error:
                problems += error.problems
                duration = "failed"
            print(f"  {chapter.slug:<24} {duration}", flush=True)
    if problems:
        raise BookError(*problems)
    return runs


def notebooks_of(
    chapters: list[Chapter], runs: dict[str, Run], root: Path = ROOT
) -> dict[tuple[str, str], NotebookNode]:
    """Make the notebooks of all runs, as they are committed, by language and slug.

    Raises
    ------
    BookError
        If the format of an expression does not fit its value.
    """
    published = repository(root)
    made: dict[tuple[str, str], NotebookNode] = {}
    problems: list[str] = []
    for chapter, beside in neighbours(chapters):
        for language in LANGUAGES if chapter.slug in runs else ():
            run = runs[chapter.slug]
            outputs = [text_outputs(cell, language) for cell in run.outputs]
            try:
                made[language, chapter.slug] = make_notebook(
                    chapter, language, published, beside, run.values, outputs
                )
            except BookError as error:
                problems += error.problems
    if problems:
        raise BookError(*problems)
    return made


def _run(chapter: Chapter) -> tuple[Run, str]:
    """Return a chapter's run, from the cache or made now, and how long that took."""
    key = cache.run_key(chapter)
    if (run := cache.load(chapter, key)) is not None:
        return run, "  unchanged"
    start = time.perf_counter()
    try:
        run = run_chapter(chapter)
    finally:
        ensure_event_loop().close()  # the client's own, which would outlive this thread
    cache.store(chapter, key, run)
    return run, f"{time.perf_counter() - start:5.1f} s"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook completely or not at all, and only where it says something new."""
    notebook.metadata[ROLE] = _digest(notebook, path)
    with suppress(FileNotFoundError, ValueError):
        old = read_notebook(path)
        if old.metadata.pop(ROUNDING, "") and old == notebook:
            return
    notebook.metadata[ROUNDING] = rounding()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")
    os.replace(partial, path)


def is_as_written(path: Path) -> bool:
    """Whether `_write` wrote a notebook, under this name, and no cell was edited since."""
    try:
        notebook = read_notebook(path)
    except ValueError:
        return False
    return bool(notebook.metadata.get(ROLE) == _digest(notebook, path))


def _digest(notebook: NotebookNode, path: Path) -> str:
    """Return a digest of a notebook's name and of what a hand edits: the sources of its cells."""
    content = [path.parent.name, path.name, *(cell.source for cell in notebook.cells)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _refusal(name: str) -> str:
    slug = Path(name).stem
    return (
        f"{name}: was edited by hand, which would be lost: bring it to book/chapters/{slug}.md or "
        f"keep a copy, then run `.venv/bin/python -m book notebooks --overwrite {slug}`"
    )
