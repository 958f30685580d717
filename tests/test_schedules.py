"""Schedules against `torch.optim.lr_scheduler`, at every step."""

import copy
import functools
import math
import random
import warnings

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler
from torch.optim.optimizer import register_optimizer_step_post_hook

from helpers import schedules
from tests.errors import message_of

often = settings(deadline=None, derandomize=True, max_examples=150)
shares = st.integers(0, 1000).map(lambda n: n / 1000)  # no denormal numbers


def sgd(lr=0.1):
    """Make an optimizer of one parameter."""
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)


def of_torch(make, steps, lr=0.1, losses=None, of="lr"):
    """Step a scheduler of torch, and record the value before each of its steps."""
    optimizer = sgd(lr)
    scheduler = make(optimizer)
    values = []
    for step in range(steps):
        values.append(optimizer.param_groups[0][of])
        if step < steps - 1:
            optimizer.step()
            scheduler.step(*([] if losses is None else [losses[step]]))
    return np.array(values, dtype=float)


def of_torch_at(make, epochs, lr=0.1):
    """Record the rate that a scheduler of torch sets at each epoch, with ``step(epoch)``."""
    optimizer = sgd(lr)
    scheduler = make(optimizer)
    values = []
    for epoch in epochs:
        optimizer.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch advises against passing the epoch
            scheduler.step(epoch)
        values.append(optimizer.param_groups[0]["lr"])
    return np.array(values, dtype=float)


def assert_same(ours, theirs, of_the_highest=1e-14):
    """Compare to 1e-12 of each rate, or where a rate is near zero to a share of the highest."""
    assert ours.dtype == np.float64
    assert ours.shape == theirs.shape
    atol = of_the_highest * np.abs(theirs).max()
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=atol)


# Equality with torch. The arguments have the same names.

rates, factors, counts = st.floats(1e-6, 10), st.floats(0.01, 1), st.integers(1, 40)
STRATEGIES = {
    "lr_lambda": st.floats(0.1, 2).map(lambda factor: lambda t: factor / (1 + t)),
    "step_size": counts,
    "gamma": factors,
    "milestones": st.lists(st.integers(0, 50), max_size=6).map(sorted),
    "factor": factors,
    "start_factor": factors,
    "end_factor": shares,
    "total_iters": counts,
    "power": st.floats(0.1, 5),
    "T_max": counts,
    "T_0": st.integers(1, 12),
    "T_mult": st.integers(1, 5),
    "step_size_up": counts,
    "step_size_down": st.none() | counts,
    "mode": st.sampled_from(["triangular", "triangular2", "exp_range"]),
    "total_steps": st.integers(1, 90),
    "pct_start": st.integers(0, 100).map(lambda n: n / 100),  # shorter phases are rounding errors
    "anneal_strategy": st.sampled_from(["cos", "linear"]),
    "three_phase": st.booleans(),
    "div_factor": st.floats(1, 100),
    "final_div_factor": st.floats(1, 1e5),
    # As shares of the learning rate, and of the highest momentum
    "eta_min": shares,
    "base_lr": shares,
    "max_lr": st.just(1),
    "base_momentum": shares,
    "max_momentum": st.floats(0.1, 0.99),
}
CYCLE, MOMENTUM = "step_size_up step_size_down mode gamma", "base_momentum max_momentum"
PHASES = "total_steps pct_start anneal_strategy three_phase"
SCHEDULERS = {
    "lambda_lr": (lr_scheduler.LambdaLR, "lr_lambda"),
    "step_lr": (lr_scheduler.StepLR, "step_size gamma"),
    "multi_step_lr": (lr_scheduler.MultiStepLR, "milestones gamma"),
    "exponential_lr": (lr_scheduler.ExponentialLR, "gamma"),
    "constant_lr": (lr_scheduler.ConstantLR, "factor total_iters"),
    "linear_lr": (lr_scheduler.LinearLR, "start_factor end_factor total_iters"),
    "polynomial_lr": (lr_scheduler.PolynomialLR, "total_iters power"),
    "cosine_annealing_lr": (lr_scheduler.CosineAnnealingLR, "T_max eta_min"),
    "cosine_annealing_warm_restarts": (
        lr_scheduler.CosineAnnealingWarmRestarts,
        "T_0 T_mult eta_min",
    ),
    "cyclic_lr": (lr_scheduler.CyclicLR, f"base_lr max_lr {CYCLE}"),
    "cyclic_momentum": (lr_scheduler.CyclicLR, f"{MOMENTUM} {CYCLE}"),
    "one_cycle_lr": (lr_scheduler.OneCycleLR, f"max_lr div_factor final_div_factor {PHASES}"),
    "one_cycle_momentum": (lr_scheduler.OneCycleLR, f"{MOMENTUM} {PHASES}"),
}


