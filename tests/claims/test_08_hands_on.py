"""Chapter 8: what ten seeds on each of three fresh sets of images show, and what holds exactly."""

import io
import json

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import Adam, lr_scheduler

from tests.claims.hands_on import RESULTS

RECORDED = json.loads(RESULTS.read_text(encoding="utf-8"))
SETS = RECORDED["sets"]


@pytest.fixture(params=SETS)
def found(request):
    """Accuracies of ten seeds by recipe, trained on one set of images."""
    return {name: np.array(values) for name, values in SETS[request.param].items()}


def points(found, name, against):
    """Return by how many points the median of a recipe is above another's."""
    return 100 * (np.median(found[name]) - np.median(found[against]))


# ── The normalisation alone ───────────────────────────────────────────────────────────────────────


def test_the_centre_is_worth_more_than_the_scale(found):
    centre, scale = points(found, "centred", "article"), points(found, "own", "centred")
    assert centre > 2 * scale > 0


def test_a_higher_rate_does_for_centred_data_what_the_scale_does(found):
    assert abs(points(found, "centred, higher lr", "own")) < 0.3


@pytest.mark.parametrize("times", [4, 8])
def test_no_higher_rate_does_for_the_articles_data_what_the_centre_does(found, times):
    assert points(found, "centred", f"article, {times} × lr") > 0.3


def test_at_the_chosen_rate_the_scale_adds_next_to_nothing(found):
    assert abs(points(found, "adam", "centred, chosen lr")) < 0.3


def test_centring_takes_the_steepest_direction_down_and_scaling_does_not():
    shares = RECORDED["shares"]
    assert shares["article"] > 2 * shares["centred"]
    assert shares["own"] == pytest.approx(shares["centred"], rel=1e-3)


@pytest.mark.parametrize("name", SETS)
def test_off_centre_data_silence_many_units_and_that_is_part_of_what_they_cost(name):
    found = {key: np.median(row) for key, row in RECORDED["silence"][name].items()}
    assert found["article, silent units"] > 3 * found["centred, silent units"]
    gap = found["centred, relu"] - found["article, relu"]
    without = found["centred, leaky"] - found["article, leaky"]
    assert 0.25 * gap < without < 0.9 * gap


# ── Rules, schedules, and where the gain comes from ───────────────────────────────────────────────


@pytest.mark.parametrize("other", ["momentum", "one_cycle"])
def test_at_a_rate_chosen_for_each_the_clouds_overlap(found, other):
    low, high = sorted((found["adam"], found[other]), key=np.median)
    assert low.max() > high.min()
    assert np.median(high) - np.median(low) < 0.01


@pytest.mark.parametrize("rate", ["adam, 4 × lr", "adam, lr / 4"])
def test_a_rate_four_times_off_costs_more_than_swapping_the_rule(found, rate):
    assert points(found, "adam", rate) > abs(points(found, "adam", "momentum"))


def test_the_centre_brings_more_than_one_cycle_adamw_or_width(found):
    changes = {
        "one_cycle": points(found, "one_cycle", "adam"),
        "adamw": points(found, "adamw", "one_cycle"),
        "width": points(found, "width", "adamw"),
    }
    assert points(found, "centred", "article") > 2 * max(changes.values())
    assert max(abs(changes[name]) for name in ("one_cycle", "adamw")) < 0.5


def test_almost_all_of_the_gain_comes_from_the_centre_and_the_rate(found):
    all_of_it = points(found, "width", "article")
    assert points(found, "centred, chosen lr", "article") > 0.85 * all_of_it


def test_larger_batches_lose_at_the_same_rate_and_epochs_more_than_adamw_or_width_moves(found):
    assert found["batch"].max() < np.median(found["width"])
    moves = (("adamw", "one_cycle"), ("width", "adamw"))
    assert -points(found, "batch", "width") > 2 * max(abs(points(found, *one)) for one in moves)


# ── A CNN for contrast ────────────────────────────────────────────────────────────────────────────


def test_the_cnn_is_ahead_until_the_pixels_are_moved(found):
    assert found["cnn"].min() > found["adam"].max()
    assert found["cnn, shuffled"].max() < found["adam, shuffled"].min()


def test_the_mlp_does_not_notice_that_pixels_were_moved(found):
    assert abs(points(found, "adam, shuffled", "adam")) < 0.5


# ── Accuracies on the way, and exactly ────────────────────────────────────────────────────────────


def test_training_accuracy_on_the_way_is_too_low_first_and_says_too_much_last():
    recipe = {name: np.array(values) for name, values in RECORDED["recipe"].items()}
    assert (recipe["validation, first epoch"] > recipe["training, first epoch"]).all()
    assert (recipe["training, evaluated"] > recipe["training, last epoch"]).all()
    assert (recipe["validation"] < recipe["training, evaluated"]).all()
    assert (recipe["validation"] < recipe["training, last epoch"]).all()


@pytest.mark.parametrize("missing", [None, 0, 1, 2])
def test_a_run_resumes_only_with_model_optimizer_and_scheduler(missing):
    x, y = torch.randn(320, 20), torch.randint(0, 3, (320,))

    def start():
        torch.manual_seed(1)
        model = nn.Linear(20, 3)
        optimizer = Adam(model.parameters())
        return model, optimizer, lr_scheduler.OneCycleLR(optimizer, 0.01, 20)

    def epoch(model, optimizer, scheduler):
        for some_x, some_y in zip(x.split(32), y.split(32), strict=True):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(some_x), some_y).backward()
            optimizer.step()
            scheduler.step()

    through, first = start(), start()
    for parts in (through, through, first):
        epoch(*parts)
    file = io.BytesIO()
    torch.save([part.state_dict() for part in first], file)
    file.seek(0)
    resumed = start()
    for number, (part, state) in enumerate(zip(resumed, torch.load(file), strict=True)):
        if number != missing:
            part.load_state_dict(state)
    epoch(*resumed)
    assert torch.equal(resumed[0].weight, through[0].weight) == (missing is None)


def test_accuracy_on_other_images_is_nearly_always_within_two_standard_errors():
    rng = np.random.default_rng(7)
    for p, n in ((0.9, 500), (0.98, 10_000)):
        errors = rng.binomial(n, p, 100_000) / n - p
        assert 0.93 < (abs(errors) < 2 * np.sqrt(p * (1 - p) / n)).mean() < 0.97


def test_a_one_cycle_whose_total_was_rounded_down_stops_the_training():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1)
    total = 5 * 50_000 // 256
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=total)
    steps = 5 * -(-50_000 // 256)
    assert (total, steps) == (976, 980)
    for _ in range(total):
        optimizer.step()
        scheduler.step()
    with pytest.raises(ValueError, match=f"Tried to step {total + 1} times"):
        scheduler.step()
