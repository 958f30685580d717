"""Each page speaks one language: none of the other's words in what stands around the prose."""

import json
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
import sphinx
from babel.messages.pofile import read_po

from book.project import LANGUAGES, ROOT
from book.words import words
from tests.pages import CHAPTERS, READ, Element, elements

SPOKEN = ("title", "aria-label", "aria-description", "aria-valuetext", "alt", "placeholder")
ADDED = ("button", "caption", "figcaption", "figure", "form", "label", "nav", "summary")
"""What the build or the figures add to a chapter's prose."""
CODE = ("pre", "code", "script", "style", "math", "annotation")
NAMES = {"Menu", "Notebook", "MNIST", "Adam", "Colab", "SGD"}

# What Sphinx's extensions and themes write in English when nobody stops them.
STOCK = {
    "Skip to main content",
    "Skip to the main content",
    "Back to top",
    "Show code cell content",
    "Show code cell output",
    "Show code cell outputs",
    "Show code cell source",
    "Hide code cell content",
    "Hide code cell output",
    "Hide code cell outputs",
    "Hide code cell source",
    "Toggle",
    "Toggle primary sidebar",
    "Toggle secondary sidebar",
    "Site Navigation",
    "Section Navigation",
    "Contents",
    "On this page",
    "Search",
    "Search the docs ...",
    "Search Results",
    "Searching",
    "Next",
    "Previous",
    "previous",
    "next",
    "next page",
    "previous page",
    "Next chapter",
    "Previous chapter",
    "Permalink to this heading",
    "Permalink to this headline",
    "Link to this heading",
    "Link to this image",
    "Link to this table",
    "Permalink to this image",
    "Permalink to this table",
    "Copy",
    "Copy to clipboard",
    "Copied!",
    "Download",
    "Download notebook file",
    "Download source file",
    "Open in Colab",
    "Edit this page",
    "Fullscreen mode",
    "Color mode",
    "light/dark",
    "Source repository",
    "Open issue",
    "Print to PDF",
    "Launch",
    "By",
    "Loading",
    "No results",
    "Close",
    "Open",
    "Light",
    "Dark",
    "Page not found",
}


@cache
def catalogue(language: str) -> frozenset[str]:
    """All texts that the interface, the figures and the messages take from a language's files."""

    def texts(value):
        if isinstance(value, str):
            yield value
        else:
            for inner in value.values():
                yield from texts(inner)

    places = [
        ROOT / "book" / "locale" / f"{language}.toml",
        *sorted((ROOT / "helpers" / "locale" / language).glob("*.toml")),
    ]
    return frozenset(
        text for place in places for text in texts(tomllib.loads(place.read_text(encoding="utf-8")))
    )


@cache
def sphinx_words() -> dict[str, str]:
    """Sphinx's own words in English, and what they are in Portuguese."""
    place = Path(sphinx.__file__).parent / "locale" / "pt_BR" / "LC_MESSAGES" / "sphinx.po"
    with place.open("rb") as file:
        return {
            message.id: message.string
            for message in read_po(file)
            if isinstance(message.id, str) and message.id and message.string
        }


@cache
def foreign(language: str) -> frozenset[str]:
    """Whole texts that a page in this language must not show: the other language's."""
    other = next(code for code in LANGUAGES if code != language)
    theirs = {text for text in catalogue(other) if "{" not in text}
    ours = {text.casefold() for text in catalogue(language)}
    if language == "pt":
        theirs |= STOCK | sphinx_words().keys()
        ours |= {text.casefold() for text in sphinx_words().values()}
    else:
        theirs |= set(sphinx_words().values())
        ours |= {text.casefold() for text in STOCK | sphinx_words().keys()}
    lower = {text.casefold() for text in theirs} - {name.casefold() for name in NAMES}
    # Letters and names are written alike: a text needs a word of some length.
    return frozenset(text for text in lower - ours if re.search(r"[^\W\d_]{2}", text))