def pair(name, lr=0.1, **arguments):
    """Return our schedule, a function of steps, and a function that makes torch's scheduler."""
    own = {} if "max_lr" in arguments or name.endswith("momentum") else {"lr": lr}
    ours = functools.partial(getattr(schedules, name), **own, **arguments)
    if name.endswith("momentum"):
        arguments |= {"max_lr": 0.2, **({"base_lr": 0.1} if name == "cyclic_momentum" else {})}
    theirs = functools.partial(SCHEDULERS[name][0], **arguments)
    return lambda steps: ours(steps=steps), theirs


@pytest.mark.parametrize("name", SCHEDULERS)
@often
@given(data=st.data(), lr=rates, steps=st.integers(1, 150))
def test_schedules_equal_torch_at_every_step(name, data, lr, steps):
    strategies = {key: STRATEGIES[key] for key in SCHEDULERS[name][1].split()}
    arguments = data.draw(st.fixed_dictionaries(strategies))
    scaled = {"eta_min": lr, "base_lr": lr, "max_lr": lr}
    scaled["base_momentum"] = arguments.get("max_momentum")
    arguments |= {key: scaled[key] * arguments[key] for key in scaled.keys() & arguments.keys()}
    if "total_steps" in arguments:
        steps = arguments["total_steps"] + 1  # torch allows one step after the end
    ours, theirs = pair(name, lr, **arguments)
    of = "momentum" if name.endswith("momentum") else "lr"
    try:
        expected = of_torch(theirs, steps, lr, of=of)
    except ZeroDivisionError:  # by the length of a phase that has none
        expected = "pct_start must not leave a phase without length, got"
        assert message_of(ValueError, ours, steps).startswith(
            f"{expected} {arguments['pct_start']}"
        )
    else:
        # Torch computes a rate from the last: after a fall to almost 0, rounding errors are left.
        recursive = name in ("linear_lr", "cosine_annealing_lr")
        assert_same(ours(steps), expected, 1e-12 if recursive else 1e-14)


@pytest.mark.parametrize(
    ("name", "arguments", "steps"),
    [
        ("step_lr", {"step_size": 2}, 9),
        ("multi_step_lr", {"milestones": [2, 4, 4]}, 9),
        ("constant_lr", {}, 9),
        ("linear_lr", {}, 9),
        ("polynomial_lr", {}, 9),
        ("cosine_annealing_lr", {"T_max": 5}, 12),
        ("cosine_annealing_warm_restarts", {"T_0": 5}, 17),
        ("cyclic_lr", {"base_lr": 0.1, "max_lr": 0.3}, 8001),
        ("cyclic_momentum", {}, 8001),
        ("one_cycle_lr", {"max_lr": 0.3, "total_steps": 50}, 50),
        ("one_cycle_momentum", {"total_steps": 50}, 50),
    ],
)
def test_default_arguments_are_those_of_torch(name, arguments, steps):
    ours, theirs = pair(name, **arguments)
    of = "momentum" if name.endswith("momentum") else "lr"
    assert_same(ours(steps), of_torch(theirs, steps, of=of))


