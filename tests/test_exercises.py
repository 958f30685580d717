"""The exercises, read from their definitions, and their solutions, read from the manuscripts."""

import ast
import contextlib
import dataclasses
import inspect
import itertools
import json
import math
import reprlib
import sys
import tomllib
from collections import deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from jupytext.myst import myst_to_notebook
from torch.optim import lr_scheduler

from helpers import clinic, language, output, problems, simulate
from helpers.exercises import EXERCISES, check
from helpers.exercises.exercise import (
    FunctionExercise,
    LinesExercise,
    NumberExercise,
    TrialExercise,
)
from helpers.optimizers import lion, sgd
from tests.errors import message_of

ROOT = Path(__file__).resolve().parents[1]


SOURCES = {}  # of the solutions


def read_answers():
    """Return the answers to each exercise as its cells give them, by tag and by name."""
    answers = {"exercise": {}, "solution": {}}
    for path in sorted((ROOT / "book" / "chapters").glob("*.md")):
        names = {}
        for cell in myst_to_notebook(path.read_text(encoding="utf-8")).cells:
            if cell.cell_type != "code" or cell.source.startswith("%"):
                continue
            tag = (cell.metadata.get("tags") or [""])[0]
            if tag in answers:
                names["check"] = answers[tag].__setitem__
                exec(cell.source, names)
                SOURCES[next(reversed(answers[tag]))] = cell.source
                continue
            # What a solution may use, without the chapter's runs or what needs their results
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef):
                    with contextlib.suppress(NameError):
                        exec(ast.unparse(node), names)
    return answers


def mistakes(exercise):
    """Return an answer for each hint of an exercise."""
    if not isinstance(exercise, LinesExercise):
        return exercise.mistakes
    lines = set(exercise.reference)
    return {hint: lines - {line} for line, hint in exercise.reference.items()} | {
        hint: lines | {line} for line, hint in exercise.decoys.items()
    }


ANSWERS = read_answers()
SOLUTIONS = ANSWERS["solution"]
NUMBERS = [name for name, one in EXERCISES.items() if isinstance(one, NumberExercise)]
FUNCTIONS = [name for name, one in EXERCISES.items() if isinstance(one, FunctionExercise)]
LINES = [name for name, one in EXERCISES.items() if isinstance(one, LinesExercise)]
TRIALS = [name for name, one in EXERCISES.items() if isinstance(one, TrialExercise)]
MISTAKES = [(name, hint) for name, one in EXERCISES.items() for hint in mistakes(one)]


@pytest.fixture(autouse=True)
def as_a_learner(monkeypatch):
    monkeypatch.delenv("COURSE_SOLUTIONS", raising=False)
    monkeypatch.delenv("COURSE_BUILD", raising=False)


@pytest.fixture
def read_message(capsys):
    """Check an answer, and return what is printed."""

    def read(name, answer):
        check(name, answer)
        return capsys.readouterr().out.removesuffix("\n")

    return read


def reason(name):
    """Return the message to a right answer, with the solution's numbers in it."""
    solution, exercise = SOLUTIONS[name], EXERCISES[name]
    values = {"answer": solution} if isinstance(exercise, NumberExercise) else {}
    for field, call in getattr(exercise, "examples", {}).items():
        values[field] = solution(*call)
    explanation = language.text(f"exercises.{name}.reason", **values)
    return language.text("exercises.correct", explanation=explanation)


def hint(key, **values):
    return language.text("exercises.wrong", explanation=language.text(f"exercises.{key}", **values))


# ── Manuscripts, definitions and texts belong together ────────────────────────────────────────────


def test_exercises_solutions_definitions_and_texts_have_the_same_names():
    assert set(ANSWERS["exercise"]) == set(SOLUTIONS) == set(EXERCISES)
    for code in language.LANGUAGES:
        catalogues = (ROOT / "helpers" / "locale" / code).glob("*.toml")
        texts = [tomllib.loads(path.read_text(encoding="utf-8")) for path in catalogues]
        texts = {k: v for one in texts for k, v in one.get("exercises", {}).items()}
        assert {name for name, keys in texts.items() if isinstance(keys, dict)} == set(EXERCISES)
        for name, exercise in EXERCISES.items():
            assert set(texts[name]) == {"reason", "hint", *mistakes(exercise)}
            assert len(set(texts[name].values())) == len(texts[name])


