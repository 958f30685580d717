"""Turns a notebook's figures and explorers into files and the HTML that shows them."""

import hashlib
import html
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from book.words import words
from helpers.explore import EXPLORER_MIME
from helpers.figures.canvas import recolour

__all__ = ["place_pictures"]

FOLDER = "pictures"
WIDTH = 600
"""CSS pixels that a picture is wide where there is room."""


def place_pictures(notebook: NotebookNode, language: str, site: Path) -> None:
    """Replace the notebook's pictures by HTML that loads them from files under ``site``.

    Parameters
    ----------
    notebook : NotebookNode
        Executed for the static page; changed in place.
    language : str
        Of its words.
    site : pathlib.Path
        Folder that becomes the language's part of the site.
    """
    folder = site / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    numbers = itertools.count(1)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if EXPLORER_MIME in data:
                output.data = {
                    "text/html": _explorer(data[EXPLORER_MIME], language, folder, numbers)
                }
            elif "image/svg+xml" in data:
                picture = _picture(_saved(data["image/svg+xml"], data["text/plain"], folder))
                output.data = {"text/html": f"<figure>{picture}</figure>"}


def _saved(svg: str, words_of_it: str, folder: Path) -> dict[str, Any]:
    """Write a picture for the light and the dark page, and say where it lies and how high it is."""
    svg = _bare(svg)
    width, height = map(float, re.findall(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg)[0])
    files = {}
    for theme, content in (("light", svg), ("dark", recolour(svg))):
        name = f"{hashlib.sha256(content.encode()).hexdigest()[:16]}.svg"
        (folder / name).write_text(content, encoding="utf-8")
        files[theme] = f"{FOLDER}/{name}"
    return {**files, "alt": words_of_it, "height": round(WIDTH * height / width)}


def _bare(svg: str) -> str:
    """Drop what an SVG within a page has no use for: prologue, document type, metadata."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return re.sub(r">\s+<", "><", svg)


def _picture(saved: dict[str, Any], loading: str = "lazy") -> str:
    alt = html.escape(saved["alt"])
    return (
        f'<picture><source srcset="{saved["dark"]}" media="(prefers-color-scheme: dark)">'
        f'<img src="{saved["light"]}" alt="{alt}" width="{WIDTH}" height="{saved["height"]}" '
        f'loading="{loading}" decoding="async"></picture>'
    )


def _explorer(content: dict[str, Any], language: str, folder: Path, numbers: Iterator[int]) -> str:
    """Write every frame, and return the explorer with the frame shown first.

    ``numbers`` tells the page's sliders apart, so that each label names its own.
    """
    say = words(language)
    frames = [_saved(frame["svg"], frame["alt"], folder) for frame in content["frames"]]
    first, controls = 0, []
    for slider in content["sliders"]:
        values, start = slider["values"], slider["start"]
        first = first * len(values) + start
        quoted = html.escape(json.dumps(values, ensure_ascii=False))
        name = f"slider-{next(numbers)}"
        controls.append(
            f'<div class="slider"><label for="{name}">{html.escape(slider["label"])}</label>'
            f'<input type="range" id="{name}" min="0" max="{len(values) - 1}" value="{start}" '
            f'step="1" data-values="{quoted}" '
            f'aria-valuetext="{html.escape(values[start])}" autocomplete="off">'
            f'<output for="{name}" style="min-width: {max(map(len, values))}ch">'
            f"{html.escape(values[start])}</output></div>"
        )
    shown = [{key: frame[key] for key in ("light", "dark", "alt")} for frame in frames]
    data = json.dumps({"frames": shown}, ensure_ascii=False).replace("<", "\\u003c")
    return (
        '<figure class="explorer">'
        f'<div class="controls" hidden><p class="hint">{say["move_the_slider"]}</p>'
        f"{''.join(controls)}</div>{_picture(frames[first])}"
        f'<script type="application/json">{data}</script></figure>'
    )
