"""Figures of chapter 8: pictures hold their pixels, matrices their counts, clouds their medians."""

import numpy as np
import pytest
import torch

from helpers import display, language
from helpers.figures import canvas, hands_on
from tests.figure_cases.hands_on import CLASSES, confused, handwriting, nine_pairs, wrong_answers


@pytest.fixture(params=language.LANGUAGES, autouse=True)
def code(request, monkeypatch):
    monkeypatch.setattr(language, "_chosen", request.param)
    return request.param


def ink(ax):
    """How much ink the picture has at each pixel, and where it lies."""
    (image,) = ax.images
    return np.asarray(image.get_array())[..., 3], image.get_extent()


def test_samples_hold_each_image_at_its_row_and_column():
    pixels = handwriting(0, 3, 4)
    drawn, extent = ink(hands_on.samples(pixels, CLASSES[:3], source="mnist"))
    assert drawn.shape == (3 * 28, 4 * 28)
    assert extent == [0.5, 4.5, 2.5, -0.5]
    for row in range(3):
        for column in range(4):
            tile = drawn[28 * row : 28 * (row + 1), 28 * column : 28 * (column + 1)]
            np.testing.assert_array_equal(tile, pixels[row, column])


@pytest.mark.parametrize("images", [10, 9, 5, 1])
def test_mistakes_stand_below_their_words(images):
    values = wrong_answers(images)
    ax = hands_on.mistakes(**values)
    drawn, _ = ink(ax)
    columns = -(-images // 2)
    assert drawn.shape == (2 * (28 + 12), columns * (28 + 12))
    for i in range(images):
        row, column = divmod(i, columns)
        tile = drawn[40 * row + 12 : 40 * (row + 1), 40 * column + 6 : 40 * column + 34]
        np.testing.assert_array_equal(tile, values["pixels"][i])
        assert ax.texts[i].get_text().startswith(f"{values['truth'][i]} → {values['answers'][i]}\n")
        assert ax.texts[i].xy[0] == column + 1
    assert drawn.sum() == pytest.approx(values["pixels"].sum().item(), rel=1e-5)


def test_nobody_is_a_hundred_per_cent_sure(code):
    ax = hands_on.mistakes(handwriting(0, 2), ["4", "7"], ["9", "1"], [1.0, 0.5678], source="mnist")
    said = [text.get_text().split("\n")[1] for text in ax.texts]
    assert said == {"en": ["99.9%", "56.7%"], "pt": ["99,9%", "56,7%"]}[code]


def test_letters_of_pictures_stand_out_on_either_page():
    from tests.test_figures import contrast

    pen = "#" + "".join(f"{round(255 * part):02x}" for part in hands_on._PEN)
    assert contrast(pen, canvas.COLORS["paper"]) >= 3
    assert contrast(pen, canvas.DARK["paper"]) >= 3


def test_confusion_writes_each_count_in_its_cell():
    values = confused(0)
    ax = hands_on.confusion(**values)
    written = {text.xy: int(text.get_text()) for text in ax.texts}
    counts = values["counts"].numpy()
    assert written == {(x, y): counts[y, x] for y, x in np.argwhere(counts > 0)}
    right, wrong = ax.collections
    assert len(right.get_paths()) == 10
    assert len(wrong.get_paths()) == 2
    frequent, single = sorted(wrong.get_facecolor()[:, 3], reverse=True)
    assert frequent == pytest.approx(0.45)
    assert 0.08 < single < frequent


def test_confusion_of_a_class_that_is_never_answered():
    counts = torch.zeros(10, 10, dtype=torch.int64)
    counts[:, 1] = 5
    words = display.picture(hands_on.confusion(counts, CLASSES, source="digits"))[1]
    assert "45" in words
    assert not set(words) & set("{}")


def test_clouds_stand_at_their_medians_with_their_rates():
    values = nine_pairs(0)
    ax = hands_on.comparison(**values)
    bars = [one.get_xdata() for one in ax.lines[1::2]]
    rows = [row[rule] for row in values["accuracies"].values() for rule in row]
    assert [tuple(bar) for bar in bars] == [(np.median(row), np.median(row)) for row in rows]
    assert sum(text.get_text().startswith("lr ") for text in ax.texts) == 9
    low, high = ax.get_xlim()
    assert all(low < value < high for row in rows for value in row)


def test_embedded_digits_are_marked_and_mnist_is_not(code):
    mark = language.text("data.mark")
    for source, marked in (("digits", True), ("mnist", False)):
        ax = hands_on.samples(handwriting(0, 2, 3), CLASSES[:2], source=source)
        assert (mark in display.picture(ax)[1]) == marked
