"""Finds the prose in a file: the same text, with blanks in the place of all else.

So each word keeps its line and its column. Code, formulas, links' targets, placeholders and HTML
tags are no prose. In each language a span in *italics* may be of the other one.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable

from book.project import LANGUAGES

__all__ = ["in_italics", "of_manuscript", "of_markdown", "of_python", "of_toml"]

_CELL = re.compile(r'^\+\+\+ \{"lang": "(\w+)"\}$.*?(?=^\+\+\+ |\Z)', re.DOTALL | re.MULTILINE)
_ITALICS = re.compile(r"(?<![*\w])\*(?!\*)([^*\n]+)\*(?![*\w])")
_VALUE = re.compile(r'^(\w+) = "(.*)"$', re.MULTILINE)
_NO_PROSE = re.compile(
    r"""
      ^---\n.*?^---$                # a manuscript's first lines
    | ^[ ]*(`{3,}).*?^[ ]*\1`*$     # a block of code
    | `[^`\n]+` | <code>.*?</code>
    | \$\$.*?\$\$ | \$[^$\n]+\$     # formulas
    | \{\{.*?\}\}                   # a computed number
    | \{[\w.:,%+]*\}                # a field of a text
    | (?<=\])\([^)\s]+\)            # where a link leads
    | (?:https?://|github\.com/)[^\s\])]+ | (?:arXiv|doi):[^\s\])]+
    | \w+\.(?:optim|html|com|md)\b  # names of modules, pages and sites
    | \\"\w+\\" | \\[nt]          # what TOML escapes: code's strings, ends of lines
    | <!--.*?--> | </?[a-z][^>\n]*>
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_NO_PROSE_IN_PYTHON = re.compile(
    r"""
      ^[ ]*>>>[ ].*?(?=\n[ ]*\n|\Z)                  # an example, up to the empty line
    | ^([ ]*)\.\.[ ]math::.*?(?=\n\1\S|\Z)           # a formula, up to the next line outside it
    | (?::math:)?`{1,2}[^`]+`{1,2} | "[^"\s]+"
    | ^[ ]*\*{0,2}\w+(?:,[ ]\*{0,2}\w+)*[ ]:[ ][^\n]*  # parameters with their type
    | ^([ ]*)\*{0,2}\w+(?:,[ ]\*{0,2}\w+)*\n(?=\2[ ]{4}\S)  # and without one
    | https?://\S+ | (?:arXiv|doi):[^\s,)]+
    | \b(?:noqa|fmt|type):[ ][^\n]*
    | \S*\w[_=(]\S* | \S*\w\.\w\S*                   # what only code looks like
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def of_manuscript(text: str) -> dict[str, str]:
    """Return the prose of a manuscript's cells, by language."""
    spans: dict[str, list[tuple[int, int]]] = {language: [] for language in LANGUAGES}
    for cell in _CELL.finditer(text):
        spans[cell[1]].append((cell.end(1) + 2, cell.end()))
    return {language: of_markdown(_only(text, spans[language])) for language in LANGUAGES}


def of_markdown(text: str) -> str:
    """Return the prose of a text in Markdown."""
    return _without(_NO_PROSE, text)


def of_toml(text: str, language: str) -> dict[str, str]:
    """Return the texts of a locale file, by language: a few speak to who reads the other one."""
    spans: dict[str, list[tuple[int, int]]] = {each: [] for each in LANGUAGES}
    for value in _VALUE.finditer(text):
        others = [each for each in LANGUAGES if each != language]
        for spoken in others if value[1].startswith("other_language") else [language]:
            spans[spoken].append(value.span(2))
    return {each: of_markdown(_only(text, spans[each])) for each in LANGUAGES}


def of_python(text: str) -> str:
    """Return the comments and the docstrings of a module."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    spans, docstrings = [], _docstrings(ast.parse(text))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and token.start in docstrings
        ):
            span = [starts[line - 1] + column for line, column in (token.start, token.end)]
            spans.append((span[0], span[1]))
    return _without(_NO_PROSE_IN_PYTHON, _only(text, spans).replace('"""', "   "))


def in_italics(text: str) -> str:
    """Return what stands in italics."""
    return _only(text, (match.span(1) for match in _ITALICS.finditer(text)))


def _docstrings(tree: ast.Module) -> set[tuple[int, int]]:
    """Return the line and column where each string begins that is a statement of its own."""
    return {
        (node.lineno, node.col_offset)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _without(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: _blank(match[0]), text)


def _only(text: str, spans: Iterable[tuple[int, int]]) -> str:
    kept, end = "", 0
    for start, stop in spans:
        kept += _blank(text[end:start]) + text[start:stop]
        end = stop
    return kept + _blank(text[end:])


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
