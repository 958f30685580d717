"""The race: its numbers and its code against torch, and in a browser."""

import re
from collections.abc import Iterator
from random import Random

import numpy as np
import pytest
import torch

from helpers import lab as live
from helpers.lab import _race, schema
from tests.lab import evaluate, opening, outcome, run_script, settle
from tests.pages import wait_until

SCHEMA = schema.load()


def random_states(count: int) -> Iterator[dict]:
    """Yield states with every problem, rule and schedule; most of their runs do not diverge."""
    random = Random(15)
    fields = SCHEMA["components"]["race"]
    for number in range(count):
        problem = fields["problem"]["options"][number % 5]
        view = SCHEMA["problems"][problem]["view"]
        rules = []
        for _ in range(random.randint(1, 6)):
            rule = random.choice(list(SCHEMA["rules"]))
            chosen = {"rule": rule, "lr": 10 ** random.uniform(-4, -2)}
            for name in SCHEMA["rules"][rule]["settings"][1:]:
                setting = SCHEMA["settings"][name]
                if random.random() < 0.5 or name == "nesterov":
                    continue
                if isinstance(setting["default"], bool):
                    chosen[name] = True
                else:
                    chosen[name] = round(random.uniform(setting["min"], 0.9 * setting["max"]), 4)
            if rule == "sgd" and chosen.get("momentum") and not chosen.get("dampening"):
                chosen["nesterov"] = random.random() < 0.5
            rules.append(chosen)
        yield {
            **schema.defaults("race"),
            "problem": problem,
            "condition": random.randint(1, 50),
            "angle": random.uniform(0, 90),
            "start": [round(random.uniform(*axis), 3) for axis in view],
            "rules": rules,
            "schedule": random.choice(fields["schedule"]["options"]),
            "steps": random.randint(2, 60),
            "batches": random.random() < 0.6,
            "seed": random.randint(0, 2**32 - 1),
        }


@pytest.fixture(scope="module")
def states():
    return list(random_states(60))


@pytest.fixture(scope="module")
def ends(states):
    """Where each rule of each state ends, by the script."""
    return evaluate("components/race.runs.js", "module.ends(input)", states)


def test_the_code_ends_where_the_race_ends(states, ends):
    codes = evaluate("components/race.code.js", "module.raceCode(input)", states)
    compared = 0
    for state, code, expected in zip(states, codes, ends, strict=True):
        printed = run_script(code)
        found = [eval(end) for end in re.findall(r"\[[^]]*\]$", printed.replace("nan", "0"), re.M)]
        assert len(found) == len(state["rules"])
        for here, there in zip(found, expected, strict=True):
            if "NaN" not in there:
                np.testing.assert_allclose(here, there, rtol=1e-9, atol=1e-12, err_msg=code)
                compared += 1
    assert compared > 0.8 * sum(len(state["rules"]) for state in states)


def test_python_draws_the_paths_of_the_script(states, ends):
    for state, expected in zip(states, ends, strict=True):
        for path, there in zip(_race.paths(state), expected, strict=True):
            if "NaN" in there:
                assert np.isnan(path[-1]).all() or np.abs(path[-1]).max() > 1e6
            else:
                np.testing.assert_allclose(path[-1], there, rtol=1e-9, atol=1e-12)


WRONG = [
    {"problem": "Rosenbrock"},
    {"start": [0.1]},
    {"start": [0.1, "a"]},
    {"steps": 0},
    {"steps": 2.5},
    {"seed": -1},
    {"batches": 1},
    {"angle": 91},
    {"rules": []},
    {"rules": [{"rule": "sgd", "lr": 0.1}] * 7},
    {"rules": [{"rule": "tiger", "lr": 0.1}]},
    {"rules": [{"rule": "sgd", "lr": 1e9}]},
    {"rules": [{"rule": "sgd", "lr": 0.1, "beta1": 0.9}]},
    {"rules": [{"rule": "sgd", "lr": 0.1, "nesterov": True}]},
    {"speed": 3},
]


def test_wrong_states_are_refused_by_the_script_and_by_python():
    refused = evaluate("state.js", 'module.invalid("race", input)', WRONG)
    assert refused == [list(state) for state in WRONG]
    for state in WRONG:
        with pytest.raises((TypeError, ValueError), match=next(iter(state))):
            live.race(**state)


def test_fields_can_be_read_and_set():
    race = live.race("quadratic", condition=20, steps=30)
    assert (race.step, race.start, race.condition) == (30, [-1.8, 1.4], 20)
    race.lr = 0.02
    race.start = torch.tensor([1.0, 2.0])
    assert {rule["lr"] for rule in race.rules} == {0.02}
    assert race.lr == [0.02] * 3
    assert race.start == [1, 2]
    with pytest.raises(ValueError, match="condition"):
        race.condition = 0
    assert race.condition == 20
    with pytest.raises(AttributeError, match="no field 'speed'"):
        _ = race.speed
    with pytest.raises(TypeError, match="speed"):
        race.speed = 1


