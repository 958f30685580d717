"""Explorers: what the static page gets, and widgets that redraw in a kernel."""

import base64
import html
import re

import IPython.display
import ipywidgets
import numpy as np
import pytest

from helpers import display, language
from helpers.explore import EXPLORER_MIME, explore, slider
from helpers.figures import canvas

try:
    from ipywidgets.widgets.widget import _instances as living_widgets
except ImportError:  # ipywidgets 7, as in Colab
    living_widgets = ipywidgets.Widget.widgets

ALPHA = {"values": [0.25, 0.5, 1.0], "start": 0.5, "label": "α", "spec": ".2f"}
STEPS = {"values": [10, 1000], "start": 10, "label": "t", "spec": ",.0f"}


@pytest.fixture(autouse=True)
def kernel(monkeypatch):
    monkeypatch.delenv("COURSE_PAGE", raising=False)


@pytest.fixture
def static_page(monkeypatch):
    monkeypatch.setenv("COURSE_PAGE", "static")


@pytest.fixture(params=language.LANGUAGES)
def code(request, monkeypatch):
    monkeypatch.setattr(language, "_chosen", request.param)
    return request.param


@pytest.fixture
def shown(monkeypatch):
    """What was displayed: pairs of data and metadata."""
    outputs = []

    def publish(data, metadata, *, raw):
        assert raw
        outputs.append((data, metadata))

    monkeypatch.setattr(IPython.display, "display", publish)
    yield outputs
    ipywidgets.Widget.close_all()


def draw(**position):
    """A line to its parameters, and words that name them."""
    ax = canvas.subplots(height=2)
    ax.plot(list(position.values()), marker="o")
    names = " & ".join(f"<{name}> is {value:g}" for name, value in position.items())
    canvas._descriptions[ax.figure] = f'"{names}"'
    return ax


def words(**position):
    return display.picture(draw(**position))[1]


# ── Sliders ───────────────────────────────────────────────────────────────────────────────────────


def test_slider_holds_its_choices_and_where_it_starts():
    made = slider(np.array([1, 2, 5]), start=2, label="N")
    assert made.values == (1.0, 2.0, 5.0)
    assert made.start == 1
    assert made.written() == ["1", "2", "5"]


def test_slider_writes_its_choices_in_the_readers_language(code):
    wanted = {"en": (["0.25", "0.50", "1.00"], ["10", "1,000"])}
    wanted["pt"] = (["0,25", "0,50", "1,00"], ["10", "1.000"])
    assert (slider(**ALPHA).written(), slider(**STEPS).written()) == wanted[code]


@pytest.mark.parametrize(
    "values",
    [[], [1], [1, 1], [2, 1], [1, 3, 2], [1, np.nan, 3], [np.nan, 1]],
    ids=str,
)
def test_slider_needs_two_ascending_values(values):
    with pytest.raises(ValueError, match="values must be at least two ascending numbers") as error:
        slider(values, start=1, label="N")
    assert str(error.value).endswith(f"got {values!r}")


@pytest.mark.parametrize("start", [0, 1.5, 3.0001, None], ids=repr)
def test_slider_starts_at_one_of_its_values(start):
    with pytest.raises(ValueError, match=f"start must be one of values, got {start!r}"):
        slider([1, 2, 3], start=start, label="N")


NAMES = {"values": ["StepLR", "CyclicLR", "é"], "start": "CyclicLR", "label": "scheduler"}


def test_slider_holds_names_in_their_own_order(code):
    made = slider(**NAMES)
    assert made.values == ("StepLR", "CyclicLR", "é")
    assert made.start == 1
    assert made.written() == ["StepLR", "CyclicLR", "é"]


@pytest.mark.parametrize("values", [["a"], ["a", "a"], ["a", ""], ["b", "a", "b"]], ids=str)
def test_slider_needs_two_different_names(values):
    with pytest.raises(ValueError, match="values must be at least two different names, got"):
        slider(values, start="a", label="N")


@pytest.mark.parametrize("values", [["a", 1], [1, 2, "a"]], ids=str)
def test_slider_has_numbers_or_names_not_both(values):
    with pytest.raises(TypeError, match="values must be all numbers or all names, got"):
        slider(values, start="a", label="N")


@pytest.mark.parametrize("start", ["steplr", 1, None], ids=repr)
def test_slider_of_names_starts_at_one_of_them(start):
    with pytest.raises(ValueError, match=f"start must be one of values, got {start!r}"):
        slider(["StepLR", "CyclicLR"], start=start, label="N")


# ── The static page ───────────────────────────────────────────────────────────────────────────────


def test_page_gets_a_frame_for_each_position(shown, static_page, code):
    explore(draw, alpha=slider(**ALPHA))
    ((data, metadata),) = shown
    assert metadata == {"course": "explorer"}
    assert data.keys() == {EXPLORER_MIME, "text/plain"}
    content = data[EXPLORER_MIME]
    labels = {"en": ["0.25", "0.50", "1.00"], "pt": ["0,25", "0,50", "1,00"]}[code]
    assert content["sliders"] == [{"label": "α", "values": labels, "start": 1}]
    for frame, alpha in zip(content["frames"], ALPHA["values"], strict=True):
        assert frame["alt"] == words(alpha=alpha)
        assert frame["svg"] == display.svg(draw(alpha=alpha).figure)
    assert data["text/plain"] == words(alpha=0.5)


