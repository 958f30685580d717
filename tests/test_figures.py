"""Every figure shows its data, in every language and on either page, and all its texts fit.

The cases of the figures are in `tests.figure_cases`; all tests here run on each of them.
"""

import copy
import functools
import hashlib
import itertools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from unittest import mock

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers import display, language, optimizers
from helpers.figures import canvas, palette
from helpers.figures.palette import COLORS, STYLES
from tests.figure_cases import CASES
from tests.figure_cases.check import contrast

pytestmark = pytest.mark.xdist_group("figures")
every_figure = pytest.mark.parametrize("name", CASES)
every_theme = pytest.mark.parametrize("theme", palette.THEMES)
every_page = pytest.mark.parametrize("page", canvas.PAGES)


@functools.cache
def drawn_once(name):
    """Return a figure in English for tests that leave it as it is."""
    with language.using("en"):
        return CASES[name].draw(**CASES[name].first())


@every_page
@every_figure
def test_what_is_drawn_is_what_was_given_and_its_texts_fit_in_every_language(name, page):
    with canvas.page(page):
        for data, drawn in CASES[name].pictures():
            figure = canvas.figure_of(drawn)
            english = canvas.alternative_text(figure)
            assert figure.axes == [*np.ravel(drawn)]
            mark = "Data: scikit-learn's digits in place of MNIST"
            mark *= data.get("source") == "digits"
            marks = "○ start   ● end   ★ optimum" * ("surface" in data)
            assert " ".join(figure.get_supxlabel().split()) == " ".join((mark + marks).split())
            assert english.endswith(mark and f" {mark}.")
            assert figure.get_size_inches()[0] == canvas.PAGES[page]
            assert len(english) > 60
            check_texts(figure, language._catalogue("en")["language"], page)
            for code in set(language.LANGUAGES) - {"en"}:
                with language.using(code):
                    figure = canvas.redraw(drawn)
                assert canvas.alternative_text(figure) != english
                check_texts(figure, language._catalogue(code)["language"], page)


@every_figure
def test_panels_have_their_titles_and_labels_in_order(name):
    def pattern(text):
        return re.sub(r"\\{.*?\\}", "(.|\n)+", re.escape(text)).replace(r"\ ", r"\s")

    texts = language._catalogue("en")["figures"]
    for key in name.split("."):
        texts = texts[key]
    parts, last = [texts, *(part for part in texts.values() if isinstance(part, dict))], 0
    axes = [*np.ravel(drawn_once(name))]
    if headline := axes[0].figure.get_suptitle():
        assert re.fullmatch(pattern(texts["title"]), headline)
    assert axes[0].get_title(loc="left")
    for ax in axes:
        if title := ax.get_title(loc="left"):
            fits = [bool(re.fullmatch(pattern(one.get("title", "")), title)) for one in parts]
            last = fits.index(True, last)
            inner = len(axes) > 1  # of panels that share an axis, the outermost name it
            for axis, key in ((ax.xaxis, "x"), (ax.yaxis, "y")):
                label = axis.get_label_text()
                expected = pattern(parts[last][key])
                expected += r"\s\(log\sscale\)" * (axis.get_scale() == "log")
                assert re.fullmatch(expected, label) or (inner and not label)
    assert axes[-1].get_xlabel()


@every_figure
def test_draws_on_the_callers_axes(name):
    own = drawn_once(name)
    panels = own.shape if isinstance(own, np.ndarray) else ()
    given = Figure(figsize=(8, 8)).subplots(*panels, squeeze=not panels)
    given = np.reshape(given, panels) if panels else given
    with language.using("en"):
        options = {"axes" if panels else "ax": given}
        returned = CASES[name].draw(**CASES[name].first(), **options)
    assert returned is given
    for ax, ours in zip(np.ravel(given), np.ravel(own), strict=True):
        assert len(ax.get_children()) == len(ours.get_children())
        assert type(ax.yaxis.get_major_formatter()) is type(ours.yaxis.get_major_formatter())
    assert display.picture(returned)[1] == display.picture(own)[1]
    with pytest.raises(ValueError, match=r"drawn must come from .* on axes of its own"):
        canvas.redraw(returned)


