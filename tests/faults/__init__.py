"""Seeded faults: a module for each room of `helpers`, and the modules that have none."""

from importlib import import_module
from pkgutil import iter_modules

from tests.faults.fault import Fault

__all__ = ["FAULTS", "WITHOUT"]

_ROOMS = [
    import_module(f"{__name__}.{room.name}")
    for room in iter_modules(__path__)
    if room.name != "fault"
]

FAULTS: dict[str, Fault] = {name: fault for room in _ROOMS for name, fault in room.FAULTS.items()}

WITHOUT = {
    "_check.py": "refuses arguments",
    "_screen.py": "is there a screen, and a bar for it",
    "data/cache.py": "files in the user's cache",
    "data/download.py": "mirrors and checksums",
    "data/progress.py": "a line on the screen",
    "data/transfer.py": "bytes from the network",
    "schedules/_row.py": "refuses arguments",
    "training/checkpoint.py": "files that are written whole",
    "training/faults.py": "refuses batches",
    "training/progress.py": "a line on the screen",
}
"""Modules that compute nothing a chapter could show: no algorithm to get wrong. Neither do the
``__init__.py``, which only gather names."""