@often
@given(rates, st.integers(1, 12), st.integers(1, 5), shares, st.integers(1, 9), counts)
def test_warm_restarts_equal_torch_at_fractions_of_epochs(lr, t_0, t_mult, share, iters, count):
    arguments = {"T_0": t_0, "T_mult": t_mult, "eta_min": share * lr}
    epochs = [epoch + i / iters for epoch in range(count) for i in range(iters)]
    make = functools.partial(lr_scheduler.CosineAnnealingWarmRestarts, **arguments)
    ours = schedules.cosine_annealing_warm_restarts(lr, **arguments, epochs=epochs)
    assert_same(ours, of_torch_at(make, epochs, lr), of_the_highest=1e-15)


def test_warm_restarts_where_the_logarithm_of_torch_rounds_down():
    make = functools.partial(lr_scheduler.CosineAnnealingWarmRestarts, T_0=1, T_mult=3)
    by_calls = schedules.cosine_annealing_warm_restarts(0.1, T_0=1, steps=130, T_mult=3)
    assert_same(by_calls, of_torch(make, 130))
    by_epochs = schedules.cosine_annealing_warm_restarts(0.1, 1, T_mult=3, epochs=range(130))
    assert_same(by_epochs, of_torch_at(make, range(130)))
    assert (by_calls[121], by_epochs[121]) == (0.1, 0)


@often
@given(
    lr=rates,
    losses=st.lists(st.floats(-10, 10), min_size=1, max_size=60)
    | st.lists(st.sampled_from([1.0, 0.9999, 0.99985, 0.9]), min_size=1, max_size=60),
    arguments=st.fixed_dictionaries(
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
    share=shares,
)
@example(lr=1.0, losses=[1.0] * 4, arguments={"patience": 0, "factor": 0.5, "eps": 0.5}, share=0)
def test_reduce_lr_on_plateau_equals_torch(lr, losses, arguments, share):
    arguments["min_lr"] = share**4 * lr
    make = functools.partial(lr_scheduler.ReduceLROnPlateau, **arguments)
    ours = schedules.reduce_lr_on_plateau(lr, losses, **arguments)
    np.testing.assert_array_equal(ours, of_torch(make, len(losses), lr, losses))


@pytest.mark.parametrize("lr", [0.1, 1.05e-8])
@pytest.mark.parametrize("loss", [lambda t: 1.0, lambda t: 1 - 5e-5 * t, lambda t: -1 - 1e-6 * t])
def test_default_arguments_of_reduce_lr_on_plateau_are_those_of_torch(lr, loss):
    losses = [loss(t) for t in range(60)]
    expected = of_torch(lr_scheduler.ReduceLROnPlateau, 60, lr, losses)
    np.testing.assert_array_equal(schedules.reduce_lr_on_plateau(lr, losses), expected)


# Warm-up, before each of them

MAIN = {
    "lambda_lr": {"lr_lambda": lambda t: 0.5 / (1 + t)},
    "multi_step_lr": {"milestones": [2, 7, 7]},
    "exponential_lr": {"gamma": 0.9},
    "constant_lr": {},
    "cosine_annealing_lr": {"T_max": 6, "eta_min": 0.01},
    "cyclic_lr": {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 4, "mode": "triangular2"},
    "one_cycle_lr": {"max_lr": 2.5, "total_steps": 40},
    "cosine_annealing_warm_restarts": {"T_0": 3, "T_mult": 2, "eta_min": 0.01},
}
MAIN = {name: pair(name, **arguments) for name, arguments in MAIN.items()}
each_schedule = pytest.mark.parametrize(("ours", "theirs"), MAIN.values(), ids=MAIN.keys())


def sequence(main, total_iters, start_factor=1 / 3, mode="linear"):
    """Chain the warm-up and the main schedule of torch."""

    def make(optimizer):
        if mode == "linear":
            warm = lr_scheduler.LinearLR(optimizer, start_factor, total_iters=total_iters)
        else:
            warm = lr_scheduler.ConstantLR(optimizer, start_factor, total_iters)
        return lr_scheduler.SequentialLR(optimizer, [warm, main(optimizer)], [total_iters])

    return make


@each_schedule
@pytest.mark.parametrize("mode", ["linear", "constant"])
@pytest.mark.parametrize("total_iters", [1, 5, 17])
@pytest.mark.parametrize("start_factor", [1e-3, 1 / 3, 1.0])
def test_warm_up_equals_a_sequence_of_torch(ours, theirs, mode, total_iters, start_factor):
    expected = of_torch(sequence(theirs, total_iters, start_factor, mode), total_iters + 40)
    by_default = (start_factor, mode) == (1 / 3, "linear")
    options = {} if by_default else {"start_factor": start_factor, "mode": mode}
    assert_same(schedules.warm_up(ours(40), total_iters, lr=0.1, **options), expected)
    if ours(1)[0] == 0.1:  # the main schedule starts at the optimizer's own rate
        assert_same(schedules.warm_up(ours(40), total_iters, **options), expected)


def test_warm_up_leads_to_the_first_rate_of_one_cycle_whatever_the_optimizer_had():
    make = sequence(lambda o: lr_scheduler.OneCycleLR(o, 2.5, 30), 4)
    ours = schedules.warm_up(schedules.one_cycle_lr(2.5, 30), 4)
    assert_same(ours, of_torch(make, 34, lr=0.3))


@pytest.mark.parametrize(("cyclic_first", "lr"), [(True, None), (False, 0.3)])
def test_warm_up_before_cyclic_lr_depends_on_which_is_constructed_first(cyclic_first, lr):
    def make(optimizer):
        main = lr_scheduler.CyclicLR(optimizer, 0.1, 0.5, 3) if cyclic_first else None
        warm = lr_scheduler.LinearLR(optimizer, total_iters=4)
        main = main or lr_scheduler.CyclicLR(optimizer, 0.1, 0.5, 3)
        return lr_scheduler.SequentialLR(optimizer, [warm, main], [4])

    ours = schedules.warm_up(schedules.cyclic_lr(0.1, 0.5, 20, 3), 4, lr=lr)
    assert_same(ours, of_torch(make, 24, lr=0.3))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("cyclic_momentum", {"step_size_up": 4}), ("one_cycle_momentum", {"total_steps": 30})],
)
def test_momentum_has_its_first_value_during_a_warm_up(name, arguments):
    ours, theirs = pair(name, **arguments)
    warmed = schedules.warm_up(ours(30), total_iters=6, start_factor=1)
    assert_same(warmed, of_torch(sequence(theirs, 6, 0.1), 36, of="momentum"))


