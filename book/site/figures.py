"""Writes a chapter's figures, explorers and live components as files, and their HTML."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from book.templates import render
from book.text import texts
from helpers.figures.palette import THEMES
from helpers.output import BUILD_MIME

__all__ = ["html_outputs"]

FOLDER = "pictures"
WIDTHS = {"narrow": 360, "wide": 600}
"""Width of a picture in CSS pixels, by the page that it is drawn for, where there is room."""


def html_outputs(
    outputs: list[list[NotebookNode]], language: str, site: Path
) -> Iterator[list[NotebookNode]]:
    """Yield the outputs of each cell of a run, figures and explorers as HTML.

    The pictures' files go below ``site``, the folder that becomes the language's part of the site.
    """
    (site / FOLDER).mkdir(parents=True, exist_ok=True)
    # Tells the page's sliders and components apart.
    numbers: Counter[str] = Counter()
    for cell in outputs:
        yield [_as_html(output, language, site, numbers) for output in cell]


def _as_html(
    output: NotebookNode, language: str, site: Path, numbers: Counter[str]
) -> NotebookNode:
    bundle = output.get("data", {}).get(BUILD_MIME)
    if not bundle or bundle["kind"] == "exercise":
        return output
    shown = bundle["languages"][language]
    if bundle["kind"] == "text":
        return new_output("stream", name="stdout", text=f"{shown['text']}\n")
    if bundle["kind"] == "figure":
        html = render("figure.html", frame=_save(shown, site), widths=WIDTHS)
    elif bundle["kind"] == "lab":
        html = _component(shown, site, numbers)
    else:
        html = _explorer(shown, language, site, numbers)
    return new_output("display_data", {"text/html": html})


def _component(component: dict[str, Any], site: Path, numbers: Counter[str]) -> str:
    """Save the still picture of a live component, and return the HTML in which it starts."""
    name = component["component"]
    numbers[name] += 1
    lab = {key: component[key] for key in ("component", "state", "texts", "marks")}
    lab["id"] = f"{name}-{numbers[name]}"
    return render("figure.html", lab=lab, frame=_save(component, site), widths=WIDTHS)


def _explorer(explorer: dict[str, Any], language: str, site: Path, numbers: Counter[str]) -> str:
    """Save every frame, and return the HTML with the starting frame shown."""
    frames = [_save(frame, site) for frame in explorer["frames"]]
    start = 0
    for slider in explorer["sliders"]:
        start = start * len(slider["values"]) + slider["start"]
        numbers["slider"] += 1
        slider |= {"id": f"slider-{numbers['slider']}", "width": max(map(len, slider["values"]))}
    keys = ("title", "text", "files")
    return render(
        "figure.html",
        frames=frames,
        shown={"frames": [{key: frame[key] for key in keys} for frame in frames]},
        sliders=explorer["sliders"],
        start=start,
        t=texts(language),
        widths=WIDTHS,
    )


def _save(frame: dict[str, Any], site: Path) -> dict[str, Any]:
    """Write a figure's files, and return its texts, the files' paths, and heights by page.

    Files and axes are in the order of a picture's sources: the most special first.
    """
    saved: dict[str, Any] = {
        "text": frame["text"],
        "title": frame["title"],
        "files": [],
        "axes": [],
    }
    for page, width in WIDTHS.items():
        for theme in reversed(THEMES):
            svg = _body(frame[page][theme])
            points = re.findall(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg)[0]
            saved[page] = round(width * float(points[1]) / float(points[0]))
            name = f"{hashlib.sha256(svg.encode()).hexdigest()[:16]}.svg"
            (site / FOLDER / name).write_text(svg, encoding="utf-8")
            saved["files"].append(f"{FOLDER}/{name}")
            saved["axes"].append(json.dumps(frame[page]["axes"], separators=(",", ":")))
    return saved


def _body(svg: str) -> str:
    """Drop what a browser has no use for: prologue, document type, metadata, white space."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return re.sub(r">\s+<", "><", svg)
