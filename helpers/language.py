"""The reader's language: the texts of figures and messages, and how numbers are written.

Each folder of ``locale/`` is a language. Its TOML files, one a chapter, hold the texts under the
same keys in every language; ``language.toml`` holds its name and its decimal mark.
"""

import os
import re
import string
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from numbers import Real
from typing import Any

from helpers._messages import choice, shown

__all__ = ["LANGUAGES", "current", "neutral", "number", "table", "text", "use", "using"]


@cache
def _catalogue(code: str) -> dict[str, Any]:
    """Read all texts of a language."""
    texts: dict[str, Any] = {}
    for path in sorted(_LOCALE.joinpath(code).iterdir(), key=lambda path: path.name):
        if path.name[0] != "." and path.name.endswith(".toml"):  # no file of an editor or a system
            _merge(texts, tomllib.loads(path.read_text(encoding="utf-8")))
    return texts


def _merge(texts: dict[str, Any], more: dict[str, Any]) -> None:
    """Add the texts of ``more``, table by table."""
    for key, value in more.items():
        if isinstance(value, dict):
            _merge(texts.setdefault(key, {}), value)
        else:
            texts[key] = value


_LOCALE = resources.files("helpers") / "locale"

LANGUAGES = tuple(
    sorted(
        (one.name for one in _LOCALE.iterdir() if one.joinpath("language.toml").is_file()),
        key=lambda code: _catalogue(code)["language"]["order"],
    )
)
"""Codes of the languages, in the order in which manuscripts hold them."""

_chosen: str | None = None

_LARGE = 1e5  # below, "g" writes 120 rather than 1.2 × 10²

_SUPERSCRIPTS = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def use(code: str) -> None:
    """Switch to a language.

    Parameters
    ----------
    code : {"pt", "en"}
        Brazilian Portuguese or English.

    Raises
    ------
    ValueError
        If the course has no such language.
    """
    global _chosen
    _chosen = choice("code", code, LANGUAGES)


@contextmanager
def using(code: str) -> Iterator[None]:
    """Use a language inside the ``with`` block.

    Parameters
    ----------
    code : {"pt", "en"}
        Brazilian Portuguese or English.
    """
    global _chosen
    before = _chosen
    use(code)
    try:
        yield
    finally:
        _chosen = before


def current() -> str:
    """Return the language in use: the one chosen, else ``COURSE_LANGUAGE``, else English.

    Returns
    -------
    {"pt", "en"}
        Its code.

    Raises
    ------
    ValueError
        If the course has no such language as ``COURSE_LANGUAGE`` names.
    """
    return _chosen or choice(
        "the environment variable COURSE_LANGUAGE",
        os.environ.get("COURSE_LANGUAGE", "en"),
        LANGUAGES,
    )


def table(key: str) -> dict[str, Any]:
    """Return all texts below ``key`` in the current language, as they are in the catalogue.

    Parameters
    ----------
    key : str
        Name of a table of the language's files.

    Returns
    -------
    dict
        Texts, and further tables.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    found = _catalogue(current()).get(key) if isinstance(key, str) else None
    if not isinstance(found, dict):
        raise ValueError(f"key must name a table of locale/{current()}, got {shown(key)}")
    return found


def text(key: str, /, **values: Any) -> str:
    """Return the text under ``key``, with ``values`` filled in.

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
    found: Any = _catalogue(current())
    for part in key.split(".") if isinstance(key, str) else ():
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, str):
        raise ValueError(f"key must name a text of locale/{current()}, got {shown(key)}")
    try:
        return _NumberFormatter().format(found, **values)
    except KeyError as missing:
        raise ValueError(f"values must hold {missing} for the text {key!r}") from None
    except (TypeError, ValueError) as error:  # a word where the text has a number
        raise ValueError(
            f"values must fit the text {key!r}, got {shown(values)}: {error}"
        ) from None


def number(value: float | Real, spec: str = "", code: str | None = None) -> str:
    """Write a number as the language does: 1.5 is "1,5" in Portuguese, 1e-6 is "10⁻⁶" in both.

    Parameters
    ----------
    value : float
        The number.
    spec : str
        As for `format`, for instance ``".2f"``, ``","`` or ``".1%"``; but ``"g"`` writes powers of
        ten only from 10⁵ on.
    code : {"pt", "en"}, optional
        The language, by default the one in use.

    Returns
    -------
    str
        The number, with U+2212 as its minus sign.

    Raises
    ------
    TypeError, ValueError
        If ``value`` is not a real number, or ``spec`` is not one for it.

    Examples
    --------
    >>> number(-4613.5, ",.1f", code="pt")
    '−4.613,5'
    >>> number(5.1e-5, ".1e", code="pt")
    '5,1 × 10⁻⁵'
    """
    code = current() if code is None else choice("code", code, LANGUAGES)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"value must be a real number, got {shown(value)}")
    try:
        written = format(value, spec)
    except (TypeError, ValueError, OverflowError):
        got = shown(spec)
        raise ValueError(f"spec must be one for {shown(value)}, got {got}") from None
    if spec.endswith("g") and "e+" in written and abs(float(written)) < _LARGE:
        written = format(float(written), ".0f")
    # What rounds to zero has no sign.
    written = re.sub(r"-(?=[0.,]+(e.*|%)?$)", "", written).replace("-", "−")
    mark = _catalogue(code)["language"]
    written = written.translate(str.maketrans(".,", mark["decimal"] + mark["thousands"]))
    mantissa, power, exponent = written.partition("e")
    if not power or not exponent[1:].isdigit():
        return written
    exponent = exponent.lstrip("+").replace("−0", "−").lstrip("0") or "0"
    ten = "10" + exponent.translate(_SUPERSCRIPTS)
    return ten if mantissa == "1" else f"{mantissa} × {ten}"


def neutral(written: str, code: str) -> str:
    """Return a number that a language wrote with decimal point and thousands commas.

    Parameters
    ----------
    written : str
        As `number` writes it.
    code : {"pt", "en"}
        The language.

    Returns
    -------
    str
        The same in English.

    Examples
    --------
    >>> neutral("4.613,5", "pt")
    '4,613.5'
    """
    mark = _catalogue(choice("code", code, LANGUAGES))["language"]
    if not isinstance(written, str):
        raise TypeError(f"written must be a number in words, got {shown(written)}")
    return written.translate(str.maketrans(mark["decimal"] + mark["thousands"], ".,"))


class _NumberFormatter(string.Formatter):
    """`str.format`, with numbers written as the language does."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if getattr(value, "shape", None) == ():  # a tensor or an array without axes
            value = value.item()
        if isinstance(value, Real) and not isinstance(value, bool):
            return number(value, format_spec)
        return format(value, format_spec)
