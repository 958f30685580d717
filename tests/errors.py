"""Compare the whole message of an error, and not a part of it."""

from collections.abc import Callable
from typing import Any

import pytest

__all__ = ["message_of"]


def message_of(kind: type[Exception], call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Return the message of the error that a call raises; fail if it raises none of this kind."""
    with pytest.raises(kind) as raised:
        call(*args, **kwargs)
    return str(raised.value)
