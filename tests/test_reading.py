"""Comforts of reading: code to copy, folded code, place in the course, tables, paper."""

import re

import pytest

from book.generate import chapters
from book.manuscript import Code
from book.notebooks import split
from book.project import LANGUAGES, repository
from book.reading import stacked
from book.words import words

CHAPTERS = chapters()
SLUGS = [chapter.slug for chapter in CHAPTERS]
PHONE = {"width": 390, "height": 800}
FOLDED = [
    (language, chapter.slug)
    for language in LANGUAGES
    for chapter in CHAPTERS
    if any(cell.tag == "folded" for cell in chapter.cells if isinstance(cell, Code))
]


# ── Code to copy ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_is_copied_from_the_keyboard_and_announced(visit, site, language):
    say = words(language)
    page = visit(f"{language}/02-ewma.html")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    blocks = page.locator("article .highlight:has(> .copy)")
    assert blocks.count() == page.locator(".cell_input .highlight, details .highlight").count() > 3
    assert page.locator(".cell_output .copy").count() == 0
    block = blocks.nth(1)
    button = block.get_by_role("button", name=say["copy_code"])
    assert button.inner_text() == say["copy"]
    button.focus()
    assert button.evaluate("(b) => getComputedStyle(b).opacity") == "1"
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text(say["copied"], exact=True).wait_for()
    code = block.locator("pre").evaluate("(pre) => pre.textContent")
    assert page.evaluate("navigator.clipboard.readText()") == code.removesuffix("\n")
    assert "\n" in code.strip()
    assert page.evaluate("document.activeElement.className") == "copy"
    block.get_by_role("button", name=say["copy_code"]).wait_for()  # it comes back to rest


@pytest.mark.parametrize(("last_way", "answer"), [("() => true", "copied"), (None, "not_copied")])
def test_copying_without_a_right_to_the_clipboard(visit, last_way, answer):
    page = visit("en/02-ewma.html")
    page.evaluate(
        "void (navigator.clipboard.writeText = () => Promise.reject(new Error('no')));"
        f"void (document.execCommand = {last_way or '() => false'});"
    )
    page.locator(".copy").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("status").get_by_text(words("en")[answer], exact=True).wait_for()
    assert page.locator("textarea").count() == 0


def test_copy_button_covers_no_code_on_a_phone(visit):
    page = visit("pt/02-ewma.html", viewport=PHONE, has_touch=True, is_mobile=True)
    for block in page.locator(".highlight:has(> .copy)").all():
        if not block.is_visible():
            continue
        button = block.locator(".copy").bounding_box()
        first = block.locator("pre").evaluate(
            """(pre) => {
                const range = document.createRange();
                range.selectNodeContents(pre);
                return [...range.getClientRects()].find((box) => box.height && box.width).y
                  + scrollY - scrollY;
            }"""
        )
        assert button["y"] + button["height"] <= first + 1


def test_no_copy_buttons_without_javascript(visit):
    page = visit("en/02-ewma.html", java_script_enabled=False)
    assert page.locator(".copy").count() == 0


# ── Folded code ───────────────────────────────────────────────────────────────────────────────────


def test_the_welcome_page_folds_its_code():
    assert {slug for _, slug in FOLDED} >= {"00-welcome"}


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize(("language", "slug"), FOLDED)
def test_folded_code_opens_and_its_output_is_in_sight(visit, language, slug, script):
    page = visit(f"{language}/{slug}.html", java_script_enabled=script)
    cells = page.locator(".cell.tag_folded")
    chapter = next(chapter for chapter in CHAPTERS if chapter.slug == slug)
    folded = [c for c in chapter.cells if isinstance(c, Code) and c.tag == "folded"]
    assert cells.count() == len(folded)
    for cell, manuscript in zip(cells.all(), folded, strict=True):
        fold = cell.locator("> details.folded")
        code = fold.locator("pre")
        assert not code.is_visible()
        assert fold.locator(".cell_output").count() == 0
        assert all(output.is_visible() for output in cell.locator("> .cell_output").all())
        fold.get_by_text(words(language)["show_code"], exact=True).click()
        assert code.is_visible()
        assert code.evaluate("(pre) => pre.textContent").strip() == manuscript.source.strip()


def test_folded_code_is_folded_in_colab_and_jupyter():
    chapter = CHAPTERS[0]
    notebook = split(chapter, "pt", {}, repository(), (None, CHAPTERS[1]))
    codes = [cell.source for cell in chapter.cells if getattr(cell, "tag", "") == "folded"]
    made = [cell for cell in notebook.cells if cell.source in codes]
    assert len(made) == 2
    for cell in made:
        assert cell.metadata == {
            "course": "folded",
            "cellView": "form",
            "jupyter": {"source_hidden": True},
        }


