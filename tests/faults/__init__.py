"""Seeded faults: a module for each room of `helpers`."""

from importlib import import_module
from pkgutil import iter_modules

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_ROOMS = [
    import_module(f"{__name__}.{room.name}")
    for room in iter_modules(__path__)
    if room.name != "fault"
]

FAULTS: dict[str, Fault] = {name: fault for room in _ROOMS for name, fault in room.FAULTS.items()}
