"""Chapter 7's claims on seeds that it does not show, and at neighbouring settings."""

import warnings
from functools import cache

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from helpers import averages, optimizers, problems, schedules, simulate

TOY = problems.linear_regression()
SURFACE, TRAINED = TOY.surface("all"), TOY.surface("train")
SEEDS = range(1000, 2000)


def fresh(lr=0.1, momentum=0.9, kind=torch.optim.SGD):
    options = {"momentum": momentum} if kind is torch.optim.SGD else {}
    return kind([torch.zeros(1, requires_grad=True)], lr=lr, **options)


def stepped(scheduler, optimizer, steps):
    """Return the rates in force at each step of a plain loop."""
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


# ── The noise floor ───────────────────────────────────────────────────────────────────────────────


@cache
def excess(kind, lr, steps, seeds=SEEDS[:100]):
    rates = np.full(steps, lr)
    if kind == "falling":
        rates = schedules.cosine_annealing_lr(lr, T_max=steps, steps=steps)
    runs = simulate.on_regression(
        TOY, optimizers.sgd, seeds, steps // 5, schedule={"lr": rates}, dtype=torch.float64
    )
    return np.median((TRAINED.value(runs.paths) - TRAINED.minimum_value).numpy(), axis=0)


@pytest.mark.parametrize("large", [0.4, 0.5, 0.6])
@pytest.mark.parametrize("small", [0.05, 0.09])
def test_the_large_rate_is_fast_the_small_one_precise_and_the_falling_one_both(large, small):
    big, little, falling = (
        excess(*one, 300) for one in (("same", large), ("same", small), ("falling", large))
    )
    assert big[50] < 0.2 * little[50]
    assert falling[50] < 0.2 * little[50]
    assert big[50] / big[-1] < 5  # hardly any better from there on
    assert little[50] / little[-1] > 10
    assert falling[-1] < 1e-2 * min(big[-1], little[-1])


def test_the_larger_the_rate_the_higher_the_floor():
    floors = [excess("same", lr, 400)[-100:].mean() for lr in (0.2, 0.4, 0.6)]
    assert floors == sorted(floors)
    assert floors[-1] > 3 * floors[0]


def test_at_a_third_of_the_rate_the_falling_one_loses():
    for lr in (0.15, 0.5 / 3, 0.18):
        assert excess("falling", lr, 300)[-1] > 1.5 * excess("same", lr, 300)[-1]


@pytest.mark.slow
def test_the_falling_rate_wins_on_a_thousand_seeds_and_in_a_longer_training_at_a_third_too():
    falling = excess("falling", 0.5, 300, SEEDS)[-1]
    assert falling < 1e-2 * min(excess("same", lr, 300, SEEDS)[-1] for lr in (0.5, 0.05))
    long = [excess(kind, 0.5 / 3, 900)[-1] for kind in ("falling", "same")]
    assert long[0] < 0.1 * long[1]


# ── Order, and formulas ───────────────────────────────────────────────────────────────────────────


def test_a_late_record_is_ahead_and_a_scheduler_called_first_takes_the_first_rate_away():
    used = {}
    for first in (False, True):
        optimizer = fresh(1.0)
        scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
        used[first], late = [], []
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for _ in range(4):
                if first:
                    scheduler.step()
                used[first].append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if not first:
                    scheduler.step()
                    late.append(optimizer.param_groups[0]["lr"])
        if not first:
            assert late == [0.5, 0.25, 0.125, 0.0625]
        assert bool(caught) == first
    assert used == {False: [1, 0.5, 0.25, 0.125], True: [0.5, 0.25, 0.125, 0.0625]}


