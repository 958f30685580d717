"""The built pages for everyone: axe-core's rules, readers without scripts, and from the disk."""

import pytest

from tests.pages import CHAPTERS, LOADED, READ, SITE, address, package, wait_until

RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "dark": ["color-contrast", "link-in-text-block"],  # all that depends on colours
}
LOOKS = [(theme, width) for theme in RULES for width in (1280, 390)]

_AXE = """rules => axe.run(document, { runOnly: rules, resultTypes: ["violations"] }).then(
  ({ violations }) => violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id} (${help}): ${target.join(" ")}`)))"""


@pytest.fixture(scope="module")
def axe():
    """axe-core's script."""
    return package("axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(page, axe) -> list[str]:
    """What axe-core finds on a page in both themes, wide and narrow."""
    faults = []
    page.evaluate(axe)
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 800})
        # Two frames: the theme's colours and what a changed width moves are there.
        page.evaluate("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
        faults += [f"{theme} {width} px: {fault}" for fault in page.evaluate(_AXE, RULES[theme])]
    return faults


@pytest.mark.parametrize("name", READ)
def test_axe_finds_nothing(visit, axe, name):
    assert violations(visit(address(name)), axe) == []


def test_axe_finds_faults(visit, axe):
    page = visit("en/search.html")
    page.evaluate("document.querySelector('input[type=search]').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('h1').style.color = 'light-dark(#ccc, #333)'")
    found = violations(page, axe)
    for theme, width in LOOKS:
        for rule in ("label", "color-contrast") if theme == "light" else ("color-contrast",):
            assert any(f.startswith(f"{theme} {width} px: {rule} ") for f in found), (rule, theme)


def test_what_scrolls_sideways_is_reached_by_keyboard(visit):
    """Tab stops at wide code and the arrow keys scroll it; where all fits, Tab passes by."""
    page = visit("en/01-learning-rate.html", viewport={"width": 390, "height": 800})
    wide = page.locator("article pre[tabindex]").first
    wide.focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, "document.activeElement.scrollLeft > 0")
    page.set_viewport_size({"width": 1280, "height": 800})
    wait_until(page, "!document.querySelector('article .cell_input pre[tabindex]')")


def faults_of(page, allowed: str) -> list[str]:
    """Collect from now on what a page complains of, or asks of anyone but the site."""
    faults = []
    page.on("console", lambda m: m.type == "error" and faults.append(f"console: {m.text}"))
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("requestfailed", lambda r: faults.append(f"failed: {r.url} {r.failure}"))
    page.on(
        "request",
        lambda r: r.url.startswith((allowed, "data:")) or faults.append(f"foreign: {r.url}"),
    )
    return faults


def show_all_pictures(page) -> None:
    """Make the browser load the pictures below the fold and those of closed details."""
    page.evaluate("document.querySelectorAll('img').forEach((img) => (img.loading = 'eager'))")
    wait_until(page, LOADED)
    page.evaluate("document.fonts.ready.then(() => true)")
    broken = "[...document.images].filter((img) => !img.naturalWidth || !img.alt).map((i) => i.src)"
    assert page.evaluate(broken) == []


@pytest.mark.parametrize("name", READ)
def test_page_works_over_http_without_foreign_requests(visit, name):
    show_all_pictures(visit(address(name)))  # `visit` tells errors and requests elsewhere


@pytest.mark.parametrize("name", READ)
def test_page_works_from_the_disk_without_foreign_requests(chromium, name):
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    faults = faults_of(page, SITE.as_uri() + "/")
    page.goto(f"{SITE.as_uri()}/{address(name)}")
    show_all_pictures(page)
    context.close()
    assert not faults


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_is_whole_without_javascript(visit, chromium, name):
    """The same text, formulas and figures; explorers as pictures, with no dead controls."""
    narrow = {"width": 390, "height": 800}
    bare = visit(name, java_script_enabled=False, viewport=narrow)
    rich = visit(name, viewport=narrow)
    text = "document.querySelector('article').innerText"
    hidden = "document.querySelectorAll('.controls').forEach((box) => (box.hidden = true))"
    rich.evaluate(hidden)
    rich.evaluate("document.querySelectorAll('.copy, .said').forEach((one) => one.remove())")
    assert bare.evaluate(text) == rich.evaluate(text)
    assert len(bare.evaluate(text)) > 1000
    folds = "[...document.querySelectorAll('details')]"
    bare.evaluate(f"{folds}.forEach((fold) => fold.querySelector('summary').click())")
    assert bare.evaluate(f"{folds}.every((fold) => fold.open)")  # folds need no script
    shown = "(all) => all.filter((one) => one.getBoundingClientRect().width > 0).length"
    for what in ("article .katex-html", "article figure img"):
        found = bare.locator(what)
        assert found.evaluate_all(shown) == found.count() == rich.locator(what).count(), what
    show_all_pictures(bare)
    assert not bare.locator("button.theme").is_visible()
    for explorer in bare.locator(".explorer").all():
        assert not explorer.locator(".controls").is_visible()
        assert explorer.locator("img").is_visible()
        for output in explorer.locator("output").all():
            assert output.text_content() in explorer.locator("img").get_attribute("alt")
