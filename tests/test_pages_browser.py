"""Every built page in a browser: nothing breaks, nothing comes from elsewhere, all can read it."""

import contextlib
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
    draw,
    html,
    show_pictures,
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


@contextlib.contextmanager
def opening(chromium, home, name, **options):
    """Open a page in a profile of its own."""
    context = chromium.new_context(locale="en-US", **options)
    context.set_default_timeout(60_000)
    page = context.new_page()
    problems, files = watch(page, home), []
    page.on("request", lambda asked: files.append(urlsplit(asked.url).path.lstrip("/")))
    page.goto(f"{home}/{address(name)}")
    page.evaluate("document.fonts.ready.then(() => true)")
    moved = page.evaluate(MOVED)
    yield Opened(page, name, list(files), moved, problems)
    context.close()


def each(names):
    """Return the parameters of a fixture that opens each page once for all tests that use it."""
    return [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]


@pytest.fixture(scope="module", params=each(READ))
def opened(request, chromium, site):
    """A page on a desk."""
    with opening(chromium, site, request.param, viewport=DESK) as found:
        yield found


@pytest.fixture(scope="module", params=each(ONE_LANGUAGE))
def phone(request, chromium):
    """A page on a dark phone, from the disk."""
    options = {"viewport": PHONE, "color_scheme": "dark"}
    with opening(chromium, SITE.as_uri(), request.param, **options) as found:
        yield found


def change_all(page, selector, change):
    """Change each element of a page that a selector finds."""
    page.evaluate(f"document.querySelectorAll('{selector}').forEach((one) => {{ {change} }})")


# ── All pages ─────────────────────────────────────────────────────────────────────────────────────


def start_components(page):
    """Start all live components, during which nothing may move, and ask each what happened."""
    homes = page.locator(".lab-home").all()
    for home in homes:
        home.evaluate("(it) => it.scrollIntoView()")
        home.locator("> .lab svg.plot").first.wait_for()
        draw(page)
        assert 0 < home.bounding_box()["y"] < 100
        assert not home.locator(".still").is_visible()
    assert page.evaluate(MOVED) < 0.01
    for home in homes:  # only now: what moves soon after a click does not count
        home.locator(".frame .button").first.click()
        assert re.search(r"\d", home.get_by_role("status").inner_text())


def test_page_shows_all_its_pictures_and_nothing_moves_fails_or_comes_from_elsewhere(opened):
    page = opened.page
    assert opened.moved < 0.01
    if opened.name in ONE_LANGUAGE:
        start_components(page)
    show_pictures(page)
    if opened.name != "index.html":  # which shows one of its languages
        assert page.locator("img").count() == html(opened.name).count("<img ")
    assert opened.problems == []


BROKEN = """[...document.querySelectorAll("td :is(code, .column)")].filter((code) => {
  const lines = new Set([...code.getClientRects()].map((box) => Math.round(box.top)));
  return lines.size > code.textContent.trim().split(/\\s+/).length;
}).map((code) => code.textContent)"""
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


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_tables_and_pictures_can_be_read_and_nothing_scrolls_sideways(opened, width):
    page = opened.page
    page.set_viewport_size({"width": width, "height": 800})
    for is_open in ("false", "true"):
        change_all(page, "details", f"one.open = {is_open}")
        assert page.evaluate(BROKEN) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("(scrollTo(9999, 0), scrollX)") == 0
    if opened.name in CHAPTERS and width < 1280:
        show_pictures(page)
        for path, shown in page.evaluate(SHOWN):
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


KINDS = {
    *map(with_html, ('class="lab-home', "tag_exercise", 'class="stacks')),
    *(name for name in ONE_LANGUAGE if name not in CHAPTERS),
}
"""Pages that have, together, all kinds of elements: enough for a dark phone."""


def test_axe_finds_nothing(opened):
    if opened.name in ONE_LANGUAGE:
        assert violations(opened.page) == []
    if opened.name in KINDS:
        assert violations(opened.page, "dark", PHONE) == []


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


# ── Without scripts, and from the disk ────────────────────────────────────────────────────────────


def test_page_opens_from_the_disk_and_nothing_moves_on_a_phone(phone):
    page = phone.page
    assert phone.moved < 0.01
    assert page.evaluate("getComputedStyle(document.querySelector('main')).display") != "inline"
    start_components(page)
    show_pictures(page)
    assert phone.problems == []


def test_chapter_is_complete_without_javascript(visit, phone):
    """The same text, formulas and figures; explorers as pictures, with no dead controls."""
    name, rich = phone.name, phone.page
    if name not in CHAPTERS:
        return
    bare = visit(name, java_script_enabled=False, viewport=PHONE)
    change_all(rich, ".controls", "one.hidden = true")
    change_all(rich, ".copy, .forget, .question, .score, .exercise form", "one.remove()")
    for name_of_class in ("scripted", "on-paper", "covered"):  # questions are folded answers again
        change_all(rich, f".{name_of_class}", f"one.classList.remove('{name_of_class}')")
    for page in (bare, rich):  # what is not started yet has its picture's title
        change_all(page, ".still > .title", "one.remove()")
    # What covered figures show, in words
    change_all(rich, ".still, [hidden=until-found]", "one.hidden = false")
    text = "document.querySelector('article').innerText"
    # At once: where the page gets shorter, more of them start.
    live = "document.querySelectorAll('.lab-home > .lab').forEach((one) => one.remove())"
    assert bare.evaluate(text) == rich.evaluate(f"({live}, {text})")
    folds = "[...document.querySelectorAll('details')]"
    bare.evaluate(f"{folds}.forEach((fold) => fold.querySelector('summary').click())")
    assert bare.evaluate(f"{folds}.every((fold) => fold.open)")
    show_pictures(bare)
    hidden = "(all) => all.filter((one) => !one.getBoundingClientRect().width).length"
    for shown in (".lab-home .still img", ".katex-html", "figure img"):
        assert bare.locator(f"article {shown}").evaluate_all(hidden) == 0
    assert bare.locator(".lab-home").count() == bare.locator(".lab-home .still img").count()
    for control in ("button.theme", ".controls", ".copy"):
        assert not any(one.is_visible() for one in bare.locator(control).all())
    for explorer in bare.locator(".explorer").all():
        text = explorer.locator("img").get_attribute("alt")
        for value in explorer.locator("output").all_text_contents():
            assert value in text.replace(",", "").replace(".", "") or value in text