def test_number_exercises_are_plain_numbers_that_a_page_can_hold():
    for name in NUMBERS:
        plain = dataclasses.asdict(EXERCISES[name])
        assert json.loads(json.dumps(plain, allow_nan=False)) == plain


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("name", EXERCISES)
def test_the_manuscripts_solution_is_right_and_its_numbers_are_shown(name, code, read_message):
    with language.using(code):
        assert read_message(name, SOLUTIONS[name]) == reason(name)
        assert reason(name).startswith({"en": "✓ Correct. ", "pt": "✓ Certo. "}[code])


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("ewma_half_life", "6.6 steps for β = 0.9, 693 for β = 0.999"),
        ("bias_first_value", "at β = 0.999 still 37% after a thousand steps"),
        (
            "adapted_steps_needed",
            "κ = 100 it takes 231 steps to one per cent, with κ = 1000 2,303:",
        ),
        ("momentum_best", "curvatures 1 and 100 that is a rate of 0.0331 and a momentum of 0.67"),
        ("schedulers_warm_cosine", "here at step 10 of 25 with 5 of warm-up, it is 0.854"),
    ],
)
def test_reasons_name_the_right_numbers(name, numbers):
    assert numbers in reason(name)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_cell_that_waits_for_its_answer_is_not_a_mistake(name, read_message):
    key = "no_return" if name in FUNCTIONS else "empty"
    assert read_message(name, ANSWERS["exercise"][name]) == language.text(f"exercises.{key}")
    assert read_message(name, ...) == language.text("exercises.empty")


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize(("name", "key"), MISTAKES)
def test_each_usual_mistake_can_be_told_apart_and_gets_its_own_hint(name, key, code, read_message):
    with language.using(code):
        assert read_message(name, mistakes(EXERCISES[name])[key]) == hint(f"{name}.{key}")


# ── Answers of torch, of pandas and of simulations ────────────────────────────────────────────────


def after_steps(optimizer, parameter, gradients, state=None, **options):
    """Return a parameter, and its state, after the steps of one of torch's optimizers."""
    parameter = torch.tensor(parameter, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, optimizer)([parameter], **options)
    optimizer.state[parameter].update(state or {})
    for gradient in gradients:
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
    return parameter.item(), optimizer.state[parameter]


def scheduled(scheduler, steps, lr, *arguments, **options):
    """Return the rate after some steps of one of torch's schedulers."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = getattr(lr_scheduler, scheduler)(optimizer, *arguments, **options)
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
    return optimizer.param_groups[0]["lr"]


def first_reduced(losses, patience):
    """Return the first epoch that trains with a reduced rate."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=patience)
    for epoch, loss in enumerate(losses):
        if optimizer.param_groups[0]["lr"] < 1:
            return epoch
        optimizer.step()
        scheduler.step(loss)
    raise AssertionError("the rate has not been reduced")


def many_zeros():
    averages = {key: torch.zeros((), dtype=torch.float64) for key in ("exp_avg", "exp_avg_sq")}
    return {"step": torch.tensor(1e6), **averages}


def last_step(exp_avg, exp_avg_sq, step):
    """Let torch take a step with a gradient that leads to this state."""
    fits = step == 1 and exp_avg_sq >= 0.001 * (10 * exp_avg) ** 2
    gradient = 10 * exp_avg if fits else 0.0
    before = {"exp_avg": (exp_avg - 0.1 * gradient) / 0.9, "step": step - 1.0}
    before["exp_avg_sq"] = (exp_avg_sq - 0.001 * gradient**2) / 0.999
    state = {name: torch.tensor(value, dtype=torch.float64) for name, value in before.items()}
    return -after_steps("Adam", 0.0, [gradient], state, lr=1.0)[0]


def buffer(gradients, momentum, dampening):
    options = {"lr": 0.1, "momentum": momentum, "dampening": dampening}
    return after_steps("SGD", 0.0, gradients, **options)[1]["momentum_buffer"].item()


def warm_cosine(step, lr, warm, total):
    if step < warm:
        return scheduled("LinearLR", step, lr, 1 / warm, 1, max(1, warm - 1))
    return scheduled("CosineAnnealingLR", step - warm, lr, total - warm)


def limit(x):
    x, w = torch.from_numpy(x), torch.tensor(0.0, dtype=torch.float64)
    return 2 / torch.autograd.functional.hessian(lambda w: ((w * x - 1) ** 2).mean(), w)


