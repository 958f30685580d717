"""What `show` emits: a picture and its words, for a kernel and for the static page."""

import base64
import io
import xml.etree.ElementTree as ET

import IPython.display
import numpy as np
import pytest
from matplotlib import image as mpl_image
from matplotlib.figure import Figure

from helpers import display, language
from helpers.figures import bias, canvas

WORDS = "A line from 1 to 3."


@pytest.fixture(autouse=True)
def english_in_a_kernel(monkeypatch):
    monkeypatch.setattr(language, "_chosen", "en")
    monkeypatch.delenv("COURSE_PAGE", raising=False)


@pytest.fixture
def static_page(monkeypatch):
    monkeypatch.setenv("COURSE_PAGE", "static")


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as IPython's own publisher gets it: pairs of data and metadata."""
    outputs = []

    def publish(data, metadata, *, raw):
        assert raw
        outputs.append((data, metadata))

    monkeypatch.setattr(IPython.display, "display", publish)
    return outputs


def described(words=WORDS, rows=1):
    axes = canvas.subplots(rows, height=2.5)
    np.ravel(axes)[0].plot([1, 2, 3])
    canvas._descriptions[np.ravel(axes)[0].figure] = words
    return axes


def test_kernel_gets_a_png_and_the_words(shown):
    display.show(described())
    ((data, metadata),) = shown
    assert data.keys() == {"text/plain", "image/png"}
    assert data["text/plain"] == WORDS
    assert metadata["course"] == "figure"
    assert metadata["image/png"] == {"width": 576, "height": 240, "alt": WORDS}


def test_png_is_sharp_and_on_light_paper(shown):
    display.show(described())
    pixels = mpl_image.imread(io.BytesIO(base64.b64decode(shown[0][0]["image/png"])))
    assert pixels.shape == (480, 1152, 4)
    paper = tuple(int(canvas.COLORS["paper"][at : at + 2], 16) for at in (1, 3, 5))
    np.testing.assert_array_equal((pixels[0, 0] * 255).round(), [*paper, 255])
    assert (pixels[..., 3] == 1).all()


def test_static_page_gets_an_svg_without_paper_and_the_words(shown, static_page):
    display.show(described())
    ((data, metadata),) = shown
    assert data.keys() == {"text/plain", "image/svg+xml"}
    assert data["text/plain"] == WORDS
    assert metadata == {"course": "figure"}
    root = ET.fromstring(data["image/svg+xml"])
    assert root.get("viewBox") == "0 0 432 180"
    paper = root.find(".//*[@id='patch_1']/{http://www.w3.org/2000/svg}path")
    assert paper.get("style") == "fill: none"


@pytest.mark.parametrize("value", ["", "kernel", "Static"])
def test_only_static_is_the_static_page(monkeypatch, shown, value):
    monkeypatch.setenv("COURSE_PAGE", value)
    assert not display.on_static_page()
    display.show(described())
    assert "image/png" in shown[0][0]


def test_same_figure_same_bytes(shown, static_page):
    display.show(described())
    display.show(described())
    assert shown[0] == shown[1]
    assert display.png(described().figure) == display.png(described().figure)


@pytest.mark.parametrize(
    "of", [lambda ax: ax, lambda ax: ax.figure, lambda ax: np.array([ax])], ids=["ax", "fig", "row"]
)
def test_axes_and_figures_show_the_same(shown, static_page, of):
    display.show(of(described()))
    display.show(described())
    assert shown[0] == shown[1]


def test_grid_of_axes_is_one_picture(shown):
    axes = described(rows=2)
    display.show(axes)
    assert len(shown) == 1
    assert display.picture(axes) == (axes[0].figure, WORDS)


def test_figure_of_the_course_says_its_numbers(shown):
    display.show(bias.first_steps(np.array([3.16, 6.57, 2.0])))
    assert "peaks at 6.57 times at step 2" in shown[0][0]["text/plain"]


@pytest.mark.parametrize("words", ["", "  \n"])
def test_no_picture_without_words(shown, words):
    with pytest.raises(ValueError, match="drawn must have an alternative text"):
        display.show(described(words))
    assert not shown


@pytest.mark.parametrize("page", ["kernel", "static"])
def test_no_bare_figure(shown, monkeypatch, page):
    monkeypatch.setenv("COURSE_PAGE", page)
    with pytest.raises(ValueError, match=r"give it one with canvas\.describe"):
        display.show(Figure().subplots())
    assert not shown


@pytest.mark.parametrize("drawn", [None, "figure", 3, [], np.array([]), np.ones(2)], ids=repr)
def test_other_things_are_no_pictures(shown, drawn):
    with pytest.raises(TypeError, match="drawn must be axes or a figure of matplotlib, got"):
        display.show(drawn)
    assert not shown


def test_list_of_axes_is_told_apart_from_an_array(shown):
    with pytest.raises(TypeError, match="drawn must be axes or a figure of matplotlib, got"):
        display.show([described()])
