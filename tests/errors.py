"""Compare the whole message of an error, and not a part of it."""

from collections.abc import Callable
from typing import Any

import pytest

__all__ = ["message_of"]


Kinds = type[Exception] | tuple[type[Exception], ...]


def message_of(kind: Kinds, call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Return the message of the error that a call raises; fail if it raises none of this kind."""
    with pytest.raises(kind) as raised:
        call(*args, **kwargs)
    return str(raised.value)
