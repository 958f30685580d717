"""Explorers: widgets that redraw in a kernel, and while building a picture of every position."""

import base64
import html
import itertools
import re

import IPython.display
import ipywidgets
import numpy as np
import pytest

from helpers import display, language, output
from helpers.explore import explore, slider
from helpers.figures import canvas, palette
from tests.errors import message_of

try:
    from ipywidgets.widgets.widget import _instances as living_widgets
except ImportError:  # ipywidgets 7, as in Colab
    living_widgets = ipywidgets.Widget.widgets

ALPHA = {"values": [0.25, 0.5, 1.0], "start": 0.5, "label": "α", "spec": ".2f"}
STEPS = {"values": [10, 1000], "start": 10, "label": "t", "spec": ",.0f"}
NAMES = {"values": ["StepLR", "CyclicLR", "é"], "start": "CyclicLR", "label": "scheduler"}


@pytest.fixture(autouse=True)
def kernel(monkeypatch):
    """Each test starts in a kernel, with a text of its own in both catalogues."""
    monkeypatch.setattr(language, "_chosen", "en")
    monkeypatch.delenv("COURSE_BUILD", raising=False)
    for code, text in {"en": 'At "{place}"', "pt": 'Em "{place}"'}.items():
        monkeypatch.setitem(language._catalogue(code), "position", {"alt": text})


@pytest.fixture
def building(monkeypatch):
    monkeypatch.setenv("COURSE_BUILD", "1")


@pytest.fixture
def shown(monkeypatch):
    """What was displayed: pairs of data and metadata."""
    outputs = []

    def publish(data, metadata=None, *, raw):
        assert raw
        outputs.append((data, metadata))

    monkeypatch.setattr(IPython.display, "display", publish)
    yield outputs
    ipywidgets.Widget.close_all()


def draw(**position):
    """A picture whose text names its position."""
    ax = canvas.subplots(height=2)
    ax.plot([len(str(value)) for value in position.values()], color=palette.COLORS["ink"])
    canvas.describe(ax, "position", place=" & ".join(f"<{n}>: {v}" for n, v in position.items()))
    return ax


def text(**position):
    return display.picture(draw(**position))[1]


# ── Sliders ───────────────────────────────────────────────────────────────────────────────────────


def test_slider_writes_its_values_as_the_language_does():
    numbers, names = (
        slider(np.array([1, 2000]), start=2000, label="N", spec=",.1f"),
        slider(**NAMES),
    )
    assert (numbers.values, numbers.start) == ((1, 2000), 1)
    assert (names.values, names.start) == (("StepLR", "CyclicLR", "é"), 1)
    assert numbers.written() == ["1.0", "2,000.0"]
    language.use("pt")
    assert numbers.written() == ["1,0", "2.000,0"]
    assert names.written() == ["StepLR", "CyclicLR", "é"]


@pytest.mark.parametrize("values", [[], [1], [1, 1], [2, 1], [1, 3, 2], [1, np.nan, 3]], ids=str)
def test_slider_needs_ascending_numbers(values):
    with pytest.raises(ValueError, match="values must be at least two ascending numbers, got"):
        slider(values, start=1, label="N")


@pytest.mark.parametrize("values", [["a"], ["a", "a"], ["a", ""], ["b", "a", "b"]], ids=str)
def test_slider_needs_different_names(values):
    with pytest.raises(ValueError, match="values must be at least two different names, got"):
        slider(values, start="a", label="N")


def test_slider_rejects_a_mixture_and_another_start():
    for values in (["a", 1], [1, 2, "a"]):
        with pytest.raises(TypeError, match="values must be all numbers or all names, got"):
            slider(values, start=1, label="N")
    for values, start in (([1, 2, 3], 1.5), ([1, 2, 3], None), (["a", "b"], "A")):
        with pytest.raises(ValueError, match=f"start must be one of values, got {start!r}$"):
            slider(values, start=start, label="N")


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"values": None}, TypeError, "values must be numbers or names, got None"),
        ({"values": "abc"}, TypeError, "values must be numbers or names, got 'abc'"),
        ({"values": np.array(1.0)}, TypeError, "values must be numbers or names, got array(1.)"),
        ({"values": [1, np.inf]}, ValueError, "values must be at least two ascending numbers"),
        ({"values": [10**400, 10**401]}, TypeError, "values must hold real numbers, got [1000"),
        ({"label": None}, TypeError, "label must be a name, got None"),
        ({"label": ""}, TypeError, "label must be a name, got ''"),
        ({"spec": "q"}, ValueError, "spec must be one for 1.0, got 'q'"),
        ({"values": [1, 1.01], "spec": ".1f"}, ValueError, "spec must write no two values alike"),
        ({"start": True}, ValueError, "start must be one of values, got True"),
    ],
)
def test_arguments_of_a_slider_that_do_not_fit_are_named(changes, kind, message):
    given = {"values": [1, 2], "start": 1, "label": "N"} | changes
    assert message_of(kind, slider, given.pop("values"), **given).startswith(message)


