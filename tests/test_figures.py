"""The figures: their data, words, room for every letter, colours, and the same bytes each time.

Every public figure function has a case in `tests.figure_cases`; a test fails when one is forgotten.
"""

import copy
import functools
import hashlib
import importlib
import inspect
import itertools
import json
import os
import pkgutil
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from unittest import mock

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from helpers import display, figures, language
from helpers.figures import bias, canvas, ewma, surface
from tests.figure_cases import CASES, IN_WORDS
from tests.figure_cases.bias import constant, first_steps
from tests.figure_cases.ewma import TEMPERATURES, jump, weights

NO_FIGURES = {
    "ewma.draw_days",
    "runs.draw_losses",
    "runs.draw_seeds",
    "surface.corner_note",
    "surface.draw_paths",
    "surface.draw_surface",
    "surface.name_path",
}
"""What the modules offer each other, and draws a part of a figure only."""

DRAWN = [(name, number) for name, case in CASES.items() for number in case.numbers]

pytestmark = pytest.mark.xdist_group("figures")  # one process draws each figure once
every_case = pytest.mark.parametrize("name", CASES)
every_picture = pytest.mark.parametrize(("name", "number"), DRAWN)


@pytest.fixture(params=language.LANGUAGES)
def code(request, monkeypatch):
    """Each of the languages, spoken for the length of a test."""
    monkeypatch.setattr(language, "_chosen", request.param)
    return request.param


def axes_of(drawn: Axes | np.ndarray) -> list[Axes]:
    return list(np.ravel(drawn))


@functools.cache
def data_of(name: str, number: float | None = None) -> dict[str, Any]:
    """What a figure is drawn from, worked out once."""
    if number is None:
        return data_of(name, CASES[name].numbers[0])
    return CASES[name].data(number)


def fresh(name: str, number: float | None = None, **options: Any) -> Any:
    """What the figure function returns, called anew with data of its own."""
    return CASES[name].draw(**copy.deepcopy(data_of(name, number)), **options)


@functools.cache
def returned_in(code: str, name: str, number: float | None = None) -> Any:
    """What the figure function returned; several tests look at it."""
    assert language.current() == code
    if number is None:
        return returned_in(code, name, CASES[name].numbers[0])
    return fresh(name, number)


def drawn_in(code: str, name: str, number: float | None = None) -> Figure:
    return axes_of(returned_in(code, name, number))[0].figure


@functools.cache
def svg_in(code: str, name: str) -> str:
    assert language.current() == code
    return display.svg(axes_of(fresh(name))[0].figure)


def test_every_figure_function_has_a_case():
    public = set()
    for module in pkgutil.iter_modules(figures.__path__):
        if module.name != "canvas":
            rooms = vars(importlib.import_module(f"helpers.figures.{module.name}"))
            public |= {
                f"{module.name}.{name}"
                for name, thing in rooms.items()
                if inspect.isfunction(thing)
                and thing.__module__ == rooms["__name__"]
                and not name.startswith("_")
            }
            assert set(rooms["__all__"]) <= set(rooms)
    assert public - NO_FIGURES == set(CASES)


# ── Axes ──────────────────────────────────────────────────────────────────────────────────────────


@every_case
def test_returns_axes_of_one_figure(name, code):
    axes = axes_of(returned_in(code, name))
    assert all(isinstance(ax, Axes) for ax in axes)
    assert {ax.figure for ax in axes} == {axes[0].figure}
    assert axes[0].figure.axes == axes
    assert axes[0].figure.get_size_inches()[0] == canvas.WIDTH


@every_case
def test_draws_on_the_given_axes(name, code):
    own = returned_in(code, name)
    many = isinstance(own, np.ndarray)
    given = Figure(figsize=(8, 8)).subplots(*(own.shape if many else ()), squeeze=not many)
    given = given.reshape(own.shape) if many else given
    returned = fresh(name, **{"axes" if many else "ax": given})
    assert axes_of(returned) == axes_of(given)
    assert axes_of(given)[0].figure.axes == axes_of(given)
    for ax, ours in zip(axes_of(given), axes_of(own), strict=True):
        assert ax.has_data()
        assert len(ax.get_children()) == len(ours.get_children())
    _, words = display.picture(returned)
    assert words == display.picture(own)[1]


