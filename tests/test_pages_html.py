"""The built pages as documents: valid, one language each, every link alive, a strict policy."""

import itertools
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import sphinx
from babel.messages.pofile import read_po

from book.project import LANGUAGES, ROOT
from book.text import texts
from tests.pages import CHAPTERS, PAGES, PARSED, READ, SITE, SLUGS, node, package, tree

pytestmark = PARSED


def test_every_chapter_has_a_page_in_every_language():
    assert set(CHAPTERS) <= set(READ), "pages are missing: run `make site`"


def test_every_page_is_valid_html(tmp_path):
    (tmp_path / "bad.html").write_text('<!DOCTYPE html>\n<h2 id="a">A</h2><div id="a"></p>\n')
    settings = tmp_path / "htmlvalidate.json"
    rules = {"heading-level": ["error", {"allowMultipleH1": True}]}  # one a language
    extends = ["html-validate:standard"]
    settings.write_text(json.dumps({"root": True, "extends": extends, "rules": rules}))
    printed = node(
        str(package("html-validate/bin/html-validate.mjs")),
        f"--config={settings}",
        "--formatter=json",
        *(str(SITE / page) for page in PAGES),
        str(tmp_path / "bad.html"),
    )
    problems = [
        f"{file['filePath']}:{one['line']}: {one['ruleId']}: {one['message']} ({one['selector']})"
        for file in json.loads(printed)
        for one in file["messages"]
    ]
    bad = [line for line in problems if "bad.html" in line]
    for rule in ("no-dup-id", "heading-level"):
        assert any(rule in line for line in bad)  # so the rules are in force
    assert [line for line in problems if line not in bad] == []


def test_every_chapter_has_a_description_of_its_own():
    found = [tree(page).find("meta", attrs={"name": "description"})["content"] for page in CHAPTERS]
    assert all(50 < len(description) <= 165 for description in found)
    assert len(set(found)) == len(CHAPTERS)


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_frame_of_an_explorer_is_that_of_its_values(page):
    for explorer in tree(page).select(".explorer"):
        values = [json.loads(slider["data-values"]) for slider in explorer.find_all("input")]
        frames = json.loads(explorer.script.string)["frames"]
        for frame, shown in zip(frames, itertools.product(*values), strict=True):
            # Descriptions group thousands as their language does; a slider's values need not.
            text = re.sub(r"(?<=\d)[.,](?=\d{3}(?!\d))", "", frame["text"])
            for value in shown:
                found = rf"(?<![\d.,]){re.escape(value)}(?!\d|[.,]\d)"
                assert re.search(found, text) or re.search(found, frame["text"]), (value, frame)


@pytest.mark.parametrize("page", CHAPTERS)
def test_quotation_marks_are_not_those_of_portugal(page):
    assert not set("«»") & set(tree(page).article.get_text())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_has_a_card_with_what_its_own_page_says(language):
    cards = tree(f"{language}/{SLUGS[0]}.html").select(".cards > li")
    assert [card.a["href"] for card in cards] == [f"{slug}.html" for slug in SLUGS[1:]]
    with_picture = 0
    for slug, card in zip(SLUGS[1:], cards, strict=True):
        page = tree(f"{language}/{slug}.html")
        assert card.select_one(".minutes").get_text() == page.select_one(".minutes").get_text()
        assert len(card.select_one("p > span").get_text()) < 130
        if files := [one["srcset"] for one in page.select(".tag_card source")]:
            with_picture += 1
            assert [card.source["srcset"], card.img["src"]] == files[:2]  # those of narrow pages
    assert with_picture >= len(cards) - 2  # neither the references nor the sheet have one


@pytest.mark.parametrize("page", CHAPTERS)
def test_code_that_only_shows_a_figure_is_folded_below_it(page):
    for cell in tree(page).select(".cell:has(figure)"):
        code = cell.select_one(".cell_input pre").get_text()
        statements = [line for line in code.splitlines() if re.match(r"[^\s)]", line)]
        only_shows = all(re.match(r"(show|explore|lab\.\w+)\(", line) for line in statements)
        fold = cell.select_one(":scope > details.folded")
        tagged = {"tag_folded", "tag_wide"} & {*cell["class"]}
        assert bool(fold) == bool(only_shows or tagged), code
        assert not fold or "cell_output" in fold.find_previous_sibling()["class"]


