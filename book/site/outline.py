"""Reads what a chapter's finished page holds, for all the pages that show something of it."""

import json
from typing import Any, NamedTuple

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
        [section["id"] for section in page.select("section[id]")],
        [
            (link["href"].removeprefix("#"), link.get_text(strip=True))
            for link in page.select(".contents .here a")
        ],
        len(page.select(_EXERCISES)),
        len(page.select(_QUESTIONS)),
        minutes.get_text() if minutes else "",
        description["content"] if description else "",
        _card_picture(page.select(".tag_card source[media*=max-width]")),
    )


def _card_picture(narrow: list[Any]) -> dict[str, str] | None:
    """Return the picture of a card, from the sources for narrow pages, of which one is dark."""
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
