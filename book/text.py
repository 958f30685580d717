"""The site's texts around the chapters, in each language."""

import tomllib
from functools import cache
from pathlib import Path

from book.errors import BookError

__all__ = ["texts"]


@cache
def texts(language: str) -> dict[str, str]:
    """Return the texts of ``book/locale/<language>.toml`` by key."""
    path = Path(__file__).parent / "locale" / f"{language}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BookError(f"book/locale/{language}.toml: {error}") from error
