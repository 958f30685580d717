"""What readers take along: the zip, the EPUBs and the PDFs, each opened by a real reader of it."""

import hashlib
import io
import os
import re
import shutil
import struct
import xml.etree.ElementTree as ElementTree
import zipfile
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup

from book.errors import BookError
from book.generate import chapters
from book.project import LANGUAGES
from book.takeaway import FOLDER, MARK, take_along
from book.takeaway.archive import file_name, folder_files
from book.takeaway.chapters import Chapter, point_links
from book.takeaway.pdf import BROWSERS, find_browser, settled
from book.words import words
from tests.pages import LOADED, SITE, wait_until

CHAPTERS = chapters()
SLUGS = [chapter.slug for chapter in CHAPTERS]
TITLES = {code: words(code)["site_title"] for code in LANGUAGES}
XHTML, OPF = "{http://www.w3.org/1999/xhtml}", "{http://www.idpf.org/2007/opf}"
DC, MATH = "{http://purl.org/dc/elements/1.1/}", "{http://www.w3.org/1998/Math/MathML}"


def download(name, kind):
    """A file that the built site offers."""
    path = SITE / FOLDER / f"{file_name(TITLES[name])}.{kind}"
    assert path.exists(), f"{path.name} is missing: run `make test`, or `make site`"
    return path


# ── The welcome page ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
def test_welcome_page_offers_each_file_with_its_size(visit, language, chromium):
    page = visit(f"{language}/{SLUGS[0]}.html")
    links = page.locator(".takeaway a").all()
    kinds = [link.get_attribute("href").rpartition(".")[2] for link in links]
    assert kinds == ["epub", "pdf", "zip"]
    for link, kind in zip(links, kinds, strict=True):
        with page.expect_download() as fetched:
            link.click()
        size = os.path.getsize(fetched.value.path())
        said = re.fullmatch(rf"{kind.upper()}, (\d+[,.]\d) MB", link.inner_text())[1]
        assert ("," in said) == (language == "pt")
        assert float(said.replace(",", ".")) == pytest.approx(size / 1e6, abs=0.0501)


def test_only_the_welcome_pages_offer_files():
    offering = {path.stem for path in SITE.rglob("*.html") if "takeaway" in path.read_text("utf-8")}
    assert offering == {SLUGS[0]}


# ── The zip ───────────────────────────────────────────────────────────────────────────────────────


