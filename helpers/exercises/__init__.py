"""Checks a learner's answer against the reference, and answers with a hint in their language."""

import os
from collections.abc import Callable
from typing import Any

from helpers import _validate, language, output
from helpers.exercises import (
    adam,
    adapted,
    bias,
    ewma,
    hands_on,
    learning_rate,
    momentum,
    schedulers,
)
from helpers.exercises.verdict import Verdict

__all__ = ["check"]

_EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    **learning_rate.EXERCISES,
    **ewma.EXERCISES,
    **bias.EXERCISES,
    **adam.EXERCISES,
    **adapted.EXERCISES,
    **momentum.EXERCISES,
    **schedulers.EXERCISES,
    **hands_on.EXERCISES,
}


def check(name: str, answer: Any) -> None:
    """Say whether an answer is right, and if not, what to look at next.

    Parameters
    ----------
    name : str
        The exercise, as its cell gives it.
    answer : Any
        The learner's number or function; ``...`` while there is none.

    Raises
    ------
    ValueError
        If there is no exercise of that name.
    AssertionError
        If the answer is not right and ``COURSE_SOLUTIONS`` says that it has to be: so the build
        runs the printed solutions.
    """
    _validate.choice("name", name, tuple(_EXERCISES))
    verdict = _judge(name, answer)
    if os.environ.get("COURSE_SOLUTIONS") == "required" and not verdict.correct:
        raise AssertionError(f"the solution of {name} is not right: {verdict.message}")
    if output.is_building():
        output.publish("text", lambda: {"text": _judge(name, answer).message})
    else:
        print(verdict.message)


def _judge(name: str, answer: Any) -> Verdict:
    """Judge an answer in the current language."""
    if answer is ...:
        return Verdict(False, language.text("exercises.empty"))
    return _EXERCISES[name](answer)
