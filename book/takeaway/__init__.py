"""What readers take along: the site as one zip, and a book in EPUB and PDF for each language.

All of it is made from the pages that Sphinx wrote, so that nothing can say something else.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader

from book.errors import BookError
from book.pages import THEME
from book.project import LANGUAGES
from book.takeaway.archive import file_name, folder_files, write_zip
from book.takeaway.chapters import read_chapters
from book.takeaway.epub import write_epub
from book.takeaway.pdf import BROWSERS, find_browser, write_pdf
from book.words import words
from helpers.language import number

__all__ = ["FOLDER", "MARK", "take_along"]

FOLDER = "downloads"
MARK = "<!-- take it along -->"
"""Where the welcome page of a language links to the files."""


class _File(NamedTuple):
    """A file to take along, as the welcome page shows it."""

    path: str
    kind: str
    size: str
    words: str


def take_along(html: Path, slugs: list[str], scratch: Path) -> bool:
    """Write the zip, the EPUBs and the PDFs of a site, and link them from its welcome pages.

    This comes last: the zip holds whatever lies in ``html`` by then. It holds neither the books,
    since not every machine can print the PDF, nor the links to them.

    Parameters
    ----------
    html : pathlib.Path
        The finished site.
    slugs : list of str
        Its chapters in their order; the first one is the welcome page.
    scratch : pathlib.Path
        Folder outside the site for what Chromium leaves behind.

    Returns
    -------
    bool
        False where a browser failed to print, which it might not do the next time.

    Raises
    ------
    BookError
        If a page lacks its mark, or links to what no book can hold.
    """
    start = time.perf_counter()
    welcome = {code: html / code / f"{slugs[0]}.html" for code in LANGUAGES}
    pages = {code: path.read_text(encoding="utf-8") for code, path in welcome.items()}
    for code, page in pages.items():
        if page.count(MARK) != 1:
            raise BookError(f"{code}/{slugs[0]}.html: wants one {MARK}, got {page.count(MARK)}")
        welcome[code].write_text(page.replace(MARK, ""), encoding="utf-8")
    in_site = folder_files(html)
    browser = find_browser()
    if browser is None:
        print(f"  no PDF: found no browser to print it (looked for {', '.join(BROWSERS)})")
    chapters = {code: read_chapters(html / code, slugs, words(code)) for code in LANGUAGES}
    names = {code: f"{FOLDER}/{file_name(words(code)['site_title'])}" for code in LANGUAGES}
    site_zip = f"{names['en']}.zip"
    (html / FOLDER).mkdir()
    with ThreadPoolExecutor(len(LANGUAGES)) as pool:
        printing = {
            code: pool.submit(
                write_pdf,
                html / f"{names[code]}.pdf",
                html / code,
                chapters[code],
                code,
                browser,
                scratch,
            )
            for code in LANGUAGES
            if browser is not None
        }
        for code in LANGUAGES:
            write_epub(html / f"{names[code]}.epub", html / code, chapters[code], code)
        write_zip(html / site_zip, in_site, Path(site_zip).stem)
        problems = [
            f"  no PDF for {code}: {said}"
            for code, job in printing.items()
            if (said := job.result())
        ]
    for problem in problems:
        print(problem)
    template = Environment(loader=FileSystemLoader(THEME), autoescape=True).get_template(
        "takeaway.html"
    )
    for code, page in pages.items():
        say = words(code)
        offered = (
            (f"{names[code]}.epub", "EPUB", say["take_epub"]),
            (f"{names[code]}.pdf", "PDF", say["take_pdf"]),
            (site_zip, "ZIP", say["take_zip"]),
        )
        files = [
            _File(f"../{path}", kind, _megabytes(html / path, code), purpose)
            for path, kind, purpose in offered
            if (html / path).exists()
        ]
        links = template.render(say=say, files=files)
        welcome[code].write_text(page.replace(MARK, links), encoding="utf-8")
    print(f"  {'zip, EPUB, PDF':<27} {time.perf_counter() - start:5.1f} s", flush=True)
    return not problems


def _megabytes(path: Path, language: str) -> str:
    """Return a file's size as the language writes it, with one decimal and never 0.0."""
    return f"{number(max(path.stat().st_size / 1e6, 0.1), '.1f', code=language)} MB"
