"""The range test: what it measures, and that nothing is left of it."""

import copy
import math
import random
import statistics

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler as torch_schedulers
from torch.utils.data import DataLoader, TensorDataset

from helpers import averages, language, problems, training
from tests.training_cases import CROSS_ENTROPY, DATA, network, small

OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "fused Adam": lambda p: torch.optim.Adam(p, lr=0.01, fused=True),
}


def learners_climb(model, loss_function, optimizer, data, rates, batch_size, seed=0):
    """Losses of a learner's own loop with a rate for each step."""
    x, y = data
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    losses, batches = [], iter(())
    for rate in rates:
        indices = next(batches, None)
        if indices is None:
            batches = iter(torch.randperm(len(x), generator=order).split(batch_size))
            indices = next(batches)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = loss_function(model(x[indices]), y[indices])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("kind", ["stack", "custom", "normed"])
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("scale", ["exponential", "linear"])
def test_losses_are_those_of_a_learners_loop(kind, name, scale):
    data, make = small(50), OPTIMIZERS[name]
    model = network(kind)
    test = training.range_test(
        model, CROSS_ENTROPY, make(model.parameters()), data, start=1e-3, end=0.5, steps=40,
        scale=scale, batch_size=12, alpha=0.2, stop_above=1e6, seed=4,
    )  # fmt: skip
    spaced = torch.logspace if scale == "exponential" else torch.linspace
    ends = (math.log10(1e-3), math.log10(0.5)) if scale == "exponential" else (1e-3, 0.5)
    rates = spaced(*ends, 40, dtype=torch.float64)
    torch.testing.assert_close(test.learning_rates, rates)
    learner = network(kind)
    optimizer = make(learner.parameters())
    rates = test.learning_rates.tolist()
    assert test.losses.tolist() == learners_climb(
        learner, CROSS_ENTROPY, optimizer, data, rates, 12, seed=4
    )
    assert torch.equal(test.smoothed, averages.bias_corrected_ewma(test.losses, 0.2))
    assert not test.diverged


def test_the_second_rate_is_the_first_times_the_factor():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    test = training.range_test(
        model, CROSS_ENTROPY, optimizer, small(), start=1e-4, end=1e-1, steps=4
    )
    assert test.learning_rates.tolist() == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1])
    test = training.range_test(
        model, CROSS_ENTROPY, optimizer, small(), start=1, end=4, steps=4, scale="linear"
    )
    assert test.learning_rates.tolist() == [1, 2, 3, 4]


# Nothing is left


def everything(model, optimizer, scheduler, loader):
    """All there is to see of a training, deep enough to compare."""
    generators = [loader.generator] if loader.generator else []
    return {
        "parameters": [(p.data_ptr(), p.detach().clone()) for p in model.parameters()],
        "buffers": [(b.data_ptr(), b.clone()) for b in model.buffers()],
        "gradients": [
            None if p.grad is None else (p.grad.data_ptr(), p.grad.clone())
            for p in model.parameters()
        ],
        "requires": [p.requires_grad for p in model.parameters()],
        "modes": [part.training for part in model.modules()],
        "attributes": [sorted(vars(part)) for part in model.modules()],
        "count": getattr(model, "count", None),
        "optimizer": copy.deepcopy(optimizer.state_dict()),
        "state": [
            (id(p), name, v.data_ptr() if isinstance(v, torch.Tensor) else v)
            for p, state in optimizer.state.items()
            for name, v in state.items()
        ],
        "groups": [id(group) for group in optimizer.param_groups],
        "own": sorted(vars(optimizer)),
        "called": vars(optimizer).get("_opt_called"),
        "scheduler": copy.deepcopy(
            {k: v for k, v in scheduler.state_dict().items() if not callable(v)}
        ),
        "torch": torch.get_rng_state(),
        "numpy": np.random.get_state()[1].copy(),  # noqa: NPY002
        "python": random.getstate(),
        "generators": [generator.get_state() for generator in generators],
    }


def assert_equal(one, other, path=""):
    assert type(one) is type(other), path
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), path
    elif isinstance(one, np.ndarray):
        assert np.array_equal(one, other), path
    elif isinstance(one, dict):
        assert list(one) == list(other), path
        for key in one:
            assert_equal(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), path
        for i, (a, b) in enumerate(zip(one, other, strict=True)):
            assert_equal(a, b, f"{path}[{i}]")
    else:
        assert one == other, path


class Counting(nn.Module):
    """A network that counts its passes, keeps an average, and draws from every generator."""

    def __init__(self):
        super().__init__()
        self.inner = network("normed")
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("twice", torch.zeros(3), persistent=False)
        self.twice = self.mean
        self.count = 0

    def forward(self, x):  # noqa: D102
        self.count += 1
        np.random.rand(), random.random()  # noqa: NPY002
        outputs = self.inner(x)
        self.mean = 0.9 * self.mean + 0.1 * outputs.detach().mean(0)
        return outputs