@pytest.mark.parametrize("seed", range(20))
def test_formulas_of_the_table_are_torchs(seed):
    random = np.random.default_rng(seed)
    lr, gamma, low = random.uniform(0.01, 1), random.uniform(0.1, 0.99), random.uniform(0, 0.005)
    size, top = random.integers(1, 6), int(random.integers(2, 9))
    milestones = random.integers(1, 20, 5).tolist()
    t = np.arange(25)
    passed = np.array([sum(one <= epoch for one in milestones) for epoch in t])
    formulas = {
        "StepLR": ({"step_size": size, "gamma": gamma}, lr * gamma ** (t // size)),
        "MultiStepLR": ({"milestones": milestones, "gamma": gamma}, lr * gamma**passed),
        "ExponentialLR": ({"gamma": gamma}, lr * gamma**t),
        "LambdaLR": ({"lr_lambda": lambda t: 1 / (1 + t)}, lr / (1 + t)),
        "MultiplicativeLR": ({"lr_lambda": lambda t: 1 - gamma / t}, None),
        "CosineAnnealingLR": (
            {"T_max": top, "eta_min": low},
            low + (lr - low) * (1 + np.cos(np.pi * t / top)) / 2,
        ),
    }
    formulas["MultiplicativeLR"] = (
        formulas["MultiplicativeLR"][0],
        lr * np.cumprod([1, *(1 - gamma / t[1:])]),
    )
    for name, (options, expected) in formulas.items():
        optimizer = fresh(lr)
        rates = stepped(getattr(lr_scheduler, name)(optimizer, **options), optimizer, len(t))
        np.testing.assert_allclose(rates, expected, rtol=1e-6, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("seed", range(20))
def test_warmup_stable_decay_is_the_least_of_three_numbers(seed):
    random = np.random.default_rng(seed)
    lr, start = random.uniform(0.01, 1), random.uniform(0.01, 0.9)
    warm, stable, decay = random.integers(1, 30, 3).tolist()
    total = warm + stable + decay
    optimizer = fresh(lr)
    parts = [
        lr_scheduler.LinearLR(optimizer, start_factor=start, total_iters=warm),
        lr_scheduler.ConstantLR(optimizer, factor=1),
        lr_scheduler.LinearLR(optimizer, 1, end_factor=0, total_iters=decay),
    ]
    joined = lr_scheduler.SequentialLR(optimizer, parts, [warm, warm + stable])
    t = np.arange(total)
    least = np.minimum.reduce([start + (1 - start) * t / warm, np.ones(total), (total - t) / decay])
    np.testing.assert_allclose(stepped(joined, optimizer, total), lr * least, rtol=1e-9, atol=1e-12)


def test_factors_of_chained_schedulers_multiply():
    optimizer = fresh(1.0)
    parts = [
        lr_scheduler.ExponentialLR(optimizer, 0.9),
        lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=3),
    ]
    rates = stepped(lr_scheduler.ChainedScheduler(parts, optimizer), optimizer, 6)
    t = np.arange(6)
    np.testing.assert_allclose(rates, 0.9**t * np.where(t < 3, 0.5, 1))


@pytest.mark.parametrize("patience", [0, 1, 4, 7])
def test_the_first_rate_lasts_patience_and_two_epochs_and_the_next_ones_one_less(patience):
    optimizer = fresh(1.0)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=patience)
    rates = []
    for _ in range(4 * (patience + 2)):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(3.0)
    lasts = [len(list(run)) for run in np.split(rates, np.flatnonzero(np.diff(rates)) + 1)]
    assert lasts[:3] == [patience + 2, patience + 1, patience + 1]


@pytest.mark.parametrize(("better", "bad"), [(0.99995, True), (0.9998, False)])
def test_the_threshold_is_relative(better, bad):
    for scale in (1e-3, 1, 1e3):
        scheduler = lr_scheduler.ReduceLROnPlateau(fresh(), patience=9)
        for loss in (scale, better * scale):
            scheduler.step(loss)
        assert scheduler.num_bad_epochs == bad


# ── By mini-batch ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("gamma", [0.5**0.5, 0.9, 0.99])
@pytest.mark.parametrize("up", [2, 5, 20])
def test_exp_range_shrinks_at_every_step_and_never_gets_to_the_top(gamma, up):
    optimizer = fresh()
    scheduler = lr_scheduler.CyclicLR(
        optimizer, 1e-4, 1e-3, step_size_up=up, mode="exp_range", gamma=gamma
    )
    t = np.arange(5 * up)
    height = 1 - np.abs(t % (2 * up) / up - 1)
    rates = stepped(scheduler, optimizer, len(t))
    np.testing.assert_allclose(rates, 1e-4 + 9e-4 * height * gamma**t, rtol=1e-6)
    assert rates.max() < 1e-3


def test_cyclic_schedulers_change_the_momentum_unless_told_not_to():
    for kind in (torch.optim.SGD, torch.optim.Adam):
        for cycle in (True, False):
            optimizer = fresh(kind=kind, momentum=0.5)
            scheduler = lr_scheduler.CyclicLR(optimizer, 1e-4, 1e-3, 2, cycle_momentum=cycle)
            momenta = schedules.trace(scheduler, 5, of="momentum").tolist()
            kept = 0.5 if kind is torch.optim.SGD else 0.9
            assert momenta == pytest.approx([0.9, 0.85, 0.8, 0.85, 0.9] if cycle else [kept] * 5)


@pytest.mark.parametrize("total", [20, 50, 100, 400])
def test_a_step_past_the_end_of_one_cycle_raises_the_rate_or_makes_it_negative(total):
    ends = {}
    for strategy in ("cos", "linear"):
        optimizer = fresh()
        scheduler = lr_scheduler.OneCycleLR(optimizer, 0.1, total, anneal_strategy=strategy)
        rates = stepped(scheduler, optimizer, total)
        assert rates[0] == pytest.approx(0.004)
        assert rates[-1] == pytest.approx(4e-7)
        ends[strategy] = optimizer.param_groups[0]["lr"]
        with pytest.raises(ValueError, match="steps"):
            scheduler.step()
    assert ends["cos"] > 4e-7
    assert ends["linear"] < 0


def test_the_documented_form_of_warm_restarts_is_a_mini_batch_late():
    iters, rates = 10, {}
    for late in (0, 1):
        optimizer = fresh()
        scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 2)
        rates[late] = []
        for epoch in range(6):
            for i in range(iters):
                rates[late].append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                scheduler.step(epoch + (i + 1 - late) / iters)
    t = np.arange(60) % 20 / 20
    np.testing.assert_allclose(rates[0], 0.05 * (1 + np.cos(np.pi * t)), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(rates[1][1:], rates[0][:-1])


def test_told_the_epoch_warm_restarts_lose_one_to_rounding_and_counting_calls_loses_none():
    optimizer = fresh(1.0)
    options = {"T_0": 1, "T_mult": 3}
    told = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, **options)
    due, rates = (3 ** np.arange(1, 7) - 1) // 2, []
    for epoch in due.tolist():
        told.step(epoch)
        rates.append(optimizer.param_groups[0]["lr"])
    assert due[np.array(rates) < 0.5].tolist() == [121]
    optimizer = fresh(1.0)
    counting = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, **options)
    np.testing.assert_allclose(stepped(counting, optimizer, due[-1] + 1)[due], 1)


