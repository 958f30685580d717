"""Numbers and claims of chapter 7 against torch's own schedulers and a learner's own loop."""

import math
import warnings

import numpy as np
import pytest
import torch
from torch.optim import SGD, Adam, lr_scheduler

from book.numbers import schedulers
from helpers import optimizers, problems, simulate

COMPUTED = schedulers.numbers()
NUMBERS = {name: number.written("en") for name, number in COMPUTED.items()}


def optimizer(kind=SGD, lr=0.01, **options):
    return kind([torch.nn.Parameter(torch.ones(1))], lr=lr, **options)


def rates(scheduler, steps, *arguments):
    """The rates in force in each step, recorded in a learner's order."""
    row = []
    for _ in range(steps):
        row.append(scheduler.optimizer.param_groups[0]["lr"])
        scheduler.optimizer.step()
        scheduler.step(*arguments)
    return row


# ── By epoch and by loss ──────────────────────────────────────────────────────────────────────────


def test_new_rate_holds_from_the_milestone_on_and_a_repeated_one_multiplies_twice():
    row = rates(lr_scheduler.MultiStepLR(optimizer(lr=1.0), [3, 8, 8], 0.1), 12)
    np.testing.assert_allclose(row, [1] * 3 + [0.1] * 5 + [1e-3] * 4)


def test_cosine_climbs_after_its_lowest_and_is_back():
    row = rates(lr_scheduler.CosineAnnealingLR(optimizer(), T_max=5), 12)
    assert row[5] == pytest.approx(0, abs=1e-15)
    assert row[10] == pytest.approx(0.01)
    assert (np.diff(row[5:11]) > 0).all()


def test_patience_is_exceeded_and_the_first_epoch_is_the_baseline():
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer(), factor=0.1, patience=4)
    row = rates(scheduler, 16, 1.0)
    np.testing.assert_allclose(row, [1e-2] * 6 + [1e-3] * 5 + [1e-4] * 5)
    assert NUMBERS["schedulers_plateau_first"] == "6"
    assert NUMBERS["schedulers_plateau_next"] == "5"


@pytest.mark.parametrize(("loss", "bad"), [(0.99995, 1), (0.99985, 0)])
def test_threshold_is_relative(loss, bad):
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer())
    for scale in (1.0, 1e-3):
        scheduler.best, scheduler.num_bad_epochs = math.inf, 0
        scheduler.step(scale)
        scheduler.step(scale * loss)
        assert scheduler.num_bad_epochs == bad


# ── The order of the two calls ────────────────────────────────────────────────────────────────────


def test_swapped_calls_lose_the_first_rate_and_torch_warns():
    scheduler = lr_scheduler.StepLR(optimizer(lr=1.0), 2)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()
    row = []
    for _ in range(5):
        row.append(scheduler.optimizer.param_groups[0]["lr"])
        scheduler.optimizer.step()
        scheduler.step()
    right = rates(lr_scheduler.StepLR(optimizer(lr=1.0), 2), 6)
    assert row == right[1:]


# ── By mini-batch ─────────────────────────────────────────────────────────────────────────────────

BOUNDS = {"base_lr": 1e-4, "max_lr": 1e-3, "step_size_up": 2}


def test_exp_range_never_reaches_its_highest():
    scheduler = lr_scheduler.CyclicLR(optimizer(), **BOUNDS, mode="exp_range", gamma=0.5**0.5)
    row = rates(scheduler, 13)
    np.testing.assert_allclose(row[:5], [1e-4, 4.18e-4, 5.5e-4, 2.59e-4, 1e-4], rtol=2e-3)
    assert NUMBERS["schedulers_exp_range_highest"] == "5.5 × 10⁻⁴"
    assert max(row) == pytest.approx(5.5e-4)