@pytest.fixture
def open_race(chromium, tmp_path):
    with opening(chromium, tmp_path, "race") as open_page:
        yield open_page


def value_text(page) -> str:
    return page.locator(".handle").get_attribute("aria-valuetext")


def test_the_start_follows_mouse_and_keys(open_race):
    page = open_race()
    assert value_text(page) == "-0.60, 0.20".replace("-", "−")
    first = outcome(page)
    box = page.locator(".handle .ring").bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 168, box["y"] - 92, steps=4)
    page.mouse.up()
    wait_until(page, "parseFloat(document.querySelector('.handle').ariaValueText) > 0.2")
    dragged = [float(part.replace("−", "-")) for part in value_text(page).split(", ")]
    assert dragged[0] > 0.2
    assert dragged[1] > 0.7
    assert outcome(page) != first
    page.keyboard.press("Tab")
    page.locator(".handle").focus()
    page.keyboard.press("Home")
    wait_until(page, "/^−/.test(document.querySelector('.handle').ariaValueText)")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    wait_until(page, "document.querySelector('.handle').ariaValueText == '−0.56, 0.64'")
    assert outcome(page) != first


def test_settings_are_moved_and_typed(open_race):
    page = open_race("pt")
    rate = page.get_by_label("SGD, lr: valor")
    assert rate.input_value() == "0,1"
    before = outcome(page)
    rate.fill("0,05")
    rate.press("Enter")
    wait_until(page, "document.querySelector('.outcome').textContent == ''")
    assert outcome(page) != before
    settle(page)
    rate.fill("1e9")
    rate.press("Enter")
    assert (
        "precisa ser um número de" in page.get_by_role("alert").filter(has_text="1e9").inner_text()
    )
    assert rate.get_attribute("aria-invalid") == "true"
    rate.fill("9" * 400)
    rate.press("Enter")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rate.fill("10")
    rate.press("Enter")
    wait_until(page, "document.querySelector('.rules').textContent.includes('divergiu no passo')")
    assert "SGD, divergiu no passo" in outcome(page)
    page.get_by_role("button", name="Recomeçar").click()
    wait_until(page, "!document.querySelector('.rules').textContent.includes('divergiu no passo')")
    assert outcome(page) == before


def test_rules_come_and_go(open_race):
    page = open_race()
    assert page.locator(".rule").count() == 3
    for _ in range(3):
        page.get_by_role("button", name="+ Add an optimizer").click()
        page.wait_for_timeout(50)
    assert page.locator(".rule").count() == 6
    assert not page.get_by_role("button", name="+ Add an optimizer").is_visible()
    page.get_by_role("button", name="Remove momentum").click()
    page.get_by_label("optimizer").first.select_option("NAdam")
    wait_until(page, "document.querySelectorAll('.rule').length == 5")
    assert outcome(page).startswith("After 50 steps: NAdam, ")
    assert page.locator(".paths path").count() == 10


def test_the_focus_stays_where_a_card_was(open_race):
    page = open_race()
    focused = "document.activeElement.closest('.rule')?.querySelector('legend').textContent"
    page.get_by_label("optimizer").first.focus()
    page.keyboard.press("ArrowDown")
    wait_until(page, f"{focused} == 'momentum'")
    page.get_by_role("button", name="Remove Adam").press("Enter")
    wait_until(page, "document.querySelectorAll('.rule').length == 2")
    assert page.evaluate(focused) == "momentum"
    page.keyboard.press("Enter")
    wait_until(page, "document.querySelectorAll('.rule').length == 1")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"  # the last one stays


def test_fast_keys_are_all_counted(open_race):
    page = open_race(start=[0, 0])
    keys = "for (let i = 0; i < 5; i++) document.querySelector('.handle').dispatchEvent("
    page.evaluate(keys + "new KeyboardEvent('keydown', { key: 'ArrowRight' }))")
    wait_until(page, "document.querySelector('.handle').ariaValueText == '0.22, 0.00'")


def test_a_path_that_leaves_the_picture_ends_at_its_border(open_race):
    rules = [{"rule": "sgd", "lr": 1.5}, {"rule": "adam", "lr": 0.1}]
    page = open_race(rules=rules, steps=40, step=40)
    ends = page.locator(".now circle")
    assert ends.evaluate_all("all => all.map((one) => one.classList.contains('outside'))") == [
        True,
        False,
    ]
    assert page.locator(".plot .name").all_text_contents() == ["SGD", "Adam"]
    picture = page.locator(".plot").first.bounding_box()
    for end in ends.all():
        box = end.bounding_box()
        assert picture["x"] < box["x"] < picture["x"] + picture["width"] - box["width"]
        assert picture["y"] < box["y"] < picture["y"] + picture["height"] - box["height"]