ORACLES = {
    "learning_rate_limit": limit,
    "ewma_ramp": 2000 - pd.Series(range(2001)).ewm(alpha=0.1, adjust=False).mean().iloc[-1],
    "adam_rare": -after_steps("Adam", 0.0, [4.0], many_zeros(), lr=1.0, betas=(0.9, 0.95))[0],
    "adam_state": last_step,
    "momentum_turn": [
        buffer([1.0] * 400 + [-1.0] * new, momentum=0.9, dampening=0) < 0 for new in range(20)
    ].index(True),
    "momentum_buffer": buffer,
    "schedulers_first_reduced": first_reduced(
        [1.0, 0.9, 0.95, 0.9, 0.89995, 0.9, 0.91, 0.92], patience=2
    ),
    "schedulers_multi_step": lambda epoch, lr, milestones, gamma: scheduled(
        "MultiStepLR", epoch, lr, milestones, gamma
    ),
    "schedulers_warm_cosine": warm_cosine,
}


@pytest.mark.parametrize("name", ORACLES)
def test_the_answer_of_torch_or_pandas_or_a_simulation_is_right(name, read_message):
    assert read_message(name, ORACLES[name]) == reason(name)


def test_the_best_rate_and_momentum_shrink_the_distance_faster_than_their_neighbours():
    def slowest_factor(lr, momentum):
        steps = [[[1 - lr * c, -lr * momentum], [c, momentum]] for c in np.linspace(2, 50, 99)]
        return abs(np.linalg.eigvals(np.array(steps))).max()

    lr, momentum = EXERCISES["momentum_best"].reference(2.0, 50.0)
    best = slowest_factor(lr, momentum)
    for a, b in [(0.9, 1), (1.1, 1), (1, 0.9), (1, 1.1), (1.1, 1.1), (0.9, 0.9)]:
        assert slowest_factor(a * lr, b * momentum) > best


# By hand: what each mistake makes of some arguments, in the order of the definition.
WORKED = {
    "learning_rate_log": [(), 0.147059, 0.5, 0.25, 8],
    "learning_rate_limit": [(np.array([1.0, 3.0]),), 0.4, 0.1, 0.25, 10],
    "ewma_ramp": [(), 10, 19, 0],
    "ewma_log": [(2.0, 8.0, 4.0), 1 / 3, 2, 0.5],
    "ewma_half_life": [(0.75,), -2.40942, 0.5, 4],
    "bias_betas": [(), 0.447214, 1.948718, 1.643421],
    "bias_first_value": [(0.5, 3), 0.125, 0.125],
    "adam_rare": [(), 3.162278, 1, 0.5, 1.788854],
    "adam_state": [(0.19, 4.0, 2), 0.095, 0.0191910, 20.7151, 0.0223551, -0.0223551],
    "adapted_factor": [(), 50, 1, 2.717773, 2.629216, 0.0329714],
    "adapted_condition": [(np.array([-1.0, 3.0]),), 0.145898, 5, 2.618034],
    "adapted_steps_needed": [(3.0, 0.2), 2.321928, 2, 3, 4],
    "momentum_turn": [(), 1, 10, 6.578813, 6],
    "momentum_buffer": [([2.0, 4.0], 0.5, 0.25), 3.75, 5, 3, 2],
    "momentum_best": [(4.0, 16.0), [1 / 9, 1 / 3], [0.01, 0.36], [0.1, 1 / 9], [4 / 9, 1 / 9]],
    "schedulers_first_reduced": [(), 4, 8, 6, 2],
    "schedulers_multi_step": [(4, 8.0, [2, 2, 4], 0.5), 2, 2, 4],
    "schedulers_warm_cosine": [(4, 1.0, 2, 6), 0.5, 0, 0.75, 0.25],
    "hands_on_credit": [
        (
            [
                ({"a": 0, "b": 0}, [0, 1, 2]),
                ({"a": 1, "b": 0}, [2, 3, 4]),
                ({"a": 2, "b": 1}, [6, 6, 7]),
                ({"a": 2, "b": 2}, [7, 7, 11]),
            ],
        ),
        2,
        3,
        3,
    ],
    "hands_on_early_stopping": [([5, 3, 4, 3, 4, 4, 1, 2], 2), 2, 5, 6, 4, 6],
    "hands_on_patience": [(), 3, 7, 12],
    "edge_forecast": [(), 40, 760, 4, 27.142857],
    "edge_power": [([[2.0, 0.0], [0.0, 1.0]], 2), (17 / 5) ** 0.5, 1.5, 33 / 17, 2],
    "edge_beta": [(), 2, 1.0263158, 0.4871795, 78],
    "after_adam_floor": [(), 0, 0.1, 0.05, 0.03],
    "after_adam_singular": [(0.5, 2), 1.188859, -2.92923, 0.744929],
    "after_adam_memory": [(), 15_104, 360_710_144, 180_355_072],
    "clinic_ema": [(), 1000, 2302, 459],
}