def test_last_of_two_sliders_moves_fastest(shown, static_page):
    explore(draw, steps=slider(**{**STEPS, "start": 1000}), alpha=slider(**ALPHA))
    data = shown[0][0]
    content = data[EXPLORER_MIME]
    order = [(10, 0.25), (10, 0.5), (10, 1.0), (1000, 0.25), (1000, 0.5), (1000, 1.0)]
    wanted = [words(steps=steps, alpha=alpha) for steps, alpha in order]
    assert [frame["alt"] for frame in content["frames"]] == wanted
    assert [one["label"] for one in content["sliders"]] == ["t", "α"]
    assert [one["start"] for one in content["sliders"]] == [1, 1]
    assert data["text/plain"] == words(steps=1000, alpha=0.5) == wanted[4]


def called(name, alpha):
    """The picture of `draw`, with the name in its words."""
    ax = draw(alpha=alpha)
    canvas._descriptions[ax.figure] = f"{name} with {alpha:g}"
    return ax


def test_page_gets_a_frame_for_each_name(shown, static_page):
    explore(called, name=slider(**NAMES), alpha=slider(**ALPHA))
    content = shown[0][0][EXPLORER_MIME]
    assert content["sliders"][0] == {
        "label": "scheduler",
        "values": ["StepLR", "CyclicLR", "é"],
        "start": 1,
    }
    wanted = [f"{name} with {alpha:g}" for name in NAMES["values"] for alpha in ALPHA["values"]]
    assert [frame["alt"] for frame in content["frames"]] == wanted
    assert shown[0][0]["text/plain"] == "CyclicLR with 0.5"


def test_every_frame_needs_words(shown, static_page):
    def wordless(alpha):
        ax = draw(alpha=alpha)
        if alpha == 1.0:
            canvas._descriptions[ax.figure] = ""
        return ax

    with pytest.raises(ValueError, match="drawn must have an alternative text"):
        explore(wordless, alpha=slider(**ALPHA))
    assert not shown


# ── In a kernel ───────────────────────────────────────────────────────────────────────────────────


def widgets(shown):
    """The sliders and the picture that were displayed, alive."""
    ((data, metadata),) = shown
    assert metadata == {"course": "explorer"}
    view = data["application/vnd.jupyter.widget-view+json"]
    *sliders, picture = living_widgets[view["model_id"]].children
    return sliders, picture


def test_kernel_gets_widgets_and_the_words(shown, code):
    explore(draw, alpha=slider(**ALPHA))
    assert shown[0][0]["text/plain"] == words(alpha=0.5)
    (alpha,), _ = widgets(shown)
    assert isinstance(alpha, ipywidgets.SelectionSlider)
    assert alpha.description == "α"
    assert alpha.value == 0.5
    labels = {"en": ("0.25", "0.50", "1.00"), "pt": ("0,25", "0,50", "1,00")}[code]
    assert alpha._options_labels == labels


def pixels_and_alt(picture):
    source, alt = re.search(
        r'src="data:image/png;base64,(.*?)" alt="(.*?)"', picture.value
    ).groups()
    return base64.b64decode(source), html.unescape(alt)


def test_picture_follows_the_slider(shown):
    explore(draw, alpha=slider(**ALPHA))
    (alpha,), picture = widgets(shown)
    for value in (0.5, 1.0, 0.25, 0.5):
        alpha.value = value
        pixels, alt = pixels_and_alt(picture)
        assert alt == words(alpha=value)
        assert pixels == display.png(draw(alpha=value).figure)
    assert len(shown) == 1


def test_picture_follows_either_of_two_sliders(shown):
    explore(draw, steps=slider(**STEPS), alpha=slider(**ALPHA))
    (steps, alpha), picture = widgets(shown)
    assert pixels_and_alt(picture)[1] == words(steps=10, alpha=0.5)
    alpha.value = 0.25
    assert pixels_and_alt(picture)[1] == words(steps=10, alpha=0.25)
    steps.value = 1000
    assert pixels_and_alt(picture)[1] == words(steps=1000, alpha=0.25)


def test_picture_follows_a_slider_of_names(shown):
    explore(called, name=slider(**NAMES), alpha=slider(**ALPHA))
    (name, alpha), picture = widgets(shown)
    assert name._options_labels == ("StepLR", "CyclicLR", "é")
    for value in ("StepLR", "é", "CyclicLR"):
        name.value = value
        assert pixels_and_alt(picture)[1] == f"{value} with 0.5"
    alpha.value = 1.0
    assert pixels_and_alt(picture)[1] == "CyclicLR with 1"


def test_alternative_text_cannot_break_out_of_its_attribute(shown):
    explore(draw, alpha=slider(**ALPHA))
    _, picture = widgets(shown)
    assert '"<alpha> is 0.5"' in words(alpha=0.5)
    assert "&quot;&lt;alpha&gt; is 0.5&quot;" in picture.value


# ── What is refused ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", ["kernel", "static"])
@pytest.mark.parametrize("count", [0, 3])
def test_one_slider_or_two(shown, monkeypatch, page, count):
    monkeypatch.setenv("COURSE_PAGE", page)
    with pytest.raises(ValueError, match=f"sliders must be one or two, got {count}"):
        explore(draw, **{name: slider(**ALPHA) for name in "abc"[:count]})
    assert not shown


@pytest.mark.parametrize("other", [0.5, [0.25, 0.5], ALPHA, None], ids=repr)
def test_sliders_are_made_by_slider(shown, other):
    with pytest.raises(
        TypeError, match=r"beta must be made by helpers\.explore\.slider, got"
    ) as error:
        explore(draw, alpha=slider(**ALPHA), beta=other)
    assert repr(other) in str(error.value)
    assert not shown
