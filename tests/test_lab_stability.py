"""The lab's stability: roots and borders against numpy, paths against torch, and its page."""

import json
import random

import numpy as np
import pytest
import torch

from tests.lab import evaluate, run_script

ENGINE = "engine/stability.js"
STABILITY = "components/stability.code.js"
BOTH = pytest.mark.parametrize("nesterov", [False, True])
ARGUMENTS = "input.rate, input.momentum, input.nesterov"


def random_state(seed: int) -> dict:
    draw = random.Random(seed)
    return {
        "rate": draw.choice([0, 1, 2, 4, *(draw.uniform(0, 4) for _ in range(12))]),
        "momentum": draw.choice([0, 0.5, 0.9, 0.999, *(draw.uniform(0, 0.999) for _ in range(9))]),
        "nesterov": draw.random() < 0.5,
        "condition": 10 ** draw.uniform(0, 3),
        "steps": draw.randint(5, 300),
    }


def polynomial(rate: float, momentum: float, nesterov: bool) -> list[float]:
    """Return the characteristic polynomial of one step of SGD, from the step's own matrix."""
    # (x, lr b) -> (x - step, μ lr b + a x)
    push = np.array([rate, momentum])
    step = np.array([rate, 0]) + momentum * push if nesterov else push
    return np.poly(np.array([[1, 0] - step, push])).tolist()


def numpy_radius(rate: float, momentum: float, nesterov: bool) -> float:
    return float(np.abs(np.roots(polynomial(rate, momentum, nesterov))).max(initial=0))


def torch_path(rate: float, momentum: float, nesterov: bool, steps: int) -> list[float]:
    x = torch.ones(1, dtype=torch.float64, requires_grad=True)
    ahead = nesterov and momentum > 0
    optimizer = torch.optim.SGD([x], lr=rate, momentum=momentum, nesterov=ahead)
    path = [1.0]
    for _ in range(steps):
        x.grad = x.detach().clone()
        optimizer.step()
        path.append(x.item())
    return path


def test_roots_and_radius_are_those_of_numpy():
    states = [random_state(seed) for seed in range(300)]
    found = evaluate(ENGINE, f"[module.roots({ARGUMENTS}), module.radius({ARGUMENTS})]", states)
    for state, (roots, radius) in zip(states, found, strict=True):
        settings = [state[name] for name in ("rate", "momentum", "nesterov")]
        coefficients = polynomial(*settings)
        for real, imaginary in roots:
            assert abs(np.polyval(coefficients, complex(real, imaginary))) < 1e-13
        assert sum(real for real, _ in roots) == pytest.approx(-coefficients[1], abs=1e-13)
        # A double root's digits are halved.
        assert radius == pytest.approx(numpy_radius(*settings), abs=1e-7)


@BOTH
def test_borders_separate_what_numpys_roots_do(nesterov):
    momenta = [0.05, 0.3, 0.6, 0.9, 0.99]
    expression = f"[module.limit(input, {json.dumps(nesterov)}),"
    expression += f" ...module.complexRates(input, {json.dumps(nesterov)})]"
    for momentum, borders in zip(momenta, evaluate(ENGINE, expression, momenta), strict=True):
        limit, low, high = borders
        states = []
        between = (high + limit) / 2
        for rate in (low * 0.99, low * 1.01, high * 0.999, between, limit * 1.001):
            roots = np.roots(polynomial(rate, momentum, nesterov))
            main = roots[np.abs(roots).argmax()]
            if abs(main) > 1:
                expected = "diverges"
            elif abs(main.imag) > 0:
                expected = "oscillates"
            else:
                expected = "monotone" if main.real > 0 else "alternates"
            states.append((rate, expected))
        given = [{"rate": r, "momentum": momentum, "nesterov": nesterov} for r, _ in states]
        found = evaluate(ENGINE, f"module.behaviour({ARGUMENTS})", given)
        assert found == [expected for _, expected in states]
        names = ["monotone", "oscillates", "oscillates", "alternates", "diverges"]
        assert found == names


@BOTH
def test_no_momentum_is_faster_than_the_fastest(nesterov):
    rates = [0.01, 0.2, 0.7, 1, 1.5, 1.9] + ([] if nesterov else [2.5, 3.9])
    expression = f"module.fastestMomentum(input, {json.dumps(nesterov)})"
    for rate, fastest in zip(rates, evaluate(ENGINE, expression, rates), strict=True):
        others = [numpy_radius(rate, other, nesterov) for other in np.linspace(0, 0.999, 1000)]
        assert numpy_radius(rate, fastest, nesterov) <= min(others) + 1e-7


@BOTH
def test_no_rate_and_momentum_are_faster_for_a_bowl_than_the_best(nesterov):
    conditions = [1.5, 20, 300]
    best = evaluate(ENGINE, f"module.fastestFor(input, {json.dumps(nesterov)})", conditions)
    for condition, (rate, momentum) in zip(conditions, best, strict=True):

        def worst(rate, momentum, condition=condition):
            both = (numpy_radius(one, momentum, nesterov) for one in (rate, rate / condition))
            return max(both)

        near = [
            worst(rate * a, min(0.9999, momentum * b))
            for a in np.linspace(0.9, 1.1, 21)
            for b in np.linspace(0.9, 1.1, 21)
        ]
        assert worst(rate, momentum) <= min(near) + 1e-7


def test_paths_and_steps_to_one_percent_are_those_of_torch():
    states = [random_state(seed) for seed in range(80)]
    expression = (
        f"[module.follow({ARGUMENTS}, input.steps), module.stepsToReach(0.01, {ARGUMENTS})]"
    )
    for state, (path, needed) in zip(states, evaluate(ENGINE, expression, states), strict=True):
        settings = [state[name] for name in ("rate", "momentum", "nesterov")]
        expected = torch_path(*settings, state["steps"])
        top = max(map(abs, expected))
        np.testing.assert_allclose(np.array(path, float), expected, rtol=1e-10, atol=1e-13 * top)
        if needed == "Infinity":
            assert numpy_radius(*settings) > 0.9998
        elif needed < 4000:
            far = np.abs(torch_path(*settings, needed + 500))
            assert far[needed - 1] > 0.01 >= far[needed:].max()


def test_scripts_end_where_the_component_says():
    states = [random_state(seed) for seed in range(100, 160)]
    outputs = evaluate(STABILITY, "[module.stabilityCode(input), module.endOf(input)]", states)
    for state, (code, end) in zip(states, outputs, strict=True):
        assert json.loads(run_script(code)) == pytest.approx(end, rel=1e-9, abs=1e-15), state
