"""The Sphinx extension for what a page says of itself: its address, its languages, its dates."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from book.dates import last_change, written
from book.project import LANGUAGES, address
from book.words import words

__all__ = ["CARD", "FEED", "about", "alternates"]

CARD = "card.png"
"""A language's picture for links to the course, in its folder."""
FEED = "feed.xml"
"""A language's feed, in its folder."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what the pages' heads know."""
    app.connect("html-page-context", _tell_the_head)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def alternates(page: str, first: str) -> list[tuple[str, str]]:
    """Return a page's addresses by language code, with ``x-default`` for all other readers.

    Those get the page that sends each to their language, where there is one, else English.

    Parameters
    ----------
    page : str
        Without language and ending, such as ``02-ewma``.
    first : str
        The course's first page.
    """
    site = address()
    found = [(words(code)["code"], f"{site}/{code}/{page}.html") for code in LANGUAGES]
    default = f"{site}/" if page == first else f"{site}/en/{page}.html"
    return [*found, ("x-default", default)]


def about(language: str, page: str, first: str) -> dict[str, Any]:
    """Return what ``head.html`` shows of a page, but its title and description."""
    site, say = address(), words(language)
    other = next(code for code in LANGUAGES if code != language)
    return {
        "address": f"{site}/{language}/{page}.html",
        "alternates": alternates(page, first),
        "card": f"{site}/{language}/{CARD}",
        "card_alt": say["card_alt"],
        "locale": say["locale"],
        "other_locale": words(other)["locale"],
        "site_name": say["site_title"],
    }


def _tell_the_head(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    language, slugs = app.config.course_language, app.config.course_slugs
    dates = [moment for slug in slugs if (moment := last_change(slug))]
    context["feed"] = FEED if dates else None
    if doctree is None or pagename not in slugs:
        return
    context |= about(language, pagename, slugs[0])
    context["headings"] = True
    if moment := last_change(pagename):
        context["updated"] = moment.isoformat()
        context["updated_words"] = words(language)["updated"].format(date="{}").split("{}")
        context["updated_day"] = written(moment, language)
