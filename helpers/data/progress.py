"""A line that tells how far a download has come, for a reader who waits for it."""

import contextlib
import time
from collections.abc import Callable, Iterator

from helpers import language
from helpers._screen import bar, watched

__all__ = ["line", "of_file"]

_SECONDS = 0.1


@contextlib.contextmanager
def line() -> Iterator[Callable[[str], None]]:
    """Give a function that writes its words over those before; in the end all are wiped away.

    It does so ten times a second at most, and not at all where nobody watches.
    """
    widest, last = 0, 0.0

    def show(words: str) -> None:
        nonlocal widest, last
        if time.monotonic() - last >= _SECONDS:
            widest, last = max(widest, len(words)), time.monotonic()
            print("\r" + words.ljust(widest), end="", flush=True)

    if not watched():
        yield lambda words: None
        return
    try:
        yield show
    finally:
        print("\r" + " " * widest + "\r", end="", flush=True)


def of_file(show: Callable[[str], None], number: int, files: int) -> Callable[[int, int], None]:
    """Return a function that tells how much of a file has arrived.

    Parameters
    ----------
    show : callable
        Shows a line of text in place of the one before.
    number, files : int
        Which file this is, counted from 1, and of how many.

    Returns
    -------
    callable
        Takes the bytes that are here, and of how many (0 if that is unknown).
    """

    def report(done: int, size: int) -> None:
        key = "data.progress" if size else "data.progress_open"
        megabytes = {"done": done / 1e6, "size": size / 1e6}
        filled = bar(done / size if size else 0)
        show(language.text(key, file=number, files=files, bar=filled, **megabytes))

    return report
