"""Every number that the prose states, computed: a module a chapter.

A manuscript writes ``{{ name }}``; the reader sees the value as their language writes it.
"""

import re
from functools import cache

from book.errors import BookError
from book.numbers import adam, adapted, bias, ewma, hands_on, learning_rate, momentum, schedulers
from book.numbers.number import Number

__all__ = ["Number", "fill", "names", "numbers"]

CHAPTERS = (learning_rate, ewma, bias, adam, adapted, momentum, schedulers, hands_on)


@cache
def numbers() -> dict[str, Number]:
    """Compute every number of the prose, by name; once."""
    return {name: number for chapter in CHAPTERS for name, number in chapter.numbers().items()}


_PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_MATH = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)


def names(source: str) -> list[str]:
    """Return the names of the numbers that a text asks for, in order."""
    return _PLACEHOLDER.findall(source)


def fill(source: str, known: dict[str, Number], code: str, place: str) -> str:
    """Put the numbers into a text.

    Raises
    ------
    BookError
        If the text asks for a number that is not computed; ``place`` names where.
    """
    unknown = [name for name in names(source) if name not in known]
    if unknown:
        raise BookError(
            *(f"{place}: there is no number {name!r} in book/numbers" for name in unknown)
        )

    def written(text: str, in_math: bool) -> str:
        return _PLACEHOLDER.sub(lambda match: known[match[1]].written(code, in_math), text)

    source = re.sub(r" (?=(?:°C|GB|MB)\b)", "\N{NO-BREAK SPACE}", source)
    source = _MATH.sub(lambda match: written(match[0], in_math=True), source)
    return written(source, in_math=False)
