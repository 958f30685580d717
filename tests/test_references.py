"""Chapter 9 against what it lists: the article's figures, the corrections, the glossary."""

import re

import pytest

from book.manuscript import Text, read
from book.project import LANGUAGES, ROOT, chapter_paths

CHAPTER = read(ROOT / "book" / "chapters" / "09-references.md")


def prose(language, chapter=CHAPTER):
    return "\n\n".join(cell.sources[language] for cell in chapter.cells if isinstance(cell, Text))


def table(language, first_cell):
    """The rows of the table whose heading row starts so, a list of cells each."""
    lines = prose(language).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first_cell} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def numbered(language, columns):
    lines = prose(language).splitlines()
    rows = [line.strip("|").split(" | ") for line in lines if re.match(r"\| \d+ \|", line)]
    return [[cell.strip() for cell in row] for row in rows if len(row) == columns]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("columns", "count"), [(3, 18), (4, 17)], ids=["figures", "corrections"])
def test_every_one_is_listed_with_a_link_to_its_heading(language, columns, count):
    rows = numbered(language, columns)
    assert [int(row[0]) for row in rows] == list(range(1, count + 1))
    for row in rows:
        assert re.search(r"\]\(0[1-8]-[a-z-]+\.md#[^)]+\)", row[-1]), row


def test_both_languages_send_to_the_same_chapters():
    for columns in (3, 4):
        pt, en = (
            [re.findall(r"\((0\d-[a-z-]+)\.md", row[-1]) for row in numbered(language, columns)]
            for language in LANGUAGES
        )
        assert pt == en


def test_glossaries_hold_the_same_pairs_each_in_its_own_order():
    # The other language's words stand in italics.
    pt = [(row[0], row[1].strip("*")) for row in table("pt", "português")]
    en = [(row[1].strip("*"), row[0]) for row in table("en", "English")]
    assert len(pt) > 30
    assert len(set(pt)) == len(pt)
    assert set(pt) == set(en)
    assert en != pt


AVOIDED = {
    "pt": {
        "taxa de aprendizado": "taxa de aprendizagem",
        "minilote": "mini-lote",
        "mini-batch": "mini-lote",
        "agendador": "scheduler",
        "função de custo": "perda",
        "momento linear": "momentum",
        "learning rate": "taxa de aprendizagem",
    },
    "en": {
        "minibatch": "mini-batch",
        "optimiser": "optimizer",
        "cost function": "loss",
        "stepsize": "learning rate",
    },
}
MENTIONS = re.compile(
    r"\(em inglês[^)]*\)|\*[^*]+\*|`[^`]*`|\$[^$]*\$|\"[^\"]*\"|“[^”]*”|\]\([^)]*\)"
)
"""Where another word may stand: as a word that is spoken of, in titles, code and links."""


@pytest.mark.parametrize("path", [p for p in chapter_paths(ROOT) if p.stem[:2] != "09"], ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_glossarys_words_are_used_throughout(language, path):
    words = MENTIONS.sub(" ", prose(language, read(path)).replace("**", "")).lower()
    for other, ours in AVOIDED[language].items():
        assert other not in words, f"{other!r} stands where the course says {ours!r}"
