"""The still pictures of the lab: their numbers and sentences are those of the scripts."""

import json
from unittest import mock

import numpy as np
import pytest

from helpers import lab, language
from helpers.figures import lab as figures
from tests import (
    test_lab_adam,
    test_lab_average,
    test_lab_map,
    test_lab_schedule,
    test_lab_stability,
)
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
    component = getattr(lab, name)(**state)
    with language.using(code), mock.patch.object(figures, name) as figure:
        component._kind.draw(component.state)
    return figure.call_args.args, figure.call_args.kwargs


def full(name: str, state: dict) -> dict:
    return getattr(lab, name)(**state).state


def compare_sentences(name: str, modules: str, call: str, states: list[dict]) -> None:
    """Compare the outcome in Python with that of the script, in every language."""
    for code in language.LANGUAGES:
        with language.using(code):
            catalogue = {"texts": language.table("lab"), "marks": language.table("language")}
        expression = f"((words) => {call})(module.language({json.dumps(catalogue)}))"
        told = evaluate(f"parts/text.js {modules}", expression, states)
        for state, sentence in zip(states, told, strict=True):
            assert drawn(name, state, code)[1]["outcome"] == sentence, state


def test_averages():
    states = [full("average", state) for state in test_lab_average.random_states(40)]
    states[0]["ewma"] = False
    numbers = "[module.curves(input), module.weightsOf(input), module.dayOf(input)]"
    found = evaluate("components/average.numbers.js", numbers, states)
    for state, (curves, weights, day) in zip(states, found, strict=True):
        (values, by_style, lags), options = drawn("average", state)
        assert (values.tolist(), options["day"]) == (state["series"], day)
        assert list(by_style) == [style for style in curves if state[style]]
        for ours, theirs in ((by_style, curves), (lags, weights)):
            for style, row in ours.items():
                np.testing.assert_allclose(row, theirs[style], **close, err_msg=style)
    compare_sentences("average", "components/average.js", "module.outcome(words, input)", states)


def test_adam():
    states = enumerate(test_lab_adam.random_states(40), start=1)
    states = [full("adam", {**state, "step": step}) for step, state in states]
    numbers = "[module.trace(input), module.stepOf(input)]"
    found = evaluate("components/adam.numbers.js", numbers, states)
    for state, (trace, step) in zip(states, found, strict=True):
        (gradients, averages, moves), options = drawn("adam", state)
        assert (gradients.tolist(), options["step"]) == (state["gradients"], step)
        ours = averages["ewma"], averages["corrected"], moves
        theirs = [trace[name][1:] for name in ("m", "m_hat", "move")]
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=0)
        rounding = 1e-14 * np.abs(trace["theta"]).max()
        np.testing.assert_allclose([0, *np.cumsum(moves)], trace["theta"], 1e-9, rounding)
    compare_sentences("adam", "components/adam.js", "module.outcome(words, input)", states)


def test_schedule():
    states = [test_lab_schedule.random_state(seed) for seed in range(30)]
    rows = [
        [*before, piece] for piece in FAILING for before in ([], [{"piece": "cosine", "steps": 7}])
    ]
    states = [full("schedule", state) for state in [*states, *({"pieces": row} for row in rows)]]
    parts = ("pieces", "losses", "notes", "outcome")
    modules = " ".join(f"components/schedule.{part}.js" for part in parts)
    call = """((followed) => {
        const finish = (work) => { let n; do n = work.next(); while (!n.done); return n.value; };
        const row = finish(module.manyLosses(input, followed.rates, followed.momenta));
        const constant = finish(module.manyLosses(input, ...module.constantOf(input)));
        return %s;
    })(module.follow(input))"""
    numbers = "[followed.rates, followed.momenta, followed.error, row.median, constant.median]"
    found = evaluate(modules, call % numbers, states)
    assert all(error for _, _, error, *_ in found[-len(rows) :])
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
    results = "components/stability.results.js"
    numbers = """[module.resultsOf(input), [input.rate, input.rate / input.condition].map((rate) =>
        module.follow(rate, input.momentum, input.nesterov, input.steps))]"""
    found = evaluate(f"engine/stability.js {results}", numbers, states)
    for state, (both, expected) in zip(states, found, strict=True):
        (_, _, _, points, paths), options = drawn("stability", state)
        at = [*points.values(), options["momentum"]]
        assert at == [state["rate"], state["rate"] / state["condition"], state["momentum"]]
        for name, result, theirs in zip(points, both, expected, strict=True):
            kind, radius, steps = lab._stability._results(state, points[name])
            assert (kind, steps) == (result["kind"], float(result["steps"]))
            assert radius == pytest.approx(result["radius"], rel=1e-9)
            theirs = np.array(theirs, float)
            theirs[np.isnan(paths[name]) & (np.maximum.accumulate(abs(theirs)) > 1e6)] = np.nan
            np.testing.assert_allclose(paths[name], theirs, rtol=1e-9, atol=1e-9)
    compare_sentences("stability", results, "module.outcome(words, input)", states)


def test_map():
    ragged = {"view": [1.1, 1.5, 0.3, 0.9], "start": [0.5, 0.3], "steps": 80}
    states = [full("map", state) for state in [*test_lab_map.STATES, ragged]]
    call = """((work) => [...work.next().value])(
        module.outcomes({ ...input, steps: Math.min(input.steps, 80) }, [120, 90], Infinity))"""
    short = [{**state, "steps": min(state["steps"], 80)} for state in (*states[:3], states[-1])]
    for state, found in zip(short, evaluate("engine/map.js", call, short), strict=True):
        (since, view, point), options = drawn("map", state)
        assert since.flatten().tolist() == [float(one) for one in found]  # to the last digit
        assert (list(view), list(point)) == (state["view"], [state["rate"], state["momentum"]])
        assert (options["start"], options["steps"]) == (state["start"], state["steps"])
    compare_sentences("map", "components/map.code.js", "module.outcome(words, input)", states[:20])
