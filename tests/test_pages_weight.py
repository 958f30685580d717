"""What a reader's browser fetches to show a chapter, compressed as any host sends it."""

import contextlib
from collections import Counter

import pytest

from tests.pages import CHAPTERS, SITE, served

CHAPTER = 400_000
"""Bytes, compressed, that a chapter may transfer before the reader touches anything."""
SHARED = 150_000
"""Bytes, compressed, of it in what the chapters share: style sheets, scripts, fonts."""
SCREENS = [(390, 844), (1280, 800)]


def transferred(chromium, names: list[str], width: int, height: int) -> dict[str, Counter]:
    """Return the bytes by file that a first visit to each page transfers."""
    pages, sent = {}, {}
    with contextlib.ExitStack() as visits:
        for name in names:  # a server and a profile each, and one wait for all of them
            address, sent[name] = visits.enter_context(served(SITE))
            context = chromium.new_context(viewport={"width": width, "height": height})
            visits.callback(context.close)
            pages[name] = context.new_page()
            pages[name].goto(f"{address}/{name}")
        before = 0
        while before < (now := sum(counter.total() for counter in sent.values())):
            before = now
            for page in pages.values():
                page.wait_for_load_state("networkidle")
                page.evaluate("document.fonts.ready.then(() => true)")
            pages[name].wait_for_timeout(300)  # fonts come once the text is laid out
    return sent


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_chapters_are_light(chromium, width, height):
    for name, sent in transferred(chromium, CHAPTERS, width, height).items():
        assert sent[f"/{name}"] > 0
        shared = {path: size for path, size in sent.items() if "/_static/" in path}
        assert any(path.endswith(".css") for path in shared)
        assert sum(shared.values()) <= SHARED, (name, shared)
        assert sum(sent.values()) <= CHAPTER, (name, sent.most_common())
        print(f"{name}: {sum(sent.values())} of it shared {sum(shared.values())}")


def test_pictures_below_the_fold_wait(chromium):
    """The count is that of a first look: a long chapter's last pictures are not in it."""
    name = "en/06-momentum.html"
    sent = transferred(chromium, [name], 390, 844)[name]
    pictures = [path for path in sent if "/pictures/" in path]
    assert len(pictures) < 10
