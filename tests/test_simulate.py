"""Simulations against a usual training loop with `torch.optim` and a DataLoader."""

import functools

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CyclicLR
from torch.utils.data import DataLoader, TensorDataset, random_split

from helpers import _validate, problems, schedules, simulate
from helpers.optimizers import adafactor, adam, adamw, muon, nadam, rmsprop, schedule_free_sgd, sgd
from tests.errors import message_of

TOY = problems.linear_regression()
BOWL = problems.quadratic(condition=10)
FIELDS = ("paths", "gradients", "losses", "learning_rates")


def trained(make, seed=42, epochs=10, batch_size=16, dtype=torch.float32, scheduler=None):
    """Train the toy as chapter 6 of Godoy does, and return what `Runs` holds for it."""
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
    record = {name: [] for name in (*FIELDS, "train_losses", "validation_losses")}

    def point(of):
        return [of(model.bias)[0].item(), of(model.weight)[0, 0].item()]

    torch.manual_seed(seed)
    record["paths"].append(point(lambda parameter: parameter))
    for _ in range(epochs):
        losses = []
        for x, y in train_loader:
            loss = loss_function(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            record["gradients"].append(point(lambda parameter: parameter.grad))
            record["learning_rates"].append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if schedule:
                schedule.step()
            losses.append(loss.item())
            record["paths"].append(point(lambda parameter: parameter))
        record["losses"] += losses
        record["train_losses"].append(np.mean(losses))
        with torch.no_grad():
            losses = [loss_function(model(x), y).item() for x, y in validation_loader]
        record["validation_losses"].append(np.mean(losses))
    return {name: torch.tensor(values, dtype=dtype) for name, values in record.items()}


def assert_equal(runs, expected, rtol=1e-12, atol=1e-13):
    for name, values in expected.items():
        torch.testing.assert_close(getattr(runs, name)[0], values, rtol=rtol, atol=atol, msg=name)


RULES = {
    "sgd": (sgd, torch.optim.SGD, {"lr": 0.1}),
    "momentum": (sgd, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "nesterov": (sgd, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "adam": (adam, torch.optim.Adam, {"lr": 0.1}),
    "rmsprop": (rmsprop, torch.optim.RMSprop, {"lr": 0.01}),
    "adamw": (adamw, torch.optim.AdamW, {"lr": 0.1}),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(("seed", "batch_size"), [(42, 16), (0, 32), (2**64 - 1, 80)])
@pytest.mark.parametrize(
    ("dtype", "rtol", "atol"), [(torch.float64, 1e-12, 1e-13), (torch.float32, 1e-5, 2e-6)]
)
def test_a_seed_gives_the_training_of_a_usual_loop(name, seed, batch_size, dtype, rtol, atol):
    rule, kind, hyper = RULES[name]
    expected = trained(lambda p: kind(p, **hyper), seed, 4, batch_size, dtype)
    runs = simulate.on_regression(TOY, rule, seed, 4, batch_size=batch_size, dtype=dtype, **hyper)
    assert_equal(runs, expected, rtol, atol)
    assert runs.paths.dtype == runs.learning_rates.dtype == runs.validation_losses.dtype == dtype


def test_by_default_the_toy_is_trained_as_in_the_book():
    runs = simulate.on_regression(TOY, adam, lr=0.1)
    assert_equal(runs, trained(lambda p: torch.optim.Adam(p, lr=0.1)), 1e-5, 2e-6)
    assert runs.labels == ({"seed": 42, "lr": 0.1},)
    assert runs.paths.dtype == torch.float32


def cyclic(optimizer):
    return CyclicLR(optimizer, 0.025, 0.1, step_size_up=10, mode="triangular2")


def test_a_schedule_gives_the_training_with_a_scheduler():
    hyper, double = {"lr": 0.1, "momentum": 0.9}, torch.float64
    scheduler = cyclic(torch.optim.SGD([nn.Parameter(torch.ones(1))], **hyper))
    rows = {of: schedules.trace(scheduler, 50, of=of) for of in hyper}
    expected = trained(lambda p: torch.optim.SGD(p, **hyper), dtype=double, scheduler=cyclic)
    assert_equal(simulate.on_regression(TOY, sgd, schedule=rows, dtype=double, **hyper), expected)
    # With Adam the scheduler changes β₁.
    expected = trained(lambda p: torch.optim.Adam(p, lr=0.1), dtype=double, scheduler=cyclic)
    betas = (torch.tensor(rows["momentum"]), 0.999)
    schedule = {"lr": pd.Series(rows["lr"]), "betas": betas}
    assert_equal(simulate.on_regression(TOY, adam, schedule=schedule, dtype=double), expected)


# Many runs


def test_runs_on_the_toy_equal_the_runs_one_by_one():
    hyper = {"lr": (0.01, 0.1, 0.2), "momentum": [0.5, 0.9]}
    options = {"epochs": 3, "dtype": torch.float64}
    runs = simulate.on_regression(TOY, sgd, torch.tensor([3, 1]), **options, **hyper)
    expected = [(s, lr, m) for s in (3, 1) for lr in (0.01, 0.1, 0.2) for m in (0.5, 0.9)]
    assert [tuple(label.values()) for label in runs.labels] == expected
    assert len(runs) == 12
    for i, label in enumerate(runs.labels):
        setting = {"lr": label["lr"], "momentum": label["momentum"]}
        alone = simulate.on_regression(TOY, sgd, label["seed"], **options, **setting)
        assert alone.labels == (label,)
        for name in (*FIELDS, "train_losses", "validation_losses"):
            row, expected = getattr(runs, name)[i], getattr(alone, name)[0]
            torch.testing.assert_close(row, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("rule", "hyper"),
    [
        (sgd, {"lr": [0.01, 0.1], "momentum": pd.Series([0.0, 0.9])}),
        (adam, {"lr": range(2), "betas": [(0.9, 0.999), (0.0, 0.9)]}),
        (nadam, {"lr": torch.tensor([0.01, 0.1]), "momentum_decay": np.array([0.0, 0.01])}),
    ],
    ids=["sgd", "adam", "nadam"],
)
def test_runs_on_a_problem_equal_the_runs_one_by_one(rule, hyper):
    runs = simulate.on_problem(BOWL, rule, [(1.0, 1.0), (-2.0, 0.5)], 40, **hyper)
    assert [label["start"] for label in runs.labels] == [(1.0, 1.0)] * 4 + [(-2.0, 0.5)] * 4
    for i, label in enumerate(runs.labels):
        optimizer = rule(**{name: label[name] for name in hyper})
        params = torch.tensor(label["start"], dtype=torch.float64)
        state = optimizer.init(params)
        for t in range(40):
            gradient, loss = BOWL.gradient(params), BOWL.value(params)
            torch.testing.assert_close(runs.paths[i, t], params, rtol=1e-12, atol=1e-14)
            torch.testing.assert_close(runs.gradients[i, t], gradient, rtol=1e-12, atol=1e-13)
            torch.testing.assert_close(runs.losses[i, t], loss, rtol=1e-11, atol=1e-14)
            params, state = optimizer.update(params, gradient, state)
        torch.testing.assert_close(runs.paths[i, 40], params, rtol=1e-12, atol=1e-14)
        assert runs.learning_rates[i].tolist() == [label["lr"]] * 40


def test_fields_of_runs():
    runs = simulate.on_problem(BOWL, adam, pd.Series([1, 1]), 7, betas=[(0.9, 0.99), [0, 0]])
    assert (runs.paths.shape, runs.gradients.shape) == ((2, 8, 2), (2, 7, 2))
    assert runs.losses.shape == runs.learning_rates.shape == (2, 7)
    assert (runs.learning_rates == 1e-3).all()  # the default of the rule
    assert runs.diverged.shape == runs.diverged_at.shape == (2,)
    assert runs.train_losses is runs.validation_losses is None
    assert runs.paths.dtype == torch.float64
    label = simulate.on_problem(BOWL, adam, (1, 1), 1, betas=(0.9, 0.99)).labels
    assert label == ({"start": (1.0, 1.0), "betas": (0.9, 0.99)},)
    runs = simulate.on_regression(TOY, adam, [1, 2], 3, batch_size=30)
    assert runs.paths.shape == (2, 10, 2)
    assert runs.train_losses.shape == runs.validation_losses.shape == (2, 3)


def test_results_carry_no_graph():
    start = torch.ones(2, requires_grad=True)
    cosine = problems.Problem(
        "cosine",
        lambda p: p.cos().sum(-1),
        lambda p: torch.autograd.grad(p.requires_grad_().cos().sum(), p, create_graph=True)[0],
        None,
        None,
    )
    rates = torch.tensor([0.1, 0.2], requires_grad=True)
    for problem in (BOWL, cosine):
        runs = simulate.on_problem(problem, sgd, start, 2, schedule={"lr": rates})
        assert not any(getattr(runs, name).requires_grad for name in FIELDS)
    assert start.tolist() == [1, 1]


def test_the_random_state_of_the_caller_does_not_change():
    before = torch.get_rng_state()
    simulate.on_regression(TOY, adam, range(3), 2)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_default_device_of_the_caller_does_not_matter():
    def results():
        line = problems.linear_regression(50)
        yield from (line.train, *problems.grid(BOWL, (0, 1), (0, 1), 5), problems.beale().minimum)
        for seeds in ([3, 4], 3):
            runs = simulate.on_regression(TOY, sgd, seeds, 2, schedule={"lr": [0.1] * 10})
            yield from (runs.paths, runs.learning_rates, runs.validation_losses)
        for rule in (sgd, adam, nadam, rmsprop, schedule_free_sgd):
            yield simulate.on_problem(BOWL, rule, (1, 1), 4, lr=[0.1, 0.2]).paths

    before = [*results()]
    with torch.device("meta"):
        after = [*results()]
    for one, other in zip(before, after, strict=True):
        assert torch.equal(one, other)


def test_a_given_start_is_that_of_every_seed():
    options = {"epochs": 2, "batch_size": 20, "lr": [0.1, 0.2]}
    both = simulate.on_regression(TOY, sgd, [4, 5], start=[1, 2], **options)
    assert both.paths[:, 0].tolist() == [[1, 2]] * 4
    for index, seed in ((0, 4), (2, 5)):
        alone = simulate.on_regression(TOY, sgd, seed, start=torch.tensor([1.0, 2.0]), **options)
        torch.testing.assert_close(both.paths[index : index + 2], alone.paths, rtol=0, atol=0)
    assert not torch.equal(both.paths[0], both.paths[2])  # another order of the data
    with pytest.raises(ValueError, match=r"^start must have shape \(2,\), got \(1, 2\)$"):
        toy(start=[[1, 2]])


# Divergence


def test_a_run_that_diverges_is_marked_and_then_nan():
    runs = simulate.on_problem(BOWL, sgd, (1, 1), 100, lr=[0.1, 0.3, 0.15], threshold=1e3)
    assert runs.diverged.tolist() == [False, True, False]
    # y is multiplied by 1 − 0.3 · 10 = −2 in each step; 2¹⁰ is the first above 1,000.
    assert runs.diverged_at.tolist() == [-1, 10, -1]
    assert runs.paths[1, 10, 1] == 1024
    assert runs.paths[1, :11].isfinite().all()
    assert runs.paths[1, 11:].isnan().all()
    for values in (runs.gradients[1], runs.losses[1]):
        assert values[:10].isfinite().all()
        assert values[10:].isnan().all()
    # A parameter may be as large as the threshold.
    runs = simulate.on_problem(BOWL, sgd, (1, 1), 11, lr=0.3, threshold=1024)
    assert runs.diverged_at.tolist() == [11]
    assert runs.paths[0, 11, 1] == -2048
    assert simulate.on_problem(BOWL, sgd, (1e6, 1), 1, lr=0).diverged.tolist() == [False]


def test_a_run_that_diverges_does_not_affect_the_others():
    rates = [0.01, 1e200, 0.1, 3.0, 0.15]
    for rule, hyper in ((sgd, {"momentum": 0.9}), (adam, {})):
        together = simulate.on_problem(BOWL, rule, (1, 1), 50, lr=rates, threshold=100, **hyper)
        assert together.diverged[1]
        for run in (0, 4):
            alone = simulate.on_problem(
                BOWL, rule, (1, 1), 50, lr=rates[run], threshold=100, **hyper
            )
            path = together.paths[run]
            torch.testing.assert_close(path, alone.paths[0], rtol=1e-12, atol=1e-14)


def test_a_run_that_overflows_is_marked():
    runs = simulate.on_regression(TOY, sgd, [0, 1], 10, lr=[0.1, 1e30])
    assert runs.diverged.tolist() == [False, True, False, True]
    assert runs.diverged_at.tolist() == [-1, 1, -1, 1]
    assert runs.validation_losses[0].isfinite().all()
    assert runs.validation_losses[1].isnan().all()


# Errors


def bowl(**changes):
    return simulate.on_problem(
        **{"problem": BOWL, "rule": sgd, "start": (1, 1), "steps": 5, "lr": 0.1} | changes
    )


def toy(**changes):
    return simulate.on_regression(**{"toy": TOY, "rule": sgd, "lr": 0.1} | changes)


def order(**changes):
    return simulate.batch_order(**{"seed": 0, "samples": 1, "epochs": 1} | changes)


COUNT, FLOAT = "a whole number of at least 1", "a float type such as torch.float64"
MATRICES = "for numbers, not for matrices, whose rows would be runs"
RULE = "a function of helpers.optimizers, such as optimizers.sgd"


@pytest.mark.parametrize(
    ("call", "argument", "value", "kind", "expected"),
    [
        (bowl, "problem", "bowl", TypeError, "one of helpers.problems"),
        (bowl, "rule", None, TypeError, RULE),
        (bowl, "rule", torch.optim.SGD, TypeError, RULE),
        (bowl, "rule", lambda lr: None, TypeError, RULE),
        (bowl, "rule", len, TypeError, RULE),
        (bowl, "rule", lambda: None, TypeError, RULE),
        (bowl, "steps", 0, ValueError, COUNT),
        (bowl, "steps", 10**30, ValueError, "at most 10000000"),
        (bowl, "threshold", 0, ValueError, "a number in (0, inf)"),
        (bowl, "dtype", "float32", TypeError, FLOAT),
        (bowl, "dtype", torch.int64, TypeError, FLOAT),
        (bowl, "schedule", [0.1], TypeError, "a dict of arrays"),
        (toy, "rule", adafactor, ValueError, MATRICES),
        (bowl, "rule", functools.partial(muon, lr=0.1), ValueError, MATRICES),
        (toy, "toy", None, TypeError, "a LinearRegression"),
        (toy, "epochs", 0, ValueError, COUNT),
        (toy, "epochs", 10**30, ValueError, "at most 10000000"),
        (toy, "batch_size", 0, ValueError, COUNT),
        (toy, "dtype", "float32", TypeError, FLOAT),
        (order, "seed", -1, ValueError, "a whole number of at least 0"),
        (order, "seed", 2**64, ValueError, f"at most {2**64 - 1}"),
        (order, "samples", 0, ValueError, COUNT),
        (order, "samples", 10**8, ValueError, "at most 10000000"),
        (order, "epochs", 0, ValueError, COUNT),
        (order, "epochs", 10**8, ValueError, "at most 10000000"),
    ],
)
def test_arguments_out_of_range_are_named(call, argument, value, kind, expected):
    message = message_of(kind, call, **{argument: value})
    assert message == f"{argument} must be {expected}, got {_validate.shown(value)}"


SIZE = "start must be finite and at most"
NEGATIVE = torch.tensor([0.1, -0.1], dtype=torch.float64)


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        (ValueError, {"start": (1, 2, 3)}, "start must have shape (2,) or (starts, 2), got (3,)"),
        (ValueError, {"start": np.ones((0, 2))},
         "start must have shape (2,) or (starts, 2), got (0, 2)"),
        (ValueError, {"start": 1}, "start must have shape (2,) or (starts, 2), got ()"),
        (ValueError, {"start": np.ones((1, 1, 2))},
         "start must have shape (2,) or (starts, 2), got (1, 1, 2)"),
        (TypeError, {"start": "ab"}, "start must hold real numbers, got 'ab'"),
        (ValueError, {"start": (torch.nan, 1)}, f"{SIZE} 1000000.0 in size, got [[nan, 1.0]]"),
        (ValueError, {"start": (9, 1), "threshold": 5}, f"{SIZE} 5.0 in size, got [[9.0, 1.0]]"),
        (ValueError, {"lr": []}, "lr must have at least one value, got none"),
        (ValueError, {"lr": np.ones((2, 2))}, "lr must have one axis, got shape (2, 2)"),
        (TypeError, {"lr": [0.1, "big"]},
         "lr must be a number if it differs between runs, got 'big'"),
        (TypeError, {"lr": [0.1, True]},
         "lr must be a number if it differs between runs, got True"),
        (ValueError, {"lr": NEGATIVE}, "lr must hold numbers in [0, inf), got -0.1 among them"),
        (TypeError, {"rule": adam, "betas": [0.9, 1]}, "betas must be a list of pairs, got 0.9"),
        (TypeError, {"rule": adam, "betas": [(0.9,), (0, 0)]},
         "betas must be a list of pairs, got (0.9,)"),
        (TypeError, {"rule": adam, "betas": [(0.9, "x"), (0, 0)]},
         "betas[1] must be a number if it differs between runs, got 'x'"),
        (TypeError, {"colour": 0.9}, "sgd() got an unexpected keyword argument 'colour'"),
        (ValueError, {"schedule": {"lr": [0.1]}}, "schedule['lr'] must have shape (5,), got (1,)"),
        (ValueError, {"schedule": {"lr": [-0.1] * 5}}, "lr must be a number in [0, inf), got -0.1"),
        (TypeError, {"schedule": {"rate": [0.1] * 5}},
         "rate is not one of the hyper-parameters: lr, momentum, dampening, weight_decay"),
        (ValueError, {"lr": [0.1, 0.2], "schedule": {"lr": [0.1] * 5}},
         "lr must have one value if it has a schedule, got several"),
        (TypeError, {"rule": adam, "schedule": {"betas": (0.9,)}},
         "schedule['betas'] must be a pair, got (0.9,)"),
        (ValueError, {"rule": adam, "schedule": {"betas": (0.9, [0.9])}},
         "schedule['betas[1]'] must have shape (5,), got (1,)"),
        (ValueError, {"seeds": []}, "seeds must hold at least one seed, got none"),
        (ValueError, {"seeds": -1}, "seeds must be a whole number of at least 0, got -1"),
        (ValueError, {"seeds": [0, 2**64]}, f"seeds must be at most {2**64 - 1}, got {2**64}"),
        (TypeError, {"seeds": 1.5}, "seeds must be a whole number of at least 0, got 1.5"),
        (TypeError, {"seeds": "12"}, "seeds must be a whole number of at least 0, got '12'"),
        (TypeError, {"schedule": {1: [0.1] * 5}}, "schedule must have names, got 1 among them"),
        (ValueError, {"problem": problems.Problem("p", torch.sum, torch.sin, None, None)},
         "problem.value(points) must have shape (1,), got ()"),
        (TypeError, {"problem": problems.Problem("p", lambda p: p[:, 0], len, None, None)},
         "problem.gradient(points) must be a tensor of floats, got 1"),
    ],
)  # fmt: skip
def test_errors_say_what_was_expected_and_what_came(kind, changes, message):
    assert message_of(kind, toy if "seeds" in changes else bowl, **changes) == message
