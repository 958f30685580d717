"""``python -m book site``: runs every chapter, and makes one static site of all languages."""

import json
import re
import shutil
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from book.errors import BookError
from book.manuscript.agreement import check, different_numbers
from book.manuscript.chapter import Chapter, read_all
from book.manuscript.notebook import ROLE, make_notebook, neighbours
from book.project import LANGUAGES, PICTURES, ROOT, Repository, repository
from book.running import fingerprint
from book.running.generate import notebooks_of, run_all
from book.running.interrupt import StoppablePool
from book.running.kernel import Run
from book.running.rounding import rounding
from book.site.assets import stage_assets
from book.site.exercises import exercise_form
from book.site.figures import html_outputs
from book.site.jupyter_book import run_jupyter_book
from book.site.publish import publish
from book.takeaway import take_along

__all__ = ["SITE", "build"]

BUILD = ROOT / "_build"
SITE = BUILD / "html"
_STAMP = BUILD / "html.json"
_SPACE = 500 << 20  # bytes
_LONGEST = 3600  # seconds that no build takes
_FRAME = ("badge", "install", "language", "neighbours")
"""Cells of a notebook for which the page has buttons and links of its own."""


def build() -> Path:
    """Build the site, and return its folder.

    An existing site is replaced only once the new one is complete, and is left alone where neither
    it nor anything that it was made from has changed.

    Raises
    ------
    BookError
        If a notebook does not follow from its manuscript, a cell or an expression fails, a number
        differs from the one in the committed notebook, or Jupyter Book warns.
    """
    made_from = fingerprint.of_site()
    if _is_current(made_from):
        print("Nothing has changed since the site was built.")
        return SITE
    if problems := check():
        raise BookError(*problems)
    _make_room()
    # The folder first: where none can be made, no chapter need run.
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="site-") as scratch:
        chapters = read_all()
        runs = run_all(chapters)
        _compare(list(different_numbers(notebooks_of(chapters, runs), chapters)))
        html = Path(scratch) / "html"
        html.mkdir()
        for language in LANGUAGES:
            _stage(chapters, runs, language, Path(scratch) / language)
        with StoppablePool(len(LANGUAGES)) as pool:
            reports = pool.map(
                lambda code: run_jupyter_book(code, Path(scratch) / code, html / code), LANGUAGES
            )
            problems = [line for report in reports for line in report]
        if problems:
            raise BookError(*problems)
        publish(html, chapters)
        complete = take_along(html, [chapter.slug for chapter in chapters], Path(scratch))
        _STAMP.unlink(missing_ok=True)
        _replace(html, SITE)
    if complete:
        _STAMP.write_text(json.dumps(_stamp(made_from)), encoding="utf-8")
    return SITE


def _compare(differences: list[tuple[str, str]]) -> None:
    """Refuse numbers that differ from the committed ones, if they should be the same here."""
    lines = [line for _, line in differences]
    if lines and (why := fingerprint.missing_mnist()):
        stand_in = "scikit-learn's digits stood in for MNIST, and give other numbers"
        raise BookError(*lines, f"{why}; {stand_in}")
    if problems := [line for written_by, line in differences if written_by == rounding()]:
        raise BookError(*problems)
    if lines:
        print("  These numbers come from machines that round otherwise than this one:")
        print(*(f"  {line}" for line in lines), sep="\n", flush=True)


def _make_room() -> None:
    """Remove what killed builds have left, and ask whether there is space for one more."""
    BUILD.mkdir(exist_ok=True)
    for left in BUILD.glob("site-*"):
        if time.time() - left.stat().st_mtime > _LONGEST:
            shutil.rmtree(left, ignore_errors=True)
    if (free := shutil.disk_usage(BUILD).free) < _SPACE:
        raise BookError(f"_build: a build needs {_SPACE >> 20} MiB, the disk has {free >> 20} left")


def _stage(chapters: list[Chapter], runs: dict[str, Run], language: str, stage: Path) -> None:
    """Write a language's chapters as Jupyter Book reads them, and the files that go with them."""
    source, extra = stage / "source", stage / "extra"
    source.mkdir(parents=True)
    stage_assets(stage / "static")
    (extra / "notebooks").mkdir(parents=True)
    if (ROOT / PICTURES).exists():
        shutil.copytree(ROOT / PICTURES, source / Path(PICTURES).name)
    published = repository()
    for chapter, beside in neighbours(chapters):
        committed = ROOT / "notebooks" / language / f"{chapter.slug}.ipynb"
        shutil.copyfile(committed, extra / "notebooks" / committed.name)
        run = runs[chapter.slug]
        outputs = list(html_outputs(run.outputs, language, extra))
        notebook = make_notebook(chapter, language, published, beside, run.values, outputs)
        _adapt(notebook, chapter.slug, language, published)
        _describe(notebook)
        nbformat.write(notebook, source / f"{chapter.slug}.ipynb")


def _adapt(notebook: NotebookNode, slug: str, language: str, published: Repository) -> None:
    """Turn a notebook into a page: no frame, tags, links within the site, exercises as forms."""
    colab = published.colab(language)
    cells = []
    for cell in notebook.cells:
        role = cell.metadata.get(ROLE, "")
        if role in _FRAME:
            continue
        if role:
            cell.metadata.setdefault("tags", []).append(role)
        if cell.cell_type == "markdown":
            links = rf"\]\({re.escape(colab)}(\d\d-[a-z0-9-]+\.ipynb)"
            cell.source = re.sub(links, r"](\1", cell.source)
            pictures = rf"\]\({re.escape(published.picture(''))}([^)]+)\)"
            cell.source = re.sub(pictures, rf"]({Path(PICTURES).name}/\1)", cell.source)
        elif role == "exercise":
            (output,) = cell.outputs
            address = f"{published.colab(language, slug)}#scrollTo={cell.id}"
            cell.outputs, is_answered_here = exercise_form(output, language, address)
            if is_answered_here:
                cell.metadata["tags"].append("folded")
        cells.append(cell)
    notebook.cells = cells


def _describe(notebook: NotebookNode, length: int = 160) -> None:
    """Give a page its description: the start of its first paragraph, or its title."""
    title, *paragraphs = notebook.cells[0].source.split("\n\n")
    marks = r"!\[[^]]*\]\([^)]*\)|\]\([^)]*\)|\\(?=\$)|(?<!\\)\$|[\[*_`]"
    text = " ".join(re.sub(marks, "", paragraphs[0] if paragraphs else title[2:]).split())
    if len(text) > length:
        ends = [end.end() for end in re.finditer(r"[.?!](?= )", text[: length + 1])]
        is_long = bool(ends) and ends[-1] > length / 2
        text = text[: ends[-1]] if is_long else text[: text.rindex(" ", 0, length)] + " …"
    notebook.metadata["og:description"] = text
    notebook.metadata["myst"] = {"html_meta": {"description": text}}


def _stamp(made_from: str) -> dict[str, str]:
    return {"made from": made_from, "holds": fingerprint.of_files(SITE)}


def _is_current(made_from: str) -> bool:
    """Whether the site was made from the same, and is as it was left."""
    try:
        return bool(json.loads(_STAMP.read_text(encoding="utf-8")) == _stamp(made_from))
    except (OSError, ValueError):
        return False


def _replace(new: Path, path: Path) -> None:
    """Replace the old site by the new one; where that fails, restore the old one."""
    old = new.with_name("old")
    try:
        if path.exists():
            path.rename(old)
        new.rename(path)
    except BaseException:  # Ctrl-C, too
        if old.exists() and not path.exists():
            old.rename(path)
        raise
