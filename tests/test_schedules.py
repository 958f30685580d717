"""Schedules against `torch.optim.lr_scheduler`, at every step."""

import copy
import math
import random
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler as torch_schedules
from torch.optim.optimizer import register_optimizer_step_post_hook

from helpers import schedules

often = settings(deadline=None, derandomize=True, max_examples=300)

rates = st.floats(1e-6, 10)
counts = st.integers(1, 40)
factors = st.floats(0.01, 1)
shares = st.integers(0, 1000).map(lambda n: n / 1000)  # no denormal numbers
lengths = st.integers(1, 90)


def sgd(lr=0.1, momentum=0.9):
    """Make an optimizer of one parameter."""
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=momentum)


def recorded(make, steps, lr=0.1, losses=None, of="lr"):
    """Run torch's scheduler and record, before each of its steps, what is in force."""
    optimizer = sgd(lr)
    scheduler = make(optimizer)
    values = []
    for step in range(steps):
        values.append(optimizer.param_groups[0][of])
        if step < steps - 1:
            optimizer.step()
            scheduler.step(*([] if losses is None else [losses[step]]))
    return np.array(values, dtype=float)


def recorded_at(make, epochs, lr=0.1):
    """Record what torch's scheduler sets at each of ``epochs``, with ``step(epoch)``."""
    optimizer = sgd(lr)
    scheduler = make(optimizer)
    values = []
    for epoch in epochs:
        optimizer.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch would rather not be given the epoch
            scheduler.step(epoch)
        values.append(optimizer.param_groups[0]["lr"])
    return np.array(values, dtype=float)


def assert_same(ours, theirs, of_the_highest=1e-14):
    """Demand 1e-12 relative; near zero, where cosines cancel, a share of the highest rate."""
    assert ours.dtype == np.float64
    assert ours.shape == theirs.shape
    atol = of_the_highest * np.abs(theirs).max()
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=atol)


# Each closed form, for random arguments


@often
@given(rates, st.lists(st.floats(0, 2), min_size=1, max_size=40))
def test_lambda_lr(lr, table):
    ours = schedules.lambda_lr(lr, table.__getitem__, len(table))
    theirs = recorded(lambda o: torch_schedules.LambdaLR(o, table.__getitem__), len(table), lr)
    assert_same(ours, theirs)


@often
@given(rates, counts, st.floats(0.01, 1.2), lengths)
def test_step_lr(lr, step_size, gamma, steps):
    ours = schedules.step_lr(lr, step_size, steps, gamma)
    theirs = recorded(lambda o: torch_schedules.StepLR(o, step_size, gamma), steps, lr)
    assert_same(ours, theirs)


@often
@given(rates, st.lists(st.integers(0, 50), max_size=6).map(sorted), factors, lengths)
def test_multi_step_lr(lr, milestones, gamma, steps):
    ours = schedules.multi_step_lr(lr, milestones, steps, gamma)
    theirs = recorded(lambda o: torch_schedules.MultiStepLR(o, milestones, gamma), steps, lr)
    assert_same(ours, theirs)


@often
@given(rates, st.floats(0.01, 1.2), lengths)
def test_exponential_lr(lr, gamma, steps):
    ours = schedules.exponential_lr(lr, gamma, steps)
    theirs = recorded(lambda o: torch_schedules.ExponentialLR(o, gamma), steps, lr)
    assert_same(ours, theirs)


@often
@given(rates, factors, counts, lengths)
def test_constant_lr(lr, factor, total_iters, steps):
    ours = schedules.constant_lr(lr, steps, factor, total_iters)
    theirs = recorded(lambda o: torch_schedules.ConstantLR(o, factor, total_iters), steps, lr)
    assert_same(ours, theirs)


@often
@given(rates, factors, shares, counts, lengths)
def test_linear_lr(lr, start, end, total_iters, steps):
    ours = schedules.linear_lr(lr, steps, start, end, total_iters)
    theirs = recorded(lambda o: torch_schedules.LinearLR(o, start, end, total_iters), steps, lr)
    # Torch multiplies its way up or down: after a fall to nearly 0 its rounding is what is left.
    assert_same(ours, theirs, of_the_highest=1e-12)


@often
@given(rates, counts, st.floats(0.1, 5), lengths)
def test_polynomial_lr(lr, total_iters, power, steps):
    ours = schedules.polynomial_lr(lr, steps, total_iters, power)
    theirs = recorded(lambda o: torch_schedules.PolynomialLR(o, total_iters, power), steps, lr)
    assert_same(ours, theirs)


@often
@given(rates, counts, shares, st.integers(1, 250))
def test_cosine_annealing_lr_past_its_minimum_too(lr, t_max, share, steps):
    ours = schedules.cosine_annealing_lr(lr, t_max, steps, share * lr)
    theirs = recorded(lambda o: torch_schedules.CosineAnnealingLR(o, t_max, share * lr), steps, lr)
    assert_same(ours, theirs, of_the_highest=1e-12)


@often
@given(rates, st.integers(1, 20_000), shares, st.lists(st.integers(0, 50_000), min_size=1))
def test_cosine_annealing_lr_against_the_closed_form_of_torch(lr, t_max, share, epochs):
    ours = schedules.cosine_annealing_lr(lr, t_max, max(epochs) + 1, share * lr)[epochs]
    theirs = recorded_at(
        lambda o: torch_schedules.CosineAnnealingLR(o, t_max, share * lr), epochs, lr
    )
    assert_same(ours, theirs, of_the_highest=1e-15)


cyclic_arguments = {
    "step_size_up": counts,
    "step_size_down": st.none() | counts,
    "mode": st.sampled_from(["triangular", "triangular2", "exp_range"]),
    "gamma": st.floats(0.5, 1),
}


