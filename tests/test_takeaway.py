"""What readers take along: the zip, the EPUBs and the PDFs of the built site."""

import re
import struct
import unicodedata
import xml.etree.ElementTree as ElementTree
import zipfile
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import PurePosixPath
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from pypdf import PdfReader

from book.browser import BROWSERS, find_browser
from book.errors import BookError
from book.project import LANGUAGES, SHEET
from book.takeaway import FOLDER, MARKER, take_along
from book.takeaway.archive import file_name, folder_files
from book.takeaway.chapters import BookChapter, point_links
from book.takeaway.pdf import normalise_pdf
from book.text import texts
from helpers.figures.palette import THEMES
from tests.pages import PARSED, SITE, SLUGS, show_pictures, tree, violations, watch, with_html

pytestmark = PARSED
XHTML, OPF = "{http://www.w3.org/1999/xhtml}", "{http://www.idpf.org/2007/opf}"
DC, MATH = "{http://purl.org/dc/elements/1.1/}", "{http://www.w3.org/1998/Math/MathML}"


def download(language, kind):
    """Return a file that the built site offers."""
    path = SITE / FOLDER / f"{file_name(texts(language)['site_title'])}.{kind}"
    assert path.exists(), f"{path.name} is missing: run `make site`"
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_welcome_page_offers_each_file_with_its_size(visit, language, chromium):
    page = visit(f"{language}/{SLUGS[0]}.html")
    links = page.locator(".takeaway a").all()
    kinds = [link.get_attribute("href").rpartition(".")[2] for link in links]
    assert kinds == ["epub", "pdf", "pdf", "zip"]
    for link, kind in zip(links, kinds, strict=True):
        with page.expect_download() as fetched:
            link.click()
        size = fetched.value.path().stat().st_size
        shown = re.fullmatch(rf"{kind.upper()}, (\d+[,.]\d) MB", link.inner_text())[1]
        assert ("," in shown) == (language == "pt")
        assert float(shown.replace(",", ".")) == pytest.approx(max(size / 1e6, 0.1), abs=0.0501)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheet_is_one_page_of_a4_with_all_that_its_chapter_says(language):
    name = f"{file_name(texts(language)['site_title'])}-{texts(language)['sheet']}.pdf"
    (page,) = PdfReader(SITE / FOLDER / name).pages
    assert [round(side / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
    printed = unicodedata.normalize("NFKC", "".join(page.extract_text().split()))  # ligatures
    article = tree(f"{language}/{SHEET}.html").article
    for cell in article.select("h1, h2, td"):
        if not cell.math:
            for text in cell.find_all(string=True):
                if not text.find_parent(class_=["headerlink", "column"]):
                    assert "".join(text.split()) in printed, text


def test_zip_holds_the_site_and_opens_from_the_disk(tmp_path, chromium):
    with zipfile.ZipFile(download(LANGUAGES[-1], "zip")) as archive:
        names = archive.namelist()
        # The same on every machine.
        entries = {(one.date_time, one.external_attr >> 16) for one in archive.infolist()}
        assert entries == {((1980, 1, 1, 0, 0, 0), 0o100644)}
        archive.extractall(tmp_path)
    assert names == sorted(names)
    there = {name for name in folder_files(SITE) if not name.startswith(f"{FOLDER}/")}
    assert {name.partition("/")[2] for name in names} == there
    (root,) = tmp_path.iterdir()
    page = chromium.new_page(locale="pt-BR")
    problems = watch(page, root.as_uri())
    page.goto((root / "index.html").as_uri())
    page.locator("a.button.primary").first.click()
    page.wait_for_url(f"**/pt/{SLUGS[0]}.html")
    assert page.locator(".takeaway").count() == 0
    page.goto((root / "en" / f"{SLUGS[-1]}.html").as_uri())
    show_pictures(page)
    page.close()
    assert problems == []


# ── The EPUB ──────────────────────────────────────────────────────────────────────────────────────


@cache
def epub(language):
    """Return an EPUB's archive, its package document, and its XHTML documents by name."""
    archive = zipfile.ZipFile(BytesIO(download(language, "epub").read_bytes()))
    container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
    (rootfile,) = container.iter("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
    package = ElementTree.fromstring(archive.read(rootfile.get("full-path")))
    documents = {
        name: ElementTree.fromstring(archive.read(name))
        for name in archive.namelist()
        if name.endswith(".xhtml")
    }
    return archive, package, documents


each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_language
def test_epub_states_what_it_is_and_in_which_language(language):
    archive, package, documents = epub(language)
    assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    # As a reader that looks at the bytes finds it: name, no extra field, content.
    start = download(language, "epub").read_bytes()[:58]
    assert struct.unpack("<H", start[28:30]) == (0,)
    assert start[30:] == b"mimetypeapplication/epub+zip"
    t = texts(language)
    assert package.get("version") == "3.0"
    assert package.find(f".//{DC}language").text == t["code"]
    assert package.find(f".//{DC}title").text == t["site_title"]
    meta = {m.get("property"): m.text for m in package.iter(f"{OPF}meta")}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", meta["dcterms:modified"])
    for document in documents.values():
        assert document.get("lang") == t["code"]
        assert document.get("{http://www.w3.org/XML/1998/namespace}lang") == t["code"]
    cover = Image.open(BytesIO(archive.read("EPUB/cover.png")))
    assert cover.size == (1200, 1800)
    assert len(cover.convert("RGB").getcolors(maxcolors=1 << 24)) > 100


@each_language
def test_epub_lists_what_is_there_and_its_links_lead_somewhere(language):
    archive, package, documents = epub(language)
    items = {item.get("id"): item for item in package.iter(f"{OPF}item")}
    listed = {f"EPUB/{item.get('href')}" for item in items.values()}
    frame = {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    assert listed == set(archive.namelist()) - frame
    spine = [items[ref.get("idref")].get("href") for ref in package.iter(f"{OPF}itemref")]
    assert spine == ["cover.xhtml", "nav.xhtml", *(f"{slug}.xhtml" for slug in SLUGS)]
    with_math = {i.get("href") for i in items.values() if "mathml" in i.get("properties", "")}
    assert with_math == {
        name.removeprefix("EPUB/")
        for name, root in documents.items()
        if root.find(f".//{MATH}math") is not None
    }
    ids = {name: [e.get("id") for e in r.iter() if e.get("id")] for name, r in documents.items()}
    assert all(len(found) == len(set(found)) for found in ids.values())
    links = [
        (name, element, element.get(attribute))
        for name, root in documents.items()
        for element in root.iter()
        for attribute in ("href", "src")
        if element.get(attribute)
    ]
    assert len(links) > 200
    for name, element, target in links:
        if target.startswith("http"):
            assert element.tag == f"{XHTML}a", f"{name}: loads {target}"
            continue
        path, anchor = urldefrag(unquote(target))
        there = str(PurePosixPath("EPUB") / path) if path else name
        assert there in archive.namelist(), f"{name}: {target}"
        assert not anchor or anchor in ids[there], f"{name}: {target}"


@each_language
def test_epub_holds_all_that_the_pages_show_and_nothing_that_needs_a_screen(language):
    _, _, documents = epub(language)
    pages = [tree(f"{language}/{slug}.html").article for slug in SLUGS]
    elements = [element for root in documents.values() for element in root.iter()]
    pictures = [element for element in elements if element.tag == f"{XHTML}img"]
    assert all(picture.get("alt") for picture in pictures)
    expected = sum(len(page.select("img:not(.cards img)")) for page in pages)
    assert len(pictures) == expected + 1  # the cover
    formulas = [element for element in elements if element.tag == f"{MATH}math"]
    assert all(formula.get("alttext") for formula in formulas)
    assert len(formulas) == sum(len(page.find_all("math")) for page in pages) > 100
    counts = {"mfrac": 2, "mover": 2, "mroot": 2, "msub": 2, "msubsup": 3, "msup": 2, "munder": 2}
    for element in elements:  # MathML 3 allows no other number of children
        assert len(element) == counts.get(element.tag.removeprefix(MATH), len(element))
    tags = {element.tag.removeprefix(XHTML) for element in elements}
    assert tags.isdisjoint({"script", "details", "input", "button", "semantics", "source"})
    assert "column" not in {e.get("class") for e in elements}  # a page's, for tables on phones
    folded = [e for e in elements if "folded" in e.get("class", "").split()]
    assert len(folded) == sum(len(page.find_all("details")) for page in pages)
    # "Show the code" asks for what no paper does.
    assert texts(language)["show_code"] not in {e.text for e in elements}
    captions = [e.text for e in elements if e.tag == f"{XHTML}figcaption"]
    figures = [one.parent for page in pages for one in page.find_all("figcaption")]
    assert len(figures) > 30
    for caption, figure in zip(captions, figures, strict=True):
        if slider := figure.select_one(".slider"):
            start = texts(language)["start_frame"].partition("{")[0]
            assert f" {start}{slider.label.get_text()} = {slider.output.get_text()}" in caption
        assert caption.startswith(figure.figcaption.get_text())


def test_epub_opens_in_a_browser(chromium, tmp_path):
    archive, _, documents = epub("pt")
    archive.extractall(tmp_path)
    page = chromium.new_page()
    problems = watch(page, "file:")
    chapters = [name for name in documents if name[5:7].isdigit()]
    for name in ("EPUB/cover.xhtml", "EPUB/nav.xhtml", chapters[5], chapters[-2]):
        page.goto((tmp_path / name).as_uri())
        assert page.locator("parsererror").count() == 0
        assert page.evaluate("[...document.images].every((img) => img.naturalWidth > 0)")
        for theme in THEMES:
            found = violations(page, theme)  # links of a list may stand close in a book
            assert [one for one in found if not one.startswith("target-size")] == []
    page.close()
    assert problems == []


# ── The PDF ───────────────────────────────────────────────────────────────────────────────────────


@each_language
def test_pdf_holds_all_chapters_with_contents_links_and_solutions(language, chromium):
    reader = PdfReader(download(language, "pdf"))
    t = texts(language)
    assert reader.trailer["/Root"]["/Lang"] == t["code"]
    assert reader.metadata.title == t["site_title"]
    outline = [entry for entry in reader.outline if not isinstance(entry, list)]
    titles = [tree(f"{language}/{slug}.html").h1.get_text().rstrip("#") for slug in SLUGS]
    assert [entry.title for entry in outline] == [t["contents"], *titles]
    starts = [reader.get_destination_page_number(entry) for entry in outline]
    assert starts == sorted(set(starts))  # each chapter begins on a page of its own
    for start in starts[1:]:
        text = reader.pages[start].extract_text()
        assert f"\n{start + 1}" in text or text.startswith(str(start + 1))  # the page's number
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    known = set(reader.named_destinations)
    inside = [str(note["/Dest"]) for note in notes if "/Dest" in note]
    assert len(inside) > 50
    assert set(inside) <= known
    assert all(n["/A"]["/URI"].startswith("http") for n in notes if "/URI" in n.get("/A", {}))
    slug = PurePosixPath(with_html(f"<summary>{texts('en')['solution']}</summary>")).stem
    solution = tree(f"{language}/{slug}.html").select_one("details:not(.folded) pre").get_text()
    first, after = starts[1 + SLUGS.index(slug) :][:2]
    printed = "".join(page.extract_text() for page in reader.pages[first:after])
    squeezed = re.sub(r"\s", "", printed)  # the solution may go on overleaf
    assert all(re.sub(r"\s", "", line) in squeezed for line in solution.splitlines())
    assert t["solution"] in printed


def test_pdf_printed_at_another_time_has_the_same_bytes(chromium):
    built = download("en", "pdf").read_bytes()
    dates, numbers = rb"(?<=Date \(D:)\d{14}", rb"(?<=\(node)\d{8}(?=\))"
    assert len(set(re.findall(numbers, built))) > 5
    again = re.sub(numbers, lambda number: b"%08d" % (40 + 3 * int(number[0])), built)
    again = re.sub(dates, b"20300101000000", again)
    date = datetime.strptime(re.findall(dates, built)[0].decode(), "%Y%m%d%H%M%S")
    assert again != built
    assert normalise_pdf(again, date.replace(tzinfo=UTC)) == built


# ── What goes wrong ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small_site(tmp_path):
    """A site of one small page in each language, before it has anything to take along."""
    for code in LANGUAGES:
        page = tmp_path / "html" / code / "00-start.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"<html><article><h1>A</h1></article>{MARKER}</html>", encoding="utf-8")
    return tmp_path / "html"


def offered(site):
    return re.findall(
        r'href="\.\./downloads/[\w-]+\.(\w+)"', (site / "pt/00-start.html").read_text()
    )


def test_without_a_browser_there_is_no_pdf(small_site, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert find_browser() is None
    assert take_along(small_site, ["00-start"], small_site.parent)
    assert "no PDF: found no browser to print it (looked for chromium" in capsys.readouterr().out
    assert offered(small_site) == ["epub", "zip"]


def test_browser_that_fails_is_named(small_site, monkeypatch, capsys, tmp_path):
    broken = tmp_path / "bin" / BROWSERS[0]
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho cannot start >&2\nexit 7\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(broken.parent), prepend=":")
    assert not take_along(small_site, ["00-start"], small_site.parent)
    printed = capsys.readouterr().out
    assert f"no PDF for pt: {broken} ended with 7 and printed cannot start" in printed
    assert offered(small_site) == ["epub", "zip"]
    assert not list(small_site.rglob("print.html"))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (MARKER, "", r"en/00-start\.html: must have <!-- take it along --> once"),
        ("<h1>A</h1>", "", r"en/00-start\.html: must have an <article> with an <h1>"),
        ("A", '<a href="search.html">x</a>', r"a book can hold links to .*, got 'search\.html'"),
    ],
)
def test_page_that_cannot_be_taken_along_is_named(small_site, monkeypatch, old, new, problem):
    monkeypatch.setenv("PATH", "")
    page = small_site / "en" / "00-start.html"
    page.write_text(page.read_text().replace(old, new))
    with pytest.raises(BookError, match=problem):
        take_along(small_site, ["00-start"], small_site.parent)


@pytest.mark.parametrize(
    ("pattern", "links"),
    [
        ("{slug}.xhtml", ["01-b.xhtml", "01-b.xhtml#c", "00-a.xhtml#d"]),
        ("#{slug}", ["#01-b", "#01-b--c", "#00-a--d"]),
    ],
)
def test_links_between_chapters_lead_to_their_places_in_the_book(pattern, links):
    targets = ["01-b.html", "01-b.html#c", "#d", "https://example.org/x.html"]
    body = BeautifulSoup("".join(f'<a href="{to}">x</a>' for to in targets), "html.parser")
    one, two = (BookChapter(slug, "", (), body) for slug in ("00-a", "01-b"))
    point_links(body, one, [one, two], pattern)
    assert [link["href"] for link in body.find_all("a")] == [*links, targets[-1]]


@pytest.mark.parametrize(
    ("title", "name"), [("Médias, à mão!", "medias-a-mao"), ("How it works", "how-it-works")]
)
def test_title_becomes_a_file_name(title, name):
    assert file_name(title) == name
