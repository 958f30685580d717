"""What the site tells the web: addresses, languages, dates, cards, feeds, and wrong addresses."""

import functools
import http.server
import re
import shutil
import struct
import subprocess
import threading
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from book import dates
from book.card import SIZE, draw_card
from book.errors import BookError
from book.generate import chapters
from book.project import LANGUAGES, ROOT, Repository, address, set_repository
from book.words import words
from tests.pages import SITE, elements

CHAPTERS = chapters()
SLUGS = [chapter.slug for chapter in CHAPTERS]
PAGES = [(language, slug) for language in LANGUAGES for slug in SLUGS]
PUBLIC = address()
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def on_disk(place):
    """The file of the built site that a public address names."""
    assert place.startswith(f"{PUBLIC}/"), place
    path = SITE / place.removeprefix(f"{PUBLIC}/")
    return path / "index.html" if path.is_dir() else path


# ── The site's address ────────────────────────────────────────────────────────────────────────────


def config(folder, text):
    (folder / "_config.yml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("url", "pages"),
    [
        ("https://github.com/Teacher/My.Course", "https://teacher.github.io/My.Course"),
        ("https://github.com/Teacher/teacher.github.io", "https://teacher.github.io"),
    ],
)
def test_address_without_a_setting_is_github_pages(tmp_path, url, pages):
    assert address(config(tmp_path, f"repository:\n  url: {url}\n")) == pages
    assert Repository(url, "main").pages == pages


def test_address_is_the_setting(tmp_path):
    text = "repository:\n  url: https://github.com/a/b\nhtml:\n  baseurl: https://course.org/x/\n"
    assert address(config(tmp_path, text)) == "https://course.org/x"


@pytest.mark.parametrize("said", ["course.org", "ftp://course.org", "https://course.org/?a=1", 3])
def test_address_that_is_none(tmp_path, said):
    text = f"repository:\n  url: https://github.com/a/b\nhtml:\n  baseurl: {said}\n"
    with pytest.raises(BookError, match=r"baseurl: must be an address .*, got") as error:
        address(config(tmp_path, text))
    assert str(said) in str(error.value)


def test_repository_keeps_the_sites_address_right(tmp_path):
    shutil.copyfile(ROOT / "_config.yml", tmp_path / "_config.yml")
    set_repository("https://github.com/Teacher/course", tmp_path)
    assert address(tmp_path) == "https://teacher.github.io/course"
    own = (tmp_path / "_config.yml").read_text(encoding="utf-8")
    own = own.replace("https://teacher.github.io/course", "https://course.org")
    config(tmp_path, own)
    set_repository("https://github.com/Teacher/course.git", tmp_path)
    assert address(tmp_path) == "https://course.org"
    set_repository("https://github.com/other/fork", tmp_path)
    assert address(tmp_path) == "https://other.github.io/fork"


# ── Heads ─────────────────────────────────────────────────────────────────────────────────────────


def head_of(page):
    """What a page's head holds, as the browser reads it."""
    return page.evaluate(
        """() => ({
            lang: document.documentElement.lang,
            canonical: [...document.querySelectorAll("link[rel=canonical]")].map((l) => l.href),
            alternates: Object.fromEntries(
              [...document.querySelectorAll("link[hreflang]")].map((l) => [l.hreflang, l.href])),
            feed: document.querySelector("link[type='application/atom+xml']")?.href,
            meta: Object.fromEntries([...document.querySelectorAll("meta[content]")].map(
              (m) => [m.getAttribute("property") || m.name, m.content])),
        })"""
    )