# Trace


@each_schedule
def test_trace_equals_the_closed_form(ours, theirs):
    assert_same(schedules.trace(theirs(sgd()), 40), ours(40))


@each_schedule
def test_trace_starts_at_the_current_step(ours, theirs):
    optimizer = sgd()
    scheduler = sequence(theirs, 5, 0.2)(optimizer)
    every = schedules.trace(scheduler, 40)
    for step in range(12):
        np.testing.assert_array_equal(schedules.trace(scheduler, 20), every[step : step + 20])
        optimizer.step()
        scheduler.step()


def test_trace_of_a_sequence_in_a_chain():
    def make(optimizer):
        parts = [sequence(MAIN["multi_step_lr"][1], 4, 0.1), MAIN["exponential_lr"][1]]
        return lr_scheduler.ChainedScheduler([part(optimizer) for part in parts])

    np.testing.assert_array_equal(schedules.trace(make(sgd()), 30), of_torch(make, 30))


def test_trace_of_a_plateau_starts_at_the_current_step():
    losses = [3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 0.5]
    optimizer = sgd()
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, cooldown=1)
    ours = schedules.reduce_lr_on_plateau(0.1, losses, patience=1, cooldown=1)
    for epoch, loss in enumerate(losses):
        ahead = schedules.trace(scheduler, len(losses) - epoch, losses[epoch:])
        np.testing.assert_array_equal(ahead, ours[epoch:])
        optimizer.step()
        scheduler.step(loss)


