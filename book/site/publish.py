"""Completes the site once all pages exist: front pages, links between languages, robots, feeds."""

import html
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from book import git
from book.cover import draw_card
from book.errors import BookError
from book.manuscript.chapter import Chapter
from book.project import LANGUAGES, address
from book.site.dates import written
from book.site.jupyter_book import CARD
from book.site.pages import alternates
from book.templates import render
from book.text import texts

__all__ = ["publish"]


def publish(site: Path, chapters: list[Chapter]) -> None:
    """Add to ``site``, which has a folder of pages for each language, what surrounds the pages.

    Raises
    ------
    BookError
        If a chapter has more headings in one language than in another.
    """
    first = chapters[0].slug
    _link_headings(site, chapters)
    _write(site / "index.html", _front_page(first))
    _write(site / "404.html", _not_found(chapters))
    maps = "".join(f"Sitemap: {address()}/{code}/sitemap.xml\n" for code in LANGUAGES)
    _write(site / "robots.txt", f"User-agent: *\nAllow: /\n\n{maps}")
    for code in LANGUAGES:
        folder, t = site / code, texts(code)
        url = f"{address()}/{code}/{first}.html"
        _write(folder / "index.html", render("moved.html", t=t, first=first, address=url))
        (folder / CARD).write_bytes(draw_card(code))
        if feed := _feed(folder, chapters, code):
            _write(folder / "feed.xml", feed)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _front_page(first: str) -> str:
    """Return the page that sends each reader to a language."""
    return render(
        "root.html",
        address=f"{address()}/",
        alternates=alternates(first, first),
        card=f"{address()}/{LANGUAGES[-1]}/{CARD}",
        first=first,
        languages=[{"code": code, "texts": texts(code)} for code in LANGUAGES],
    )


def _not_found(chapters: list[Chapter]) -> str:
    """Return the page that GitHub Pages shows at every URL without a page, however deep."""
    return render(
        "404.html",
        base=urlsplit(address()).path,
        languages=[
            {
                "code": code,
                "texts": texts(code),
                "chapters": [
                    {"slug": chapter.slug, "title": re.sub(r"[`*]", "", chapter.title(code))}
                    for chapter in chapters
                ],
            }
            for code in LANGUAGES
        ],
    )


def _link_headings(site: Path, chapters: list[Chapter]) -> None:
    """Tell each page's language links which heading there corresponds to which heading here."""
    problems = []
    for chapter in chapters:
        paths = {code: site / code / f"{chapter.slug}.html" for code in LANGUAGES}
        pages = {code: path.read_text(encoding="utf-8") for code, path in paths.items()}
        ids = {
            code: [
                str(section["id"])
                for section in BeautifulSoup(page, "html.parser").select("section[id]")
            ]
            for code, page in pages.items()
        }
        if len({len(found) for found in ids.values()}) > 1:
            counts = ", ".join(f"{len(found)} in {code}" for code, found in ids.items())
            problems.append(f"{chapter.path}: each language must have as many headings: {counts}")
            continue
        for code, path in paths.items():
            page = pages[code]
            for other in LANGUAGES:
                pairs = json.dumps(dict(zip(ids[code], ids[other], strict=True)))
                page = page.replace(
                    f'data-headings="{other}"', f'data-headings="{html.escape(pairs)}"', 1
                )
            _write(path, page)
    if problems:
        raise BookError(*problems)


def _feed(folder: Path, chapters: list[Chapter], code: str) -> str | None:
    """Return an Atom feed with each chapter's last change, newest first; None without dates."""
    changes = []
    for number, chapter in enumerate(chapters):
        if moment := git.last_change(chapter.path):
            page = (folder / f"{chapter.slug}.html").read_text(encoding="utf-8")
            soup = BeautifulSoup(page, "html.parser")
            description = soup.select_one('meta[name="description"]')
            change = {
                "date": moment.isoformat(),
                "day": written(moment, code),
                "description": description["content"] if description else "",
                "slug": chapter.slug,
                "title": chapter.title(code),
            }
            changes.append((-moment.timestamp(), number, change))
    if not changes:
        return None
    return render(
        "feed.xml",
        changes=[change for *_, change in sorted(changes, key=lambda one: one[:2])],
        first=chapters[0].slug,
        home=f"{address()}/{code}",
        t=texts(code),
    )