@often
@given(rates, st.floats(1, 100), st.fixed_dictionaries(cyclic_arguments), lengths)
def test_cyclic_lr(base_lr, ratio, arguments, steps):
    bounds = {"base_lr": base_lr, "max_lr": base_lr * ratio}
    ours = schedules.cyclic_lr(**bounds, steps=steps, **arguments)
    theirs = recorded(lambda o: torch_schedules.CyclicLR(o, **bounds, **arguments), steps)
    assert_same(ours, theirs)


@often
@given(shares, shares, st.fixed_dictionaries(cyclic_arguments), lengths)
def test_cyclic_momentum(low, share, arguments, steps):
    low *= 0.99
    bounds = {"base_momentum": low, "max_momentum": low + share * (0.99 - low)}
    ours = schedules.cyclic_momentum(steps, **arguments, **bounds)
    theirs = recorded(
        lambda o: torch_schedules.CyclicLR(o, 0.1, 0.2, **arguments, **bounds),
        steps,
        of="momentum",
    )
    assert_same(ours, theirs)


def without_empty_phases(arguments):
    """Tell whether torch can do with ``arguments``: it divides by the length of a phase."""
    try:
        recorded(
            lambda o: torch_schedules.OneCycleLR(o, 0.1, **arguments), arguments["total_steps"] + 1
        )
    except ZeroDivisionError:
        return False
    return True


# Hundredths, as a phase of a billionth of a step is all rounding.
one_cycle_arguments = {
    "total_steps": lengths,
    "pct_start": st.integers(0, 100).map(lambda percent: percent / 100),
    "anneal_strategy": st.sampled_from(["cos", "linear"]),
    "three_phase": st.booleans(),
}
one_cycles = st.fixed_dictionaries(one_cycle_arguments).filter(without_empty_phases)


@often
@given(rates, st.floats(1, 100), st.floats(1, 1e5), one_cycles)
def test_one_cycle_lr_one_past_the_end_too(max_lr, div, final_div, arguments):
    steps = arguments["total_steps"] + 1
    divided = {"div_factor": div, "final_div_factor": final_div}
    ours = schedules.one_cycle_lr(max_lr, **arguments, **divided, steps=steps)
    theirs = recorded(
        lambda o: torch_schedules.OneCycleLR(o, max_lr, **arguments, **divided), steps
    )
    assert_same(ours, theirs)
    assert_same(schedules.one_cycle_lr(max_lr, **arguments, **divided), theirs[:-1])


@often
@given(shares, shares, one_cycles)
def test_one_cycle_momentum(low, share, arguments):
    low *= 0.99
    steps = arguments["total_steps"] + 1
    bounds = {"base_momentum": low, "max_momentum": low + share * (0.99 - low)}
    ours = schedules.one_cycle_momentum(**arguments, **bounds, steps=steps)
    theirs = recorded(
        lambda o: torch_schedules.OneCycleLR(o, 0.1, **arguments, **bounds), steps, of="momentum"
    )
    assert_same(ours, theirs)


@pytest.mark.parametrize(
    ("total_steps", "pct_start", "three_phase", "steps"),
    [(10, 0.1, False, 10), (10, 0.1, True, 10), (4, 0.25, False, 5), (5, 1.0, False, 6)],
)
def test_one_cycle_rejects_the_phases_that_torch_divides_by(
    total_steps, pct_start, three_phase, steps
):
    arguments = {
        "total_steps": total_steps,
        "pct_start": pct_start,
        "three_phase": three_phase,
    }
    with pytest.raises(ZeroDivisionError):
        recorded(lambda o: torch_schedules.OneCycleLR(o, 0.1, **arguments), steps)
    with pytest.raises(ValueError, match="pct_start must leave no phase without length"):
        schedules.one_cycle_lr(0.1, **arguments, steps=steps)


def test_one_cycle_of_epochs_times_steps_per_epoch():
    arguments = {"epochs": 4, "steps_per_epoch": 5}
    theirs = recorded(lambda o: torch_schedules.OneCycleLR(o, 0.1, **arguments), 20)
    assert_same(schedules.one_cycle_lr(0.1, **arguments), theirs)
    momentum = recorded(
        lambda o: torch_schedules.OneCycleLR(o, 0.1, **arguments), 20, of="momentum"
    )
    assert_same(schedules.one_cycle_momentum(**arguments), momentum)


@often
@given(rates, st.integers(1, 12), st.integers(1, 5), shares, st.integers(1, 300))
def test_cosine_annealing_warm_restarts(lr, t_0, t_mult, share, steps):
    def make(optimizer):
        return torch_schedules.CosineAnnealingWarmRestarts(optimizer, t_0, t_mult, share * lr)

    ours = schedules.cosine_annealing_warm_restarts(lr, t_0, steps, t_mult, share * lr)
    assert_same(ours, recorded(make, steps, lr), of_the_highest=1e-15)


@often
@given(rates, st.integers(1, 12), st.integers(1, 5), shares, st.integers(1, 9), counts)
def test_cosine_annealing_warm_restarts_at_fractional_epochs(
    lr, t_0, t_mult, share, iters, how_many
):
    def make(optimizer):
        return torch_schedules.CosineAnnealingWarmRestarts(optimizer, t_0, t_mult, share * lr)

    epochs = [epoch + i / iters for epoch in range(how_many) for i in range(iters)]
    ours = schedules.cosine_annealing_warm_restarts(
        lr, t_0, T_mult=t_mult, eta_min=share * lr, epochs=epochs
    )
    assert_same(ours, recorded_at(make, epochs, lr), of_the_highest=1e-15)


