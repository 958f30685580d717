"""What the tests of exercises are told of each exercise."""

from typing import Any, NamedTuple


class Exercise(NamedTuple):
    """Answers as learners write them: right ones, usual mistakes by their hint, and another."""

    right: list[Any]
    mistakes: dict[str, Any]
    other: list[Any]
