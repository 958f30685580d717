"""Adam's step in the lab: numbers, lines and code against torch."""

import inspect
from random import Random

import numpy as np
import pytest
import torch
from torch.optim import adam

from tests.lab import evaluate, run_script


def random_states(count: int) -> list[dict]:
    random = Random(4)
    states = []
    for _ in range(count):
        size = 10 ** random.uniform(-9, 3)
        kinds = [0, size, -size, random.uniform(-size, size), round(random.uniform(-1, 1), 1)]
        states.append(
            {
                "gradients": [random.choice(kinds) for _ in range(random.randint(1, 40))],
                "lr": 10 ** random.uniform(-5, 1),
                "beta1": random.choice([0.0, 0.9, random.uniform(0, 0.999)]),
                "beta2": random.choice([0.0, 0.999, random.uniform(0, 0.9999)]),
                "eps": random.choice([1e-8, 10 ** random.uniform(-12, 0)]),
                "amsgrad": random.random() < 0.4,
            }
        )
    return states


@pytest.fixture(scope="module")
def states():
    return random_states(80)


@pytest.fixture(scope="module")
def traces(states):
    return evaluate("components/adam.numbers.js", "module.trace(input)", states)


def torch_steps(state) -> np.ndarray:
    """Return θ, m, v and the largest v after each step of `torch.optim.Adam`: (steps, 4)."""
    theta = torch.zeros((), dtype=torch.float64, requires_grad=True)
    betas = float(state["beta1"]), float(state["beta2"])
    options = {name: state[name] for name in ("lr", "eps", "amsgrad")}
    optimizer = torch.optim.Adam([theta], betas=betas, **options)
    rows = []
    for gradient in state["gradients"]:
        theta.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        kept = optimizer.state[theta]
        largest = kept.get("max_exp_avg_sq", kept["exp_avg_sq"])
        values = theta, kept["exp_avg"], kept["exp_avg_sq"], largest
        rows.append([value.item() for value in values])
    return np.array(rows)


def test_steps_are_those_of_torch(states, traces):
    for state, found in zip(states, traces, strict=True):
        names = ("theta", "m", "v", "v_max")
        rows = np.array([found[name][1:] for name in names]).T
        steps = torch_steps(state)
        np.testing.assert_allclose(rows, steps, rtol=1e-9, atol=1e-15 * state["lr"])
        moves = np.diff([0, *steps[:, 0]])
        rounding = 1e-15 * np.abs(steps[:, 0]).max()  # of the positions that are subtracted
        np.testing.assert_allclose(found["move"][1:], moves, rtol=1e-9, atol=rounding)


def test_corrected_averages_are_weighted_means(states, traces):
    for state, found in zip(states, traces, strict=True):
        gradients = np.array(state["gradients"])
        if state["amsgrad"]:
            continue
        for beta, name, values in (
            (state["beta1"], "m_hat", gradients),
            (state["beta2"], "v_hat", gradients**2),
        ):
            weights = float(beta) ** np.arange(len(values))[::-1]
            mean = np.average(values, weights=weights)
            scale = np.abs(values).max()
            np.testing.assert_allclose(found[name][-1], mean, rtol=1e-9, atol=1e-12 * scale)


def test_the_code_prints_every_step(states, traces):
    codes = evaluate("components/adam.code.js", "module.adamCode(input)", states)
    before = torch.get_default_dtype()
    for code, found in zip(codes, traces, strict=True):
        assert max(map(len, code.splitlines())) <= 100
        try:
            printed = run_script(code)
        finally:
            torch.set_default_dtype(before)
        rows = [[float(part) for part in line.split()] for line in printed.splitlines()]
        shown = np.array([found[name] for name in ("theta", "m", "v")])[:, 1:].T
        np.testing.assert_array_equal([row[0] for row in rows], np.arange(1, len(rows) + 1))
        np.testing.assert_allclose([row[1:] for row in rows], shown, rtol=1e-9, atol=1e-18)


def test_lines_of_code_are_those_of_torch():
    source = inspect.getsource(adam._single_tensor_adam).replace("device_beta", "beta")
    lines = {line.split("  #")[0].strip() for line in source.splitlines()}
    [shown] = evaluate(
        "components/adam.lines.js", "[...Object.values(module.CODE), module.AMSGRAD_CODE]", [0]
    )
    assert len(shown) == 6
    for part in shown:
        assert lines.issuperset(part), part


WRONG = [
    {"gradients": []},
    {"gradients": [0.1] * 41},
    {"gradients": [1001]},
    {"gradients": ["0.1"]},
    {"lr": 0},
    {"lr": 1e9},
    {"beta1": 1},
    {"beta2": 1},
    {"eps": -1},
    {"amsgrad": 0},
    {"step": 1.5},
    {"line": "g"},
    {"betas": [0.9, 0.999]},
]


def test_wrong_states_are_refused(states):
    refused = evaluate("state.js", 'module.invalid("adam", input)', [*WRONG, *states])
    assert refused == [list(state) for state in WRONG] + [[]] * len(states)
