"""The averages of the lab in a browser: dragged, drawn, typed, shared."""

import pytest

from tests.lab import opening, outcome, settle
from tests.pages import wait_until


@pytest.fixture
def open_average(chromium, tmp_path):
    with opening(chromium, tmp_path, "average") as open_page:
        yield open_page


def at(page) -> str:
    return page.locator(".handle").get_attribute("aria-valuetext")


def wait_for(page, text: str) -> None:
    wait_until(page, f"document.querySelector('.handle').ariaValueText == {text!r}")


def test_a_point_is_dragged_and_drawing_moves_all(open_average):
    page = open_average()
    assert at(page) == "day 30: −2.0"
    first = outcome(page)
    box = page.locator(".ring").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    wait_for(page, "day 30: −2.0")  # a press alone moves nothing
    page.mouse.move(x - 60, y - 100, steps=4)
    page.mouse.up()
    wait_until(page, "parseFloat(document.querySelector('.handle').ariaValueText.slice(8)) > 5")
    assert outcome(page) != first
    page.get_by_label("series", exact=True).select_option("your own")
    page.mouse.move(x, y - 60)
    page.mouse.down()
    page.mouse.move(x - 2000, y - 60, steps=3)  # also beyond the plot
    page.mouse.up()
    page.locator(".handle").press("End")
    drawn = float(at(page).split(": ")[1])
    assert f"The moving average of 19 days is at {drawn:.2f}" in outcome(page)
    page.get_by_role("button", name="Start again").click()
    wait_for(page, "day 30: −2.0")
    assert outcome(page) == first


def test_a_finger_moves_a_point_and_not_the_page(open_average):
    page = open_average(options={"has_touch": True, "viewport": {"width": 390, "height": 500}})
    box = page.locator(".ring").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    for kind, rise in [("touchStart", 0), *[("touchMove", 5 * i) for i in range(10)]]:
        points = [{"x": x, "y": y - rise}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_until(page, "parseFloat(document.querySelector('.handle').ariaValueText.slice(8)) > 2")
    assert page.evaluate("scrollY") == 0


def test_pointing_chooses_a_day(open_average):
    page = open_average()
    plot = page.locator("svg.plot").first.bounding_box()
    page.mouse.move(plot["x"] + 43, plot["y"] + 200)
    wait_for(page, "day 1: 5.0")
    settle(page)
    assert "0.100 + 0.900 on the zero" in page.locator(".averages").inner_text()


def test_one_tab_stop_for_all_days(open_average):
    page = open_average("pt")
    assert page.locator("[role=slider]").count() == 1
    point = page.locator(".handle")
    presses = ["ArrowLeft", "ArrowUp", "Shift+ArrowDown", "Home", "ArrowLeft", "PageUp", "End"]
    texts = ["dia 29: 9,0", "dia 29: 9,2", "dia 29: 7,2", "dia 1: 5,0", "dia 1: 5,0", "dia 1: 7,0"]
    for key, text in zip(presses, [*texts, "dia 30: −2,0"], strict=True):
        point.press(key)
        wait_for(page, text)


def test_values_are_typed_and_wrong_ones_answered(open_average):
    page = open_average("pt")
    before = outcome(page)
    for label, wrong in (("valor do dia 30", "quente"), ("EWMA, α: valor", "1,5")):
        page.get_by_label(label).fill(wrong)
        page.get_by_label(label).press("Enter")
        alert = page.get_by_role("alert").filter(has_text=wrong)
        assert "precisa ser um número de" in alert.inner_text()
    assert outcome(page) == before
    page.get_by_label("valor do dia 30").fill("45,25")
    page.get_by_label("valor do dia 30").press("Enter")
    wait_for(page, "dia 30: 45,2")
    alpha = page.get_by_label("EWMA, α: valor")
    alpha.fill("0,5")
    alpha.press("Enter")
    wait_until(page, "document.querySelector('.names').textContent.includes('β = 1 − α = 0,5')")
    assert page.get_by_label("MA, N: valor").input_value() == "3"
    assert "A média móvel de 3 dias está em 21,75" in outcome(page)  # (11 + 9 + 45.25) / 3
    page.get_by_label("EWMA corrigida").uncheck()
    wait_until(page, "document.querySelectorAll('.curves path').length == 2")


def test_links(open_average):
    page = open_average(fragment='#it:{"day":2,"alpha":0.5,"series":[4,8]}')
    # 0.25 · 4 + 0.5 · 8 = 5, divided by 0.75
    assert "is at 5.00: its weights add up to 0.750" in outcome(page)
    assert outcome(page).endswith("it is at 6.67.")
    for wrong in ("{", '{"day":0}', '{"series":[1,null]}', "%E0%A4%A"):
        page = open_average(fragment=f"#it:{wrong}")
        assert page.get_by_role("alert").filter(has_text="The link asks for").is_visible()
        assert at(page) == "day 30: −2.0"


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_nothing_is_wider_than_the_screen(open_average, width):
    page = open_average("pt", options={"viewport": {"width": width, "height": 800}})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
