"""The still pictures of the lab: their numbers and sentences are those of the scripts."""

import json
import random
from unittest import mock

import numpy as np

from helpers import lab, language
from helpers.figures import lab as figures
from tests import test_lab_adam, test_lab_average, test_lab_schedule, test_lab_stability
from tests.lab import evaluate

FAILING = [
    {"piece": "warm_up", "steps": 9, "start_factor": 0},
    {"piece": "constant", "steps": 9, "factor": 0, "total_iters": 4},
    {"piece": "one_cycle", "steps": 9, "total_steps": 5},
    {"piece": "one_cycle", "steps": 30, "pct_start": 1 / 3, "total_steps": 3},
]
close = {"rtol": 1e-9, "atol": 1e-12}


def drawn(name: str, state: dict, code: str = "en") -> tuple[tuple, dict]:
    """Return what the figure of a component is called with."""
    with language.using(code), mock.patch.object(figures, name) as figure:
        component = getattr(lab, name)(**state)
        component._kind.draw(component.state)
    return figure.call_args.args, figure.call_args.kwargs


def full(name: str, state: dict) -> dict:
    """Return a state with all fields, as the script has it."""
    return getattr(lab, name)(**state).state


def in_words(code: str) -> str:
    """Return an expression of JavaScript for the texts of a language."""
    with language.using(code):
        catalogue = {"texts": language.table("lab"), "marks": language.table("language")}
    return f"module.language({json.dumps(catalogue)})"


def compare_sentences(name: str, modules: str, call: str, states: list[dict]) -> None:
    """Compare the outcome in Python with that of the script, in every language."""
    for code in language.LANGUAGES:
        expression = f"((words) => {call})({in_words(code)})"
        told = evaluate(f"parts/text.js {modules}", expression, states)
        for state, sentence in zip(states, told, strict=True):
            assert drawn(name, state, code)[1]["outcome"] == sentence, state


def test_averages():
    shown = {"ma": True, "ewma": False, "corrected": True}
    states = [full("average", state) for state in test_lab_average.random_states(40)]
    states[0].update(shown)
    numbers = "[module.curves(input), module.weightsOf(input), module.dayOf(input)]"
    found = evaluate("components/average.numbers.js", numbers, states)
    for state, (curves, weights, day) in zip(states, found, strict=True):
        (values, by_style, lags), options = drawn("average", state)
        assert (values.tolist(), options["day"]) == (state["series"], day)
        assert list(by_style) == [style for style in shown if state[style]]
        for style, curve in by_style.items():
            np.testing.assert_allclose(curve, curves[style], **close, err_msg=style)
        for style, row in lags.items():
            np.testing.assert_allclose(row, weights[style], **close, err_msg=style)
    compare_sentences("average", "components/average.js", "module.outcome(words, input)", states)


def test_adam():
    draw = random.Random(3)
    states = test_lab_adam.random_states(40)
    states = [full("adam", {**state, "step": draw.randint(1, 40)}) for state in states]
    numbers = "[module.trace(input), module.stepOf(input)]"
    found = evaluate("components/adam.numbers.js", numbers, states)
    for state, (trace, step) in zip(states, found, strict=True):
        (gradients, averages, moves), options = drawn("adam", state)
        assert gradients.tolist() == state["gradients"]
        assert (options["lr"], options["step"]) == (state["lr"], step)
        np.testing.assert_allclose(averages["ewma"], trace["m"][1:], rtol=1e-9, atol=0)
        np.testing.assert_allclose(averages["corrected"], trace["m_hat"][1:], rtol=1e-9, atol=0)
        np.testing.assert_allclose(moves, trace["move"][1:], rtol=1e-9, atol=0)
        rounding = 1e-14 * np.abs(trace["theta"]).max()
        np.testing.assert_allclose(np.cumsum(moves), trace["theta"][1:], rtol=1e-9, atol=rounding)
    compare_sentences("adam", "components/adam.js", "module.outcome(words, input)", states)


def test_schedule():
    states = [test_lab_schedule.random_state(seed) for seed in range(30)]
    for piece in FAILING:
        states += [{"pieces": [piece]}, {"pieces": [{"piece": "cosine", "steps": 7}, piece]}]
    states = [full("schedule", state) for state in states]
    modules = " ".join(
        f"components/schedule.{part}.js" for part in ("pieces", "losses", "notes", "outcome")
    )
    call = """((followed) => {
        const finish = (work) => {
            for (;;) { const { done, value } = work.next(); if (done) return value; }
        };
        const row = finish(module.manyLosses(input, followed.rates, followed.momenta));
        const constant = finish(module.manyLosses(input, ...module.constantOf(input)));
        return %s;
    })(module.follow(input))"""
    numbers = "[followed.rates, followed.momenta, followed.error, row.median, constant.median]"
    found = evaluate(modules, call % numbers, states)
    assert all(error for _, _, error, *_ in found[-2 * len(FAILING) :])
    for state, (rates, momenta, error, row, constant) in zip(states, found, strict=True):
        (own_rates, losses, reference), options = drawn("schedule", state)
        np.testing.assert_allclose(own_rates, rates, **close)
        np.testing.assert_allclose(lab._schedule.rates_of(state)[1], momenta, **close)
        assert options["error"] == (error and error["step"])
        for ours, theirs in ((losses, row), (reference, constant)):
            np.testing.assert_allclose(ours, np.array(theirs, float), rtol=1e-7, atol=2e-12)
    told = "module.outcome(words, followed, module.notesOf(input, followed), row, constant)"
    compare_sentences("schedule", modules, call % told, states)


def test_stability():
    states = [test_lab_stability.random_state(seed) for seed in range(60)]
    states = [full("stability", {**state, "steps": 5 + state["steps"] // 8}) for state in states]
    numbers = """[input.rate, input.rate / input.condition].map((rate) =>
        module.follow(rate, input.momentum, input.nesterov, input.steps))"""
    found = evaluate("engine/stability.js", numbers, states)
    for state, both in zip(states, found, strict=True):
        (_, _, _, points, paths), options = drawn("stability", state)
        assert points == {"steep": state["rate"], "flat": state["rate"] / state["condition"]}
        assert options["momentum"] == state["momentum"]
        for name, expected in zip(("steep", "flat"), both, strict=True):
            path, expected = paths[name], np.array(expected, float)
            inside = np.isfinite(path)
            assert inside.all() or np.abs(expected[~inside]).max() > 1e6
            np.testing.assert_allclose(path[inside], expected[inside], rtol=1e-9, atol=1e-9)
    compare_sentences(
        "stability", "components/stability.results.js", "module.outcome(words, input)", states
    )
