"""Comparisons of what is drawn with what was given."""

import functools
import re
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.lines import Line2D

from helpers import optimizers, problems, simulate
from helpers.figures import canvas, palette
from helpers.figures.palette import COLORS, STYLES

_TOY = problems.linear_regression()
_LOSS = _TOY.surface("all")


class Line(NamedTuple):
    """A line, and its name at its end."""

    x: Any
    y: Any
    style: tuple[Any, ...]
    name: str | None = None


class Note(NamedTuple):
    """A text within the axes."""

    text: str
    color: str
    at: tuple[float, float]


def line(style, x, y, name=None, **changes):
    """Expect a line in a style of the palette or in one of its colours, with ``changes``."""
    properties = STYLES.get(style) or {"color": COLORS[style]}
    return Line(x, y, _style(Line2D([], [], **{**properties, **changes})), name)


def dots(color, x, y, marker="o", **changes):
    """Expect markers without a line."""
    return line(color, x, y, marker=marker, linestyle="none", **changes)


def across(style, y):
    """Expect a line from left to right."""
    return line(style, [0, 1], [y, y])


def upright(style, x):
    """Expect a line from bottom to top."""
    return line(style, [x, x], [0, 1])


def note(text, color, at):
    """Expect a text at a point, in a colour of the palette."""
    return Note(plain(text), COLORS[color], (at[0], at[1]))


def plain(text):
    """Return a text without its line breaks."""
    return " ".join(text.split())


def _style(one):
    """Return what a reader tells lines apart by."""
    marker = None if one.get_marker() in ("None", "none", "", None) else one.get_marker()
    hollow = marker is not None and one.get_markerfacecolor() == "none"
    return to_hex(one.get_color()), one.get_linestyle(), marker, hollow, one.get_drawstyle()


def artists(ax, *expected, title=(), x=(None, None), y=(None, None), log=""):
    """Compare all lines and texts within the axes, numbers of the title, limits and scales.

    How texts are wrapped does not count. Limits that are not given must be matplotlib's own.
    """
    drawn = [Line(*np.asarray(one.get_xydata(), float).T, _style(one)) for one in ax.lines]
    texts = [Note(plain(t.get_text()), t.get_color(), t.xy) for t in ax.texts if t.get_text()]
    for one in expected:
        if isinstance(one, Line):
            _take(drawn, one, _same)
            if one.name is not None:  # in the line's colour, but grey is too pale for letters
                color = COLORS["muted"] if one.style[0] == COLORS["grey"] else one.style[0]
                one = Note(plain(one.name), color, (one.x[-1], np.clip(one.y[-1], *ax.get_ylim())))
        if isinstance(one, Note):
            _take(texts, one, lambda a, b: a[:2] == b[:2] and a.at == pytest.approx(b.at))
    assert not drawn
    assert not texts
    _compare(numbers_in(ax.get_title(loc="left")), title, ax.get_title(loc="left"))
    is_map = ax.get_aspect() == 1  # `contours` compares its limits
    for axis, limits in (("x", x), ("y", y)):
        is_automatic = is_map or getattr(ax, f"get_autoscale{axis}_on")()
        assert is_automatic or set(limits) != {None}, f"{axis} has limits"
        for limit, number in zip(getattr(ax, f"get_{axis}lim")(), limits, strict=True):
            assert number is None or limit == pytest.approx(number)
    scales = {"x": ax.get_xscale(), "y": ax.get_yscale()}
    assert "".join(axis for axis, scale in scales.items() if scale == "log") == log


def _take(drawn, expected, same):
    found = [i for i, one in enumerate(drawn) if same(one, expected)]
    assert found, f"no {expected} among {drawn}"
    drawn.pop(found[0])


def _same(drawn, expected):
    x, y = np.atleast_1d(expected.x), np.atleast_1d(expected.y)
    return (
        drawn.style == expected.style
        and drawn.x.shape == x.shape
        and np.allclose(drawn.x, x, 1e-9, 1e-12, equal_nan=True)
        and np.allclose(drawn.y, y, 1e-9, 1e-12, equal_nan=True)
    )


def corner(ax, *rows, right=False):
    """Expect texts and their colours in a corner, one below the other."""
    heights = {plain(text.get_text()): text.xyann[1] for text in ax.texts}
    drops = -np.diff([0, *(heights[text] for text, _ in rows)])
    assert 4 < drops[0] < 12
    assert all((drops[1:] > 12) & (drops[1:] < 24))  # points: a line each
    return [note(text, color, (int(right), 1)) for text, color in rows]


def bars(container, x, heights, color, bottom=0, hatch=None):
    """Compare all bars of a container."""
    drawn = [(b.get_x() + b.get_width() / 2, b.get_y(), b.get_height()) for b in container]
    expected = np.broadcast_arrays(x, bottom, heights)
    np.testing.assert_allclose(np.transpose(drawn), expected, rtol=1e-9, atol=1e-12)
    for bar in container:
        assert bar.get_facecolor() == (to_rgba(COLORS[color]) if color else (0, 0, 0, 0))
        assert bar.get_hatch() == hatch


def surface(x=(0.7, 2.3), y=(0.6, 2.9)):
    """Return the loss surface of the regression on a grid that is no square, and its optimum."""
    columns, rows = np.linspace(*x, 31), np.linspace(*y, 45)
    values = _LOSS.value(torch.tensor(np.stack(np.meshgrid(columns, rows), axis=-1)))
    return {"surface": (columns, rows, values.numpy()), "optimum": _LOSS.minimum.numpy()}


