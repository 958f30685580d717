"""Simulations against a learner's own loop with `torch.optim` and a DataLoader."""

import statistics

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

from helpers import optimizers, problems, simulate
from helpers.optimizers import adam, adamw, nadam, rmsprop, sgd

TOY = problems.linear_regression()
BOWL = problems.quadratic(condition=10)


def learners_loop(make, seed=42, epochs=10, batch_size=16, dtype=torch.float32, scheduler=None):
    """Train the toy as chapter 6 does, with the global random state; return what it saw."""
    torch.manual_seed(13)
    dataset = TensorDataset(TOY.x[:, None].to(dtype), TOY.y[:, None].to(dtype))
    train, validation = random_split(dataset, [80, 20])
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True)
    validation_loader = DataLoader(validation, batch_size=batch_size)

    torch.manual_seed(seed)
    model = nn.Linear(1, 1).to(dtype)
    optimizer = make(model.parameters())
    schedule = scheduler(optimizer) if scheduler else None
    loss_function = nn.MSELoss()
    saw = {"paths": [], "gradients": [], "learning_rates": [], "losses": []}
    saw |= {"train_losses": [], "validation_losses": []}

    def point(of):
        return [of(model.bias)[0].item(), of(model.weight)[0, 0].item()]

    torch.manual_seed(seed)
    saw["paths"].append(point(lambda parameter: parameter))
    for _ in range(epochs):
        losses = []
        for x, y in train_loader:
            loss = loss_function(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            saw["gradients"].append(point(lambda parameter: parameter.grad))
            saw["learning_rates"].append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if schedule:
                schedule.step()
            losses.append(loss.item())
            saw["paths"].append(point(lambda parameter: parameter))
        saw["losses"] += losses
        saw["train_losses"].append(np.mean(losses))
        with torch.no_grad():
            losses = [loss_function(model(x), y).item() for x, y in validation_loader]
        saw["validation_losses"].append(np.mean(losses))
    return {name: torch.tensor(values, dtype=dtype) for name, values in saw.items()}


FLAVOURS = {
    "SGD": (sgd, torch.optim.SGD, {"lr": 0.1}),
    "momentum": (sgd, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "Nesterov": (sgd, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "Adam": (adam, torch.optim.Adam, {"lr": 0.1}),
    "RMSProp": (rmsprop, torch.optim.RMSprop, {"lr": 0.01}),
    "AdamW": (adamw, torch.optim.AdamW, {"lr": 0.1}),
}


def assert_is_learners(runs, learner, rtol, atol):
    for name, expected in learner.items():
        found = getattr(runs, name)[0]
        torch.testing.assert_close(
            found, expected, rtol=rtol, atol=atol, msg=lambda m, n=name: f"{n}: {m}"
        )


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("seed", [42, 0])
@pytest.mark.parametrize("batch_size", [16, 32, 80])
@pytest.mark.parametrize(
    ("dtype", "rtol", "atol"), [(torch.float64, 1e-12, 1e-13), (torch.float32, 1e-5, 2e-6)]
)
def test_one_seed_is_a_learners_own_loop(flavour, seed, batch_size, dtype, rtol, atol):
    rule, kind, hyper = FLAVOURS[flavour]
    learner = learners_loop(lambda p: kind(p, **hyper), seed, 4, batch_size, dtype)
    runs = simulate.on_regression(TOY, rule, seed, 4, batch_size=batch_size, dtype=dtype, **hyper)
    assert_is_learners(runs, learner, rtol, atol)


def cyclic(optimizer, cycle_momentum=True):
    return torch.optim.lr_scheduler.CyclicLR(
        optimizer, 0.025, 0.1, step_size_up=10, mode="triangular2", cycle_momentum=cycle_momentum
    )


def traced(scheduler, steps=50, **hyper):
    """Hyper-parameters at each step under one of torch's schedulers."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], **hyper)
    schedule = scheduler(optimizer)
    rows = {"lr": [], "momentum": []}
    for _ in range(steps):
        for name, row in rows.items():
            row.append(optimizer.param_groups[0][name])
        optimizer.step()
        schedule.step()
    return rows


def test_a_schedule_is_a_learners_scheduler():
    hyper = {"lr": 0.1, "momentum": 0.9}
    learner = learners_loop(
        lambda p: torch.optim.SGD(p, **hyper), dtype=torch.float64, scheduler=cyclic
    )
    schedule = traced(cyclic, **hyper)
    runs = simulate.on_regression(TOY, sgd, schedule=schedule, dtype=torch.float64, **hyper)
    assert_is_learners(runs, learner, 1e-12, 1e-13)


def test_cycled_betas_are_a_learners():
    def scheduler(optimizer):
        return cyclic(optimizer)  # it cycles β₁ without being asked

    learner = learners_loop(
        lambda p: torch.optim.Adam(p, lr=0.1), dtype=torch.float64, scheduler=scheduler
    )
    rows = traced(cyclic, lr=0.1, momentum=0.9)
    schedule = {"lr": rows["lr"], "betas": (rows["momentum"], 0.999)}
    runs = simulate.on_regression(TOY, adam, schedule=schedule, dtype=torch.float64)
    assert_is_learners(runs, learner, 1e-12, 1e-13)


# The facts that the chapters state


@pytest.mark.parametrize(
    ("flavour", "train", "validation"),
    [
        ("SGD", 0.0243, 0.0278),
        ("Adam", 0.0085, 0.0133),
        ("momentum", 0.0093, 0.0125),
        ("Nesterov", 0.0074, 0.0092),
    ],
)
def test_losses_after_ten_epochs(flavour, train, validation):
    rule, _, hyper = FLAVOURS[flavour]
    runs = simulate.on_regression(TOY, rule, **hyper)
    assert [round(v, 3) for v in runs.paths[0, 0].tolist()] == [0.830, 0.765]
    assert runs.paths.shape == (1, 51, 2)
    assert round(runs.train_losses[0, -1].item(), 4) == train
    assert round(runs.validation_losses[0, -1].item(), 4) == validation


def test_sgds_training_loss_falls_at_every_epoch_and_adams_does_not():
    falls = {
        rule: (simulate.on_regression(TOY, rule, lr=0.1).train_losses.diff() < 0).all().item()
        for rule in (sgd, adam)
    }
    assert falls == {sgd: True, adam: False}


def distances(nesterov=False, scheduler=None, seeds=range(100)) -> np.ndarray:
    """Distance of each seed's last point to the optimum of all 100 points of data."""
    hyper = {"lr": 0.1, "momentum": 0.9, "nesterov": nesterov}
    schedule = traced(scheduler, lr=0.1, momentum=0.9) if scheduler else None
    runs = simulate.on_regression(TOY, sgd, seeds, schedule=schedule, dtype=torch.float64, **hyper)
    return (runs.paths[:, -1] - TOY.surface().minimum).norm(dim=-1).numpy()


def step_down(optimizer):
    return torch.optim.lr_scheduler.StepLR(optimizer, step_size=4 * 5, gamma=0.5)  # 4 epochs


def cyclic_rate_only(optimizer):
    return cyclic(optimizer, cycle_momentum=False)


@pytest.mark.parametrize(
    ("nesterov", "scheduler", "median", "fact"),
    [
        (False, None, 0.1129, 0.116),
        (False, step_down, 0.0811, 0.087),
        (False, cyclic, 0.0394, 0.040),
        (False, cyclic_rate_only, 0.0808, 0.081),
        (True, None, 0.0335, 0.031),
        (True, step_down, 0.0639, 0.067),
        (True, cyclic, 0.0443, 0.046),
    ],
)
def test_median_distance_over_100_seeds(nesterov, scheduler, median, fact):
    found = distances(nesterov, scheduler)
    assert round(statistics.median(found), 4) == median
    # Another 100 seeds, such as those of the fact, have a median of their own: within the spread
    # of the medians of 100 that are drawn again from these.
    draws = np.random.default_rng(0).choice(found, (2000, 100))
    low, high = np.quantile(np.median(draws, axis=1), [0.005, 0.995])
    assert low < fact < high


def test_cycling_the_momentum_is_what_helps():
    assert np.median(distances(False, cyclic)) < 0.6 * np.median(distances(False, cyclic_rate_only))


# Many runs


def test_toy_runs_are_the_same_one_by_one():
    seeds, rates, momenta = [3, 1], [0.01, 0.1, 0.2], [0.5, 0.9]
    runs = simulate.on_regression(
        TOY, sgd, seeds, 3, lr=rates, momentum=momenta, dtype=torch.float64
    )
    assert len(runs) == 12
    for i, label in enumerate(runs.labels):
        alone = simulate.on_regression(
            TOY, sgd, label["seed"], 3, lr=label["lr"], momentum=label["momentum"],
            dtype=torch.float64,
        )  # fmt: skip
        assert alone.labels == (label,)
        for name in ("paths", "gradients", "losses", "learning_rates", "train_losses"):
            torch.testing.assert_close(
                getattr(runs, name)[i], getattr(alone, name)[0], rtol=1e-12, atol=1e-14
            )


@pytest.mark.parametrize(
    ("rule", "hyper"),
    [
        (sgd, {"lr": [0.01, 0.1], "momentum": [0.0, 0.9]}),
        (adam, {"lr": [0.01, 0.1], "betas": [(0.9, 0.999), (0.0, 0.9)]}),
        (nadam, {"lr": torch.tensor([0.01, 0.1]), "momentum_decay": np.array([0.0, 0.01])}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_runs_on_a_surface_are_the_same_one_by_one(rule, hyper):
    starts = [(1.0, 1.0), (-2.0, 0.5)]
    runs = simulate.on_problem(BOWL, rule, starts, 40, **hyper)
    assert len(runs) == 8
    assert [label["start"] for label in runs.labels] == [starts[0]] * 4 + [starts[1]] * 4
    for i, label in enumerate(runs.labels):
        label = dict(label)
        optimizer = rule(**{name: label[name] for name in hyper})
        params = torch.tensor(label["start"], dtype=torch.float64)
        state = optimizer.init(params)
        for t in range(40):
            torch.testing.assert_close(runs.paths[i, t], params, rtol=1e-12, atol=1e-14)
            gradient = BOWL.gradient(params)
            torch.testing.assert_close(runs.gradients[i, t], gradient, rtol=1e-12, atol=1e-13)
            torch.testing.assert_close(
                runs.losses[i, t], BOWL.value(params), rtol=1e-11, atol=1e-14
            )
            params, state = optimizer.update(params, gradient, state)
        assert (runs.learning_rates[i] == label["lr"]).all()


def test_equals_torchs_adam_at_each_learning_rate():
    rates = torch.logspace(-4, 0, 9, dtype=torch.float64)
    runs = simulate.on_problem(problems.rosenbrock(), adam, (-1.5, 1.0), 500, lr=rates)
    for run, lr in enumerate(rates.tolist()):
        params = torch.tensor([-1.5, 1.0], dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Adam([params], lr=lr)
        for _ in range(500):
            optimizer.zero_grad()
            problems.rosenbrock().value(params).backward()
            optimizer.step()
        torch.testing.assert_close(runs.paths[run, -1], params.detach(), rtol=1e-9, atol=1e-9)


def test_shapes_of_runs():
    runs = simulate.on_problem(BOWL, adam, (1, 1), 7, lr=[0.1, 0.2, 0.3])
    assert runs.paths.shape == (3, 8, 2)
    assert runs.gradients.shape == (3, 7, 2)
    assert runs.losses.shape == runs.learning_rates.shape == (3, 7)
    assert runs.diverged.shape == runs.diverged_at.shape == (3,)
    assert runs.train_losses is runs.validation_losses is None
    runs = simulate.on_regression(TOY, adam, [1, 2], 3, lr=0.1)
    assert runs.paths.shape == (2, 16, 2)
    assert runs.train_losses.shape == runs.validation_losses.shape == (2, 3)
    assert {runs.paths.dtype, runs.losses.dtype, runs.learning_rates.dtype} == {torch.float32}


def test_the_last_setting_changes_fastest():
    runs = simulate.on_problem(BOWL, sgd, (1, 1), 1, lr=[0.1, 0.2], momentum=[0.0, 0.9])
    settings = [(label["lr"], label["momentum"]) for label in runs.labels]
    assert settings == [(0.1, 0.0), (0.1, 0.9), (0.2, 0.0), (0.2, 0.9)]


def test_the_learning_rate_is_torchs_default_if_none_is_given():
    assert (simulate.on_problem(BOWL, adam, (1, 1), 2).learning_rates == 1e-3).all()


def test_a_schedule_may_differ_from_run_to_run():
    rates = torch.tensor([[0.1, 0.1, 0.1], [0.1, 0.05, 0.0]], dtype=torch.float64)
    runs = simulate.on_problem(
        BOWL, sgd, [(1, 1), (1, 1)], 3, schedule={"lr": rates, "momentum": [0.0, 0.5, 0.9]}
    )
    assert torch.equal(runs.learning_rates, rates)
    for run in range(2):
        params, optimizer = torch.ones(2, dtype=torch.float64), sgd()
        state = optimizer.init(params)
        for lr, momentum in zip(rates[run].tolist(), [0.0, 0.5, 0.9], strict=True):
            params, state = optimizer.update(
                params, BOWL.gradient(params), state, lr=lr, momentum=momentum
            )
        torch.testing.assert_close(runs.paths[run, -1], params, rtol=1e-12, atol=0)


def test_select():
    runs = simulate.on_regression(TOY, adam, [1, 2], 1, lr=[0.1, 0.2], betas=[(0.9, 0.99), (0, 0)])
    chosen = runs.select(seed=2, betas=(0, 0))
    assert [label["lr"] for label in chosen.labels] == [0.1, 0.2]
    assert torch.equal(chosen.paths, runs.paths[[5, 7]])
    assert torch.equal(chosen.validation_losses, runs.validation_losses[[5, 7]])
    with pytest.raises(KeyError, match=r"no run has \{'lr': 0.3\}"):
        runs.select(lr=0.3)


def test_the_callers_random_state_stays():
    before = torch.get_rng_state()
    simulate.on_regression(TOY, adam, range(3), 2)
    assert torch.equal(torch.get_rng_state(), before)


# Runs that diverge


def test_a_run_that_diverges_is_marked_and_stops():
    runs = simulate.on_problem(BOWL, sgd, (1, 1), 100, lr=[0.1, 0.3, 0.15], threshold=1e3)
    assert runs.diverged.tolist() == [False, True, False]
    at = runs.diverged_at.tolist()
    assert at[0] == at[2] == -1
    # y is multiplied by 1 − 0.3 · 10 = −2 at each step: 2¹⁰ is the first beyond 1,000.
    assert at[1] == 10
    assert runs.paths[1, 10, 1] == 1024
    assert runs.paths[1, :11].isfinite().all()
    assert runs.paths[1, 11:].isnan().all()
    assert runs.gradients[1, 10:].isnan().all()
    assert runs.losses[1, 10:].isnan().all()
    assert runs.losses[1, :10].isfinite().all()


def test_a_run_that_diverges_does_not_touch_the_others():
    rates = [0.01, 1e200, 0.1, 3.0, 0.15]
    for rule, hyper in ((sgd, {"momentum": 0.9}), (adam, {})):
        together = simulate.on_problem(BOWL, rule, (1, 1), 50, lr=rates, threshold=100, **hyper)
        assert together.diverged.tolist()[1]
        for lr in (0.01, 0.15):
            alone = simulate.on_problem(BOWL, rule, (1, 1), 50, lr=lr, threshold=100, **hyper)
            torch.testing.assert_close(
                together.select(lr=lr).paths, alone.paths, rtol=1e-12, atol=1e-14
            )


def test_a_run_that_overflows_is_marked():
    runs = simulate.on_regression(TOY, sgd, [0, 1], 10, lr=[0.1, 1e30])
    assert runs.diverged.tolist() == [False, True, False, True]
    assert runs.diverged_at.tolist() == [-1, 1, -1, 1]
    assert runs.validation_losses[0].isfinite().all()
    assert runs.validation_losses[1].isnan().all()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_other_devices():
    hyper = {"lr": [0.01, 0.1], "schedule": {"betas": (torch.full((50,), 0.8), 0.99)}}
    runs = simulate.on_regression(TOY, adam, [1, 2], device="cuda", **hyper)
    expected = simulate.on_regression(TOY, adam, [1, 2], **hyper)
    assert runs.paths.device.type == "cuda"
    torch.testing.assert_close(runs.paths.cpu(), expected.paths, rtol=1e-5, atol=2e-6)


# Bad input


def on_bowl(**changes):
    arguments = {"problem": BOWL, "rule": sgd, "start": (1, 1), "steps": 5, "lr": 0.1}
    return simulate.on_problem(**(arguments | changes))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: on_bowl(steps=0), ValueError, "steps must be .* at least 1, got 0"),
        (lambda: on_bowl(start=(1, 2, 3)), ValueError, r"start must have shape .* got \(3,\)"),
        (lambda: on_bowl(start=(torch.nan, 1)), ValueError, "start must be finite"),
        (lambda: on_bowl(start=(1e7, 1)), ValueError, "start must be .* at most 1000000.0"),
        (lambda: on_bowl(threshold=0), ValueError, "threshold must be .* got 0"),
        (lambda: on_bowl(lr=[]), ValueError, "lr must have at least one value"),
        (lambda: on_bowl(lr=torch.ones(2, 2)), ValueError, r"lr must have one axis, .* \(2, 2\)"),
        (lambda: on_bowl(lr=[0.1, "big"]), TypeError, "lr must be numbers .* got 'big'"),
        (lambda: on_bowl(lr=[0.1, -0.1]), ValueError, "lr must hold .* got -0.1"),
        (lambda: on_bowl(lr=[0.1, torch.nan]), ValueError, "lr must hold .* got nan"),
        (lambda: on_bowl(nesterov=[True, False], momentum=0.9), TypeError, "nesterov must be"),
        (lambda: on_bowl(momentun=0.9), TypeError, "momentun"),
        (lambda: on_bowl(schedule={"lr": [0.1]}), ValueError, r"schedule\['lr'\] .* \(5,\)"),
        (lambda: on_bowl(schedule={"lr": [-0.1] * 5}), ValueError, "lr must be .* got -0.1"),
        (lambda: on_bowl(schedule={"rate": [0.1] * 5}), TypeError, "rate is none of"),
        (
            lambda: on_bowl(lr=[0.1, 0.2], schedule={"lr": [0.1] * 5}),
            ValueError,
            "lr must have one value where it has a schedule",
        ),
        (
            lambda: on_bowl(rule=adam, schedule={"betas": [0.9] * 5}),
            TypeError,
            r"schedule\['betas'\] must be a tuple of two",
        ),
        (lambda: simulate.on_regression(TOY, sgd, []), ValueError, "seeds must be at least one"),
        (lambda: simulate.on_regression(TOY, sgd, -1), ValueError, "seed must be .* got -1"),
        (lambda: simulate.on_regression(TOY, sgd, 1.5), TypeError, "seed must be .* got 1.5"),
        (lambda: simulate.on_regression(TOY, sgd, 1, 0), ValueError, "epochs must be .* got 0"),
        (
            lambda: simulate.on_regression(TOY, sgd, batch_size=0),
            ValueError,
            "batch_size must be .* got 0",
        ),
    ],
)
def test_bad_input(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_every_rule_runs():
    for name in ("sgd", "adagrad", "rmsprop", "adam", "adamw", "nadam"):
        runs = simulate.on_problem(BOWL, getattr(optimizers, name), (1, 1), 50, lr=[0.05, 0.1])
        assert not runs.diverged.any()
        assert (runs.losses[:, -1] < runs.losses[:, 0]).all()