@cache
def phrases(language: str) -> tuple[str, ...]:
    """Pieces of at least three words of the other language's texts, fields left out."""
    other = next(code for code in LANGUAGES if code != language)
    pieces = {
        piece.strip(" .,:;()").casefold()
        for text in catalogue(other) | (STOCK if language == "pt" else set())
        for piece in re.split(r"\{[^}]*\}|\n", text)
    }
    ours = "\n".join(catalogue(language)).casefold()
    long = sorted(
        piece
        for piece in pieces
        if len(re.findall(r"[^\W\d_]{2,}", piece)) >= 3 and piece not in ours
    )
    assert len(long) > 100
    return tuple(long)


def prose(page: str, element: Element) -> bool:
    """Tell whether a text is the chapter's own, which may well quote the other language."""
    if page not in CHAPTERS or not element.within("article"):
        return False
    added = "headerlink" in element.attributes.get("class", "").split()
    return not (added or element.within(*ADDED))


def said(page: str) -> list[tuple[int, str, str]]:
    """Everything that a page says in its own language: line, where, text; code left out."""
    heard = []
    own = elements(page)[0].attributes["lang"]
    for element in elements(page):
        if element.language != own:
            continue
        if element.name == "script" and element.attributes.get("type") == "application/json":
            frames = json.loads("".join(element.text)).get("frames", [])
            heard += [(element.line, "explorer", frame["alt"]) for frame in frames]
        if element.within(*CODE):
            continue
        if not prose(page, element):
            heard += [(element.line, element.name, text) for text in element.text]
        heard += [
            (element.line, f"{element.name}[{name}]", element.attributes[name])
            for name in SPOKEN
            if name in element.attributes
        ]
        if element.name == "meta" and element.attributes.get("name") == "description":
            heard.append((element.line, "description", element.attributes["content"]))
    return heard


def strangers(language: str, text: str) -> str | None:
    """Return what in a text belongs to the other language, if anything does."""
    if text.strip(" .,:;…").casefold() in foreign(language):
        return text
    lower = text.casefold()
    return next((piece for piece in phrases(language) if piece in lower), None)


PAGES = [page for page in READ if page.startswith(("pt/", "en/"))]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_speaks_no_word_of_the_other_language(page):
    language = page[:2]
    assert elements(page)[0].attributes["lang"] == words(language)["code"]
    assert len(said(page)) > 10
    faults = [
        f"{page}:{line}: {where}: {stranger!r}"
        for line, where, text in said(page)
        if (stranger := strangers(language, text))
    ]
    assert not faults


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_answers_in_the_language_of_its_page(visit, language):
    """What the search's scripts write, with a result and without one."""
    for query in ("gradiente" if language == "pt" else "gradient", "qwertzuiop"):
        page = visit(f"{language}/search.html?q={query}")
        page.wait_for_load_state("networkidle")
        # Results quote the chapters, which name papers in the language they are in.
        lines = page.locator("#search-status").inner_text().splitlines()
        assert lines
        assert [s for line in lines if (s := strangers(language, line))] == []


def test_labels_in_another_language_say_so():
    """The link to the other language is read out in that language."""
    for page in PAGES:
        links = [e for e in elements(page) if "language" in e.attributes.get("class", "").split()]
        assert [e.attributes["lang"] for e in links] == [
            words(code)["code"] for code in LANGUAGES if code != page[:2]
        ], page


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "Search"),
        ("pt", "Link to this heading"),
        ("pt", "Skip to main content"),
        ("pt", "NEXT"),
        ("pt", "Move the slider: the picture follows."),
        ("en", "Buscar"),
        ("en", "Próximo"),
        ("en", "Link para este cabeçalho"),
        ("en", "Mova o controle: a figura acompanha."),
    ],
)
def test_a_word_of_the_other_language_is_heard(language, text):
    assert strangers(language, text)
