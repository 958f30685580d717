"""Adam's step of the lab in a browser: dragged, typed, lit, shared."""

import pytest

from tests.lab import opening, outcome, settle
from tests.pages import wait_until


@pytest.fixture
def open_adam(chromium, tmp_path):
    with opening(chromium, tmp_path, "adam") as open_page:
        yield open_page


def wait_for(page, text: str) -> None:
    wait_until(page, f"document.querySelector('.handle').ariaValueText == {text!r}")


def test_a_gradient_is_dragged_moved_and_typed(open_adam):
    page = open_adam()
    wait_for(page, "step 3: gradient 0.6")
    first = outcome(page)
    box = page.locator(".ring").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 500, steps=4)  # beyond the axis
    page.mouse.up()
    wait_for(page, "step 3: gradient −1.01")
    page.locator(".handle").press("Home")
    wait_for(page, "step 1: gradient 0.5")
    page.locator(".handle").press("ArrowUp")
    wait_for(page, "step 1: gradient 0.52")
    settle(page)
    page.get_by_label("gradient g of step 1").fill("-3e-2")
    page.get_by_label("gradient g of step 1").press("Enter")
    wait_for(page, "step 1: gradient −0.03")
    assert "the parameter moves by 0.1, which is 1.00 learning rates" in outcome(page)
    page.get_by_role("button", name="Start again").click()
    wait_for(page, "step 3: gradient 0.6")
    assert outcome(page) == first


def test_lists_are_typed_and_wrong_ones_answered(open_adam):
    page = open_adam("pt")
    all_gradients = page.get_by_label("todos os gradientes")
    for wrong, message in (("1 dois 3", "“dois”"), ("1; 2000", "“2000”"), ("", "de 1 a 40")):
        all_gradients.fill(wrong)
        all_gradients.press("Enter")
        assert page.get_by_role("alert").filter(has_text=message).is_visible()
        wait_for(page, "passo 3: gradiente 0,6")
    all_gradients.fill("0,5 -1e-8; 2")
    all_gradients.press("Enter")
    wait_for(page, "passo 3: gradiente 2")
    page.get_by_label("ε: valor").fill("1,5")
    page.get_by_label("ε: valor").press("Enter")
    assert (
        "ε precisa ser um número de"
        in page.get_by_role("alert").filter(has_text="1,5").inner_text()
    )


def test_a_number_can_be_typed_as_it_is_shown(open_adam):
    page = open_adam(eps=2e-8)
    field = page.get_by_label("ε: value")
    assert field.input_value() == "2 × 10⁻⁸"
    for typed, shown in (("10⁻⁶", "10⁻⁶"), ("2.5 × 10⁻³", "0.0025"), ("3e-7", "3 × 10⁻⁷")):
        settle(page)
        field.fill(typed)
        field.press("Enter")
        wait_until(page, f"document.activeElement.value == {shown!r}")


def test_a_line_and_its_curve_are_lit_together(open_adam):
    page = open_adam(gradients=[0.12 / 0.1, 0.5], step=2)
    numbers = page.locator(".line-m .numbers").inner_text()
    assert numbers == "m2 = 0.9 · 0.12 + 0.1 · 0.5 = 0.158"
    lit = "document.querySelector('.lab').dataset.lit"
    page.locator(".line-v").hover()
    wait_until(page, f"{lit} == 'v'")
    page.locator(".line-m").press("Enter")
    page.mouse.move(0, 0)
    page.locator(".handle").focus()
    wait_until(page, f"{lit} == 'm' && document.querySelector('.line-m').ariaPressed == 'true'")
    dots = page.locator(".picture-position .now circle").bounding_box()
    page.mouse.move(dots["x"] + 4, dots["y"] + 4)
    wait_until(page, f"{lit} == 'theta'")
    assert "lit" in page.locator(".line-theta").get_attribute("class").split()
    page.get_by_label("AMSGrad").check()
    wait_until(page, "document.querySelector('.line-v_hat').textContent.includes('torch.maximum')")


@pytest.mark.parametrize("preset", ["constant", "alternating", "spike", "sparse", "tiny"])
def test_presets(open_adam, preset):
    page = open_adam()
    names = ["constant", "alternating", "spike", "sparse", "tiny"]
    page.get_by_label("gradients", exact=True).select_option(index=1 + names.index(preset))
    wait_until(page, "!document.querySelector('.handle').ariaValueText.endsWith('0.6')")
    first = 0.5 if preset == "tiny" else 1
    assert outcome(page).endswith(f"The first step was {first:.2f} learning rates long.")


def test_links(open_adam):
    page = open_adam(fragment='#it:{"gradients":[2],"lr":0.5,"line":"theta"}')
    assert "at step 1 the gradient is 2" in outcome(page).lower()
    assert page.locator(".line-theta[aria-pressed=true]").count() == 1
    for wrong in ("{", '{"gradients":[]}', '{"beta2":1}', "%E0%A4%A"):
        page = open_adam(fragment=f"#it:{wrong}")
        assert page.get_by_role("alert").filter(has_text="The link asks for").is_visible()
        wait_for(page, "step 3: gradient 0.6")