@every_case
def test_neither_takes_nor_changes_the_callers_style(name):
    usual = svg_in(language.current(), name)
    liked = {"font.size": 20, "axes.titlelocation": "right"}
    with plt.style.context(["dark_background", liked]):
        before = mpl.rcParams.copy()
        assert display.svg(axes_of(fresh(name))[0].figure) == usual
        assert mpl.rcParams.copy() == before
    assert plt.get_fignums() == []


# ── Data ──────────────────────────────────────────────────────────────────────────────────────────


def leaves(values: Any) -> list[np.ndarray]:
    """All arrays among a figure's arguments."""
    if isinstance(values, dict):
        return [leaf for value in values.values() for leaf in leaves(value)]
    if isinstance(values, np.ndarray):
        return [values] if values.ndim == 1 else list(values.T)
    return []


def bar_heights(container: BarContainer) -> np.ndarray:
    return np.array([bar.get_height() for bar in container])


def bar_middles(container: BarContainer) -> np.ndarray:
    return np.array([bar.get_x() + bar.get_width() / 2 for bar in container])


def holds(row: np.ndarray, array: np.ndarray) -> bool:
    """Tell whether an array stands within a row, its values one after another."""
    return len(row) >= len(array) and bool(
        (np.lib.stride_tricks.sliding_window_view(row, len(array)) == array).all(-1).any()
    )


@every_picture
def test_artists_hold_the_data(name, number, code):
    held = []
    for ax in drawn_in(code, name, number).axes:
        held += [row for one in ax.lines for row in one.get_xydata().T]
        held += [point for one in ax.lines for point in one.get_xydata()[:1]]
        held += [bar_heights(container) for container in ax.containers]
        edges = [path.vertices.T for fill in ax.collections for path in fill.get_paths()]
        held += [row for edge in edges for row in (*edge, *edge[:, ::-1])]
    for array in leaves(data_of(name, number)):
        wanted = array / array[0] if CASES[name].as_shares else array
        assert any(holds(row, wanted) for row in held)


def line(ax: Axes, look: str) -> np.ndarray:
    """The data of the line that looks so, as columns x and y."""
    (found,) = [one for one in ax.lines if one.get_color() == canvas.LOOKS[look]["color"]]
    return found.get_xydata()


def label(ax: Axes, words: str) -> Annotation:
    (found,) = [text for text in ax.texts if text.get_text() == words]
    return found


def test_weights_stand_side_by_side_at_their_lag():
    values = weights(5)
    ma, fading = fresh("ewma.weights").containers
    np.testing.assert_allclose(bar_heights(ma), values["ma"])
    np.testing.assert_allclose(bar_heights(fading), values["ewma"])
    np.testing.assert_allclose(bar_middles(ma), np.arange(10) - 0.2)
    np.testing.assert_allclose(bar_middles(fading), np.arange(10) + 0.2)


@pytest.mark.parametrize("name", ["ewma.smoothing", "bias.three_curves"])
def test_averages_run_over_the_days_and_are_named_at_their_end(name, code):
    ax, values = fresh(name), data_of(name)
    np.testing.assert_array_equal(line(ax, "data").T, [np.arange(1, 31), TEMPERATURES])
    for look in values.keys() - {"values"}:
        np.testing.assert_array_equal(line(ax, look).T, [np.arange(1, 31), values[look]])
        name_of_line = label(ax, language.text(f"figures.ewma.curves.{look}"))
        assert name_of_line.xy == (30, values[look][-1])
        assert name_of_line.get_color() == canvas.LOOKS[look]["color"]


def test_jump_starts_on_the_last_day_before_it():
    ax, values = fresh("ewma.step_response"), jump(5)
    np.testing.assert_array_equal(line(ax, "ma").T, [np.arange(11), values["ma"]])
    np.testing.assert_array_equal(line(ax, "ewma").T, [np.arange(11), values["ewma"]])
    assert line(ax, "ma")[0, 1] == line(ax, "ewma")[0, 1] == 0