# ── Links ─────────────────────────────────────────────────────────────────────────────────────────


def addresses(page):
    """Yield all that a page points at."""
    for element in tree(page).find_all(True):
        for name in ("href", "src", "srcset", "poster", "data-src"):
            if name in element.attrs:
                yield element[name]
        if element.name == "meta" and (
            sent := re.fullmatch(r"\d+; url=(.+)", element.get("content", ""))
        ):
            yield sent[1]
        if element.get("type") == "application/json":
            for frame in json.loads(element.string).get("frames", ()):
                yield from frame["files"]
        for here, there in json.loads(element.get("data-headings", "{}")).items():
            yield from (f"#{here}", f"{element['href']}#{there}")


@cache
def anchors(page):
    return {element["id"] for element in tree(page).find_all(id=True)}


def broken(page, target):
    """Return what is wrong with an address on a page, or None."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None if parts.scheme in ("https", "data") else "has another scheme than https"
    if parts.path.startswith("/"):
        return "starts with /, which leads nowhere from the disk or below a folder"
    path = ((SITE / page).parent / unquote(parts.path) if parts.path else SITE / page).resolve()
    if not path.is_relative_to(SITE.resolve()):
        return "leads out of the site"
    if not path.is_file():
        return "is a folder" if path.is_dir() else "is missing"
    if parts.fragment and path.suffix == ".html":
        found = anchors(path.relative_to(SITE.resolve()).as_posix())
        return None if unquote(parts.fragment) in found else "has no such anchor"
    return None


# The links of 404.html start at the site's own address, since it is shown at any.
@pytest.mark.parametrize("page", [page for page in PAGES if page != "404.html"])
def test_every_link_and_picture_leads_somewhere(page):
    assert [(to, problem) for to in addresses(page) if (problem := broken(page, to))] == []


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("no-such-page.html", "missing"),
        ("#no-such-anchor", "no such anchor"),
        ("search.html#no-such-anchor", "no such anchor"),
        ("/en/", "starts with /"),
        ("../../../", "out of the site"),
        ("notebooks", "folder"),
        ("http://example.org", "scheme"),
    ],
)
def test_broken_link_is_recognised(target, problem):
    assert problem in broken(CHAPTERS[0], target)


def test_every_file_that_a_style_sheet_names_is_there():
    sheets = [path for path in SITE.rglob("*.css") if not path.name.startswith("mystnb")]
    named = [
        (sheet.parent / target)
        for sheet in sheets
        for target in re.findall(r"url\(\s*['\"]?([^'\")]+)", sheet.read_text(encoding="utf-8"))
        # KaTeX names each font in three formats; every browser takes the first.
        if not re.search(r"^data:|KaTeX_.*\.(woff|ttf)$", target)
    ]
    assert len(named) > 10
    assert [path for path in named if not path.is_file()] == []


# ── Policy ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", PAGES)
def test_page_may_load_and_run_files_of_the_site_only(page):
    charset, policy, *_ = tree(page).head.find_all(True)
    assert list(charset.attrs) == ["charset"]
    assert policy["http-equiv"] == "Content-Security-Policy"  # before all that it governs
    rules = {name: allowed for name, *allowed in map(str.split, policy["content"].split(";"))}
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == ["'self'"]
    sources = {source for allowed in rules.values() for source in allowed}
    no_markup = set() if "/slides/" in page else {"'script'"}  # reveal.js writes some
    assert sources == {"'none'", "'self'", "'unsafe-inline'", "data:"} | no_markup
    inline = [name for name, allowed in rules.items() if "'unsafe-inline'" in allowed]
    assert inline == ["style-src"]
    for element in tree(page).find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")], element
        if element.name == "script":
            assert element.get("src") or element["type"] == "application/json", element


# ── Languages ─────────────────────────────────────────────────────────────────────────────────────

ADDED = ("button", "caption", "figcaption", "figure", "form", "label", "nav", "summary")
"""Elements that the build or the figures add to a chapter's prose."""
CODE = ("pre", "code", "script", "style", "math")
NAMES = {"menu", "adam", "sgd", "mnist", "colab", "notebook"}
"""Texts that are the same in both languages."""