@pytest.mark.parametrize("name", WORKED)
def test_mistakes_give_what_one_works_out_by_hand(name):
    call, *expected = WORKED[name]
    for mistake, value in zip(EXERCISES[name].mistakes.values(), expected, strict=False):
        result = mistake(*call) if callable(mistake) else mistake
        np.testing.assert_allclose(result, value, rtol=1e-5, atol=1e-12)


# ── What is accepted, and what is not ─────────────────────────────────────────────────────────────


class OnDevice(torch.Tensor):
    """A tensor that numpy cannot read, like one of a GPU."""

    def __array__(self, *_, **__):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")


def tracked(value):
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


FORMS = [
    np.float32,
    lambda value: np.array(value).tolist(),
    lambda value: tuple(map(tracked, np.atleast_1d(value))),
    lambda value: tracked(value).as_subclass(OnDevice),
    lambda value: torch.tensor(value)[..., None],
    lambda value: pd.Series(np.atleast_1d(value)),
    lambda value: [*map(Fraction, np.atleast_1d(value).tolist())],
    lambda value: np.array([*map(Decimal, np.atleast_1d(value).tolist())]),
    lambda value: deque(np.atleast_1d(value).tolist()),
    lambda value: dict(enumerate(np.atleast_1d(value))).values(),
    lambda value: (one for one in np.atleast_1d(value)),
]
NEAR_MISSES = [
    lambda value: np.array(value) * 1.01,
    lambda value: np.array(value) * math.nan,
    lambda value: -(10**400),
    lambda value: [*np.atleast_1d(value), 0],
    lambda value: [],
    lambda value: [value, [value, value]],
    lambda value: str(np.atleast_1d(value)[0]),
    lambda value: np.array(value).astype(str),
    lambda value: np.ones_like(value, dtype=bool),
    lambda value: np.array(value) + 0j,
    lambda value: lambda *_: value,
]


def transformed(name, change):
    """Return the solution with its value, or what it returns, changed."""
    solution = SOLUTIONS[name]
    return (lambda *call: change(solution(*call))) if name in FUNCTIONS else change(solution)


@pytest.mark.parametrize("name", NUMBERS + FUNCTIONS)
def test_right_numbers_of_any_type_are_right(name, read_message):
    for change in FORMS:
        assert read_message(name, transformed(name, change)) == reason(name)


@pytest.mark.parametrize("name", NUMBERS + FUNCTIONS)
def test_what_is_nearly_right_gets_a_hint(name, read_message):
    hints = {hint(f"{name}.{key}") for key in ["hint", *mistakes(EXERCISES[name])]}
    for change in NEAR_MISSES:
        message = read_message(name, transformed(name, change))
        assert message in hints | {hint("not_a_number")} or "your function returned" in message


@pytest.mark.parametrize("name", [NUMBERS[0], FUNCTIONS[0]])
def test_an_endless_answer_gets_a_hint(name, read_message):
    message = read_message(name, transformed(name, lambda _: itertools.count()))
    assert message == hint("not_a_number") or "your function returned" in message


def test_a_number_may_be_rounded_to_three_digits():
    exercise = NumberExercise(reference=2e-6, mistakes={"ten": 10.0})
    answers = {2.009e-6: "reason", 2.011e-6: "hint", 10.04: "ten", -(10**400): "hint"}
    for answer, text in answers.items():
        assert exercise.judge("x", answer).text == f"exercises.x.{text}"
    for name in NUMBERS:
        rounded = float(f"{EXERCISES[name].reference:.3g}")
        assert EXERCISES[name].judge(name, rounded).text == f"exercises.{name}.reason"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_that_ignores_an_argument_can_be_right(name):
    """For each parameter, two calls differ in nothing else, and their results differ."""
    calls = EXERCISES[name].arguments
    results = [np.array2string(np.array(SOLUTIONS[name](*call)), precision=3) for call in calls]
    for ignored in range(len(calls[0])):
        rest = [repr([*call[:ignored], *call[ignored + 1 :]]) for call in calls]
        assert len(set(zip(rest, results, strict=True))) > len(set(rest))


