"""The built site as its pages stand on the disk: which there are, and what stands in them."""

import contextlib
import functools
import gzip
import http.server
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from book.generate import chapters
from book.project import LANGUAGES, ROOT

SITE = ROOT / "_build" / "html"
PACKAGES = ROOT / "node_modules"
NODE = Path(sys.executable).with_name("node")

SLUGS = [chapter.slug for chapter in chapters()]
CHAPTERS = [f"{language}/{slug}.html" for language in LANGUAGES for slug in SLUGS]
ALL = sorted(
    path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html") if path.name != "404.html"
)
"""Every page that was built, redirects too; 404.html, whose links start at the site's address, has
tests of its own."""

_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
}


@dataclass
class Element:
    """An element: where it stands, and what it carries."""

    name: str
    attributes: dict[str, str]
    line: int
    parents: tuple["Element", ...]
    text: list[str] = field(default_factory=list)
    """The texts right within it, its children's left out."""

    def within(self, *names: str) -> bool:
        """Tell whether it is one of these elements, or stands in one."""
        return self.name in names or any(parent.name in names for parent in self.parents)

    @property
    def language(self) -> str:
        """The nearest ``lang``."""
        nearest = (self, *reversed(self.parents))
        return next((e.attributes["lang"] for e in nearest if "lang" in e.attributes), "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        element = Element(tag, attributes, self.getpos()[0], tuple(self._open))
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        while self._open and self._open.pop().name != tag:
            pass

    def handle_data(self, data):
        if self._open and data.strip():
            self._open[-1].text.append(" ".join(data.split()))


@cache
def elements(page: str) -> tuple[Element, ...]:
    """All elements of a page, in order."""
    reader = _Reader()
    reader.feed((SITE / page).read_text(encoding="utf-8"))
    reader.close()
    return tuple(reader.elements)


def redirects(page: str) -> bool:
    """Tell whether a page only sends readers on."""
    return any(
        element.name == "meta" and element.attributes.get("http-equiv", "").lower() == "refresh"
        for element in elements(page)
    )


READ = [page for page in ALL if not redirects(page)]
"""The pages that readers see."""


def address(page: str) -> str:
    """A page's path with what keeps the front page from sending readers on."""
    return "index.html?choose" if page == "index.html" else page


def wait_until(page, condition: str) -> None:
    """Wait for a condition in a page; Playwright's own way would break the page's policy."""
    page.evaluate(
        f"""async () => {{
          const start = performance.now();
          while (!({condition})) {{
            if (performance.now() - start > 20_000) throw Error("in vain");
            await new Promise((then) => setTimeout(then, 20));
          }}
        }}"""
    )


LOADED = "[...document.images].every((img) => img.complete)"
"""The condition that all pictures have come, or failed to."""


def package(path: str) -> Path:
    """A file of a package that the checks take from npm."""
    place = PACKAGES / path
    assert place.exists(), f"node_modules/{path} is missing: run `make install`"
    return place


def node(*arguments: str, timeout: float = 240) -> tuple[int, str]:
    """Run a script of a package, and return its exit status and what it printed."""
    assert NODE.exists(), f"{NODE.name} is missing beside {sys.executable}: run `make install`"
    # Into a file: a script that exits at once loses what is still on its way through a pipe.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        run = subprocess.run(
            [str(NODE), *arguments],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=timeout,
            check=False,
        )
        output.seek(0)
        printed = output.read()
    assert printed, f"{arguments[0]}: printed nothing: {run.stderr}"
    return run.returncode, printed


class _Gzip(http.server.SimpleHTTPRequestHandler):
    """Serves files compressed, as a public host does; keeps count of what it sent."""

    protocol_version = "HTTP/1.1"
    sent: Counter

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        """Send a file compressed, fonts and bitmaps as they are."""
        path = self.translate_path(self.path)
        try:
            with open(path, "rb") as file:
                body = file.read()
        except OSError:
            self.send_error(404)
            return
        kind = self.guess_type(path)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "max-age=600")
        if not path.endswith((".woff2", ".png")):
            body = gzip.compress(body, compresslevel=6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the browser may go away
            self.wfile.write(body)
            self.sent[urlsplit(self.path).path] += len(body)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, Counter]]:
    """Serve a folder compressed; yields its address and the counts by path."""
    sent = Counter()
    handler = type("Handler", (_Gzip,), {"sent": sent})
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=folder)
    ) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()
