"""What readers take along: the site as one zip, and a book in EPUB and PDF for each language.

All of it is made from the finished pages, so it cannot differ from them.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from book.browser import BROWSERS, find_browser
from book.errors import BookError
from book.project import LANGUAGES
from book.takeaway.archive import file_name, folder_files, write_zip
from book.takeaway.chapters import read_chapters
from book.takeaway.epub import write_epub
from book.takeaway.pdf import write_pdf
from book.templates import render
from book.text import texts
from helpers.language import number

__all__ = ["FOLDER", "MARKER", "take_along"]

FOLDER = "downloads"
MARKER = "<!-- take it along -->"
"""Where a language's first page links to the files."""


def take_along(html: Path, slugs: list[str], scratch: Path) -> bool:
    """Write the zip, the EPUBs and the PDFs of a site, and link them from its first pages.

    The zip holds what is in ``html``, the finished site, when this is called. It holds neither the
    books, since not every machine can print the PDF, nor the links to them. ``scratch`` is a folder
    outside the site for what the browser leaves behind.

    Returns
    -------
    bool
        False if a browser failed to print, which it might not do the next time.

    Raises
    ------
    BookError
        If a first page lacks the marker, or a page links to what no book can hold.
    """
    start = time.perf_counter()
    first_pages = {code: html / code / f"{slugs[0]}.html" for code in LANGUAGES}
    pages = {code: path.read_text(encoding="utf-8") for code, path in first_pages.items()}
    for code, page in pages.items():
        if page.count(MARKER) != 1:
            raise BookError(f"{code}/{slugs[0]}.html: must have {MARKER} once")
        first_pages[code].write_text(page.replace(MARKER, ""), encoding="utf-8")
    site_files = folder_files(html)
    browser = find_browser()
    if browser is None:
        print(f"  no PDF: found no browser to print it (looked for {', '.join(BROWSERS)})")
    chapters = {code: read_chapters(html / code, slugs, texts(code)) for code in LANGUAGES}
    names = {code: f"{FOLDER}/{file_name(texts(code)['site_title'])}" for code in LANGUAGES}
    site_zip = f"{names[LANGUAGES[-1]]}.zip"
    (html / FOLDER).mkdir()
    with ThreadPoolExecutor(len(LANGUAGES)) as pool:
        printing = {}
        for code in LANGUAGES if browser is not None else ():
            pdf = html / f"{names[code]}.pdf"
            printing[code] = pool.submit(
                write_pdf, pdf, html / code, chapters[code], code, str(browser), scratch
            )
        for code in LANGUAGES:
            write_epub(html / f"{names[code]}.epub", html / code, chapters[code], code)
        write_zip(html / site_zip, site_files, Path(site_zip).stem)
        problems = [
            f"  no PDF for {code}: {problem}"
            for code, job in printing.items()
            if (problem := job.result())
        ]
    for problem in problems:
        print(problem)
    for code, page in pages.items():
        t = texts(code)
        offered = (
            (f"{names[code]}.epub", "EPUB", t["take_epub"]),
            (f"{names[code]}.pdf", "PDF", t["take_pdf"]),
            (site_zip, "ZIP", t["take_zip"]),
        )
        files = [
            {"path": f"../{path}", "kind": kind, "size": _size(html / path, code), "purpose": use}
            for path, kind, use in offered
            if (html / path).exists()
        ]
        links = render("takeaway.html", t=t, files=files)
        first_pages[code].write_text(page.replace(MARKER, links), encoding="utf-8")
    print(f"  {'zip, EPUB, PDF':<24} {time.perf_counter() - start:5.1f} s", flush=True)
    return not problems


def _size(path: Path, code: str) -> str:
    """Return a file's size in megabytes as the language writes it, never 0.0."""
    return f"{number(max(path.stat().st_size / 1e6, 0.1), '.1f', code=code)} MB"
