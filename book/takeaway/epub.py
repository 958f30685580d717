"""The EPUB 3 of a language: XHTML with MathML, pictures as SVG, nothing from elsewhere."""

import copy
import os
import re
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from bs4 import Tag
from jinja2 import Environment, FileSystemLoader
from pygments.formatters import HtmlFormatter

from book.project import ROOT, repository
from book.takeaway.archive import add_file
from book.takeaway.chapters import Chapter, point_links
from book.takeaway.cover import cover
from book.words import words

__all__ = ["last_change", "write_epub"]

_TEMPLATES = Path(__file__).parent / "templates"


def write_epub(place: Path, site: Path, chapters: list[Chapter], language: str) -> None:
    """Write a language's chapters as an EPUB; the same commit gives the same bytes.

    Parameters
    ----------
    place : pathlib.Path
        File to write.
    site : pathlib.Path
        The language's pages, beside which its pictures lie.
    chapters : list of Chapter
        In their order.
    language : str
        Of the words around them.

    Raises
    ------
    BookError
        If a chapter links to a page that is not in the book.
    """
    say = words(language)
    bodies = {chapter.slug: _xhtml_body(chapter, chapters) for chapter in chapters}
    pictures = sorted(
        {str(image["src"]) for body in bodies.values() for image in body.find_all("img")}
    )
    know = {
        "say": say,
        "chapters": chapters,
        "pictures": pictures,
        "with_formulas": {slug for slug, body in bodies.items() if body.find("math")},
        "identifier": uuid.uuid5(uuid.NAMESPACE_URL, f"{repository().url}/{language}"),
        "modified": f"{last_change():%Y-%m-%dT%H:%M:%SZ}",
    }
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )

    def page(name: str, **more: object) -> str:
        return templates.get_template(name).render(**know, **more)

    with ZipFile(place, "w") as archive:
        add_file(archive, "mimetype", "application/epub+zip", compress=False)
        add_file(archive, "META-INF/container.xml", page("container.xml"))
        add_file(archive, "EPUB/package.opf", page("package.opf"))
        add_file(archive, "EPUB/nav.xhtml", page("nav.xhtml"))
        add_file(archive, "EPUB/cover.xhtml", page("cover.xhtml"))
        add_file(archive, "EPUB/cover.png", cover(say["site_title"], say["site_subtitle"]))
        add_file(archive, "EPUB/book.css", _style_sheet())
        for chapter in chapters:
            content = bodies[chapter.slug].decode_contents(formatter="minimal")
            add_file(
                archive,
                f"EPUB/{chapter.slug}.xhtml",
                page("chapter.xhtml", chapter=chapter, content=content),
            )
        for picture in pictures:
            add_file(archive, f"EPUB/{picture}", (site / picture).read_bytes())


def last_change() -> datetime:
    """Return when the commit was made that the book comes from, or 1980 where there is no git."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds:
        command = ["git", "log", "-1", "--format=%ct"]
        try:
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            seconds = run.stdout.strip()
        except OSError:  # there is no git
            seconds = ""
    return (
        datetime.fromtimestamp(int(seconds), UTC) if seconds else datetime(1980, 1, 1, tzinfo=UTC)
    )


def _xhtml_body(chapter: Chapter, chapters: list[Chapter]) -> Tag:
    """Return a chapter's article with formulas as MathML alone, and links within the book."""
    body = copy.copy(chapter.body)
    for formula in body.select("span.math, div.math"):
        _keep_mathml(formula)
    point_links(body, chapter, chapters, "{slug}.xhtml")
    return body


def _keep_mathml(formula: Tag) -> None:
    """Leave a formula's MathML, with its TeX for readers that cannot show it."""
    math: Any = formula.math
    tex = formula.annotation
    if math is None or tex is None:
        return
    math["alttext"] = tex.extract().get_text()
    math.semantics.unwrap()
    math.extract()
    formula.clear()
    formula.append(math)


def _style_sheet() -> str:
    """Return the book's own style sheet, with the colours of code."""
    own = (_TEMPLATES / "book.css").read_text(encoding="utf-8")
    light, dark = (
        HtmlFormatter(style=f"a11y-high-contrast-{theme}").get_style_defs(".highlight")
        for theme in ("light", "dark")
    )
    colours = f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    return own + re.sub(r"background(-color)?: [^;}]*;?", "", colours)