def test_warm_restarts_of_thrice_the_length_where_the_logarithm_of_torch_rounds_down():
    def make(optimizer):
        return torch_schedules.CosineAnnealingWarmRestarts(optimizer, T_0=1, T_mult=3)

    counted = schedules.cosine_annealing_warm_restarts(0.1, T_0=1, steps=130, T_mult=3)
    assert_same(counted, recorded(make, 130))
    assert counted[121] == 0.1
    told = schedules.cosine_annealing_warm_restarts(0.1, 1, T_mult=3, epochs=range(130))
    assert_same(told, recorded_at(make, range(130)))
    assert told[121] == 0


losses_like_noise = st.lists(st.floats(-10, 10), min_size=1, max_size=60)
losses_that_stall = st.lists(st.sampled_from([1.0, 0.9999, 0.99985, 0.9]), min_size=1, max_size=60)


@often
@given(
    rates,
    losses_like_noise | losses_that_stall,
    st.fixed_dictionaries(
        {
            "mode": st.sampled_from(["min", "max"]),
            "factor": st.floats(0.05, 0.95),
            "patience": st.integers(0, 4),
            "threshold": st.sampled_from([0.0, 1e-4, 0.1, 1.0, 2.0]),
            "threshold_mode": st.sampled_from(["rel", "abs"]),
            "cooldown": st.integers(0, 4),
            "eps": st.sampled_from([0.0, 1e-8, 1e-2]),
        }
    ),
    shares,
)
def test_reduce_lr_on_plateau(lr, losses, arguments, share):
    arguments["min_lr"] = share**4 * lr
    ours = schedules.reduce_lr_on_plateau(lr, losses, **arguments)
    theirs = recorded(
        lambda o: torch_schedules.ReduceLROnPlateau(o, **arguments), len(losses), lr, losses
    )
    np.testing.assert_array_equal(ours, theirs)


# Warm-up, before each of them

MAIN = {
    "lambda": (
        lambda n: schedules.lambda_lr(0.1, lambda t: 1 / (1 + t), n),
        lambda o: torch_schedules.LambdaLR(o, lambda t: 1 / (1 + t)),
    ),
    "step": (
        lambda n: schedules.step_lr(0.1, 3, n),
        lambda o: torch_schedules.StepLR(o, 3),
    ),
    "multi step": (
        lambda n: schedules.multi_step_lr(0.1, [2, 7, 7], n),
        lambda o: torch_schedules.MultiStepLR(o, [2, 7, 7]),
    ),
    "exponential": (
        lambda n: schedules.exponential_lr(0.1, 0.9, n),
        lambda o: torch_schedules.ExponentialLR(o, 0.9),
    ),
    "constant": (
        lambda n: schedules.constant_lr(0.1, n),
        lambda o: torch_schedules.ConstantLR(o),
    ),
    "linear": (
        lambda n: schedules.linear_lr(0.1, n),
        lambda o: torch_schedules.LinearLR(o),
    ),
    "polynomial": (
        lambda n: schedules.polynomial_lr(0.1, n, 12, 2),
        lambda o: torch_schedules.PolynomialLR(o, 12, 2),
    ),
    "cosine": (
        lambda n: schedules.cosine_annealing_lr(0.1, 6, n, 0.01),
        lambda o: torch_schedules.CosineAnnealingLR(o, 6, 0.01),
    ),
    "triangular": (
        lambda n: schedules.cyclic_lr(0.1, 0.5, n, 4),
        lambda o: torch_schedules.CyclicLR(o, 0.1, 0.5, 4),
    ),
    "triangular2": (
        lambda n: schedules.cyclic_lr(0.1, 0.5, n, 4, 3, mode="triangular2"),
        lambda o: torch_schedules.CyclicLR(o, 0.1, 0.5, 4, 3, mode="triangular2"),
    ),
    "exp_range": (
        lambda n: schedules.cyclic_lr(0.1, 0.5, n, 4, mode="exp_range", gamma=0.9),
        lambda o: torch_schedules.CyclicLR(o, 0.1, 0.5, 4, mode="exp_range", gamma=0.9),
    ),
    "one cycle": (
        lambda n: schedules.one_cycle_lr(2.5, 40, steps=n),
        lambda o: torch_schedules.OneCycleLR(o, 2.5, 40),
    ),
    "warm restarts": (
        lambda n: schedules.cosine_annealing_warm_restarts(0.1, 3, n, 2, 0.01),
        lambda o: torch_schedules.CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
    ),
}
each_schedule = pytest.mark.parametrize(("ours", "theirs"), MAIN.values(), ids=MAIN.keys())


def sequence(mode, total_iters, start_factor, main):
    """Chain torch's warm-up and ``main``."""

    def make(optimizer):
        if mode == "linear":
            warm = torch_schedules.LinearLR(optimizer, start_factor, total_iters=total_iters)
        else:
            warm = torch_schedules.ConstantLR(optimizer, start_factor, total_iters)
        return torch_schedules.SequentialLR(optimizer, [warm, main(optimizer)], [total_iters])

    return make


@each_schedule
@pytest.mark.parametrize("mode", ["linear", "constant"])
@pytest.mark.parametrize("total_iters", [1, 2, 5, 17])
@pytest.mark.parametrize("start_factor", [1e-3, 1 / 3, 1.0])
def test_warm_up(ours, theirs, mode, total_iters, start_factor):
    warmed = schedules.warm_up(ours(40), total_iters, start_factor, mode, lr=0.1)
    chained = sequence(mode, total_iters, start_factor, theirs)
    right = recorded(chained, total_iters + 40, lr=0.1)
    assert_same(warmed, right)
    if ours(1)[0] == 0.1:  # the schedule starts at the optimizer's own rate
        assert_same(schedules.warm_up(ours(40), total_iters, start_factor, mode), right)