@cache
def catalogue(language):
    """Return all texts that the site, figures and messages take from a language's files."""

    def leaves(value):
        if isinstance(value, dict):
            for inner in value.values():
                yield from leaves(inner)
        elif isinstance(value, str):
            yield value

    files = [ROOT / f"book/locale/{language}.toml"]
    files += sorted((ROOT / f"helpers/locale/{language}").glob("*.toml"))
    return {one for file in files for one in leaves(tomllib.loads(file.read_text("utf-8")))}


@cache
def sphinx_texts():
    """Return Sphinx's own texts in English, and in Portuguese."""
    file = Path(sphinx.__file__).parent / "locale/pt_BR/LC_MESSAGES/sphinx.po"
    with file.open("rb") as stream:
        messages = [m for m in read_po(stream) if isinstance(m.id, str) and m.id and m.string]
    return {"en": {m.id for m in messages}, "pt": {m.string for m in messages}}


@cache
def foreign(language):
    """Return full texts, and phrases of three words or more, that only other languages have."""
    others = [code for code in LANGUAGES if code != language]
    ours = {text.casefold() for text in catalogue(language) | sphinx_texts().get(language, set())}
    theirs = set().union(*(catalogue(code) | sphinx_texts().get(code, set()) for code in others))
    full = {text.casefold() for text in theirs if re.search(r"[^\W\d_]{2}", text)} - ours - NAMES
    all_ours = "\n".join(ours)
    phrases = {
        phrase
        for text in full
        for piece in re.split(r"\{[^}]*\}|\n", text)
        if len(re.findall(r"[^\W\d_]{2,}", phrase := piece.strip(" .,:;()"))) >= 3
        and phrase not in all_ours
    }
    return full, sorted(phrases)


def find_foreign(language, text):
    """Return what in a text belongs to another language, or None."""
    full, phrases = foreign(language)
    text = text.casefold().strip(" .,:;…\n")
    return text if text in full else next((one for one in phrases if one in text), None)


def around_the_prose(page):
    """Yield each text of a page in its own language, but for code and the chapter's prose."""
    own = tree(page).html["lang"]
    for element in tree(page).find_all(True):
        parents = [element, *element.parents]
        names = {parent.name for parent in parents}
        if next(p["lang"] for p in parents if "lang" in p.attrs) != own or names & set(CODE):
            continue
        is_prose = page in CHAPTERS and "article" in names and not names & set(ADDED)
        if not is_prose or "headerlink" in element.get("class", ()):
            yield from (
                text for text in element.find_all(string=True, recursive=False) if text.strip()
            )
        for name in ("title", "aria-label", "aria-valuetext", "alt", "placeholder", "data-empty"):
            if element.get(name):
                yield element[name]
    for script in tree(page).find_all("script", type="application/json"):
        content = json.loads(script.string)
        yield from (frame["text"] for frame in content.get("frames", ()))
        yield from strings(content.get("texts", {}))


def strings(texts):
    """Yield the texts of a catalogue, without their fields."""
    for text in texts.values():
        yield from strings(text) if isinstance(text, dict) else [re.sub(r"{.*?}", "", text)]


@pytest.mark.parametrize("page", [page for page in READ if page != "index.html"])
def test_page_has_no_text_of_another_language(page):
    language = page.partition("/")[0]
    assert tree(page).html["lang"] == texts(language)["code"]
    found = list(around_the_prose(page))
    assert len(found) > 20
    assert [(text, one) for text in found if (one := find_foreign(language, text))] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "Search"),
        ("pt", "Link to this heading"),
        ("pt", "NEXT"),
        ("pt", "Move the slider: the picture follows."),
        ("en", "Buscar"),
        ("en", "Link para este cabeçalho"),
        ("en", "Aqui: mova o controle: a figura acompanha!"),
    ],
)
def test_text_of_another_language_is_recognised(language, text):
    assert find_foreign(language, text)
