"""The reader's language: every word that a figure or a message shows, and how numbers are written.

The words live in ``locale/pt/`` and ``locale/en/``, a file a chapter, under the same keys in both.
"""

import os
import re
import string
import tomllib
from functools import cache
from importlib import resources
from numbers import Real
from typing import Any

from helpers import _check

__all__ = ["LANGUAGES", "current", "number", "text", "use"]

LANGUAGES = ("pt", "en")

_chosen: str | None = None

_SUPERSCRIPTS = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def use(code: str) -> None:
    """Speak this language from here on.

    Parameters
    ----------
    code : {"pt", "en"}
        Brazilian Portuguese or English.

    Raises
    ------
    ValueError
        If the course does not speak ``code``.
    """
    global _chosen
    _chosen = _check.choice("code", code, LANGUAGES)


def current() -> str:
    """Return the language in use: the one chosen, else ``COURSE_LANGUAGE``, else English.

    Returns
    -------
    {"pt", "en"}
        Its code.

    Raises
    ------
    ValueError
        If the course does not speak what ``COURSE_LANGUAGE`` says.
    """
    return _chosen or _check.choice(
        "the environment variable COURSE_LANGUAGE",
        os.environ.get("COURSE_LANGUAGE", "en"),
        LANGUAGES,
    )


def text(key: str, /, **values: Any) -> str:
    """Return the words that stand under ``key``, with ``values`` filled in.

    Parameters
    ----------
    key : str
        Dotted path in the language's file, for instance ``"figures.ewma.weights.title"``.
    **values
        What the text's ``{fields}`` stand for. Numbers are written as the language writes them.

    Returns
    -------
    str
        The finished text.

    Raises
    ------
    ValueError
        If there is no such key, or a field gets no value.
    """
    words: Any = _catalogue(current())
    for part in key.split("."):
        words = words.get(part) if isinstance(words, dict) else None
    if not isinstance(words, str):
        raise ValueError(f"key must name a text of locale/{current()}, got {key!r}")
    try:
        return _NumberFormatter().format(words, **values)
    except KeyError as missing:
        raise ValueError(f"values must hold {missing} for the text {key!r}") from None


def number(value: float | Real, spec: str = "", code: str | None = None) -> str:
    """Write a number as the language does: 1.5 is "1,5" in Portuguese, 1e-6 is "10⁻⁶" in both.

    Parameters
    ----------
    value : float
        The number.
    spec : str
        As for `format`, for instance ``".2f"``, ``","`` or ``".1%"``.
    code : {"pt", "en"}, optional
        The language, by default the one in use.

    Returns
    -------
    str
        The number, with U+2212 as its minus sign.

    Examples
    --------
    >>> number(-4613.5, ",.1f", code="pt")
    '−4.613,5'
    >>> number(5.1e-5, ".1e", code="pt")
    '5,1 × 10⁻⁵'
    """
    code = current() if code is None else _check.choice("code", code, LANGUAGES)
    # What rounds to zero has no sign.
    written = re.sub(r"-(?=[0.,]+%?$)", "", format(value, spec)).replace("-", "−")
    if code == "pt":
        written = written.translate(str.maketrans(".,", ",."))
    mantissa, power, exponent = written.partition("e")
    if not power or not exponent[1:].isdigit():
        return written
    exponent = exponent.lstrip("+").replace("−0", "−").lstrip("0") or "0"
    ten = "10" + exponent.translate(_SUPERSCRIPTS)
    return ten if mantissa == "1" else f"{mantissa} × {ten}"


class _NumberFormatter(string.Formatter):
    """`str.format`, with numbers written as the language does."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Real) and not isinstance(value, bool):
            return number(value, format_spec)
        return format(value, format_spec)


@cache
def _catalogue(code: str) -> dict[str, Any]:
    folder = resources.files("helpers") / "locale" / code
    words: dict[str, Any] = {}
    for room in sorted(folder.iterdir(), key=lambda room: room.name):
        _add(words, tomllib.loads(room.read_text(encoding="utf-8")))
    return words


def _add(words: dict[str, Any], more: dict[str, Any]) -> None:
    """Put more words beside those that there are, table into table."""
    for key, value in more.items():
        if isinstance(value, dict):
            _add(words.setdefault(key, {}), value)
        else:
            words[key] = value