@pytest.mark.parametrize(("language", "slug"), PAGES)
def test_head_of_a_chapter(visit, site, language, slug):
    head = head_of(visit(f"{language}/{slug}.html"))
    here = f"{PUBLIC}/{language}/{slug}.html"
    assert head["lang"] == {"pt": "pt-BR", "en": "en"}[language]
    assert head["canonical"] == [here] == [head["meta"]["og:url"]]
    first = slug == SLUGS[0]
    assert head["alternates"] == {
        "pt-BR": f"{PUBLIC}/pt/{slug}.html",
        "en": f"{PUBLIC}/en/{slug}.html",
        "x-default": f"{PUBLIC}/" if first else f"{PUBLIC}/en/{slug}.html",
    }
    assert all(on_disk(place).is_file() for place in head["alternates"].values())
    assert head["feed"] == f"{site}/{language}/feed.xml"
    meta = head["meta"]
    assert 60 < len(meta["description"]) <= 165
    assert meta["og:description"] == meta["description"]
    assert meta["og:title"] == next(c for c in CHAPTERS if c.slug == slug).title(language)
    assert meta["og:locale"] != meta["og:locale:alternate"]
    assert meta["twitter:card"] == "summary_large_image"
    assert meta["og:image:alt"] == words(language)["card_alt"]
    assert on_disk(meta["og:image"]).parent.name == language


def test_descriptions_tell_pages_apart():
    said = {
        element.attributes["content"]
        for language, slug in PAGES
        for element in elements(f"{language}/{slug}.html")
        if element.attributes.get("name") == "description"
    }
    assert len(said) == len(PAGES) > 10


def test_head_of_the_root_page(visit):
    head = head_of(visit("index.html?choose"))
    first = SLUGS[0]
    assert head["canonical"] == [f"{PUBLIC}/"] == [head["meta"]["og:url"]]
    assert head["alternates"] == {
        "pt-BR": f"{PUBLIC}/pt/{first}.html",
        "en": f"{PUBLIC}/en/{first}.html",
        "x-default": f"{PUBLIC}/",
    }


def test_pages_open_from_the_disk(chromium):
    page = chromium.new_page(locale="pt-BR")
    faults = []
    page.on("requestfailed", lambda request: faults.append(request.url))
    page.on("console", lambda message: message.type == "error" and faults.append(message.text))
    page.goto((SITE / "index.html").as_uri())
    page.wait_for_url(f"**/pt/{SLUGS[0]}.html")
    page.locator("a.language").click()
    page.wait_for_url(f"**/en/{SLUGS[0]}.html")
    assert page.evaluate("getComputedStyle(document.querySelector('.page')).display") == "grid"
    page.close()
    assert [fault for fault in faults if "ERR_ABORTED" not in fault] == []


# ── The same heading in the other language ────────────────────────────────────────────────────────


@pytest.mark.parametrize("slug", SLUGS)
def test_language_link_follows_every_heading(visit, site, slug):
    page = visit(f"pt/{slug}.html")
    ids = "[...document.querySelectorAll('article section[id]')].map((one) => one.id)"
    here = page.evaluate(ids)
    link = page.locator("a.language")
    found = []
    for one in here[1:]:
        page.evaluate("(id) => document.getElementById(id).scrollIntoView()", one)
        link.dispatch_event("pointerdown")
        found.append(link.evaluate("(a) => decodeURIComponent(a.hash.slice(1))"))
    page.goto(f"{site}/en/{slug}.html")
    there = page.evaluate(ids)
    assert len(here) == len(there) > 1
    # Near the page's end several headings share one screen, and none of them can reach its top.
    reached = [sister for sister in found if sister]
    assert [there.index(one) for one in reached] == sorted(there.index(one) for one in reached)
    assert found[:-3] == there[1:-3]


def test_language_link_follows_the_address(visit, site):
    page = visit("pt/00-welcome.html")
    ids = "[...document.querySelectorAll('article section[id]')].map((one) => one.id)"
    last = page.evaluate(ids)[-1]
    page.goto(f"{site}/pt/00-welcome.html#{last}")
    page.locator("a.language").click()
    page.wait_for_url(f"{site}/en/00-welcome.html#*")
    there = page.evaluate(ids)[-1]
    assert page.url == f"{site}/en/00-welcome.html#{there}"
    page.evaluate("scrollTo(0, 0)")
    page.locator("a.language").click()
    page.wait_for_url(f"{site}/pt/00-welcome.html")