def test_warm_up_leads_to_the_first_rate_of_one_cycle_whatever_the_optimizer_had():
    make = sequence("linear", 4, 1 / 3, lambda o: torch_schedules.OneCycleLR(o, 2.5, 30))
    ours = schedules.warm_up(schedules.one_cycle_lr(2.5, 30), 4)
    assert_same(ours, recorded(make, 34, lr=0.3))


def test_warm_up_before_a_cyclic_lr_depends_on_which_torch_was_given_first():
    def make(optimizer, cyclic_first):
        main = torch_schedules.CyclicLR(optimizer, 0.1, 0.5, 3) if cyclic_first else None
        warm = torch_schedules.LinearLR(optimizer, total_iters=4)
        main = main or torch_schedules.CyclicLR(optimizer, 0.1, 0.5, 3)
        return torch_schedules.SequentialLR(optimizer, [warm, main], [4])

    main = schedules.cyclic_lr(0.1, 0.5, 20, 3)
    to_the_first = schedules.warm_up(main, 4)
    to_the_old = schedules.warm_up(main, 4, lr=0.3)
    assert_same(to_the_first, recorded(lambda o: make(o, cyclic_first=True), 24, lr=0.3))
    assert_same(to_the_old, recorded(lambda o: make(o, cyclic_first=False), 24, lr=0.3))


@pytest.mark.parametrize(
    ("momentum", "main"),
    [
        (schedules.cyclic_momentum(30, 4), lambda o: torch_schedules.CyclicLR(o, 0.1, 0.5, 4)),
        (schedules.one_cycle_momentum(30), lambda o: torch_schedules.OneCycleLR(o, 0.5, 30)),
    ],
)
def test_momentum_waits_at_its_first_value_while_the_rate_warms_up(momentum, main):
    ours = schedules.warm_up(momentum, total_iters=6, start_factor=1)
    assert_same(ours, recorded(sequence("linear", 6, 0.1, main), 36, of="momentum"))


# Properties


@each_schedule
def test_rates_do_not_depend_on_how_many_are_asked_for(ours, theirs):
    np.testing.assert_array_equal(ours(7), ours(41)[:7])


@often
@given(rates, factors, shares, counts, lengths, factors)
def test_each_schedule_stays_within_its_bounds(lr, factor, share, count, steps, gamma):
    low = share * lr
    for bounds, values in [
        ((0, lr), schedules.step_lr(lr, count, steps, gamma)),
        ((0, lr), schedules.multi_step_lr(lr, [count, count + 3], steps, gamma)),
        ((0, lr), schedules.exponential_lr(lr, gamma, steps)),
        ((factor * lr, lr), schedules.constant_lr(lr, steps, factor, count)),
        (
            (lr * min(factor, share), lr * max(factor, share)),
            schedules.linear_lr(lr, steps, factor, share, count),
        ),
        ((0, lr), schedules.polynomial_lr(lr, steps, count, 1 + share)),
        ((low, lr), schedules.cosine_annealing_lr(lr, count, steps, low)),
        ((low, lr), schedules.cosine_annealing_warm_restarts(lr, count, steps, 2, low)),
        ((low, lr), schedules.cyclic_lr(low, lr, steps, count)),
        ((low, lr), schedules.cyclic_lr(low, lr, steps, count, 3, "triangular2")),
        ((low, lr), schedules.cyclic_lr(low, lr, steps, count, 3, "exp_range", gamma)),
        ((0.8, 0.9), schedules.cyclic_momentum(steps, count)),
        ((lr / 25 / 1e4, lr), schedules.one_cycle_lr(lr, steps + 1, pct_start=0.37)),
        ((0.85, 0.95), schedules.one_cycle_momentum(steps + 1, pct_start=0.37)),
        ((low, lr), schedules.reduce_lr_on_plateau(lr, [1.0] * steps, patience=1, min_lr=low)),
        ((0, lr), schedules.warm_up(schedules.step_lr(lr, count, steps), count, factor)),
    ]:
        slack = 1e-15 * bounds[1]
        assert values.min() >= bounds[0] - slack
        assert values.max() <= bounds[1] + slack


def test_a_rate_is_proportional_to_the_one_that_it_starts_from():
    assert_same(schedules.step_lr(0.3, 2, 9), 0.3 * schedules.step_lr(1, 2, 9))
    assert_same(schedules.one_cycle_lr(0.3, 9), 0.3 * schedules.one_cycle_lr(1, 9))


def test_warm_restarts_that_never_restart_are_plain_cosine_annealing():
    np.testing.assert_array_equal(
        schedules.cosine_annealing_warm_restarts(0.1, T_0=20, steps=20, eta_min=0.01),
        schedules.cosine_annealing_lr(0.1, T_max=20, steps=20, eta_min=0.01),
    )


# Wrong variants fail the same comparison


@each_schedule
def test_a_schedule_one_step_late_or_early_is_rejected(ours, theirs):
    right = recorded(theirs, 40)
    assert_same(ours(40), right)
    with pytest.raises(AssertionError):
        assert_same(ours(41)[1:], right)
    with pytest.raises(AssertionError):
        assert_same(np.concatenate([ours(1), ours(39)]), right)


def test_a_warm_up_one_step_longer_is_rejected():
    chained = sequence("linear", 5, 1 / 3, MAIN["step"][1])
    with pytest.raises(AssertionError):
        assert_same(schedules.warm_up(schedules.step_lr(0.1, 3, 40), 6)[:45], recorded(chained, 45))


