"""The built pages as documents: valid, in order, and with no link that leads nowhere."""

import json
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest

from tests.pages import ALL, CHAPTERS, PACKAGES, READ, SITE, elements, node, package

ADDRESSES = ("href", "src", "poster", "srcset", "data-src")


def test_every_chapter_has_its_page_in_both_languages():
    assert set(CHAPTERS) <= set(READ), "pages are missing: run `make test`, or `make site`"


def test_every_page_is_valid_html(tmp_path):
    settings = tmp_path / "htmlvalidate.json"
    settings.write_text(json.dumps({"root": True, "extends": ["html-validate:standard"]}))
    status, printed = node(
        str(package("html-validate/bin/html-validate.mjs")),
        *("--config", str(settings), "--formatter", "json"),
        *(str(SITE / page) for page in ALL),
    )
    faults = [
        f"{file['filePath'].removeprefix(str(SITE))}:{one['line']}: {one['ruleId']}: "
        f"{one['message']} ({one['selector']})"
        for file in json.loads(printed)
        for one in file["messages"]
    ]
    assert not faults
    assert status == 0


def test_the_validator_finds_faults(tmp_path):
    page = tmp_path / "bad.html"
    page.write_text('<!DOCTYPE html>\n<html lang="en"><p id="a"><div id="a"></p></html>\n')
    status, printed = node(
        str(PACKAGES / "html-validate/bin/html-validate.mjs"), "-f", "json", str(page)
    )
    assert status == 1
    rules = {one["ruleId"] for file in json.loads(printed) for one in file["messages"]}
    assert {"close-order", "no-dup-id"} <= rules


WANTED = {"mfrac": 2, "mover": 2, "mroot": 2, "msub": 2, "msubsup": 3, "msup": 2, "munder": 2}
"""How many things MathML 3 wants in each."""


@pytest.mark.parametrize("page", CHAPTERS)
def test_formulas_are_mathml_that_readers_aloud_can_follow(page):
    held = Counter(id(e.parents[-1]) for e in elements(page) if e.parents)
    found = [e for e in elements(page) if e.name in WANTED]
    assert [e.line for e in found if held[id(e)] != WANTED[e.name]] == []
    assert found or page.endswith(("00-welcome.html", "08-hands-on.html", "09-references.html"))


@pytest.mark.parametrize("page", READ)
def test_headings_go_down_one_level_at_a_time_from_one_title(page):
    levels = [int(e.name[1]) for e in elements(page) if re.fullmatch(r"h[1-6]", e.name)]
    titles = 2 if page == "index.html" else 1  # the front page speaks both languages at once
    assert levels[:1] == [1]
    assert levels.count(1) == titles
    assert all(after - before <= 1 for before, after in pairwise(levels))


# ── Links ─────────────────────────────────────────────────────────────────────────────────────────


@cache
def anchors(page: str) -> set[str]:
    """What a link may point at within a page."""
    return {element.attributes["id"] for element in elements(page) if "id" in element.attributes}


def addresses(page: str) -> list[tuple[int, str]]:
    """All that a page points at, with the line where it does so."""
    found = []
    for element in elements(page):
        for name in ADDRESSES:
            value = element.attributes.get(name)
            if value is None:
                continue
            parts = value.split(",") if name == "srcset" else [value]
            found += [(element.line, part.split()[0] if part.split() else "") for part in parts]
        if element.name == "meta" and (sent := element.attributes.get("content", "")):
            found += [(element.line, to) for to in re.findall(r"^\d+;\s*url=(.+)$", sent)]
        if element.name == "script" and element.attributes.get("type") == "application/json":
            for frame in json.loads("".join(element.text)).get("frames", []):
                found += [(element.line, frame[theme]) for theme in ("light", "dark")]
    return found


def broken(page: str, target: str) -> str | None:
    """Say what is wrong with an address on a page, if anything."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        known = parts.scheme in ("https", "mailto", "data")
        return None if known else f"scheme {parts.scheme!r}, want https, mailto or data"
    if parts.path.startswith("/"):
        return "starts with /: leads nowhere from the disk or below a folder"
    place = (SITE / page).parent / unquote(parts.path) if parts.path else SITE / page
    place = place.resolve()
    if not place.is_relative_to(SITE.resolve()):
        return "leads out of the site"
    if not place.is_file():
        return "is a folder: from the disk it shows a listing" if place.is_dir() else "is missing"
    if parts.fragment and place.suffix == ".html":
        to = place.relative_to(SITE.resolve()).as_posix()
        if unquote(parts.fragment) not in anchors(to):
            return f"{to} has no such anchor"
    return None


@pytest.mark.parametrize("page", ALL)
def test_every_link_and_picture_leads_somewhere(page):
    faults = [
        f"{page}:{line}: {target!r} {fault}"
        for line, target in addresses(page)
        if (fault := broken(page, target))
    ]
    assert not faults


def test_every_file_that_a_style_sheet_names_is_there():
    faults = []
    for sheet in SITE.rglob("*.css"):
        for target in re.findall(r"url\(\s*['\"]?([^'\")]+)", sheet.read_text(encoding="utf-8")):
            parts = urlsplit(target)
            inside = not (parts.scheme or parts.netloc) and (sheet.parent / parts.path).is_file()
            if parts.scheme != "data" and not inside:
                faults.append(f"{sheet.relative_to(SITE)}: {target}")
    # KaTeX names each font in three formats; every browser that we know takes the first.
    assert [fault for fault in faults if not re.search(r"KaTeX_.*\.(woff|ttf)$", fault)] == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no-such-page.html", "missing"),
        ("#no-such-anchor", "no such anchor"),
        ("/en/", "starts with /"),
        ("../../../", "out of the site"),
        ("notebooks", "folder"),
        ("http://example.org", "scheme"),
    ],
)
def test_a_broken_link_is_told(target, said):
    assert said in broken(CHAPTERS[0], target)