@pytest.mark.parametrize("total", [5, 10, 100])
def test_a_one_cycle_whose_climb_has_no_step_divides_by_zero_when_it_is_created(total):
    with pytest.raises(ZeroDivisionError):
        lr_scheduler.OneCycleLR(fresh(), 0.1, total, pct_start=1 / total)


# ── Warm-up ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mean", [0.03, 0.1, 0.3])
def test_amid_noise_adams_first_steps_are_its_largest(mean):
    gradients = mean + np.random.default_rng(7).standard_normal((3000, 60))
    m = averages.bias_corrected_ewma(gradients, 0.1)
    v = averages.bias_corrected_ewma(gradients**2, 0.001)
    steps = np.median(np.abs(m / np.sqrt(v)), axis=0)
    assert steps[0] == pytest.approx(1)
    assert steps.argmax() == 0
    assert steps[4] > 1.2 * steps[20:].max()
    rates = np.minimum((np.arange(60) + 1) / 20, 1)
    assert (rates * steps)[:5].max() < 0.3


def test_on_the_line_the_first_gradients_agree():
    gradients = simulate.on_regression(TOY, optimizers.adam, SEEDS, 1, lr=0.1).gradients
    agree = (gradients.sign() == gradients[:, :1].sign()).all(dim=1)
    assert (agree.float().mean(dim=0) > 0.85).all()


@pytest.mark.parametrize("lr", [0.033, 0.1, 0.3])
@pytest.mark.parametrize("rise", [3, 10, 30])
def test_on_the_line_a_warm_up_only_costs_adam_steps(lr, rise):
    plans = [np.full(50, lr), schedules.warm_up(np.full(50 - rise, lr), rise, 1 / rise)]
    plain, warmed = (
        (
            simulate.on_regression(TOY, optimizers.adam, SEEDS[:200], schedule={"lr": plan})
            .paths[:, -1]
            .sub(SURFACE.minimum)
            .norm(dim=-1)
            .median()
        )
        for plan in plans
    )
    assert plain < warmed


# ── What else changed? ────────────────────────────────────────────────────────────────────────────


