"""What all chapters' checks share: the verdict, and how numbers and functions are compared."""

import copy
import math
import operator
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from helpers import language

__all__ = ["Verdict", "judge_function", "judge_lines", "judge_number"]


class Verdict(NamedTuple):
    """Whether an answer is right, and what is said to the learner.

    Attributes
    ----------
    correct : bool
        Whether it is right.
    message : str
        What is said, in the language in use.
    """

    correct: bool
    message: str


def judge_number(
    name: str, answer: Any, wanted: float, mistakes: dict[str, float], rel: float = 1e-6
) -> Verdict:
    """Compare a number with the reference, and with the numbers that usual mistakes lead to.

    Parameters
    ----------
    name : str
        The exercise; its texts stand under ``exercises.<name>``.
    answer : Any
        The learner's answer.
    wanted : float
        The right one.
    mistakes : dict of str to float
        By the key of its hint, the number that a usual mistake gives.
    rel : float
        How far the answer may be off, as a share of the right one.

    Returns
    -------
    Verdict
        Whether it is right, and what is said of it.
    """
    try:
        number = answer.item()
    except (
        AttributeError,
        RuntimeError,
        TypeError,
        ValueError,
    ):  # no array or tensor of one number
        number = answer
    if isinstance(number, bool) or not isinstance(number, Real):
        return _wrong("exercises.not_a_number")
    try:
        number = float(number)
    except OverflowError:
        number = math.inf
    if math.isclose(number, wanted, rel_tol=rel):
        return _right(name, wanted=wanted)
    for hint, mistaken in mistakes.items():
        if math.isclose(number, mistaken, rel_tol=rel):
            return _wrong(f"exercises.{name}.{hint}")
    return _wrong(f"exercises.{name}.hint")


def judge_function(
    name: str,
    answer: Any,
    reference: Callable[..., Any],
    arguments: Iterable[tuple[Any, ...]],
    mistakes: dict[str, Callable[..., Any]],
    **values: Any,
) -> Verdict:
    """Compare a function with the reference, and with what usual mistakes would return.

    Parameters
    ----------
    name : str
        The exercise; its texts stand under ``exercises.<name>``.
    answer : Any
        The learner's function.
    reference : callable
        The right one.
    arguments : iterable of tuple
        What both are called with.
    mistakes : dict of str to callable
        By the key of its hint, a function that makes a usual mistake.
    **values
        Numbers that the text of the right answer names.

    Returns
    -------
    Verdict
        Whether it is right, and what is said of it.
    """
    if not callable(answer):
        return _wrong("exercises.not_a_function")
    calls = list(arguments)
    try:
        # Copies: what the learner's code does to its arguments must not reach the reference.
        answers = [answer(*copy.deepcopy(call)) for call in calls]
    except Exception as error:  # whatever the learner's code raises is the answer's fault, not ours
        return Verdict(
            False, language.text("exercises.raised", error=f"{type(error).__name__}: {error}")
        )
    if any(one is None or one is ... for one in answers):
        return Verdict(False, language.text("exercises.empty"))
    if _agree(answers, [reference(*call) for call in calls]):
        return _right(name, **values)
    for hint, mistaken in mistakes.items():
        if _agree(answers, [mistaken(*call) for call in calls]):
            return _wrong(f"exercises.{name}.{hint}")
    return _wrong(f"exercises.{name}.hint")


def judge_lines(
    name: str,
    answer: Any,
    faults: dict[int, str],
    sound: dict[int, str],
    either: Iterable[int] = (),
) -> Verdict:
    """Compare the lines that a learner found at fault in a listing with those that are.

    Parameters
    ----------
    name : str
        The exercise; its texts stand under ``exercises.<name>``.
    answer : Any
        The learner's lines: a set, or any other collection of whole numbers.
    faults : dict of int to str
        The lines at fault, with the key of the hint for who finds all others but it.
    sound : dict of int to str
        Lines that are often taken for faults, with the key of what is said of them.
    either : iterable of int
        Lines that may be named or not.

    Returns
    -------
    Verdict
        Whether it is right, and what is said of it.
    """
    try:
        lines = {operator.index(line) for line in answer}
    except TypeError:
        return _wrong("exercises.not_lines")
    lines -= set(either)
    missing, extra = set(faults) - lines, lines - set(faults)
    if not missing and not extra:
        return _right(name)
    for line in sorted(extra & set(sound)):
        return _wrong(f"exercises.{name}.{sound[line]}")
    if len(missing) == 1 and not extra:
        return _wrong(f"exercises.{name}.{faults[missing.pop()]}")
    return _wrong(f"exercises.{name}.hint")


def _agree(answers: list[Any], wanted: list[Any]) -> bool:
    """Tell whether all answers have the wanted shapes and values."""
    for one, right in zip(answers, wanted, strict=True):
        try:
            given = np.asarray(one.detach() if hasattr(one, "detach") else one, dtype=float)
        except (TypeError, ValueError):
            return False
        if given.shape != np.shape(right) or not np.allclose(given, right, rtol=1e-6, atol=1e-9):
            return False
    return True


def _right(name: str, **values: Any) -> Verdict:
    reason = language.text(f"exercises.{name}.reason", **values)
    return Verdict(True, language.text("exercises.correct", reason=reason))


def _wrong(key: str) -> Verdict:
    return Verdict(False, language.text("exercises.wrong", hint=language.text(key)))