def test_missing_weight_fills_up_to_one():
    seen, missing = fresh("bias.missing_weight").containers
    np.testing.assert_allclose(bar_middles(seen), np.arange(1, 41))
    np.testing.assert_allclose(bar_heights(seen), 1 - 0.9 ** np.arange(1, 41))
    np.testing.assert_allclose(bar_heights(seen) + bar_heights(missing), 1)
    assert [bar.get_y() for bar in missing] == [bar.get_height() for bar in seen]


def test_averages_of_a_constant_start_from_zero():
    ax, values = fresh("bias.towards_zero"), constant(3.0)
    plain = [one for one in ax.lines if one.get_color() == canvas.LOOKS["ewma"]["color"]]
    for one, value in zip(plain, (3.0, -3.0), strict=True):
        np.testing.assert_array_equal(one.get_ydata(), [0, *values["ewma"][value]])
        np.testing.assert_array_equal(one.get_xdata(), np.arange(31))


def test_correction_marks_where_it_is_gone(code):
    ax = fresh("bias.correction")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    marks = [tuple(one.get_xydata()[0]) for one in ax.lines if one.get_marker() == "o"]
    assert marks == [(44, 0.01), (4613, 0.01)]
    thousands = {"en": "step 4,613", "pt": "passo 4.613"}[code]
    assert label(ax, thousands).xy == (4613, 0.01)


@pytest.mark.parametrize("number", CASES["bias.first_steps"].numbers)
def test_first_steps_mark_the_peak(number):
    ax, ratio = fresh("bias.first_steps", number), first_steps(number)["ratio"]
    (mark,) = [one for one in ax.lines if one.get_marker() == "o"]
    assert tuple(mark.get_xydata()[0]) == (ratio.argmax() + 1, ratio.max())


def test_peak_of_adams_first_steps_is_named(code):
    ax = fresh("bias.first_steps")
    words = {"en": "6.57 times at step 12", "pt": "6,57 vezes no passo 12"}[code]
    step, ratio = label(ax, words).xy
    assert (step, ratio.round(2)) == (12, 6.57)


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────


@every_case
def test_alternative_text_says_numbers_and_follows_the_data(name, code):
    figures_drawn = [drawn_in(code, name, number) for number in CASES[name].numbers]
    words = [canvas.alternative_text(figure) for figure in figures_drawn]
    assert len(set(words)) == len(words)
    for text in words:
        assert len(text) > 60
        assert re.search(r"\d", text)
        assert not re.search(r"[{}]|nan|inf\b|None", text)


@every_case
def test_alternative_text_is_in_the_readers_language(name, monkeypatch):
    words = []
    for code in language.LANGUAGES:
        monkeypatch.setattr(language, "_chosen", code)
        words.append(display.picture(fresh(name))[1])
    pt, en = words
    assert pt != en
    assert not re.search(r"\d\.\d(?!\d\d)", pt)
    assert not re.search(r"\d,\d(?!\d\d)", en)


@every_case
def test_alternative_text_says_what_the_figure_shows(name, monkeypatch):
    monkeypatch.setattr(language, "_chosen", "en")
    _, words = display.picture(fresh(name))
    for part in IN_WORDS[name]:
        assert part in words


@every_case
def test_axes_say_what_they_show(name, code):
    for ax in drawn_in(code, name).axes:
        assert ax.get_xlabel()
        assert ax.get_ylabel()
    assert drawn_in(code, name).axes[0].get_title(loc="left")


@every_case
def test_tick_labels_are_their_places_in_the_readers_language(name, code):
    drawn = set(texts_in(code, name))
    for ax in drawn_in(code, name).axes:
        for axis in (ax.xaxis, ax.yaxis):
            assert not axis.get_offset_text().get_text()
            ticks = [tick for tick in axis.get_major_ticks() if tick.label1 in drawn]
            if not any(re.search(r"\d", tick.label1.get_text()) for tick in ticks):
                # Names instead of numbers, or the numbers of the axes below.
                assert ticks or ax.get_shared_x_axes().joined(ax, ax.figure.axes[-1])
                continue
            assert len(ticks) >= 3
            for tick in ticks:
                read = value_of(tick.label1.get_text(), code)
                assert read == pytest.approx(tick.get_loc(), rel=1e-9, abs=1e-12)


