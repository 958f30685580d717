"""What every test starts from: one thread a fixed seed; and for some a browser on the site."""

import functools
import gc
import http.server
import os
import threading
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: results differ with two threads

import pytest
import torch

torch.set_num_threads(1)

SITE = Path(__file__).resolve().parents[1] / "_build" / "html"


def pytest_collection_finish():
    """Spare the garbage collector what stays to the end, again and again: it is most there is."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure():
    """Give it all of that at the end: one of torch's libraries complains of what stays."""
    gc.unfreeze()


@pytest.fixture(autouse=True)
def fixed_seed():
    """Start every test from the same random state."""
    torch.manual_seed(0)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="session")
def site():
    """Address of the built site, served from this machine to itself."""
    assert (SITE / "index.html").exists(), "_build/html is missing: run `make test`, or `make site`"
    handler = functools.partial(_Quiet, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium: the system's own, and no skip where CI runs."""
    from playwright.sync_api import sync_playwright

    from book.takeaway.pdf import BROWSERS, find_browser

    found = find_browser()
    if found is None:
        reason = f"no browser found; looked for {', '.join(BROWSERS)}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    switches = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        switches.append("--no-sandbox")  # as root, in a container, Chromium starts in no other way
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=switches)
        yield browser
        browser.close()


def _note_failure(request, faults):
    if request.failure != "net::ERR_ABORTED":  # which is what leaving a page does to its requests
        faults.append(f"failed: {request.url} {request.failure}")


@pytest.fixture
def visit(chromium, site):
    """Open pages of the site in a fresh profile; fail on any error or any request elsewhere."""
    contexts, faults = [], []

    def open_page(path, **options):
        context = chromium.new_context(**{"locale": "en-US", **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: m.type == "error" and faults.append(f"console: {m.text}"))
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("response", lambda r: r.status >= 400 and faults.append(f"{r.status}: {r.url}"))
        page.on("requestfailed", lambda request: _note_failure(request, faults))
        page.on(
            "request",
            lambda r: r.url.startswith((site, "data:")) or faults.append(f"foreign: {r.url}"),
        )
        page.goto(f"{site}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults
