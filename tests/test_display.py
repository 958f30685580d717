"""What a cell shows: a picture and its alternative text, and while building all its versions."""

import base64
import io
import xml.etree.ElementTree as ET

import IPython.display
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import image as mpl_image
from matplotlib.figure import Figure

from helpers import averages, display, language, output
from helpers.figures import canvas, ewma, palette

TEXT = "A line from 1.50 to 3."


@pytest.fixture(autouse=True)
def english_in_a_kernel(monkeypatch):
    """Each test starts in a kernel, with a text of its own in both catalogues."""
    monkeypatch.setattr(language, "_chosen", "en")
    monkeypatch.delenv("COURSE_BUILD", raising=False)
    texts = {"en": "A line from {start:.2f} to 3.", "pt": "Uma linha de {start:.2f} a 3."}
    for code, text in texts.items():
        monkeypatch.setitem(language._catalogue(code), "line", {"alt": text})


@pytest.fixture
def building(monkeypatch):
    monkeypatch.setenv("COURSE_BUILD", "1")


@pytest.fixture(params=["kernel", "building"])
def either(request, monkeypatch):
    """A kernel, and the build."""
    monkeypatch.setenv("COURSE_BUILD", "1" if request.param == "building" else "")


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as IPython's publisher gets it: pairs of data and metadata."""
    outputs = []

    def publish(data, metadata=None, *, raw):
        assert raw
        outputs.append((data, metadata))

    monkeypatch.setattr(IPython.display, "display", publish)
    return outputs


@canvas.figure
def line(start=1.5, *, rows=1, described=True):
    axes = canvas.subplots(rows, height=2.5)
    first = np.ravel(axes)[0]
    first.plot([start, 2, 3], color=palette.COLORS["ink"])
    if described:
        canvas.describe(first, "line", start=start)
    return axes


# ── In a kernel ───────────────────────────────────────────────────────────────────────────────────


def test_kernel_gets_the_text_and_a_sharp_png_on_light_paper(shown):
    display.show(line())
    ((data, metadata),) = shown
    assert data.keys() == {"text/plain", "image/png"}
    assert data["text/plain"] == TEXT
    size = {"width": 576, "height": 240, "alt": TEXT}
    assert metadata == {"course": "figure", "image/png": size}
    pixels = mpl_image.imread(io.BytesIO(base64.b64decode(data["image/png"])))
    assert pixels.shape == (480, 1152, 4)
    paper = mpl.colors.to_rgba(palette.load()["light"]["paper"])
    np.testing.assert_allclose(pixels[0, 0], paper, atol=1e-3)
    assert (pixels[..., 3] == 1).all()


# ── While building ────────────────────────────────────────────────────────────────────────────────


def weights(ax=None):
    ma, ewma_weights = averages.ma_weights(5, 10), averages.ewma_weights(0.3, 10)
    return ewma.weights(ma, ewma_weights, age=3.0, ax=ax)


@pytest.mark.parametrize("draw", [lambda: line(0.25, rows=2), weights], ids=["two rows", "ewma"])
def test_each_version_equals_a_fresh_drawing_in_that_language_and_page(draw, shown, building):
    language.use("pt")
    display.show(draw())
    ((data, _),) = shown
    bundle = data[output.BUILD_MIME]
    assert bundle["kind"] == "figure"
    assert tuple(bundle["languages"]) == language.LANGUAGES
    for code, versions in bundle["languages"].items():
        for page in canvas.PAGES:
            with language.using(code), canvas.page(page):
                figure, text = display.picture(draw())
                assert versions["title"] == canvas.take_title(figure)
            light = display.svg(figure)
            shown_light, shown_dark = versions[page]["light"], versions[page]["dark"]
            assert (shown_light, shown_dark) == (light, palette.in_dark(light))
            assert versions["text"] == text
        assert versions.keys() == {"title", "text", *canvas.PAGES}
    assert data["text/plain"] == bundle["languages"]["pt"]["text"]


def test_versions_differ_in_their_language_and_colours(shown, building):
    display.show(line(rows=2))
    versions = shown[0][0][output.BUILD_MIME]["languages"]
    assert {code: one["text"] for code, one in versions.items()} == {
        "pt": "Uma linha de 1,50 a 3.",
        "en": TEXT,
    }
    for theme, other in (("light", "dark"), ("dark", "light")):
        svg = versions["en"]["wide"][theme]
        assert palette.load()[theme]["ink"] in svg
        assert palette.load()[other]["ink"] not in svg
        root = ET.fromstring(svg)
        assert root.get("viewBox") == "0 0 432 180"
        assert 'viewBox="0 0 259.2 ' in versions["en"]["narrow"][theme]
        paper = root.find(".//*[@id='patch_1']/{http://www.w3.org/2000/svg}path")
        assert paper.get("style") == "fill: none"


def test_figure_that_cannot_be_drawn_again_is_an_error(shown, building):
    undecorated = line.__wrapped__()
    with pytest.raises(
        ValueError, match=r"a function decorated with helpers\.figures\.canvas\.fig"
    ):
        display.show(undecorated)
    with pytest.raises(ValueError, match="on axes of its own"):
        display.show(weights(ax=Figure().subplots()))
    assert not shown


def test_failure_in_one_language_reaches_the_caller_and_restores_everything(
    shown, building, monkeypatch
):
    settings = dict(mpl.rcParams)
    drawn = line()
    monkeypatch.setitem(language._catalogue("pt"), "line", {"alt": "Uma linha de {início}."})
    with pytest.raises(ValueError, match=r"values must hold 'início' for the text 'line\.alt'"):
        display.show(drawn)
    assert not shown
    assert language.current() == "en"
    assert palette.COLORS["paper"] == palette.load()["light"]["paper"]
    assert dict(mpl.rcParams) == settings


def test_printed_text_is_in_the_readers_language_or_in_all(shown, monkeypatch, capsys):
    language.use("pt")
    for value in (None, ""):
        if value is not None:
            monkeypatch.setenv("COURSE_BUILD", value)
        output.print_text("line.alt", start=1234.5)
        assert capsys.readouterr().out == "Uma linha de 1234,50 a 3.\n"
    monkeypatch.setenv("COURSE_BUILD", "1")
    output.print_text("line.alt", start=1234.5)
    assert capsys.readouterr().out == ""
    pt, en = ({"text": text} for text in ("Uma linha de 1234,50 a 3.", "A line from 1234.50 to 3."))
    bundle = {"kind": "text", "languages": {"pt": pt, "en": en}}
    assert shown == [({"text/plain": pt["text"], output.BUILD_MIME: bundle}, None)]


# ── In both ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", [lambda ax: ax, lambda ax: ax.figure, lambda ax: np.array([[ax]])])
def test_the_same_figure_gives_the_same_bytes_in_any_form(form, shown, either):
    display.show(form(line()))
    display.show(line())
    assert shown[0] == shown[1]


@pytest.mark.parametrize("draw", [lambda: line(described=False), lambda: Figure().subplots()])
def test_figure_without_alternative_text_is_an_error(draw, shown, either):
    with pytest.raises(ValueError, match=r"alternative text: give it one with canvas\.describe"):
        display.show(draw())
    assert not shown


def test_other_objects_are_rejected(shown, either):
    for drawn in (None, "figure", 3, [], [line()], np.array([]), np.ones(2)):
        with pytest.raises(TypeError, match="drawn must be axes or a figure of matplotlib, got"):
            display.show(drawn)
    assert not shown
