"""The lab's map: its runs and outcomes against torch, its script, and its page."""

import json
import random
import re

import numpy as np
import pytest
import torch

from helpers import optimizers, problems, simulate
from tests.lab import evaluate, opening, outcome, run_script, settle

MAP = "components/map.code.js engine/map.js"


def random_state(seed: int) -> dict:
    """Return a state far from the ragged edge, where a last digit would decide."""
    draw = random.Random(seed)
    far = draw.random() < 0.3
    return {
        "rate": draw.uniform(1.9, 2) if far else draw.uniform(0.05, 0.6),
        "momentum": draw.uniform(0.7, 0.9) if far else draw.choice([0, draw.uniform(0, 0.6)]),
        "view": [0.0, 2.0, 0.0, 0.99],
        "start": [draw.uniform(0.4, 1.2), draw.uniform(0.4, 1.2)],
        "steps": draw.randint(10, 400),
    }


STATES = [random_state(seed) for seed in range(60)]


def torchs_end(state: dict) -> list[float]:
    weights = torch.tensor(state["start"], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=state["rate"], momentum=state["momentum"])
    for _ in range(state["steps"]):
        optimizer.zero_grad()
        ((weights[0] * weights[1] - 1) ** 2 / 2).backward()
        optimizer.step()
    return weights.tolist()


def test_runs_and_scripts_end_where_torch_does():
    outputs = evaluate(MAP, "[module.mapCode(input), module.endOf(input)]", STATES)
    for number, (state, (code, end)) in enumerate(zip(STATES, outputs, strict=True)):
        expected = torchs_end(state)
        if number % 4 == 0:
            printed = json.loads(run_script(code).replace("nan", "NaN").replace("inf", "Infinity"))
            np.testing.assert_allclose(printed, expected, rtol=1e-12)
        if np.abs(expected).max() < 1e6:
            np.testing.assert_allclose(end, expected, rtol=1e-9)
        else:
            assert end == ["NaN", "NaN"] or max(map(abs, end)) > 1e6


def test_outcomes_are_those_of_the_paths():
    call = "module.outcomeAt(input.rate, input.momentum, input.start, input.steps)"
    ragged = [
        {"rate": rate, "momentum": momentum, "start": [0.5, 0.3], "steps": 200}
        for rate in np.linspace(0.9, 1.6, 25)
        for momentum in (0.0, 0.3, 0.55, 0.7)
    ]
    states = [*STATES, *ragged]
    both = f"[{call}, [...module.runOf(input).losses], module.runOf(input).divergedAt]"
    for state, (since, losses, gone) in zip(states, evaluate(MAP, both, states), strict=True):
        if gone >= 0:
            assert since == "-Infinity", state
            continue
        far = np.flatnonzero(~(np.array(losses, float) <= 1e-6))
        expected = far[-1] + 1 if len(far) else 0
        assert since == ("Infinity" if expected > state["steps"] else max(1, expected)), state


def test_a_slice_takes_no_longer_than_its_budget_allows_and_changes_nothing():
    task = json.dumps({"view": [0.0, 2.0, 0.0, 0.99], "start": [0.5, 0.3], "steps": 60})
    run = """((budget) => {
        const work = module.outcomes(%s, [30, 20], budget);
        let [count, next] = [0, work.next()];
        while (!next.done) [count, next] = [count + 1, work.next()];
        return [count, [...next.value]];
    })(input)"""
    slow, fast = evaluate(MAP, run % task, [1e9, -1])
    assert (slow[0], fast[0]) == (0, 20)  # one slice, or one a row
    assert slow[1] == fast[1]
    pair = problems.two_weights()
    rates, momenta = (np.arange(30) + 0.5) / 15, 0.99 * (np.arange(20) + 0.5) / 20
    options = {"lr": rates.tolist(), "momentum": momenta.tolist()}
    paths = simulate.on_problem(pair, optimizers.sgd, (0.5, 0.3), 60, **options)
    diverged = paths.diverged.reshape(30, 20).T.flatten().tolist()
    same = [(one == "-Infinity") == other for one, other in zip(slow[1], diverged, strict=True)]
    assert np.mean(same) > 0.98  # at the edge a last digit decides


def test_the_line_is_where_the_flattest_minimum_ceases_to_be_stable():
    """At (1, 1) the sharpness is 2, and momentum's limit 2 (1 + μ) / lr."""
    for momentum in (0.0, 0.3, 0.8):
        for factor, holds in ((0.97, True), (1.03, False)):
            rate = factor * (1 + momentum)
            state = {"rate": rate, "momentum": momentum, "start": [1.001, 1.001], "steps": 900}
            call = "module.outcomeAt(input.rate, input.momentum, input.start, input.steps)"
            (since,) = evaluate(MAP, call, [state])
            assert isinstance(since, int) == holds  # else infinite, a string


# ── Its page ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def open_page(chromium, tmp_path_factory):
    with opening(chromium, tmp_path_factory.mktemp("map"), "map") as opened:
        yield opened


def field(page, name: str) -> float:
    settle(page)
    return float(page.get_by_role("textbox", name=re.compile(f"^{name}")).input_value())


def ticks(page) -> list[float]:
    texts = page.locator(".plot").first.locator(".ticks text").all_text_contents()
    return [float(text.replace("−", "-")) for text in texts]


def test_a_press_shows_the_run_there_and_the_map_follows_the_start(open_page):
    page = open_page()
    settle(page)
    box = page.locator(".map image").bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.75 * box["height"])
    assert field(page, "lr") == pytest.approx(0.5, abs=0.01)
    assert field(page, "momentum") == pytest.approx(0.25, abs=0.01)
    assert "It arrives" in page.locator(".result").inner_text()
    page.wait_for_timeout(500)
    before = page.locator(".map image").get_attribute("href")
    page.locator(".handle").nth(1).press("Shift+ArrowRight")
    page.wait_for_timeout(500)
    assert page.locator(".map image").get_attribute("href") != before


def test_it_zooms_in_by_buttons_and_double_click_and_keys_take_finer_steps(open_page):
    page = open_page()
    settle(page)
    wide = max(ticks(page)) - min(ticks(page))
    for _ in range(6):
        page.get_by_role("button", name="Zoom in").click()
        settle(page)
    assert max(ticks(page)) - min(ticks(page)) < wide
    handle = page.locator(".handle").first
    before = handle.get_attribute("aria-valuenow")
    handle.press("ArrowRight")
    settle(page)
    moved = float(handle.get_attribute("aria-valuenow")) - float(before)
    assert moved == pytest.approx(0.01 * 2 / 4**6, rel=0.1)
    assert outcome(page)
    page.get_by_role("button", name="Whole map").click()
    settle(page)
    box = page.locator(".map image").bounding_box()
    page.mouse.dblclick(box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"])
    settle(page)
    page.get_by_role("button", name="Zoom out").click()
    settle(page)
    assert max(ticks(page)) - min(ticks(page)) == wide


def test_an_address_holds_the_view_and_one_without_room_gives_the_whole_map(open_page):
    page = open_page(fragment='#it:{"view":[1.2,1.3,0.4,0.5],"rate":1.25}')
    settle(page)
    assert field(page, "lr") == 1.25
    assert max(ticks(page)) <= 1.3
    page = open_page(fragment='#it:{"view":[1,1,0.4,0.5]}')
    settle(page)
    assert max(ticks(page)) > 1.5