def test_trace_of_several_parameter_groups():
    groups = [
        {"params": [torch.zeros(2)], "lr": 0.1, "momentum": 0.5},
        {"params": [torch.zeros(3)], "lr": 0.2},
    ]
    scheduler = lr_scheduler.StepLR(torch.optim.SGD(groups, momentum=0.9), 2)
    lr = schedules.trace(scheduler, 5)
    assert_same(lr, np.stack([schedules.step_lr(one, 2, 5) for one in (0.1, 0.2)], axis=1))
    momentum = schedules.trace(scheduler, 5, of="momentum")
    np.testing.assert_array_equal(momentum, [[0.5, 0.9]] * 5)


def test_trace_of_the_momentum_of_adam_is_its_first_beta():
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)])
    scheduler = lr_scheduler.CyclicLR(optimizer, 1e-4, 1e-3, step_size_up=2)
    beta = schedules.trace(scheduler, 5, of="momentum")
    assert_same(beta, schedules.cyclic_momentum(5, step_size_up=2))


def test_trace_of_a_rate_in_a_tensor_and_of_named_parameters():
    lr = torch.tensor(0.25)
    parameters = torch.nn.Linear(2, 1).named_parameters()
    scheduler = lr_scheduler.StepLR(torch.optim.Adam(parameters, lr=lr), 2, gamma=0.5)
    np.testing.assert_array_equal(schedules.trace(scheduler, 5), [0.25, 0.25, 0.125, 0.125, 0.0625])
    assert lr == 0.25


class CountingFactor:
    """A factor with a state: how often it was called."""

    calls = 0

    def __call__(self, epoch):
        """Return the factor."""
        self.calls += 1
        return 1 / (1 + epoch)


def snapshot(model, optimizer, scheduler):
    """Copy everything that a trace might change."""
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
            "random": [torch.get_rng_state(), np.random.get_state(), random.getstate()],  # noqa: NPY002
        }
    )


def assert_equal(left, right):
    """Compare nested states, including tensors and arrays."""
    assert type(left) is type(right)
    if isinstance(left, dict):
        assert left.keys() == right.keys()
        left, right = list(left.values()), list(right.values())
    if isinstance(left, list | tuple):
        assert len(left) == len(right)
        for a, b in zip(left, right, strict=True):
            assert_equal(a, b)
    elif isinstance(left, torch.Tensor | np.ndarray):
        np.testing.assert_array_equal(left, right)
    elif hasattr(left, "__dict__") and not callable(left):
        assert_equal(vars(left), vars(right))
    elif not callable(left):
        assert left == right


def in_training(make):
    """Make a model, optimizer and scheduler, and train for three steps."""
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
    plateau = isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)
    scheduler.step(*([1.0] if plateau else []))


def random_factor(_):
    return random.uniform(0.5, 1) * np.random.rand() * float(torch.rand(()))  # noqa: NPY002


UNCHANGED = {name: theirs for name, (_, theirs) in MAIN.items()} | {
    "sequence": sequence(MAIN["one_cycle_lr"][1], 5, 0.2),
    "chain": lambda o: lr_scheduler.ChainedScheduler(
        [lr_scheduler.ConstantLR(o), lr_scheduler.ExponentialLR(o, 0.9)]
    ),
    "plateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=1),
    "callable": lambda o: lr_scheduler.LambdaLR(o, CountingFactor()),
    "random": lambda o: lr_scheduler.MultiplicativeLR(o, random_factor),
}


@pytest.mark.parametrize("make", UNCHANGED.values(), ids=UNCHANGED.keys())
def test_trace_changes_nothing(make):
    twin, ours = in_training(make), in_training(make)
    before = snapshot(*ours)
    plateau = isinstance(ours[2], lr_scheduler.ReduceLROnPlateau)
    ahead = schedules.trace(ours[2], 20, losses=[1.0] * 20 if plateau else None)
    schedules.trace(ours[2], 7, losses=[1.0] * 7 if plateau else None, of="momentum")
    assert_equal(snapshot(*ours), before)

    followed = []
    for _ in range(20):  # training on gives the traced rates, random factors included
        followed.append(ours[1].param_groups[0]["lr"])
        train(*ours)
    np.testing.assert_array_equal(ahead, followed)

    torch.set_rng_state(before["random"][0])
    np.random.set_state(before["random"][1])  # noqa: NPY002
    random.setstate(before["random"][2])
    for _ in range(20):
        train(*twin)
    assert_equal(snapshot(*ours), snapshot(*twin))


