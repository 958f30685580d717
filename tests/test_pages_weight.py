"""What a reader's browser fetches to show a chapter, compressed as any host sends it."""

from collections import Counter

import pytest

from tests.pages import CHAPTERS, SITE, served

CHAPTER = 400_000
"""Bytes, compressed, that a chapter may transfer before the reader touches anything."""
SHARED = 150_000
"""Bytes, compressed, of it in what the chapters share: style sheets, scripts, fonts."""
SCREENS = [(390, 844), (1280, 800)]


def transferred(chromium, page_name: str, width: int, height: int) -> Counter:
    """Return the bytes by file that a first visit to a page transfers."""
    with served(SITE) as (address, sent):
        context = chromium.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.goto(f"{address}/{page_name}", wait_until="networkidle")
        before = None
        while before != sent.total():  # fonts come once the text is laid out
            before = sent.total()
            page.evaluate("document.fonts.ready.then(() => true)")
            page.wait_for_timeout(300)
        context.close()
        return sent


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_is_light(chromium, name):
    for width, height in SCREENS:
        sent = transferred(chromium, name, width, height)
        assert sent[f"/{name}"] > 0
        shared = {path: size for path, size in sent.items() if "/_static/" in path}
        assert any(path.endswith(".css") for path in shared)
        assert sum(shared.values()) <= SHARED, (width, shared)
        assert sum(sent.values()) <= CHAPTER, (width, sent.most_common())
        print(f"{name} {width}: {sum(sent.values())} of it shared {sum(shared.values())}")


def test_pictures_below_the_fold_wait(chromium):
    """The count is that of a first look: a long chapter's last pictures are not in it."""
    sent = transferred(chromium, "en/06-momentum.html", 390, 844)
    pictures = [path for path in sent if "/pictures/" in path]
    assert len(pictures) < 10