# ── Place in the course ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("index", range(len(SLUGS)))
def test_page_tells_its_place_in_the_course(visit, language, index):
    page = visit(f"{language}/{SLUGS[index]}.html")
    if not index:
        assert page.get_by_role("progressbar").count() == 0
        return
    count = len(SLUGS) - 1
    told = words(language)["position"].format(index=index, count=count)
    assert page.locator(".position").inner_text().strip() == told
    bar = page.get_by_role("progressbar", name=told)
    assert bar.evaluate("(bar) => bar.position") == pytest.approx(index / count)
    assert bar.bounding_box()["height"] <= 6


# ── Tables ────────────────────────────────────────────────────────────────────────────────────────


def table(columns):
    head = "".join(f'<th class="head"><p>h{i}</p></th>\n' for i in range(columns))
    row = "".join(f"<td><p>c{i}</p></td>\n" for i in range(columns))
    return (
        f'<table class="docutils align-default">\n<thead>\n<tr>{head}</tr>\n</thead>\n'
        f"<tbody>\n<tr>{row}</tr>\n</tbody>\n</table>"
    )


def test_only_wide_tables_name_their_columns_in_each_cell():
    narrow, wide = table(3), table(4)
    made = stacked(f"<p>a</p>{narrow}<p>b</p>{wide}")
    assert made.startswith(f"<p>a</p>{narrow}<p>b</p>")
    assert re.findall(r'<td><span class="column">h(\d)</span><p>c(\d)', made) == [
        (str(i), str(i)) for i in range(4)
    ]
    assert made.count('class="stacks docutils') == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_wide_tables_are_tables_on_a_desk_and_blocks_on_a_phone(visit, language):
    page = visit(f"{language}/09-references.html")
    corrections = page.locator("table.stacks")
    assert corrections.count() >= 1
    names = corrections.first.locator("th").all_inner_texts()
    cells = corrections.first.locator("tbody tr").first.locator("td")
    assert len({round(box["y"]) for box in (c.bounding_box() for c in cells.all())}) == 1
    assert not page.locator(".column").first.is_visible()
    page.set_viewport_size(PHONE)
    tops = [cell.bounding_box()["y"] for cell in cells.all()]
    assert tops == sorted(set(tops))
    assert cells.locator(".column").all_inner_texts() == names
    assert corrections.first.evaluate("(t) => t.scrollWidth <= t.clientWidth")


# ── Paper ─────────────────────────────────────────────────────────────────────────────────────────


def luminance(page, what, selector):
    colour = page.locator(selector).first.evaluate(f"(e) => getComputedStyle(e).{what}")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


@pytest.mark.parametrize("chosen", [None, "dark"])
def test_paper_is_light_and_carries_no_navigation(visit, chosen):
    page = visit("en/04-adam.html", color_scheme="dark")
    if chosen:
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert luminance(page, "backgroundColor", "body") < 60
    page.emulate_media(media="print", color_scheme="dark")
    assert luminance(page, "backgroundColor", "body") > 240
    assert luminance(page, "color", "article p") < 60
    assert luminance(page, "color", "article .highlight .kn, article .highlight .k") < 140
    for gone in (".bar", "nav.contents", "nav.sections", ".neighbours", ".actions", ".copy"):
        assert not any(one.is_visible() for one in page.locator(gone).all()), gone
    assert page.locator("article h1").is_visible()


def test_paper_tells_where_links_lead(visit):
    page = visit("en/09-references.html")
    page.emulate_media(media="print")
    link = page.locator("article a[href^=http]").first
    told = link.evaluate("(a) => getComputedStyle(a, '::after').content")
    assert link.get_attribute("href") in told


def test_paper_opens_folds_and_shows_explorers_at_their_start(visit):
    page = visit("en/02-ewma.html")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    slider = page.locator(".explorer input[type=range]").first
    image = page.locator(".explorer img").first
    start, first = slider.input_value(), image.get_attribute("src")
    slider.focus()
    page.keyboard.press("End")
    assert slider.input_value() != start
    moved = slider.input_value()
    shut = page.locator("article details:not([open])")
    count = shut.count()
    assert count > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shut.count() == 0
    assert (slider.input_value(), image.get_attribute("src")) == (start, first)
    medias = "[...document.querySelectorAll('picture > source')].map((one) => one.media)"
    assert set(page.evaluate(medias)) == {"not all"}
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert shut.count() == count
    assert slider.input_value() == moved
    assert image.get_attribute("src") != first
    assert "not all" not in page.evaluate(medias)


def test_a_browser_prints_the_folds_open(visit):
    page = visit("en/02-ewma.html")
    page.evaluate(
        "addEventListener('beforeprint', () => (window.allOpen = [...document.querySelectorAll("
        "'article details')].every((fold) => fold.open)))"
    )
    assert page.pdf().startswith(b"%PDF")
    assert page.evaluate("window.allOpen") is True
    assert page.locator("article details[open]").count() == 0
