"""The PDF of a language: all chapters on one page of HTML, printed by Chromium."""

import copy
import json
import re
from datetime import datetime
from pathlib import Path

from book import git
from book.browser import print_to_pdf
from book.takeaway.chapters import BookChapter, point_links
from book.templates import TAKEAWAY, render
from book.text import texts

__all__ = ["normalise_pdf", "write_pdf", "write_sheet"]

_PRINT_PAGE = "print.html"


def write_pdf(
    pdf: Path, site: Path, chapters: list[BookChapter], language: str, browser: str, scratch: Path
) -> str:
    """Print a language's chapters, and return what went wrong, or the empty string.

    ``site`` is the folder of the language's pages, with their style sheets and pictures. The
    chapters are of no use afterwards: what they hold is changed, as a copy of it takes long.
    """
    return _print(pdf, site, print_page(chapters, language), browser, scratch)


def write_sheet(
    pdf: Path, site: Path, sheet: BookChapter, language: str, browser: str, scratch: Path
) -> str:
    """Print the sheet to take along, as `write_pdf` prints the book."""
    body = copy.copy(sheet.body)
    for link in body.find_all("a"):
        link.unwrap()  # on paper there is nothing to follow
    page = render(
        "sheet.html",
        t=texts(language),
        sheet=sheet,
        body=body.decode_contents(formatter="minimal"),
        style=(TAKEAWAY / "sheet.css").read_text(encoding="utf-8"),
    )
    return _print(pdf, site, page, browser, scratch)


def _print(pdf: Path, site: Path, html: str, browser: str, scratch: Path) -> str:
    page = site / _PRINT_PAGE  # relative URLs of pictures hold there
    page.write_text(html, encoding="utf-8")
    try:
        problem = print_to_pdf(browser, page, pdf, scratch)
    finally:
        page.unlink()
    if problem:
        pdf.unlink(missing_ok=True)
    else:
        pdf.write_bytes(normalise_pdf(pdf.read_bytes(), git.build_date()))
    return problem


def normalise_pdf(printed: bytes, date: datetime) -> bytes:
    """Replace timestamps and node ids, so that builds are byte-identical.

    Chromium writes when it printed, and names the headers of tables ``node00001073`` and so on,
    from a counter that does not start at the same number each time. No length changes.
    """
    dated = re.sub(rb"(?<=Date \(D:)\d{14}", f"{date:%Y%m%d%H%M%S}".encode(), printed)
    ids = sorted(set(re.findall(rb"\(node(\d{8})\)", dated)))
    new = {old: b"(node%08d)" % rank for rank, old in enumerate(ids, start=1)}
    return re.sub(rb"\(node(\d{8})\)", lambda match: new[match[1]], dated)


def print_page(chapters: list[BookChapter], language: str) -> str:
    """Return one page of HTML with all chapters; each anchor starts with its chapter's slug.

    Changes the chapters' bodies.
    """
    bodies = {}
    for chapter in chapters:
        body = chapter.body
        for anchored in body.find_all(id=True):
            anchored["id"] = _anchor(f"{chapter.slug}--{anchored['id']}")
        point_links(body, chapter, chapters, "#{slug}")
        for link in body.find_all("a", href=re.compile("^#")):
            link["href"] = "#" + _anchor(str(link["href"])[1:])
        bodies[chapter.slug] = body.decode_contents(formatter="minimal")
    return render(
        "print.html",
        t=texts(language),
        chapters=chapters,
        bodies=bodies,
        anchor=_anchor,
        running=[(chapter, json.dumps(chapter.title, ensure_ascii=False)) for chapter in chapters],
        style=(TAKEAWAY / "print.css").read_text(encoding="utf-8"),
    )


def _anchor(name: str) -> str:
    """Return a name that starts with a letter, as style sheets need it."""
    return f"chapter-{name}"
