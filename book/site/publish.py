"""What the finished site tells the web: sitemap, robots, feeds, the page for wrong addresses."""

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from jinja2 import Environment, FileSystemLoader

from book.card import draw_card
from book.dates import last_change, written
from book.errors import BookError
from book.head import CARD, FEED, alternates
from book.manuscript import Chapter
from book.pages import THEME
from book.project import LANGUAGES, address
from book.words import words

__all__ = ["publish"]

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"


def publish(site: Path, all_chapters: list[Chapter]) -> None:
    """Add to a site with all its pages what search engines, feed readers and link previews ask for.

    Parameters
    ----------
    site : pathlib.Path
        The site's folder, with a folder for each language.
    all_chapters : list of Chapter
        In order.

    Raises
    ------
    BookError
        If a chapter has more headings in one language than in the other.
    """
    _join_headings(site, all_chapters)
    (site / "sitemap.xml").write_bytes(_sitemap(all_chapters))
    (site / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\n\nSitemap: {address()}/sitemap.xml\n", encoding="utf-8"
    )
    (site / "404.html").write_text(_not_found(all_chapters), encoding="utf-8")
    for language in LANGUAGES:
        if feed := _feed(site, all_chapters, language):
            (site / language / FEED).write_bytes(feed)
        draw_card(language, site / language / CARD)


# ── The same heading in the other language ────────────────────────────────────────────────────────


class _Page(HTMLParser):
    """What a chapter's page says of itself: its description, and its headings' ids in order."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.description = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "section" and (anchor := known.get("id")):
            self.headings.append(anchor)
        elif tag == "meta" and known.get("name") == "description":
            self.description = known["content"] or ""


def _join_headings(site: Path, all_chapters: list[Chapter]) -> None:
    """Tell each page's language link which heading there is which heading here."""
    problems = []
    for chapter in all_chapters:
        paths = {code: site / code / f"{chapter.slug}.html" for code in LANGUAGES}
        ids = {code: _Page(path).headings for code, path in paths.items()}
        if len({len(found) for found in ids.values()}) > 1:
            told = ", ".join(f"{len(found)} in {code}" for code, found in ids.items())
            problems.append(f"book/chapters/{chapter.slug}.md: as many headings are wanted: {told}")
            continue
        for code, path in paths.items():
            other = next(one for one in LANGUAGES if one != code)
            pairs = json.dumps(dict(zip(ids[code], ids[other], strict=True)), ensure_ascii=False)
            text = path.read_text(encoding="utf-8")
            text = text.replace('data-headings="{}"', f'data-headings="{html.escape(pairs)}"', 1)
            path.write_text(text, encoding="utf-8")
    if problems:
        raise BookError(*problems)


# ── For machines ──────────────────────────────────────────────────────────────────────────────────


def _sitemap(all_chapters: list[Chapter]) -> bytes:
    """Return the list of all pages, each with its sisters in other languages."""
    first = all_chapters[0].slug
    top = ET.Element(ET.QName(_SITEMAP, "urlset").text)
    pages = [(f"{address()}/", first)]
    pages += [
        (f"{address()}/{code}/{chapter.slug}.html", chapter.slug)
        for chapter in all_chapters
        for code in LANGUAGES
    ]
    for place, slug in pages:
        url = ET.SubElement(top, ET.QName(_SITEMAP, "url").text)
        ET.SubElement(url, ET.QName(_SITEMAP, "loc").text).text = place
        if moment := last_change(slug):
            ET.SubElement(url, ET.QName(_SITEMAP, "lastmod").text).text = moment.isoformat()
        for code, sister in alternates(slug, first):
            link = {"rel": "alternate", "hreflang": code, "href": sister}
            ET.SubElement(url, ET.QName(_XHTML, "link").text, link)
    return _xml(top, {"": _SITEMAP, "xhtml": _XHTML})


def _feed(site: Path, all_chapters: list[Chapter], language: str) -> bytes | None:
    """Return an Atom feed with each chapter's last change, newest first; None without any date."""
    say, place = words(language), f"{address()}/{language}"
    changes = [
        (moment, number, chapter)
        for number, chapter in enumerate(all_chapters)
        if (moment := last_change(chapter.slug))
    ]
    if not changes:
        return None
    changes.sort(key=lambda change: (-change[0].timestamp(), change[1]))
    top = ET.Element(
        ET.QName(_ATOM, "feed").text, {"{http://www.w3.org/XML/1998/namespace}lang": say["code"]}
    )

    def add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, ET.QName(_ATOM, tag).text, attributes)
        element.text = text
        return element

    add(top, "id", f"{place}/{FEED}")
    add(top, "title", f"{say['feed']}: {say['site_title']}")
    add(top, "subtitle", say["site_subtitle"])
    add(top, "updated", changes[0][0].isoformat())
    add(add(top, "author"), "name", say["site_title"])
    add(top, "link", rel="self", type="application/atom+xml", href=f"{place}/{FEED}")
    home = f"{place}/{all_chapters[0].slug}.html"
    add(top, "link", rel="alternate", type="text/html", hreflang=say["code"], href=home)
    add(top, "rights", say["license"])
    for moment, _, chapter in changes:
        entry, page = add(top, "entry"), f"{place}/{chapter.slug}.html"
        day = say["updated"].format(date=written(moment, language))
        description = _Page(site / language / f"{chapter.slug}.html").description
        add(entry, "id", page)
        add(entry, "title", chapter.title(language))
        add(entry, "updated", moment.isoformat())
        add(entry, "link", rel="alternate", type="text/html", hreflang=say["code"], href=page)
        add(entry, "summary", f"{day}. {description}")
    return _xml(top, {"": _ATOM})


def _xml(top: ET.Element, prefixes: dict[str, str]) -> bytes:
    for prefix, namespace in prefixes.items():
        ET.register_namespace(prefix, namespace)
    ET.indent(top)
    return ET.tostring(top, encoding="utf-8", xml_declaration=True) + b"\n"


# ── For readers who went astray ───────────────────────────────────────────────────────────────────


def _not_found(all_chapters: list[Chapter]) -> str:
    """Return the page that GitHub Pages shows at any address without one, however deep."""
    templates = Environment(loader=FileSystemLoader(THEME), autoescape=True)
    page = templates.get_template("404.html").render(
        base=urlsplit(address()).path,
        languages=[
            {
                "folder": code,
                "say": words(code),
                "chapters": [
                    {"slug": chapter.slug, "title": re.sub(r"[`*]", "", chapter.title(code))}
                    for chapter in all_chapters
                ],
            }
            for code in LANGUAGES
        ],
    )
    return page + "\n"