@pytest.mark.parametrize(
    ("kind", "read"),
    [(SGD, lambda group: group["momentum"]), (Adam, lambda group: group["betas"][0])],
    ids=["SGD", "Adam"],
)
def test_cyclic_overwrites_the_rate_and_cycles_the_momentum_unless_told_not_to(kind, read):
    for cycled in (True, False):
        one = optimizer(kind, lr=0.01)
        before = read(one.param_groups[0])
        scheduler = lr_scheduler.CyclicLR(one, **BOUNDS, cycle_momentum=cycled)
        assert one.param_groups[0]["lr"] == 1e-4
        row = []
        for _ in range(5):
            row.append(read(one.param_groups[0]))
            one.step()
            scheduler.step()
        np.testing.assert_allclose(row, [0.9, 0.85, 0.8, 0.85, 0.9] if cycled else [before] * 5)


@pytest.mark.parametrize(
    ("strategy", "beyond", "name"),
    [("cos", 5.1e-5, "cycle"), ("linear", -1.43e-3, "linear")],
)
def test_one_cycle_and_its_last_call(strategy, beyond, name):
    one = optimizer(momentum=0.9)
    scheduler = lr_scheduler.OneCycleLR(one, 0.1, total_steps=100, anneal_strategy=strategy)
    row = rates(scheduler, 100)
    assert row[0] == pytest.approx(0.004)
    assert (int(np.argmax(row)), max(row)) == (29, pytest.approx(0.1))
    assert row[99] == pytest.approx(4e-7)
    assert one.param_groups[0]["lr"] == pytest.approx(beyond, rel=0.01)
    number = COMPUTED[f"schedulers_{name}_beyond"]
    assert number.value == pytest.approx(one.param_groups[0]["lr"])
    with pytest.raises(ValueError, match="Tried to step 101 times"):
        scheduler.step()


def test_one_cycles_numbers():
    names = ("first", "peak", "last", "beyond")
    written = [NUMBERS[f"schedulers_cycle_{name}"] for name in names]
    assert written == ["0.004", "29", "4 × 10⁻⁷", "5.1 × 10⁻⁵"]
    assert NUMBERS["schedulers_linear_beyond"] == "−0.00143"


def test_one_cycle_divides_by_zero_where_a_climb_has_no_length():
    with pytest.raises(ZeroDivisionError):
        lr_scheduler.OneCycleLR(optimizer(momentum=0.9), 0.1, total_steps=10, pct_start=0.1)


def test_a_restart_is_lost_where_the_epoch_is_told_and_not_where_calls_are_counted():
    def restarting():
        return lr_scheduler.CosineAnnealingWarmRestarts(optimizer(lr=1.0), 1, T_mult=3)

    told, lost = restarting(), []
    for epoch in (1, 4, 13, 40, 121, 364):
        told.step(epoch)
        if told.optimizer.param_groups[0]["lr"] < 0.5:
            lost.append(epoch)
    assert lost == [121]
    assert NUMBERS["schedulers_missed_restart"] == "121"
    assert rates(restarting(), 122)[121] == 1


def test_restarts_by_the_documented_form_are_one_mini_batch_late():
    late, exact = [], []
    for shift, row in ((0, late), (1, exact)):
        one = optimizer(lr=0.1)
        scheduler = lr_scheduler.CosineAnnealingWarmRestarts(one, 2)
        for epoch in range(4):
            for i in range(10):
                row.append(one.param_groups[0]["lr"])
                one.step()
                scheduler.step(epoch + (i + shift) / 10)
    assert (int(np.argmax(np.diff(late))) + 1, int(np.argmax(np.diff(exact))) + 1) == (21, 20)


# ── Trainings ─────────────────────────────────────────────────────────────────────────────────────


