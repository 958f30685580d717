"""The front pages: the chapters' cards on the welcome page, and the page at the site's root.

Both come from the welcome page of each language, and so from its manuscript, whose list of chapters
is also what a notebook and a book show.
"""

import re
from typing import Any

from bs4 import BeautifulSoup

from book.site.outline import Outline
from book.templates import render

__all__ = ["front_door", "with_cards"]

_LIST = re.compile(
    r'<(ol|ul)[^>]*>\s*<li><p><a class="reference internal" href="\d\d-.*?</\1>', re.DOTALL
)
"""A list whose first item starts with a link to a chapter."""


def with_cards(html: str, outlines: dict[str, Outline], t: dict[str, str]) -> str:
    """Return the welcome page with its lists of chapters as cards."""

    def as_cards(found: re.Match[str]) -> str:
        return render("cards.html", cards=_cards(found[0], outlines))

    cards, end, rest = _LIST.sub(as_cards, html).rpartition("</ol></div>")
    return cards + end + render("forget.html", t=t) + rest if end else rest


def _cards(html: str, outlines: dict[str, Outline]) -> list[dict[str, Any]]:
    """Return what the cards show, from the list of the manuscript."""
    soup: Any = BeautifulSoup(html, "html.parser")
    cards = []
    for text in soup.select("li > p"):
        link = text.a.extract()
        slug = link["href"].removesuffix(".html")
        cards.append(
            {
                "slug": slug,
                "number": int(slug[:2]),
                "title": link.get_text(),
                "line": text.decode_contents().lstrip(": "),
                "minutes": outlines[slug].minutes,
                "picture": outlines[slug].picture,
            }
        )
    return cards


def front_door(welcome: str, code: str) -> dict[str, str]:
    """Return what the page at the root shows of a language's finished welcome page, as HTML.

    That is its text up to the live figure, the figure, and the cards; ``code`` is the folder of the
    language, which the links and pictures are in.
    """
    page: Any = BeautifulSoup(welcome, "html.parser")
    body = page.article.section
    figure = body.select_one("figure.lab-home")
    lead = []
    for element in body.find_all(["p", "div"], recursive=False):
        if element.name == "div":
            break
        if not element.get("class"):
            lead.append(str(element))
    if figure:
        figure["id"] = f"{figure['id']}-{code}"
    cards = []
    for shelf in body.select(".shelf"):
        heading = shelf.find_previous_sibling(["h2", "h3"])
        cards += [f"<h3>{heading.find(string=True)}</h3>", str(shelf)]
    parts = {"lead": "".join(lead), "figure": str(figure or ""), "cards": "".join(cards)}
    return {name: _from_root(part, code) for name, part in parts.items()}


def _from_root(html: str, code: str) -> str:
    """Point links and pictures, which are relative to a language's folder, into it."""
    return re.sub(r'\b(href|src|srcset)="(?![a-z]+:|#)', rf'\1="{code}/', html)
