"""The averages of the lab: curves, weights and code against pandas, numpy and torch."""

from random import Random

import numpy as np
import pandas as pd
import pytest
import torch

from tests.lab import evaluate, run_script


def random_states(count: int) -> list[dict]:
    random = Random(2)
    states = []
    for number in range(count):
        days = random.randint(2, 60)
        digits = random.choice([0, 1, 17])
        alpha = random.choice([1, 0.02, 1 / 3, random.uniform(0.02, 1)])
        states.append(
            {
                "series": [round(random.uniform(-100, 100), digits) for _ in range(days)],
                "periods": random.randint(1, 99) if number else 1,
                "alpha": alpha,
                "day": random.randint(1, 60),
            }
        )
    return states


@pytest.fixture(scope="module")
def states():
    return random_states(80)


def known(state) -> np.ndarray:
    """Return the values up to the state's day."""
    return np.array(state["series"][: state["day"]])


def test_curves_are_those_of_pandas(states):
    found = evaluate("components/average.numbers.js", "module.curves(input)", states)
    for state, curves in zip(states, found, strict=True):
        series, alpha = pd.Series(state["series"]), state["alpha"]
        oracles = {
            "ma": series.rolling(state["periods"], min_periods=1).mean(),
            "corrected": series.ewm(alpha=alpha).mean(),
            # What starts at 0 is the recursion of pandas with a 0 before the first value.
            "ewma": pd.Series([0.0, *series]).ewm(alpha=alpha, adjust=False).mean()[1:],
        }
        for name, oracle in oracles.items():
            np.testing.assert_allclose(curves[name], oracle, rtol=1e-9, atol=1e-11, err_msg=name)


def test_the_code_prints_the_averages_of_the_day(states):
    codes = evaluate("components/average.code.js", "module.averageCode(input)", states)
    expression = (
        "(({ curves, dayOf }) => Object.values(curves(input)).map((row) => row[dayOf(input) - 1]))"
        "(module)"
    )
    ends = evaluate("components/average.numbers.js", expression, states)
    before = torch.get_default_dtype()
    for code, end in zip(codes, ends, strict=True):
        assert max(map(len, code.splitlines())) <= 100
        try:
            printed = run_script(code)
        finally:
            torch.set_default_dtype(before)
        np.testing.assert_allclose([*map(float, printed.split())], end, rtol=1e-9, atol=1e-11)


def test_weights_give_the_averages_and_what_they_lack_lies_on_the_zero(states):
    expression = "[module.weightsOf(input), module.missingWeight(input)]"
    found = evaluate("components/average.numbers.js", expression, states)
    curves = evaluate("components/average.numbers.js", "module.curves(input)", states)
    for state, (weights, missing), averages in zip(states, found, curves, strict=True):
        values = known(state)
        for name, row in weights.items():
            average = averages[name][len(values) - 1]
            np.testing.assert_allclose(np.dot(row, values[::-1]), average, rtol=1e-9, atol=1e-10)
        sums = [sum(weights["ma"]), sum(weights["corrected"]), sum(weights["ewma"]) + missing]
        np.testing.assert_allclose(sums, 1, rtol=1e-12)


WRONG = [
    {"series": [1.0]},
    {"series": [1.0] * 61},
    {"series": [1.0, None]},
    {"series": [1.0, 101]},
    {"series": "1, 2"},
    {"periods": 0},
    {"periods": 2.5},
    {"alpha": 0},
    {"alpha": 1.01},
    {"same_age": 1},
    {"day": 0},
    {"beta": 0.9},
]


def test_wrong_states_are_refused(states):
    refused = evaluate("state.js", 'module.invalid("average", input)', [*WRONG, *states])
    assert refused == [list(state) for state in WRONG] + [[]] * len(states)
