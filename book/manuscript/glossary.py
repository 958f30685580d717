"""The glossary: which words mean the same, in all languages."""

import re

from book.manuscript.chapter import Chapter, Prose

__all__ = ["synonyms"]

_ROW = re.compile(r"(?m)^\|([^|\n]+)\| \*([^|\n]+)\* \|([^|\n]*)\|[^|\n]+\|$(?!\n\|-)")
"""A term, in italics what the other language calls it, what else it is called, and what it is."""


def synonyms(chapters: list[Chapter]) -> list[list[str]]:
    """Return groups of words that mean the same, one for each term of the glossaries.

    What one language calls a term joins what the other one does.
    """
    groups: dict[frozenset[str], dict[str, None]] = {}
    for chapter in chapters:
        for cell in chapter.cells:
            for source in cell.sources.values() if isinstance(cell, Prose) else ():
                for here, there, also in _ROW.findall(source):
                    names = [*_names(here), *_names(there)]
                    others = [name.strip() for name in also.split(",") if name.strip()]
                    group = groups.setdefault(frozenset(names), {})
                    group |= dict.fromkeys([*names, *others])
    return [list(group) for group in groups.values() if len(group) > 1]


def _names(term: str) -> list[str]:
    """Return a term and its abbreviation, in brackets behind it: ``moving average (MA)``."""
    return [name.removeprefix("to ") for name in re.findall(r"[^() ][^()]*(?<! )", term)]
