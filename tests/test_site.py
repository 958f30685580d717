"""The site of a made-up course: what its pages hold, and what a build does and refuses."""

import io
import json
import os
import re
import shutil
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from urllib.parse import urlsplit
from xml.etree import ElementTree
from zipfile import ZipFile

import nbformat
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from pypdf import PdfReader

from book import git
from book.browser import find_browser
from book.errors import BookError
from book.project import LANGUAGES, Repository, address, repository, set_repository
from book.running import fingerprint
from book.site import build
from book.site.dates import written
from book.takeaway.archive import file_name
from book.text import texts
from tests.project import ROOT, Course, code, manuscript, prose

pytestmark = pytest.mark.xdist_group("site")  # built once

SITE = "https://teacher.github.io/course"
COLAB = "https://colab.research.google.com/github/teacher/course/blob/main/notebooks"
SLUGS = ["00-start", "01-end"]
DAY = {"pt": "2 de março de 2024", "en": "2 March 2024"}

# Shows pictures as helpers.display and helpers.explore do, without matplotlib.
SHOW = """
from helpers import language, output

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="40pt">'


def frame(name):
    text = f"{name} ({language.current()})"
    pages = {
        page: {
            theme: f"<?xml version='1.0'?>\\n{HEAD}\\n <metadata>x</metadata>\\n"
                   f" <title>{text}, {page}, {theme}</title>\\n</svg>"
            for theme in ("light", "dark")
        }
        for page in ("wide", "narrow")
    }
    for drawn in pages.values():
        drawn["axes"] = {}
    return {"text": text, "title": f"Title <of> {name}", **pages}


def explorer(name, *values):
    names = [name]
    for some in values:
        names = [f"{one} {value}" for one in names for value in some]
    sliders = [{"label": "αβ"[i], "values": v, "start": 1}
               for i, v in enumerate(values)]
    frames = [frame(one) for one in names]
    return {"text": "an explorer", "sliders": sliders, "frames": frames}
"""
EXERCISE = """
from helpers import output

answer = ...
form = {"kind": "code"}
output.publish("exercise", lambda: {"text": "", "name": "one", "form": form})
""".strip()
TABLE = "| a | b | {} |\n|---|---|{}\n| 1 | 2 | {} |\n"
NARROW, WIDE = TABLE.format("c", "---|", "3"), TABLE.format("`c` | d", "---|---|", "$3$ | 4")


def start(title, first, second, link):
    text = f"# {title}\n\n{first}\n\n## {second}\n\n$\\eta_{{\\max}}$, and {link}."
    return f"{text}\n\n$$\\frac{{1}}{{2}}$$\n\n{NARROW}\n{WIDE}"


START = manuscript(
    prose(
        start("Um *começo*", "Curto.", "Números", "[o fim](01-end.md#o-resto)"),
        start("A *start*", "Short.", "Numbers", "[the end](01-end.md#the-rest)"),
    ),
    code("from helpers.made_up import RATE\n\nprint('printed', 6 * 7)"),
    code("secret = 2 * RATE", "hidden"),
    code("'folded ' + 'output'", "folded"),
    prose("O passo é {{ secret:.2f }}.", "The step is {{ secret:.2f }}."),
    code(EXERCISE, "exercise"),
    code("answer = 'of the' + ' solution'", "solution"),
    code(SHOW.strip(), "folded"),
    code("output.publish('figure', lambda: frame('curve'))"),
    code("output.publish('explorer', lambda: explorer('one', ['1', '2', '3']))"),
    code("output.publish('explorer', lambda: explorer('two', ['1', '2'], ['7', '8', '9']))"),
    code("output.publish('text', lambda: {'text': 'printed in ' + language.current()})"),
)
LONG = "This [first](00-start.md) paragraph is **long**. " + "It goes on with more words. " * 6
CUT = "This first paragraph is long." + " It goes on with more words." * 4
OWN = ("![Um desenho](pictures/own.png)", "![A drawing](pictures/own.png)")
END = manuscript(
    prose(f"# Fim\n\n{LONG}\n\n## O resto", f"# End\n\n{LONG}\n\n## The rest"),
    code("1 + 1"),
    prose(*OWN),
)


