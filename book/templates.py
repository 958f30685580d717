"""Jinja templates: of the site's theme, and of EPUB and print."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

__all__ = ["TAKEAWAY", "THEME", "render"]

THEME = Path(__file__).parent / "site" / "theme"
TAKEAWAY = Path(__file__).parent / "takeaway" / "templates"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader([THEME, TAKEAWAY]),
        autoescape=True,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
    )


def render(template: str, **values: object) -> str:
    """Fill in a template of the theme or of the take-away files."""
    return _environment().get_template(template).render(**values)
