"""Splits a manuscript into one notebook a language, without running it."""

import hashlib
import re
from typing import Any

import nbformat
from nbformat import NotebookNode

from book import numbers
from book.errors import BookError
from book.manuscript import Chapter, Code, Text
from book.project import Repository
from book.words import words

__all__ = ["FRAME", "solutions", "split"]

FRAME = "course"
"""Key of a cell's metadata that says what it is: part of the frame, or what its tag says."""

_INSTALL = """\
import importlib.util

if importlib.util.find_spec("helpers") is None:
    %pip install --quiet --no-deps "git+{url}@{branch}"\
"""

_LANGUAGE = """\
from helpers import language

language.use("{language}")\
"""


def split(
    chapter: Chapter,
    language: str,
    known: dict[str, numbers.Number],
    repository: Repository,
    neighbours: tuple[Chapter | None, Chapter | None],
) -> NotebookNode:
    """Make a language's notebook, not executed.

    Parameters
    ----------
    chapter : Chapter
        The manuscript.
    language : str
        ``"pt"`` or ``"en"``.
    known : dict of str to Number
        What `numbers.numbers` computed.
    repository : Repository
        Where the badge and the install cell point.
    neighbours : tuple of Chapter or None
        The previous and the next chapter.

    Raises
    ------
    BookError
        If the prose asks for a number that is not computed.
    """
    say = words(language)
    badge = f"[![{say['open_in_colab']}]({_badge()})]({repository.colab(language, chapter.slug)})"
    cells = [
        _markdown("badge", f"{badge}\n\n{say['about_the_install_cell']}", "badge"),
        _code("install", _INSTALL.format(url=repository.url, branch=repository.branch), "install"),
        _code("language", _LANGUAGE.format(language=language), "language"),
    ]
    problems: list[str] = []
    taken: set[str] = set()
    for cell in chapter.cells:
        identity = _identity(cell, taken)
        if isinstance(cell, Code):
            cells.append(
                _markdown(identity, _folded(cell.source, say["solution"]), "solution")
                if cell.tag == "solution"
                else _code(identity, cell.source, cell.tag)
            )
            continue
        try:
            source = numbers.fill(cell.sources[language], known, language, cell.place)
        except BookError as error:
            problems += error.problems
            continue
        cells.append(_markdown(identity, _with_colab_links(source, repository, language)))
    if problems:
        raise BookError(*problems)
    links = [
        f"[{say[key]}: {other.title(language)}]({repository.colab(language, other.slug)})"
        for key, other in zip(("previous", "next"), neighbours, strict=True)
        if other
    ]
    cells.append(_markdown("neighbours", "---\n\n" + " · ".join(links), "neighbours"))
    return nbformat.from_dict(
        {
            "cells": cells,
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
                "title": chapter.title(language),
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def solutions(chapter: Chapter) -> list[Code]:
    """Return the chapter's solutions."""
    return [cell for cell in chapter.cells if isinstance(cell, Code) and cell.tag == "solution"]


def _identity(cell: Text | Code, taken: set[str]) -> str:
    """Return an id that is the same in both languages and changes only with the cell itself."""
    content = cell.sources["pt"] if isinstance(cell, Text) else cell.source
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    identity, copy = digest, 1
    while identity in taken:
        copy += 1
        identity = f"{digest}-{copy}"
    taken.add(identity)
    return identity


def _markdown(identity: str, source: str, role: str = "") -> dict[str, Any]:
    return {"cell_type": "markdown", "id": identity, "metadata": _role(role), "source": source}


def _code(identity: str, source: str, role: str = "") -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": identity,
        "metadata": _role(role),
        "outputs": [],
        "source": source,
    }


def _role(role: str) -> dict[str, Any]:
    if role == "trained":  # nbval runs the cell, and a test of its own looks at what it shows
        return {FRAME: role, "tags": ["nbval-ignore-output"]}
    if role == "folded":  # as Colab calls it, and as Jupyter does
        return {FRAME: role, "cellView": "form", "jupyter": {"source_hidden": True}}
    return {FRAME: role} if role else {}


def _folded(code: str, summary: str) -> str:
    """Fold code into what Colab, GitHub and the site all show closed."""
    return f"<details>\n<summary>{summary}</summary>\n\n```python\n{code}\n```\n\n</details>"


def _with_colab_links(source: str, repository: Repository, language: str) -> str:
    """Let links between chapters, ``(03-bias.md)``, open in Colab, which knows no relative ones."""
    return re.sub(
        r"\]\((\d\d-[a-z0-9-]+)\.md(#[^)\s]*)?\)",
        lambda link: f"]({repository.colab(language, link[1])}{link[2] or ''})",
        source,
    )


def _badge() -> str:
    return "https://colab.research.google.com/assets/colab-badge.svg"
