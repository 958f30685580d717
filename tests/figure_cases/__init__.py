"""Every figure with data to draw it from, and what it has to say: a module a chapter."""

from importlib import import_module
from pkgutil import iter_modules

__all__ = ["CASES", "IN_WORDS"]

_ROOMS = [
    import_module(f"{__name__}.{room.name}")
    for room in iter_modules(__path__)
    if room.name != "case"
]

CASES = {name: case for room in _ROOMS for name, case in room.CASES.items()}
IN_WORDS = {name: parts for room in _ROOMS for name, parts in room.IN_WORDS.items()}
"""What the chapters' figures have to say in English: numbers worked out by hand."""