def test_exp_range_that_shrinks_once_a_cycle_is_rejected():
    step = np.arange(40)
    triangle = schedules.cyclic_lr(0, 1, 40, 4)
    right = recorded(MAIN["exp_range"][1], 40)
    assert_same(0.1 + 0.4 * triangle * 0.9**step, right)
    with pytest.raises(AssertionError):
        assert_same(0.1 + 0.4 * triangle * 0.9 ** (step // 8), right)


def test_a_new_rate_that_waits_until_after_the_milestone_is_rejected():
    right = recorded(lambda o: torch_schedules.MultiStepLR(o, [5]), 10)
    assert_same(schedules.multi_step_lr(0.1, [5], 10), right)
    with pytest.raises(AssertionError):
        assert_same(schedules.multi_step_lr(0.1, [6], 10), right)


@pytest.mark.parametrize("patience", [3, 5])
def test_patience_off_by_one_is_rejected(patience):
    losses = [1.0] * 20
    right = recorded(lambda o: torch_schedules.ReduceLROnPlateau(o, patience=4), 20, 0.1, losses)
    assert_same(schedules.reduce_lr_on_plateau(0.1, losses, patience=4), right)
    with pytest.raises(AssertionError):
        assert_same(schedules.reduce_lr_on_plateau(0.1, losses, patience=patience), right)


def test_a_cosine_that_stays_down_after_its_minimum_is_rejected():
    right = recorded(lambda o: torch_schedules.CosineAnnealingLR(o, 5), 12)
    falls = schedules.cosine_annealing_lr(0.1, 5, 6)
    with pytest.raises(AssertionError):
        assert_same(np.concatenate([falls, np.full(6, falls[-1])]), right)


# The numbers of the course


def test_lambda_lr_can_be_step_lr():
    assert_same(
        schedules.lambda_lr(0.01, lambda epoch: 0.1 ** (epoch // 2), 12),
        schedules.step_lr(0.01, step_size=2, steps=12, gamma=0.1),
    )


def test_a_milestone_rules_from_its_own_epoch_on_and_twice_if_listed_twice():
    np.testing.assert_allclose(
        schedules.multi_step_lr(1.0, [2, 4, 4], 6, gamma=0.1), [1, 1, 0.1, 0.1, 1e-3, 1e-3]
    )


def test_cosine_annealing_is_back_at_the_top_after_two_t_max():
    lr = schedules.cosine_annealing_lr(0.01, T_max=5, steps=11)
    assert lr[5] == 0
    assert lr[10] == 0.01
    assert recorded(lambda o: torch_schedules.CosineAnnealingLR(o, 5), 11, 0.01)[10] == (
        pytest.approx(0.01, rel=1e-12)
    )


def test_plateau_of_a_constant_loss():
    lr = schedules.reduce_lr_on_plateau(0.01, [1.0] * 16, patience=4, factor=0.1)
    np.testing.assert_allclose(lr, [0.01] * 6 + [0.001] * 5 + [1e-4] * 5)


def test_exp_range_may_never_reach_its_maximum():
    lr = schedules.cyclic_lr(1e-4, 1e-3, 5, 2, mode="exp_range", gamma=math.sqrt(0.5))
    np.testing.assert_allclose(lr, [1e-4, 4.18e-4, 5.5e-4, 2.59e-4, 1e-4], rtol=1e-3)


def test_one_cycle_of_a_hundred_steps_and_one_more():
    lr = schedules.one_cycle_lr(0.1, total_steps=100, steps=101)
    assert lr.argmax() == 29
    np.testing.assert_allclose(lr[[0, 29, 99]], [0.004, 0.1, 4e-7])
    assert lr[100] == pytest.approx(5.1e-5, rel=0.01)
    momentum = schedules.one_cycle_momentum(total_steps=100)
    np.testing.assert_allclose(momentum[[0, 29, 99]], [0.95, 0.85, 0.95])


def test_one_cycle_lets_one_call_pass_and_raises_at_the_next():
    optimizer = sgd()
    scheduler = torch_schedules.OneCycleLR(optimizer, 0.1, total_steps=100)
    for _ in range(100):
        optimizer.step()
        scheduler.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(5.1e-5, rel=0.01)
    with pytest.raises(ValueError, match="Tried to step 101 times"):
        scheduler.step()
    with pytest.raises(ValueError, match="steps must be at most 101"):
        schedules.one_cycle_lr(0.1, total_steps=100, steps=102)


def test_linear_one_cycle_is_negative_one_past_its_end():
    lr = schedules.one_cycle_lr(0.1, total_steps=100, anneal_strategy="linear", steps=101)
    assert (lr[:100] > 0).all()
    assert lr[100] < 0


def test_cyclic_lr_moves_the_beta_of_adam():
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)])
    scheduler = torch_schedules.CyclicLR(optimizer, 1e-4, 1e-3, step_size_up=2)
    beta = schedules.trace(scheduler, 5, of="momentum")
    assert_same(beta, schedules.cyclic_momentum(5, step_size_up=2))
    np.testing.assert_allclose(beta, [0.9, 0.85, 0.8, 0.85, 0.9])


# Trace


@each_schedule
def test_trace_equals_the_closed_form(ours, theirs):
    assert_same(schedules.trace(theirs(sgd()), 40), ours(40))


@each_schedule
def test_trace_of_a_sequence_from_any_step_on(ours, theirs):
    optimizer = sgd()
    scheduler = sequence("linear", 5, 0.2, theirs)(optimizer)
    whole = schedules.trace(scheduler, 40)
    for step in range(12):
        np.testing.assert_array_equal(schedules.trace(scheduler, 20), whole[step : step + 20])
        optimizer.step()
        scheduler.step()


def test_trace_of_chained_schedulers():
    def make(optimizer):
        return torch_schedules.ChainedScheduler(
            [torch_schedules.ConstantLR(optimizer), torch_schedules.ExponentialLR(optimizer, 0.9)]
        )

    ours = schedules.constant_lr(1, 20) * schedules.exponential_lr(0.1, 0.9, 20)
    assert_same(schedules.trace(make(sgd()), 20), ours)


def test_trace_of_a_sequence_within_a_chain():
    def make(optimizer):
        parts = [sequence("linear", 4, 0.1, MAIN["step"][1]), MAIN["exponential"][1]]
        return torch_schedules.ChainedScheduler([part(optimizer) for part in parts])

    np.testing.assert_array_equal(schedules.trace(make(sgd()), 30), recorded(make, 30))


def test_trace_of_a_plateau_midway():
    losses = [3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 0.5]
    optimizer = sgd()
    scheduler = torch_schedules.ReduceLROnPlateau(optimizer, patience=1, cooldown=1)
    ours = schedules.reduce_lr_on_plateau(0.1, losses, patience=1, cooldown=1)
    for epoch, loss in enumerate(losses):
        ahead = schedules.trace(scheduler, len(losses) - epoch, losses[epoch:])
        np.testing.assert_array_equal(ahead, ours[epoch:])
        optimizer.step()
        scheduler.step(loss)


def test_trace_of_several_groups_and_their_momentum():
    groups = [
        {"params": [torch.zeros(2)], "lr": 0.1, "momentum": 0.5},
        {"params": [torch.zeros(3)], "lr": 0.2},
    ]
    optimizer = torch.optim.SGD(groups, momentum=0.9)
    scheduler = torch_schedules.StepLR(optimizer, 2)
    lr = schedules.trace(scheduler, 5)
    assert lr.shape == (5, 2)
    assert_same(lr[:, 0], schedules.step_lr(0.1, 2, 5))
    assert_same(lr[:, 1], schedules.step_lr(0.2, 2, 5))
    momentum = schedules.trace(scheduler, 5, of="momentum")
    np.testing.assert_array_equal(momentum, [[0.5, 0.9]] * 5)


def test_trace_of_a_rate_held_in_a_tensor():
    parameter = torch.zeros(1, requires_grad=True)
    lr = torch.tensor(0.25)
    scheduler = torch_schedules.StepLR(torch.optim.Adam([parameter], lr=lr), 2, gamma=0.5)
    np.testing.assert_array_equal(schedules.trace(scheduler, 5), [0.25, 0.25, 0.125, 0.125, 0.0625])
    assert lr == 0.25


def test_trace_of_named_parameters():
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.named_parameters(), lr=0.1)
    assert_same(
        schedules.trace(torch_schedules.StepLR(optimizer, 2), 5), schedules.step_lr(0.1, 2, 5)
    )


