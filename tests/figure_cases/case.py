"""What the tests of figures are told of each figure."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Case(NamedTuple):
    """A figure function, what makes its data from one number, and numbers to make them from.

    The first number is the chapter's own; an explorer's reach to both ends of its slider.
    """

    draw: Callable[..., Any]
    data: Callable[[Any], dict[str, Any]]
    numbers: tuple[Any, ...]
    as_shares: bool = False
