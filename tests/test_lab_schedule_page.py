"""The lab's schedule as a reader has it: its code, its addresses, and its page in a browser."""

import json
import re
import urllib.parse

import pytest

from tests.lab import evaluate, run_script, settle, write_page
from tests.pages import wait_until
from tests.test_lab_schedule import random_state

SCHEDULE = "components/schedule.code.js components/schedule.losses.js"


def test_scripts_end_where_the_component_says():
    states = [random_state(seed) for seed in range(1000, 1060)]
    outputs = evaluate(SCHEDULE, "[module.scheduleCode(input), module.endOf(input)]", states)
    failed = 0
    for state, (code, end) in zip(states, outputs, strict=True):
        if end["error"]:
            failed += 1
            with pytest.raises((ValueError, ZeroDivisionError)):
                run_script(code)
            continue
        rate, point = run_script(code).split(" ", 1)
        assert float(rate) == pytest.approx(end["rate"], rel=1e-12, abs=1e-15)
        assert json.loads(point) == pytest.approx(end["point"], rel=1e-9), state
    assert 0 < failed < 20


COSINE = {"piece": "cosine", "steps": 10}


LENGTHS = [{"steps": 201}, {"steps": 0}, {"steps": 2.5}, {"T_max": 0}, {"gamma": 0.5}]
CYCLES = [{"mode": "square"}, {"cycle_momentum": 1}, {"piece": "sine"}, {"piece": "toString"}]
WRONG = [[{**COSINE, **patch}] for patch in LENGTHS]
WRONG += [[{"piece": "cyclic", "steps": 10, **patch}] for patch in CYCLES]


@pytest.mark.parametrize("pieces", [[], [COSINE] * 6, "cosine", *WRONG])
def test_wrong_rows_are_refused(pieces):
    check = 'state.invalid("schedule", input)'
    assert evaluate("state.js", check, [{"pieces": pieces}, {"pieces": [COSINE]}]) == [
        ["pieces"],
        [],
    ]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("schedule"), "schedule")


@pytest.fixture
def page(chromium, address):
    page = chromium.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    page.locator("summary").click()
    yield page
    page.close()
    assert not problems


def code(page) -> str:
    page.evaluate("new Promise((then) => requestAnimationFrame(() => setTimeout(then)))")
    return page.locator(".code code").inner_text()


def drag(page, target, x: float, y: float = 0) -> None:
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + x, top + y, steps=3)
    page.mouse.up()


def test_edges_blocks_and_the_level_are_dragged(page):
    width = page.locator(".pieces").bounding_box()["width"]
    drag(page, page.locator(".edge").first, width * 0.2)
    assert "milestones=[40]" in code(page)
    drag(page, page.locator(".block").first, width * 0.7)
    assert re.search(r"Cosine.*\n.*LinearLR.*\n.*milestones=\[60\]", code(page))
    drag(page, page.locator(".plot .handle").first, 0, 40)
    (lr,) = re.findall(r"lr=([\d.]+)", code(page))
    assert 0.1 < float(lr) < 0.29
    drag(page, page.locator(".edge").last, -width * 0.2)
    assert "milestones=[60]" in code(page)
    assert "range(80)" in code(page)


def test_keys_do_what_the_mouse_does(page):
    page.locator(".edge").first.press("ArrowRight")
    page.locator(".edge").first.press("Shift+ArrowRight")
    assert "milestones=[31]" in code(page)
    page.locator(".block").first.press("Shift+ArrowRight")
    assert "milestones=[69]" in code(page)
    page.locator(".block").last.press("ArrowLeft")
    page.keyboard.press("Delete")
    assert "scheduler = lr_scheduler.LinearLR" in code(page)
    page.get_by_role("slider", name="Learning rate of the optimizer").press("ArrowUp")
    assert "lr=0.303" in code(page)
    page.get_by_role("button", name="Start again").click()
    assert "milestones=[20]" in code(page)


def test_numbers_are_typed_and_what_is_wrong_is_answered(page):
    field = page.get_by_role("textbox", name=re.compile("T_max"))
    field.fill("30")
    field.press("Enter")
    assert "T_max=30" in code(page)
    settle(page)
    assert "From step 50 on the rate rises again" in page.locator(".chosen .notes").inner_text()
    for wrong in ("0", "2.5", "many", "NaN"):
        field.fill(wrong)
        field.press("Enter")
        assert f"not “{wrong}”" in page.get_by_role("alert").filter(has_text="T_max").inner_text()
        assert "T_max=30" in code(page)
    page.get_by_role("button", name="T_max = length of the piece").click()
    assert "T_max=80" in code(page)


def test_an_error_of_torch_is_told_and_the_curve_stops(page):
    page.get_by_role("button", name="+ one cycle").click()
    page.get_by_role("textbox", name=re.compile("total_steps: ")).fill("20")
    page.keyboard.press("Enter")
    assert "total_steps=20" in code(page)
    assert "At step 81 PyTorch raises a ValueError" in page.locator(".failed .notes").inner_text()
    assert page.locator(".beyond").count() > 0
    page.get_by_role("button", name="What happened?").click()
    assert "raises an error at step 81" in page.get_by_role("status").inner_text()


def test_losses_come_and_are_told(page):
    wait_until(page, "document.querySelectorAll('.bands path').length === 2")
    page.get_by_role("button", name="What happened?").click()
    assert "After 100 steps, the median run" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize(
    "state", ['{"pieces":[]}', '{"pieces":[{"piece":"sine"}]}', "{", '{"x":1}']
)
def test_an_address_with_a_wrong_state_gives_the_usual_start(chromium, address, state):
    page = chromium.new_page()
    page.goto(f"{address}#it:{urllib.parse.quote(state)}")
    assert "does not exist here" in page.get_by_role("alert").first.inner_text()
    assert page.locator(".block").count() == 2
    page.close()
