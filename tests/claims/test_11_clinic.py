"""Chapter 11's claims: each symptom and each repair at other settings, seeds and lengths.

Both are the chapter's own code, read from its manuscript.
"""

import ast
import copy
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from jupytext.myst import myst_to_notebook
from torch import nn
from torch.optim import SGD, Adam, lr_scheduler

from helpers import clinic
from helpers.exercises import EXERCISES

MANUSCRIPT = Path(__file__).resolve().parents[2] / "book" / "chapters" / "11-clinic.md"


def read_code():
    """Return all functions of the chapter by name, and the repairs by exercise."""
    names, repairs = {}, {}
    for cell in myst_to_notebook(MANUSCRIPT.read_text(encoding="utf-8")).cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or {"exercise", "hidden"} & {*tags}:
            continue
        names["check"] = repairs.__setitem__
        for node in ast.parse(cell.source).body:
            is_kept = isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef)
            if is_kept or "solution" in tags:
                exec(ast.unparse(node), names)
    return names, {name.removeprefix("clinic_"): repair for name, repair in repairs.items()}


CODE, REPAIRED = read_code()
PATIENTS = [name for name in REPAIRED if name not in ("ema", "ward_round")]


@pytest.fixture(autouse=True)
def torch_may_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def well(name, *arguments):
    return np.array(REPAIRED[name](*arguments))


def sick(name, *arguments):
    return np.array(CODE[name](*arguments))


def fresh(lr=0.1, kind=SGD, **options):
    return kind([torch.zeros(1, requires_grad=True)], lr=lr, **options)


def cosine(steps, lr=0.1):
    return lr * (1 + np.cos(np.pi * np.arange(steps) / steps)) / 2


@pytest.mark.parametrize("name", PATIENTS)
def test_each_patient_is_still_sick_in_this_torch(name):
    verdict = EXERCISES[f"clinic_{name}"].judge(f"clinic_{name}", CODE[name])
    message = f"patient {name} is healed in torch {torch.__version__}: rewrite it"
    assert verdict.text == f"exercises.clinic_{name}.sick", message


# ── Rate and scheduler ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("total", "warm"), [(25, 3), (100, 10), (60, 20), (300, 30)])
def test_a_cosine_that_runs_during_the_warm_up_ends_too_early_and_climbs(total, warm):
    rates = sick("warm_cosine", total, warm)
    assert rates.argmin() == total - warm
    assert rates[-1] > 10 * rates.min() + 1e-6
    assert rates.max() < 0.1
    expected = np.append(0.01 + 0.09 * np.arange(warm) / warm, cosine(total - warm))
    np.testing.assert_allclose(well("warm_cosine", total, warm), expected, rtol=1e-9)
    assert expected[-1] == min(expected[warm:])


@pytest.mark.parametrize(("batches", "accumulate"), [(40, 2), (90, 3), (640, 8)])
def test_a_length_in_batches_shows_just_the_beginning_of_the_cosine(batches, accumulate):
    updates = batches // accumulate
    np.testing.assert_allclose(well("updates_counted", batches, accumulate), cosine(updates))
    rates = sick("updates_counted", batches, accumulate)
    np.testing.assert_allclose(rates, cosine(batches)[:updates])
    assert rates[-1] > 0.05
    every = clinic.updates_counted(batches, accumulate, every=True)
    assert (np.diff(every) > 0.01).any()
    assert (np.diff(every) < 0).any()


@pytest.mark.parametrize(("epochs", "gamma"), [(3, 0.1), (10, 0.8)])
def test_a_scheduler_called_first_takes_the_first_rate_away(epochs, gamma):
    right = 0.1 * gamma ** np.arange(epochs + 1)
    np.testing.assert_allclose(sick("ordered", epochs, gamma), right[1:])
    np.testing.assert_allclose(well("ordered", epochs, gamma), right[:-1])


def test_of_the_six_torch_warns_in_one_alone():
    calls = {
        "warm_cosine": (30, 5),
        "updates_counted": (40, 4),
        "ordered": (5, 0.5),
        "on_plateau": ([0.1, 0.2, 0.3], 1),
        "cycled_momentum": (0.9, 10),
        "shared_rate": (0.1, 5),
    }
    warned = {}
    for name, arguments in calls.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            sick(name, *arguments)
        warned[name] = len(caught)
    assert [name for name, count in warned.items() if count] == ["ordered"]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("patience", [0, 1, 3])
