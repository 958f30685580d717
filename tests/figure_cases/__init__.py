"""Data for every figure of the course, and what has to be drawn from them: a module a chapter.

A figure's case is a generator of the same name. It yields keyword arguments, is sent the axes that
the figure function returned for them, and checks these. Data are unlike the chapters', so that
nothing fits by chance.
"""

import copy
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from helpers import figures, language

__all__ = ["CASES", "Case"]


class Case(NamedTuple):
    """A figure function and its case."""

    draw: Callable[..., Any]
    case: Callable[[], Any]

    def pictures(self) -> Iterator[tuple[dict[str, Any], Any]]:
        """Yield data and the axes drawn from them in English, once the case has checked these."""
        case = self.case()
        data = next(case, None)
        while data is not None:
            with language.using("en"):
                axes = self.draw(**copy.deepcopy(data))
            try:
                following = case.send(axes)
            except StopIteration:
                following = None
            yield data, axes
            data = following

    def first(self) -> dict[str, Any]:
        """Return the first data."""
        return next(self.case())


def _find() -> Iterator[tuple[str, Case]]:
    for found in pkgutil.iter_modules(figures.__path__):
        module = importlib.import_module(f"helpers.figures.{found.name}")
        for name in module.__all__:
            one = getattr(module, name)
            drawn = inspect.isfunction(one) and inspect.signature(one).return_annotation
            if drawn in (Axes, np.ndarray):
                cases = importlib.import_module(f"{__name__}.{found.name}")
                yield f"{found.name}.{name}", Case(one, getattr(cases, name))


CASES = dict(_find())
