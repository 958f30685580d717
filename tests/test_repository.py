"""The repository: texts for contributors that hold, a glossary, and nothing of one machine."""

import getpass
import re
import socket
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from book.manuscript.chapter import Prose, read
from book.project import LANGUAGES, ROOT, chapter_paths
from book.running.generate import is_as_written
from tests.project import needs_clone

pytestmark = needs_clone
TRACKED = subprocess.run(
    "git ls-files -z || true", shell=True, cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split("\0")[:-1]

# ── Texts for contributors ────────────────────────────────────────────────────────────────────────

TEXTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("CONTRIBUTING.md", "CONTRIBUTING.pt.md", "README.md")
}
_BLOCK = re.compile(r"^( *)(`{3,})(\w*)\n(.*?)^\1\2$", re.DOTALL | re.MULTILINE)


def parts(text):
    """Return what both languages must have in common: headings, lists, blocks and spans of code."""
    prose = _BLOCK.sub("", text)
    return {
        "headings": re.findall(r"(?m)^(#+) \S", prose),
        "lists and tables": re.findall(r"(?m)^(\||- |\d\. )", prose),
        "blocks of code": [match[4] for match in _BLOCK.finditer(text)],
        "code": Counter(re.findall(r"`([^`\n]+)`", prose)),
    }


def test_contributors_read_the_same_in_both_languages():
    assert parts(TEXTS["CONTRIBUTING.md"]) == parts(TEXTS["CONTRIBUTING.pt.md"])


@pytest.mark.parametrize("name", TEXTS)
def test_files_and_targets_that_a_text_names_are_there(name):
    code, text = parts(TEXTS[name])["code"], _BLOCK.sub("", TEXTS[name])
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s:<]+)\)", text)]
    files = [link for link in links if link and not re.match(r"\d\d-", link)]
    files += [one for one in code if re.fullmatch(r"[\w-]+/[\w./-]+|[\w.-]+\.(json|toml|yml)", one)]
    # But for what a reader makes, a chapter or a language, and for what the build writes.
    files = [
        file for file in files if not re.search(r"NN-|/es\b|es\.toml|^_build/|/pictures", file)
    ]
    tracked = [f"/{path}" for path in TRACKED]
    assert [
        file
        for file in files
        if not (ROOT / file).is_dir() and not any(path.endswith(f"/{file}") for path in tracked)
    ] == []
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", TEXTS[name], re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets
    assert targets <= set(re.findall(r"(?m)^([a-z]+):", makefile))


def test_committed_notebooks_are_as_they_were_written():
    paths = sorted(ROOT.glob("notebooks/*/[0-9][0-9]-*.ipynb"))
    edited = [path for path in paths if path.name == path.name.lower() and not is_as_written(path)]
    assert edited == [], "run `.venv/bin/python -m book notebooks --overwrite`"


# ── References and lists ──────────────────────────────────────────────────────────────────────────

_CELLS = read(next(path for path in chapter_paths() if "references" in path.stem)).cells
REFERENCES = {
    code: "\n\n".join(cell.sources[code] for cell in _CELLS if isinstance(cell, Prose))
    for code in LANGUAGES
}


def glossary(language, column):
    """Return the rows of the table with this first column, a list of cells each."""
    table = re.search(rf"(?m)^\| {column} \|.*\n\|[-|]+\n((?:\|.*\n?)+)", REFERENCES[language])[1]
    return [
        [cell.strip(" *") for cell in row.strip("|").split(" | ")] for row in table.splitlines()
    ]


def test_glossaries_hold_the_same_pairs_each_in_its_own_order():
    pt, en = glossary("pt", "português"), glossary("en", "English")
    assert len(pt) > 30
    assert Counter((a, b) for a, b, *_ in pt) == Counter({(b, a) for a, b, *_ in en})
    accents = str.maketrans("áâãàçéêíóôõú", "aaaaceeiooou")
    for terms in ([row[0].lower().removeprefix("to ") for row in rows] for rows in (pt, en)):
        assert terms == sorted(terms, key=lambda term: term.translate(accents))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_chapters_cite_is_among_the_references(language):
    cited = {
        link
        for chapter in map(read, chapter_paths())
        for cell in chapter.cells
        if isinstance(cell, Prose)
        for link in re.findall(r"\]\((https?://[^)\s]+)\)", cell.sources[language])
    }
    assert len(cited) > 30
    assert [link for link in sorted(cited) if link not in REFERENCES[language]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheet_holds_the_list_that_ends_the_clinic(language):
    lists = []
    for name in ("clinic", "sheet"):
        path = next(path for path in chapter_paths() if path.stem.endswith(name))
        prose = [cell.sources[language] for cell in read(path).cells if isinstance(cell, Prose)]
        table = re.findall(r"(?:^\|.*\n?)+", "\n\n".join(prose), re.MULTILINE)[-1]
        lists.append([row.split(" | ")[:3] for row in table.splitlines()[2:]])
    clinic, sheet = lists
    assert [[cell.strip("| ") for cell in row] for row in sheet] == [
        [cell.strip("| ") for cell in row] for row in clinic
    ]


# ── Nothing of one machine ────────────────────────────────────────────────────────────────────────

PATHS = re.compile(r"(?<![\w.])/(?:home|root|Users|tmp|var|mnt|work|content)/\w|\b[A-Z]:\\\w")
# In parts, so that this file holds none of them.
REGISTRIES = re.compile(r"(registry\.npmjs|registry\.yarnpkg|pypi|pythonhosted|anaconda)" r"\.org")


@pytest.mark.parametrize("name", [name for name in TRACKED if name.endswith(".ipynb")])
def test_notebook_names_no_path_and_no_person_of_a_machine(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert PATHS.findall(text) == []
    people = {getpass.getuser(), Path.home().name, socket.gethostname()} - {"root", "runner"}
    assert [who for who in people if re.search(rf"\b{re.escape(who)}\b", text)] == []


def test_no_file_names_a_registry():
    texts = {name: (ROOT / name).read_bytes().decode(errors="replace") for name in TRACKED}
    assert [name for name, text in texts.items() if REGISTRIES.search(text)] == []
    assert REGISTRIES.search("https://pypi" + ".org/simple")
    assert PATHS.search("in /" + "home/ana/curso")