def test_an_accuracy_that_rises_is_a_plateau_to_the_default_mode(seed, patience):
    gains = np.random.default_rng(seed).uniform(0.005, 0.03, 20)
    accuracies = (0.3 + gains.cumsum()).tolist()
    assert well("on_plateau", accuracies, patience).min() == 0.1
    rates = sick("on_plateau", accuracies, patience)
    assert (rates == 0.1).sum() == patience + 2  # the first epoch is the best to the end
    resting = [*accuracies[:5], *[accuracies[4]] * 10]
    assert clinic.on_plateau(resting, patience, negated=True)[-1] == 0.1
    errors = sick("on_plateau", [1 - one for one in resting], patience)
    np.testing.assert_allclose(well("on_plateau", resting, patience), errors)


@pytest.mark.parametrize("momentum", [0.5, 0.8, 0.99])
@pytest.mark.parametrize("steps", [12, 50])
def test_one_cycle_throws_the_momentum_away(momentum, steps):
    assert (well("cycled_momentum", momentum, steps) == momentum).all()
    np.testing.assert_allclose(
        sick("cycled_momentum", momentum, steps), sick("cycled_momentum", 0.9, steps)
    )
    for kind, key in ((SGD, "momentum"), (Adam, "betas")):
        for cyclic in (lr_scheduler.OneCycleLR, lr_scheduler.CyclicLR):
            given = {"momentum": momentum} if kind is SGD else {"betas": (momentum, 0.9)}
            optimizer = fresh(kind=kind, **given)
            options = {"total_steps": 9} if cyclic is lr_scheduler.OneCycleLR else {"base_lr": 0.1}
            cyclic(optimizer, max_lr=0.2, **options)
            now = optimizer.param_groups[0][key]
            assert (now if kind is SGD else now[0]) in (0.9, 0.95)


@pytest.mark.parametrize("lr", [0.5, 1e-3])
def test_a_scheduler_fills_the_tensor_of_all_who_share_it(lr):
    np.testing.assert_allclose(sick("shared_rate", lr, 9), lr * 0.9 ** np.arange(9), rtol=1e-5)
    np.testing.assert_allclose(well("shared_rate", lr, 9), lr, rtol=1e-6)
    optimizer, kept = fresh(torch.tensor(lr)), []
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    for _ in range(10):
        kept.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert len({id(one) for one in kept}) == 1


def test_alarms_ring_for_the_sick_alone():
    for length in (80, 40):
        optimizer = fresh()
        scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=length)
        CODE["follow"](optimizer, scheduler, 40)
        assert (scheduler.last_epoch == scheduler.T_max) == (length == 40)
    accuracies = [0.5, 0.6, 0.7, 0.6]
    for mode in ("min", "max"):
        scheduler = lr_scheduler.ReduceLROnPlateau(fresh(), mode=mode)
        for accuracy in accuracies:
            scheduler.step(accuracy)
        assert (scheduler.best > accuracies[0]) == (mode == "max")
    states = CODE["checkpoint"](40, 12)
    for first in ("optimizer", "scheduler"):
        optimizer = fresh()
        if first == "optimizer":
            optimizer.load_state_dict(states[0])
        CODE["plan"](optimizer, 40).load_state_dict(states[1])
        if first == "scheduler":
            optimizer.load_state_dict(states[0])
        saved_rate = states[0]["param_groups"][0]["lr"]
        assert (optimizer.param_groups[0]["lr"] == saved_rate) == (first == "scheduler")


# ── Composing and resuming ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("warm", "hold"), [(3, 1), (5, 5), (10, 2)])
def test_a_schedule_within_another_climbs_one_step_too_soon(warm, hold):
    steps = warm + hold + 4
    right = np.concatenate(
        [0.1 * (0.25 + 0.75 * np.arange(warm) / warm), [0.1] * hold, 0.1 * 0.8 ** np.arange(4)]
    )
    np.testing.assert_allclose(well("nested", warm, hold, steps), right)
    rates = sick("nested", warm, hold, steps)
    assert np.isclose(right, 0.1).argmax() - np.isclose(rates, 0.1).argmax() == 1
    np.testing.assert_allclose(rates[warm:], right[warm:])