class Warming:
    """A factor that remembers how often it was asked."""

    def __init__(self):
        self.calls = 0

    def __call__(self, epoch):
        """Shrink the rate."""
        self.calls += 1
        return 1 / (1 + epoch)


def everything(model, optimizer, scheduler):
    """Copy all that a trace might touch."""
    parts = getattr(scheduler, "_schedulers", [])
    return copy.deepcopy(
        {
            "model": list(model.state_dict().items()),
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
            "parts": [part.state_dict() for part in parts],
            "last lr": scheduler.get_last_lr(),
            "counts": [getattr(s, "_step_count", None) for s in [scheduler, *parts]],
            "opt called": getattr(optimizer, "_opt_called", None),
            "attributes": sorted(vars(optimizer)),
            "rng": [torch.get_rng_state(), np.random.get_state(), random.getstate()],  # noqa: NPY002
        }
    )


def assert_equal(left, right):
    """Compare nested states, tensors and arrays included."""
    assert type(left) is type(right)
    if isinstance(left, dict):
        assert left.keys() == right.keys()
        left, right = list(left.values()), list(right.values())
    if isinstance(left, list | tuple):
        assert len(left) == len(right)
        for a, b in zip(left, right, strict=True):
            assert_equal(a, b)
    elif isinstance(left, torch.Tensor):
        assert torch.equal(left, right)
    elif isinstance(left, np.ndarray):
        np.testing.assert_array_equal(left, right)
    elif hasattr(left, "__dict__") and not callable(left):
        assert_equal(vars(left), vars(right))
    elif not callable(left):
        assert left == right


