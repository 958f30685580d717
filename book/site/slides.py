"""Slides for teachers: a deck a chapter, of its questions, its figures and what they show.

They are made from the finished page, so they cannot differ from it, and shown by reveal.js.
"""

import re
from collections.abc import Iterator
from typing import Any

from book.site.outline import questions
from book.templates import render
from book.text import texts

__all__ = ["FOLDER", "slides"]

FOLDER = "slides"

_QUESTION = "details.guess, details.right, details.right ~ details, details:has(~ .right)"
_SHOWN = f"figure, {_QUESTION}"


def slides(article: Any, slug: str, language: str) -> str:
    """Return the deck of a page, for the folder `FOLDER`; its article loses what no slide shows."""
    deck = render("slides.html", t=texts(language), slug=slug, **_deck(article))
    return _from_folder(deck, slug)


def _deck(article: Any) -> dict[str, Any]:
    """Return what a deck shows: the chapter's title, its first paragraph, and its slides."""
    for formula in article.find_all("annotation"):
        formula.decompose()
    for anchor in article.find_all(class_="headerlink"):
        anchor.decompose()
    chapter = article.section
    sections = [
        one
        for one in chapter.find_all("section", recursive=False)
        if one.find("details", class_="right") or not one.find(class_="exercise")
    ]
    slides = [slide for section in sections for slide in _slides(section)]
    return {
        "title": _inner(chapter.h1),
        "lead": _inner(chapter.find("p", recursive=False)),
        "slides": slides,
    }


def _slides(section: Any) -> Iterator[dict[str, Any]]:
    """Yield a section's slides: its questions and figures, in order; of a summary, its points."""
    answers: list[Any] = []
    for element in section.select(_SHOWN):
        heading = _inner(element.find_previous(["h2", "h3"]))
        if element.name == "details":
            answers.append(element)
            following = element.find_next_sibling()
            if following is None or following.name != "details":
                if any(map(_is_right, answers)):  # else a solution
                    yield {"kind": "question", "heading": heading, **_question(answers)}
                answers = []
        elif element.img:
            yield {"kind": "figure", "heading": heading, **_figure(element)}
    before, after = section.find_previous_siblings("section"), section.find_next_sibling("section")
    points = [_inner(point) for point in section.select(":scope > ul > li")]
    if points and after and any(map(questions, before)):
        yield {"kind": "summary", "heading": _inner(section.h2), "points": points}


def _question(answers: list[Any]) -> dict[str, Any]:
    choices = [
        {"text": re.sub(r"^[a-z]\) ", "", _inner(one.summary)), "is_right": _is_right(one)}
        for one in answers
    ]
    (right,) = filter(_is_right, answers)
    return {
        "question": _inner(answers[0].find_previous_sibling("p")),
        "choices": choices,
        "reason": "".join(str(part) for part in right.summary.next_siblings),
    }


def _is_right(answer: Any) -> bool:
    return "right" in answer.get("class", ())


def _figure(figure: Any) -> dict[str, Any]:
    title = figure.figcaption or figure.select_one(".title")
    image = {name: figure.img[name] for name in ("src", "alt", "width", "height")}
    is_live = "lab-home" in figure.get("class", ())
    return {
        "title": _inner(title),
        "image": image,
        "live": is_live and figure["id"],
    }


def _inner(element: Any) -> str:
    return element.decode_contents().strip() if element else ""


def _from_folder(deck: str, slug: str) -> str:
    """Point a page's links and pictures, which are relative to its own folder, out of `FOLDER`."""
    deck = re.sub(r'\bhref="#', f'href="{slug}.html#', deck)
    return re.sub(r'\b(href|src)="(?![a-z]+:|\.\./)', r'\1="../', deck)