def test_what_happens_while_it_plays(open_race):
    page = open_race()
    page.get_by_role("button", name="Play").click()
    for width, surface in ((320, "saddle"), (900, "Beale's plain"), (390, "turned bowl")):
        page.set_viewport_size({"width": width, "height": 700})
        page.get_by_label("surface").select_option(surface)
        page.wait_for_timeout(100)
    for name in ("+ Add an optimizer", "Remove SGD", "Remove momentum", "Remove Adam"):
        page.get_by_role("button", name=name).click()
    wait_until(page, "document.querySelectorAll('.now circle').length == 1")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    wait_until(page, "document.querySelector('.player input[type=text]').value == 50")


def test_buttons_pressed_one_after_the_other_remove_their_own_rule(open_race):
    page = open_race()
    page.evaluate(
        """async () => {
          for (let name of ["SGD", "momentum"]) {
            document.querySelector(`[aria-label="Remove ${name}"]`).click();
            await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
          }
        }"""
    )
    assert page.locator(".rule legend").all_inner_texts() == ["Adam"]
    settle(page)
    assert outcome(page).startswith("After 50 steps: Adam, ")


def test_play_pause_and_step(open_race):
    page = open_race()
    page.get_by_role("button", name="To the start").click()
    field = page.get_by_label("step: value", exact=True)
    assert field.input_value() == "0"
    page.get_by_role("button", name="One step").click()
    assert field.input_value() == "1"
    page.get_by_role("button", name="Play").click()
    wait_until(page, "document.querySelector('.player input[type=text]').value > 1")
    page.get_by_role("button", name="Pause").click()
    stopped = field.input_value()
    page.wait_for_timeout(200)
    assert field.input_value() == stopped
    still = open_race(options={"reduced_motion": "reduce"}, step=3)
    still.get_by_role("button", name="Play").click()
    assert still.get_by_label("step: value", exact=True).input_value() == "50"


def test_seeds_and_a_thousand_starts(open_race):
    page = open_race(batches=True)
    one = outcome(page)
    page.get_by_role("button", name="Another seed").click()
    wait_until(page, "document.querySelector('.outcome').textContent == ''")
    assert outcome(page) != one
    page.get_by_label("100 seeds").check()
    wait_until(page, "document.querySelectorAll('.band').length == 3")
    assert outcome(page).startswith("After 50 steps, 100 seeds (medians): ")
    page.get_by_label("mini-batches of 16").uncheck()
    page.get_by_text("more settings").first.click()
    page.get_by_role("button", name="A thousand starts").first.click()
    wait_until(page, "document.querySelector('.map image')")
    page.get_by_label("surface").select_option("saddle")
    wait_until(page, "!document.querySelector('.star path')")


def test_a_link_brings_back_what_was_shared(open_race):
    page = open_race()
    page.get_by_label("surface").select_option("turned bowl")
    angle = page.get_by_label("angle (°): value")
    angle.fill("60")
    angle.press("Enter")
    page.wait_for_timeout(100)
    shown = outcome(page)
    page.get_by_role("button", name="Copy link").click()
    url = page.url
    assert "#it:" in url
    page.reload()
    assert page.get_by_label("angle (°): value").input_value() == "60"
    assert outcome(page) == shown
    other = open_race(fragment="#it:" + url.split("#it:")[1])
    assert outcome(other) == shown


def test_a_link_is_followed_in_an_open_page(open_race):
    page = open_race()
    page.evaluate('location.hash = \'it:{"steps":7,"step":99}\'')
    wait_until(page, "document.querySelector('.player input[type=text]').value == 7")
    assert outcome(page).startswith("After 7 steps: ")
    page.evaluate("location.hash = 'it:{\"steps\":0}'")
    assert page.get_by_role("alert").filter(has_text="The link asks for something").is_visible()


NO_RATE = '{"rules":[{"rule":"adam"}]}'


@pytest.mark.parametrize("wrong", ["{", "3", '{"steps":1e9}', NO_RATE, "%E0%A4%A", "x" * 5000])
def test_a_broken_link_starts_as_usual_and_says_so(open_race, wrong):
    page = open_race(fragment=f"#it:{wrong}")
    message = page.get_by_role("alert").filter(has_text="The link asks for something")
    assert message.is_visible()
    assert outcome(page).startswith("After 50 steps: SGD, ")


def test_without_scripts_the_picture_stays(open_race):
    page = open_race(options={"java_script_enabled": False})
    assert page.locator(".still").is_visible()