def succeed(run):
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The course, published and built; not to be changed."""
    course = Course(tmp_path_factory.mktemp("built"), start=START, end=END)
    course.add_code()
    course.write("helpers/made_up.py", "RATE = 0.1\n")
    course.path("book/chapters/pictures").mkdir()
    Image.new("L", (8, 8)).save(course.path("book/chapters/pictures/own.png"))
    course.write("notebooks/pt/Untitled.ipynb", "somebody's")
    set_repository("https://github.com/teacher/course", course.root)
    course.write(".gitignore", "/_build/\n/node_modules\n__pycache__/\n")
    course.git("init", "--quiet")
    succeed(course.book("notebooks"))
    for number, slug in enumerate(SLUGS, start=1):
        course.git("add", f"book/chapters/{slug}.md")
        course.git("commit", "-qm", slug, date=f"2024-03-0{number}T23:30:00-03:00")
    course.git("add", ".")
    course.git("commit", "-qm", "All the rest")
    printed = succeed(course.book("site"))
    assert f"The course is in {course.path('_build/html')}" in printed
    assert printed.count("unchanged") == 2  # no chapter runs again
    assert "Untitled.ipynb" not in " ".join(course.files("_build/html"))
    return course


@pytest.fixture(scope="module")
def page(built):
    """Return a page of the site as a tree, by its path."""
    return cache(lambda name: BeautifulSoup(built.read(f"_build/html/{name}"), "html.parser"))


@pytest.fixture
def copy(built, tmp_path):
    """A copy of the built course to change."""
    return Course(shutil.copytree(built.root, tmp_path / "and" / "deeper", symlinks=True))


def canonical(html):
    (link,) = html.head.find_all("link", rel="canonical")
    return link["href"]


def alternates(html):
    links = html.head.find_all("link", rel="alternate", hreflang=True)
    return {link["hreflang"]: link["href"] for link in links}


# ── Pages ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_shows_the_chapter_without_the_notebooks_frame(page, language):
    article = page(f"{language}/00-start.html").article
    t = texts(language)
    text = article.get_text()
    step = {"pt": "O passo é 0,20.", "en": "The step is 0.20."}[language]
    for shown in (step, "printed 42", "answer = ...", f"printed in {language}", "folded output"):
        assert shown in text
    for other in ("{{", "secret", "language.use", "%pip"):
        assert other not in text
    assert text.count(t["open_in_colab"]) == 1
    cells = article.select(".cell")
    assert "from helpers.made_up" in cells[0].select_one(".cell_input").get_text()
    assert "printed 42" in cells[0].select_one(".cell_output").get_text()
    (folded, *_) = article.select(".cell.tag_folded")
    (details,) = folded.find_all("details", recursive=False)
    assert details.summary.get_text() == t["show_code"]
    assert "'folded '" in details.get_text()
    assert "folded output" in folded.select_one(":scope > .cell_output").get_text()
    (solution,) = article.select("details:not(.folded)")
    assert solution.summary.get_text() == t["solution"]
    assert "' solution'" in solution.get_text()
    target = {"pt": "o-resto", "en": "the-rest"}[language]
    assert article.find("a", href=f"01-end.html#{target}")
    permalink = {"pt": "Link para este cabeçalho", "en": "Link to this heading"}[language]
    assert {link["title"] for link in article.select(".headerlink")} == {permalink}


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_files_for_each_theme_with_their_text(built, page, language):
    figure, *explorers = page(f"{language}/00-start.html").article.find_all("figure")
    image, (narrow_dark, narrow, dark) = figure.img, figure.find_all("source")
    assert figure.figcaption.get_text() == "Title <of> curve"
    assert image["alt"] == f"curve ({language})"
    assert (image["width"], image["height"]) == ("600", "400")
    assert (narrow["width"], narrow["height"]) == ("360", "240")
    by_system = "(prefers-color-scheme: dark)"
    assert (image["loading"], dark["media"]) == ("lazy", by_system)
    assert narrow_dark["media"] == f"{narrow['media']} and {by_system}"
    for version, name in (
        ("wide, light", image["src"]),
        ("wide, dark", dark["srcset"]),
        ("narrow, light", narrow["srcset"]),
        ("narrow, dark", narrow_dark["srcset"]),
    ):
        assert built.read(f"_build/html/{language}/{name}") == (
            '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="40pt">'
            f"<title>curve ({language}), {version}</title></svg>"
        )
    one, two = explorers
    assert one.img["alt"] == f"one 2 ({language})"
    assert two.img["alt"] == f"two 2 8 ({language})"
    frames = json.loads(two.script.string)["frames"]
    assert [frame["text"] for frame in frames] == [
        f"two {first} {second} ({language})" for first in "12" for second in "789"
    ]
    sources = [source["srcset"] for source in two.find_all("source")]
    assert frames[4]["files"] == [*sources, two.img["src"]]
    assert frames[4]["title"] == two.figcaption.get_text() == "Title <of> two 2 8"
    values = [json.loads(slider["data-values"]) for slider in two.find_all("input")]
    assert values == [["1", "2"], ["7", "8", "9"]]
    ids = [slider["id"] for explorer in explorers for slider in explorer.find_all("input")]
    assert len(set(ids)) == 3
    assert [label["for"] for label in two.find_all("label")] == ids[1:]


@pytest.mark.parametrize("language", LANGUAGES)
def test_picture_of_ones_own_is_in_notebook_page_and_books(built, page, language):
    alt, picture = (
        {"pt": "Um desenho", "en": "A drawing"}[language],
        "book/chapters/pictures/own.png",
    )
    address = f"https://github.com/teacher/course/raw/main/{picture}"
    assert f"![{alt}]({address})" in built.read(f"notebooks/{language}/01-end.ipynb")
    image = page(f"{language}/01-end.html").article.find("img", alt=alt)
    shown = built.path(f"_build/html/{language}/{image['src']}")
    assert shown.read_bytes() == built.path(picture).read_bytes()
    book = built.path(f"_build/html/downloads/{file_name(texts(language)['site_title'])}")
    with ZipFile(book.with_suffix(".epub")) as epub:
        assert epub.read(f"EPUB/{image['src']}") == shown.read_bytes()
        item = f'href="{image["src"]}" media-type="image/png"'
        assert item in epub.read("EPUB/package.opf").decode()
    if find_browser():
        pages = PdfReader(book.with_suffix(".pdf")).pages
        assert (8, 8) in [one.image.size for one_page in pages for one in one_page.images]


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_are_typeset_and_wide_tables_name_their_columns(page, language):
    article = page(f"{language}/00-start.html").article
    inline, displayed = article.select("span.math, div.math")[:2]
    assert (inline.name, displayed.name) == ("span", "div")
    assert displayed.annotation.get_text() == r"\frac{1}{2}"
    # KaTeX adds a third element to it, which MathML does not allow.
    parts = inline.find("msub").find_all(True, recursive=False)
    assert [part.get_text() for part in parts] == ["η", "max"]
    assert re.search("\N{WORD JOINER},", inline.next_sibling)
    narrow, wide = article.find_all("table")
    assert not narrow.select(".column")
    assert "stacks" in wide["class"]
    cells = wide.select("tbody td")
    assert [cell.select_one(".column").get_text() for cell in cells] == ["a", "b", "c", "d"]
    assert wide.select_one(".column code").get_text() == "c"
    assert not wide.select(".column p")  # which a line of text cannot hold


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_leads_to_colab_files_and_neighbours(built, page, language):
    t = texts(language)
    end, start = page(f"{language}/01-end.html"), page(f"{language}/00-start.html")
    colab, notebook = end.select(".actions a")
    (source,) = end.select(".updated a")
    assert colab["href"] == f"{COLAB}/{language}/01-end.ipynb"
    assert colab.get_text() == t["open_in_colab"]
    committed = built.read(f"notebooks/{language}/01-end.ipynb")
    assert built.read(f"_build/html/{language}/{notebook['href']}") == committed
    assert source["href"] == "https://github.com/teacher/course/blob/main/book/chapters/01-end.md"
    assert end.select_one(".position").get_text().strip() == t["position"].format(index=1, count=1)
    assert end.select_one(".minutes").get_text() == t["minutes"].format(minutes=1)
    (previous,) = end.select(".neighbours a")
    assert (previous["rel"], previous["href"]) == (["prev"], "00-start.html")
    sections = {link["href"]: link.get_text() for link in end.select("nav.contents .here a")}
    assert sections == {"pt": {"#o-resto": "O resto"}, "en": {"#the-rest": "The rest"}}[language]
    contents = [link["href"] for link in end.select("nav.contents > ol > li > a")]
    assert contents == ["00-start.html", "#"]
    assert not start.select(".position")
    assert [link["href"] for link in start.select(".neighbours a")] == ["01-end.html"]
    assert start.time["datetime"] == "2024-03-01T23:30:00-03:00"
    assert end.time["datetime"] == "2024-03-02T23:30:00-03:00"
    assert end.select_one(".updated span").get_text() == t["updated"].format(date=DAY[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_head_names_the_page_in_every_language(page, language, slug):
    html, here = page(f"{language}/{slug}.html"), f"{SITE}/{language}/{slug}.html"
    head, t = html.head, texts(language)
    title, description = {
        "pt00-start": ("Um começo", "Curto."),
        "en00-start": ("A start", "Short."),
        "pt01-end": ("Fim", CUT),
        "en01-end": ("End", CUT),
    }[language + slug]
    is_first = slug == SLUGS[0]
    assert html.html["lang"] == t["code"]
    assert head.title.get_text() == title + ("" if is_first else f" – {t['site_title']}")
    assert canonical(html) == here
    assert alternates(html) == {
        "pt-BR": f"{SITE}/pt/{slug}.html",
        "en": f"{SITE}/en/{slug}.html",
        "x-default": f"{SITE}/" if is_first else f"{SITE}/en/{slug}.html",
    }
    meta = {m.get("property") or m.get("name"): m["content"] for m in head.select("meta[content]")}
    assert {key: meta[key] for key in meta if key and key.startswith(("og:", "desc", "twit"))} == {
        "description": description,
        "og:title": title,
        "og:type": "article",
        "og:url": here,
        "og:site_name": t["site_title"],
        "og:description": description,
        "og:image": f"{SITE}/{language}/card.png",
        "og:image:alt": t["card_alt"],
        "twitter:card": "summary_large_image",
    }
    assert head.find("link", type="application/atom+xml")["href"] == "feed.xml"


def test_language_links_pair_the_headings(page):
    (link,) = page("pt/00-start.html").select("a.language")
    assert (link["href"], link["lang"]) == ("../en/00-start.html", "en")
    assert link["title"] == texts("en")["read_this_page"]
    assert json.loads(link["data-headings"]) == {"um-comeco": "a-start", "numeros": "numbers"}
    (back,) = page("en/00-start.html").select("a.language")
    assert json.loads(back["data-headings"]) == {"a-start": "um-comeco", "numbers": "numeros"}


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("# A **title**", "A title"),
        ("# A\n\n![B](b.png) For R\\$ 10, $x$ and [that](c.md).", "For R$ 10, x and that."),
    ],
)
def test_page_without_a_paragraph_is_described_by_its_title(text, described):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    build._describe(notebook)
    assert notebook.metadata["og:description"] == described


# ── Beside the pages ──────────────────────────────────────────────────────────────────────────────


def test_robots_name_a_sitemap_of_every_language(built):
    lines = built.read("_build/html/robots.txt").split("\n")
    maps = [f"Sitemap: {SITE}/{language}/sitemap.xml" for language in LANGUAGES]
    assert lines == ["User-agent: *", "Allow: /", "", *maps, ""]
    for language in LANGUAGES:
        tree = ElementTree.fromstring(built.read(f"_build/html/{language}/sitemap.xml"))
        assert {
            url.find("{*}loc").text: {
                one.get("hreflang"): one.get("href") for one in url.findall("{*}link")
            }
            for url in tree
        } == {
            f"{SITE}/{language}/{slug}.html": {
                other: f"{SITE}/{other}/{slug}.html" for other in LANGUAGES
            }
            for slug in SLUGS
        }


@pytest.mark.parametrize("language", LANGUAGES)
def test_feed_has_every_chapters_last_change_newest_first(built, language):
    feed = ElementTree.fromstring(built.read(f"_build/html/{language}/feed.xml"))
    home, t = f"{SITE}/{language}", texts(language)
    entries = feed.findall("{*}entry")
    for element in (feed, *entries):  # RFC 4287: one of each
        for tag in ("id", "title", "updated"):
            assert len(element.findall(f"{{*}}{tag}")) == 1
    assert feed.find("{*}author/{*}name").text == t["site_title"]
    assert {link.get("rel"): link.get("href") for link in feed.findall("{*}link")} == {
        "self": f"{home}/feed.xml",
        "alternate": f"{home}/00-start.html",
    }
    assert [(e.find("{*}updated").text, e.find("{*}link").get("href")) for e in entries] == [
        ("2024-03-02T23:30:00-03:00", f"{home}/01-end.html"),
        ("2024-03-01T23:30:00-03:00", f"{home}/00-start.html"),
    ]
    assert feed.find("{*}updated").text == "2024-03-02T23:30:00-03:00"
    summary = f"{t['updated'].format(date=DAY[language])}. {CUT}"
    assert entries[0].find("{*}summary").text == summary


def test_front_pages_lead_to_every_language(page):
    root = page("index.html")
    assert canonical(root) == f"{SITE}/"
    assert alternates(root) == {
        "pt-BR": f"{SITE}/pt/00-start.html",
        "en": f"{SITE}/en/00-start.html",
        "x-default": f"{SITE}/",
    }
    links = {link["href"]: link.get_text().strip() for link in root.select("a.language")}
    assert links == {
        f"{code}/00-start.html": texts(code)["read_in_this_language"] for code in LANGUAGES
    }
    for language in LANGUAGES:
        moved = page(f"{language}/index.html")
        assert moved.find("meta", content="0; url=00-start.html")["http-equiv"] == "refresh"
        assert canonical(moved) == f"{SITE}/{language}/00-start.html"
    lost = page("404.html")
    base = urlsplit(SITE).path
    assert [link["href"] for link in lost.find_all("a")] == [
        f"{base}/{language}/{slug}.html" for language in LANGUAGES for slug in [SLUGS[0], *SLUGS]
    ]
    assert all(link["href"].startswith(f"{base}/") for link in lost.find_all("link"))


def test_style_sheets_have_the_palettes_colours(built):
    palette = tomllib.loads((ROOT / "helpers/figures/palette.toml").read_text(encoding="utf-8"))
    css = built.read("_build/html/en/_static/palette.css")
    light, system, chosen = re.findall(r"(?m)^([:\[].*) \{((?:\n  .*)+)\n\}", css)
    assert light[0] == ":root"
    assert system[0] == ':root:not([data-theme="light"])'
    assert chosen[0] == '[data-theme="dark"]'
    for (_, rules), theme in ((light, "light"), (system, "dark"), (chosen, "dark")):
        properties = dict(re.findall(r"  (?:--)?([\w-]+): (.+);", rules))
        assert properties == palette[theme] | {"color-scheme": theme}
    assert "prefers-color-scheme: dark" in css[: css.index(system[0])]
    others = built.read("_build/html/en/_static/course.css")
    others += built.read("_build/html/en/_static/search.css")
    assert not re.findall(r"#[0-9a-f]{3,8}\b", others)
    own = re.findall(r"(?m)^  --([\w-]+):", others)
    assert set(re.findall(r"var\(--([\w-]+)", others)) <= {*palette["light"], *own}


def test_card_is_a_picture_of_the_size_that_networks_want(built):
    cards = [built.path(f"_build/html/{code}/card.png").read_bytes() for code in LANGUAGES]
    for card in cards:
        assert Image.open(io.BytesIO(card)).size == (1200, 630)
        assert len(card) < 300_000
        assert not re.search(rb"tEXt|tIME", card)  # which would differ by library and day
    assert len(set(cards)) == len(LANGUAGES)


def test_nothing_of_sphinxs_own_search_and_scripts_is_left(built):
    names = {name.rpartition("/")[2] for name in built.files("_build/html")}
    ours = "course progress chapters done questions reading root theme lab reveal slides"
    ours += " minisearch terms search search-index search-glossary"
    assert {name for name in names if name.endswith(".js")} == {f"{one}.js" for one in ours.split()}
    assert names.isdisjoint({"basic.css", "genindex.html", "searchindex.js"})
    assert "Copyright" in built.read("_build/html/en/_static/minisearch.js")[:200]


# ── What a build does and refuses ─────────────────────────────────────────────────────────────────


def test_site_is_built_again_only_where_something_changed(built):
    before = built.files("_build/html")
    assert "Nothing has changed" in succeed(built.book("site"))
    assert built.files("_build/html") == before


def test_damaged_site_elsewhere_is_built_again_to_the_same_bytes(built, copy):
    """The small form of `make reproducible`: one chapter runs again, one comes from the cache."""
    copy.write("_build/html/pt/01-end.html", "damaged")
    copy.write("_build/html/pt/left-over.html", "")
    copy.path("_build/cache/00-start.json").unlink()
    copy.path("_build/site-killed/en").mkdir(parents=True)
    os.utime(copy.path("_build/site-killed"), (0, 0))
    printed = succeed(copy.book("site", TZ="Asia/Kathmandu", LC_ALL="C"))
    assert re.search(r"00-start +\d+\.\d s\n +01-end +unchanged", printed)
    assert copy.files("_build/html") == built.files("_build/html")
    assert not copy.path("_build/site-killed").exists()


def refused(course):
    """Build a site that fails, which leaves the old one as it is; return what is printed."""
    before = course.files("_build/html")
    run = course.book("site")
    assert run.returncode == 1, run.stdout
    assert "Traceback" not in run.stderr
    assert course.files("_build/html") == before
    assert {path.name for path in course.path("_build").iterdir()} == {"cache", "html", "html.json"}
    return run.stderr


def test_number_that_the_notebooks_state_otherwise_stops_the_build_and_is_explained(
    copy, monkeypatch
):
    copy.write("helpers/made_up.py", "RATE = 0.3\n")
    monkeypatch.setenv("COURSE_DATA", "digits")
    printed = refused(copy)
    assert re.findall(r"notebooks/(.*), cell (\d) .*: (.*) in the", printed) == [
        ("pt/00-start.ipynb", "7", "{{ secret:.2f }} is 0,60 now, 0,20"),
        ("en/00-start.ipynb", "7", "{{ secret:.2f }} is 0.60 now, 0.20"),
    ]
    last = printed.strip().splitlines()[-1]
    assert re.fullmatch(r"COURSE_DATA=digits .* stood in for MNIST, and give other numbers", last)


def test_numbers_of_a_machine_that_rounds_otherwise_are_told_and_stop_nothing(monkeypatch, capsys):
    monkeypatch.setattr(fingerprint, "missing_mnist", lambda: "")
    monkeypatch.setattr(build, "rounding", lambda: "here")
    build._compare([])
    assert not capsys.readouterr().out
    build._compare([("elsewhere", "0.61 now, 0.60"), ("", "5 now, 6")])
    printed = capsys.readouterr().out.splitlines()
    assert printed[1:] == ["  0.61 now, 0.60", "  5 now, 6"]
    with pytest.raises(BookError) as error:
        build._compare([("elsewhere", "0.61 now, 0.60"), ("here", "5 now, 6")])
    assert error.value.problems == ("5 now, 6",)
    monkeypatch.setattr(fingerprint, "missing_mnist", lambda: "no MNIST")
    with pytest.raises(BookError, match=r"no MNIST; .* give other numbers"):
        build._compare([("elsewhere", "0.61 now, 0.60")])


def test_notebook_edited_by_hand_stops_the_build(copy):
    copy.change("notebooks/en/01-end.ipynb", "1 + 1", "1 + 2")
    assert "notebooks/en/01-end.ipynb, cell 5" in refused(copy)


def test_dead_link_and_formula_that_cannot_be_typeset_stop_the_build(copy):
    chapter = "book/chapters/01-end.md"
    links = "[a](#gone), [b](09-absent.md), [c](00-start.md#missing)"
    copy.write(chapter, copy.read(chapter) + prose(*[rf"{links}, $\fraq{{1}}{{2}}$"] * 2))
    succeed(copy.book("notebooks"))
    printed = refused(copy)
    for language in LANGUAGES:
        for problem in ("gone", "absent", "missing", "fraq"):
            assert re.search(rf"notebooks/{language}/01-end\.ipynb.*{problem}", printed), printed


# ── Repository, address, dates ────────────────────────────────────────────────────────────────────


@pytest.fixture
def config(tmp_path):
    """Write settings, and return their folder."""

    def write(url="https://github.com/a/b", baseurl=""):
        text = f"repository:\n  url: {url}\nhtml:\n  baseurl: {baseurl}\n"
        (tmp_path / "_config.yml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("url", "pages"),
    [
        ("https://github.com/Teacher/My.Course", "https://teacher.github.io/My.Course"),
        ("https://github.com/Teacher/teacher.github.io", "https://teacher.github.io"),
    ],
)
def test_site_is_on_github_pages_unless_the_settings_name_another_address(config, url, pages):
    assert address(config(url)) == pages == Repository(url, "main").pages
    assert address(config(url, "https://course.org/x/")) == "https://course.org/x"


@pytest.mark.parametrize(
    "baseurl", ["course.org", "ftp://course.org", "https://course.org/?a=1", 3]
)
def test_address_that_is_none_is_refused(config, baseurl):
    problem = f"_config.yml: html: baseurl: must be an address .*, got {re.escape(str(baseurl))}$"
    with pytest.raises(BookError, match=problem):
        address(config(baseurl=baseurl))


def test_setting_the_repository_keeps_comments_and_moves_the_site(tmp_path):
    path = tmp_path / "_config.yml"
    before = (ROOT / "_config.yml").read_text(encoding="utf-8")
    path.write_text(before, encoding="utf-8")
    set_repository("https://github.com/Teacher/course.git/", tmp_path)
    assert repository(tmp_path) == Repository("https://github.com/Teacher/course", "main")
    assert address(tmp_path) == "https://teacher.github.io/course"
    after = path.read_text(encoding="utf-8")
    lines = zip(before.split("\n"), after.split("\n"), strict=True)
    assert len([old for old, new in lines if old != new]) == 2
    path.write_text(after.replace("teacher.github.io/course", "course.org"), encoding="utf-8")
    set_repository("https://github.com/Teacher/course", tmp_path)
    assert address(tmp_path) == "https://course.org"  # a domain of one's own stays
    set_repository("https://github.com/other/fork", tmp_path)
    assert address(tmp_path) == "https://other.github.io/fork"


@pytest.mark.parametrize("url", ["", "a/b", "https://gitlab.com/a/b", "https://github.com/a"])
def test_repository_that_colab_cannot_open_is_refused(config, url):
    before = (config() / "_config.yml").read_bytes()
    with pytest.raises(BookError, match=r"must be https://github\.com/<owner>/<name>, got"):
        set_repository(url, config())
    assert (config() / "_config.yml").read_bytes() == before


def test_last_change_is_the_last_commit_that_touched_the_file(built, tmp_path, monkeypatch):
    chapter, zone = "book/chapters/00-start.md", timezone(timedelta(hours=-3))
    assert git.last_change(chapter, built.root) == datetime(2024, 3, 1, 23, 30, tzinfo=zone)
    assert git.last_change(".", built.root) == datetime(2024, 3, 9, tzinfo=UTC)
    assert git.last_change("no-such-file", built.root) is None
    assert git.last_change(chapter, tmp_path) is None
    shallow = tmp_path / "shallow"
    built.git("clone", "--quiet", "--depth=1", built.root.as_uri(), str(shallow))
    # The only commit of a shallow clone seems to have touched every file.
    assert git.last_change(chapter, shallow) is None
    assert git.last_change(".", shallow) == datetime(2024, 3, 9, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert git.build_date() == datetime(1970, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "pt", "en"),
    [
        (datetime(2026, 1, 1), "1º de janeiro de 2026", "1 January 2026"),
        (datetime(2024, 12, 31), "31 de dezembro de 2024", "31 December 2024"),
    ],
)
def test_day_is_written_as_the_language_does(moment, pt, en):
    assert (written(moment, "pt"), written(moment, "en")) == (pt, en)
