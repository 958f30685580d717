"""The search: an index of the pages by section, and a Sphinx extension that makes no other one.

The browser builds the inverted index from it (``theme/static/search.js``), so that words are split
and normalised by the same code as the query.
"""

import json
import re
from typing import Any, NamedTuple

from bs4 import Tag
from bs4.element import NavigableString
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from book.errors import BookError
from book.manuscript.chapter import Chapter
from book.manuscript.glossary import synonyms
from book.project import SHEET

__all__ = ["GLOSSARY", "INDEX", "Section", "glossary_script", "index_script", "sections"]

INDEX, GLOSSARY = "search-index.js", "search-glossary.js"

_HEADINGS = ("h1", "h2", "h3")
_TAGS = {"annotation", "button", "figure", "pre", "script", "style", "svg", "template"}
_CLASSES = {"about", "cell", "headerlink", "katex-html"}
"""Code and its output, figures and explorers, and what a formula holds beside its MathML."""
_INLINE = frozenset(
    ("a", "abbr", "b", "code", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong", "sub")
)
_BETWEEN = {"mfrac": ("", "/"), "msup": ("", "^"), "msubsup": ("", "", "^"), "msqrt": ("√",)}
"""What to write before the first, second and third part of a formula's element."""
_ACCENTS = {"^": "\u0302", "~": "\u0303", "ˉ": "\u0304", "‾": "\u0304"}


class Section(NamedTuple):
    """A part of a page under one heading.

    Attributes
    ----------
    anchor : str
        The ``id`` that links to it.
    heading, text : str
        Its heading, and its text up to the next heading, without code.
    """

    anchor: str
    heading: str
    text: str


def setup(app: Sphinx) -> dict[str, Any]:
    """Have Sphinx build no index of its own."""
    app.connect("builder-inited", _drop_sphinx_search)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _drop_sphinx_search(app: Sphinx) -> None:
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


def index_script(index: dict[str, list[Section]]) -> str:
    """Return a script that holds the sections of pages, by the name of the page's file.

    It is a script because a page that is opened from the disk may load scripts, and no data.
    """
    content = json.dumps(list(index.items()), ensure_ascii=False, separators=(",", ":"))
    return f"const searchIndex = {content};\n"


def glossary_script(chapters: list[Chapter]) -> str:
    """Return a script that holds the words that mean the same, and the pages to look them up."""
    glossaries = [chapter for chapter in chapters if synonyms([chapter])]
    content = json.dumps(
        {
            "groups": synonyms(glossaries),
            "pages": [f"{slug}.html" for slug in (SHEET, *(one.slug for one in glossaries))],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return f"const searchGlossary = {content};\n"


def sections(article: Any, name: str) -> list[Section]:
    """Return the sections of a page, the first of which has the page's title.

    Parameters
    ----------
    article : bs4.Tag
        The page's article; loses what the search leaves out.
    name : str
        What messages call the page.

    Raises
    ------
    BookError
        If the page does not start with its one ``h1``, or a heading is in no section that a link
        could lead to.
    """
    for element in [*article.find_all(_TAGS), *article.find_all(class_=_CLASSES)]:
        element.decompose()
    found = []
    headings = article.find_all(_HEADINGS)
    levels = [heading.name for heading in headings]
    if levels[:1] != ["h1"] or levels.count("h1") != 1:
        raise BookError(f"{name}: one h1 must come before all headings, got {levels}")
    for heading in headings:
        parent = heading.find_parent("section")
        anchor = str(parent.get("id", "")) if parent else ""
        title = _clean(_text(heading))
        if not anchor or not title:
            raise BookError(f"{name}: a heading must have text and a section with an id: {heading}")
        parts = [_text(part) for part in parent if part is not heading and part.name != "section"]
        found.append(Section(anchor, title, _clean(" ".join(parts))))
    return found


def _text(node: Any) -> str:
    """Return the text of a node, blocks parted by blanks, formulas written on one line."""
    if isinstance(node, NavigableString):
        in_accent = [parent.name for parent in node.parents][:2] == ["mo", "mover"]
        return _ACCENTS.get(str(node), str(node)) if in_accent else str(node)
    marks = _BETWEEN.get(node.name, ())
    parts = []
    elements = [part for part in node.children if isinstance(part, Tag)] if marks else node.children
    for position, part in enumerate(elements):
        text = _text(part)
        mark = marks[position] if position < len(marks) else ""
        is_group = isinstance(part, Tag) and part.name == "mrow" and position < len(marks)
        if is_group and (node.name == "mfrac" or mark):
            text = f"({text})"
        parts.append(mark + text)
    text = "".join(parts)
    is_math = node.name.startswith("m") or node.name == "semantics"
    return text if node.name in _INLINE or is_math else f" {text} "


def _clean(text: str) -> str:
    """Drop joiners and invisible operators of formulas, and runs of white space."""
    return re.sub(r"\s+", " ", re.sub("[\u200b\u2060-\u2064]", "", text)).strip()
