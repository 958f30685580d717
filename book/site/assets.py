"""Gathers the style sheets, scripts and fonts that pages load by name."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from pygments.formatters import HtmlFormatter

from book import lab
from book.errors import BookError
from book.project import ROOT
from book.templates import THEME, render
from helpers.figures import palette

__all__ = ["KATEX", "code_colors", "stage_assets"]

KATEX = ROOT / "node_modules" / "katex" / "dist"
MINISEARCH = ROOT / "node_modules" / "minisearch"
REVEAL = ROOT / "node_modules" / "reveal.js" / "dist"


def stage_assets(folder: Path) -> None:
    """Write everything that pages load into a folder."""
    for library in (KATEX, MINISEARCH, REVEAL):
        if not library.exists():
            name = library.relative_to(ROOT)
            raise BookError(f"{name}: is missing; run `make site`, which installs it")
    shutil.copytree(THEME / "static", folder)
    (folder / "katex" / "fonts").mkdir(parents=True)
    shutil.copyfile(KATEX / "katex.min.css", folder / "katex" / "katex.min.css")
    for font in sorted((KATEX / "fonts").glob("*.woff2")):
        shutil.copyfile(font, folder / "katex" / "fonts" / font.name)
    _write_minisearch(folder / "minisearch.js")
    (folder / "reveal").mkdir()
    for file in ("reset.css", "reveal.css", "reveal.js"):
        shutil.copyfile(REVEAL / file, folder / "reveal" / file)
    shutil.copyfile(lab.SOURCES / "lab.css", folder / "lab.css")
    (folder / "lab.js").write_text(lab.bundle("page.js", "iife"), encoding="utf-8")
    (folder / "icon.svg").write_text(render("icon.svg", **palette.load()), encoding="utf-8")
    (folder / "palette.css").write_text(_palette_css(), encoding="utf-8")
    (folder / "code.css").write_text(_code_css(), encoding="utf-8")


def code_colors(theme: str, scope: str) -> str:
    """Return Pygments' style sheet for code below a selector; backgrounds are left to the page."""
    css = HtmlFormatter(style=f"a11y-high-contrast-{theme}").get_style_defs(scope)
    return re.sub(r"background(-color)?: [^;}]*;?", "", css)


def _palette_css() -> str:
    """Return the palette's colours as custom properties, by the reader's theme or the system's."""
    light, dark = (
        "\n".join(f"  --{name}: {color};" for name, color in palette.load()[theme].items())
        + f"\n  color-scheme: {theme};"
        for theme in palette.THEMES
    )
    return _by_theme(
        f":root {{\n{light}\n}}",
        lambda root: f"{root} {{\n{dark}\n}}",
    )


def _code_css() -> str:
    return _by_theme(
        code_colors("light", ".highlight"),
        lambda root: code_colors("dark", f"{root} .highlight"),
    )


def _by_theme(light: str, dark: Callable[[str], str]) -> str:
    """Return a style sheet that is dark on a dark screen, and light on paper.

    ``dark`` returns the rules for a dark page, given the selector of its root.
    """
    by_system, by_choice = dark(':root:not([data-theme="light"])'), dark('[data-theme="dark"]')
    return (
        f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{by_system}\n}}\n"
        f"@media screen {{\n{by_choice}\n}}\n"
    )


def _write_minisearch(path: Path) -> None:
    """Write MiniSearch without its documentation and with its licence."""
    code = (MINISEARCH / "dist" / "umd" / "index.js").read_text(encoding="utf-8")
    code = re.sub(r"^[ \t]*/\*\*.*?\*/\n", "", code, flags=re.MULTILINE | re.DOTALL)
    code = re.sub(r"^//# sourceMappingURL=.*\n?", "", code, flags=re.MULTILINE)
    licence = (MINISEARCH / "LICENSE.txt").read_text(encoding="utf-8").strip()
    path.write_text(f"/*! MiniSearch\n\n{licence}\n*/\n{code}", encoding="utf-8")