def learner(make):
    """Make a model on its way: three steps of training behind it."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    for _ in range(3):
        train(model, optimizer, scheduler)
    return model, optimizer, scheduler


def train(model, optimizer, scheduler):
    optimizer.zero_grad()
    loss = model(torch.ones(4, 3)).square().mean()
    loss.backward()
    optimizer.step()
    plateau = isinstance(scheduler, torch_schedules.ReduceLROnPlateau)
    scheduler.step(*([1.0] if plateau else []))


UNTOUCHED = {name: theirs for name, (_, theirs) in MAIN.items()} | {
    "sequence": sequence("linear", 5, 0.2, MAIN["one cycle"][1]),
    "chain": lambda o: torch_schedules.ChainedScheduler(
        [torch_schedules.ConstantLR(o), torch_schedules.ExponentialLR(o, 0.9)]
    ),
    "plateau": lambda o: torch_schedules.ReduceLROnPlateau(o, patience=1),
    "callable": lambda o: torch_schedules.LambdaLR(o, Warming()),
    "random": lambda o: torch_schedules.MultiplicativeLR(
        o,
        lambda _: random.uniform(0.5, 1) * np.random.rand() * float(torch.rand(())),  # noqa: NPY002
    ),
}


@pytest.mark.parametrize("make", UNTOUCHED.values(), ids=UNTOUCHED.keys())
def test_trace_leaves_the_caller_as_it_was(make):
    twin, ours = learner(make), learner(make)
    states = [random.getstate(), np.random.get_state(), torch.get_rng_state()]  # noqa: NPY002
    before = everything(*ours)
    plateau = isinstance(ours[2], torch_schedules.ReduceLROnPlateau)
    ahead = schedules.trace(ours[2], 20, losses=[1.0] * 20 if plateau else None)
    schedules.trace(ours[2], 7, losses=[1.0] * 7 if plateau else None, of="momentum")
    assert_equal(everything(*ours), before)

    followed = []
    for _ in range(20):  # going on gives what the trace told, random factors included
        followed.append(ours[1].param_groups[0]["lr"])
        train(*ours)
    np.testing.assert_array_equal(ahead, followed)

    random.setstate(states[0])
    np.random.set_state(states[1])  # noqa: NPY002
    torch.set_rng_state(states[2])
    for _ in range(20):
        train(*twin)
    assert_equal(everything(*ours), everything(*twin))


def test_trace_of_a_fresh_scheduler_does_not_hide_the_warning_that_a_learner_needs():
    scheduler = torch_schedules.StepLR(sgd(), 2)
    schedules.trace(scheduler, 5)
    with pytest.warns(UserWarning, match=r"before `optimizer.step\(\)`"):
        scheduler.step()


def test_trace_runs_no_hook():
    calls = []
    optimizer = sgd()
    optimizer.register_step_post_hook(lambda *_: calls.append("own"))
    everywhere = register_optimizer_step_post_hook(lambda *_: calls.append("global"))
    try:
        schedules.trace(torch_schedules.StepLR(optimizer, 2), 5)
    finally:
        everywhere.remove()
    assert calls == []


def test_trace_copies_no_parameter(monkeypatch):
    copied = []
    original = torch.Tensor.__deepcopy__

    def spy(tensor, memo):
        copied.append(tensor.numel())
        return original(tensor, memo)

    model = torch.nn.Linear(100, 100)
    optimizer = torch.optim.Adam(model.parameters())
    scheduler = sequence("linear", 5, 0.2, MAIN["cosine"][1])(optimizer)
    monkeypatch.setattr(torch.Tensor, "__deepcopy__", spy)
    monkeypatch.setattr(torch.nn.Parameter, "__deepcopy__", spy)
    schedules.trace(scheduler, 20)
    assert copied == []


def test_trace_goes_one_past_the_end_of_one_cycle_and_not_further():
    scheduler = torch_schedules.OneCycleLR(sgd(), 0.1, total_steps=10)
    assert_same(schedules.trace(scheduler, 11), schedules.one_cycle_lr(0.1, 10, steps=11))
    with pytest.raises(ValueError, match="Tried to step 11 times"):
        schedules.trace(scheduler, 12)


# Bad input

plateau = torch_schedules.ReduceLROnPlateau(sgd())
decay = torch_schedules.StepLR(sgd(), 2)
plain = torch_schedules.StepLR(torch.optim.Adagrad([torch.zeros(1)]), 2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda s: s.step_lr(0.1, 2, 0), ValueError, "steps .*at least 1, got 0"),
        (lambda s: s.step_lr(0.1, 2, 2.5), TypeError, "steps .*whole number.*got 2.5"),
        (lambda s: s.step_lr(-0.1, 2, 5), ValueError, r"lr .*\[0, inf\), got -0.1"),
        (lambda s: s.step_lr("0.1", 2, 5), TypeError, "lr .*got '0.1'"),
        (lambda s: s.step_lr(0.1, 0, 5), ValueError, "step_size .*got 0"),
        (lambda s: s.step_lr(0.1, 2, 5, 0), ValueError, r"gamma .*\(0, inf\), got 0"),
        (lambda s: s.step_lr(0.1, 2, 5, math.nan), ValueError, "gamma .*got nan"),
        (lambda s: s.exponential_lr(0.1, -1, 5), ValueError, "gamma .*got -1"),
        (
            lambda s: s.multi_step_lr(0.1, [5, 3], 9),
            ValueError,
            r"milestones .*order, got \[5, 3\]",
        ),
        (lambda s: s.multi_step_lr(0.1, [1.5], 9), TypeError, r"milestones .*got \[1.5\]"),
        (lambda s: s.multi_step_lr(0.1, [-1], 9), ValueError, "milestones .*got -1"),
        (lambda s: s.multi_step_lr(0.1, 3, 9), TypeError, "milestones .*list.*got 3"),
        (lambda s: s.lambda_lr(0.1, 0.9, 5), TypeError, "lr_lambda .*function.*got 0.9"),
        (lambda s: s.lambda_lr(0.1, lambda t: -t, 5), ValueError, r"lr_lambda\(1\) .*got -1"),
        (lambda s: s.lambda_lr(0.1, lambda t: None, 5), TypeError, r"lr_lambda\(0\) .*got None"),
        (lambda s: s.constant_lr(0.1, 5, factor=0), ValueError, "factor .*got 0"),
        (lambda s: s.linear_lr(0.1, 5, start_factor=0), ValueError, "start_factor .*got 0"),
        (lambda s: s.linear_lr(0.1, 5, end_factor=2), ValueError, "end_factor .*got 2"),
        (lambda s: s.linear_lr(0.1, 5, total_iters=0), ValueError, "total_iters .*got 0"),
        (lambda s: s.polynomial_lr(0.1, 5, power=0), ValueError, "power .*got 0"),
        (lambda s: s.cosine_annealing_lr(0.1, 0, 5), ValueError, "T_max .*at least 1, got 0"),
        (lambda s: s.cosine_annealing_lr(0.1, 5, 5, 0.2), ValueError, "eta_min .*0.1.*got 0.2"),
        (lambda s: s.cyclic_lr(0.2, 0.1, 5), ValueError, "max_lr .*0.2.*got 0.1"),
        (
            lambda s: s.cyclic_lr(0.1, 0.2, 5, mode="sine"),
            ValueError,
            "mode .*exp_range.*got 'sine'",
        ),
        (lambda s: s.cyclic_lr(0.1, 0.2, 5, gamma=0), ValueError, "gamma .*got 0"),
        (lambda s: s.cyclic_lr(0.1, 0.2, 5, 0), ValueError, "step_size_up .*got 0"),
        (lambda s: s.cyclic_lr(0.1, 0.2, 5, 3, 0), ValueError, "step_size_down .*got 0"),
        (lambda s: s.cyclic_momentum(5, max_momentum=1), ValueError, "max_momentum .*got 1"),
        (lambda s: s.cyclic_momentum(5, base_momentum=0.95), ValueError, "max_momentum .*0.95"),
        (lambda s: s.one_cycle_lr(0.1), ValueError, "total_steps must be given"),
        (lambda s: s.one_cycle_lr(0.1, epochs=3), ValueError, "steps_per_epoch=None"),
        (lambda s: s.one_cycle_momentum(), ValueError, "total_steps must be given"),
        (lambda s: s.one_cycle_lr(0.1, 0), ValueError, "total_steps .*got 0"),
        (lambda s: s.one_cycle_lr(0.1, 9, pct_start=30), ValueError, "pct_start .*got 30"),
        (lambda s: s.one_cycle_lr(0.1, 9, anneal_strategy="poly"), ValueError, "strategy.*'poly'"),
        (lambda s: s.one_cycle_lr(0.1, 9, div_factor=0), ValueError, "div_factor .*got 0"),
        (lambda s: s.one_cycle_lr(0.1, 9, three_phase=1), TypeError, "three_phase .*got 1"),
        (lambda s: s.one_cycle_lr(0.1, 9, steps=11), ValueError, "steps .*at most 10.*got 11"),
        (lambda s: s.cosine_annealing_warm_restarts(0.1, 0, 5), ValueError, "T_0 .*got 0"),
        (lambda s: s.cosine_annealing_warm_restarts(0.1, 2, 5, 0), ValueError, "T_mult .*got 0"),
        (lambda s: s.cosine_annealing_warm_restarts(0.1, 2, 5, 1.5), TypeError, "T_mult .*1.5"),
        (lambda s: s.cosine_annealing_warm_restarts(0.1, 2), ValueError, "either steps or epochs"),
        (
            lambda s: s.cosine_annealing_warm_restarts(0.1, 2, 5, epochs=[1]),
            ValueError,
            "either steps or epochs",
        ),
        (
            lambda s: s.cosine_annealing_warm_restarts(0.1, 2, epochs=[1, -0.5]),
            ValueError,
            "epochs .*got -0.5",
        ),
        (lambda s: s.reduce_lr_on_plateau(0.1, [1, math.nan]), ValueError, "losses .*got nan"),
        (lambda s: s.reduce_lr_on_plateau(0.1, []), ValueError, "losses .*shape"),
        (lambda s: s.reduce_lr_on_plateau(0.1, [[1.0]]), ValueError, "losses .*shape"),
        (
            lambda s: s.reduce_lr_on_plateau(0.1, [[1], [1, 2]]),
            ValueError,
            "losses must be one row",
        ),
        (lambda s: s.reduce_lr_on_plateau(0.1, ["a"]), TypeError, "losses .*'a'"),
        (lambda s: s.reduce_lr_on_plateau(0.1, [1], mode="low"), ValueError, "mode .*'low'"),
        (lambda s: s.reduce_lr_on_plateau(0.1, [1], factor=1), ValueError, "factor .*got 1"),
        (lambda s: s.reduce_lr_on_plateau(0.1, [1], patience=-1), ValueError, "patience .*got -1"),
        (lambda s: s.reduce_lr_on_plateau(0.1, [1], min_lr=1), ValueError, "min_lr .*0.1.*got 1"),
        (
            lambda s: s.reduce_lr_on_plateau(0.1, [1], threshold=-1),
            ValueError,
            "threshold .*got -1",
        ),
        (
            lambda s: s.reduce_lr_on_plateau(0.1, [1], threshold_mode="x"),
            ValueError,
            "threshold_mode .*'x'",
        ),
        (lambda s: s.reduce_lr_on_plateau(0.1, [1], cooldown=-1), ValueError, "cooldown .*got -1"),
        (lambda s: s.reduce_lr_on_plateau(0.1, [1], eps=-1), ValueError, "eps .*got -1"),
        (lambda s: s.warm_up([0.1, math.inf], 5), ValueError, "main .*got inf"),
        (lambda s: s.warm_up([0.1], 0), ValueError, "total_iters .*got 0"),
        (lambda s: s.warm_up([0.1], 5, start_factor=0), ValueError, "start_factor .*got 0"),
        (lambda s: s.warm_up([0.1], 5, mode="cosine"), ValueError, "mode .*got 'cosine'"),
        (lambda s: s.trace("StepLR", 5), TypeError, "scheduler .*got 'StepLR'"),
        (lambda s: s.trace(decay, 0), ValueError, "steps .*got 0"),
        (lambda s: s.trace(decay, 5, of="beta"), ValueError, "of .*got 'beta'"),
        (lambda s: s.trace(plain, 5, of="momentum"), ValueError, "of .*got 'momentum'"),
        (lambda s: s.trace(decay, 2, [1, 2]), ValueError, "losses .*left out.*StepLR"),
        (lambda s: s.trace(plateau, 5), ValueError, "losses .*given.*got None"),
        (lambda s: s.trace(plateau, 5, [1, 2]), ValueError, "losses .*5, got 2"),
        (lambda s: s.trace(plateau, 2, [1, math.nan]), ValueError, "losses .*got nan"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call(schedules)


def test_losses_may_come_as_a_tensor_or_as_a_list_of_them():
    wanted = schedules.reduce_lr_on_plateau(0.1, [1.0, 1.0, 1.0], patience=0)
    for losses in (torch.ones(3, requires_grad=True), [torch.tensor(1.0)] * 3, np.ones(3)):
        np.testing.assert_array_equal(
            schedules.reduce_lr_on_plateau(0.1, losses, patience=0), wanted
        )