# ── While building ────────────────────────────────────────────────────────────────────────────────


def test_each_frame_equals_a_fresh_drawing_in_its_language(shown, building):
    language.use("pt")
    explore(draw, alpha=slider(**ALPHA))
    ((data, _),) = shown
    bundle = data[output.BUILD_MIME]
    assert bundle["kind"] == "explorer"
    assert tuple(bundle["languages"]) == language.LANGUAGES
    for code, content in bundle["languages"].items():
        with language.using(code):
            written = slider(**ALPHA).written()
            assert content["sliders"] == [{"label": "α", "values": written, "start": 1}]
            assert content["text"] == text(alpha=0.5)
            for frame, alpha in zip(content["frames"], ALPHA["values"], strict=True):
                for page in canvas.PAGES:
                    with canvas.page(page):
                        assert frame[page]["light"] == display.svg(draw(alpha=alpha).figure)
                assert frame["text"] == text(alpha=alpha)
    assert data["text/plain"] == 'Em "<alpha>: 0.5"'


def test_last_of_two_sliders_moves_fastest(shown, building):
    names = slider(["é", "a"], start="é", label="scheduler")
    explore(draw, steps=slider(**{**STEPS, "start": 1000}), name=names)
    content = shown[0][0][output.BUILD_MIME]["languages"]["en"]
    order = itertools.product((10.0, 1000.0), ("é", "a"))
    expected = [f'At "<steps>: {steps} & <name>: {name}"' for steps, name in order]
    assert [frame["text"] for frame in content["frames"]] == expected
    assert content["text"] == expected[2] == text(steps=1000.0, name="é")
    assert content["sliders"] == [
        {"label": "t", "values": ["10", "1,000"], "start": 1},
        {"label": "scheduler", "values": ["é", "a"], "start": 0},
    ]


def test_failing_figure_is_an_error_and_nothing_is_shown(shown, building):
    def undescribed(alpha):
        return draw(alpha=alpha) if alpha < 1 else canvas.subplots()

    with pytest.raises(ValueError, match="drawn must have an alternative text"):
        explore(undescribed, alpha=slider(**ALPHA))
    with pytest.raises(ZeroDivisionError):
        explore(lambda alpha: draw(alpha=1 / (1 - alpha)), alpha=slider(**ALPHA))
    assert not shown
    assert language.current() == "en"
    assert palette.COLORS["paper"] == palette.load()["light"]["paper"]


# ── In a kernel ───────────────────────────────────────────────────────────────────────────────────


def widgets(shown):
    """The live sliders and the live picture that were displayed."""
    ((data, metadata),) = shown
    assert metadata == {"course": "explorer"}
    view = data["application/vnd.jupyter.widget-view+json"]
    *sliders, picture = living_widgets[view["model_id"]].children
    return sliders, picture


def test_kernel_gets_a_slider_in_the_readers_language(shown):
    language.use("pt")
    explore(draw, alpha=slider(**ALPHA), periods=slider([1, 9], start=9, label="periods"))
    assert shown[0][0]["text/plain"] == 'Em "<alpha>: 0.5 & <periods>: 9.0"'
    (alpha, periods), _ = widgets(shown)
    assert isinstance(alpha, ipywidgets.SelectionSlider)
    assert (alpha.description, alpha.value) == ("α", 0.5)
    assert periods.description == "períodos N"
    assert alpha._options_labels == ("0,25", "0,50", "1,00")


def test_picture_and_text_follow_each_slider(shown):
    explore(draw, alpha=slider(**ALPHA), name=slider(**NAMES))
    (alpha, name), picture = widgets(shown)
    position = {"alpha": 0.5, "name": "CyclicLR"}
    for control, key, value in ((alpha, "alpha", 1.0), (name, "name", "é"), (alpha, "alpha", 0.25)):
        control.value = position[key] = value
        source, alt = re.search(r'base64,(.*?)" alt="(.*?)"', picture.value).groups()
        assert base64.b64decode(source) == display.png(draw(**position).figure)
        assert html.unescape(alt) == text(**position)
        assert not {"<", '"'} & set(alt), "not escaped"
    assert len(shown) == 1


@pytest.mark.parametrize("build", ["", "1"])
def test_other_arguments_are_rejected(build, shown, monkeypatch):
    monkeypatch.setenv("COURSE_BUILD", build)
    for count in (0, 3):
        with pytest.raises(ValueError, match=f"sliders must be one or two, got {count}"):
            explore(draw, **{name: slider(**ALPHA) for name in "abc"[:count]})
    with pytest.raises(TypeError, match="draw must be a function of a value for each slider, got"):
        explore(None, alpha=slider(**ALPHA))
    for other in (0.5, [0.25, 0.5], None):
        message = rf"beta must be made by helpers\.explore\.slider, got {re.escape(repr(other))}"
        with pytest.raises(TypeError, match=message):
            explore(draw, alpha=slider(**ALPHA), beta=other)
    assert not shown