def test_trace_restores_the_random_states_when_a_schedule_fails():
    def fail(epoch):
        random_factor(epoch)
        if epoch > 2:
            raise RuntimeError("no more")
        return 1.0

    model, optimizer, scheduler = in_training(lr_scheduler.ConstantLR)
    before = snapshot(model, optimizer, scheduler)["random"]
    failing = lr_scheduler.LambdaLR(sgd(), lambda epoch: 1.0)
    failing.lr_lambdas = [fail]
    assert message_of(RuntimeError, schedules.trace, failing, 9) == "no more"
    assert_equal(snapshot(model, optimizer, scheduler)["random"], before)


def test_trace_calls_no_hook_and_leaves_the_warning_of_torch():
    calls = []
    optimizer = sgd()
    optimizer.register_step_post_hook(lambda *_: calls.append("own"))
    everywhere = register_optimizer_step_post_hook(lambda *_: calls.append("global"))
    scheduler = lr_scheduler.StepLR(optimizer, 2)
    try:
        schedules.trace(scheduler, 5)
    finally:
        everywhere.remove()
    assert calls == []
    with pytest.warns(UserWarning, match=r"before `optimizer.step\(\)`"):
        scheduler.step()


def test_trace_copies_no_parameter(monkeypatch):
    parameters = torch.nn.Linear(100, 100).parameters()
    scheduler = sequence(MAIN["cosine_annealing_lr"][1], 5)(torch.optim.Adam(parameters))
    for kind in (torch.Tensor, torch.nn.Parameter):
        monkeypatch.setattr(kind, "__deepcopy__", None)  # a call would be an error
    schedules.trace(scheduler, 20)


def test_trace_goes_one_step_past_the_end_of_one_cycle_and_no_further():
    scheduler = lr_scheduler.OneCycleLR(sgd(), 0.1, total_steps=10)
    assert_same(schedules.trace(scheduler, 11), schedules.one_cycle_lr(0.1, 10, steps=11))
    assert "Tried to step 11 times" in message_of(ValueError, schedules.trace, scheduler, 12)


# Errors