@pytest.mark.parametrize("total", [25, 40, 100])
def test_resuming_is_right_only_if_all_is_built_before_anything_is_loaded(total):
    warm = total // 5
    right = np.append(0.1 * (0.1 + 0.9 * np.arange(warm) / warm), cosine(total - warm))
    for saved_at in range(2, total - 1, 3):
        np.testing.assert_allclose(well("resumed", total, saved_at), right[saved_at:])
        np.testing.assert_allclose(well("resumed_by_number", total, saved_at), right[saved_at:])
        ratio = right[saved_at:] / sick("resumed", total, saved_at)
        if saved_at < warm:  # until the cosine begins
            assert (ratio[: warm - saved_at] > 1.1).all()
            np.testing.assert_allclose(ratio[warm - saved_at :], 1)
        else:
            np.testing.assert_allclose(ratio, ratio[0])
    for saved_at in (warm, warm + total // 10):
        for number in (saved_at, saved_at - 1):
            assert sick("resumed_by_number", total, number)[0] < right[saved_at] / 5


@pytest.mark.parametrize(("total", "saved_at"), [(20, 3), (60, 25)])
def test_the_state_of_a_one_cycle_brings_its_length_along(total, saved_at):
    assert len(sick("longer_one_cycle", total, saved_at)) == total // 2 - saved_at
    assert "total_steps" in lr_scheduler.OneCycleLR(fresh(), 0.1, total_steps=5).state_dict()
    expected = clinic.longer_one_cycle(total, saved_at)
    np.testing.assert_allclose(well("longer_one_cycle", total, saved_at), expected)
    patched = clinic.longer_one_cycle(total, saved_at, patched=True)
    assert max(patched[total // 2 - saved_at :]) > 0.09  # it climbs back
    optimizer = fresh()
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=total)
    short = lr_scheduler.OneCycleLR(fresh(), 0.1, total_steps=total // 2)
    scheduler.load_state_dict(short.state_dict())
    with pytest.raises(ValueError, match="Tried to step"):
        CODE["follow"](optimizer, scheduler, total)


# ── Gradients ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lr", [0.02, 0.05, 0.3, 1.0])
def test_gradients_that_add_up_swing_for_ever_like_a_momentum_of_one(lr):
    weights = sick("uncleared", lr, 400)
    assert 0.9 < abs(weights[200:]).max() < 1.3
    assert (weights < 0.3).argmax() <= (well("uncleared", lr, 400) < 0.3).argmax()
    w = torch.ones(1, requires_grad=True)
    optimizer, same = SGD([w], lr=lr, momentum=1.0), []
    for _ in range(400):
        optimizer.zero_grad()
        ((w**2).sum() / 2).backward()
        optimizer.step()
        same.append(w.item())
    np.testing.assert_allclose(weights, same, atol=1e-3)
    slower = sick("uncleared", lr / 4, 400)
    assert (np.diff(np.sign(slower)) != 0).sum() < (np.diff(np.sign(weights)) != 0).sum()


def descend(values, lr, kind=SGD, divisor=1, steps=20):
    values, w = torch.tensor(values), torch.zeros(1, requires_grad=True)
    optimizer, weights = kind([w], lr=lr), []
    for _ in range(steps):
        optimizer.zero_grad()
        (((w - values) ** 2).mean() / divisor).backward()
        optimizer.step()
        weights.append(w.item())
    return np.array(weights)


@pytest.mark.parametrize("seed", range(5))
def test_two_divisions_are_a_rate_a_quarter_as_high_which_adam_hardly_sees(seed):
    values = np.random.default_rng(seed).normal(3, 2, 24).tolist()
    np.testing.assert_allclose(well("accumulated", values), descend(values, 0.1), rtol=1e-4)
    np.testing.assert_allclose(sick("accumulated", values), descend(values, 0.025), rtol=1e-4)
    adam = [descend(values, 0.1, Adam, divisor) for divisor in (1, 4)]
    np.testing.assert_allclose(*adam, rtol=1e-4)
    parts = values[:3], values[3:]
    assert abs(np.mean([np.mean(part) for part in parts]) - np.mean(values)) > 1e-3


@pytest.mark.parametrize("start", [[3.0, 4.0], [8.0, -6.0]])
@pytest.mark.parametrize("max_norm", [0.5, 2.0])
def test_clipping_what_is_scaled_leaves_next_to_nothing(start, max_norm):
    distances = [np.hypot(*start)]
    for _ in range(40):
        distances.append(distances[-1] - 0.1 * min(distances[-1], max_norm))
    np.testing.assert_allclose(well("clipped", start, max_norm), distances[1:], rtol=1e-4)
    assert distances[0] - sick("clipped", start, max_norm)[-1] < 1e-3

    def with_adam(clip_first):
        w = torch.tensor(start, requires_grad=True)
        optimizer, scaler = Adam([w], lr=0.1), torch.amp.GradScaler("cpu")
        for _ in range(20):
            optimizer.zero_grad()
            scaler.scale((w**2).sum() / 2).backward()
            if clip_first:
                nn.utils.clip_grad_norm_([w], max_norm)
            scaler.step(optimizer)
            scaler.update()
        return w.detach()

    torch.testing.assert_close(with_adam(True), with_adam(False), rtol=0.1, atol=0.1)


@pytest.mark.parametrize("weight_decay", [0.01, 0.5])
@pytest.mark.parametrize("steps", [3, 40])
def test_weight_decay_takes_norms_along_unless_they_have_a_group_of_their_own(weight_decay, steps):
    left = (1 - 0.1 * weight_decay) ** steps
    np.testing.assert_allclose(sick("decayed", weight_decay, steps), [left, left], rtol=1e-4)
    np.testing.assert_allclose(well("decayed", weight_decay, steps), [1, left], rtol=1e-4)


# ── Evaluation and averages ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(100, 120))
def test_dropout_in_validation_changes_the_loss_each_time(seed):
    assert len(set(sick("validated", seed))) == 10
    assert len(set(well("validated", seed))) == 1


def test_evaluating_in_training_mode_alters_the_averages_of_batch_norm():
    norm, x = nn.BatchNorm1d(3), torch.randn(20, 3) + 1
    for training in (False, True):
        before = norm.running_mean.clone()
        norm.train(training)
        with torch.no_grad():
            norm(x)
        assert torch.equal(norm.running_mean, before) != training


def test_a_range_test_leaves_a_network_half_trained_or_ruined():
    lower = 0
    for seed in range(100, 120):
        model, x, y = CODE["network"](seed)
        untrained = nn.functional.mse_loss(model(x), y).item()
        after = sick("after_range_test", seed)
        assert after[0] != pytest.approx(untrained, rel=0.05)
        lower += after[0] < untrained
        repaired = well("after_range_test", seed)
        assert repaired[0] == pytest.approx(untrained)
        optimizer = SGD(model.parameters(), lr=0.01, momentum=0.9)
        step = CODE["train_step"]
        np.testing.assert_allclose(repaired, [step(model, optimizer, x, y, 0.01) for _ in repaired])
        for lr in np.geomspace(1e-4, 10, 100):
            step(model, optimizer, x, y, float(lr))
        exploded = nn.functional.mse_loss(model(x), y).item()
        assert not exploded < untrained
    assert lower >= 18


def test_a_state_dict_is_no_copy():
    model, x, y = CODE["network"](0)
    kept, copied = model.state_dict(), copy.deepcopy(model.state_dict())
    CODE["train_step"](model, SGD(model.parameters(), lr=0.01), x, y, 0.01)
    assert all(torch.equal(one, model.state_dict()[name]) for name, one in kept.items())
    assert not all(torch.equal(one, model.state_dict()[name]) for name, one in copied.items())


@pytest.mark.parametrize("decay", [0.9, 0.99, 0.9999])
def test_an_average_from_zero_is_short_by_what_the_zero_still_weighs(decay):
    steps = np.arange(1, 101)
    averages = np.array(CODE["ema"](np.ones(100), decay))
    np.testing.assert_allclose(averages, 1 - decay**steps)
    np.testing.assert_allclose(averages / (1 - decay**steps), 1)
    np.testing.assert_allclose(clinic.ema(decay, 100, sick=True), averages)
    assert clinic.ema(decay, 100) == [1] * 100
    updates = math.ceil(math.log(0.01) / math.log(decay))
    assert decay**updates <= 0.01 < decay ** (updates - 1)
    average = torch.optim.swa_utils.AveragedModel(
        nn.Linear(2, 2), multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(decay)
    )
    model = nn.Linear(2, 2)
    average.update_parameters(model)
    assert torch.equal(average.module.weight, model.weight)


@pytest.mark.parametrize("runs", [20, 50, 500])
@pytest.mark.parametrize("seed", range(100, 105))
def test_the_mean_of_the_survivors_chooses_the_rate_that_kills_most(runs, seed):
    curvatures = np.random.default_rng(seed).uniform(0.2, 0.5, runs)
    curvatures[: runs * 3 // 5] *= 10
    rates = np.array([[0.1], [0.3], [3.0]])
    losses = curvatures * (1 - rates * curvatures) ** 200 / 2
    losses[losses > 1e3] = np.nan
    assert np.isnan(losses).mean(axis=1).tolist() == [0, 0, 0.6]
    assert CODE["best_rate"](losses.tolist()) == 2
    assert REPAIRED["best_rate"](losses.tolist()) == 1


def test_the_mean_of_numbers_explodes_and_comes_down_again():
    mean, middle = clinic.learning_curve(60, sick=True), clinic.learning_curve(60)
    random, weights, losses = np.random.default_rng(0), np.ones(40), []
    curvatures = random.lognormal(size=40)
    for _ in middle:
        losses.append(curvatures * weights**2 / 2)
        weights += 0.1 * random.standard_normal(40) - curvatures * weights
    lasts = np.maximum.accumulate(losses) <= 1000
    np.testing.assert_allclose(middle, np.median(losses, axis=1))
    np.testing.assert_allclose(mean, (losses * lasts).sum(axis=1) / lasts.sum(axis=1))
    assert max(mean) > 1e3 * np.median(middle)
    assert mean[-1] < 1e-2 * max(mean)
    assert mean[-1] < 10 * middle[-1]
