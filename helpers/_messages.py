"""What all messages share. Texts need it too, and load neither numpy nor torch for it."""

import re
from collections.abc import Sequence
from typing import Any

__all__ = ["choice", "shown"]


def choice(name: str, value: Any, options: Sequence[str]) -> str:
    """Return ``value`` if it is one of ``options``, else raise a ValueError that lists them."""
    if not isinstance(value, str) or value not in options:
        listed = ", ".join(map(repr, options))
        raise ValueError(f"{name} must be one of {listed}, got {shown(value)}")
    return value


def shown(value: Any) -> str:
    """Return the repr of a value, on one line of at most 80 characters."""
    try:
        text = re.sub(r"\s*\n\s*", " ", repr(value))
    except Exception:  # such as whole numbers of more than 4,300 digits
        return f"something of type {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:79]}…"
