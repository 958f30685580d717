"""``python -m book check``: languages agree with each other, and notebooks with manuscripts.

Nothing runs here: nbval checks the outputs, ``make site`` checks the numbers and the links.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from book.errors import BookError
from book.manuscript import expressions
from book.manuscript.chapter import Chapter, Prose, read_all
from book.manuscript.markdown import CODE, not_plain
from book.manuscript.notebook import ROLE, ROUNDING, make_notebook, neighbours, read_notebook
from book.project import LANGUAGES, ROOT, repository
from book.text import texts
from helpers import language

__all__ = ["check", "different_numbers"]


def check(root: Path = ROOT) -> list[str]:
    """Return the problems of manuscripts and notebooks, one line each, naming file and cell."""
    try:
        chapters = read_all(root)
        for chapter in chapters:
            list(expressions.in_prose(chapter))
        published = repository(root)
        keys = {code: texts(code).keys() for code in LANGUAGES}
    except BookError as error:
        return list(error.problems)
    if lacking := [(code, key) for code in keys for key in keys[LANGUAGES[0]] - keys[code]]:
        return [f"book/locale/{code}.toml: lacks {key}" for code, key in lacking]
    problems = [line for chapter in chapters for line in _disagreements(chapter)]
    problems += [line for chapter in chapters for line in not_plain(chapter, root)]
    for chapter, beside in neighbours(chapters):
        for code in LANGUAGES:
            draft = make_notebook(chapter, code, published, beside)
            problems += _differences(root, code, chapter.slug, draft)
    known = {chapter.slug for chapter in chapters}
    for code in LANGUAGES:
        for path in sorted((root / "notebooks" / code).glob("*.ipynb")):
            # Others, such as Untitled.ipynb, are people's own.
            if path.stem not in known and re.fullmatch(r"\d\d-[a-z0-9-]+", path.stem):
                problems.append(f"notebooks/{code}/{path.name}: no chapter has this name")
    return problems


def different_numbers(
    made: dict[tuple[str, str], NotebookNode], chapters: list[Chapter], root: Path = ROOT
) -> Iterator[tuple[str, str]]:
    """Yield a line for each number that the committed notebooks state otherwise than ``made``.

    These are the notebooks with the numbers of a run, by language and slug. Before each line comes
    how the machine rounds that wrote the committed notebook.

    Raises
    ------
    BookError
        If a notebook does not follow from its manuscript: that is no matter of rounding.
    """
    published = repository(root)
    for chapter, beside in neighbours(chapters):
        for code in LANGUAGES if (LANGUAGES[0], chapter.slug) in made else ():
            name = f"notebooks/{code}/{chapter.slug}.ipynb"
            committed = read_notebook(root / name)
            written_by = committed.metadata.get(ROUNDING, "")
            draft = make_notebook(chapter, code, published, beside).cells
            cells = zip(committed.cells, made[code, chapter.slug].cells, draft, strict=True)
            for number, (old, new, template) in enumerate(cells, start=1):
                if old.cell_type != "markdown" or old.source == new.source:
                    continue
                pattern = expressions.pattern(template.source)
                before, now = pattern.fullmatch(old.source), pattern.fullmatch(new.source)
                if not before or not now:
                    raise BookError(f"{name}, cell {number}: does not follow from {chapter.path}")
                fields = expressions.find(template.source)
                pairs = zip(fields, before.groups(), now.groups(), strict=True)
                for field, was, is_now in pairs:
                    if was != is_now:
                        yield (
                            written_by,
                            f"{name}, cell {number} ({old.id}): {{{{ {field.field} }}}} is "
                            f"{is_now} now, {was} in the committed notebook; run `make notebooks`",
                        )


# What a text must have in common in all languages.
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w])")


def _disagreements(chapter: Chapter) -> Iterator[str]:
    """Yield what a text has in one language and lacks in another, such as a link."""
    for cell in chapter.cells:
        if not isinstance(cell, Prose):
            continue
        first, *others = LANGUAGES
        parts = {code: _parts(cell.sources[code], code) for code in LANGUAGES}
        for other in others:
            for name in parts[first]:
                only_first = parts[first][name] - parts[other][name]
                only_other = parts[other][name] - parts[first][name]
                if only_first or only_other:
                    yield (
                        f"{cell.location}: {first} and {other} differ in {name}: only {first} has "
                        f"{_listed(only_first)}, only {other} has {_listed(only_other)}"
                    )


def _parts(source: str, code: str) -> dict[str, Counter[str]]:
    """Count the parts of a text in a form that does not depend on its language."""
    fields = [one.field for one in expressions.find(source)]
    source = re.sub(r"\{\{.*?\}\}", "{{}}", source)
    snippets = CODE.findall(source)
    prose = CODE.sub(" ", source)
    formulas = [_neutral_formula(f, code) for f in expressions.MATH.findall(prose)]
    prose = expressions.MATH.sub(" ", prose)
    # A link to a heading names it in its own language.
    links = [re.sub(r"(\.md)#.*", r"\1#", link) for link in re.findall(r"\]\(([^)\s]+)\)", prose)]
    prose = re.sub(r"\]\([^)\s]+\)|(?:arXiv|doi):[^]\s]+", " ", prose)
    prose = re.sub(r"CC BY(?:-SA)? \d\.\d|\{\{\}\}", " ", prose)
    return {
        "paragraphs": Counter("…" for _ in re.split(r"\n\s*\n", source.strip())),
        "headings": Counter(re.findall(r"(?m)^#+(?= )", prose)),
        "list items": Counter("-" for _ in re.findall(r"(?m)^\s*(?:[-*]|\d+\.) ", prose)),
        "expressions": Counter(fields),
        "formulas": Counter(formulas),
        "code": Counter(snippets),
        "links": Counter(links),
        "numbers": Counter(language.neutral(n, code) for n in _NUMBER.findall(prose)),
        "folds": Counter(re.findall(r"</?details[^>]*>|</?summary>", prose)),
    }


def _neutral_formula(formula: str, code: str) -> str:
    """Return a formula without its text, and with a decimal point."""
    formula = re.sub(r"\\text\{[^}]*\}", r"\\text", formula)
    formula = re.sub(r"(?<=\d)\{,\}(?=\d)", ",", formula)
    formula = re.sub(r"\d+(?:[.,]\d+)+", lambda n: language.neutral(n[0], code), formula)
    return " ".join(formula.split())


def _listed(items: Counter[str]) -> str:
    return ", ".join(repr(item) for item in items.elements()) or "nothing"


def _differences(root: Path, code: str, slug: str, draft: NotebookNode) -> Iterator[str]:
    """Yield where a notebook does not follow from its manuscript, or has not run."""
    name = f"notebooks/{code}/{slug}.ipynb"
    try:
        notebook = read_notebook(root / name)
    except FileNotFoundError:
        yield f"{name}: is missing; run `make notebooks`"
        return
    except ValueError as error:
        yield f"{name}: is not a valid notebook: {str(error).splitlines()[0]}"
        return
    if len(notebook.cells) != len(draft.cells):
        yield f"{name}: has {len(notebook.cells)} cells, its manuscript makes {len(draft.cells)}"
    of_writing = {ROLE: "", ROUNDING: ""}
    if notebook.metadata | of_writing != draft.metadata | of_writing:
        yield f"{name}: its metadata do not follow from the manuscript"
    pairs = zip(notebook.cells, draft.cells, strict=False)
    for number, (cell, expected) in enumerate(pairs, start=1):
        location = f"{name}, cell {number} ({cell.get('id')})"
        same = all(cell.get(key) == expected[key] for key in ("cell_type", "id", "metadata"))
        if not same or not _follows(cell.source, expected.source):
            yield f"{location}: does not follow from the manuscript; run `make notebooks`"
            return
        if cell.cell_type == "code":
            yield from (f"{location}: {problem}" for problem in _wrong_outputs(cell))


def _follows(source: str, draft: str) -> bool:
    """Whether a cell is its draft, which fields may have been filled in."""
    return source == draft or bool(expressions.pattern(draft).fullmatch(source))


def _wrong_outputs(cell: NotebookNode) -> Iterator[str]:
    """Yield what is wrong with the outputs of a committed cell."""
    if cell.execution_count is None:
        yield "was not executed; run `make notebooks`"
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"raises {output.ename}"
        elif "data" in output:
            text = output.data.get("text/plain", "").strip()
            if not text or re.match(r"<Figure|<Axes|<matplotlib|\[<matplotlib", text):
                yield "a figure has no alternative text; show it with display.show"
            if set(output.data) != {"text/plain"}:
                yield "holds more than text; run `make notebooks`"
