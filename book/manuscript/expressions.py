"""Numbers of the prose: ``{{ distance["momentum"]:.2f }}``, an f-string field in double braces.

The expression is evaluated in the chapter's own run, after the cells above it. The value is then
written with its format as each language writes numbers.
"""

import ast
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from book.errors import BookError
from book.manuscript.chapter import Chapter, Prose
from helpers import language

__all__ = ["MATH", "Expression", "Values", "fill", "find", "in_prose", "line_of", "pattern"]

Values = dict[str, float]
"""Value of each expression, by its Python code."""

MATH = re.compile(r"(?<!\\)(?:\$\$.*?\$\$|\$(?:\\.|[^$\\\n])+\$)", re.DOTALL)
"""A formula, and not the dollars of a price, which are written ``\\$``."""
_FIELD = re.compile(r"\{\{(.*?)\}\}")
_POWER = r"10(?:[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\^\{-?\d+\})"
_WRITTEN = rf"[+−\-]?(?:\d[\d.,{{}}]*(?:\s?(?:×|\\times)\s?{_POWER}|\\?%)?|{_POWER})"
"""What a number may look like once it is written, in prose or in a formula."""


@dataclass(frozen=True)
class Expression:
    """A number that the prose asks for.

    Attributes
    ----------
    field : str
        As written between the braces, without blanks around it.
    code : str
        The Python expression.
    spec : str
        The format, as for `format`.
    """

    field: str
    code: str
    spec: str

    def write(self, value: float, code: str, in_math: bool = False) -> str:
        """Write a value as a language does, in prose or within ``$…$``.

        Raises
        ------
        ValueError
            If the value is not finite, or the format does not fit it.
        """
        if not math.isfinite(value):
            raise ValueError(f"gives {value}, which is not a finite number")
        if isinstance(value, float) and not self.spec:
            raise ValueError(f"gives {value!r} and needs a format, such as {self.field}:.2f")
        text = language.number(value, self.spec, code)
        if in_math:
            text = text.replace("−", "-").replace("%", r"\%").replace(",", "{,}")
            text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", _tex_power, text).replace("×", r"\times")
        if not re.fullmatch(_WRITTEN, text):  # `pattern` would not find it again
            raise ValueError(f"is written {text!r}, which is not a number")
        return text


def find(source: str) -> list[Expression]:
    """Return the expressions of a text, in order.

    Raises
    ------
    ValueError
        If one is not a Python expression with a format.
    """
    return [_parse(field) for field in _FIELD.findall(source)]


def in_prose(chapter: Chapter) -> Iterator[tuple[Prose, list[Expression]]]:
    """Yield each text of a chapter with the expressions of all its languages, each once.

    Raises
    ------
    BookError
        Names the line and the expression that cannot be parsed.
    """
    problems = []
    for cell in chapter.cells:
        if not isinstance(cell, Prose):
            continue
        found: dict[Expression, None] = {}
        for code, _source in cell.sources.items():
            for line, field in _lines(cell, code):
                try:
                    found[_parse(field)] = None
                except ValueError as error:
                    problems.append(f"{chapter.path}:{line}: {{{{ {field.strip()} }}}}: {error}")
        yield cell, list(found)
    if problems:
        raise BookError(*problems)


def fill(cell: Prose, code: str, values: Values, path: str) -> str:
    """Return a text in a language with its numbers filled in; ``path`` is for messages.

    Raises
    ------
    BookError
        If the format of an expression does not fit its value.
    """
    problems = []
    source = _bind_units(cell.sources[code])

    def written(match: re.Match[str], in_math: bool) -> str:
        expression = _parse(match[1])
        try:
            return expression.write(values[expression.code], code, in_math)
        except ValueError as error:
            line = line_of(cell, expression)
            problems.append(f"{path}:{line}: {{{{ {expression.field} }}}}: {error}")
            return ""

    def in_math(match: re.Match[str]) -> str:
        return _FIELD.sub(lambda field: written(field, in_math=True), match[0])

    source = _FIELD.sub(lambda field: written(field, in_math=False), MATH.sub(in_math, source))
    if problems:
        raise BookError(*problems)
    return source


def line_of(cell: Prose, expression: Expression) -> int:
    """Return the line of the manuscript on which an expression occurs first."""
    return next(
        line
        for code in cell.sources
        for line, field in _lines(cell, code)
        if field.strip() == expression.field
    )


def pattern(source: str) -> re.Pattern[str]:
    """Return what a text matches once it is filled in, with a group for each expression."""
    literals = [re.escape(part) for part in _FIELD.split(_bind_units(source))[::2]]
    return re.compile(f"({_WRITTEN})".join(literals))


def _bind_units(source: str) -> str:
    """Keep a number and its unit on one line."""
    return re.sub(r" (?=(?:°C|GB|MB)\b)", "\N{NO-BREAK SPACE}", source)


def _parse(field: str) -> Expression:
    """Parse what is between the braces, as Python parses a field of an f-string."""
    field = field.strip()
    try:
        string = ast.parse(f"f'''{{{field}}}'''", mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"is not a Python expression with a format: {error.msg}") from None
    part = string.values[0] if isinstance(string, ast.JoinedStr) and string.values else None
    if not isinstance(part, ast.FormattedValue) or part.conversion != -1:
        raise ValueError("is not a Python expression with a format")
    spec = part.format_spec.values if isinstance(part.format_spec, ast.JoinedStr) else []
    if not all(isinstance(piece, ast.Constant) for piece in spec):
        raise ValueError("must have a format without fields of its own")
    written = "".join(str(piece.value) for piece in spec if isinstance(piece, ast.Constant))
    return Expression(field, ast.unparse(part.value), written)


def _lines(cell: Prose, code: str) -> Iterator[tuple[int, str]]:
    """Yield each field of a text with its line in the manuscript."""
    for offset, line in enumerate(cell.sources[code].splitlines()):
        for field in _FIELD.findall(line):
            yield cell.lines[code] + offset, field


def _tex_power(power: re.Match[str]) -> str:
    return f"^{{{power[0].translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))}}}"
