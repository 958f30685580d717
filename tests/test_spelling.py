"""`python -m book spelling`: each language knows its own words, and the other's only in italics."""

import pytest

from book import spelling
from book.errors import BookError
from tests.project import Project

CHAPTER = "book/chapters/02-ewma.md"
WRONG = [
    # file, what stands there, what is written instead, the word at fault, whose dictionary lacks it
    (CHAPTER, "O gradiente de um", "O gradinte de um", "gradinte", "pt"),
    (CHAPTER, "junta os últimos", "junta the últimos", "the", "pt"),
    (CHAPTER, "**média móvel", "**média movel", "movel", "pt"),
    (CHAPTER, "The gradient of a", "The gradiant of a", "gradiant", "en"),
    (CHAPTER, "with the plain moving", "with the média moving", "média", "en"),
    (CHAPTER, "*exponentially weighted", "*exponentialy weighted", "exponentialy", "italics"),
    ("helpers/locale/pt/ewma.toml", "defasagem", "defazagem", "defazagem", "pt"),
    ("helpers/locale/en/ewma.toml", '"weight"', '"wieght"', "wieght", "en"),
    ("book/locale/pt.toml", "Buscar", "Busquar", "Busquar", "pt"),
    ("book/locale/en.toml", "Leia esta", "Lea esta", "Lea", "pt"),
    ("helpers/averages.py", "Mean of the last", "Maen of the last", "Maen", "en"),
    ("helpers/averages.py", "# numpy 1 makes", "# numpy 1 maeks", "maeks", "en"),
]
RIGHT = [
    (CHAPTER, "O Adam guarda", "O Adam (*keeps*, `grdt`, $grdt$, [um](wxyz.md)) guarda"),
    (CHAPTER, "Adam keeps", "Adam (*guarda*, `grdt`, <code>grdt</code>, https://grdt.org) keeps"),
    ("helpers/averages.py", "tends to 1 / α", "tends to ``grdt`` and `grdt` 1 / α"),
    ("helpers/averages.py", 'raise TypeError(f"axis', 'raise TypeError(f"grdt axis'),
]


def wrong_words(root):
    return {line for line in spelling.check(root) if "is not in the dictionary" in line}


def test_the_course_is_green():
    assert spelling.check() == []


def test_wrong_words_are_named_with_their_file_and_line(tmp_path):
    project, expected = Project(tmp_path), set()
    for file, old, new, word, language in WRONG:
        line = project.change(file, old, new)
        expected.add(f"{file}:{line}: {word!r} is not in the dictionary of {language}")
    assert wrong_words(project.root) == expected


def test_italics_code_formulas_and_links_are_left_alone(tmp_path):
    project = Project(tmp_path)
    for file, old, new in RIGHT:
        project.change(file, old, new)
    assert wrong_words(project.root) == set()


def test_lists_are_sorted_and_hold_what_is_needed(monkeypatch, tmp_path):
    for path in spelling._HERE.iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace("../..", spelling.ROOT.as_posix())
            (tmp_path / path.name).write_text(text, encoding="utf-8")
    words = (tmp_path / "pt.txt").read_text(encoding="utf-8")
    (tmp_path / "pt.txt").write_text(f"zebra\n{words}", encoding="utf-8")
    monkeypatch.setattr(spelling, "_HERE", tmp_path)
    assert spelling.check() == [
        "book/spelling/pt.txt: 'zebra' is idle, as no text has it",
        f"book/spelling/pt.txt: {words.split()[0]!r} must stand once, and in its place",
    ]


def test_dictionaries_that_are_not_installed_are_said_to_be_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(spelling, "_CSPELL", tmp_path / "bin.mjs")
    with pytest.raises(BookError, match="node_modules/cspell is missing"):
        spelling.check()
