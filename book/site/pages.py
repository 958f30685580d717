"""The Sphinx extension that dresses the pages: theme, links, contents, and what a page knows."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from book.project import LANGUAGES, repository
from book.words import words

THEME = Path(__file__).parent / "theme"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the theme and what the pages know."""
    app.add_html_theme("course", str(THEME))
    app.add_config_value("course_language", "en", "html")
    app.add_config_value("course_slugs", [], "html")
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it for an extension
    app.connect("config-inited", _forget_other_themes)
    app.connect("html-page-context", _tell_the_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _forget_other_themes(app: Sphinx, config: Config) -> None:
    """Drop the options that Jupyter Book sets for its own theme."""
    config.html_theme_options = {}


def _tell_the_page(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the templates what they show: words, chapters, links to Colab and the other language."""
    language = app.config.course_language
    other = next(code for code in LANGUAGES if code != language)
    chapters = [
        {"slug": slug, "title": app.env.titles[slug].astext()} for slug in app.config.course_slugs
    ]
    context |= {
        "say": words(language),
        "other_code": words(other)["code"],
        "other_page": f"../{other}/{pagename}.html",
        "chapters": chapters,
        "description": words(language)["site_subtitle"],
    }
    # myst-nb's and Pygments' own sheets would only be overruled.
    context["css_files"] = [
        sheet
        for sheet in context["css_files"]
        if not re.search(r"mystnb|pygments", str(getattr(sheet, "filename", sheet)))
    ]
    slugs = app.config.course_slugs
    if doctree is None or pagename not in slugs:
        return
    # A formula and the mark after it stay on one line: KaTeX's boxes would let them part.
    context["body"] = re.sub(
        r"((?:</span>){4})([.,;:?!)])", "\\1\N{WORD JOINER}\\2", context["body"]
    )
    index, published = slugs.index(pagename), repository()
    context |= {
        "colab": published.colab(language, pagename),
        "manuscript": published.source(f"book/chapters/{pagename}.md"),
        "notebook": f"notebooks/{pagename}.ipynb",
        "previous": chapters[index - 1] if index else None,
        "following": chapters[index + 1] if index + 1 < len(slugs) else None,
        "sections": [
            {"id": section["ids"][0], "title": section[0].astext()}
            for section in doctree.findall(nodes.section)
            if isinstance(section.parent, nodes.section)
            and isinstance(section.parent.parent, nodes.document)
        ],
        "description": _first_sentences(doctree),
    }


def _first_sentences(doctree: nodes.document, letters: int = 160) -> str:
    """Return the start of the chapter's first paragraph, cut at a sentence, or else at a word."""
    text = re.sub(r"\s+", " ", next(doctree.findall(nodes.paragraph)).astext())
    if len(text) <= letters:
        return text
    ends = [mark.end() for mark in re.finditer(r"[.?!](?= )", text[: letters + 1])]
    if ends and ends[-1] > letters / 2:
        return text[: ends[-1]]
    return text[: text.rindex(" ", 0, letters)] + " …"
