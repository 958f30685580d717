"""The chapters' exercises: each answer is compared with a reference, and a mistake gets a hint.

A module holds the exercises of a chapter, as variables: ``ramp`` in ``ewma.py`` is the exercise
``ewma_ramp``, and its texts are under ``exercises.ewma_ramp`` in each language's catalogue.
"""

import importlib
import os
import pkgutil
from typing import Any

from helpers import _validate, output
from helpers.exercises.exercise import UNANSWERED, Exercise

__all__ = ["EXERCISES", "check"]

EXERCISES: dict[str, Exercise] = {
    f"{module.name}_{variable}": exercise
    for module in pkgutil.iter_modules(__path__)
    for variable, exercise in vars(importlib.import_module(f"{__name__}.{module.name}")).items()
    if isinstance(exercise, Exercise)
}
"""All exercises, by name."""


def check(name: str, answer: Any) -> None:
    """Print whether an answer is right, and why, or else a hint.

    While the course is built, the message is published in every language, with what the page needs
    to judge answers.

    Parameters
    ----------
    name : str
        The exercise's name, as in its cell.
    answer : Any
        The learner's answer; ``...`` while there is none.

    Raises
    ------
    ValueError
        If there is no exercise of that name.
    AssertionError
        If the answer is not right and the environment variable ``COURSE_SOLUTIONS`` is
        ``required``, as it is when the build runs the solutions.
    """
    _validate.choice("name", name, tuple(EXERCISES))
    exercise = EXERCISES[name]
    verdict = UNANSWERED if answer is ... else exercise.judge(name, answer)
    if os.environ.get("COURSE_SOLUTIONS") == "required" and not verdict.correct:
        raise AssertionError(f"the solution of {name} is not right: {verdict.message()}")
    if output.is_building():
        output.publish(
            "exercise",
            lambda: {"text": verdict.message(), "name": name, "form": exercise.form(name)},
        )
    else:
        print(verdict.message())
