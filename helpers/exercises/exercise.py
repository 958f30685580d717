"""The kinds of exercise: each holds its right answer and the usual mistakes, and judges answers."""

import copy
import functools
import itertools
import math
import reprlib
import traceback
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from helpers import language

__all__ = [
    "UNANSWERED",
    "ChoiceExercise",
    "Exercise",
    "FunctionExercise",
    "LinesExercise",
    "NumberExercise",
    "TrialExercise",
    "Verdict",
]

MOST = 10_000
"""How many parts an answer may have: an iterator may never end."""


@dataclass(frozen=True)
class Verdict:
    """What an exercise thinks of an answer, in no language yet.

    Attributes
    ----------
    correct : bool or None
        Whether the answer is right; None while there is none.
    text : str
        Key of the explanation in the catalogues.
    values : mapping of str to Any
        What the text's fields stand for.
    """

    correct: bool | None
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def message(self) -> str:
        """Return what the learner reads, in the current language."""
        explanation = language.text(self.text, **self.values)
        if self.correct is None:
            return explanation
        frame = "exercises.correct" if self.correct else "exercises.wrong"
        return language.text(frame, explanation=explanation)


UNANSWERED = Verdict(None, "exercises.empty")
"""Verdict on the ``...`` that an exercise's cell starts with."""


class Exercise(ABC):
    """An exercise, whose texts are under ``exercises.<name>`` in each language's catalogue.

    ``reason`` explains the right answer, ``hint`` answers a mistake of no known kind, and each
    usual mistake has a hint under a key of its own.
    """

    @abstractmethod
    def judge(self, name: str, answer: Any) -> Verdict:
        """Judge an answer.

        Parameters
        ----------
        name : str
            The exercise's name.
        answer : Any
            The learner's answer, of any type.

        Returns
        -------
        Verdict
            Never an error, whatever the answer.
        """

    def form(self, name: str) -> dict[str, Any]:
        """Return what a page needs to judge an answer as `judge` does, in the current language.

        Parameters
        ----------
        name : str
            The exercise's name.

        Returns
        -------
        dict
            JSON: its ``kind``, and for each answer that is told apart the message. Code cannot be
            judged on a page: then there is the kind alone.
        """
        return {"kind": "code"}


