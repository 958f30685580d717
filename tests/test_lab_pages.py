"""Every component as a page must have it: under the strict policy, and for everybody."""

import itertools

import pytest

from book.project import LANGUAGES, ROOT
from helpers.lab import schema
from tests.lab import write_page
from tests.pages import package, served, wait_until, watch

COMPONENTS = sorted(schema.load()["components"])
POLICY = (ROOT / "book" / "site" / "theme" / "policy.html").read_text("utf-8").split("-#}")[1]
NONSENSE = ["NaN", "1e9", "-1e9", "abc", "", "1,2,3", "--3", "<b>", "9" * 400]
BROKEN = """() => {
  const wrong = /NaN|undefined|Infinity|\\[object/;
  const lab = document.querySelector(".lab");
  const attributes = [...lab.querySelectorAll("*")].flatMap((one) => [...one.attributes]);
  const wide = document.documentElement.scrollWidth > innerWidth ? ["too wide"] : [];
  return attributes.map(({ value }) => value).filter((value) => wrong.test(value)).concat(wide);
}"""


def prepare(folder, component, language="en"):
    """Write a page with the site's policy; return its name."""
    write_page(folder, component, language)
    page = folder / f"{language}.html"
    page.write_text(page.read_text("utf-8").replace("<title>", f"{POLICY}<title>"), "utf-8")
    return page


@pytest.mark.parametrize("component", COMPONENTS)
def test_the_strict_policy_from_the_disk_and_from_a_server(chromium, tmp_path, component):
    file = prepare(tmp_path, component)
    with served(tmp_path) as address:
        for home in (tmp_path.as_uri(), address):
            page = chromium.new_page()
            problems = watch(page, home)
            page.goto(f"{home}/{file.name}")
            wait_until(page, "document.querySelector('.lab .frame')")
            page.close()
            assert not problems


@pytest.mark.parametrize(("component", "language"), [*zip(COMPONENTS, itertools.cycle(LANGUAGES))])
def test_axe_finds_nothing_in_both_themes(chromium, tmp_path, component, language):
    page = chromium.new_page()
    page.goto(write_page(tmp_path, component, language))
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.evaluate(package("axe-core/axe.min.js").read_text("utf-8"))
    # Landmarks and headings are those of the page around it; themes differ in colours alone.
    every = "{ rules: { 'page-has-heading-one': { enabled: false } } }"
    colors = "{ runOnly: ['color-contrast'] }"
    for light, paper, rules in (("true", "#fff", every), ("false", "#14171c", colors)):
        page.evaluate(f"document.documentElement.dataset.jpThemeLight = '{light}'")
        page.evaluate(f"document.body.style.background = '{paper}'")
        found = page.evaluate(f"axe.run(document, {rules})")["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    page.close()


@pytest.mark.parametrize("component", COMPONENTS)
def test_whatever_is_typed_leaves_a_whole_picture_and_a_message(chromium, tmp_path, component):
    page = chromium.new_page(viewport={"width": 320, "height": 800})
    problems = watch(page, "file://")
    page.goto(write_page(tmp_path, component))
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    fields = page.locator(".lab input[type=text]:visible")
    for field in fields.all():
        for written in NONSENSE:
            field.fill(written)
            field.press("Enter")
            assert page.evaluate(BROKEN) == [], written
        assert field.get_attribute("aria-invalid") == "true"
        assert page.locator(f"#{field.get_attribute('aria-describedby')}").is_visible()
    page.close()
    assert not problems


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_handle_has_a_name_a_value_and_its_limits(chromium, tmp_path, component):
    page = chromium.new_page()
    page.goto(write_page(tmp_path, component))
    handles = page.locator("[role=slider]:visible")
    assert handles.count() > 0
    for handle in handles.all():
        low, now, high = (
            float(handle.get_attribute(f"aria-value{name}")) for name in ("min", "now", "max")
        )
        assert low <= now <= high
        assert len(handle.get_attribute("aria-label")) > 2
        assert handle.get_attribute("aria-valuetext")
    for plot in page.locator(".plot:visible").all():
        assert plot.get_attribute("aria-label")[0] not in ", "
    page.close()
