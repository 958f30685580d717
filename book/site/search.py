"""The Sphinx extension behind the search: an index of the written pages, and the library for it.

The index holds what a reader sees, section by section; the browser makes the inverted index of it
(``theme/static/search.js``), so that words are cut and folded in one place and in one language.
"""

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config

from book.project import ROOT

__all__ = ["INDEX", "MINISEARCH", "Section", "sections", "stage_library", "write_index"]

MINISEARCH = ROOT / "node_modules" / "minisearch"
INDEX = "search-index.js"

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "source", "wbr")
)
_HEADINGS = ("h1", "h2", "h3")
# What starts a new line, and so parts the words before it from those within.
_BLOCKS = frozenset(
    (
        *("blockquote", "br", "dd", "details", "div", "dl", "dt", "figcaption", "h4", "h5", "hr"),
        *("li", "ol", "p", "section", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    )
)
# Code and its output, figures and explorers, and what a formula holds beside its MathML.
_UNSEARCHED = frozenset(
    ("annotation", "button", "figure", "pre", "script", "style", "svg", "template")
)
_UNSEARCHED_CLASSES = frozenset(("cell", "headerlink", "katex-html", "katex-display"))
# How a formula is written on one line: what comes before its parts, the first, second and third.
_BETWEEN = {
    "mfrac": ("", "/"),
    "msup": ("", "^"),
    "msubsup": ("", "", "^"),
    "msqrt": ("√",),
}
_ACCENTS = {"^": "\u0302", "~": "\u0303", "ˉ": "\u0304", "‾": "\u0304"}


@dataclass
class Section:
    """A part of a page under one heading.

    Attributes
    ----------
    anchor : str
        The ``id`` that leads to it.
    heading, text : str
        What it is called, and what stands in it up to the next heading, without code.
    """

    anchor: str
    heading: str = ""
    text: str = ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Put our search in the place of Sphinx's own."""
    app.connect("config-inited", _add_page)
    app.connect("builder-inited", _drop_own_search)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _add_page(_app: Sphinx, config: Config) -> None:
    config.html_additional_pages = {**config.html_additional_pages, "search": "search.html"}


def _drop_own_search(app: Sphinx) -> None:
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None:
        return
    static = Path(app.outdir, "_static")
    (static / "translations.js").unlink(missing_ok=True)  # the words of Sphinx's own scripts
    pages = [Path(app.outdir, f"{slug}.html") for slug in app.config.course_slugs]
    write_index(pages, static / INDEX)


def write_index(pages: list[Path], place: Path) -> None:
    """Write a script that holds the sections of some pages, in their order.

    It is a script because a page that is opened from the disk may load scripts, and nothing else.
    """
    index = []
    for page in pages:
        found = sections(page.read_text(encoding="utf-8"), page.name)
        index.append([page.name, [[part.anchor, part.heading, part.text] for part in found]])
    content = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    place.write_text(f"const searchIndex = {content};\n", encoding="utf-8")


def sections(html: str, name: str) -> list[Section]:
    """Return the sections of a page, the first of which is called as the page is.

    Raises
    ------
    ValueError
        If the page, which messages call ``name``, does not start with one ``h1``, or a heading
        stands in no section that a link could lead to.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    levels = [level for level, _ in reader.found]
    if levels[:1] != ["h1"] or levels.count("h1") != 1:
        raise ValueError(f"{name}: one h1 must come before all headings, got {levels}")
    found = [section for _, section in reader.found]
    for section in found:
        section.heading = _clean(section.heading)
        section.text = _clean(section.text)
        if not section.anchor or not section.heading:
            raise ValueError(f"{name}: a heading needs words and a section with an id: {section}")
    return found


def stage_library(folder: Path) -> None:
    """Write MiniSearch into a folder: without its documentation, with its licence."""
    code = (MINISEARCH / "dist" / "umd" / "index.js").read_text(encoding="utf-8")
    code = re.sub(r"^[ \t]*/\*\*.*?\*/\n", "", code, flags=re.MULTILINE | re.DOTALL)
    code = re.sub(r"^//# sourceMappingURL=.*\n?", "", code, flags=re.MULTILINE)
    licence = (MINISEARCH / "LICENSE.txt").read_text(encoding="utf-8").strip()
    (folder / "minisearch.js").write_text(
        f"/*! MiniSearch\n\n{licence}\n*/\n{code}", encoding="utf-8"
    )


def _clean(text: str) -> str:
    """Drop joiners and invisible operators of formulas, and runs of white space."""
    return re.sub(r"\s+", " ", re.sub("[\u200b\u2060-\u2064]", "", text)).strip()


class _Reader(HTMLParser):
    """Gathers headings and text of a page's ``article``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, Section]] = []
        self._open: list[tuple[str, str]] = []  # elements, and what is to be written after each
        self._parts: list[int] = []  # how many elements each of them has had
        self._anchors: list[str] = []
        self._article = False
        self._skipped = 0  # how many elements were open with the unsearched one
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._article |= tag == "article"
        if not self._article:
            return
        if tag in _BLOCKS:
            self._add(" ")
        if tag in _VOID:
            return
        known = {key: value or "" for key, value in attrs}
        self._open.append((tag, self._part_of_formula(tag)))
        self._parts.append(0)
        if self._skipped:
            return
        if tag in _UNSEARCHED or _UNSEARCHED_CLASSES.intersection(known.get("class", "").split()):
            self._skipped = len(self._open)
        elif tag == "section":
            self._anchors.append(known.get("id", ""))
        elif tag in _HEADINGS:
            self.found.append((tag, Section(self._anchors[-1] if self._anchors else "")))
            self._heading = True

    def handle_endtag(self, tag: str) -> None:
        if all(tag != opened for opened, _ in self._open):
            return
        opened = ""
        while opened != tag:  # an end tag also ends what may stay open, as the last item of a list
            opened, after = self._open.pop()
            self._parts.pop()
            self._add(after)
        if self._skipped > len(self._open):
            self._skipped = 0
        elif not self._skipped and tag == "section":
            self._anchors.pop()
        elif not self._skipped and tag in _HEADINGS:
            self._heading = False
        self._article &= tag != "article"
        if tag in _BLOCKS:
            self._add(" ")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "mo" and self._open[-2][0] == "mover":
            data = _ACCENTS.get(data, data)
        self._add(data)

    def _part_of_formula(self, tag: str) -> str:
        """Write what comes before a part of a formula, and return what comes after it."""
        if not self._open:
            return ""
        signs = _BETWEEN.get(self._open[-1][0])
        part = self._parts[-1]
        self._parts[-1] += 1
        if signs is None or part >= len(signs):
            return ""
        grouped = tag == "mrow" and (self._open[-1][0] == "mfrac" or signs[part] != "")
        self._add(signs[part] + "(" * grouped)
        return ")" * grouped

    def _add(self, text: str) -> None:
        if not text or not self._article or self._skipped or not self.found:
            return
        section = self.found[-1][1]
        if self._heading:
            section.heading += text
        else:
            section.text += text
