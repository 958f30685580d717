"""Figures of chapter 8."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers import averages
from helpers.figures.palette import COLORS
from tests.figure_cases import check
from tests.figure_cases.check import dots, line, note

CLASSES = tuple("0123456789")


def handwriting(*shape):
    """Blots of ink, none like another, and none like its mirror image, of shape (…, 28, 28)."""
    blot = np.hanning(28)[:, None] * np.linspace(0, 1, 28)
    return np.random.default_rng(0).uniform(0.2, 1, (*shape, 1, 1)) * blot


def tiles(ax, shape, gap=0):
    """Return the ink of each image, row k around y = k, column k around x = k + 1."""
    (image,) = ax.images
    picture, (rows, columns) = np.asarray(image.get_array()), shape
    assert image.get_extent() == [0.5, columns + 0.5, rows - 0.5, -0.5]
    assert {to_hex(one) for one in np.unique(picture[..., :3].reshape(-1, 3), axis=0)} == {
        COLORS["blue"]
    }
    ink = picture[..., 3].reshape(rows, 28 + gap, columns, 28 + gap).swapaxes(1, 2)
    assert ink.sum() == pytest.approx(ink[:, :, gap:, gap // 2 : gap // 2 + 28].sum())
    return ink[:, :, gap:, gap // 2 : gap // 2 + 28]


def samples():
    for columns, source in ((9, "mnist"), (10, "digits")):
        pixels = handwriting(10, columns)
        ax = yield {"pixels": pixels, "classes": CLASSES, "source": source}
        np.testing.assert_array_equal(tiles(ax, (10, columns)), pixels)
        check.artists(ax, y=(9.5, -0.5))
        assert [label.get_text() for label in ax.get_yticklabels()] == list(CLASSES)
        assert ax.get_xticks().tolist() == [*range(1, columns + 1)]
        check.alternative_text(ax, 10, columns, pixels.mean())


def rising(last, gap):
    curve = last - gap * np.exp(-np.arange(18) / 3) + 0.002 * np.sin(np.arange(18))
    return np.append(curve[:-1], last)


EPOCHS = np.arange(1, 19)


def accuracies():
    train, validation = rising(0.983, 0.3), rising(0.97, 0.15)
    for source in ("mnist", "digits"):
        ax = yield {"train": train, "validation": validation, "source": source}
        dotted = line("train", EPOCHS, train, "training")
        solid = line("validation", EPOCHS, validation, "validation")
        ahead = sum(a > b for a, b in zip(train, validation, strict=True))
        check.artists(ax, dotted, solid, title=[ahead, 18], x=(1, 18), y=(None, 1))
        check.alternative_text(ax, 18, train[0], 0.983, validation[0], 0.97)


def learning_rates():
    epochs = np.arange(1, 20)
    for fall, texts, second in (
        (0.4, ("0.002", "0.0008", "0.00032", "0.000128"), 7),
        (1, ["0.002"], 20),
    ):
        rates = 0.002 * fall ** (np.arange(19) // 6)
        ax = yield {"rates": rates}
        stairs = line("orange", epochs, rates, drawstyle="steps-post")
        notes = [note(text, "muted", (1 + 6 * i, float(text))) for i, text in enumerate(texts)]
        drawn = dots("orange", epochs, rates, "."), stairs, *notes
        check.artists(ax, *drawn, title=[len(texts)], x=(0.5, 19.5), y=(0, 0.0023))
        check.alternative_text(ax, 19, 0.002, rates[-1], len(texts), second)


def last_batches():
    epochs = np.arange(1, 18)
    means = 0.03 + 0.25 * np.exp(-np.arange(17) / 4)
    last = means * np.random.default_rng(8).gamma(2, 0.6, 17)
    ax = yield {"means": means, "last": last, "source": "digits"}
    rows = ("mean of the epoch", "orange"), ("last mini-batch", "blue")
    circles = dots("blue", epochs, last, markerfacecolor="none")
    drawn = line("adam", epochs, means), circles, *check.corner(ax, *rows, right=True)
    check.artists(ax, *drawn, x=(0.5, 17.5), y=(0, None))
    (threads,) = ax.collections
    ends = np.transpose([(epochs, means), (epochs, last)], (2, 0, 1))
    np.testing.assert_array_equal(threads.get_segments(), ends)
    assert to_hex(threads.get_color()[0]) == COLORS["grid"]
    ratio = [b / a for a, b in zip(means, last, strict=True)]
    check.alternative_text(ax, 17, means[0], means[-1], min(ratio), max(ratio))


def smoothing():
    epochs = 16.07 * np.arange(350) / 350  # only the last is within the 17th
    raw = (0.3 + np.exp(-epochs / 4)) * np.random.default_rng(1).gamma(4, 0.25, 350)
    for periods in (149, 1, 1999):
        smoothed = averages.bias_corrected_ewma(raw, averages.alpha_from_periods(periods))
        data = {"epochs": epochs, "raw": raw, "smoothed": smoothed}
        ax = yield {**data, "periods": periods, "source": "digits"}
        lines = line("grey", epochs, raw), line("corrected", epochs, smoothed)
        notes = check.corner(ax, ("raw", "muted"), ("EWMA", "green"), right=True)
        check.artists(ax, *lines, *notes, title=[periods], x=(0, 17), y=(0, 1.02 * max(raw)))
        bounds = min(raw), max(raw), periods, min(smoothed), max(smoothed)
        check.alternative_text(ax, 17, *bounds)


def seed_rows(ax, scores, colors):
    """Return what is drawn for rows of accuracies, and check where the rows and limits are."""
    heights, drawn = ax.get_yticks(), []
    clouds = [one for one in ax.lines if len(one.get_xdata()) == len(scores[0])]
    for values, height, color, cloud in zip(scores, heights, colors, clouds, strict=True):
        assert all(abs(cloud.get_ydata() - height) < 0.3)
        drawn.append(dots(color, values, cloud.get_ydata(), "."))
        middle = sorted(values)[len(values) // 2]
        drawn.append(line(color, [middle] * 2, [height - 0.36, height + 0.36]))
    everything = np.concatenate(scores)
    margin = 0.06 * np.ptp(everything)
    x = everything.min() - margin, everything.max() + margin
    top = min(0.6, heights[0] - 0.6)
    assert all(np.diff(heights) >= 1)
    return drawn, {"x": x, "y": (heights[-1] + 0.6, top)}


def comparison():
    rules = {"momentum": "pink", "adam": "orange"}
    names = {"step": "StepLR", "one_cycle": "OneCycleLR"}
    random = np.random.default_rng(9)
    scores = {s: {r: random.normal(0.93, 0.006, 7) for r in rules} for s in names}
    rates = {"step": {"momentum": 0.1, "adam": 0.003}, "one_cycle": {"momentum": 0.2, "adam": 0.01}}
    ax = yield {"accuracies": scores, "rates": rates, "source": "digits"}
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["momentum", "Adam"] * 2
    rows = [(schedule, rule) for schedule in names for rule in rules]
    colors = [rules[rule] for _, rule in rows]
    drawn, limits = seed_rows(ax, [scores[s][r] for s, r in rows], colors)
    medians = []
    for height, label, (schedule, rule) in zip(ax.get_yticks(), labels, rows, strict=True):
        middle = sorted(scores[schedule][rule])[3]
        medians.append((middle, f"({label}, {names[schedule]})"))
        drawn.append(note(f"lr {rates[schedule][rule]:g}", rules[rule], (1.02, height)))
        if rule == "momentum":
            drawn.append(note(names[schedule], "ink", (0, height - 0.82)))
    (low, worst), *_, (high, best) = sorted(medians)
    check.artists(ax, *drawn, title=[4, 100 * (high - low)], **limits)
    _, after_low, after_high = check.alternative_text(ax, 4, 7, low, high).split("% ")
    assert (worst in after_low, best in after_high) == (True, True)


def attribution():
    scores = {
        "article": np.array([0.92, 0.9, 0.91]),
        "own": np.array([0.95, 0.96, 0.94]),
        "batch": np.array([0.948, 0.949, 0.97]),
    }
    ax = yield {"accuracies": scores, "source": "digits"}
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["article's recipe", "+ scale", "+ larger batches"]
    drawn, limits = seed_rows(ax, list(scores.values()), ["blue"] * 3)
    for height, before, gain in ((2, 0.91, "+4.0"), (3, 0.95, "-0.1")):
        drawn.append(line("grey", [before] * 2, [height - 0.64, height + 0.36], linestyle=":"))
        drawn.append(note(gain.replace("-", "−"), "ink", (1.02, height)))
    check.artists(ax, *drawn, **limits)
    check.alternative_text(ax, 2, 3, 0.91, 0.95, 0.949)


def confusion():
    counts = np.diag(np.arange(81, 91))
    counts[4, 9], counts[9, 4], counts[3, 5], counts[7, 7] = 6, 6, 1, 0
    ax = yield {"counts": counts, "classes": CLASSES, "source": "digits"}
    drawn = [(int(y), int(x)) for y, x in np.argwhere(counts)]
    notes = [note(str(counts[y, x]), "ink", (x, y)) for y, x in drawn]
    check.artists(ax, *notes, title=[13, sum(range(81, 91)) - 75], x=(-0.5, 9.5), y=(9.5, -0.5))
    squares = []
    for collection, on_diagonal in zip(ax.collections, (True, False), strict=True):
        for outline, face in zip(collection.get_paths(), collection.get_facecolor(), strict=True):
            low, high = outline.vertices.min(axis=0), outline.vertices.max(axis=0)
            x, y = np.rint((low + high) / 2).astype(int)
            assert [*low, *high] == pytest.approx([x - 0.47, y - 0.47, x + 0.47, y + 0.47])
            assert (x == y) == on_diagonal
            assert to_hex(face) == COLORS["blue" if x == y else "orange"]
            share = counts[y, x] / (90 if x == y else 6)
            assert face[3] == pytest.approx(0.08 + 0.37 * np.sqrt(share))
            squares.append((y, x))
    assert sorted(squares) == drawn
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [label.get_text() for label in labels] == list(CLASSES)
    text = check.alternative_text(ax, sum(range(81, 91)) - 75, 13, 6, 4, 9, 9, 4)
    assert "4 → 9, 9 → 4" in text


def mistakes():
    for images in (9, 10, 5):
        columns, pixels = (images + 1) // 2, handwriting(images)
        truth = [CLASSES[(8 + k) % 10] for k in range(images)]
        answers = [CLASSES[(3 + 3 * k) % 10] for k in range(images)]
        sure = np.linspace(1.0, 0.5678 if images < 10 else 1.0, images)
        data = {"truth": truth, "answers": answers, "confidences": sure.tolist()}
        ax = yield {"pixels": pixels, **data, "source": "digits"}
        notes = []
        for k in range(images):
            row, column = divmod(k, columns)
            notes.append(note(f"{truth[k]} → {answers[k]}", "ink", (column + 1, row - 0.44)))
        least = min(int(1000 * min(sure)) / 1000, 0.999)  # down, and it was wrong, after all
        check.artists(ax, *notes, title=[images, least])
        drawn = tiles(ax, (2, columns), gap=12).reshape(-1, 28, 28)
        np.testing.assert_array_equal(drawn[:images], pixels)
        assert not drawn[images:].any()
        assert len(ax.get_xticks()) == len(ax.get_yticks()) == 0
        check.alternative_text(ax, images, 8, 3, least)
