"""Whether a person sees what is printed while something runs."""

import sys

__all__ = ["is_interactive"]


def is_interactive() -> bool:
    """Return whether output appears at once: True in a live kernel or a terminal."""
    return "ipykernel" in sys.modules or (sys.stdout is not None and sys.stdout.isatty())
