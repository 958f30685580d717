"""One language's run of Jupyter Book, in a process of its own: ``python -m book.sphinx_build``."""

import sys

from jupyter_book.sphinx import build_sphinx

from book.project import ROOT, chapter_paths
from book.words import words

EXTENSIONS = [
    "myst_nb",
    "jupyter_book",
    "sphinx_external_toc",
    "book.formulas",
    "book.pages",
    "book.search",
    "book.reading",
    "book.head",
]
SPHINX_LANGUAGE = {"pt": "pt_BR", "en": "en"}


def main() -> None:
    """Build the folder that the arguments name, and exit with 1 if anything warns."""
    language, stage, output = sys.argv[1:]
    settings = {
        "latex_individualpages": False,
        "extensions": EXTENSIONS,
        "external_toc_path": str(ROOT / "_toc.yml"),
        "language": SPHINX_LANGUAGE[language],
        "project": words(language)["site_title"],
        "nb_execution_mode": "off",
        "html_theme": "course",
        "html_title": words(language)["site_title"],
        "html_static_path": [f"{stage}/static"],
        "html_extra_path": [f"{stage}/extra"],
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_use_index": False,
        "html_domain_indices": False,
        "html_permalinks_icon": "#",
        "html_math_renderer": "formulas",
        "html_css_files": ["katex/katex.min.css"],
        "course_language": language,
        "course_slugs": [path.stem for path in chapter_paths()],
    }
    result = build_sphinx(
        f"{stage}/source",
        output,
        noconfig=True,
        path_config=ROOT / "_config.yml",
        confoverrides=settings,
        doctreedir=f"{stage}/doctrees",
        freshenv=True,
        force_all=True,
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    sys.exit(1 if isinstance(result, Exception) or result else 0)


if __name__ == "__main__":
    main()
