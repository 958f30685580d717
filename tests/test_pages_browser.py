"""Every built page in a browser: nothing breaks, nothing comes from elsewhere, all can read it."""

import re
import xml.etree.ElementTree as ET
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.pages import (
    CHAPTERS,
    DESK,
    ONE_LANGUAGE,
    PHONE,
    READ,
    SITE,
    address,
    compressed,
    show_pictures,
    tree,
    violations,
    wait_until,
    watch,
    with_html,
)


class Opened(NamedTuple):
    """A loaded page, the files that it requested, how far it moved, and the problems so far."""

    page: Page
    name: str
    files: list[str]
    moved: float
    problems: list[str]


MOVED = """new Promise((then) => {
  let sum = 0;
  const add = (list) =>
    list.getEntries().forEach((entry) => (sum += entry.hadRecentInput ? 0 : entry.value));
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => then(sum), 100));
})"""
"""How far a page has moved by itself since it began to load."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in READ],
)
def opened(request, chromium, site):
    """A page in a profile of its own, opened once for all tests that use it."""
    context = chromium.new_context(locale="en-US", viewport=DESK)
    context.set_default_timeout(60_000)
    page = context.new_page()
    problems, files = watch(page, site), []
    page.on("request", lambda asked: files.append(urlsplit(asked.url).path.lstrip("/")))
    page.goto(f"{site}/{address(request.param)}", wait_until="networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    yield Opened(page, request.param, list(files), page.evaluate(MOVED), problems)
    context.close()


# ── All pages ─────────────────────────────────────────────────────────────────────────────────────


def test_page_shows_all_its_pictures_and_nothing_moves_fails_or_comes_from_elsewhere(opened):
    assert opened.moved < 0.01
    show_pictures(opened.page)
    shown = "section[lang=en] img" if opened.name == "index.html" else "img"  # one language only
    assert opened.page.locator("img").count() == len(tree(opened.name).select(shown))
    assert opened.problems == []


BROKEN = """[...document.querySelectorAll("td :is(code, .column)")].filter((code) => {
  const lines = new Set([...code.getClientRects()].map((box) => Math.round(box.top)));
  return lines.size > code.textContent.trim().split(/\\s+/).length;
}).map((code) => code.textContent)"""


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_word_of_a_table_is_broken_and_no_phone_scrolls_sideways(opened, width):
    page = opened.page
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate(BROKEN) == []
    for is_open in ("false", "true"):
        page.evaluate(f"document.querySelectorAll('details').forEach((d) => (d.open = {is_open}))")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("(scrollTo(9999, 0), scrollX)") == 0


SHOWN = """[...document.querySelectorAll("figure:not(.lab-home) img")].map((img) =>
  [new URL(img.currentSrc).pathname.slice(1), img.getBoundingClientRect().width])"""


@cache
def letters(path):
    """Return the width of a picture and the size of its smallest text, in the picture's pixels."""
    drawn = ET.fromstring((SITE / path).read_bytes())
    texts = [
        ET.tostring(text, "unicode") for text in drawn.iter("{http://www.w3.org/2000/svg}text")
    ]
    # The largest letters of each: an exponent is smaller.
    sizes = [max(map(float, re.findall(r"font-size: ([\d.]+)px", text))) for text in texts]
    return float(drawn.get("viewBox").split()[2]), min(sizes)


@pytest.mark.parametrize("width", [320, 390])
def test_letters_of_pictures_measure_eleven_pixels_on_a_phone(opened, width):
    opened.page.set_viewport_size({"width": width, "height": 700})
    show_pictures(opened.page)
    for path, shown in opened.page.evaluate(SHOWN) if opened.name in CHAPTERS else ():
        whole, size = letters(path)
        assert size * shown / whole >= 11, path


CUT_OFF = """[...document.querySelectorAll("article :is(table, pre, figure, div.math)")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1
    || box.getBoundingClientRect().right > innerWidth + 1)
  .map((box) => box.textContent.trim().slice(0, 40))"""


def test_nothing_is_cut_off_on_paper(opened):
    opened.page.set_viewport_size({"width": 658, "height": 960})  # A4 without the book's margins
    opened.page.emulate_media(media="print")
    try:
        assert opened.page.evaluate(CUT_OFF) == []
    finally:
        opened.page.emulate_media(media="null")


def test_page_is_light(opened):
    """On a first visit, compressed, before the reader touches anything."""
    sizes = {path: len(compressed(SITE / path)) for path in opened.files}
    shared = {path: size for path, size in sizes.items() if "/_static/" in path}
    pictures = [path for path in sizes if "/pictures/" in path]
    assert sum(sizes.values()) <= 400_000, sizes
    assert sum(shared.values()) <= 150_000, shared
    assert len(pictures) <= 14, pictures  # those further down wait


KINDS = [
    *(ONE_LANGUAGE[0], with_html("tag_exercise"), with_html('class="stacks')),
    *(name for name in ONE_LANGUAGE if name not in CHAPTERS),
]
"""Pages that have, together, all kinds of elements: enough for a dark phone."""


@pytest.mark.parametrize("name", ONE_LANGUAGE)
def test_axe_finds_nothing(visit, name):
    assert violations(visit(address(name))) == []


