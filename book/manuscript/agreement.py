"""``python -m book check``: notebooks follow from manuscripts, and both languages agree.

Nothing is executed: that is for nbval.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from book import numbers
from book.errors import BookError
from book.generate import chapters, drafts
from book.manuscript import Chapter, Text
from book.project import LANGUAGES, ROOT

__all__ = ["check"]


def check(root: Path = ROOT) -> list[str]:
    """Look at manuscripts and notebooks, and return their problems, a line each.

    Each line names the file and the cell.
    """
    try:
        all_chapters = chapters(root)
    except BookError as error:
        return list(error.problems)
    problems = [line for chapter in all_chapters for line in _disagreements(chapter)]
    problems += _dead_links(all_chapters)
    problems += _unused_numbers(all_chapters)
    try:
        made = drafts(all_chapters, root)
    except BookError as error:
        return problems + list(error.problems)
    places = {chapter.slug: _places(chapter) for chapter in all_chapters}
    for (language, slug), draft in made.items():
        problems += _differences(root, language, slug, draft, places[slug])
    for language in LANGUAGES:
        for path in sorted((root / "notebooks" / language).glob("*.ipynb")):
            if (language, path.stem) not in made:
                problems.append(f"notebooks/{language}/{path.name}: no chapter has this name")
    return problems


# What has to be the same in both languages of a cell, whatever the words.
_MATH = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
_CODE = re.compile(r"```.*?```|`[^`\n]+`|<code>.*?</code>", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w])")


def _disagreements(chapter: Chapter) -> Iterator[str]:
    """Yield what a cell says in one language and not in the other, as far as a machine can tell."""
    for cell in chapter.cells:
        if not isinstance(cell, Text):
            continue
        pt, en = (_shape(cell.sources[language], language) for language in LANGUAGES)
        for what in pt:
            if pt[what] != en[what]:
                only_pt, only_en = pt[what] - en[what], en[what] - pt[what]
                yield (
                    f"{cell.place}: pt and en differ in {what}: "
                    f"only pt has {_listed(only_pt)}, only en has {_listed(only_en)}"
                )


def _shape(source: str, language: str) -> dict[str, Counter[str]]:
    """Count what a cell is made of, in a form that does not depend on its language."""
    decimal = "{,}" if language == "pt" else "."
    formulas = [_neutral(f, decimal) for f in _MATH.findall(source)]
    prose = _MATH.sub(" ", source)
    code = _CODE.findall(prose)
    prose = _CODE.sub(" ", prose)
    # A link to a heading names it in its own language.
    links = [re.sub(r"(\.md)#.*", r"\1#", link) for link in re.findall(r"\]\(([^)\s]+)\)", prose)]
    prose = re.sub(r"\]\([^)\s]+\)|(?:arXiv|doi):[^]\s]+", " ", prose)
    prose = re.sub(r"CC BY(?:-SA)? \d\.\d", " ", prose)
    placeholders = numbers.names(prose)
    prose = re.sub(r"\{\{.*?\}\}", " ", prose)
    figures = [
        n.replace(",", "#").replace(".", ",").replace("#", ".") if language == "pt" else n
        for n in _NUMBER.findall(prose)
    ]
    return {
        "headings": Counter(re.findall(r"(?m)^#+(?= )", prose)),
        "list items": Counter("-" for _ in re.findall(r"(?m)^\s*(?:[-*]|\d+\.) ", prose)),
        "computed numbers": Counter(placeholders),
        "formulas": Counter(formulas),
        "code": Counter(code),
        "links": Counter(links),
        "numbers": Counter(figures),
        "folds": Counter(re.findall(r"</?details>|</?summary>", prose)),
    }


def _neutral(formula: str, decimal: str) -> str:
    """Return a formula without its words and its language's decimal mark."""
    formula = re.sub(r"\\text\{[^}]*\}", r"\\text", formula)
    formula = re.sub(rf"(?<=\d){re.escape(decimal)}(?=\d)", "·", formula)
    return " ".join(formula.split())


