"""Reads what a chapter's finished page holds, for all the pages that show something of it."""

import json
import re
from typing import Any, NamedTuple

__all__ = ["Outline", "chapters_script", "questions", "read_outline"]


class Outline(NamedTuple):
    """What a page holds.

    Attributes
    ----------
    anchors : list of str
        The ``id`` of each heading's section.
    sections : list of (str, str)
        Anchor and heading of the sections that the contents name.
    exercises, questions : int
        How many the reader can do.
    minutes : str
        How long it takes, in words.
    description : str
        Its description for search engines.
    picture : dict of str to str or None
        The picture that stands for it: its files, ``light`` and ``dark``, ``width`` and ``height``.
    """

    anchors: list[str]
    sections: list[tuple[str, str]]
    exercises: int
    questions: int
    minutes: str
    description: str
    picture: dict[str, str] | None


def read_outline(page: Any) -> Outline:
    """Read a page, which BeautifulSoup has parsed."""
    minutes = page.select_one(".minutes")
    description = page.select_one('meta[name="description"]')
    return Outline(
        [section["id"] for section in page.find_all("section", id=True)],
        [
            (link["href"].removeprefix("#"), link.get_text(strip=True))
            for link in page.select(".contents .here a")
        ],
        len(page.find_all(class_="exercise")),
        len(questions(page)),
        minutes.get_text() if minutes else "",
        description["content"] if description else "",
        _card_picture(page.find(class_="tag_card")),
    )


def questions(part: Any) -> list[Any]:
    """Return the right answer of each question in a part of a page, without the predictions."""
    answers = part.find_all("details", class_="right")
    return [answer for answer in answers if "guess" not in answer["class"]]


def _card_picture(cell: Any) -> dict[str, str] | None:
    """Return the picture of a card, from the sources for narrow pages, of which one is dark."""
    narrow = cell.find_all("source", media=re.compile("max-width")) if cell else []
    if not narrow:
        return None
    dark, light = sorted(narrow, key=lambda source: "dark" not in source["media"])
    return {
        "light": light["srcset"],
        "dark": dark["srcset"],
        "width": light["width"],
        "height": light["height"],
    }


def chapters_script(outlines: dict[str, Outline]) -> str:
    """Return the script that tells every page what there is to do in each chapter."""
    chapters = {
        slug: {
            "sections": outline.sections,
            "questions": outline.questions,
            "exercises": outline.exercises,
        }
        for slug, outline in outlines.items()
    }
    content = json.dumps(chapters, ensure_ascii=False, separators=(",", ":"))
    return f"const chapters = {content};\n"