GOOD = {
    "lambda_lr": {"lr": 0.1, "lr_lambda": lambda t: 1 / (1 + t), "steps": 5},
    "step_lr": {"lr": 0.1, "step_size": 2, "steps": 5},
    "multi_step_lr": {"lr": 0.1, "milestones": [2], "steps": 5},
    "exponential_lr": {"lr": 0.1, "gamma": 0.9, "steps": 5},
    "constant_lr": {"lr": 0.1, "steps": 5},
    "linear_lr": {"lr": 0.1, "steps": 5},
    "polynomial_lr": {"lr": 0.1, "steps": 5},
    "cosine_annealing_lr": {"lr": 0.1, "T_max": 5, "steps": 5},
    "cosine_annealing_warm_restarts": {"lr": 0.1, "T_0": 5, "steps": 5},
    "cyclic_lr": {"base_lr": 0.1, "max_lr": 0.2, "steps": 5},
    "cyclic_momentum": {"steps": 5},
    "one_cycle_lr": {"max_lr": 0.1, "total_steps": 9},
    "one_cycle_momentum": {"total_steps": 9},
    "reduce_lr_on_plateau": {"lr": 0.1, "losses": [1.0]},
    "warm_up": {"main": [0.1], "total_iters": 5},
    "trace": {"scheduler": lr_scheduler.StepLR(sgd(), 2), "steps": 5},
}
WITH_LR, WITH_STEPS = ([name for name in GOOD if key in GOOD[name]] for key in ("lr", "steps"))
CYCLIC, ONE_CYCLE = ["cyclic_lr", "cyclic_momentum"], ["one_cycle_lr", "one_cycle_momentum"]
COSINE = ["cosine_annealing_lr", "cosine_annealing_warm_restarts"]
COUNT, RATE, POSITIVE = (
    "a whole number of at least 1",
    "a number in [0, inf)",
    "a number in (0, inf)",
)
BOUNDS = [
    ([*WITH_LR, "warm_up"], "lr", -0.1, RATE),
    ([*WITH_STEPS, *ONE_CYCLE], "steps", 0, COUNT),
    (WITH_STEPS, "steps", 10**30, "at most 10000000"),
    (["step_lr"], "step_size", 0, COUNT),
    (["step_lr", "multi_step_lr", "exponential_lr"], "gamma", 0, POSITIVE),
    (["constant_lr"], "factor", 0, "a number in (0, 1]"),
    (["linear_lr", "warm_up"], "start_factor", 0, "a number in (0, 1]"),
    (["linear_lr"], "end_factor", 1.5, "a number in [0, 1]"),
    (["constant_lr", "linear_lr", "polynomial_lr", "warm_up"], "total_iters", 0, COUNT),
    (["warm_up"], "total_iters", 10**8, "at most 10000000"),
    (["polynomial_lr"], "power", 0, POSITIVE),
    (["cosine_annealing_lr"], "T_max", 0, COUNT),
    (["cosine_annealing_warm_restarts"], "T_0", 0, COUNT),
    (["cosine_annealing_warm_restarts"], "T_mult", 0, COUNT),
    (COSINE, "eta_min", 0.2, "a number in [0, 0.1]"),
    (["cyclic_lr"], "base_lr", -1, RATE),
    (["cyclic_lr"], "max_lr", 0.05, "a number in [0.1, inf)"),
    (CYCLIC, "step_size_up", 0, COUNT),
    (CYCLIC, "step_size_down", 0, COUNT),
    (CYCLIC, "gamma", 1.5, "a number in (0, 1]"),
    (CYCLIC, "mode", "sine", "one of 'triangular', 'triangular2', 'exp_range'"),
    (["cyclic_momentum", "one_cycle_momentum"], "base_momentum", 1, "a number in [0, 1)"),
    (["cyclic_momentum"], "max_momentum", 0.7, "a number in [0.8, 1)"),
    (["one_cycle_momentum"], "max_momentum", 1, "a number in [0.85, 1)"),
    (["one_cycle_lr"], "max_lr", -1, RATE),
    (["one_cycle_lr"], "div_factor", 0, POSITIVE),
    (["one_cycle_lr"], "final_div_factor", 0, POSITIVE),
    (ONE_CYCLE, "total_steps", 0, COUNT),
    (ONE_CYCLE, "total_steps", 10**8, "at most 10000000"),
    (ONE_CYCLE, "pct_start", 30, "a number in [0, 1]"),
    (ONE_CYCLE, "anneal_strategy", "poly", "one of 'cos', 'linear'"),
    (["reduce_lr_on_plateau"], "mode", "low", "one of 'min', 'max'"),
    (["reduce_lr_on_plateau"], "factor", 1, "a number in (0, 1)"),
    (["reduce_lr_on_plateau"], "patience", -1, "a whole number of at least 0"),
    (["reduce_lr_on_plateau"], "threshold", -1, RATE),
    (["reduce_lr_on_plateau"], "threshold_mode", "x", "one of 'rel', 'abs'"),
    (["reduce_lr_on_plateau"], "cooldown", -1, "a whole number of at least 0"),
    (["reduce_lr_on_plateau"], "min_lr", 0.2, "a number in [0, 0.1]"),
    (["reduce_lr_on_plateau"], "eps", -1, RATE),
    (["warm_up"], "mode", "cosine", "one of 'linear', 'constant'"),
    (["trace"], "of", "beta", "one of 'lr', 'momentum'"),
]


@pytest.mark.parametrize(
    ("name", "argument", "value", "expected"),
    [(name, *rest) for names, *rest in BOUNDS for name in names],
)
def test_arguments_out_of_range_are_named(name, argument, value, expected):
    message = message_of(ValueError, getattr(schedules, name), **GOOD[name] | {argument: value})
    assert message == f"{argument} must be {expected}, got {value!r}"


