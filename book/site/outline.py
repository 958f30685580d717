"""What a chapter's finished page holds: what its pages in other languages and front pages show of it."""

import json
import re
from typing import Any, NamedTuple

from bs4 import BeautifulSoup

__all__ = ["Outline", "chapters_script", "read_outline"]

_EXERCISES, _QUESTIONS = ".exercise", "details.right:not(.guess)"


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
    picture : str
        HTML of the picture that stands for it, or the empty string.
    """

    anchors: list[str]
    sections: list[tuple[str, str]]
    exercises: int
    questions: int
    minutes: str
    picture: str


def read_outline(html: str) -> Outline:
    """Read a page."""
    page: Any = BeautifulSoup(html, "html.parser")
    minutes, picture = page.select_one(".minutes"), page.select_one(".tag_card picture")
    if picture:
        picture.img["alt"] = ""  # the card's title says what it is of
    return Outline(
        [section["id"] for section in page.select("section[id]")],
        [
            (link["href"].removeprefix("#"), link.get_text(strip=True))
            for link in page.select(".contents .here a")
        ],
        len(page.select(_EXERCISES)),
        len(page.select(_QUESTIONS)),
        minutes.get_text() if minutes else "",
        str(picture or ""),
    )


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
