"""``python -m book notebooks``: writes the notebooks that Colab opens and nbval runs again."""

import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode

from book import cache, kernels, numbers
from book.errors import BookError
from book.execute import Job, execute, workers
from book.manuscript import Chapter, read
from book.notebooks import solutions, split
from book.project import LANGUAGES, ROOT, chapter_paths, repository

__all__ = ["chapters", "drafts", "generate", "run_all", "without_pictures"]


def chapters(root: Path = ROOT) -> list[Chapter]:
    """Read all manuscripts, in order.

    Raises
    ------
    BookError
        With the problems of all of them.
    """
    found: list[Chapter] = []
    problems: list[str] = []
    for path in chapter_paths(root):
        try:
            found.append(read(path))
        except BookError as error:
            problems += error.problems
    if problems:
        raise BookError(*problems)
    return found


def drafts(all_chapters: list[Chapter], root: Path = ROOT) -> dict[tuple[str, str], NotebookNode]:
    """Split all chapters into notebooks that have not run, by language and slug.

    Raises
    ------
    BookError
        With the problems of all of them.
    """
    known, published = numbers.numbers(), repository(root)
    made: dict[tuple[str, str], NotebookNode] = {}
    problems: list[str] = []
    for index, chapter in enumerate(all_chapters):
        before = all_chapters[index - 1] if index else None
        after = all_chapters[index + 1] if index + 1 < len(all_chapters) else None
        for language in LANGUAGES:
            try:
                notebook = split(chapter, language, known, published, (before, after))
            except BookError as error:
                problems += error.problems
            else:
                made[language, chapter.slug] = notebook
    if problems:
        raise BookError(*problems)
    return made


def generate(slugs: Iterable[str] = (), root: Path = ROOT) -> None:
    """Write the notebooks of all chapters, or of those named, executed and without pictures.

    Nothing is written before every notebook has run.

    Raises
    ------
    BookError
        If a slug is unknown, a manuscript has a problem, or a cell fails.
    """
    all_chapters = chapters(root)
    known = [chapter.slug for chapter in all_chapters]
    wanted = list(slugs) or known
    if unknown := [slug for slug in wanted if slug not in known]:
        raise BookError(*(f"there is no chapter {slug}; there are {known}" for slug in unknown))
    made = drafts(all_chapters, root)
    jobs = {
        (language, chapter.slug): Job(
            f"notebooks/{language}/{chapter.slug}.ipynb",
            made[language, chapter.slug],
            tuple(solutions(chapter)),
            "notebook",
        )
        for chapter in all_chapters
        if chapter.slug in wanted
        for language in LANGUAGES
    }
    executed = run_all(jobs)
    for (language, slug), notebook in executed.items():
        _write(without_pictures(notebook), root / "notebooks" / language / f"{slug}.ipynb")
    for language in LANGUAGES:
        for path in (root / "notebooks" / language).glob("*.ipynb"):
            if path.stem not in known:
                path.unlink()


def run_all(jobs: dict[tuple[str, str], Job]) -> dict[tuple[str, str], NotebookNode]:
    """Execute notebooks side by side, with a line for each as it ends.

    One that was executed before, with nothing changed that it depends on, is taken from the cache.

    Raises
    ------
    BookError
        With the problems of all that failed.
    """
    keys = {place: cache.key(job) for place, job in jobs.items()}
    kept = {place: cache.find(job, keys[place]) for place, job in jobs.items()}
    start = kernels.manager(list(kept.values()).count(None))
    executed: dict[tuple[str, str], NotebookNode] = {}
    problems: list[str] = []
    with ThreadPoolExecutor(workers()) as pool:
        futures = {
            place: pool.submit(_executed, job, keys[place], kept[place], start)
            for place, job in jobs.items()
        }
        for (language, slug), future in futures.items():
            try:
                executed[language, slug], time_taken = future.result()
            except BookError as error:
                problems += error.problems
                time_taken = "failed"
            print(f"  {language} {slug:<24} {time_taken}", flush=True)
    if problems:
        raise BookError(*problems)
    return executed


def without_pictures(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook of which only what can be read as text is left, numbered from 1."""
    notebook = nbformat.from_dict(notebook)
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
            if "data" in output:
                output.data = {"text/plain": output.data.get("text/plain", "")}
                output.metadata = {k: v for k, v in output.metadata.items() if k == "course"}
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def _executed(
    job: Job, key: str, kept: NotebookNode | None, start: type[AsyncKernelManager]
) -> tuple[NotebookNode, str]:
    """Return a notebook as the cache had it, or else executed now; and how long that took."""
    if kept is not None:
        return kept, "  unchanged"
    began = time.perf_counter()
    executed = execute(job, start=start)
    cache.keep(job, key, executed)
    return executed, f"{time.perf_counter() - began:5.1f} s"


def _write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")
    os.replace(partial, path)
