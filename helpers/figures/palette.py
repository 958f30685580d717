"""The course's colours and line styles, for a light or a dark page.

``palette.toml`` beside this file defines them; the site's style sheets read the same file.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Any

from helpers._messages import choice

__all__ = ["COLORS", "STYLES", "THEMES", "in_dark", "load", "theme"]

THEMES = ("light", "dark")

_theme = "light"


@cache
def load() -> dict[str, dict[str, Any]]:
    """Read ``palette.toml``.

    Returns
    -------
    dict
        Under "light" and "dark", colours as ``#rrggbb`` by name; under "styles", line styles by the
        name of what is drawn.
    """
    text = (resources.files("helpers.figures") / "palette.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@contextmanager
def theme(name: str) -> Iterator[None]:
    """Draw in the colours of a theme inside the ``with`` block.

    Parameters
    ----------
    name : {"light", "dark"}
        The page that the figure is for.
    """
    global _theme
    before, _theme = _theme, choice("name", name, THEMES)
    try:
        yield
    finally:
        _theme = before


def in_dark(svg: str) -> str:
    """Return a picture for a light page in the colours for a dark one.

    Parameters
    ----------
    svg : str
        A picture in no other colours than the palette's, and without pixels.

    Returns
    -------
    str
        The same shapes, in the dark page's colours.
    """
    light, dark = load()["light"], load()["dark"]
    other = {light[name]: dark[name] for name in light}
    return re.sub(r'(?<=[ "])#[0-9a-f]{6}\b', lambda color: other[color[0]], svg)


class _Colors(Mapping[str, str]):
    """Colours of the current theme by name, as ``#rrggbb``."""

    def __getitem__(self, name: str) -> str:
        return load()[_theme][name]

    def __iter__(self) -> Iterator[str]:
        return iter(load()[_theme])

    def __len__(self) -> int:
        return len(load()[_theme])


class _Styles(Mapping[str, dict[str, Any]]):
    """Keyword arguments for `matplotlib.axes.Axes.plot` by the name of what is drawn."""

    def __getitem__(self, name: str) -> dict[str, Any]:
        style = dict(load()["styles"][name])
        style["color"] = COLORS[style["color"]]
        if dashes := style.pop("dashes", None):
            style["linestyle"] = (0, tuple(dashes))
        return style

    def __iter__(self) -> Iterator[str]:
        return iter(load()["styles"])

    def __len__(self) -> int:
        return len(load()["styles"])


COLORS = _Colors()
STYLES = _Styles()