def to_tensors(value):
    if isinstance(value, dict):
        return {key: to_tensors(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(map(to_tensors, value))
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


@every_figure
def test_neither_tensors_nor_the_callers_style_make_a_difference(name):
    def drawn(data):
        figure, text = display.picture(CASES[name].draw(**data))
        figure.set_layout_engine("none")  # takes half of the time
        return display.svg(figure), text

    data = CASES[name].first()
    before = copy.deepcopy(data)
    usual = drawn(data)
    np.testing.assert_equal(data, before)
    with plt.style.context(["dark_background", {"font.size": 20, "axes.titlelocation": "right"}]):
        style = mpl.rcParams.copy()
        assert drawn(to_tensors(data)) == usual
        assert mpl.rcParams.copy() == style
    assert plt.get_fignums() == []


def test_a_single_epoch_and_losses_below_zero_are_drawn():
    one = np.ones(1)
    CASES["hands_on.accuracies"].draw(one, one, source="mnist")
    CASES["runs.losses"].draw({"sgd": one[None]}, {"sgd": one[None]})
    rates = np.geomspace(1e-3, 1, 9)
    losses = -np.linspace(0.1, 1, 9)
    ax = CASES["learning_rate.range_test"].draw(rates, losses, losses, suggested=0.1, rule="adam")
    low, high = ax.get_ylim()
    assert ax.get_yscale() == "linear"
    assert low < losses.min() < losses.max() < high < 0.2


# ── Languages and themes ──────────────────────────────────────────────────────────────────────────

SVG = "{http://www.w3.org/2000/svg}"
PAINTS = ("style", "fill", "stroke", "stop-color", "color")


def colors_in(root):
    """All colours of a picture's shapes and letters."""
    paints = " ".join(one.get(paint, "") for one in root.iter() for paint in PAINTS)
    return set(re.findall(r"#[0-9a-fA-F]{3,8}\b", paints))


def elements(root):
    """All that is drawn but for names that follow from it."""
    return [
        (one.tag, one.text, [re.sub(r"#[A-Za-z]\w{8,}", "", v) for v in one.attrib.values()])
        for one in root.iter()
        if one.attrib.pop("id", True)
    ]


@pytest.mark.parametrize(("name", "page"), [*zip(CASES, itertools.cycle(canvas.PAGES))])
def test_dark_picture_is_what_would_be_drawn_in_dark_colors(name, page):
    first = drawn_once(name)
    shown = display.frame(lambda: canvas.redraw(first))
    with canvas.page(page), palette.theme("dark"):
        figure = canvas.redraw(first)
        assert canvas.take_title(figure) == shown["title"]
        fresh, own = ET.fromstring(display.svg(figure)), {*COLORS.values()}
    assert elements(ET.fromstring(shown[page]["dark"])) == elements(fresh)
    for drawn, theme in itertools.product(canvas.PAGES, palette.THEMES):
        root = ET.fromstring(shown[drawn][theme])
        assert theme == "light" or colors_in(root) <= own
        assert len(colors_in(root)) >= (1 if figure.axes[0].images else 3)
        # What has no paint of its own would be black.
        hidden = [*root.iter(f"{SVG}defs"), *root.iter(f"{SVG}clipPath")]
        unseen = {one for outer in hidden for one in outer.iter()}
        for kind in ("path", "use", "tspan", "text"):
            for one in {*root.iter(SVG + kind)} - unseen:
                painted = "fill" in one.get("style", "")
                assert painted or not (one.text or "x").strip(), ET.tostring(one)


def test_same_data_give_the_same_bytes_in_a_fresh_process():
    names = [name for i, name in enumerate(CASES) if i % 6 == 0]
    source = f"from tests.test_figures import *; print(digest({names!r}))"
    elsewhere = subprocess.run(
        [sys.executable, "-c", source],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "COURSE_LANGUAGE": "pt", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    with language.using("pt"):
        assert elsewhere.stdout.strip() == digest(names)


def digest(names):
    pictures = [
        display.svg(canvas.figure_of(CASES[name].draw(**CASES[name].first()))) for name in names
    ]
    return hashlib.sha256("".join(pictures).encode()).hexdigest()


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────


def texts_of(figure):
    """Every text that is drawn: of the tick labels, only those within the axes' limits."""
    seen, draw_text = [], Text.draw

    def record(text, *arguments, **options):
        if text.get_visible() and text.get_text().strip():
            seen.append(text)
        return draw_text(text, *arguments, **options)

    with mock.patch.object(Text, "draw", record), canvas.style():
        figure.draw_without_rendering()
    return seen


def check_texts(figure, marks, page):
    """Check that all texts fit, and write numbers with a language's marks."""
    if page == "narrow":  # only on the site, which writes the title above the picture
        canvas.take_title(figure)
    boxes = {text: text.get_window_extent() for text in texts_of(figure)}
    not_thousands = rf"\b0\{marks['thousands']}\d|\d\{marks['thousands']}(?!\d{{3}}\b)\d"
    told = canvas.alternative_text(figure)
    assert not re.search(rf"{not_thousands}|[{{}}]|\bnan\b|\binf\b|None", told)
    assert len(boxes) > 5
    for text, box in boxes.items():
        inside = figure.bbox.contains(*box.min) and figure.bbox.contains(*box.max)
        assert inside, f"{text.get_text()!r} is cut off: {box.extents} of {figure.bbox.extents}"
        assert text.get_color() not in (COLORS["grey"], COLORS["grid"])
    upright = {text: box for text, box in boxes.items() if text.get_rotation() % 90 == 0}
    for (one, here), (other, there) in itertools.combinations(upright.items(), 2):
        overlap = np.minimum(here.max, there.max) - np.maximum(here.min, there.min)
        assert min(overlap) < 0.5, f"{one.get_text()!r} overlaps {other.get_text()!r}"  # pixels
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        ticks = [tick for tick in axis.get_major_ticks() if tick.label1 in boxes]
        numbers = [tick for tick in ticks if re.match(r"[−\d$]", tick.label1.get_text())]
        assert ticks or len(figure.axes) > 1 or not len(axis.get_majorticklocs())
        assert not numbers or len(numbers) >= 2
        counts = re.match("(bad )?(epoch|mini-batch|step|update|day)", axis.label.get_text())
        for tick in numbers:
            read = value_of(tick.label1.get_text(), marks["thousands"], marks["decimal"])
            assert read == pytest.approx(tick.get_loc(), rel=1e-9, abs=1e-12)
            assert not counts or read == int(read)


def value_of(written, thousands, decimal):
    """Read a tick label as a reader of the language does."""
    if power := re.fullmatch(r"\$\\mathdefault\{10\^\{(-?\d+)\}\}\$", written):
        return 10.0 ** int(power[1])
    assert re.fullmatch(rf"−?(\d{{1,3}}(\{thousands}\d{{3}})*)(\{decimal}\d+)?%?", written)
    plain = written.replace(thousands, "").replace(decimal, ".").replace("−", "-")
    return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)


# ── The palette and the canvas ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("theme", palette.THEMES)
def test_letters_are_legible(theme):
    grays = [contrast(gray, "#ffffff") for gray in ("#000000", "#777777")]
    assert grays == pytest.approx([21, 4.48], abs=0.01)  # by WCAG
    with palette.theme(theme):
        for color in COLORS.keys() - {"grey", "grid", "paper", "raised", "valley"}:
            assert contrast(COLORS[color], COLORS["paper"]) >= 4.5
        paper = np.array(to_rgb(COLORS["paper"]))
        for color, opacity in (("blue", 0.5), ("orange", 0.45)):  # of the maps, of the squares
            shade = opacity * np.array(to_rgb(COLORS[color])) + (1 - opacity) * paper
            assert contrast(to_hex(shade), COLORS["ink"]) >= 4.5


def test_colors_and_styles_follow_the_theme():
    light = dict(COLORS)
    with palette.theme("dark"):
        assert COLORS.keys() == light.keys()
        assert not {*COLORS.values()} & {*light.values()}
        dashes = {"linestyle": (0, (5, 2)), "linewidth": 2.2}
        assert STYLES["adamw"] == {"color": COLORS["green"], **dashes}
    assert dict(COLORS) == light
    assert len(STYLES) == len([*STYLES]) == len(palette.load()["styles"])
    with pytest.raises(ValueError, match="name must be one of 'light', 'dark', got 'pink'"):
        palette.theme("pink").__enter__()
    assert dict(COLORS) == light


def test_rules_are_told_apart_by_color_and_line():
    rules = {*STYLES} & {*dir(optimizers), "momentum", "nesterov", "amsgrad", "schedule_free"}
    assert len({(STYLES[rule]["color"], str(STYLES[rule]["linestyle"])) for rule in rules}) == 13


def test_on_a_narrow_page_panels_stand_in_a_column_unless_told_otherwise():
    with canvas.page("narrow"):
        assert canvas.subplots(2, 3).shape == (6,)
        assert canvas.subplots(2, 3, narrow_grid=(3, 2)).shape == (3, 2)
    assert canvas.subplots(2, 3).shape == (2, 3)


def test_redraw_wants_a_figure_of_the_course():
    with pytest.raises(TypeError, match="drawn must be axes or a figure of matplotlib, got 3"):
        canvas.redraw(3)
    with pytest.raises(ValueError, match="drawn must come from a function decorated with"):
        canvas.redraw(Figure())