# ── Sitemap, robots, feeds ────────────────────────────────────────────────────────────────────────


def test_sitemap_lists_every_page_with_its_sisters():
    top = ET.parse(SITE / "sitemap.xml").getroot()
    assert top.tag == f"{MAP}urlset"
    listed = {}
    for url in top:
        assert url[0].tag == f"{MAP}loc"
        sisters = {link.get("hreflang"): link.get("href") for link in url.findall(LINK)}
        assert {link.get("rel") for link in url.findall(LINK)} == {"alternate"}
        listed[url.find(f"{MAP}loc").text] = sisters
    assert set(listed) == {f"{PUBLIC}/", *(f"{PUBLIC}/{code}/{s}.html" for code, s in PAGES)}
    for place, sisters in listed.items():
        assert on_disk(place).is_file()
        assert set(sisters) == {"pt-BR", "en", "x-default"}
        assert place in sisters.values()
        # Each sister has to name its sisters too, or search engines believe none of them.
        assert all(listed[sister] == sisters for sister in sisters.values())


def test_robots_name_the_sitemap():
    lines = (SITE / "robots.txt").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["User-agent: *", "Allow: /"]
    assert lines[-1] == f"Sitemap: {PUBLIC}/sitemap.xml"


@pytest.mark.parametrize("language", LANGUAGES)
def test_feed_has_every_chapters_last_change(language):
    top = ET.parse(SITE / language / "feed.xml").getroot()
    assert top.tag == f"{ATOM}feed"
    assert top.get("{http://www.w3.org/XML/1998/namespace}lang") == words(language)["code"]
    # RFC 4287: exactly one id, title and updated; an author; a link to itself.
    for element in (top, *top.findall(f"{ATOM}entry")):
        for tag in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{tag}")) == 1
            assert element.find(f"{ATOM}{tag}").text.strip()
    assert top.find(f"{ATOM}author/{ATOM}name").text
    links = {link.get("rel"): link.get("href") for link in top.findall(f"{ATOM}link")}
    assert links["self"] == top.find(f"{ATOM}id").text == f"{PUBLIC}/{language}/feed.xml"
    entries = top.findall(f"{ATOM}entry")
    moments = [datetime.fromisoformat(entry.find(f"{ATOM}updated").text) for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert all(moment.utcoffset() is not None for moment in moments)
    assert datetime.fromisoformat(top.find(f"{ATOM}updated").text) == moments[0]
    assert {entry.find(f"{ATOM}link").get("href") for entry in entries} == {
        f"{PUBLIC}/{language}/{slug}.html" for slug in SLUGS
    }
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == len(SLUGS)
    for entry in entries:
        assert len(entry.find(f"{ATOM}summary").text) > 60


# ── Dates ─────────────────────────────────────────────────────────────────────────────────────────


def git(folder, *arguments, date="2024-02-29T23:30:00-03:00"):
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_AUTHOR_DATE": date}
    who |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in who.items()}
    command = ["git", "-C", str(folder), "-c", "commit.gpgsign=false", *arguments]
    subprocess.run(command, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", **who})


@pytest.fixture
def history(tmp_path):
    """A checkout of three commits, the second of which touched the chapter."""
    folder = tmp_path / "checkout"
    chapter = folder / "book" / "chapters" / "02-ewma.md"
    chapter.parent.mkdir(parents=True)
    git(tmp_path, "init", "--quiet", str(folder))
    for count, day in enumerate((1, 2, 3), start=1):
        if day < 3:
            chapter.write_text(f"{count}", encoding="utf-8")
        (folder / "other").write_text(f"{count}", encoding="utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", "x", date=f"2024-03-0{day}T23:30:00-03:00")
    return folder


def test_last_change_is_the_last_commit_that_touched_the_chapter(history):
    moment = dates.last_change("02-ewma", history)
    assert moment == datetime(2024, 3, 2, 23, 30, tzinfo=timezone(timedelta(hours=-3)))
    assert dates.written(moment, "pt") == "2 de março de 2024"
    assert dates.last_change("03-bias", history) is None


def test_no_date_without_git_or_without_history(history, tmp_path):
    assert dates.last_change("02-ewma", tmp_path) is None
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", history.as_uri(), str(shallow))
    assert (shallow / "book" / "chapters" / "02-ewma.md").exists()
    assert dates.last_change("02-ewma", shallow) is None


@pytest.mark.parametrize(
    ("moment", "pt", "en"),
    [
        (datetime(2026, 1, 1), "1º de janeiro de 2026", "1 January 2026"),
        (datetime(2024, 12, 31), "31 de dezembro de 2024", "31 December 2024"),
    ],
)
def test_day_as_the_language_writes_it(moment, pt, en):
    assert dates.written(moment, "pt") == pt
    assert dates.written(moment, "en") == en


@pytest.mark.parametrize(("language", "slug"), PAGES)
def test_page_says_when_it_changed(visit, language, slug):
    page = visit(f"{language}/{slug}.html")
    shown = page.locator(".updated time")
    moment = datetime.fromisoformat(shown.get_attribute("datetime"))
    assert moment.utcoffset() is not None
    say = words(language)
    day = dates.written(moment, language)
    assert page.locator(".updated").inner_text() == say["updated"].format(date=day)
    entries = ET.parse(SITE / language / "feed.xml").getroot().findall(f"{ATOM}entry")
    told = {e.find(f"{ATOM}id").text: e.find(f"{ATOM}updated").text for e in entries}
    assert datetime.fromisoformat(told[f"{PUBLIC}/{language}/{slug}.html"]) == moment


# ── Cards ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
def test_card_is_a_png_of_the_size_that_pages_tell(visit, site, language):
    content = (SITE / language / "card.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == SIZE == (1200, 630)
    assert len(content) < 300_000
    meta = head_of(visit(f"{language}/{SLUGS[0]}.html"))["meta"]
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")


def test_card_has_the_same_bytes_each_time_and_others_in_the_other_language(tmp_path):
    for name, language in (("a", "pt"), ("b", "pt"), ("c", "en")):
        draw_card(language, tmp_path / name)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c
    assert b"Software" not in a
    assert not re.search(rb"tEXt|tIME", a)


# ── Wrong addresses ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def pages():
    """The site as GitHub Pages serves it: below its base path, 404.html at any wrong address."""
    base = urlsplit(PUBLIC).path

    class Handler(http.server.SimpleHTTPRequestHandler):
        def send_error(self, code, *_):
            content = (SITE / "404.html").read_bytes()
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            # What the strictest host would send.
            self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
            self.end_headers()
            self.wfile.write(content)

        def translate_path(self, path):
            inside = path.startswith(f"{base}/")
            return super().translate_path(path.removeprefix(base) if inside else "/nowhere")

        def log_message(self, *_):
            """Say nothing."""

    handler = functools.partial(Handler, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{base}"
        server.shutdown()


@pytest.mark.parametrize("wrong", ["nothing", "pt/99-nothing.html", "a/b/c/d.html?q=1"])
def test_wrong_address_leads_back_in_both_languages(chromium, pages, wrong):
    page = chromium.new_page()
    faults, answers = [], {}
    page.on("response", lambda answer: answers.update({answer.url: answer.status}))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: "Security" in m.text and faults.append(m.text))
    page.goto(f"{pages}/{wrong}")
    assert answers.pop(f"{pages}/{wrong}") == 404
    assert set(answers.values()) == {200}
    assert page.evaluate("getComputedStyle(document.querySelector('main')).display") == "grid"
    for language in LANGUAGES:
        section = page.locator(f"section[lang={words(language)['code']}]")
        assert section.locator("h1").inner_text() == words(language)["not_found"]
        links = section.locator("a").evaluate_all("all => all.map((a) => a.href)")
        assert links == [f"{pages}/{language}/{slug}.html" for slug in [SLUGS[0], *SLUGS]]
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    section.locator("a").last.click()
    page.wait_for_url(f"{pages}/en/{SLUGS[-1]}.html")
    page.close()
    assert faults == []