def _listed(items: Counter[str]) -> str:
    return ", ".join(repr(item) for item in items.elements()) or "nothing"


def _dead_links(all_chapters: list[Chapter]) -> Iterator[str]:
    """Yield the links to chapters, or to headings of theirs, that there are not."""
    known = {chapter.slug: _anchors(chapter) for chapter in all_chapters}
    for chapter in all_chapters:
        for cell in chapter.cells:
            for language, source in cell.sources.items() if isinstance(cell, Text) else ():
                for slug, anchor in re.findall(r"\]\(([^)\s:#]+)\.md(#[^)\s]*)?\)", source):
                    if slug not in known:
                        yield f"{cell.place}: links to {slug}.md, and there is no such chapter"
                    elif anchor and anchor[1:] not in known[slug][language]:
                        yield (
                            f"{cell.place}: links to {slug}.md{anchor}, and there is no such "
                            f"heading in {language}"
                        )


def _anchors(chapter: Chapter) -> dict[str, set[str]]:
    """Return the names by which each language's headings can be linked to, as GitHub makes them."""
    found: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    for cell in chapter.cells:
        for language, source in cell.sources.items() if isinstance(cell, Text) else ():
            for heading in re.findall(r"(?m)^##+ (.+)$", source):
                plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
                found[language].add(plain.replace(" ", "-"))
    return found


def _unused_numbers(all_chapters: list[Chapter]) -> list[str]:
    """Name the numbers that are computed and that no chapter asks for."""
    asked = {
        name
        for chapter in all_chapters
        for cell in chapter.cells
        if isinstance(cell, Text)
        for source in cell.sources.values()
        for name in numbers.names(source)
    }
    known = numbers.numbers()
    return [f"book/numbers: no chapter uses {name!r}" for name in known if name not in asked]


def _places(chapter: Chapter) -> list[str]:
    """Return where each cell of a notebook comes from: the frame, or the chapter's cells."""
    frame = "the frame that book/notebooks.py makes"
    return [frame] * 3 + [cell.place for cell in chapter.cells] + [frame]


def _differences(
    root: Path, language: str, slug: str, draft: NotebookNode, places: list[str]
) -> Iterator[str]:
    """Yield where a notebook does not follow from its manuscript, and where it did not run."""
    name = f"notebooks/{language}/{slug}.ipynb"
    path = root / name
    if not path.exists():
        yield f"{name}: is missing; run `make notebooks`"
        return
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (nbformat.ValidationError, nbformat.reader.NotJSONError, UnicodeDecodeError) as error:
        yield f"{name}: is not a valid notebook: {str(error).splitlines()[0]}"
        return
    if len(notebook.cells) != len(draft.cells):
        yield f"{name}: has {len(notebook.cells)} cells, its manuscript makes {len(draft.cells)}"
    if dict(notebook.metadata) != dict(draft.metadata):
        yield f"{name}: its metadata do not follow from the manuscript"
    pairs = zip(notebook.cells, draft.cells, places, strict=False)
    for index, (cell, wanted, place) in enumerate(pairs, start=1):
        here = f"{name}, cell {index} ({cell.get('id')})"
        if any(cell.get(key) != wanted[key] for key in ("cell_type", "id", "source", "metadata")):
            yield f"{here}: does not follow from {place}; run `make notebooks`"
            return
        if cell.cell_type != "code":
            continue
        if cell.execution_count is None:
            yield f"{here}: was not executed; run `make notebooks`"
            return
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"{here}: raises {output.ename}"
            elif "data" in output:
                words = output.data.get("text/plain", "").strip()
                if not words or re.match(r"<Figure|<Axes|<matplotlib|\[<matplotlib", words):
                    yield f"{here}: a figure has no alternative text; show it with display.show"
                if set(output.data) != {"text/plain"}:
                    yield f"{here}: holds more than text; run `make notebooks`"