@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_nothing_on_a_dark_phone(visit, name):
    assert violations(visit(address(name)), "dark", PHONE) == []


def test_axe_finds_what_is_wrong(visit):
    page = visit(with_html("tag_exercise"))
    field = "document.querySelector('.exercise input[type=text]')"
    page.evaluate(f"{field}.labels[0].replaceWith({field})")
    page.evaluate("document.querySelector('h1').style.color = 'light-dark(#ccc, #333)'")
    code = "document.querySelectorAll('.highlight .mi').forEach"
    page.evaluate(f"{code}((one) => (one.style.color = 'light-dark(#ccc, #444)'))")
    for theme in ("light", "dark"):
        found = violations(page, theme)
        assert {line.partition(" (")[0] for line in found} == {"color-contrast", "label"}
        assert any(".mi" in line for line in found)


def test_what_scrolls_sideways_is_reached_by_keyboard(visit):
    """Tab stops at wide code and the arrow keys scroll it; where all fits, Tab passes by."""
    page = visit(with_html("tag_exercise"), viewport={"width": 320, "height": 800})
    wide = page.locator("article pre[tabindex]").first
    wide.focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, "document.activeElement.scrollLeft > 0")
    page.set_viewport_size({"width": 1600, "height": 800})
    wait_until(page, "!document.querySelector('article .cell > .cell_input pre[tabindex]')")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ONE_LANGUAGE)
def test_nothing_moves_where_live_components_start_and_they_tell_what_happens(
    visit, name, viewport
):
    page = visit(address(name), viewport=viewport)
    page.evaluate("document.fonts.ready.then(() => true)")
    assert page.evaluate(MOVED) < 0.01
    for home in page.locator(".lab-home").all():
        home.evaluate("(it) => it.scrollIntoView()")
        home.locator("> .lab svg.plot").first.wait_for()
        assert page.evaluate(MOVED) < 0.01
        assert 0 < home.bounding_box()["y"] < 100
        assert not home.locator(".still").is_visible()
        home.locator(".frame .button").first.click()
        assert re.search(r"\d", home.get_by_role("status").inner_text())


# ── Without scripts, and from the disk ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [name for name in ONE_LANGUAGE if name in CHAPTERS])
def test_chapter_is_complete_without_javascript(visit, name):
    """The same text, formulas and figures; explorers as pictures, with no dead controls."""
    bare = visit(name, java_script_enabled=False, viewport=PHONE)
    rich = visit(name, viewport=PHONE)
    rich.evaluate("document.querySelectorAll('.controls').forEach((box) => (box.hidden = true))")
    for added in (".copy", ".forget", ".question", ".score", ".exercise form"):
        rich.evaluate(f"document.querySelectorAll('{added}').forEach((one) => one.remove())")
    for name_of_class in ("scripted", "on-paper", "covered"):  # questions are folded answers again
        rich.evaluate(
            f"document.querySelectorAll('.{name_of_class}')"
            f".forEach((one) => one.classList.remove('{name_of_class}'))"
        )
    for page in (bare, rich):  # what is not started yet has its picture's title
        page.evaluate("document.querySelectorAll('.still > .title').forEach((one) => one.remove())")
    for hidden in (".still", "[hidden=until-found]"):  # what covered figures show, in words
        all_of_them = f"document.querySelectorAll('{hidden}')"
        rich.evaluate(f"{all_of_them}.forEach((one) => (one.hidden = false))")
    text = "document.querySelector('article').innerText"
    # At once: where the page gets shorter, more of them start.
    live = "document.querySelectorAll('.lab-home > .lab').forEach((one) => one.remove())"
    assert bare.evaluate(text) == rich.evaluate(f"({live}, {text})")
    folds = "[...document.querySelectorAll('details')]"
    bare.evaluate(f"{folds}.forEach((fold) => fold.querySelector('summary').click())")
    assert bare.evaluate(f"{folds}.every((fold) => fold.open)")
    show_pictures(bare)
    stills = bare.locator(".lab-home .still img")
    assert stills.count() == len(tree(name).select(".lab-home"))
    shown = "(all) => all.filter((one) => one.getBoundingClientRect().width > 0).length"
    for selector in (".katex-html", "figure img"):
        count = len(tree(name).article.select(selector))
        assert bare.locator(f"article {selector}").evaluate_all(shown) == count
    for control in ("button.theme", ".controls", ".copy"):
        assert not any(one.is_visible() for one in bare.locator(control).all())
    for explorer in bare.locator(".explorer").all():
        text = explorer.locator("img").get_attribute("alt")
        for value in explorer.locator("output").all_text_contents():
            assert value in text.replace(",", "").replace(".", "") or value in text


@pytest.mark.parametrize("name", ONE_LANGUAGE)
def test_page_opens_from_the_disk(chromium, name):
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    problems = watch(page, SITE.as_uri())
    page.goto(f"{SITE.as_uri()}/{address(name)}")
    show_pictures(page)
    assert page.evaluate("getComputedStyle(document.querySelector('main')).display") != "inline"
    context.close()
    assert problems == []
