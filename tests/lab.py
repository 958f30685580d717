"""The lab's components as their tests use them: pure functions in node, and pages in a browser."""

import contextlib
import functools
import io
import json
import re
import subprocess
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from book import lab
from book.project import ROOT
from helpers.lab import schema
from tests.pages import NODE, watch

_DRIVER = """
import {{ readFileSync }} from "node:fs";
const module = Object.assign({{}}, ...(await Promise.all({modules}.map((path) => import(path)))));
const state = await import({state});
const encode = (_, value) => {{
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return ArrayBuffer.isView(value) ? Array.from(value) : value;
}};
const outputs = JSON.parse(readFileSync(0, "utf8")).map((input) => {expression});
process.stdout.write(JSON.stringify(outputs, encode));
"""


def evaluate(paths: str, expression: str, inputs: list[Any]) -> list[Any]:
    """Evaluate an expression of JavaScript, with `module`, `state` and `input`, for each input.

    `module` has what the modules at ``paths``, between which are spaces, export.
    """
    source = _DRIVER.format(
        modules=json.dumps([(lab.SOURCES / path).as_uri() for path in paths.split()]),
        state=json.dumps((lab.SOURCES / "state.js").as_uri()),
        expression=expression,
    )
    run = subprocess.run(
        [str(NODE), "--no-warnings", "--input-type=module", "--eval", source],
        input=json.dumps(inputs),
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def run_script(code: str) -> str:
    """Run a script in this process, as the main module, and return what it prints."""
    # Rules that torch lacks are written out.
    assert len(code.splitlines()) <= 30 + 10 * len(re.findall("^class ", code, re.M))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        random_state = torch.get_rng_state()
        try:
            exec(compile(code, "<script>", "exec"), {"__name__": "__main__"})
        finally:
            torch.set_default_dtype(torch.float32)
            torch.set_rng_state(random_state)
    return printed.getvalue()


def page_data(component: str, language: str, **state: Any) -> dict[str, Any]:
    """Return what a page holds for a component: its name, its state, and its own texts."""
    locale = ROOT / "helpers" / "locale" / language
    texts = tomllib.loads((locale / "lab.toml").read_text("utf-8"))["lab"]
    others = schema.load()["components"].keys() - {component}
    return {
        "component": component,
        "state": state,
        "texts": {key: text for key, text in texts.items() if key not in others},
        "marks": tomllib.loads((locale / "language.toml").read_text("utf-8"))["language"],
    }


@functools.cache
def page_script() -> str:
    """Return the script of a page."""
    return lab.bundle("page.js", "iife")


def write_page(folder: Path, component: str, language: str = "en", **state: Any) -> str:
    """Write a page with a component alone, and return its address."""
    data = page_data(component, language, **state)
    (folder / "lab.js").write_text(page_script(), "utf-8")
    style = lab._kernel_palette() + (lab.SOURCES / "lab.css").read_text("utf-8")
    (folder / "lab.css").write_text(style, "utf-8")
    page = folder / f"{language}.html"
    page.write_text(
        f'<!DOCTYPE html><html lang="{language}"><meta charset="utf-8"><title>{component}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="lab.css"><main>'
        '<figure class="lab-home" id="it" style="margin: 0">'
        f'<script type="application/json">{json.dumps(data)}</script>'
        '<div class="still">its picture</div></figure></main>'
        '<script src="lab.js" defer></script></html>',
        "utf-8",
    )
    return page.as_uri()


@contextlib.contextmanager
def opening(chromium, folder: Path, component: str) -> Iterator[Any]:
    """Yield a function that opens pages with a component alone; fail on any of their errors."""
    contexts, problems = [], []

    def open_page(language="en", fragment="", options=None, **state):
        url = write_page(folder, component, language, **state)
        contexts.append(chromium.new_context(**(options or {})))
        page = contexts[-1].new_page()
        problems.append(watch(page, "file://"))
        page.goto(url + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not any(problems), problems


def settle(page) -> None:
    """Wait for the next frame, and for the texts, which follow a little later."""
    page.evaluate("new Promise((then) => requestAnimationFrame(() => setTimeout(then, 150)))")


def outcome(page) -> str:
    """Ask a component what happened, and return what it answers."""
    page.locator(".frame .button").first.click()
    return page.get_by_role("status").inner_text()
