"""The screen that a reader watches while something takes long: is there one, and a bar for it."""

import os
import sys

__all__ = ["bar", "watched"]

_CELLS = 20


def watched() -> bool:
    """Tell whether a reader sits before the screen: no build, no test, no log file."""
    if os.environ.get("COURSE_PAGE") in ("notebook", "static") or "PYTEST_VERSION" in os.environ:
        return False
    return "ipykernel" in sys.modules or (sys.stdout is not None and sys.stdout.isatty())


def bar(share: float) -> str:
    """Return a bar that is filled for a share, in [0, 1]; for more than all, the full one."""
    full = round(_CELLS * min(1.0, share))
    return "█" * full + "░" * (_CELLS - full)
