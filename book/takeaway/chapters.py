"""Chapters as a book shows them: no sliders, nothing folded, one picture a figure."""

import html
from pathlib import Path
from typing import Any, NamedTuple

from bs4 import BeautifulSoup, Tag

from book.errors import BookError

__all__ = ["BookChapter", "point_links", "read_chapters"]

_TAGS = {"script", "style", "button", "form", "source"}
_CLASSES = {
    "about", "start", "minutes", "forget", "headerlink", "toctree-wrapper", "controls", "exercise",
    "column",
}  # fmt: skip


class BookChapter(NamedTuple):
    """A chapter to put into a book.

    Attributes
    ----------
    slug : str
        Such as ``04-adam``.
    title : str
        Its heading, without markup.
    sections : tuple of (str, str)
        Anchor and heading of each section.
    body : bs4.Tag
        The article; copy it before changing it.
    """

    slug: str
    title: str
    sections: tuple[tuple[str, str], ...]
    body: Tag


def read_chapters(folder: Path, slugs: list[str], t: dict[str, str]) -> list[BookChapter]:
    """Read the chapters of a language from its pages; ``t`` are the language's texts."""
    return [_read(folder / f"{slug}.html", slug, t) for slug in slugs]


def _read(path: Path, slug: str, t: dict[str, str]) -> BookChapter:
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    # Any, since to bs4 each tag may lack every other.
    body: Any = page.find("article")
    if body is None or body.h1 is None:
        raise BookError(f"{path.parent.name}/{path.name}: must have an <article> with an <h1>")
    for explorer in body.select(".explorer"):
        values = [
            f"{slider.label.get_text()} = {slider.output.get_text()}"
            for slider in explorer.select(".slider")
        ]
        caption = explorer.figcaption or page.new_tag("figcaption")
        start = t["start_frame"].format(values=", ".join(values))
        caption.string = f"{caption.get_text()} {start}".strip()
        explorer.insert(0, caption)
    pieces = [*body.find_all(_TAGS), *body.find_all(class_=_CLASSES), *body.find_all(role="status")]
    for cards in body.find_all(class_="cards"):
        pieces += cards.find_all("picture")
    for piece in pieces:
        piece.extract()
    for picture in body.find_all("picture"):
        picture.unwrap()
    for image in body.find_all("img"):
        for attribute in ("loading", "decoding"):
            image.attrs.pop(attribute, None)
    # On paper and without scripts nothing unfolds.
    for folded in body.find_all("details"):
        if "folded" in folded.get("class", ()):
            folded.summary.string = t["the_code"]
        folded.name, folded.attrs = "div", {"class": "folded"}
        if folded.summary:
            folded.summary.attrs = {"class": "summary"}
            folded.summary.name = "p"
    sections = tuple(
        (heading.parent["id"], heading.get_text())
        for heading in body.find_all("h2")
        if heading.parent.name == "section"
    )
    return BookChapter(slug, body.h1.get_text(), sections, body)


def point_links(body: Tag, chapter: BookChapter, chapters: list[BookChapter], pattern: str) -> None:
    """Point the links between chapters at the chapters of a book.

    Parameters
    ----------
    body : bs4.Tag
        The chapter's; changed in place.
    chapter : BookChapter
        The chapter.
    chapters : list of BookChapter
        All chapters of the book.
    pattern : str
        Address of a chapter's start, with ``{slug}``; an anchor comes after ``#`` or ``--``.

    Raises
    ------
    BookError
        If a link leads to a page of the site that is no chapter.
    """
    slugs = {each.slug for each in chapters}
    glue = "--" if pattern.startswith("#") else "#"
    for link in body.find_all("a", href=True):
        href = str(link["href"])
        if href.startswith(("https://", "http://", "mailto:")):
            continue
        page, _, anchor = html.unescape(href).partition("#")
        slug = page.removesuffix(".html") if page else chapter.slug
        if slug not in slugs:
            raise BookError(
                f"{chapter.slug}.html: a book can hold links to chapters and to other sites, "
                f"got {href!r}"
            )
        link["href"] = pattern.format(slug=slug) + (glue + anchor if anchor else "")
