"""``python -m book site``: every cell runs again, and both languages become one static site."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from book import fingerprint
from book.check import check
from book.errors import BookError
from book.execute import Job
from book.formulas import KATEX
from book.generate import chapters, drafts, run_all
from book.head import about
from book.notebooks import FRAME, solutions
from book.pages import THEME
from book.pictures import place_pictures
from book.project import LANGUAGES, ROOT, address, repository
from book.publish import publish
from book.search import MINISEARCH, stage_library
from book.takeaway import take_along
from book.words import words

__all__ = ["build"]

BUILD = ROOT / "_build"
SITE = BUILD / "html"
_STAMP = BUILD / "html.json"
_PATIENCE = 900  # seconds for Jupyter Book over one language


def build() -> Path:
    """Build the site, and return its folder.

    A site that stands there already is replaced only once the new one is whole, and stays where
    nothing has changed, neither in it nor in what it was made from.

    Raises
    ------
    BookError
        If a notebook does not follow from its manuscript, a cell fails, or Jupyter Book warns.
    """
    made_from = fingerprint.of_site()
    if _stands(made_from):
        print("Nothing has changed since the site was built.")
        return SITE
    if problems := check():
        raise BookError(*problems)
    for part in (KATEX, MINISEARCH):
        if not part.exists():
            place = part.relative_to(ROOT)
            raise BookError(f"{place}: is missing; run `make site`, which installs it")
    all_chapters = chapters()
    slugs = [chapter.slug for chapter in all_chapters]
    by_slug = {chapter.slug: chapter for chapter in all_chapters}
    made = drafts(all_chapters)
    executed = run_all(
        {
            (language, slug): Job(
                f"notebooks/{language}/{slug}.ipynb",
                draft,
                tuple(solutions(by_slug[slug])),
                "static",
            )
            for (language, slug), draft in made.items()
        }
    )
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="site-") as scratch:
        html = Path(scratch) / "html"
        for language in LANGUAGES:
            stage = Path(scratch) / language
            for slug in slugs:
                _stage(executed[language, slug], language, slug, stage)
            _stage_static(stage / "static")
        with ThreadPoolExecutor(len(LANGUAGES)) as pool:
            reports = pool.map(lambda code: _jupyter_book(code, Path(scratch)), LANGUAGES)
            problems = [line for report in reports for line in report]
        if problems:
            raise BookError(*problems)
        _tidy(html)
        _root_page(html, slugs[0])
        publish(html, all_chapters)
        whole = take_along(html, slugs, Path(scratch))  # last: its zip holds all that is there
        _STAMP.unlink(missing_ok=True)
        _replace(html, SITE)
    if whole:
        _STAMP.write_text(json.dumps(_stamp(made_from)), encoding="utf-8")
    return SITE


def _stamp(made_from: str) -> dict[str, str]:
    return {"made from": made_from, "holds": fingerprint.of_files(SITE)}


def _stands(made_from: str) -> bool:
    """Tell whether the site was made from the same, and is as it was left."""
    try:
        noted = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return noted == _stamp(made_from)


def _stage(notebook: NotebookNode, language: str, slug: str, stage: Path) -> None:
    """Write a chapter as Jupyter Book reads it, and the notebook that readers download."""
    source, extra = stage / "source", stage / "extra"
    source.mkdir(parents=True, exist_ok=True)
    (extra / "notebooks").mkdir(parents=True, exist_ok=True)
    committed = ROOT / "notebooks" / language / f"{slug}.ipynb"
    shutil.copyfile(committed, extra / "notebooks" / committed.name)
    place_pictures(notebook, language, extra)
    prefix = re.escape(repository().colab(language))
    cells = []
    for cell in notebook.cells:
        role = cell.metadata.get(FRAME, "")
        if role in ("badge", "install", "language", "neighbours"):
            continue  # the page has its own
        if role:
            cell.metadata["tags"] = [role]
        if cell.cell_type == "markdown":
            cell.source = re.sub(rf"\]\({prefix}(\d\d-[a-z0-9-]+\.ipynb)", r"](\1", cell.source)
        cells.append(cell)
    notebook.cells = cells
    nbformat.write(notebook, source / f"{slug}.ipynb")


def _stage_static(folder: Path) -> None:
    """Gather the style sheets, scripts and fonts that pages load by name."""
    shutil.copytree(THEME / "static", folder)
    (folder / "katex" / "fonts").mkdir(parents=True)
    shutil.copyfile(KATEX / "katex.min.css", folder / "katex" / "katex.min.css")
    for font in sorted((KATEX / "fonts").glob("*.woff2")):
        shutil.copyfile(font, folder / "katex" / "fonts" / font.name)
    stage_library(folder)
    light, dark = (
        HtmlFormatter(style=f"a11y-high-contrast-{theme}").get_style_defs(scope)
        for theme, scope in (("light", ".highlight"), ("dark", '[data-theme="dark"] .highlight'))
    )
    by_system = HtmlFormatter(style="a11y-high-contrast-dark").get_style_defs(
        ':root:not([data-theme="light"]) .highlight'
    )
    colours = (
        f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{by_system}\n}}\n"
        f"@media screen {{\n{dark}\n}}\n"
    )
    # Backgrounds are the page's own.
    colours = re.sub(r"background(-color)?: [^;}]*;?", "", colours)
    (folder / "code.css").write_text(colours, encoding="utf-8")


def _jupyter_book(language: str, scratch: Path) -> list[str]:
    """Run Jupyter Book over a language, and return what it complains of."""
    start = time.perf_counter()
    stage, output = scratch / language, scratch / "html" / language
    run = subprocess.run(
        [sys.executable, "-m", "book.sphinx_build", language, str(stage), str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    print(f"  {language} {'pages':<24} {time.perf_counter() - start:5.1f} s", flush=True)
    if run.returncode == 0:
        return []
    report = re.sub(r"\x1b\[[\d;]*m", "", run.stderr).replace(
        f"{stage}/source", f"notebooks/{language}"
    )
    said = report.splitlines()
    told = [line for line in said if re.search(r"WARNING|ERROR|Error", line)]
    return told or [f"{language}: Jupyter Book failed", *said[-20:]]


def _tidy(html: Path) -> None:
    """Remove what is for Sphinx alone: an empty folder of myst-nb's, and notes on this build."""
    shutil.rmtree(html / "jupyter_execute", ignore_errors=True)
    for language in LANGUAGES:
        (html / language / ".buildinfo").unlink(missing_ok=True)


def _root_page(html: Path, first: str) -> None:
    """Write the page that sends readers to their language, and each language's own front door."""
    templates = Environment(loader=FileSystemLoader(THEME), autoescape=True)
    say = {language: words(language) for language in LANGUAGES}
    root = templates.get_template("root.html").render(
        **{**about("en", first, first), "address": f"{address()}/"},
        **say,
        first=first,
        title=" · ".join(say[language]["site_title"] for language in LANGUAGES),
        description=" · ".join(say[language]["site_subtitle"] for language in LANGUAGES),
    )
    (html / "index.html").write_text(root + "\n", encoding="utf-8")
    for language in LANGUAGES:
        moved = templates.get_template("moved.html").render(
            say=say[language], first=first, address=about(language, first, first)["address"]
        )
        (html / language / "index.html").write_text(moved + "\n", encoding="utf-8")


def _replace(new: Path, place: Path) -> None:
    """Put the finished site where the old one is, or leave the old one."""
    old = new.with_name("old")
    if place.exists():
        place.rename(old)
    try:
        new.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