class Hardcode(ast.NodeTransformer):
    """Replace one use of a parameter by the constant ``value``."""

    def __init__(self, parameter, use):
        self.parameter, self.left = parameter, use

    def visit_Name(self, node):  # noqa: D102
        if node.id == self.parameter and isinstance(node.ctx, ast.Load):
            self.left -= 1
            if self.left == -1:
                return ast.Name("__value", ast.Load())
        return node


# Uses that do not change the result: of a rate that nothing reads, of a plan that is loaded over,
# of a milestone after the climb has ended.
HARMLESS = {
    ("clinic_cycled_momentum", "steps", 0),
    ("clinic_shared_rate", "lr", 0),
    ("clinic_nested", "warm", 1),
    ("clinic_resumed", "total", 1),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_solution_that_uses_a_constant_for_an_argument_once_is_wrong(name):
    exercise, source = EXERCISES[name], SOURCES[name]
    for position, parameter in enumerate(inspect.signature(SOLUTIONS[name]).parameters):
        values = {repr(call[position]): call[position] for call in exercise.arguments}.values()
        for use in range(sum(isinstance(n, ast.Name) and n.id == parameter
                             for n in ast.walk(ast.parse(source)))):  # fmt: skip
            tree = ast.parse(source)
            transformer = Hardcode(parameter, use)
            tree = ast.fix_missing_locations(transformer.visit(tree))
            if transformer.left >= 0 or (name, parameter, use) in HARMLESS:
                continue
            for value in values:
                answers = {}
                names = {**SOLUTIONS[name].__globals__, "__value": value}
                exec(compile(tree, name, "exec"), {**names, "check": answers.__setitem__})
                assert not exercise.judge(name, answers[name]).correct, (parameter, use, value)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_judging_leaves_the_random_state(name):
    before = torch.get_rng_state()
    EXERCISES[name].judge(name, lambda *_: 1.0)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_letter_may_come_in_a_container(read_message):
    for right in ("B", ("b",), ["b "], {"b"}, np.array(["b"]), np.str_("b")):
        assert read_message("bias_log", right) == reason("bias_log")
    for wrong in (["a", "b"], b"b", torch.ones(2, device="meta"), 2):
        assert read_message("bias_log", wrong) == hint("not_a_choice", letters="a, b, c, d")


@pytest.mark.parametrize("name", LINES)
def test_lines_may_come_in_any_collection_and_must_be_the_right_ones(name, read_message):
    exercise, lines = EXERCISES[name], sorted(EXERCISES[name].reference)
    floats = torch.tensor(lines, dtype=torch.float32)
    for right in (lines, tuple(lines[::-1]), np.array(lines), {*lines, *exercise.optional}, floats):
        assert read_message(name, right) == reason(name)
    for wrong in (set(), {1}, lines[:1], {*lines, 19}, {*lines[1:], 19}, exercise.optional):
        assert read_message(name, wrong) == hint(f"{name}.hint")
    for no_lines in (3, None, "2, 16", {2.5}, {"2"}, len, iter("ab")):
        assert read_message(name, no_lines) == hint("not_lines")
    for line, key in exercise.decoys.items():
        assert read_message(name, {1, line}) == hint(f"{name}.{key}")


@pytest.mark.parametrize("name", TRIALS)
def test_numbers_that_are_right_when_tried_lie_side_by_side(name, read_message):
    exercise = EXERCISES[name]
    low, high = exercise.mistakes["low"], exercise.mistakes["high"]
    ends = ((low, exercise.reference), (exercise.reference, high))
    numbers = np.concatenate([np.geomspace(*some, 5) for some in ends])
    messages = [read_message(name, number) for number in numbers]
    runs = [one for one, before in zip(messages, [None, *messages], strict=False) if one != before]
    assert runs == [hint(f"{name}.low"), reason(name), hint(f"{name}.high")]
    for outside in (0, -exercise.reference, math.nan, 1.01 * high):
        assert read_message(name, outside) == hint(f"{name}.hint")
    assert read_message(name, "a lot") == hint("not_a_number")


def line(rule, seeds, epochs, part="train", **options):
    """Distances to the optimum and losses above the lowest, where seeds end on the line."""
    toy = problems.linear_regression()
    ends = simulate.on_regression(toy, rule, seeds, epochs, **options).paths[:, -1].double()
    surface = toy.surface(part)
    far, above = (ends - surface.minimum).norm(dim=1), surface.value(ends) - surface.minimum_value
    return far.nan_to_num(math.inf), above.nan_to_num(math.inf)


def falling(lr, share):
    return {"schedule": {"lr": [lr * share(step / 100) for step in range(100)]}}


def nine_in_ten_arrive(lr):
    _, above = line(sgd, range(100, 200), 10, batch_size=4, lr=lr)
    lowest = problems.linear_regression().surface("train").minimum_value
    return (above + lowest).quantile(0.9) <= 0.009


def closer_than_adam(lr):
    return line(sgd, range(500, 600), 5, part="all", lr=lr)[0].median() < 0.13


def low_after_half_a_cosine(lr):
    plan = falling(lr, lambda part: (1 + math.cos(math.pi * part)) / 2)
    return line(sgd, range(500, 600), 20, **plan)[1].median() < 5e-5


def lion_arrives(lr):
    nearest = 10 ** (round(10 * math.log10(lr)) / 10)
    plan = falling(nearest, lambda part: 1 - part)
    return line(lion, range(500, 900), 20, **plan)[0].median() < 0.06


def ends_flat(lr, u=2.0, v=0.2):
    for _ in range(200):
        u, v = u - lr * (u * v - 1) * v, v - lr * (u * v - 1) * u
    return abs(u * v - 1) < 1e-3 and u * u + v * v < 2.5


def nesterov_left(momentum, lr=0.01):
    """How far from the minimum torch's Nesterov is after 60 steps, as a share of the start."""
    theta = torch.ones(2, requires_grad=True, dtype=torch.float64)
    optimizer = torch.optim.SGD([theta], lr, momentum, nesterov=True)
    for _ in range(60):
        theta.grad = theta.detach() * torch.tensor([1.0, 100.0])
        optimizer.step()
    return theta.norm().item() / 2**0.5


def off_the_square(beta):
    signal = np.where(np.arange(2000) // 40 % 2, -1.0, 1.0)
    noisy = signal + np.random.default_rng(0).standard_normal((20, 2000))
    ewma = pd.DataFrame(noisy.T).ewm(alpha=1 - beta, adjust=False).mean().to_numpy().T
    return np.sqrt(np.mean((ewma - signal)[:, 40:] ** 2))


def calm_and_soon(beta):
    return beta**50 < 0.01 and (1 - beta) / (1 + beta) <= 1 / 16


def halves(decay):
    return abs((1 - 1e-3 * decay) ** 10_000 - 0.5) <= 0.02


# What the texts ask for, and numbers on both sides of both ends of what is right.
STATED = {
    "learning_rate_choice": (nine_in_ten_arrive, (0.0965, 0.097, 0.176, 0.1765)),
    "ewma_choice": (lambda beta: off_the_square(beta) <= 0.54, (0.628, 0.63, 0.807, 0.809)),
    "bias_choice": (calm_and_soon, (0.881, 0.883, 0.912, 0.9121)),
    "adam_choice": (halves, (0.0653, 0.0654, 0.0733, 0.0734)),
    "adapted_rate": (closer_than_adam, (0.667, 0.669, 0.745, 0.747)),
    "momentum_nesterov": (lambda m: nesterov_left(m) < 0.015, (0.806, 0.8062, 0.9175, 0.9176)),
    "schedulers_highest": (low_after_half_a_cosine, (0.527, 0.53, 0.849, 0.851)),
    "edge_flat": (ends_flat, (0.5574, 0.5576, 0.876, 0.8762)),
    "after_adam_lion": (lion_arrives, (0.112, 0.1123, 0.4466, 0.4468)),
}


@pytest.mark.parametrize("name", TRIALS)
def test_a_number_is_right_where_it_does_what_the_text_asks(name):
    does, numbers = STATED[name]
    assert [bool(does(number)) for number in numbers] == [False, True, True, False]
    assert [EXERCISES[name].judge(name, one).correct for one in numbers] == [
        False,
        True,
        True,
        False,
    ]


# ── What a page gets to judge by ──────────────────────────────────────────────────────────────────


def judged_on_a_page(form, answer):
    """Judge as a page does, which has the form alone; an answer of None cannot be read."""
    if form["kind"] == "choice":
        return form["answers"].get(answer)
    if answer is None:
        return False, form["unreadable"]
    if form["kind"] == "number":
        for number, is_right, message in form["answers"]:
            if abs(answer - number) <= form["rel"] * abs(number) + 1e-12:
                return is_right, message
        return False, form["otherwise"]
    if form["kind"] == "trial":
        return tuple(form["bands"][sum(answer >= edge for edge in form["edges"])])
    named = {str(line) for line in answer} - set(map(str, form["optional"]))
    missing, extra = form["missing"].keys() - named, named - form["missing"].keys()
    if not missing and not extra:
        return True, form["right"]
    for line in sorted(extra & form["decoys"].keys(), key=int):
        return False, form["decoys"][line]
    if len(missing) == 1 and not extra:
        return False, form["missing"][missing.pop()]
    return False, form["otherwise"]


def answers_to(exercise):
    """Return answers of every sort: the right one, the usual mistakes, and what is neither."""
    known = [exercise.reference, *mistakes(exercise).values()]
    if isinstance(exercise, NumberExercise):
        near = [number * (1 + off * exercise.rel) for number in known for off in (-1.1, 0.9, 1.1)]
        return [*known, *near, 0.0, 1e9, None]
    if isinstance(exercise, LinesExercise):
        lines, decoys = set(exercise.reference), set(exercise.decoys)
        some = [lines | set(exercise.optional), lines | decoys, decoys, set(), {99}, lines | {99}]
        return [lines, *known[1:], *some, *({line} for line in lines), None]
    return known


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("name", [name for name in EXERCISES if name not in TRIALS])
def test_a_page_that_has_the_form_judges_as_the_exercise_does(name, code):
    exercise = EXERCISES[name]
    with language.using(code):
        form = json.loads(json.dumps(exercise.form(name)))
        if isinstance(exercise, FunctionExercise):
            assert form == {"kind": "code"}
            return
        for answer in answers_to(exercise):
            verdict = exercise.judge(name, answer)
            expected = [verdict.correct, verdict.message()]
            assert [*judged_on_a_page(form, answer)] == expected, answer


def test_a_form_has_the_numbers_at_which_a_trials_verdict_changes():
    trial = TrialExercise(
        succeeds=lambda number: 2 <= number < 5, reference=3, mistakes={"low": 0.1, "high": 20}
    )
    form = json.loads(json.dumps(trial.form("ewma_choice")))
    assert form["edges"] == pytest.approx([0.1, 2, 5, 20], rel=1e-5)
    for number in (-1, 0.099, 0.1, 1.999, 2.001, 4.999, 5.001, 20, 20.1, None):
        verdict = trial.judge("ewma_choice", number)
        assert [*judged_on_a_page(form, number)] == [verdict.correct, verdict.message()], number


# ── Functions that fail, and functions with side effects ──────────────────────────────────────────


def recurse(*call):
    return recurse(*call)


def raise_with_a_note(*_):
    error = ValueError("no")
    error.add_note("a note")
    raise error


def endless():
    while True:
        yield endless()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_fails_gets_a_plain_message(name, read_message):
    for answer, error in [
        (lambda *_: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda *_: sys.exit("bye"), "SystemExit: bye"),
        (recurse, "RecursionError: maximum recursion depth exceeded"),
    ]:
        assert read_message(name, answer) == hint("raised", error=error)
    assert read_message(name, raise_with_a_note) == hint("raised", error="ValueError: no")
    assert "positional argument" in read_message(name, lambda: 1)
    for answer in (0.5, None, [1, 2], "def", np.ones(3)):
        assert read_message(name, answer) == hint("not_a_function")
    *calls, last = EXERCISES[name].arguments
    results = [SOLUTIONS[name](*call) for call in calls]
    message = read_message(name, lambda *_: results.pop(0) if results else None)
    arguments = ", ".join(map(reprlib.repr, last))
    assert message == hint("not_numbers", arguments=arguments, value="None")
    assert "<generator" in read_message(name, lambda *_: endless())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_may_print_and_change_its_arguments(name, read_message):
    def careless(*call):
        result = SOLUTIONS[name](*call)
        print("here")
        for argument in call:
            if isinstance(argument, list | np.ndarray):
                argument[:] = [0] * len(argument)
        return result

    assert read_message(name, careless).endswith(f"here\n{reason(name)}")
    assert read_message(name, SOLUTIONS[name]) == reason(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_references_and_mistakes_leave_their_arguments_alone(name):
    exercise = EXERCISES[name]
    before = repr(exercise.arguments)
    for function in (exercise.reference, *exercise.mistakes.values()):
        for call in exercise.arguments:
            function(*call)
    assert repr(exercise.arguments) == before


# ── The call itself ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["", "ewma", "ewma_period", None, 3], ids=repr)
def test_an_unknown_exercise_is_named(name):
    with pytest.raises(ValueError, match=r"name must be one of .*'ewma_ramp', ") as error:
        check(name, 1)
    assert str(error.value).endswith(f"got {name!r}")


@pytest.mark.parametrize("name", EXERCISES)
def test_where_solutions_are_required_nothing_else_passes(name, read_message, monkeypatch):
    monkeypatch.setenv("COURSE_SOLUTIONS", "required")
    assert read_message(name, SOLUTIONS[name]) == reason(name)
    for answer in (*mistakes(EXERCISES[name]).values(), ANSWERS["exercise"][name], ..., "text"):
        with pytest.raises(AssertionError, match=f"the solution of {name} is not right: .+"):
            check(name, answer)


def test_the_build_gets_the_message_in_every_language(monkeypatch):
    published = []
    monkeypatch.setenv("COURSE_BUILD", "1")
    monkeypatch.setattr("IPython.display.display", lambda data, raw: published.append(data))
    check("ewma_ramp", 9)
    built = published[0][output.BUILD_MIME]
    assert built["kind"] == "exercise"
    for code in language.LANGUAGES:
        with language.using(code):
            form = EXERCISES["ewma_ramp"].form("ewma_ramp")
            own = {"text": reason("ewma_ramp"), "name": "ewma_ramp", "form": form}
            assert built["languages"][code] == own


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: clinic.warm_cosine("x", 3), TypeError, "total must be a whole number of at least"),
        (lambda: clinic.warm_cosine(5, 9), ValueError, "warm must be at most 4, got 9"),
        (lambda: clinic.updates_counted(4, 8), ValueError, "accumulate must be at most 4, got 8"),
        (lambda: clinic.resumed(20, 21), ValueError, "saved_at must be at most 20, got 21"),
        (lambda: clinic.longer_one_cycle(3, 0), ValueError, "total must be a whole number of at"),
        (lambda: clinic.accumulated([1.0] * 3), ValueError, "values must come in four parts of"),
        (lambda: clinic.best_rate([1.0]), ValueError, "losses must have shape (rates, runs), got"),
        (
            lambda: clinic.best_rate([[np.nan]], sick=True),
            ValueError,
            "losses must have a run that",
        ),
        (
            lambda: clinic.decayed(10.1, 3),
            ValueError,
            "weight_decay must be a number in [0, 10], got",
        ),
        (
            lambda: clinic.pair(clinic.best_rate, [[1.0]], sick="A"),
            TypeError,
            "patient must return a curve, got 0",
        ),
        (lambda: clinic.ordered(3, None), TypeError, "gamma must be a number in (0, 1], got None"),
        (lambda: clinic.ema(0.9, 3, sick=1), TypeError, "sick must be True or False, got 1"),
        (lambda: clinic.pair(clinic.ordered, 3, 0.9, sick="C"), ValueError, "sick must be one of"),
        (lambda: clinic.pair(None, sick="A"), TypeError, "patient must be a function of helpers."),
    ],
)
def test_arguments_of_a_patient_are_named(call, kind, message):
    assert message_of(kind, call).startswith(message)


