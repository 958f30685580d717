"""A line that tells how far training has come, for a reader who waits for it."""

import time

from helpers import language
from helpers._screen import bar, watched

__all__ = ["Progress"]

_PATIENCE = 1.0  # seconds until there is anything to see
_PAUSE = 0.2  # seconds from one look to the next


class Progress:
    """Writes one line over the last one, five times a second at most; in the end wipes it away.

    Parameters
    ----------
    key : str
        Of the text, with the fields that `show` fills in, and ``bar``.
    wanted : bool, optional
        Without it, a line is shown where somebody watches.
    """

    def __init__(self, key: str, wanted: bool | None = None) -> None:
        self.key = key
        self.active = watched() if wanted is None else wanted
        self.widest = 0
        self.next = time.monotonic() + _PATIENCE

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self.widest:
            print("\r" + " " * self.widest + "\r", end="", flush=True)

    def is_due(self) -> bool:
        """Tell whether it is time to show something; cheap enough to ask at every batch.

        Returns
        -------
        bool
            Never True where nothing is to be shown.
        """
        return self.active and time.monotonic() >= self.next

    def show(self, share: float, **values: float | str) -> None:
        """Show the text with its bar.

        Parameters
        ----------
        share : float
            How much of the bar is filled, in [0, 1].
        **values
            What the text's other fields stand for.
        """
        words = language.text(self.key, bar=bar(share), **values)
        self.widest = max(self.widest, len(words))
        print("\r" + words.ljust(self.widest), end="", flush=True)
        self.next = time.monotonic() + _PAUSE

    def say(self, key: str, **values: float | str) -> None:
        """Say something that stays on the screen.

        Parameters
        ----------
        key : str
            Of the text.
        **values
            What its fields stand for.
        """
        if self.active:
            print("\r" + language.text(key, **values).ljust(self.widest), flush=True)