def test_a_falling_rate_ends_far_below_both_constant_ones():
    """The excess loss by a learner's own loop on the surface's batches, for a few seeds."""
    toy = problems.linear_regression()
    surface = toy.surface("train")
    left = {}
    for name, lr, cosine in (("large", 0.5, False), ("small", 0.05, False), ("falling", 0.5, True)):
        ends = []
        for seed in range(5):
            params = simulate.starting_point(seed).double().requires_grad_()
            one = SGD([params], lr=lr)
            scheduler = lr_scheduler.CosineAnnealingLR(one, 300) if cosine else None
            for order in simulate.batch_order(seed, len(toy.train), 60):
                for batch in order.split(16):
                    x, y = toy.data(toy.train[batch])
                    one.zero_grad()
                    ((params[0] + params[1] * x - y) ** 2).mean().backward()
                    one.step()
                    if scheduler:
                        scheduler.step()
            ends.append(surface.value(params.detach()).item() - surface.minimum_value)
        left[name] = np.median(ends)
    assert left["falling"] < 1e-6 < 1e-5 < min(left["large"], left["small"])
    assert NUMBERS["schedulers_large_50"] == "0.0004"
    assert NUMBERS["schedulers_small_50"] == "0.0476"
    assert NUMBERS["schedulers_falling_300"] == "4 × 10⁻⁸"


def test_adams_first_step_is_a_whole_rate_and_later_ones_are_small():
    """Torch's Adam on noisy gradients, a thousand parameters at once."""
    torch.manual_seed(1)
    params = torch.zeros(1000, requires_grad=True)
    one = Adam([params], lr=1.0)
    sizes = []
    for _ in range(60):
        before = params.detach().clone()
        params.grad = 0.1 + torch.randn(1000)
        one.step()
        sizes.append((params.detach() - before).abs().median().item())
    assert sizes[0] == pytest.approx(1, abs=1e-5)
    assert sizes[4] == pytest.approx(float(NUMBERS["schedulers_noisy_fifth"]), abs=0.03)
    assert sizes[-1] == pytest.approx(float(NUMBERS["schedulers_noisy_last"]), abs=0.03)


def test_warm_up_costs_adam_steps_on_the_line():
    plain, warmed = (float(NUMBERS[f"schedulers_adam_{name}"]) for name in ("plain", "warmed"))
    assert (plain, warmed) == (0.34, 0.43)


def test_medians_are_those_of_torchs_schedulers():
    """As tests/test_simulate.py finds them with torch's schedulers; the facts have other seeds."""
    wanted = {
        "momentum_none": 0.1129,
        "momentum_step": 0.0811,
        "momentum_cyclic": 0.0394,
        "momentum_rate_only": 0.0808,
        "nesterov_none": 0.0335,
        "nesterov_step": 0.0639,
        "nesterov_cyclic": 0.0443,
    }
    for name, median in wanted.items():
        assert abs(COMPUTED[f"schedulers_{name}"].value - median) < 5e-5, name


def test_a_lower_momentum_beats_all_schedules_of_the_comparison():
    found = {name: float(NUMBERS[f"schedulers_{name}"]) for name in NAMES}
    for look in ("momentum", "nesterov"):
        others = [value for name, value in found.items() if name.startswith(look)]
        assert found[f"{look}_lower"] == min(others)
    six = [
        found[f"{look}_{name}"]
        for look in ("momentum", "nesterov")
        for name in ("none", "step", "cyclic")
    ]
    assert found["nesterov_none"] == min(six)


NAMES = [
    f"{look}_{name}"
    for look in ("momentum", "nesterov")
    for name in ("none", "step", "cyclic", "rate_only", "momentum_only", "lower")
]


def test_twice_the_steps_without_a_scheduler():
    toy = problems.linear_regression()
    runs = simulate.on_regression(
        toy, optimizers.sgd, range(100, 150), 20, lr=0.1, momentum=0.9, dtype=torch.float64
    )
    far = (runs.paths[:, -1] - toy.surface().minimum).norm(dim=-1).median().item()
    assert far == pytest.approx(float(NUMBERS["schedulers_momentum_doubled"]), abs=0.005)
    assert NUMBERS["schedulers_optima_apart"] == "0.012"


def test_no_warning_where_the_order_is_right():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rates(lr_scheduler.StepLR(optimizer(), 2), 5)
