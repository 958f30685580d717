"""What readers take along: the site as one zip, and a book in EPUB and PDF for each language.

All of it is made from the finished pages, so it cannot differ from them.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from book.browser import BROWSERS, find_browser
from book.errors import BookError
from book.project import LANGUAGES, SHEET
from book.running.interrupt import end_on_interrupt
from book.takeaway.archive import file_name, folder_files, write_zip
from book.takeaway.chapters import read_chapters
from book.takeaway.epub import write_epub
from book.takeaway.pdf import write_pdf, write_sheet
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
    names = {code: f"{FOLDER}/{file_name(texts(code)['site_title'])}" for code in LANGUAGES}
    site_zip = f"{names[LANGUAGES[-1]]}.zip"
    (html / FOLDER).mkdir()
    with ProcessPoolExecutor(len(LANGUAGES), initializer=end_on_interrupt) as pool:
        books = {
            code: pool.submit(_write_books, html, names[code], slugs, code, browser, scratch)
            for code in LANGUAGES
        }
        write_zip(html / site_zip, site_files, Path(site_zip).stem)
        problems = {code: job.result() for code, job in books.items()}
    for code, problem in problems.items():
        if problem:
            print(f"  no PDF for {code}: {problem}")
    for code, page in pages.items():
        t = texts(code)
        offered = (
            (f"{names[code]}.epub", "EPUB", t["take_epub"]),
            (f"{names[code]}.pdf", "PDF", t["take_pdf"]),
            (f"{names[code]}-{t['sheet']}.pdf", "PDF", t["take_sheet"]),
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
    return not any(problems.values())


def _write_books(
    html: Path, name: str, slugs: list[str], code: str, browser: str | None, scratch: Path
) -> str:
    """Write a language's EPUB and PDFs, and return why a PDF is missing, or the empty string."""
    site, t = html / code, texts(code)
    chapters = read_chapters(site, slugs, t)
    write_epub(html / f"{name}.epub", site, chapters, code)
    if browser is None:
        return ""
    problem = ""
    for sheet in chapters:
        if sheet.slug == SHEET:
            path = html / f"{name}-{t['sheet']}.pdf"
            problem = write_sheet(path, site, sheet, code, browser, scratch)
    return problem or write_pdf(html / f"{name}.pdf", site, chapters, code, browser, scratch)


def _size(path: Path, code: str) -> str:
    """Return a file's size in megabytes as the language writes it, never 0.0."""
    return f"{number(max(path.stat().st_size / 1e6, 0.1), '.1f', code=code)} MB"