def test_a_pair_has_the_sick_curve_where_it_is_wanted_and_starts_where_it_is_told():
    sick, well = clinic.ordered(4, 0.5, sick=True), clinic.ordered(4, 0.5)
    assert sick[0] < well[0]
    x, a, b = clinic.pair(clinic.ordered, 4, 0.5, sick="A", start=3)
    assert (x.tolist(), a.tolist(), b.tolist()) == ([3, 4, 5, 6], sick, well)
    _, a, b = clinic.pair(clinic.ordered, 4, 0.5, sick="B")
    assert (a.tolist(), b.tolist()) == (well, sick)


def test_of_a_pair_the_shorter_curve_goes_on_as_not_a_number():
    x, sick, well = clinic.pair(clinic.longer_one_cycle, 20, 4, sick="A")
    assert len(x) == len(sick) == len(well) == 16
    assert np.isnan([*sick, *well]).tolist() == [False] * 6 + [True] * 10 + [False] * 16


def test_a_rate_of_any_size_can_be_shared():
    assert clinic.shared_rate(1e39, 3) == [1e39] * 3
    assert clinic.shared_rate(0.1, 3, sick=True) == pytest.approx([0.1, 0.09, 0.081])


def test_the_best_rate_by_the_mean_of_what_is_left_may_be_one_at_which_a_run_diverged():
    losses = [[np.nan, np.nan], [3, 3], [np.nan, 1]]
    assert clinic.best_rate(losses, sick=True) == 2
    assert clinic.best_rate(losses) == 1
