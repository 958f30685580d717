"""Reads a manuscript: a MyST notebook with its prose in every language and its code once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupytext.myst import MystMetadataParsingError, myst_to_notebook

from book.errors import BookError
from book.project import LANGUAGES

__all__ = ["Chapter", "Code", "Text", "read"]

TAGS = ("exercise", "solution", "trained", "folded")
LINE_LENGTH = 80
"""As much code as a page shows without scrolling sideways."""


@dataclass(frozen=True)
class Text:
    """A cell of prose.

    Attributes
    ----------
    place : str
        Where it stands, for messages.
    sources : dict of str to str
        Its Markdown, by language.
    """

    place: str
    sources: dict[str, str]


@dataclass(frozen=True)
class Code:
    """A cell of code.

    Attributes
    ----------
    place : str
        Where it stands, for messages.
    source : str
        The code.
    tag : str
        ``"exercise"`` for a cell that waits for the learner's answer, ``"solution"`` for the folded
        one that follows it, ``"trained"`` for one whose output depends on the data at hand or on
        the machine's rounding, ``"folded"`` for one whose code opens only when asked for, else
        empty.
    """

    place: str
    source: str
    tag: str


@dataclass(frozen=True)
class Chapter:
    """A manuscript.

    Attributes
    ----------
    slug : str
        The file's name without its ending, the same in every language.
    cells : tuple of Text and Code
        In order.
    """

    slug: str
    cells: tuple[Text | Code, ...]

    def title(self, language: str) -> str:
        """Return the chapter's heading."""
        first = self.cells[0]
        assert isinstance(first, Text)
        return first.sources[language].splitlines()[0].removeprefix("# ").strip()


def read(path: Path) -> Chapter:
    """Read a manuscript.

    Raises
    ------
    BookError
        Names the file, the cell and its line: for YAML that cannot be read, a Markdown cell without
        a language or in an unknown one, a cell without its partner in the other language, an
        unknown tag, a solution without its exercise, a chapter that does not start with a heading.
    """
    name = f"book/chapters/{path.name}"
    try:
        notebook = myst_to_notebook(path.read_text(encoding="utf-8"), add_source_map=True)
    except (MystMetadataParsingError, UnicodeDecodeError) as error:
        raise BookError(f"{name}: {' '.join(str(error).split())}") from error
    lines = notebook.metadata.get("source_map", [])
    places = [f"{name}, cell {i} (line {n})" for i, n in enumerate(lines, start=1)]
    problems: list[str] = []
    cells: list[Text | Code] = []
    waiting: tuple[str, str] | None = None
    for place, cell in zip(places, notebook.cells, strict=True):
        if cell.cell_type == "code":
            if waiting:
                problems.append(f"{waiting[0]}: the pt cell has no en cell after it")
                waiting = None
            cells.append(_code(place, cell, cells, problems))
            continue
        language = cell.metadata.get("lang")
        if language not in LANGUAGES:
            known = " or ".join(LANGUAGES)
            problems.append(
                f"{place}: a Markdown cell must say its lang, {known}; got {language!r}"
            )
        elif not cell.source.strip():
            problems.append(f"{place}: the {language} cell is empty")
        elif language == "pt":
            if waiting:
                problems.append(f"{waiting[0]}: the pt cell has no en cell after it")
            waiting = place, cell.source
        elif not waiting:
            problems.append(f"{place}: the en cell has no pt cell before it")
        else:
            cells.append(Text(waiting[0], {"pt": waiting[1], "en": cell.source}))
            waiting = None
    if waiting:
        problems.append(f"{waiting[0]}: the pt cell has no en cell after it")
    first = cells[0] if cells else None
    if not isinstance(first, Text) or not all(s.startswith("# ") for s in first.sources.values()):
        problems.append(f"{name}, cell 1: a chapter must start with its heading, `# …`")
    if problems:
        raise BookError(*problems)
    return Chapter(path.stem, tuple(cells))


def _code(place: str, cell: dict[str, Any], before: list[Text | Code], problems: list[str]) -> Code:
    """Read a code cell, and note what is wrong with its metadata."""
    tags = cell["metadata"].get("tags", [])
    if unknown := [key for key in cell["metadata"] if key != "tags"]:
        problems.append(f"{place}: a code cell may have tags only, got {', '.join(unknown)}")
    if not isinstance(tags, list) or len(tags) > 1 or any(tag not in TAGS for tag in tags):
        known = " or ".join(f"[{tag}]" for tag in TAGS)
        problems.append(f"{place}: the tags may be {known}, got {tags!r}")
        tags = []
    if long := [line for line in cell["source"].splitlines() if len(line) > LINE_LENGTH]:
        problems.append(f"{place}: a line of code is longer than {LINE_LENGTH} letters: {long[0]}")
    tag = tags[0] if tags else ""
    if tag == "solution" and not (
        before and isinstance(before[-1], Code) and before[-1].tag == "exercise"
    ):
        problems.append(f"{place}: a solution must follow its exercise")
    return Code(place, cell["source"], tag)
