"""Sphinx extension: the theme, and what its templates know of each page."""

import ast
import re
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils.smartquotes import smartchars
from sphinx.application import Sphinx
from sphinx.config import Config

from book import git
from book.project import LANGUAGES, address, chapter_paths, parts, repository
from book.site.dates import written
from book.templates import THEME
from book.text import texts

_WORDS = 180  # that one reads in a minute, of a text that makes one think
_MINUTES_A_CELL = 0.3

_SHOWS = re.compile(r"show|explore|lab\.\w+")
"""Functions that show what they are given."""

_COLUMNS = 4
_SENTENCE = 60  # characters
"""A table of this many columns does not fit a phone, nor one of a column less that holds sentences;
its rows become blocks there."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the theme and what the pages know."""
    app.add_html_theme("course", str(THEME))
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it for an extension
    app.connect("config-inited", _set_language)
    app.connect("doctree-read", _fold_code)
    app.connect("html-page-context", _add_context)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _set_language(_app: Sphinx, config: Config) -> None:
    """Replace Sphinx's name of the language, whose texts it has loaded by now, by the course's."""
    tag = config.language.replace("_", "-").lower()
    config.language = next(code for code in LANGUAGES if texts(code)["code"].lower() == tag)
    # Quotation marks are those of the country: “ ” in Brazil, « » in Portugal.
    smartchars.quotes[config.language] = smartchars.quotes.get(tag, smartchars.quotes["en"])


def _fold_code(app: Sphinx, doctree: nodes.document) -> None:
    """Fold code that only shows something, and that of cells tagged ``[folded]`` or ``[wide]``.

    It then stands below what it shows.
    """
    summary = texts(app.config.language)["show_code"]
    opening = f'<details class="folded"><summary>{summary}</summary>'
    for cell in list(doctree.findall(nodes.container)):
        is_tagged = not {"tag_folded", "tag_wide"}.isdisjoint(cell["classes"])
        elements = [child for child in cell.children if isinstance(child, nodes.Element)]
        for part in [one for one in elements if "cell_input" in one["classes"]]:
            if is_tagged or _only_shows(part.astext()):
                cell.remove(part)
                fold = nodes.raw("", opening, format="html")
                cell += [fold, part, nodes.raw("", "</details>", format="html")]


def _only_shows(code: str) -> bool:
    """Whether code does nothing but call what shows a figure or a live component."""
    try:
        statements = ast.parse(code).body
    except SyntaxError:  # IPython's own, such as %pip
        return False
    calls = [getattr(one, "value", None) for one in statements if isinstance(one, ast.Expr)]
    return len(calls) == len(statements) > 0 and all(
        isinstance(call, ast.Call) and _SHOWS.fullmatch(ast.unparse(call.func)) for call in calls
    )


def _add_context(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the templates what they show: texts, chapters, links to Colab and other languages."""
    language, site = app.config.language, address()
    slugs = [path.stem for path in chapter_paths()]
    chapters = [{"slug": slug, "title": app.env.titles[slug].astext()} for slug in slugs]
    context |= {
        "t": texts(language),
        "languages": [
            {"code": code, "texts": texts(code), "page": f"../{code}/{pagename}.html"}
            for code in LANGUAGES
        ],
        "language": language,
        "address": f"{site}/{language}/{pagename}.html",
        "alternates": alternates(pagename, slugs[0]),
        "parts": [
            {
                "caption": texts(language).get(caption, caption),
                "chapters": [one for one in chapters if one["slug"] in part],
            }
            for caption, part in parts()
        ],
        "is_wide": "tag_wide" in context.get("body", ""),
        "has_lab": 'class="lab-home"' in context.get("body", ""),
        "has_questions": re.search('class="(right|guess|exercise)', context.get("body", "")),
        "feed": "feed.xml" if git.last_change(f"book/chapters/{slugs[0]}.md") else None,
    }
    # The style sheets of myst-nb and Pygments would only be overruled by the course's own.
    context["css_files"] = [
        sheet
        for sheet in context["css_files"]
        if not re.search(r"mystnb|pygments", str(getattr(sheet, "filename", sheet)))
    ]
    if doctree is None or pagename not in slugs:
        return
    index, published = slugs.index(pagename), repository()
    context |= {
        "body": _arranged(context["body"]),
        "colab": published.colab(language, pagename),
        "manuscript": published.source(f"book/chapters/{pagename}.md"),
        "notebook": f"notebooks/{pagename}.ipynb",
        "slides": f"slides/{pagename}.html" if 'class="guess' in context["body"] else None,
        "position": {"index": index, "count": len(slugs) - 1} if index else None,
        "previous": chapters[index - 1] if index else None,
        "following": chapters[index + 1] if index + 1 < len(slugs) else None,
        "sections": [
            {"id": section["ids"][0], "title": section[0].astext()}
            for section in doctree.findall(nodes.section)
            if isinstance(section.parent, nodes.section)
            and isinstance(section.parent.parent, nodes.document)
        ],
    }
    context["minutes"] = _minutes(doctree)
    if changed := git.last_change(f"book/chapters/{pagename}.md"):
        context["updated"] = {"date": changed.isoformat(), "day": written(changed, language)}


def _minutes(doctree: nodes.document) -> int:
    """Return about how many minutes a chapter takes: its prose, a moment for each cell of code."""
    prose = [
        text.astext()
        for text in doctree.findall(nodes.Text)
        if not isinstance(text.parent, nodes.FixedTextElement)
    ]
    words = sum(len(text.split()) for text in prose)
    cells = sum(1 for node in doctree.findall(nodes.container) if "cell_input" in node["classes"])
    return max(1, round(words / _WORDS + cells * _MINUTES_A_CELL))


def alternates(page: str, first: str) -> list[tuple[str, str]]:
    """Return the URLs of a page such as ``02-ewma`` by language tag, and ``x-default``.

    That is for readers of other languages: for the first page the one that sends each reader to
    their language, else the last language's page.
    """
    site = address()
    found = [(texts(code)["code"], f"{site}/{code}/{page}.html") for code in LANGUAGES]
    return [*found, ("x-default", f"{site}/" if page == first else found[-1][1])]


def _arranged(body: str) -> str:
    """Return a page's HTML with its wide tables ready for phones and its formulas unbroken."""
    # KaTeX's boxes would let a formula part from the punctuation mark after it.
    body = re.sub(r"((?:</span>){4})([.,;:?!)])", "\\1\N{WORD JOINER}\\2", body)
    return re.sub(r"<table\b.*?</table>", lambda match: _stacked(match[0]), body, flags=re.DOTALL)


def _stacked(table: str) -> str:
    """Add the name of its column to each cell of a wide table, for where rows become blocks."""
    soup = BeautifulSoup(table, "html.parser", multi_valued_attributes=None)
    columns = soup.select("thead th")
    has_sentences = any(len(cell.get_text()) > _SENTENCE for cell in soup.select("td"))
    if len(columns) < _COLUMNS - has_sentences or soup.table is None:
        return table
    soup.table["class"] = f"stacks {soup.table.get('class', '')}".strip()
    for row in soup.select("tbody tr"):
        for column, cell in zip(columns, row.find_all("td"), strict=False):
            if not cell.get_text(strip=True):
                cell.clear()  # what is empty has no name either
                continue
            name = soup.new_tag("span", attrs={"class": "column"})
            text = (column.p or column).decode_contents()
            name.extend([BeautifulSoup(text, "html.parser")])
            cell.insert(0, name)
    return soup.decode(formatter="minimal")
