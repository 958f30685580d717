"""The built site in a real browser."""

import re

import pytest

from book.generate import chapters
from book.project import LANGUAGES, repository
from book.words import words
from tests.pages import READ, address, wait_until

CHAPTERS = chapters()
SLUGS = [chapter.slug for chapter in CHAPTERS]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=SLUGS)
def test_language_link_leads_to_the_same_page_and_back(visit, site, chapter):
    page = visit(f"pt/{chapter.slug}.html")
    assert page.locator("h1").inner_text().startswith(chapter.title("pt"))
    page.locator("a.language").click()
    page.wait_for_url(f"{site}/en/{chapter.slug}.html")
    assert page.locator("h1").inner_text().startswith(chapter.title("en"))
    page.locator("a.language").click()
    page.wait_for_url(f"{site}/pt/{chapter.slug}.html")


@pytest.mark.parametrize(
    ("locale", "language"), [("pt-BR", "pt"), ("pt-PT", "pt"), ("en-GB", "en"), ("fr-FR", "en")]
)
def test_root_page_sends_readers_to_their_language(visit, site, locale, language):
    page = visit("", locale=locale)
    page.wait_for_url(f"{site}/{language}/{SLUGS[0]}.html")


def test_root_page_remembers_the_language_chosen(visit, site):
    page = visit(f"en/{SLUGS[0]}.html")
    page.locator("a.language").click()
    page.wait_for_url(f"{site}/pt/*")
    page.goto(site)
    page.wait_for_url(f"{site}/pt/{SLUGS[0]}.html")


def test_root_page_offers_both_languages_without_javascript(visit, site):
    page = visit("", java_script_enabled=False)
    for language in LANGUAGES:
        link = page.get_by_role("link", name=words(language)["read_in_this_language"])
        assert link.get_attribute("href") == f"{language}/{SLUGS[0]}.html"
    link.click()
    assert page.url == f"{site}/en/{SLUGS[0]}.html"


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_folder_leads_to_its_first_page(visit, site, language):
    page = visit(f"{language}/", java_script_enabled=False)
    page.wait_for_url(f"{site}/{language}/{SLUGS[0]}.html")


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_colab_and_download_open_this_chapter_in_this_language(visit, site, language, slug):
    page = visit(f"{language}/{slug}.html")
    colab = page.get_by_role("link", name=words(language)["open_in_colab"])
    assert colab.get_attribute("href") == repository().colab(language, slug)
    download = page.get_by_role("link", name=words(language)["download_notebook"])
    notebook = page.request.get(f"{site}/{language}/{download.get_attribute('href')}").json()
    assert f'language.use("{language}")' in "".join(notebook["cells"][2]["source"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_neighbours_lead_through_the_course(visit, site, language):
    page = visit(f"{language}/{SLUGS[0]}.html")
    for slug in SLUGS[1:]:
        page.locator("a[rel=next]").click()
        page.wait_for_url(f"{site}/{language}/{slug}.html")
    assert page.locator("a[rel=next]").count() == 0


@pytest.mark.parametrize("system", ["light", "dark"])
def test_theme_follows_the_system_until_the_reader_chooses(visit, system):
    page = visit("en/02-ewma.html", color_scheme=system)

    def paper():
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return "dark" if int(re.search(r"\d+", colour)[0]) < 128 else "light"

    def picture():
        wait_until(page, "document.querySelector('figure img').currentSrc")
        shown = page.evaluate("document.querySelector('figure img').currentSrc")
        light = page.evaluate("document.querySelector('figure img').src")
        return "light" if shown == light else "dark"

    other = "light" if system == "dark" else "dark"
    page.locator("figure img").first.scroll_into_view_if_needed()
    assert (paper(), picture()) == (system, system)
    page.locator("button.theme").click()
    page.wait_for_timeout(200)
    assert (paper(), picture()) == (other, other)
    page.reload()
    page.locator("figure img").first.scroll_into_view_if_needed()
    assert (paper(), picture()) == (other, other)


@pytest.mark.parametrize("name", READ)
def test_no_sideways_scrolling_on_a_phone(visit, name):
    page = visit(address(name), viewport={"width": 390, "height": 800})
    for folds in ("shut", "open"):
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, folds
        assert page.evaluate("(scrollTo(9999, 0), scrollX)") == 0, folds
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")


def test_contents_open_on_a_phone_without_javascript(visit, site):
    phone = {"width": 390, "height": 800}
    page = visit("pt/02-ewma.html", viewport=phone, java_script_enabled=False)
    contents = page.locator("nav.contents")
    assert not contents.is_visible()
    page.get_by_role("button", name=words("pt")["menu"]).click()
    contents.get_by_role("link", name=CHAPTERS[-1].title("pt")).click()
    page.wait_for_url(f"{site}/pt/{SLUGS[-1]}.html")


@pytest.mark.parametrize(("language", "word"), [("pt", "temperaturas"), ("en", "temperatures")])
def test_search_finds_a_chapter(visit, language, word):
    page = visit(f"{language}/search.html?q={word}")
    page.locator("#search-results a").first.wait_for()
    found = page.locator("#search-results a").evaluate_all("links => links.map((a) => a.href)")
    assert any("02-ewma.html" in link for link in found)