STEPS = 50
CYCLE = {"steps": STEPS, "step_size_up": 10, "mode": "triangular2"}
RATE, MOMENTUM = schedules.cyclic_lr(0.025, 0.1, **CYCLE), schedules.cyclic_momentum(**CYCLE)
FIXED = {"lr": np.full(STEPS, 0.1), "momentum": np.full(STEPS, 0.9)}
PLANS = {
    "none": FIXED,
    "step": FIXED | {"lr": schedules.step_lr(0.1, step_size=20, steps=STEPS, gamma=0.5)},
    "cyclic": {"lr": RATE, "momentum": MOMENTUM},
    "rate": FIXED | {"lr": RATE},
    "momentum": FIXED | {"momentum": MOMENTUM},
    "lower": FIXED | {"momentum": np.full(STEPS, 0.85)},
    "lowest": FIXED | {"momentum": np.full(STEPS, 0.8)},
}


@cache
def paths(plan, nesterov):
    return simulate.on_regression(
        TOY,
        optimizers.sgd,
        SEEDS,
        schedule=PLANS[plan],
        momentum=0.9,
        nesterov=nesterov,
        dtype=torch.float64,
    ).paths


def far(plan, nesterov=False):
    return (paths(plan, nesterov)[:, -1] - SURFACE.minimum).norm(dim=-1).numpy()


def interval(one, other):
    """Return a 95 % interval of the difference of two medians, over the same seeds."""
    drawn = np.random.default_rng(1).integers(0, len(one), (2000, len(one)))
    gaps = np.median(one[drawn], axis=1) - np.median(other[drawn], axis=1)
    return np.percentile(gaps, [2.5, 97.5])


@pytest.mark.parametrize("nesterov", [False, True])
def test_with_cyclic_lr_the_path_is_the_shortest(nesterov):
    lengths = {
        plan: paths(plan, nesterov).diff(dim=1).norm(dim=-1).sum(1)
        for plan in ("none", "step", "cyclic")
    }
    shortest = lengths["cyclic"] < torch.minimum(lengths["none"], lengths["step"])
    assert shortest.float().mean() > 0.95


def test_with_momentum_the_cycled_momentum_gains_most_of_what_cyclic_lr_gains():
    medians = {plan: np.median(far(plan)) for plan in PLANS}
    gain = {plan: medians["none"] - median for plan, median in medians.items()}
    assert gain["rate"] < 0.6 * gain["cyclic"]
    assert interval(far("cyclic"), far("momentum"))[0] > 0  # "and a little beyond"
    assert gain["momentum"] < 1.25 * gain["cyclic"]
    # "Mostly the momentum": what is left of the lead over steps when the rate alone is in cycles.
    assert gain["rate"] - gain["step"] < 0.5 * (gain["cyclic"] - gain["step"])
    for lower in ("lower", "lowest"):
        assert medians[lower] < min(medians[one] for one in PLANS if not one.startswith("lowe"))


def test_the_cyclic_rate_alone_is_better_than_steps_by_a_little():
    low, high = interval(far("step"), far("rate"))
    assert 0.005 < low < high < 0.03


def test_by_training_loss_steps_end_lower_than_the_cyclic_rate_alone():
    steps, rate = (TRAINED.value(paths(plan, False)[:, -1]).numpy() for plan in ("step", "rate"))
    assert interval(rate, steps)[0] > 0


def test_with_nesterov_both_schedulers_end_further_away_and_a_lower_momentum_helps():
    medians = {plan: np.median(far(plan, nesterov=True)) for plan in PLANS}
    assert medians["none"] < 0.8 * min(medians["step"], medians["cyclic"])
    assert max(medians["lower"], medians["lowest"]) < 0.7 * medians["none"]


def test_momentum_has_not_reached_its_floor_in_fifty_steps():
    runs = simulate.on_regression(TOY, optimizers.sgd, SEEDS[:300], 20, lr=0.1, momentum=0.9)
    after = (runs.paths - SURFACE.minimum).norm(dim=-1).median(dim=0).values
    assert after[100] < 0.25 * after[50]


def test_a_cosine_called_by_mini_batch_leaves_the_log_of_the_exercise():
    optimizer = fresh(0.1)
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
    rates = stepped(scheduler, optimizer, 300).reshape(3, 100)[:, [0, 9, 99]].round(4)
    assert rates.tolist() == [[0.1, 0.0024, 0.0976]] * 3
