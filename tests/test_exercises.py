"""The exercises: the right answer passes, and each usual mistake gets its own hint."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from helpers import exercises, language
from helpers.exercises import check
from tests.exercise_cases import EXERCISES

LINES = [name for name, one in EXERCISES.items() if isinstance(one.right[0], set)]
NUMBERS = [
    name for name, one in EXERCISES.items() if name not in LINES and not callable(one.right[0])
]
FUNCTIONS = [name for name, one in EXERCISES.items() if callable(one.right[0])]
MISTAKES = [(name, hint) for name, one in EXERCISES.items() for hint in one.mistakes]

every_exercise = pytest.mark.parametrize("name", EXERCISES)


@pytest.fixture(autouse=True)
def at_a_learners(monkeypatch):
    monkeypatch.delenv("COURSE_SOLUTIONS", raising=False)


@pytest.fixture(params=language.LANGUAGES, autouse=True)
def code(request, monkeypatch):
    """Each of the languages, spoken for the length of a test."""
    monkeypatch.setattr(language, "_chosen", request.param)
    return request.param


@pytest.fixture
def said(capsys) -> Callable[[str, Any], str]:
    """What an exercise says to an answer."""

    def say(name, answer):
        check(name, answer)
        return capsys.readouterr().out.removesuffix("\n")

    return say


def not_yet(key: str) -> str:
    return language.text("exercises.wrong", hint=language.text(f"exercises.{key}"))


# ── Every exercise ────────────────────────────────────────────────────────────────────────────────


def test_every_exercise_has_a_case_here_and_its_texts():
    catalogue = language._catalogue(language.current())["exercises"]
    texts = {name: keys for name, keys in catalogue.items() if isinstance(keys, dict)}
    assert set(exercises._EXERCISES) == set(EXERCISES) == set(texts)
    for name, keys in texts.items():
        assert set(keys) == {"reason", "hint", *EXERCISES[name].mistakes}
        assert len(set(keys.values())) == len(keys)


@every_exercise
def test_right_answer_passes_and_hears_why(name, said, code):
    sign = {"en": "✓ Correct. ", "pt": "✓ Certo. "}[code]
    for answer in EXERCISES[name].right:
        message = said(name, answer)
        assert message.startswith(sign)
        assert len(message) > len(sign) + 30
        assert not set("{}") & set(message)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("ewma_periods", {"en": "= 1,999:", "pt": "= 1.999:"}),
        ("ewma_half_life", {"en": "6.6 steps", "pt": "6,6 passos"}),
        ("bias_first_step", {"en": "1/(1 − 0.95) = 20:", "pt": "1/(1 − 0,95) = 20:"}),
        ("bias_first_value", {"en": "37% after", "pt": "37% depois"}),
    ],
)
def test_reason_names_the_number(name, number, said, code):
    assert number[code] in said(name, EXERCISES[name].right[0])


@pytest.mark.parametrize(("name", "hint"), MISTAKES)
def test_usual_mistake_gets_its_own_hint(name, hint, said):
    assert said(name, EXERCISES[name].mistakes[hint]) == not_yet(f"{name}.{hint}")


@every_exercise
def test_another_wrong_answer_gets_the_general_hint(name, said):
    for answer in EXERCISES[name].other:
        assert said(name, answer) == not_yet(f"{name}.hint")


@every_exercise
def test_three_dots_are_no_mistake(name, said):
    assert said(name, ...) == language.text("exercises.empty")


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "kind",
    [
        np.float64,
        np.float32,
        np.array,
        lambda value: np.array([value]),
        torch.tensor,
        lambda value: torch.tensor([float(value)], requires_grad=True),
        Fraction,
    ],
    ids=["float64", "float32", "0-d array", "array", "0-d tensor", "tensor", "fraction"],
)
def test_number_of_any_kind_is_accepted(name, kind, said):
    assert "✓" in said(name, kind(EXERCISES[name].right[0]))


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "answer",
    ["20", None, True, 1j, [20], np.ones(2), torch.ones(2), lambda: 20, np.array("20"), np.float64],
    ids=[
        "text",
        "None",
        "bool",
        "complex",
        "list",
        "array",
        "tensor",
        "function",
        "0-d text",
        "class",
    ],
)
def test_what_is_no_number_is_told_so(name, answer, said):
    assert said(name, answer) == not_yet("not_a_number")


@pytest.mark.parametrize("name", NUMBERS)
def test_rounding_passes_and_a_thousandth_does_not(name, said):
    (right, *_) = EXERCISES[name].right
    assert "✓" in said(name, right * (1 + 1e-9))
    assert said(name, right * 1.001) == not_yet(f"{name}.hint")


# ── Functions ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("nothing", [None, ...], ids=repr)
def test_function_that_returns_nothing_is_still_empty(name, nothing, said):
    assert said(name, lambda *_: nothing) == language.text("exercises.empty")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_that_raises_hears_what(name, said):
    def broken(*_):
        raise ZeroDivisionError("division by zero")

    wanted = language.text("exercises.raised", error="ZeroDivisionError: division by zero")
    assert said(name, broken) == wanted


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_without_the_arguments_hears_so(name, said):
    message = said(name, lambda: 1)
    assert "TypeError" in message
    assert "positional argument" in message


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("answer", [0.5, None, [1, 2], "def", np.ones(3)], ids=repr)
def test_what_is_no_function_is_told_so(name, answer, said):
    assert said(name, answer) == not_yet("not_a_function")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_may_return_tensors_that_track_gradients(name, said):
    def tracked(*arguments):
        result = EXERCISES[name].right[0](*arguments)
        return torch.tensor(result, dtype=torch.float64, requires_grad=True)

    assert "✓" in said(name, tracked)


# ── Lines ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("answer", [3, None, "2, 16", {2.5}, {"2"}, len], ids=repr)
def test_what_is_no_collection_of_lines_is_told_so(name, answer, said):
    assert said(name, answer) == not_yet("not_lines")


# ── The call itself ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["", "ewma", "ewma_period", None, 3], ids=repr)
def test_unknown_exercise_is_named(name):
    with pytest.raises(ValueError, match="name must be one of 'learning_rate_step', ") as error:
        check(name, 1)
    assert str(error.value).endswith(f"got {name!r}")


@every_exercise
def test_required_solution_has_to_be_right(name, said, monkeypatch):
    monkeypatch.setenv("COURSE_SOLUTIONS", "required")
    assert "✓" in said(name, EXERCISES[name].right[0])
    for answer in (*EXERCISES[name].mistakes.values(), *EXERCISES[name].other, ..., "text"):
        with pytest.raises(AssertionError, match=f"the solution of {name} is not right: ") as error:
            check(name, answer)
        assert str(error.value)[-1] in ".?!"
