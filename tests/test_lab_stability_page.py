"""The lab's stability as a reader has it: its page in a browser, and its addresses."""

import re
import urllib.parse

import pytest

from tests.lab import evaluate, settle, write_page


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("stability"), "stability")


@pytest.fixture
def page(chromium, address):
    page = chromium.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    yield page
    page.close()
    assert not problems


def field(page, name: str):
    return page.get_by_role("textbox", name=re.compile(f"^{name}"))


def value(page, name: str) -> float:
    settle(page)
    return float(field(page, name).input_value())


def test_the_point_is_dragged_into_the_region_that_diverges(page):
    box = page.locator(".handle.steep").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 2000, y + 2000)
    page.mouse.up()
    assert (value(page, "lr"), value(page, "momentum")) == (4, 0)
    row = page.locator(".results tbody tr").first
    assert "diverges" in row.inner_text()
    assert "3.000" in row.inner_text()  # |1 − 4|
    handle = page.locator(".handle.steep")
    assert handle.get_attribute("aria-valuetext").endswith("diverges")
    page.get_by_role("button", name="What happened?").click()
    assert "do not lead to its minimum" in page.get_by_role("status").inner_text()


def test_keys_move_both_points(page):
    page.locator(".handle.steep").press("Shift+ArrowRight")
    page.locator(".handle.steep").press("ArrowUp")
    assert (value(page, "lr"), value(page, "momentum")) == (1.4, 0.51)
    page.locator(".handle.flat").press("Shift+ArrowRight")  # 1.4 / 20 + 0.4 = 0.47
    assert value(page, "condition") == pytest.approx(1.4 / 0.47, rel=0.01)
    page.locator(".handle.steep").press("Home")
    assert (value(page, "lr"), value(page, "momentum")) == (1, 0.5)
    page.get_by_role("button", name="Start again").click()
    assert value(page, "condition") == 20


def test_numbers_are_typed_and_what_is_wrong_is_answered(page):
    field(page, "momentum").fill("0.9")
    field(page, "momentum").press("Enter")
    settle(page)
    # In the region of complex roots the radius is √μ: 0.9487.
    assert "0.949" in page.locator(".results tbody tr").first.inner_text()
    for wrong in ("1", "-0.1", "much", "NaN"):
        field(page, "momentum").fill(wrong)
        field(page, "momentum").press("Enter")
        assert f"not “{wrong}”" in page.get_by_role("alert").filter(has_text="μ").inner_text()
    assert "0.949" in page.locator(".results tbody tr").first.inner_text()


def test_buttons_find_the_fastest_momentum_and_the_best_for_the_bowl(page):
    field(page, "lr").fill("0.25")
    field(page, "lr").press("Enter")
    page.get_by_role("button", name="Fastest momentum").click()
    assert value(page, "momentum") == 0.25  # (1 − √0.25)²
    page.get_by_label("Nesterov").check()
    page.get_by_role("button", name="Fastest momentum").click()
    assert value(page, "momentum") == pytest.approx(1 / 3, abs=1e-3)  # (1 − 0.5) / (1 + 0.5)
    page.get_by_label("Nesterov").uncheck()
    page.get_by_role("button", name="Best of both").click()
    radii = page.locator(".results tbody tr td:nth-of-type(2)")
    settle(page)
    # (√20 − 1) / (√20 + 1), in both directions
    assert radii.all_inner_texts() == ["0.635", "0.635"]


def test_the_code_follows(page):
    page.locator("summary").click()
    page.get_by_label("Nesterov").check()
    settle(page)
    code = page.locator(".code code").inner_text()
    assert "SGD([point], lr=1.0, momentum=0.5, nesterov=True)" in code


@pytest.mark.parametrize("state", ['{"rate":-1}', '{"momentum":1}', "[1]", '{"rate":"1"}', "%"])
def test_an_address_with_a_wrong_state_gives_the_usual_start(chromium, address, state):
    page = chromium.new_page()
    page.goto(f"{address}#it:{urllib.parse.quote(state, safe='%')}")
    assert "does not exist here" in page.get_by_role("alert").first.inner_text()
    assert value(page, "lr") == 1
    page.close()


def test_wrong_states_are_refused():
    wrong = [{"rate": 4.1}, {"momentum": 1}, {"nesterov": 1}, {"condition": 0.5}, {"steps": 2.5}]
    found = evaluate("state.js", 'state.invalid("stability", input)', wrong)
    assert found == [list(one) for one in wrong]
