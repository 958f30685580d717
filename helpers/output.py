"""What a cell shows, in one language for a reader or in all of them for the build.

While the course is built (``COURSE_BUILD`` is set), one run of a chapter serves all languages: what
a cell shows then holds every version, under `BUILD_MIME`, and ``book`` takes them apart.
"""

import os
from collections.abc import Callable
from typing import Any

from helpers import language

__all__ = ["BUILD_MIME", "is_building", "print_text", "publish"]

BUILD_MIME = "application/vnd.course+json"
"""Output type while building: ``kind`` ("figure", "explorer", "lab", "exercise" or "text"), and for
each language a dict with ``text`` and what the kind adds."""


def is_building() -> bool:
    """Whether the course is being built, not read in a kernel.

    Returns
    -------
    bool
        True if the environment variable ``COURSE_BUILD`` is not empty.
    """
    return bool(os.environ.get("COURSE_BUILD"))


def publish(kind: str, version: Callable[[], dict[str, Any]]) -> None:
    """Emit a cell's output in every language, while building.

    Parameters
    ----------
    kind : {"figure", "explorer", "lab", "exercise", "text"}
        What is shown.
    version : callable
        Takes nothing, and returns the output in the current language: a dict that JSON can hold,
        with ``text`` in it.
    """
    from IPython.display import display

    languages = {}
    for code in language.LANGUAGES:
        with language.using(code):
            languages[code] = version()
    data = {BUILD_MIME: {"kind": kind, "languages": languages}}
    display({"text/plain": languages[language.current()]["text"], **data}, raw=True)


def print_text(key: str, **values: Any) -> None:
    """Print a text of the catalogues.

    Parameters
    ----------
    key : str
        As for `helpers.language.text`.
    **values
        As for `helpers.language.text`.
    """
    if is_building():
        publish("text", lambda: {"text": language.text(key, **values)})
    else:
        print(language.text(key, **values))
