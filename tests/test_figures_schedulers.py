"""What the figures of chapter 7 mark, beyond what every figure is tested for."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers import language
from helpers.figures import canvas
from tests.figure_cases.schedulers import CASES


@pytest.fixture(params=language.LANGUAGES, autouse=True)
def code(request, monkeypatch):
    monkeypatch.setattr(language, "_chosen", request.param)
    return request.param


def fresh(name, number=None):
    case = CASES[name]
    data = case.data(case.numbers[0] if number is None else number)
    return case.draw(**data), data


@pytest.mark.parametrize("patience", [4, 2, 0])
def test_bars_beyond_the_patience_stand_out_and_the_rate_falls_after_them(patience):
    (_, counts, rate), data = fresh("schedulers.plateau", patience)
    over = [bar for bar in counts.patches if to_hex(bar.get_facecolor()) == canvas.COLORS["orange"]]
    assert all(bar.get_hatch() for bar in over)
    found = [round(bar.get_x() + bar.get_width() / 2) for bar in over]
    assert found == np.flatnonzero(data["bad_epochs"] > patience).tolist()
    assert found[0] == patience + 1
    (line,) = rate.lines
    fallen = np.flatnonzero(np.diff(line.get_ydata()) < 0)
    assert set(fallen) <= set(found)  # torch leaves out reductions too small to matter
    assert counts.lines[0].get_ydata()[0] == patience


def test_rings_lie_on_the_stairs():
    (ax, *_), _ = fresh("schedulers.by_epoch")
    stairs, rings = ax.lines
    assert rings.get_linestyle() == "None"
    np.testing.assert_allclose(rings.get_xydata(), stairs.get_xydata(), rtol=1e-12)


def test_cyclic_rates_are_drawn_between_their_bounds():
    axes, data = fresh("schedulers.cyclic")
    for ax in axes:
        low, high, rates = ax.lines
        assert low.get_ydata()[0] == data["base_lr"] == rates.get_ydata().min()
        assert high.get_ydata()[0] == data["max_lr"] >= rates.get_ydata().max()
    assert axes[-1].lines[-1].get_ydata().max() < 0.6 * data["max_lr"]


def test_peak_of_the_cycle_is_marked_in_both_panels(code):
    axes, _ = fresh("schedulers.one_cycle")
    assert [ax.lines[0].get_xdata()[0] for ax in axes] == [29, 29]
    (note,) = axes[0].texts
    assert note.get_text() == {"en": "0.1 at mini-batch 29", "pt": "0,1 no mini-lote 29"}[code]


def test_lines_that_lie_on_each_other_share_their_name(code):
    (rate, momentum), _ = fresh("scheduled_runs.traces")
    nothing = {"en": "no scheduler", "pt": "sem scheduler"}[code]
    assert {text.get_text() for text in rate.texts} == {nothing, "StepLR", "CyclicLR"}
    assert {text.get_text() for text in momentum.texts} == {f"{nothing}, StepLR", "CyclicLR"}


def test_each_panel_of_paths_says_whose_it_is(code):
    axes, data = fresh("scheduled_runs.paths")
    assert axes.shape == (3, 2)
    for row, pair in zip(axes, data["paths"].values(), strict=True):
        for ax, (look, path) in zip(row, pair.items(), strict=True):
            line = next(one for one in ax.lines if len(one.get_xdata()) == len(path))
            assert line.get_color() == canvas.LOOKS[look]["color"]
            name, ends = (text.get_text() for text in ax.texts)
            assert name.startswith({"momentum": "momentum, ", "nesterov": "Nesterov, "}[look])
            far = np.linalg.norm(path[-1] - data["optimum"])
            assert language.number(far, ".3f") in ends


def test_titles_of_paths_and_losses_hold_for_the_chapters_runs():
    """CyclicLR's paths are the shortest; it starts last, and ends lowest with momentum."""
    paths = fresh("scheduled_runs.paths")[1]["paths"]
    losses = fresh("scheduled_runs.losses")[1]["losses"]
    for look, curves in losses.items():
        long = {
            name: np.linalg.norm(np.diff(pair[look], axis=0), axis=1).sum()
            for name, pair in paths.items()
        }
        assert min(long, key=long.get) == "cyclic"
        assert max(curves, key=lambda name: curves[name][0]) == "cyclic"
    assert min(losses["momentum"], key=lambda name: losses["momentum"][name][-1]) == "cyclic"
    ends = [curve[-1] for curve in losses["nesterov"].values()]
    assert max(ends) < 1.1 * min(ends)


def test_medians_are_marked_row_by_row_from_above():
    axes, data = fresh("scheduled_runs.medians", 30)
    for ax, rows in zip(axes, data["distances"].values(), strict=True):
        marks = [one for one in ax.lines if one.get_color() == canvas.COLORS["ink"]]
        found = [one.get_xdata()[0] for one in sorted(marks, key=lambda one: -one.get_ydata()[0])]
        np.testing.assert_allclose(found, [np.median(values) for values in rows.values()])
