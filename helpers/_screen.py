"""Whether a person sees what is printed while something runs."""

import os
import sys

__all__ = ["bar", "is_interactive", "watched"]


def is_interactive() -> bool:
    """Return whether output appears at once: True in a live kernel or a terminal."""
    return "ipykernel" in sys.modules or (sys.stdout is not None and sys.stdout.isatty())


# Below: used by helpers/data/progress.py alone, and to be removed with it.

_CELLS = 20


def watched() -> bool:
    """Tell whether a reader sits before the screen: no build, no test, no log file."""
    if os.environ.get("COURSE_PAGE") in ("notebook", "static") or "PYTEST_VERSION" in os.environ:
        return False
    return is_interactive()


def bar(share: float) -> str:
    """Return a bar that is filled for a share, in [0, 1]; for more than all, the full one."""
    full = round(_CELLS * min(1.0, share))
    return "█" * full + "░" * (_CELLS - full)
