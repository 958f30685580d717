"""The exercises: the right answer passes, and each usual mistake gets its own hint."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch

from helpers import exercises, language
from helpers.exercises import check


def ewma(values, beta, start=0.0, rate=None):
    average, history = start, []
    for value in values:
        average = beta * average + (1 - beta if rate is None else rate) * value
        history.append(average)
    return history


def corrected(values, beta, first=1):
    steps = enumerate(ewma(values, beta), start=first)
    return [average / (1 - beta**step) for step, average in steps]


def corrected_and_fed_back(values, beta):
    average, history = 0.0, []
    for step, value in enumerate(values, start=1):
        average = (beta * average + (1 - beta) * value) / (1 - beta**step)
        history.append(average)
    return history


def corrected_in_place(values, beta):
    values[:] = corrected(values, beta)
    return values


def adapted(gradient, m, v, t, betas=(0.9, 0.999), eps=(1e-8, 0.0)):
    m = betas[0] * m + (1 - betas[0]) * gradient
    v = betas[1] * v + (1 - betas[1]) * gradient**2
    m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return m_hat / (np.sqrt(v_hat + eps[1]) + eps[0])


def decayed(theta, lr, weight_decay, steps):
    for _ in range(steps):
        theta = theta - lr * weight_decay * theta
    return theta


def steps_by_walking(condition, share):
    """Take the steps of gradient descent along the flat axis, one by one."""
    distance, steps = 1.0, 0
    while distance > share:
        distance -= 2 / (1 + condition) * distance
        steps += 1
    return steps


class Exercise(NamedTuple):
    """Answers as learners write them: right ones, usual mistakes by their hint, and another."""

    right: list[Any]
    mistakes: dict[str, Any]
    other: list[Any]


EXERCISES = {
    "ewma_periods": Exercise(
        right=[1999, (1 + 0.999) / (1 - 0.999)],
        mistakes={"age": 1000, "alpha": 0.001},
        other=[2001, 0, -1999, math.nan, 10**400],
    ),
    "ewma_by_hand": Exercise(
        right=[
            ewma,
            lambda values, beta: np.array(ewma(values, beta)),
            lambda values, beta: torch.tensor(ewma(values, beta)),
            lambda values, beta: (
                pd.Series([0, *values]).ewm(alpha=1 - beta, adjust=False).mean()[1:]
            ),
        ],
        mistakes={
            "swapped": lambda values, beta: ewma(values, 1 - beta),
            "last": lambda values, beta: ewma(values, beta)[-1],
            "first": lambda values, beta: ewma(values, beta, start=values[0]),
            "sum": lambda values, beta: ewma(values, beta, rate=1),
        },
        other=[
            lambda values, beta: list(values),
            lambda values, beta: ewma(values, beta)[:-1],
            lambda values, beta: 0,
            lambda values, beta: "average",
        ],
    ),
    "ewma_half_life": Exercise(
        right=[
            lambda beta: math.log(1 / 2) / math.log(beta),
            lambda beta: np.emath.logn(beta, 0.5),
        ],
        mistakes={
            "sign": lambda beta: math.log(2) / math.log(beta),
            "alpha": lambda beta: math.log(1 / 2) / math.log(1 - beta),
            "age": lambda beta: 1 / (1 - beta),
        },
        other=[lambda beta: beta / 2, lambda beta: [1, 2], lambda beta: math.nan],
    ),
    "bias_first_step": Exercise(
        right=[20, 1 / (1 - 0.95)],
        mistakes={"share": 0.05, "beta": 1 / 0.95},
        other=[19, 2, math.inf, -(10**400)],
    ),
    "bias_by_hand": Exercise(
        right=[
            corrected,
            lambda values, beta: pd.Series(values).ewm(alpha=1 - beta).mean(),
            corrected_in_place,
        ],
        mistakes={
            "uncorrected": ewma,
            "late": lambda values, beta: corrected(values, beta, first=2),
            "fed_back": corrected_and_fed_back,
            "constant": lambda values, beta: [one / (1 - beta) for one in ewma(values, beta)],
        },
        other=[
            lambda values, beta: list(values),
            lambda values, beta: corrected(values, beta)[-1],
        ],
    ),
    "bias_first_value": Exercise(
        right=[lambda beta, t: ewma([1] + [0] * (t - 1), beta, start=1)[-1]],
        mistakes={
            "zero": lambda beta, t: (1 - beta) * beta ** (t - 1),
            "late": lambda beta, t: beta**t,
        },
        other=[lambda beta, t: 1 - beta**t, lambda beta, t: beta],
    ),
    "adam_first_step": Exercise(
        right=[0.01, 0.01 * 0.003 / (0.003 + 1e-8)],
        mistakes={"sign": -0.01, "sgd": 0.01 * 0.003, "uncorrected": 0.01 * 0.1 / 0.001**0.5},
        other=[0.001, -0.00003, 0],
    ),
    "adam_step": Exercise(
        right=[adapted],
        mistakes={
            "uncorrected": lambda gradient, m, v, t: adapted(gradient, m, v, t=np.inf),
            "late": lambda gradient, m, v, t: adapted(gradient, m, v, t + 1),
            "swapped": lambda *known: adapted(*known, betas=(0.999, 0.9)),
            "inside": lambda *known: adapted(*known, eps=(0.0, 1e-8)),
            "sign": lambda *known: -adapted(*known),
        },
        other=[
            lambda gradient, m, v, t: gradient,
            lambda *known: 0.001 * adapted(*known),
            lambda *known: adapted(*known, eps=(0.0, 0.0)),
        ],
    ),
    "adamw_decay": Exercise(
        right=[decayed],
        mistakes={
            "once": lambda theta, lr, weight_decay, steps: decayed(theta, lr, weight_decay, 1),
            "no_lr": lambda theta, lr, weight_decay, steps: decayed(theta, 1, weight_decay, steps),
            "adam": lambda theta, lr, weight_decay, steps: theta - np.sign(theta) * lr * steps,
        },
        other=[
            lambda theta, lr, weight_decay, steps: theta * (1 - lr * weight_decay * steps),
            lambda theta, lr, weight_decay, steps: theta,
        ],
    ),
    "adapted_factor": Exercise(
        right=[50, 1 / 0.02],
        mistakes={"squared": 2500, "gradient": 0.02, "adapted": 1},
        other=[5, -50, math.inf],
    ),
    "adapted_largest_rate": Exercise(
        right=[lambda condition: 2 / condition, lambda condition: torch.tensor(2 / condition)],
        mistakes={
            "flat": lambda condition: 2,
            "half": lambda condition: 1 / condition,
            "best": lambda condition: 2 / (condition + 1),
        },
        other=[lambda condition: condition / 2, lambda condition: 0],
    ),
    "adapted_steps_needed": Exercise(
        right=[steps_by_walking],
        mistakes={
            "unrounded": lambda condition, share: (
                math.log(share) / math.log((condition - 1) / (condition + 1))
            ),
            "down": lambda condition, share: int(
                math.log(share) / math.log((condition - 1) / (condition + 1))
            ),
            "rate": lambda condition, share: math.ceil(math.log(share, 1 - 1 / condition)),
        },
        other=[lambda condition, share: condition, lambda condition, share: 1 / share],
    ),
}
NUMBERS = [name for name, one in EXERCISES.items() if not callable(one.right[0])]
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


# ── The call itself ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["", "ewma", "ewma_period", None, 3], ids=repr)
def test_unknown_exercise_is_named(name):
    with pytest.raises(ValueError, match="name must be one of 'ewma_periods', ") as error:
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
