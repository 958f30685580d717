"""Makes each language's notebook from a manuscript and its run."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from book.errors import BookError
from book.manuscript import expressions
from book.manuscript.chapter import CARD, Chapter, Code, Prose
from book.manuscript.expressions import Values
from book.project import Repository
from book.text import texts
from helpers.output import BUILD_MIME

__all__ = [
    "ROLE",
    "ROUNDING",
    "Outputs",
    "make_notebook",
    "neighbours",
    "read_notebook",
    "text_outputs",
]

ROLE = "course"
"""Key of a cell's metadata: the cell's tag, or its part in the frame around the chapter."""

ROUNDING = "rounding"
"""Key of a notebook's metadata: how the machine rounds that ran it."""

Outputs = list[NotebookNode]

_INSTALL = """\
from importlib.util import find_spec
from pathlib import Path

found = find_spec("helpers")
if found is None or found.origin is None:
    %pip install --quiet --no-deps "git+{url}@{branch}"
    %pip install --quiet anywidget pooch tqdm
elif not Path(found.origin).with_name("language.py").exists():
    text = "{in_the_way}"
    raise ImportError(f"{{text}} {{found.origin}}")\
"""

_LANGUAGE = """\
from helpers import language

language.use("{language}")\
"""

_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"


def make_notebook(
    chapter: Chapter,
    language: str,
    repository: Repository,
    neighbours: tuple[Chapter | None, Chapter | None],
    values: list[Values] | None = None,
    outputs: list[Outputs] | None = None,
) -> NotebookNode:
    """Make a language's notebook.

    Parameters
    ----------
    chapter : Chapter
        The manuscript.
    language : str
        ``"pt"`` or ``"en"``.
    repository : Repository
        Where the badge and the install cell point.
    neighbours : tuple of Chapter or None
        The previous and the next chapter.
    values : list of dict of str to float, optional
        For each text of the chapter, the values of its expressions; without them the fields stay as
        they are.
    outputs : list of list of NotebookNode, optional
        The outputs of each of ``chapter.code``; without them the notebook has not run.

    Raises
    ------
    BookError
        If the format of an expression does not fit its value.
    """
    t = texts(language)
    badge = f"[![{t['open_in_colab']}]({_BADGE})]({repository.colab(language, chapter.slug)})"
    cells = [
        _markdown("badge", f"{badge}\n\n{t['about_the_install_cell']}", "badge"),
        _code("install", _install_cell(repository, t["helpers_in_the_way"]), "install"),
        _code("language", _LANGUAGE.format(language=language), "language"),
    ]
    problems: list[str] = []
    used: Counter[str] = Counter()
    filled = iter(values or [])
    shown = iter([None] * len(chapter.code) if outputs is None else outputs)
    for cell in chapter.cells:
        cell_id = _cell_id(cell, used)
        if isinstance(cell, Prose):
            source = cell.sources[language]
            if values is not None:
                try:
                    source = expressions.fill(cell, language, next(filled), chapter.path)
                except BookError as error:
                    problems += error.problems
            cells.append(_markdown(cell_id, _with_addresses(source, repository, language)))
        elif cell.tag == "solution":
            fenced = f"```python\n{cell.source}\n```"
            # Colab, GitHub and the site all understand this fold.
            source = f"<details>\n<summary>{t['solution']}</summary>\n\n{fenced}\n\n</details>"
            cells.append(_markdown(cell_id, source, "solution"))
        else:
            result = next(shown)
            if cell.tag != "hidden":
                cells.append(_code(cell_id, cell.source, cell.tag, result, cell.is_card))
            if cell.tag == "exercise":  # where Colab looks for it when a link leads to a cell
                cells[-1].metadata["id"] = cell_id
    if problems:
        raise BookError(*problems)
    links = [
        f"[{t[key]}: {other.title(language)}]({repository.colab(language, other.slug)})"
        for key, other in zip(("previous", "next"), neighbours, strict=True)
        if other
    ]
    cells.append(_markdown("neighbours", "---\n\n" + " · ".join(links), "neighbours"))
    if outputs is not None:
        code = [made for made in cells if made.cell_type == "code"]
        for count, made in enumerate(code, start=1):
            made.execution_count = count
            for output in made.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": chapter.title(language),
    }
    return nbformat.from_dict(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    )


