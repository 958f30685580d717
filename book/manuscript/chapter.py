"""Reads a manuscript: a MyST notebook with its prose in every language and its code once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupytext.myst import MystMetadataParsingError, myst_to_notebook

from book.errors import BookError
from book.project import LANGUAGES, ROOT, chapter_paths

__all__ = ["CARD", "Chapter", "Code", "Prose", "read", "read_all"]

TAGS = ("exercise", "solution", "trained", "folded", "wide", "hidden")
CARD = "card"
"""Stands beside any other tag: the cell's picture stands for its chapter on the front pages."""
LINE_LENGTH = 80
"""Characters of code that a page shows without scrolling sideways."""


@dataclass(frozen=True)
class Prose:
    """Markdown cells that hold the same text, one in each language.

    Attributes
    ----------
    location : str
        File, cell and line, for messages.
    sources : dict of str to str
        Markdown, by language.
    lines : dict of str to int
        Line of the manuscript on which each source starts.
    """

    location: str
    sources: dict[str, str]
    lines: dict[str, int]


@dataclass(frozen=True)
class Code:
    """A cell of code.

    Attributes
    ----------
    location : str
        File, cell and line, for messages.
    source : str
        The code.
    tag : str
        ``"exercise"``: waits for the learner's answer. ``"solution"``: follows it, folded.
        ``"trained"``: its output depends on the data at hand or on the machine's rounding.
        ``"folded"``: its code opens on demand. ``"wide"``: so does its code, and the page is as
        wide as the window. ``"hidden"``: runs for the numbers of the prose, and is in neither
        notebook nor page. Else empty.
    is_card : bool
        Whether its picture stands for the chapter on the front pages.
    """

    location: str
    source: str
    tag: str
    is_card: bool = False


@dataclass(frozen=True)
class Chapter:
    """A manuscript.

    Attributes
    ----------
    slug : str
        The file's name without its ending, the same in every language.
    cells : tuple of Prose and Code
        In order.
    """

    slug: str
    cells: tuple[Prose | Code, ...]

    @property
    def path(self) -> str:
        """Path of the manuscript below the project's root."""
        return f"book/chapters/{self.slug}.md"

    @property
    def code(self) -> list[Code]:
        """All cells of code but the solutions."""
        return [cell for cell in self.cells if isinstance(cell, Code) and cell.tag != "solution"]

    @property
    def solutions(self) -> list[Code]:
        """The solutions of the exercises."""
        return [cell for cell in self.cells if isinstance(cell, Code) and cell.tag == "solution"]

    def title(self, language: str) -> str:
        """Return the chapter's heading."""
        first = self.cells[0]
        assert isinstance(first, Prose)
        return first.sources[language].splitlines()[0].removeprefix("# ").strip()


def read_all(root: Path = ROOT) -> list[Chapter]:
    """Read all manuscripts, in order.

    Raises
    ------
    BookError
        With the problems of all of them.
    """
    chapters: list[Chapter] = []
    problems: list[str] = []
    for path in chapter_paths(root):
        try:
            chapters.append(read(path))
        except BookError as error:
            problems += error.problems
    if problems:
        raise BookError(*problems)
    return chapters


def read(path: Path) -> Chapter:
    """Read a manuscript.

    Raises
    ------
    BookError
        Names the file, the cell and its line: for YAML that cannot be read, a Markdown cell without
        a language, languages that do not follow each other in their order, an unknown tag, a
        solution without its exercise, a chapter that does not start with a heading.
    """
    name = f"book/chapters/{path.name}"
    try:
        text = path.read_text(encoding="utf-8-sig")
        notebook = myst_to_notebook(text, add_source_map=True)
    except (MystMetadataParsingError, UnicodeDecodeError) as error:
        raise BookError(f"{name}: {' '.join(str(error).split())}") from error
    problems: list[str] = []
    cells: list[Prose | Code] = []
    group: dict[str, tuple[str, int, str]] = {}  # cells of one text: location, line and source

    def end_group() -> None:
        if not group:
            return
        (location, *_), *_ = group.values()
        sources = {language: source for language, (_, _, source) in group.items()}
        lines = {language: line for language, (_, line, _) in group.items()}
        cells.append(Prose(location, sources, lines))
        if list(group) != list(LANGUAGES):
            problems.append(
                f"{location}: a text must come in {', '.join(LANGUAGES)}, in this order, "
                f"got {', '.join(group)}"
            )
        group.clear()

    lines = notebook.metadata.get("source_map", [])
    for number, (line, cell) in enumerate(zip(lines, notebook.cells, strict=True), start=1):
        location = f"{name}, cell {number} (line {line})"
        language = cell.metadata.get("lang")
        if cell.cell_type == "code":
            end_group()
            cells.append(_code(location, cell, cells, problems))
        elif language not in LANGUAGES:
            known = " or ".join(LANGUAGES)
            problems.append(f"{location}: a Markdown cell must have lang {known}, got {language!r}")
        else:
            if language == LANGUAGES[0] or language in group:
                end_group()
            # The source map gives the line of the `+++` above the cell.
            start = text.splitlines().index(cell.source.splitlines()[0], line) + 1
            group[language] = (location, start, cell.source)
    end_group()
    first = cells[0] if cells else None
    if not isinstance(first, Prose) or not all(s.startswith("# ") for s in first.sources.values()):
        problems.append(f"{name}, cell 1: a chapter must start with its heading, `# …`")
    if problems:
        raise BookError(*problems)
    return Chapter(path.stem, tuple(cells))


def _code(
    location: str, cell: dict[str, Any], before: list[Prose | Code], problems: list[str]
) -> Code:
    """Read a cell of code, and add what is wrong with it to ``problems``."""
    given = cell["metadata"].get("tags", [])
    tags = [tag for tag in given if tag != CARD] if isinstance(given, list) else given
    if unknown := [key for key in cell["metadata"] if key != "tags"]:
        problems.append(f"{location}: a code cell may have tags only, got {', '.join(unknown)}")
    if not isinstance(tags, list) or len(tags) > 1 or any(tag not in TAGS for tag in tags):
        known = " or ".join(f"[{tag}]" for tag in TAGS)
        problems.append(f"{location}: the tags may be {known}, and {CARD}, got {given!r}")
        tags = []
    if long := [line for line in cell["source"].splitlines() if len(line) > LINE_LENGTH]:
        problems.append(
            f"{location}: a line of code must have at most {LINE_LENGTH} characters, got {long[0]}"
        )
    tag = tags[0] if tags else ""
    previous = before[-1] if before else None
    if tag == "solution" and not (isinstance(previous, Code) and previous.tag == "exercise"):
        problems.append(f"{location}: a solution must follow its exercise")
    is_card = CARD in given
    if is_card and any(isinstance(one, Code) and one.is_card for one in before):
        problems.append(f"{location}: a chapter may have one [{CARD}]")
    return Code(location, cell["source"], tag, is_card)
