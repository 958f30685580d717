"""Explorers on the built pages: each moves with mouse and keyboard and shows its values' frame."""

import re
import shutil

import nbformat
import pytest

from book.generate import chapters
from book.manuscript import Code
from book.pictures import place_pictures
from book.project import LANGUAGES, ROOT
from helpers.explore import EXPLORER_MIME

EXPLORERS = [
    f"{language}/{chapter.slug}.html"
    for language in LANGUAGES
    for chapter in chapters()
    if any("explore(" in cell.source for cell in chapter.cells if isinstance(cell, Code))
]


_DECODED = """(img) => Promise.race([
    img.decode(), new Promise((_, no) => setTimeout(() => no("no picture in 20 s"), 20000))
])"""


class Explorer:
    """An explorer on a page, as a reader sees it."""

    def __init__(self, page, box) -> None:
        self.page, self.box = page, box
        self.image = box.get_by_role("img")
        self.portuguese = page.locator("html").get_attribute("lang").startswith("pt")
        self.sliders = [
            (slider, slider.locator("xpath=following-sibling::output"))
            for slider in box.get_by_role("slider").all()
        ]

    def shown(self) -> str:
        """Return the frame that is there, once it is, having held it against the values."""
        alt = self.image.get_attribute("alt")
        # The descriptions group thousands as their language does; a slider's label need not.
        mark = re.escape("." if self.portuguese else ",")
        alt = re.sub(rf"(?<=\d){mark}(?=\d{{3}}(?!\d))", "", alt)
        for slider, output in self.sliders:
            value = output.inner_text()
            assert slider.get_attribute("aria-valuetext") == value
            assert re.search(rf"(?<![\d.,]){re.escape(value)}(?!\d|[.,]\d)", alt), (value, alt)
        picture = self.image.get_attribute("src")
        self.image.evaluate("(img) => { img.loading = 'eager'; }")  # else only once it is near
        self.image.evaluate(_DECODED)
        loaded = self.image.evaluate("(img) => [img.currentSrc, img.naturalWidth]")
        assert loaded[0].endswith(picture)
        assert loaded[1] > 0
        return picture


def explorers(page) -> list[Explorer]:
    """All explorers of a page."""
    found = [Explorer(page, box) for box in page.locator(".explorer").all()]
    assert found
    return found


@pytest.mark.parametrize("name", EXPLORERS)
def test_explorer_follows_the_keyboard(visit, name):
    page = visit(name)
    every = explorers(page)
    for explorer in every:
        others = [one.image.get_attribute("src") for one in every if one is not explorer]
        for slider, output in explorer.sliders:
            last = int(slider.get_attribute("max"))
            pictures, values = [], []
            slider.focus()
            page.keyboard.press("Home")
            for step in range(last + 1):
                assert slider.input_value() == str(step)
                pictures.append(explorer.shown())
                values.append(output.inner_text())
                page.keyboard.press("ArrowRight")
            assert len(set(pictures)) == len(set(values)) == last + 1
            foreign = "." if name.startswith("pt") else ","
            assert not any(foreign in value for value in values)
        assert others == [one.image.get_attribute("src") for one in every if one is not explorer]


@pytest.mark.parametrize("name", EXPLORERS)
def test_explorer_follows_the_mouse(visit, name):
    page = visit(name)
    for explorer in explorers(page):
        for slider, _ in explorer.sliders:
            slider.scroll_into_view_if_needed()
            box, last = slider.bounding_box(), int(slider.get_attribute("max"))
            height = box["y"] + box["height"] / 2
            page.mouse.move(box["x"] + 4, height)
            page.mouse.down()
            assert slider.input_value() == "0"
            first = explorer.shown()
            page.mouse.move(box["x"] + box["width"] - 4, height, steps=4)
            page.mouse.up()
            assert slider.input_value() == str(last)
            assert explorer.shown() != first


@pytest.mark.parametrize("name", EXPLORERS)
def test_explorer_is_named_and_starts_at_its_values(visit, name):
    """Each slider has a name of its own within its explorer, and the first frame is its values'."""
    page = visit(name)
    for explorer in explorers(page):
        explorer.shown()
        labels = [slider.evaluate("(s) => [...s.labels].map((label) => label.innerText).join()")
                  for slider, _ in explorer.sliders]  # fmt: skip
        assert all(labels)
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", EXPLORERS)
def test_explorer_shows_the_dark_frame_on_a_dark_page(visit, name):
    page = visit(name, color_scheme="dark")
    for explorer in explorers(page):
        explorer.image.scroll_into_view_if_needed()
        slider = explorer.sliders[0][0]
        for key in ("Home", "End"):
            slider.focus()
            page.keyboard.press(key)
            dark = explorer.box.locator("source").get_attribute("srcset")
            explorer.image.evaluate("(img) => img.decode()")
            assert explorer.image.evaluate("(img) => img.currentSrc").endswith(dark)
            assert dark != explorer.image.get_attribute("src")


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="40pt"><title>{}</title></svg>'


def two_explorers() -> nbformat.NotebookNode:
    """A notebook with two explorers of their own values: one slider, and two."""

    def output(name, *sliders):
        names = [""]
        for _, values in sliders:
            names = [f"{before} {value}" for before in names for value in values]
        return nbformat.v4.new_output(
            "display_data",
            {
                EXPLORER_MIME: {
                    "sliders": [
                        {"label": label, "values": values, "start": 1} for label, values in sliders
                    ],
                    "frames": [
                        {"svg": SVG.format(name + words), "alt": name + words} for words in names
                    ],
                }
            },
        )

    cells = [
        nbformat.v4.new_code_cell(outputs=[one])
        for one in (
            output("one", ("α", ["10", "20", "30"])),
            output("two", ("α", ["11", "12"]), ("β", ["21", "22", "23"])),
        )
    ]
    return nbformat.v4.new_notebook(cells=cells)


def test_two_explorers_on_a_page_move_each_for_itself(chromium, tmp_path):
    notebook = two_explorers()
    place_pictures(notebook, "en", tmp_path)
    boxes = "".join(cell.outputs[0].data["text/html"] for cell in notebook.cells)
    shutil.copy(ROOT / "book" / "theme" / "static" / "course.js", tmp_path)
    (tmp_path / "page.html").write_text(
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Two</title>'
        '<script src="course.js" defer></script><button class="theme" hidden>Theme</button>'
        f'<a class="language" lang="pt-BR" href="#">Português</a>{boxes}',
        encoding="utf-8",
    )
    page = chromium.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((tmp_path / "page.html").as_uri())
    one, two = explorers(page)
    ids = page.locator("input").evaluate_all("(all) => all.map((one) => one.id)")
    assert len(set(ids)) == 3
    assert [box.image.get_attribute("alt") for box in (one, two)] == ["one 20", "two 12 22"]
    one.sliders[0][0].press("ArrowRight")
    assert [box.image.get_attribute("alt") for box in (one, two)] == ["one 30", "two 12 22"]
    two.sliders[0][0].press("Home")
    two.sliders[1][0].press("End")
    assert [box.image.get_attribute("alt") for box in (one, two)] == ["one 30", "two 11 23"]
    for explorer in (one, two):
        explorer.shown()
    assert not faults
    page.close()
