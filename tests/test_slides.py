"""The decks of slides: they hold what their page holds, and a browser turns them to the end."""

import pytest

from book.project import LANGUAGES
from tests.pages import PAGES, PARSED, tree

DECKS = [page for page in PAGES if "/slides/" in page]


def page_of(deck):
    """Return the page that a deck was made from."""
    return tree(deck.replace("slides/", ""))


def text(element):
    """Return an element's text, without what differs between a page and its slides."""
    return " ".join(part for part in element.get_text().replace("✓", "").split() if part != "#")


def test_each_chapter_with_predictions_has_a_deck_in_each_language():
    named = {deck.partition("slides/")[2] for deck in DECKS}
    assert len(DECKS) == len(named) * len(LANGUAGES)
    assert len(named) >= 8


@PARSED
@pytest.mark.parametrize("deck", DECKS)
def test_deck_holds_the_figures_of_its_page_with_their_messages(deck):
    shown, page = tree(deck).select("section.figure"), page_of(deck)
    figures = [one for one in page.select("article section section figure") if one.img]
    assert [f"../{one.img['src']}" for one in figures] == [one.img["src"] for one in shown]
    for figure, slide in zip(figures, shown, strict=True):
        assert slide.img["alt"] == figure.img["alt"]
        if figure.figcaption:
            assert text(slide.h2) == text(figure.figcaption)
        if "lab-home" in figure.get("class", ()):
            assert slide.select_one(".live a")["href"].endswith(f".html#{figure['id']}")


@PARSED
@pytest.mark.parametrize("deck", DECKS)
def test_deck_asks_the_questions_of_its_page_and_shows_the_right_answer(deck):
    slides = tree(deck).select("section.question")
    rights = page_of(deck).select("article details.right")
    assert len(slides) == len(rights) >= 5
    for slide, right in zip(slides, rights, strict=True):
        (choice,) = slide.select("li.right")
        assert text(right.summary).endswith(text(choice))
        siblings = [right, *right.find_previous_siblings(), *right.find_next_siblings()]
        assert len(slide.select("li")) <= sum(one.name == "details" for one in siblings)


UNFIT = """async () => {
  const unfit = [];
  for (let turns = 0; turns < 200; turns++) {
    const slide = Reveal.getCurrentSlide();
    await slide.querySelector("img")?.decode();
    if (slide.scrollWidth > 1280 || slide.scrollHeight > 720) unfit.push(slide.textContent);
    if (Reveal.isLastSlide() && !Reveal.availableFragments().next) return unfit;
    Reveal.next();
  }
  return ["it has no end"];
}"""


@pytest.mark.parametrize("deck", DECKS)
def test_every_slide_is_drawn_and_fits(visit, deck):
    assert visit(deck, viewport={"width": 1280, "height": 720}).evaluate(UNFIT) == []


@pytest.mark.parametrize("deck", [DECKS[0], DECKS[-1]])
def test_keys_turn_a_deck_to_its_end(visit, deck):
    page, seen = visit(deck), set()
    for _ in range(200):
        seen.add(page.evaluate("Reveal.getIndices().h"))
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            break
        page.keyboard.press("ArrowRight")
    assert seen == set(range(page.evaluate("Reveal.getTotalSlides()")))
    label = page.locator(".controls .navigate-left").get_attribute("aria-label")
    assert label == {"pt": "Anterior", "en": "Previous"}[deck[:2]]