def value_of(written: str, code: str) -> float:
    """The number that a reader of the language reads."""
    thousands, decimal = (".", ",") if code == "pt" else (",", ".")
    if power := re.fullmatch(r"\$\\mathdefault\{10\^\{(-?\d+)\}\}\$", written):
        return 10.0 ** int(power[1])
    assert re.fullmatch(rf"−?(\d+|\d{{1,3}}(\{thousands}\d{{3}})+)(\{decimal}\d+)?%?", written)
    plain = written.replace(thousands, "").replace(decimal, ".").replace("−", "-")
    return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)


def test_tick_labels_have_a_decimal_comma_in_portuguese(code):
    labels = [text.get_text() for text in texts_in(code, "ewma.noise")]
    assert {"en": "0.2", "pt": "0,2"}[code] in labels
    assert {"en": "0,2", "pt": "0.2"}[code] not in labels


# ── Room ──────────────────────────────────────────────────────────────────────────────────────────


def texts_of(figure: Figure) -> list[Text]:
    """Every text that is drawn: of the tick labels, only those within the axes' limits."""
    seen, draw = [], Text.draw

    def record(text: Text, *arguments: Any, **options: Any) -> Any:
        if text.get_visible() and text.get_text().strip():
            seen.append(text)
        return draw(text, *arguments, **options)

    with mock.patch.object(Text, "draw", record), canvas.style():
        FigureCanvasAgg(figure).draw()
    return seen


@functools.cache
def texts_in(code: str, name: str, number: float | None = None) -> list[Text]:
    if number is None:
        return texts_in(code, name, CASES[name].numbers[0])
    return texts_of(drawn_in(code, name, number))


@every_picture
def test_all_letters_lie_on_the_paper_and_none_on_another(name, number, code):
    figure = drawn_in(code, name, number)
    boxes = {text: text.get_window_extent() for text in texts_in(code, name, number)}
    assert len(boxes) > 5
    for text, box in boxes.items():
        inside = figure.bbox.contains(*box.min) and figure.bbox.contains(*box.max)
        assert inside, f"{text.get_text()!r} is cut off: {box.extents} on {figure.bbox.extents}"
    for (one, here), (other, there) in itertools.combinations(boxes.items(), 2):
        width, height = np.minimum(here.max, there.max) - np.maximum(here.min, there.min)
        apart = min(width, height) < 0.5  # of a pixel
        assert apart, (
            f"{one.get_text()!r} overlaps {other.get_text()!r} by {width:.1f}×{height:.1f}"
        )


def test_paths_run_over_bias_and_weight_from_a_ring_at_their_start():
    ax = Figure().subplots()
    surface.draw_paths(ax, {"sgd": np.array([[0.0, 1.0], [2.0, 3.0]])})
    path, ring = ax.lines
    assert path.get_xydata().tolist() == [[0, 1], [2, 3]]
    assert ring.get_xydata().tolist() == [[0, 1]]


@pytest.mark.parametrize("end", [-2.0, 5.0, 15.0], ids=["bottom", "middle", "top"])
def test_names_at_the_ends_of_lines_keep_apart(end):
    """Also where the lines themselves end in one point; and they keep out of the title."""
    flat = np.full(30, end)
    ax = bias.three_curves(TEMPERATURES, flat, flat, flat)
    texts = {text.get_text(): text.get_window_extent() for text in texts_of(ax.figure)}
    title = texts[ax.get_title(loc="left")]
    looks = ("ma", "ewma", "corrected")
    names = [texts[language.text(f"figures.ewma.curves.{look}")] for look in looks]
    boxes = sorted(names, key=lambda box: box.y0)
    for below, above in itertools.pairwise(boxes):
        assert below.y1 <= above.y0
    assert boxes[-1].y1 < title.y0


# ── Bytes and colours ─────────────────────────────────────────────────────────────────────────────


def digests() -> dict[str, str]:
    """A digest of each case's SVG in the language in use."""
    code = language.current()
    return {name: hashlib.sha256(svg_in(code, name).encode()).hexdigest() for name in CASES}


def test_same_data_give_the_same_bytes_here_and_in_a_fresh_process(monkeypatch):
    monkeypatch.setattr(language, "_chosen", "pt")
    source = "import json; from tests import test_figures as t; print(json.dumps(t.digests()))"
    fresh_process = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "COURSE_LANGUAGE": "pt", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(fresh_process.stdout) == digests()


