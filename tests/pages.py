"""The built site for its tests: pages as trees, a local server, and tools of npm."""

import contextlib
import functools
import gzip
import http.server
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from book.project import LANGUAGES, ROOT, chapter_paths

SITE = ROOT / "_build" / "html"
NODE = Path(sys.executable).with_name("node")

SLUGS = [path.stem for path in chapter_paths()]
CHAPTERS = [f"{language}/{slug}.html" for language in LANGUAGES for slug in SLUGS]
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.glob("**/*.html"))
"""Every page of the site, also those that send readers on."""
READ = [
    page
    for page in PAGES
    if page != "404.html" and not page.endswith("/index.html") and "/slides/" not in page
]
"""The pages that readers see at their own URL, but slides."""
ONE_LANGUAGE = [
    f"{LANGUAGES[number % len(LANGUAGES)]}/{slug}.html" for number, slug in enumerate(SLUGS)
] + [f"{LANGUAGES[0]}/search.html", "index.html"]
"""One page of each kind and each chapter in one language, by turns: the same cells make both."""

PARSED = pytest.mark.xdist_group("parsed")
"""For tests of all pages as trees: one process parses them."""

PHONE = {"width": 390, "height": 800}
DESK = {"width": 1280, "height": 800}


@cache
def html(page: str) -> str:
    """Return the HTML of a page."""
    return (SITE / page).read_text(encoding="utf-8")


@cache
def tree(page: str) -> BeautifulSoup:
    """Return a page as a tree."""
    return BeautifulSoup(html(page), "html.parser")


def with_html(fragment: str) -> str:
    """Return the first chapter's page in the last language whose HTML holds a fragment."""
    pages = [page for page in CHAPTERS if page.startswith(LANGUAGES[-1]) and page in READ]
    return next((page for page in pages if fragment in html(page)), CHAPTERS[0])


def address(page: str) -> str:
    """Return a page's URL within the site; the front page's sends nobody on."""
    return "index.html?choose" if page == "index.html" else page


def wait_until(page, condition: str) -> None:
    """Wait for a condition in a page; Playwright's own way is against the page's policy."""
    page.evaluate(
        f"""async () => {{
          const start = performance.now();
          while (!({condition})) {{
            if (performance.now() - start > 60_000) throw Error("never: " + {condition!r});
            await new Promise((then) => setTimeout(then, 20));
          }}
        }}"""
    )


def draw(page) -> None:
    """Wait two frames: by then colours, and what a start or a changed width moves, are drawn."""
    page.evaluate("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")


def show_pictures(page) -> None:
    """Load all pictures of a page, those below the fold too, and check that they came."""
    page.evaluate("document.querySelectorAll('img').forEach((img) => (img.loading = 'eager'))")
    wait_until(page, "[...document.images].every((img) => img.complete)")
    nameless = "(!img.alt && !img.closest('.cards'))"  # a card's picture only adorns its title
    broken = f"[...document.images].filter((img) => !img.naturalWidth || {nameless})"
    assert page.evaluate(f"{broken}.map((img) => img.src)") == []


def watch(page, home: str) -> list[str]:
    """Return the list that a page's errors, and its requests to anywhere but home, go to."""
    problems = []
    page.on("console", lambda m: m.type == "error" and problems.append(f"console: {m.text}"))
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on("response", lambda r: r.status >= 400 and problems.append(f"{r.status}: {r.url}"))
    page.on(
        "requestfailed",
        lambda r: (
            r.failure != "net::ERR_ABORTED"  # which is what leaving a page does
            and problems.append(f"failed: {r.url} {r.failure}")
        ),
    )
    page.on(
        "request",
        lambda r: r.url.startswith((home, "data:")) or problems.append(f"elsewhere: {r.url}"),
    )
    return problems


def package(path: str) -> Path:
    """Return a file of a package of npm."""
    file = ROOT / "node_modules" / path
    assert file.exists(), f"node_modules/{path} is missing: run `make install`"
    return file


def node(*arguments: str) -> str:
    """Run a script of a package, and return what it prints."""
    # Into a file: a script that exits at once loses what is still on its way through a pipe.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        run = subprocess.run(
            [str(NODE), *arguments], cwd=ROOT, stdout=output, stderr=subprocess.PIPE, text=True
        )
        output.seek(0)
        printed = output.read()
    assert printed, f"{arguments[0]}: printed nothing: {run.stderr}"
    return printed


@cache
def compressed(path: Path) -> bytes:
    """Return a file as public hosts send it: fonts and bitmaps as they are, the rest by gzip."""
    content = path.read_bytes()
    return content if path.suffix in (".woff2", ".png") else gzip.compress(content, 6, mtime=0)


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Print nothing."""

    def do_GET(self):
        """Send a file compressed."""
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            self.send_error(404)
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if body[:2] == b"\x1f\x8b":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the browser may go away
            self.wfile.write(body)


@contextlib.contextmanager
def served(folder: Path, handler: type = _Handler, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve a folder from this machine; yields its address."""
    handler = functools.partial(handler, directory=folder)
    with http.server.ThreadingHTTPServer((host, 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


# What repeats and takes most of the time: letters of formulas, which are hidden from all but eyes,
# and words of code. One of each class and place stays. They go together: after each change, a page
# is laid out anew.
AXE = """async (rules) => {
  const seen = new Set();
  const again = [...document.querySelectorAll(".katex-html, pre span")].filter((one) => {
    if (!one.checkVisibility()) return false;
    const kind = `${one.className} ${one.closest("pre")?.parentElement.parentElement.className}`;
    return seen.has(kind) || !seen.add(kind);
  });
  again.forEach((one) => one.remove());
  // The shadows of what scrolls: axe judges no colour on a gradient.
  document.querySelectorAll("pre, table").forEach((one) => (one.style.backgroundImage = "none"));
  // No preload, which asks for style sheets: a page from the disk may not.
  const options = { runOnly: rules, resultTypes: ["violations"], preload: false };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id} (${help}): ${target.join(" ")}`));
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page, theme="light", viewport=DESK):
    """Return what axe-core finds on a page."""
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size(viewport)
    draw(page)
    page.evaluate(package("axe-core/axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(AXE, RULES)