@pytest.mark.parametrize("mode", [True, False])
@pytest.mark.parametrize("before", ["fresh", "trained"])
@pytest.mark.parametrize("kind", ["stack", "custom", "normed", "counting"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_all_is_as_it_was(name, kind, before, mode):
    x, y = small(40)
    loader = DataLoader(
        TensorDataset(x, y), batch_size=8, shuffle=True, generator=torch.Generator().manual_seed(9)
    )
    model = (Counting() if kind == "counting" else network(kind)).train(mode)
    optimizer = OPTIMIZERS[name](model.parameters())
    cycle = {"cycle_momentum": name == "momentum"}
    scheduler = torch_schedulers.CyclicLR(optimizer, 0.001, 0.1, 4, **cycle)
    if before == "trained":
        training.fit(
            model, CROSS_ENTROPY, optimizer, (x, y), epochs=2, batch_size=8, scheduler=scheduler
        )
    random.seed(3), np.random.seed(3)  # noqa: NPY002
    for data in (loader, (x, y)):
        first = everything(model, optimizer, scheduler, loader)
        test = training.range_test(
            model, CROSS_ENTROPY, optimizer, data, start=1e-3, end=10.0, steps=30
        )
        assert_equal(first, everything(model, optimizer, scheduler, loader))
        again = training.range_test(
            model, CROSS_ENTROPY, optimizer, data, start=1e-3, end=10.0, steps=30
        )
        assert torch.equal(test.losses, again.losses)
        assert test.losses[-1] != test.losses[0]


def test_training_afterwards_is_as_if_there_had_been_none():
    ends = []
    for tested in (False, True):
        model = network("normed")
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
        scheduler = torch_schedulers.OneCycleLR(optimizer, 0.1, total_steps=16)
        torch.manual_seed(8)
        if tested:
            training.range_test(model, CROSS_ENTROPY, optimizer, small(64), steps=30)
        history = training.fit(
            model, CROSS_ENTROPY, optimizer, small(64), epochs=8, scheduler=scheduler
        )
        ends.append((model.state_dict(), history.losses, history.learning_rates, torch.rand(3)))
    assert_equal(*ends)


def test_all_is_as_it_was_after_an_error_too():
    x, y = small(40)
    y[39] = 3
    model = network("normed").eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch_schedulers.StepLR(optimizer, 1)
    loader = DataLoader(TensorDataset(x, y), batch_size=8)
    first = everything(model, optimizer, scheduler, loader)
    with pytest.raises(ValueError, match="train must have labels from 0 to 2"):
        training.range_test(model, CROSS_ENTROPY, optimizer, loader)
    assert_equal(first, everything(model, optimizer, scheduler, loader))


def test_a_loss_that_knows_the_model_knows_the_one_in_the_test():
    model = network("custom")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def penalized(outputs, y):
        return CROSS_ENTROPY(outputs, y) + 100 * model.out.weight.square().sum()

    test = training.range_test(
        model, penalized, optimizer, small(), start=1e-3, end=2e-3, steps=30, batch_size=100
    )
    assert test.losses[-1] < 0.1 * test.losses[0]
    assert all(parameter.grad is None for parameter in model.parameters())


# Divergence and the suggestion


def test_it_stops_where_the_loss_grows():
    model = nn.Linear(6, 1)
    x, _ = small(50)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    test = training.range_test(
        model, nn.MSELoss(), optimizer, (x, 3 * x[:, :1]), start=1e-4, end=1e4, steps=200, alpha=0.3
    )
    assert test.diverged
    assert len(test.losses) < 200
    assert test.losses.isfinite().all()
    lowest = torch.cummin(test.smoothed, 0).values
    above = test.smoothed > 4 * lowest
    assert above.tolist() == [False] * (len(above) - 1) + [True]


def test_infinite_losses_are_left_out():
    model = nn.Linear(6, 1)
    x, _ = small(50)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    test = training.range_test(
        model, nn.MSELoss(), optimizer, (x, x[:, :1]), start=1e5, end=1e9, stop_above=1e300
    )
    assert test.diverged
    assert test.losses.isfinite().all()
    assert 1 < len(test.losses) < 20


@pytest.mark.parametrize("scale", ["exponential", "linear"])
def test_suggestion_is_a_third_of_the_rate_that_made_the_loss_lowest(scale):
    """Where the loss itself is lowest: with α = 1 nothing is late but for the update itself."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    test = training.range_test(
        model, CROSS_ENTROPY, optimizer, small(), start=0.01, end=100.0, scale=scale, alpha=1.0,
        batch_size=100,
    )  # fmt: skip
    before = test.learning_rates[test.losses.argmin() - 1]
    assert test.suggested == pytest.approx(before.item() / 3)


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.2])
def test_suggestion_does_not_depend_on_the_smoothing(alpha):
    """The average is late, and the suggestion knows by how much."""
    model = nn.Linear(6, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    options = {"start": 1e-3, "end": 100.0, "steps": 400, "batch_size": 100, "stop_above": 100.0}
    suggested = [
        training.range_test(model, CROSS_ENTROPY, optimizer, small(), alpha=a, **options).suggested
        for a in (1.0, alpha)
    ]
    assert suggested[1] == pytest.approx(suggested[0], rel=0.5)


def test_no_suggestion_where_the_loss_never_falls():
    model = nn.Linear(6, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, maximize=True)
    x, _ = small(50)
    test = training.range_test(
        model, nn.MSELoss(), optimizer, (x, x[:, :1]), batch_size=50, start=0.01
    )
    assert math.isnan(test.suggested)


@pytest.mark.parametrize("options", [{}, {"start": 1e-6, "steps": 300, "alpha": 0.05}], ids=str)
@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("kind", ["SGD", "momentum", "fused Adam"])
def test_suggested_rates_train_nearly_as_well_as_the_best(kind, name, options):
    """Against a grid by factors of 3, over five seeds."""
    x, y = DATA[name]()

    def accuracy(rate, seed):
        model = network("stack", inputs=x[0].numel(), outputs=10, width=32, seed=seed)
        optimizer = OPTIMIZERS[kind](model.parameters())
        for group in optimizer.param_groups:
            group["lr"] = rate
        training.fit(model, CROSS_ENTROPY, optimizer, (x, y), epochs=4, on_divergence="stop")
        return training.evaluate(model, CROSS_ENTROPY, (x, y)).accuracy

    def suggested(seed):
        model = network("stack", inputs=x[0].numel(), outputs=10, width=32, seed=seed)
        optimizer = OPTIMIZERS[kind](model.parameters())
        data = (x, y)
        test = training.range_test(
            model, CROSS_ENTROPY, optimizer, data, seed=seed, **{"end": 10.0, **options}
        )
        return test.suggested

    seeds = range(5)
    grid = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
    best = max(statistics.median(accuracy(rate, seed) for seed in seeds) for rate in grid)
    ours = statistics.median(accuracy(suggested(seed), seed) for seed in seeds)
    assert ours > best - 0.06


def test_the_toys_rate():
    toy = problems.linear_regression()
    x, y = (part[:, None].float() for part in toy.data("train"))
    torch.manual_seed(42)
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    test = training.range_test(
        model, nn.MSELoss(), optimizer, (x, y), start=1e-3, end=10.0, batch_size=16
    )
    assert test.diverged
    assert 0.03 < test.suggested < 0.3


# Faults


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"start": 0}, ValueError, "start must be a number in"),
        ({"start": 1.0, "end": 0.1}, ValueError, r"end must be a number in \(1.0, inf\), got 0.1"),
        ({"steps": 1}, ValueError, "steps must be a whole number of at least 2, got 1"),
        ({"scale": "log"}, ValueError, "scale must be one of 'exponential', 'linear', got 'log'"),
        ({"alpha": 0.0}, ValueError, "alpha must be"),
        ({"stop_above": 1}, ValueError, "stop_above must be"),
        ({"seed": -1}, ValueError, "seed must be"),
        ({"batch_size": 0}, ValueError, "batch_size must be"),
    ],
)
def test_arguments_that_do_not_fit(more, error, words):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(error, match=words):
        training.range_test(model, CROSS_ENTROPY, optimizer, small(), **more)


def test_what_cannot_be_tested():
    model = network()
    lbfgs = torch.optim.LBFGS(model.parameters())
    with pytest.raises(TypeError, match="optimizer must step without a closure, got LBFGS"):
        training.range_test(model, CROSS_ENTROPY, lbfgs, small())
    other = torch.optim.SGD(network().parameters(), lr=0.1)
    with pytest.raises(ValueError, match="optimizer must hold parameters of the model"):
        training.range_test(model, CROSS_ENTROPY, other, small())
    x, y = small()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="the loss must be finite at the start"):
        training.range_test(model, CROSS_ENTROPY, optimizer, (x * math.nan, y))


def test_progress_is_shown_and_wiped(capsys, monkeypatch):
    from helpers.training import progress

    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    monkeypatch.setattr(progress, "_PAUSE", 0.0)
    monkeypatch.setattr(language, "_chosen", "pt")
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    training.range_test(model, CROSS_ENTROPY, optimizer, small(), steps=3, progress=True)
    lines = capsys.readouterr().out.split("\r")
    assert lines[3].startswith("teste de faixa ████████████████████ taxa de aprendizagem")
    assert lines[-2].isspace()
    training.range_test(model, CROSS_ENTROPY, optimizer, small(), steps=3)
    assert capsys.readouterr().out == ""
