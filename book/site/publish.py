"""Completes the site once all pages exist: front pages, links between languages, robots, feeds."""

import html
import json
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from book import git
from book.errors import BookError
from book.manuscript.chapter import Chapter
from book.project import LANGUAGES, address
from book.running.interrupt import end_on_interrupt
from book.site.dates import written
from book.site.front import front_door, with_cards
from book.site.jupyter_book import CARD
from book.site.outline import Outline, chapters_script, read_outline
from book.site.pages import alternates
from book.site.search import GLOSSARY, INDEX, glossary_script, index_script, sections
from book.site.slides import FOLDER, slides
from book.templates import render
from book.text import texts

__all__ = ["publish"]


def publish(site: Path, chapters: list[Chapter]) -> None:
    """Add to ``site``, which has a folder of pages for each language, what surrounds the pages.

    Raises
    ------
    BookError
        If a chapter has more headings in one language than in another, or a page's headings are
        such that no search could lead to them.
    """
    from book.cover import draw_card  # and with it torch, which the build needs for nothing else

    first, *others = (chapter.slug for chapter in chapters)
    slugs = [chapter.slug for chapter in chapters]
    with ProcessPoolExecutor(len(LANGUAGES), initializer=end_on_interrupt) as pool:
        found = pool.map(_read_pages, [site] * len(LANGUAGES), [slugs] * len(LANGUAGES), LANGUAGES)
        outlines = dict(zip(LANGUAGES, found, strict=True))
    _link_headings(site, chapters, outlines)
    glossary = glossary_script(chapters)
    for code, known in outlines.items():
        script = chapters_script({slug: known[slug] for slug in others})
        _write(site / code / "_static" / "chapters.js", script)
        _write(site / code / "_static" / GLOSSARY, glossary)
        welcome = site / code / f"{first}.html"
        _write(welcome, with_cards(_read(welcome), known, texts(code)))
    _write(site / "index.html", _front_page(site, first))
    _write(site / "404.html", _not_found(chapters))
    maps = "".join(f"Sitemap: {address()}/{code}/sitemap.xml\n" for code in LANGUAGES)
    _write(site / "robots.txt", f"User-agent: *\nAllow: /\n\n{maps}")
    for code in LANGUAGES:
        folder, t = site / code, texts(code)
        url = f"{address()}/{code}/{first}.html"
        _write(folder / "index.html", render("moved.html", t=t, first=first, address=url))
        (folder / CARD).write_bytes(draw_card(code))
        if feed := _feed(chapters, outlines[code], code):
            _write(folder / "feed.xml", feed)


def _read_pages(site: Path, slugs: list[str], code: str) -> dict[str, Outline]:
    """Write the slides and the search index of a language's pages, and return their outlines."""
    folder, outlines, index = site / code, {}, {}
    (folder / FOLDER).mkdir()
    for slug in slugs:
        name = f"{slug}.html"
        page: Any = BeautifulSoup(_read(folder / name), "html.parser")
        outlines[slug] = read_outline(page)
        if page.find("a", href=f"{FOLDER}/{name}"):
            _write(folder / FOLDER / name, slides(page.article, slug, code))
        # Last, as it takes out of the page what the slides show.
        index[name] = sections(page.article, f"{code}/{name}")
    _write(folder / "_static" / INDEX, index_script(index))
    (folder / "_static" / "translations.js").unlink(missing_ok=True)  # of Sphinx's own search
    return outlines


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _front_page(site: Path, first: str) -> str:
    """Return the page at the site's root."""
    return render(
        "root.html",
        address=f"{address()}/",
        alternates=alternates(first, first),
        card=f"{address()}/{LANGUAGES[-1]}/{CARD}",
        first=first,
        languages=[
            {
                "code": code,
                "texts": texts(code),
                **front_door(_read(site / code / f"{first}.html"), code),
            }
            for code in LANGUAGES
        ],
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


def _link_headings(
    site: Path, chapters: list[Chapter], outlines: dict[str, dict[str, Outline]]
) -> None:
    """Tell each page's language links which heading there corresponds to which heading here."""
    problems = []
    for chapter in chapters:
        ids = {code: outlines[code][chapter.slug].anchors for code in LANGUAGES}
        if len({len(found) for found in ids.values()}) > 1:
            counts = ", ".join(f"{len(found)} in {code}" for code, found in ids.items())
            problems.append(f"{chapter.path}: each language must have as many headings: {counts}")
            continue
        for code in LANGUAGES:
            path = site / code / f"{chapter.slug}.html"
            page = _read(path)
            for other in LANGUAGES:
                pairs = json.dumps(dict(zip(ids[code], ids[other], strict=True)))
                page = page.replace(
                    f'data-headings="{other}"', f'data-headings="{html.escape(pairs)}"', 1
                )
            _write(path, page)
    if problems:
        raise BookError(*problems)


def _feed(chapters: list[Chapter], outlines: dict[str, Outline], code: str) -> str | None:
    """Return an Atom feed with each chapter's last change, newest first; None without dates."""
    changes = []
    for number, chapter in enumerate(chapters):
        if moment := git.last_change(chapter.path):
            change = {
                "date": moment.isoformat(),
                "day": written(moment, code),
                "description": outlines[chapter.slug].description,
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