def test_zip_opens_from_the_disk(tmp_path, chromium):
    with zipfile.ZipFile(download("en", "zip")) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    (root,) = tmp_path.iterdir()
    context = chromium.new_context(locale="pt-BR")
    page, faults = context.new_page(), []
    page.on("console", lambda m: m.type == "error" and faults.append(m.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda r: r.url.startswith(("file:", "data:")) or faults.append(r.url))
    page.on("requestfailed", lambda r: r.failure != "net::ERR_ABORTED" and faults.append(r.url))
    page.goto((root / "index.html").as_uri())
    page.wait_for_url(f"**/pt/{SLUGS[0]}.html")
    assert page.locator(".takeaway").count() == 0
    for language in LANGUAGES:
        for slug in SLUGS[:3]:
            page.goto((root / language / f"{slug}.html").as_uri())
            page.evaluate("document.querySelectorAll('img').forEach((i) => (i.loading = 'eager'))")
            wait_until(page, LOADED)
            assert page.evaluate("[...document.images].every((img) => img.naturalWidth > 0)")
    context.close()
    assert not faults


def test_zip_holds_the_whole_site():
    with zipfile.ZipFile(download("en", "zip")) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
        assert archive.namelist() == sorted(archive.namelist())
    there = set(folder_files(SITE))
    assert {name for name in there if not name.startswith(f"{FOLDER}/")} == names


# ── The EPUB ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=LANGUAGES)
def book(request):
    """An EPUB's language, its archive, and its package document."""
    with zipfile.ZipFile(download(request.param, "epub")) as archive:
        container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
        (rootfile,) = container.iter("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
        package = ElementTree.fromstring(archive.read(rootfile.get("full-path")))
        yield request.param, archive, package


def documents(archive):
    """All XHTML documents of an EPUB by name, parsed as XML."""
    return {
        name: ElementTree.fromstring(archive.read(name))
        for name in archive.namelist()
        if name.endswith(".xhtml")
    }


def test_epub_says_first_and_plainly_what_it_is(book):
    language, archive, _ = book
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    # As a reader that looks at the bytes finds it: name, no extra field, content.
    start = download(language, "epub").read_bytes()[:58]
    assert start[30:] == b"mimetypeapplication/epub+zip"
    assert struct.unpack("<H", start[28:30]) == (0,)


def test_epub_names_itself_and_its_language(book):
    language, archive, package = book
    assert package.get("version") == "3.0"
    assert package.find(f".//{DC}language").text == words(language)["code"]
    assert package.find(f".//{DC}title").text == TITLES[language]
    modified = [
        m.text for m in package.iter(f"{OPF}meta") if m.get("property") == "dcterms:modified"
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", *modified)
    for document in documents(archive).values():
        assert document.get("lang") == words(language)["code"]
        assert document.get("{http://www.w3.org/XML/1998/namespace}lang") == document.get("lang")


def test_epub_lists_just_what_is_there(book):
    _, archive, package = book
    items = {item.get("id"): item for item in package.iter(f"{OPF}item")}
    listed = {f"EPUB/{item.get('href')}" for item in items.values()}
    assert listed == set(archive.namelist()) - {
        "mimetype",
        "META-INF/container.xml",
        "EPUB/package.opf",
    }
    spine = [items[ref.get("idref")].get("href") for ref in package.iter(f"{OPF}itemref")]
    assert spine == ["cover.xhtml", "nav.xhtml", *(f"{slug}.xhtml" for slug in SLUGS)]
    for item in items.values():
        if item.get("href").endswith(".xhtml"):
            document = ElementTree.fromstring(archive.read(f"EPUB/{item.get('href')}"))
            has_math = next(document.iter(f"{MATH}math"), None) is not None
            assert ("mathml" in item.get("properties", "")) == has_math


def test_epub_links_and_pictures_lead_somewhere_in_it(book):
    _, archive, _ = book
    found = documents(archive)
    anchors = {name: {e.get("id") for e in root.iter()} for name, root in found.items()}
    inside = 0
    for name, root in found.items():
        ids = [e.get("id") for e in root.iter() if e.get("id")]
        assert len(ids) == len(set(ids)), name
        for element in root.iter():
            for attribute in ("href", "src"):
                target = element.get(attribute)
                if target is None:
                    continue
                if target.startswith("http"):
                    assert element.tag == f"{XHTML}a", f"{name}: loads {target}"
                    continue
                path, anchor = urldefrag(unquote(target))
                there = str(PurePosixPath("EPUB") / path) if path else name
                assert there in archive.namelist(), f"{name}: {target}"
                assert not anchor or anchor in anchors[there], f"{name}: {target}"
                inside += 1
    assert inside > 200


def test_epub_pictures_have_words_and_formulas_their_tex(book):
    language, archive, _ = book
    pictures = formulas = 0
    for name, root in documents(archive).items():
        for image in root.iter(f"{XHTML}img"):
            assert image.get("alt"), name
            pictures += 1
        for math in root.iter(f"{MATH}math"):
            assert math.get("alttext"), name
            formulas += 1
            for element in math.iter():  # KaTeX 0.16 wrote three, which no reader can draw
                wanted = {"msub": 2, "msup": 2, "mfrac": 2, "msubsup": 3}
                length = wanted.get(element.tag.removeprefix(MATH), len(element))
                assert len(element) == length, f"{name}: {math.get('alttext')}"
        assert not {"script", "details", "input", "button"} & {
            e.tag.removeprefix(XHTML) for e in root.iter()
        }
    pages = [
        BeautifulSoup((SITE / language / f"{slug}.html").read_text("utf-8"), "html.parser")
        for slug in SLUGS
    ]
    assert pictures == 1 + sum(len(page.article.find_all("img")) for page in pages)
    assert formulas == sum(len(page.article.find_all("math")) for page in pages) > 200


def test_epub_shows_solutions_and_explorers(book):
    language, archive, _ = book
    text = "".join("".join(root.itertext()) for root in documents(archive).values())
    solutions = sum(
        (SITE / language / f"{slug}.html").read_text("utf-8").count("<details") for slug in SLUGS
    )
    content = "".join(archive.read(f"EPUB/{slug}.xhtml").decode() for slug in SLUGS)
    assert content.count('class="folded"') == solutions > 100
    start = words(language)["start_frame"].partition("{")[0]
    assert text.count(start) == content.count('class="explorer"') > 5
    assert f"{start}β = 0" in text


def test_epub_in_a_browser(book, chromium, tmp_path):
    language, archive, _ = book
    archive.extractall(tmp_path)
    page, faults = chromium.new_page(), []
    page.on("console", lambda m: m.type == "error" and faults.append(m.text))
    page.on("request", lambda r: r.url.startswith("file:") or faults.append(r.url))
    for name in ("cover", "nav", "03-bias"):
        page.goto((tmp_path / "EPUB" / f"{name}.xhtml").as_uri())
        assert page.locator("parsererror").count() == 0
        assert page.evaluate("[...document.images].every((img) => img.naturalWidth > 0)")
    assert page.locator("h1").inner_text() == next(
        c.title(language) for c in CHAPTERS if c.slug == "03-bias"
    )
    assert page.locator("math msub").first.bounding_box()["height"] > 8
    page.close()
    assert not faults


# ── The PDF ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=LANGUAGES)
def printed(request, chromium):
    """A PDF's language and a reader on it; no browser, no PDF."""
    from pypdf import PdfReader

    return request.param, PdfReader(download(request.param, "pdf"))


def test_pdf_holds_all_chapters(printed):
    language, reader = printed
    assert len(reader.pages) > 40
    assert reader.trailer["/Root"]["/Lang"] == words(language)["code"]
    assert reader.metadata.title == TITLES[language]
    outline = [entry for entry in reader.outline if not isinstance(entry, list)]
    assert [entry.title for entry in outline] == [
        words(language)["contents"],
        *(chapter.title(language) for chapter in CHAPTERS),
    ]
    starts = [reader.get_destination_page_number(entry) for entry in outline]
    assert starts == sorted(set(starts))  # each chapter begins on a page of its own
    for chapter, start in zip(CHAPTERS, starts[1:], strict=True):
        text = reader.pages[start].extract_text()
        assert chapter.title(language).split()[-1] in text
        assert f"\n{start + 1}" in text or text.startswith(str(start + 1))  # the page's number
    links = [
        annotation.get_object()
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/Dest" in annotation.get_object()
    ]
    known = set(reader.named_destinations)
    assert len(links) > 50
    assert all(str(link["/Dest"]) in known for link in links)
    assert all(
        annotation.get_object()["/A"]["/URI"].startswith("http")
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/A" in annotation.get_object() and "/URI" in annotation.get_object()["/A"]
    )


def test_pdf_shows_solutions(printed):
    language, reader = printed
    text, answer = "", "size_of_the_step = 0.001 * 0.3 / (1 - 0.99)"
    for page in reader.pages:
        text += re.sub(r"\s+", " ", page.extract_text())
        if answer in text:
            break
    assert answer in text
    assert text.count(words(language)["solution"]) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdf_tells_nothing_of_its_printing(chromium, language):
    """Printed later, by a Chromium that counts from elsewhere, it has the same bytes."""
    built = download(language, "pdf").read_bytes()
    dates, numbers = rb"(?<=Date \(D:)\d{14}", rb"(?<=\(node)\d{8}(?=\))"
    assert len(set(re.findall(numbers, built))) > 10
    again = re.sub(numbers, lambda number: b"%08d" % (40 + 3 * int(number[0])), built)
    again = re.sub(dates, b"20300101000000", again)
    changed = datetime.strptime(re.findall(dates, built)[0].decode(), "%Y%m%d%H%M%S")
    assert again != built
    assert settled(again, changed) == built


# ── Made again ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small_site(tmp_path):
    """A function that writes a site of one chapter, as Sphinx leaves it, into a folder."""

    def write(name, slugs=("03-bias",)):
        html = tmp_path / name / "html"
        for language in LANGUAGES:
            (html / language).mkdir(parents=True)
            for slug in slugs:
                page = (SITE / language / f"{slug}.html").read_text("utf-8")
                page = re.sub(r'href="(?!03)\d\d-[\w-]+\.html[^"]*"', 'href="#"', page)
                page = page.replace("</article>", f"</article>{MARK}", 1)
                (html / language / f"{slug}.html").write_text(page, encoding="utf-8")
            shutil.copytree(SITE / language / "pictures", html / language / "pictures")
        return html

    return write


def test_same_site_gives_the_same_bytes(small_site, monkeypatch):
    monkeypatch.setattr("book.takeaway.find_browser", lambda: None)
    made = []
    for name in ("one", "another"):
        html = small_site(name)
        os.utime(html / "pt" / "03-bias.html", (1e9, 1e9))
        (html / "en" / "03-bias.html").chmod(0o600 if name == "one" else 0o644)
        take_along(html, ["03-bias"], html.parent)
        made.append(
            {
                path.relative_to(html): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in html.rglob("*")
                if path.is_file()
            }
        )
    assert made[0] == made[1]
    assert {path.suffix for path in made[0]} >= {".zip", ".epub"}


def test_without_a_browser_the_pdf_is_left_out_and_said(small_site, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert find_browser() is None
    html = small_site("site")
    take_along(html, ["03-bias"], html.parent)
    said = [line for line in capsys.readouterr().out.splitlines() if "PDF:" in line]
    assert len(said) == 1
    assert "chromium" in said[0]
    assert not list(html.rglob("*.pdf"))
    page = (html / "pt" / "03-bias.html").read_text("utf-8")
    assert re.findall(r'href="\.\./downloads/[\w-]+\.(\w+)"', page) == ["epub", "zip"]


def test_browser_that_fails_is_named(small_site, monkeypatch, capsys, tmp_path):
    broken = tmp_path / "bin" / BROWSERS[0]
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho cannot start >&2\nexit 7\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(broken.parent), prepend=os.pathsep)
    html = small_site("site")
    take_along(html, ["03-bias"], html.parent)
    said = capsys.readouterr().out
    assert f"no PDF for pt: {broken} ended with 7 and said cannot start" in said
    assert not list(html.rglob("*.pdf"))
    assert not list(html.rglob("print.html"))


def test_page_without_the_mark_is_named(small_site):
    html = small_site("site")
    page = html / "en" / "03-bias.html"
    page.write_text(page.read_text("utf-8").replace(MARK, ""), encoding="utf-8")
    with pytest.raises(BookError, match=r"en/03-bias\.html: wants one <!-- take .*, got 0"):
        take_along(html, ["03-bias"], html.parent)


def test_link_that_no_book_can_hold_is_named():
    body = BeautifulSoup('<article><a href="search.html">x</a></article>', "html.parser").article
    chapter = Chapter("03-bias", "Bias", (), body)
    with pytest.raises(BookError, match=r"03-bias\.html: a book can hold .*, got 'search\.html'"):
        point_links(body, chapter, [chapter], "{slug}.xhtml")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Médias, à mão!", "medias-a-mao"),
        ("How neural networks learn", "how-neural-networks-learn"),
    ],
)
def test_file_name(title, name):
    assert file_name(title) == name


def test_cover_is_a_picture_that_shows_something():
    from PIL import Image

    with zipfile.ZipFile(download("pt", "epub")) as archive:
        picture = Image.open(io.BytesIO(archive.read("EPUB/cover.png")))
    assert picture.size == (1200, 1800)
    assert len(picture.convert("RGB").getcolors(maxcolors=1 << 24)) > 100