def contours(ax, data, levels=14):
    """Compare contours of `surface` with the loss itself, and expect a star at the optimum."""
    filled, drawn = ax.collections
    x, y, values = data["surface"]
    steps = (np.arange(1, levels + 1) / levels) ** 2
    low, high = values.min(), values.max()
    np.testing.assert_allclose(drawn.levels, low + steps * (high - low))
    for level, segments in zip(drawn.levels, drawn.allsegs, strict=True):
        for segment in segments:
            losses = _LOSS.value(torch.tensor(segment)).numpy()
            np.testing.assert_allclose(losses, level, atol=0.01 * (high - low))
    assert {to_hex(color) for color in drawn.get_edgecolor()} == {COLORS["grid"]}
    # The lower, the more of the valley's colour.
    np.testing.assert_allclose(filled.levels, [low, *drawn.levels])
    shades = [to_rgba(COLORS["valley"], 1 - part / levels) for part in range(levels)]
    np.testing.assert_allclose(filled.get_facecolor(), shades, atol=1e-6)
    assert ax.get_aspect() == 1
    assert (ax.get_xlim(), ax.get_ylim()) == ((x[0], x[-1]), (y[0], y[-1]))
    return dots("ink", *data["optimum"], "*")


def path(style, points):
    """Expect a path over a surface, the ring at its start and the dot at its end."""
    ring = line("muted", *points[0], marker="o", markerfacecolor="none")
    end = line(palette.load()["styles"][style]["color"], *points[-1], marker="o")
    return line(style, *points.T, marker="."), ring, end


@functools.cache
def runs(style, seed=55, **options):
    """Train the regression with one of the course's optimizers."""
    rule, hyper = {
        "sgd": (optimizers.sgd, {}),
        "momentum": (optimizers.sgd, {"momentum": 0.9}),
        "nesterov": (optimizers.sgd, {"momentum": 0.9, "nesterov": True}),
        "adam": (optimizers.adam, {}),
    }[style]
    return simulate.on_regression(_TOY, rule, seeds=seed, lr=0.1, **hyper, **options)


def seeds(ax, rows, bars=None, **options):
    """Compare rows of dots, from above: a dot for each value, a bar at the median."""
    labels = [plain(label.get_text()) for label in ax.get_yticklabels()]
    rows = {plain(name): row for name, row in rows.items()}
    heights = dict(zip(labels, ax.get_yticks(), strict=True))
    assert sorted(heights, key=heights.__getitem__, reverse=True) == list(rows)
    drawn = []
    for name, (values, color) in rows.items():
        clouds = (one.get_ydata() for one in ax.lines if one.get_marker() == ".")
        cloud = next(y for y in clouds if abs(y - heights[name]).max() < 0.25)
        bar = [heights[name] - 0.35, heights[name] + 0.35]
        middle = [np.median(values)] * 2
        drawn += [dots(color, values, cloud, "."), line(bars or color, middle, bar)]
    artists(ax, *drawn, y=(-0.6, len(rows) - 0.4), **options)


def filled(fill, color, x, low, high):
    """Compare the area between two curves."""
    (outline,) = fill.get_paths()
    corners = outline.vertices
    for edge in (low, high):
        for point in zip(x, edge, strict=True):
            assert np.isclose(corners, point, rtol=1e-6).all(1).any()
    reach = corners[:, 1].min(), corners[:, 1].max()
    assert reach == pytest.approx((np.min(low), np.max(high)), rel=1e-6)
    assert to_hex(fill.get_facecolor()[0]) == COLORS[color]
    assert fill.get_facecolor()[0, 3] < 0.5


def losses_of_seeds(ax, rows, **options):
    """Compare the losses of eleven seeds: a line at the median, and a band that leaves out two."""
    epochs, drawn, last = np.arange(1, 11), [], {}
    for band, (name, (style, losses)) in zip(ax.collections, rows.items(), strict=True):
        ordered = np.sort(losses, axis=0)
        assert len(ordered) == 11
        color = palette.load()["styles"][style]["color"]
        filled(band, color, epochs, ordered[1], ordered[9])
        drawn.append(line(style, epochs, ordered[5], name))
        last[name] = ordered[5, -1]
    artists(ax, *drawn, x=(1, 10), log="y", **options)
    assert ax.get_xticks().tolist() == epochs.tolist()
    return last


_NUMBER = re.compile(
    r"(?<![\w.,])−?(?:10(?P<power>⁻?[⁰¹²³⁴-⁹]+)"
    r"|(?P<digits>\d+(?:,\d{3})*(?:\.(?P<decimals>\d+))?)(?: × 10(?P<exponent>⁻?[⁰¹²³⁴-⁹]+))?)"
    r"(?P<percent>%?)"
)
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def numbers_in(text):
    """Read all numbers of an English text, each with half a unit of its last digit."""
    found = []
    for match in _NUMBER.finditer(text):
        power = match["power"] or match["exponent"] or "0"
        scale = 10.0 ** int(power.translate(_PLAIN)) / (100 if match["percent"] else 1)
        value = float((match["digits"] or "1").replace(",", "")) * scale
        sign = -1 if match[0].startswith("−") else 1
        found.append((sign * value, 0.5 * scale / 10 ** len(match["decimals"] or "")))
    return found


def _compare(found, expected, text):
    assert len(found) == len(expected), (found, text)
    for (value, half), number in zip(found, expected, strict=True):
        assert abs(value - number) <= half * (1 + 1e-6), (value, number, text)


def alternative_text(drawn, *expected):
    """Compare all numbers of the alternative text, in their order, to the digits written."""
    text = canvas.alternative_text(canvas.figure_of(drawn))
    _compare(numbers_in(text), expected, text)
    return text


def contrast(one, other):
    """Return the contrast ratio of two colours by WCAG 2: 1 to 21."""
    channels = np.array([to_rgb(one), to_rgb(other)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    dark, light = sorted(linear @ [0.2126, 0.7152, 0.0722])
    return (light + 0.05) / (dark + 0.05)
