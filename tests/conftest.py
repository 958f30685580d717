"""Fixtures of all tests: one thread and a fixed seed; for some a browser on the built site."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: results differ with two threads

import pytest
import torch

collect_ignore = ["colab.py", "mutants.py"]  # programs, and slow to import
pytest.register_assert_rewrite("tests.figure_cases")

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def fixed_seed():
    """Start every test from the same random state."""
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def site():
    """Address of the built site."""
    from tests.pages import SITE, served

    assert (SITE / "index.html").exists(), "_build/html is missing: run `make site`"
    with served(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium: the system's own; without one tests are skipped, but not in CI."""
    from playwright.sync_api import sync_playwright

    from book.browser import BROWSERS, SWITCHES, find_browser

    found = find_browser()
    if found is None:
        reason = f"no browser found; looked for {', '.join(BROWSERS)}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, site):
    """Open pages of the site in a new profile; fail on any error or any request elsewhere."""
    from tests.pages import watch

    contexts, problems = [], []

    def open_page(path, **options):
        context = chromium.new_context(**{"locale": "en-US", **options})
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        problems.append(watch(page, site))
        page.goto(f"{site}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not any(problems), problems
