"""Both texts for contributors: the same sections, commands and links, and all of it is there."""

import re
from collections import Counter

import pytest

from tests.project import ROOT

NAMES = ("CONTRIBUTING.md", "CONTRIBUTING.pt.md")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in (*NAMES, "README.md")}
BLOCK = re.compile(r"^( *)(`{3,})(\w*)\n(.*?)^\1\2$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(text):
    return [(match[3], match[4]) for match in BLOCK.finditer(text)]


def prose(text):
    return BLOCK.sub("", text)


def code(text):
    return re.findall(r"`([^`\n]+)`", prose(text))


def both(take):
    """Return what both texts have, to compare it."""
    first, second = (take(TEXTS[name]) for name in NAMES)
    assert first
    return first, second


def test_headings_are_of_the_same_levels():
    english, portuguese = both(lambda text: re.findall(r"(?m)^(#+) \S", prose(text)))
    assert english == portuguese


def test_blocks_of_code_are_the_same():
    english, portuguese = both(blocks)
    assert english == portuguese


def test_commands_and_names_of_code_are_the_same():
    english, portuguese = both(lambda text: Counter(code(text)))
    assert english == portuguese


def test_lists_and_tables_are_as_long():
    english, portuguese = both(lambda text: re.findall(r"(?m)^(\||- |\d\. )", prose(text)))
    assert english == portuguese


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_to_files(name):
    leading = [
        link for link in LINK.findall(prose(TEXTS[name])) if "://" not in link and "<" not in link
    ]
    inside = [link for link in leading if not re.fullmatch(r"\d\d-[a-z-]+\.md", link)]
    assert inside
    assert [link for link in inside if not (ROOT / link.partition("#")[0]).exists()] == []


def test_texts_lead_to_each_other_and_the_readme_to_both():
    assert NAMES[1] in LINK.findall(TEXTS[NAMES[0]])
    assert NAMES[0] in LINK.findall(TEXTS[NAMES[1]])
    assert set(NAMES) <= set(LINK.findall(TEXTS["README.md"]))


@pytest.mark.parametrize("name", TEXTS)
def test_targets_of_make_are_there(name):
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    said = re.findall(r"(?:^|`)make ([a-z]+)", TEXTS[name], re.MULTILINE)
    assert said
    assert [target for target in said if not re.search(rf"(?m)^{target}:", make)] == []


@pytest.mark.parametrize("name", NAMES)
def test_files_that_it_speaks_of_are_there(name):
    files = [
        span
        for span in code(TEXTS[name])
        if re.fullmatch(r"(?:book|helpers|tests)/[\w./-]+", span)
        and not re.search(r"/es|NN-", span)
    ]
    files += [span for span in code(TEXTS[name]) if re.fullmatch(r"[\w.-]+\.(?:json|md|yml)", span)]
    assert len(files) > 20
    assert [file for file in files if not (ROOT / file).exists()] == []
