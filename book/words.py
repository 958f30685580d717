"""The words of the build: what stands around the chapters, in each language."""

import tomllib
from functools import cache
from pathlib import Path

__all__ = ["words"]


@cache
def words(language: str) -> dict[str, str]:
    """Return the texts of ``book/locale/<language>.toml`` by key."""
    path = Path(__file__).parent / "locale" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