@dataclass(frozen=True, kw_only=True, eq=False)
class NumberExercise(Exercise):
    """An exercise whose answer is a number.

    Attributes
    ----------
    reference : float
        The right answer, which ``reason`` may show as ``{answer}``.
    mistakes : mapping of str to float
        By the key of its hint, the number that a usual mistake leads to.
    rel : float
        Largest relative error of a right answer. The default accepts three rounded digits.
    """

    reference: float
    mistakes: Mapping[str, float]
    rel: float = 5e-3

    def judge(self, name: str, answer: Any) -> Verdict:
        """Judge a number of any type, alone or in a container; see `Exercise.judge`."""
        given = _to_number(answer)
        if given is None:
            return Verdict(False, "exercises.not_a_number")
        return _compare(
            name,
            lambda number: _close(given, number, self.rel),
            self.reference,
            self.mistakes,
            {"answer": self.reference},
        )

    def form(self, name: str) -> dict[str, Any]:
        """Return the numbers that are told apart; see `Exercise.form`."""
        numbers = [self.reference, *self.mistakes.values()]
        return {
            "kind": "number",
            "rel": self.rel,
            "answers": [[number, *_shown(self.judge(name, number))] for number in numbers],
            "otherwise": _shown(self.judge(name, math.nan))[1],
            "unreadable": _shown(self.judge(name, None))[1],
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class FunctionExercise(Exercise):
    """An exercise whose answer is a function that returns a number or numbers.

    Attributes
    ----------
    reference : callable
        The right function. Neither it nor a mistake may change its arguments.
    arguments : sequence of tuple
        What the functions are compared on. For each parameter there must be two calls that differ
        in nothing else and have different results: then no answer that ignores it passes.
    mistakes : mapping of str to callable
        By the key of its hint, a function that makes a usual mistake.
    examples : mapping of str to tuple
        Arguments for which ``reason`` shows the right result, by the name of its field.
    rel : float
        Largest relative error of a right result.
    """

    reference: Callable[..., Any]
    arguments: Sequence[tuple[Any, ...]]
    mistakes: Mapping[str, Callable[..., Any]]
    examples: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    rel: float = 1e-4

    def judge(self, name: str, answer: Any) -> Verdict:
        """Judge a function by what it returns; see `Exercise.judge`."""
        if not callable(answer):
            return Verdict(False, "exercises.not_a_function")
        results: list[np.ndarray] = []
        unusable: list[tuple[tuple[Any, ...], Any]] = []
        for call in self.arguments:
            try:
                returned = answer(*copy.deepcopy(call))
            except (Exception, SystemExit) as error:  # any error of the learner's code is a hint
                return Verdict(False, "exercises.raised", {"error": _summary(error)})
            result = _to_array(returned)
            if result is None:
                unusable.append((call, returned))
            else:
                results.append(result)
        if not results and all(returned is None or returned is ... for _, returned in unusable):
            return Verdict(None, "exercises.no_return")
        if unusable:
            call, returned = unusable[0]
            shown = {
                "arguments": ", ".join(map(reprlib.repr, call)),
                "value": reprlib.repr(returned),
            }
            return Verdict(False, "exercises.not_numbers", shown)

        def agrees(function: Callable[..., Any]) -> bool:
            return all(
                _close(result, function(*call), self.rel)
                for result, call in zip(results, self.arguments, strict=True)
            )

        examples = {key: self.reference(*call) for key, call in self.examples.items()}
        return _compare(name, agrees, self.reference, self.mistakes, examples)


@dataclass(frozen=True, kw_only=True, eq=False)
class ChoiceExercise(Exercise):
    """An exercise whose answer is one of several, each named by a letter in the text.

    Attributes
    ----------
    reference : str
        The letter of the right one.
    mistakes : mapping of str to str
        By the key of its hint, the letter of each of the others.
    """

    reference: str
    mistakes: Mapping[str, str]

    def judge(self, name: str, answer: Any) -> Verdict:
        """Judge a letter, whatever its case; see `Exercise.judge`."""
        try:
            given = answer.tolist() if hasattr(answer, "tolist") else answer
        except Exception:  # an object that only looks like an array
            given = None
        if isinstance(given, list | tuple | set) and len(given) == 1:
            (given,) = given
        letter = given.strip().lower() if isinstance(given, str) else None
        if letter not in self._letters():
            values = {"letters": ", ".join(self._letters())}
            return Verdict(False, "exercises.not_a_choice", values)
        return _compare(name, lambda one: letter == one, self.reference, self.mistakes, {})

    def form(self, name: str) -> dict[str, Any]:
        """Return the letters; see `Exercise.form`."""
        answers = {one: _shown(self.judge(name, one)) for one in self._letters()}
        return {"kind": "choice", "answers": answers}

    def _letters(self) -> list[str]:
        return sorted((self.reference, *self.mistakes.values()))


@dataclass(frozen=True, kw_only=True, eq=False)
class LinesExercise(Exercise):
    """An exercise whose answer is a set of lines of a listing.

    Attributes
    ----------
    reference : mapping of int to str
        The lines to find, each with the key of the hint for an answer that lacks only this one.
    decoys : mapping of int to str
        Lines often named by mistake, each with the key of its hint.
    optional : frozenset of int
        Lines that may be named or not.
    """

    reference: Mapping[int, str]
    decoys: Mapping[int, str]
    optional: frozenset[int] = frozenset()

    def judge(self, name: str, answer: Any) -> Verdict:
        """Judge a set, or any other collection, of line numbers; see `Exercise.judge`."""
        try:
            numbers = _to_array(iter(answer))
        except Exception:  # not a collection
            numbers = None
        if numbers is None or (numbers % 1).any():
            return Verdict(False, "exercises.not_lines")
        lines = set(numbers.flatten().tolist()) - self.optional
        missing, extra = set(self.reference) - lines, lines - set(self.reference)
        if not missing and not extra:
            return Verdict(True, f"exercises.{name}.reason")
        named_decoys = sorted(extra & set(self.decoys))
        if named_decoys:
            return Verdict(False, f"exercises.{name}.{self.decoys[named_decoys[0]]}")
        if len(missing) == 1 and not extra:
            return Verdict(False, f"exercises.{name}.{self.reference[missing.pop()]}")
        return Verdict(False, f"exercises.{name}.hint")

    def form(self, name: str) -> dict[str, Any]:
        """Return the lines that are told apart; see `Exercise.form`."""
        lines = set(self.reference)
        return {
            "kind": "lines",
            "right": _shown(self.judge(name, lines))[1],
            "missing": {line: _shown(self.judge(name, lines - {line}))[1] for line in lines},
            "decoys": {line: _shown(self.judge(name, {line}))[1] for line in self.decoys},
            "optional": sorted(self.optional),
            "otherwise": _shown(self.judge(name, set()))[1],
            "unreadable": _shown(self.judge(name, None))[1],
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class TrialExercise(Exercise):
    """An exercise whose answer is a number to choose, judged by trying it.

    Attributes
    ----------
    succeeds : callable
        From a number to whether it does what was asked. The numbers that do must lie side by side.
    reference : float
        One that does.
    mistakes : mapping of str to float
        Under ``"low"`` and ``"high"``: the smallest and the largest number that is tried, above 0.
        Both fail, as does all that lies between one of them and the numbers that succeed.
    """

    succeeds: Callable[[float], bool]
    reference: float
    mistakes: Mapping[str, float]

    def judge(self, name: str, answer: Any) -> Verdict:
        """Judge a number by trying it; see `Exercise.judge`."""
        given = _to_number(answer)
        if given is None:
            return Verdict(False, "exercises.not_a_number")
        number = given.item()
        if not self.mistakes["low"] <= number <= self.mistakes["high"]:
            return Verdict(False, f"exercises.{name}.hint")
        if self.succeeds(number):
            return Verdict(True, f"exercises.{name}.reason")
        return Verdict(False, f"exercises.{name}.{'low' if number < self.reference else 'high'}")

    def form(self, name: str) -> dict[str, Any]:
        """Return the numbers at which the verdict changes; see `Exercise.form`."""
        inside = [self.mistakes["low"], self.reference, self.mistakes["high"]]
        bands = [_shown(self.judge(name, number)) for number in (math.nan, *inside, math.nan)]
        unreadable = _shown(self.judge(name, None))[1]
        return {"kind": "trial", "edges": self._edges, "bands": bands, "unreadable": unreadable}

    @functools.cached_property  # many trials, and the same for every language
    def _edges(self) -> list[float]:
        low, high = self.mistakes["low"], self.mistakes["high"]
        above = [math.nextafter(edge, math.inf) for edge in (self._edge(high), high)]
        return [low, self._edge(low), *above]

    def _edge(self, fails: float) -> float:
        """Return the first number that succeeds between one that fails and the reference.

        To five digits: nobody types more.
        """
        succeeds = self.reference
        while abs(fails / succeeds - 1) > 1e-5:
            middle = math.sqrt(fails * succeeds)
            if self.succeeds(middle):
                succeeds = middle
            else:
                fails = middle
        return succeeds


def _summary(error: BaseException) -> str:
    """Return the last line that Python writes of an error, before its notes."""
    written = traceback.TracebackException.from_exception(error)
    written.__notes__ = []
    return [*written.format_exception_only()][-1].strip()


def _shown(verdict: Verdict) -> tuple[bool | None, str]:
    return verdict.correct, verdict.message()


def _compare(
    name: str,
    agrees: Callable[[Any], bool],
    reference: Any,
    mistakes: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Verdict:
    """Find what the answer agrees with: the reference, a usual mistake, or nothing known."""
    if agrees(reference):
        return Verdict(True, f"exercises.{name}.reason", values)
    for hint, mistake in mistakes.items():
        if agrees(mistake):
            return Verdict(False, f"exercises.{name}.{hint}")
    return Verdict(False, f"exercises.{name}.hint")


def _close(given: np.ndarray, expected: Any, rel: float) -> bool:
    """Whether all numbers are close; axes of length one do not count."""
    given, expected = given.squeeze(), np.squeeze(expected)
    return given.shape == expected.shape and np.allclose(given, expected, rtol=rel, atol=1e-12)


def _to_number(value: Any) -> np.ndarray | None:
    """Convert one real number, alone or in a container; return None for anything else."""
    given = _to_array(value)
    return given if given is not None and given.size == 1 else None


def _to_array(value: Any) -> np.ndarray | None:
    """Convert real numbers in any container to float64; return None for anything else."""
    parts = itertools.count(1)

    def convert(value: Any) -> Any:
        if next(parts) > MOST:
            raise ValueError
        # Tensors on any device, with or without gradient, arrays, Series and numpy's scalars
        if hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, list | tuple | range | Iterator | ValuesView | deque):
            return [convert(part) for part in value]
        if isinstance(value, bool) or not isinstance(value, Real | Decimal):
            raise TypeError
        try:
            return float(value)
        except OverflowError:
            return float("inf")

    try:
        return np.array(convert(value))
    except Exception:  # not numbers, rows of different lengths, or an object that only looks right
        return None
