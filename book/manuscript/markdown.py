"""Which Markdown a manuscript may use: what Colab, GitHub, the site and books all show."""

import re
from collections.abc import Iterator
from pathlib import Path

from book.manuscript.chapter import Chapter, Prose
from book.manuscript.expressions import MATH
from book.project import PICTURES

__all__ = ["CODE", "not_plain"]

CODE = re.compile(r"```.*?```|`[^`\n]+`|<code>.*?</code>", re.DOTALL)
_DIRECTIVE = re.compile(r"^ *(?::::+ *[{\w]|!!! |[`~]{3,} *\{|> \[!).*", re.MULTILINE)
_EXTENSION = re.compile(
    r"~~.*?~~|^ *[-*+] \[[ xX]\] .*|\[\^[^]]*\]|<img\b[^>]*>|(?<=\))\{[^}]*\}", re.MULTILINE
)
_PICTURE = re.compile(r"!\[([^]]*)\](?:\(([^)]*)\))?")
_FILE = re.compile(r"(?a)pictures/[\w.-]+\.(?i:jpe?g|png|svg)")


def not_plain(chapter: Chapter, root: Path) -> Iterator[str]:
    """Yield where a chapter's texts are not plain Markdown, or show what is no picture of ours."""
    for cell in chapter.cells:
        for source in cell.sources.values() if isinstance(cell, Prose) else ():
            yield from (f"{cell.location}: {problem}" for problem in _problems(source, root))


def _problems(source: str, root: Path) -> Iterator[str]:
    prose = MATH.sub(" ", CODE.sub(" ", source))
    for found in [*_DIRECTIVE.findall(source), *_EXTENSION.findall(prose)]:
        yield f"must be plain Markdown, which Colab, GitHub and the site all show, got {found}"
    for alt, target in _PICTURE.findall(prose):
        if not _FILE.fullmatch(target):
            yield (
                f"a picture must be a JPEG, PNG or SVG file of {PICTURES}, named without spaces "
                "and accents, as ![what it shows](pictures/name.png), since pages ask nothing of "
                f"other sites and books hold it; got ![{alt}]({target})"
            )
        elif not (root / "book" / "chapters" / target).is_file():
            yield f"there is no book/chapters/{target}"
        if not alt.strip():
            yield f"a picture must have an alternative text in each language, got ![]({target})"
