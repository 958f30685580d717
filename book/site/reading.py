"""The Sphinx extension for comfort: folded code, tables on phones, place in the course."""

import html
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from book.words import words

MANY_COLUMNS = 4
"""From here on a table does not fit a phone; its rows become blocks there."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what is done to chapters beyond their theme."""
    app.connect("doctree-read", _fold)
    app.connect("html-page-context", _arrange)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _fold(app: Sphinx, doctree: nodes.document) -> None:
    """Put the code of cells tagged ``[folded]`` into a fold; what they show stays in sight."""
    summary = html.escape(words(app.config.course_language)["show_code"])
    for cell in list(doctree.findall(nodes.container)):
        if "tag_folded" not in cell["classes"]:
            continue
        elements = [child for child in cell if isinstance(child, nodes.Element)]
        for part in [one for one in elements if "cell_input" in one.get("classes", ())]:
            opening = f'<details class="folded"><summary>{summary}</summary>'
            place = cell.index(part)
            cell.insert(place + 1, nodes.raw("", "</details>", format="html"))
            cell.insert(place, nodes.raw("", opening, format="html"))


def _arrange(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give wide tables their labels, and tell the page its place in the course."""
    slugs = app.config.course_slugs
    if doctree is None or pagename not in slugs:
        return
    context["body"] = stacked(context["body"])
    index, count = slugs.index(pagename), len(slugs) - 1
    if index:  # the first page comes before chapter 1
        position = words(app.config.course_language)["position"]
        context["position"] = {
            "text": position.format(index=index, count=count),
            "index": index,
            "count": count,
        }


def stacked(body: str) -> str:
    """Return HTML in which each cell of a wide table also holds the name of its column.

    The style sheet shows those names only where it stacks a row's cells.
    """
    return re.sub(r"<table\b.*?</table>", lambda table: _stacked(table[0]), body, flags=re.DOTALL)


def _stacked(table: str) -> str:
    head, body, rest = table.partition("<tbody>")
    columns = re.findall(r"<th\b[^>]*>(?:<p>)?(.*?)(?:</p>)?</th>", head, re.DOTALL)
    if len(columns) < MANY_COLUMNS or not body:
        return table
    rows = re.sub(
        r"<tr\b.*?</tr>", lambda row: _named_cells(row[0], columns), rest, flags=re.DOTALL
    )
    head = re.sub(r'^<table class="', '<table class="stacks ', head)
    return head + body + rows


def _named_cells(row: str, columns: list[str]) -> str:
    names = iter(columns)
    return re.sub(
        r"<td\b[^>]*>", lambda cell: f'{cell[0]}<span class="column">{next(names, "")}</span>', row
    )
