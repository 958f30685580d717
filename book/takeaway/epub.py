"""The EPUB 3 of a language: XHTML with MathML, pictures as SVG, nothing from elsewhere."""

import copy
import mimetypes
import uuid
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from bs4 import Tag

from book import git
from book.project import repository
from book.site.assets import code_colors
from book.takeaway.archive import add_file
from book.takeaway.chapters import BookChapter, point_links
from book.templates import render
from book.text import texts
from helpers.figures import palette

__all__ = ["write_epub"]


def write_epub(path: Path, site: Path, chapters: list[BookChapter], language: str) -> None:
    """Write a language's chapters as an EPUB; the same commit gives the same bytes.

    ``site`` is the folder of the language's pages and their pictures.
    """
    from book.cover import draw_cover  # and with it torch

    t = texts(language)
    bodies = {chapter.slug: _xhtml_body(chapter, chapters) for chapter in chapters}
    pictures = {
        str(image["src"]): mimetypes.guess_type(str(image["src"]))[0]
        for body in bodies.values()
        for image in body.find_all("img")
    }
    known = {
        "t": t,
        "chapters": chapters,
        "pictures": sorted(pictures.items()),
        "with_formulas": {slug for slug, body in bodies.items() if body.find("math")},
        "identifier": uuid.uuid5(uuid.NAMESPACE_URL, f"{repository().url}/{language}"),
        "modified": f"{git.build_date():%Y-%m-%dT%H:%M:%SZ}",
    }

    def page(name: str, **more: object) -> str:
        return render(name, **known, **more).rstrip("\n")

    with ZipFile(path, "w") as archive:
        add_file(archive, "mimetype", "application/epub+zip", compress=False)
        add_file(archive, "META-INF/container.xml", page("container.xml"))
        add_file(archive, "EPUB/package.opf", page("package.opf"))
        add_file(archive, "EPUB/nav.xhtml", page("nav.xhtml"))
        add_file(archive, "EPUB/cover.xhtml", page("cover.xhtml"))
        add_file(archive, "EPUB/cover.png", draw_cover(language))
        add_file(archive, "EPUB/book.css", _style_sheet())
        for chapter in chapters:
            content = bodies[chapter.slug].decode_contents(formatter="minimal")
            add_file(
                archive,
                f"EPUB/{chapter.slug}.xhtml",
                page("chapter.xhtml", chapter=chapter, content=content),
            )
        for picture in sorted(pictures):
            add_file(archive, f"EPUB/{picture}", (site / picture).read_bytes())


def _xhtml_body(chapter: BookChapter, chapters: list[BookChapter]) -> Tag:
    """Return a chapter's article with formulas as MathML alone, and links within the book."""
    body = copy.copy(chapter.body)
    for formula in body.find_all(class_="math"):
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
    """Return the book's style sheet, with the palette's colours and those of code."""
    # Code has its own paper: not every reader's page is dark where its system is.
    light, dark = (
        f"{code_colors(theme, 'pre')}\npre {{ background: {palette.load()[theme]['paper']}; }}"
        for theme in palette.THEMES
    )
    colors = f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    return render("book.css", light=palette.load()["light"]) + colors