def neighbours(
    chapters: list[Chapter],
) -> Iterator[tuple[Chapter, tuple[Chapter | None, Chapter | None]]]:
    """Yield each chapter with the one before it and the one after it."""
    around = [None, *chapters, None]
    for chapter, before, after in zip(chapters, around, around[2:], strict=False):
        yield chapter, (before, after)


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook.

    Raises
    ------
    ValueError
        If the file holds none, such as one with a conflict of a merge.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (AttributeError, TypeError, nbformat.ValidationError) as error:  # JSON of another kind
        raise ValueError(str(error)) from error
    return notebook


def text_outputs(outputs: Outputs, language: str) -> Outputs:
    """Return what a reader of a language sees of a cell's outputs, as text alone."""
    texts_only: Outputs = []
    for output in outputs:
        if bundle := output.get("data", {}).get(BUILD_MIME):
            text = bundle["languages"][language]["text"]
            if bundle["kind"] in ("text", "exercise"):
                output = nbformat.v4.new_output("stream", name="stdout", text=f"{text}\n")
            else:
                output = nbformat.v4.new_output(
                    "display_data", {"text/plain": text}, metadata={ROLE: bundle["kind"]}
                )
        elif "data" in output:
            plain = {"text/plain": output["data"].get("text/plain", "")}
            output = nbformat.v4.new_output(output["output_type"], plain)
        last = texts_only[-1] if texts_only else {}
        if "name" in output and output["name"] == last.get("name"):
            # Only the kernel's clock decides where the stream is cut into outputs.
            last["text"] += output["text"]
        else:
            texts_only.append(nbformat.from_dict(output))
    return texts_only


def _cell_id(cell: Prose | Code, used: Counter[str]) -> str:
    """Return an id that is the same in all languages and changes only with the cell itself."""
    content = next(iter(cell.sources.values())) if isinstance(cell, Prose) else cell.source
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    used[digest] += 1
    return digest if used[digest] == 1 else f"{digest}-{used[digest]}"


def _markdown(cell_id: str, source: str, role: str = "") -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, id=cell_id, metadata=_metadata(role))


def _code(
    cell_id: str,
    source: str,
    role: str = "",
    outputs: Outputs | None = None,
    is_card: bool = False,
) -> NotebookNode:
    metadata = _metadata(role)
    if is_card:
        metadata.setdefault("tags", []).append(CARD)
    return nbformat.v4.new_code_cell(source, id=cell_id, metadata=metadata, outputs=outputs or [])


def _metadata(role: str) -> NotebookNode:
    metadata: dict[str, Any] = {ROLE: role} if role else {}
    if role == "trained":  # nbval runs the cell and does not compare what it shows
        metadata["tags"] = ["nbval-ignore-output"]
    if role in ("folded", "wide"):  # the first key is Colab's, the second one Jupyter's
        metadata |= {"cellView": "form", "jupyter": {"source_hidden": True}}
    return nbformat.from_dict(metadata)


def _install_cell(repository: Repository, in_the_way: str) -> str:
    return _INSTALL.format(url=repository.url, branch=repository.branch, in_the_way=in_the_way)


def _with_addresses(source: str, repository: Repository, language: str) -> str:
    """Give links between chapters, ``(03-bias.md)``, and pictures addresses that hold in Colab."""
    source = re.sub(
        r"(!\[[^]]*\]\()pictures/([^)\s]+)",
        lambda picture: f"{picture[1]}{repository.picture(picture[2])}",
        source,
    )
    return re.sub(
        r"\]\((\d\d-[a-z0-9-]+)\.md(#[^)\s]*)?\)",
        lambda link: f"]({repository.colab(language, link[1])}{link[2] or ''})",
        source,
    )
