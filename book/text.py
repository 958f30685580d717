"""The site's texts around the chapters, in each language."""

import tomllib
from functools import cache
from pathlib import Path

__all__ = ["texts"]


@cache
def texts(language: str) -> dict[str, str]:
    """Return the texts of ``book/locale/<language>.toml`` by key."""
    path = Path(__file__).parent / "locale" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
