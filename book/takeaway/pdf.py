"""The PDF of a language: all chapters on one page of HTML, printed by Chromium."""

import copy
import json
import os
import re
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from book.takeaway.chapters import Chapter, point_links
from book.takeaway.epub import last_change
from book.words import words

__all__ = ["BROWSERS", "find_browser", "settled", "write_pdf"]

BROWSERS = (
    "chromium-headless-shell",  # has no windows, and shows a page in half the time
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
_TEMPLATES = Path(__file__).parent / "templates"
_PATIENCE = 180  # seconds
_PRINT_PAGE = "print.html"


def find_browser() -> str | None:
    """Return where a browser is that shows pages and prints them, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def write_pdf(
    place: Path, site: Path, chapters: list[Chapter], language: str, browser: str, scratch: Path
) -> str:
    """Print a language's chapters, and say what went wrong, or nothing.

    Parameters
    ----------
    place : pathlib.Path
        File to write.
    site : pathlib.Path
        The language's pages, beside which their style sheets and pictures lie.
    chapters : list of Chapter
        In their order.
    language : str
        Of the words around them.
    browser : str
        Chromium or a sister of it.
    scratch : pathlib.Path
        Folder for the browser's profile, one that a browser kept in a box can reach, too.

    Raises
    ------
    BookError
        If a chapter links to a page that is not in the book.
    """
    page = site / _PRINT_PAGE  # where the addresses of its pictures hold
    page.write_text(print_page(chapters, language), encoding="utf-8")
    try:
        with tempfile.TemporaryDirectory(dir=scratch, prefix="browser-") as profile:
            said = _print(browser, page, place, profile)
    finally:
        page.unlink()
    if said:
        place.unlink(missing_ok=True)
        return said
    place.write_bytes(settled(place.read_bytes(), last_change()))
    return ""


def settled(printed: bytes, changed: datetime) -> bytes:
    """Return a PDF without what differs from one print to the next; nothing in it moves.

    Chromium notes when it printed: the book says when it was last changed. And it names the heads
    of tables ``node00001073`` and so on, from wherever its counting stands: here it starts at 1.
    """
    dated = re.sub(rb"(?<=Date \(D:)\d{14}", f"{changed:%Y%m%d%H%M%S}".encode(), printed)
    numbers = sorted(set(re.findall(rb"\(node(\d{8})\)", dated)))
    rank = {number: b"(node%08d)" % place for place, number in enumerate(numbers, start=1)}
    return re.sub(rb"\(node(\d{8})\)", lambda match: rank[match[1]], dated)


def print_page(chapters: list[Chapter], language: str) -> str:
    """Return one page of HTML with all chapters; each anchor starts with its chapter's slug."""
    bodies = {}
    for chapter in chapters:
        body = copy.copy(chapter.body)
        for anchored in body.find_all(id=True):
            anchored["id"] = _anchor(f"{chapter.slug}--{anchored['id']}")
        point_links(body, chapter, chapters, "#{slug}")
        for link in body.select('a[href^="#"]'):
            link["href"] = "#" + _anchor(str(link["href"])[1:])
        bodies[chapter.slug] = body.decode_contents(formatter="minimal")
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return templates.get_template("print.html").render(
        say=words(language),
        chapters=chapters,
        bodies=bodies,
        anchor=_anchor,
        running=[(chapter, json.dumps(chapter.title, ensure_ascii=False)) for chapter in chapters],
        style=(_TEMPLATES / "print.css").read_text(encoding="utf-8"),
    )


def _anchor(name: str) -> str:
    """Return a name that a style sheet can write, too: one that starts with a letter."""
    return f"chapter-{name}"


def _print(browser: str, page: Path, place: Path, profile: str) -> str:
    """Have the browser print a page; return what went wrong, or nothing."""
    command = [
        browser,
        "--headless",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--no-pdf-header-footer",
        "--generate-pdf-document-outline",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={profile}",
        f"--print-to-pdf={place}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # as root, in a container, Chromium starts in no other way
    try:
        run = subprocess.run(
            [*command, page.as_uri()],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"{browser} took longer than {_PATIENCE} seconds"
    if run.returncode or not place.exists():
        last = (run.stderr.strip().splitlines() or ["nothing"])[-1]
        return f"{browser} ended with {run.returncode} and said {last}"
    return ""
