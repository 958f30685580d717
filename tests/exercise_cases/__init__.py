"""Answers to every exercise, as learners write them: a module a chapter."""

from importlib import import_module
from pkgutil import iter_modules

__all__ = ["EXERCISES"]

_ROOMS = [room.name for room in iter_modules(__path__) if room.name != "exercise"]

EXERCISES = {
    name: exercise
    for room in _ROOMS
    for name, exercise in import_module(f"{__name__}.{room}").EXERCISES.items()
}