plateau = lr_scheduler.ReduceLROnPlateau(sgd())
adagrad = lr_scheduler.StepLR(torch.optim.Adagrad([torch.zeros(1)]), 2)


@pytest.mark.parametrize(
    ("name", "changes", "kind", "message"),
    [
        ("lambda_lr", {"lr_lambda": 0.9}, TypeError,
         "lr_lambda must be a function of the epoch, got 0.9"),
        ("lambda_lr", {"lr_lambda": lambda t: -t}, ValueError,
         "lr_lambda(1) must be a number in [0, inf), got -1"),
        ("lambda_lr", {"lr": 1e300, "lr_lambda": lambda t: 1e300}, ValueError,
         "lr must keep the rates finite, got 1e+300, which makes the rate of step 0 inf"),
        ("exponential_lr", {"gamma": 1e200}, ValueError,
         "gamma must keep the rates finite, got 1e+200, which makes the rate of step 2 inf"),
        ("step_lr", {"gamma": 1e200, "lr": 0}, ValueError,
         "gamma must keep the rates finite, got 1e+200, which makes the rate of step 4 nan"),
        ("multi_step_lr", {"milestones": [5, 3]}, ValueError,
         "milestones must be in ascending order, got [5, 3]"),
        ("multi_step_lr", {"milestones": [1.5]}, TypeError,
         "milestones must be a list of whole numbers of at least 0, got [1.5]"),
        ("multi_step_lr", {"milestones": 3}, TypeError,
         "milestones must be a list of whole numbers of at least 0, got 3"),
        ("multi_step_lr", {"milestones": [2**60]}, ValueError,
         f"milestones must be at most {2**53}, got {2**60}"),
        ("cosine_annealing_warm_restarts", {"steps": None}, ValueError,
         "give either steps or epochs, got steps=None and epochs=None"),
        ("cosine_annealing_warm_restarts", {"epochs": [1]}, ValueError,
         "give either steps or epochs, got steps=5 and epochs=[1]"),
        ("cosine_annealing_warm_restarts", {"steps": None, "epochs": [1, -0.5, -2]}, ValueError,
         "epochs must not be negative, got -2.0 among them"),
        ("one_cycle_lr", {"three_phase": 1}, TypeError, "three_phase must be True or False, got 1"),
        ("one_cycle_lr", {"steps": 11}, ValueError,
         "steps must be at most 10, one more than total_steps, got 11"),
        ("one_cycle_lr", {"max_lr": 10, "div_factor": 1e-308}, ValueError,
         "div_factor must keep the rates finite, got 1e-308"),
        ("one_cycle_momentum", {"total_steps": 5, "pct_start": 0.2}, ValueError,
         "pct_start must not leave a phase without length, got 0.2 with total_steps=5, "
         "three_phase=False"),
        ("reduce_lr_on_plateau", {"losses": [1, math.nan]}, ValueError,
         "losses must be finite, got nan among them"),
        ("warm_up", {"main": [0.1, math.inf]}, ValueError,
         "main must be finite, got inf among them"),
        ("trace", {"scheduler": "StepLR"}, TypeError,
         "scheduler must be one of torch.optim.lr_scheduler, got 'StepLR'"),
        ("trace", {"scheduler": adagrad, "of": "momentum"}, ValueError,
         "of must be 'lr' for an optimizer without momentum or betas, got 'momentum'"),
        ("trace", {"scheduler": plateau, "losses": [math.inf]}, ValueError,
         "losses must be finite, got inf among them"),
        ("trace", {"losses": [1, 2]}, ValueError,
         "losses must be left out for StepLR, got [1, 2]"),
        ("trace", {"scheduler": plateau}, ValueError,
         "losses must be given for ReduceLROnPlateau, one per step, got None"),
        ("trace", {"scheduler": plateau, "losses": [1, 2]}, ValueError,
         "losses must hold one number per step, 5, got 2"),
    ],
)  # fmt: skip
def test_errors_say_what_was_expected_and_what_came(name, changes, kind, message):
    assert message_of(kind, getattr(schedules, name), **GOOD[name] | changes) == message