def colours(svg: str) -> set[str]:
    """All colours that a picture's shapes and letters have."""
    paints = ("style", "fill", "stroke", "stop-color", "color")
    return {
        colour
        for element in ET.fromstring(svg).iter()
        for attribute in paints
        for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b", element.get(attribute, ""))
    }


@every_case
def test_colours_are_the_courses_own(name, code):
    used = colours(svg_in(code, name))
    of_images = any(ax.images for ax in drawn_in(code, name).axes)  # only their frame is ours
    assert len(used) >= (2 if of_images else 4)
    assert used <= set(canvas.COLORS.values())


def elements(root: ET.Element, *kinds: str) -> set[ET.Element]:
    return {one for kind in kinds for one in root.iter(f"{{http://www.w3.org/2000/svg}}{kind}")}


@every_case
def test_nothing_is_black_by_default(name, code):
    """Letters and shapes without a fill of their own would be black on a dark page."""
    root = ET.fromstring(svg_in(code, name))
    unseen = {inner for one in elements(root, "defs", "clipPath") for inner in one.iter()}
    shapes = elements(root, "path", "use") - unseen
    letters = {one for one in elements(root, "text", "tspan") if (one.text or "").strip()}
    assert len(letters) > 5
    for element in shapes | letters:
        assert "fill" in element.get("style", ""), ET.tostring(element)


@every_case
def test_dark_page_has_no_light_colour_left(name, code):
    light = svg_in(code, name)
    names = {colour: key for key, colour in canvas.COLORS.items()}
    wanted = {canvas.DARK[names[colour]] for colour in colours(light)}
    dark = canvas.recolour(light)
    assert colours(dark) == wanted
    assert not wanted & set(canvas.COLORS.values())
    assert re.sub("#[0-9a-f]{6}", "", dark) == re.sub("#[0-9a-f]{6}", "", light)


def test_each_colour_has_its_dark_one():
    everything = " ".join(canvas.COLORS.values())
    assert canvas.recolour(everything).split() == [canvas.DARK[name] for name in canvas.COLORS]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours by WCAG 2: 1 to 21."""
    brightness = []
    for colour in (one, other):
        channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        brightness.append(linear @ [0.2126, 0.7152, 0.0722])
    return (max(brightness) + 0.05) / (min(brightness) + 0.05)


def test_contrast_is_wcags():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


INKS = ("ink", "muted", "blue", "orange", "green", "purple", "pink")


@pytest.mark.parametrize("name", INKS)
def test_letters_stand_out_on_either_page(name):
    assert contrast(canvas.COLORS[name], "#ffffff") >= 4.5
    assert contrast(canvas.COLORS[name], canvas.COLORS["paper"]) >= 4.5
    assert contrast(canvas.DARK[name], "#15191e") >= 4.5


def test_both_pages_have_the_same_colours():
    assert canvas.COLORS.keys() == canvas.DARK.keys()
    assert canvas.DARK["paper"] == "#15191e"
    for colours_of_page in (canvas.COLORS, canvas.DARK):
        assert len(set(colours_of_page.values())) == len(colours_of_page)
        assert all(to_hex(colour) == colour for colour in colours_of_page.values())


@every_case
def test_letters_are_in_inks_or_on_a_bar(name, code):
    inks = {canvas.COLORS[ink] for ink in INKS}
    for text in texts_in(code, name):
        on_a_bar = name == "bias.missing_weight" and text.get_color() == canvas.COLORS["paper"]
        assert text.get_color() in inks or on_a_bar, text.get_text()
    assert contrast(canvas.COLORS["paper"], canvas.COLORS["orange"]) >= 4.5
    assert contrast(canvas.DARK["paper"], canvas.DARK["orange"]) >= 4.5


@pytest.mark.parametrize("name", ["ggplot", "classic", "fivethirtyeight"])
def test_the_callers_style_changes_nothing(name):
    def draw():
        return display.svg(ewma.weights(**weights(5)).figure)

    plain = draw()
    with plt.style.context(name):
        assert draw() == plain
