"""The range test: what it measures, and that it leaves nothing behind."""

import copy
import math
import random

import numpy as np
import pytest
import schedulefree
import torch
from torch import nn
from torch.optim import lr_scheduler as torch_schedulers
from torch.utils.data import DataLoader, TensorDataset

from helpers import averages, training
from helpers.optimizers import ForTorch, schedule_free_sgd
from tests.training_cases import CROSS_ENTROPY, OPTIMIZERS, network, sgd, small


def plain_climb(model, loss_function, optimizer, data, rates, batch_size, seed=0):
    """Losses of a plain loop with a rate for each step."""
    x, y = data
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    losses, batches = [], []
    for rate in rates:
        if not batches:
            batches = list(torch.randperm(len(x), generator=order).split(batch_size))
        indices = batches.pop(0)
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        loss = loss_function(model(x[indices]), y[indices])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("kind", ["plain", "custom", "normed"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_losses_are_those_of_the_plain_loop(kind, name):
    data, make = small(50), OPTIMIZERS[name]
    model, plain = network(kind), network(kind)
    test = training.range_test(
        model, CROSS_ENTROPY, make(model.parameters()), data, start=1e-3, end=0.5, steps=40,
        batch_size=12, alpha=0.2, stop_above=1e6, seed=4,
    )  # fmt: skip
    rates = torch.logspace(-3, math.log10(0.5), 40, dtype=torch.float64)
    torch.testing.assert_close(test.learning_rates, rates)
    rates, optimizer = test.learning_rates.tolist(), make(plain.parameters())
    assert test.losses.tolist() == plain_climb(plain, CROSS_ENTROPY, optimizer, data, rates, 12, 4)
    assert torch.equal(test.smoothed, averages.bias_corrected_ewma(test.losses, 0.2))
    assert not test.diverged


# Nothing is left behind


class Counting(nn.Module):
    """A network that counts its passes, keeps averages, and draws from every generator."""

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


def snapshot(model, optimizer, scheduler, loader):
    """Return tensors, and all else, that a training could change."""
    parameters, buffers = list(model.parameters()), list(model.buffers())
    gradients = [p.grad for p in parameters if p.grad is not None]
    states = [v for own in optimizer.state.values() for v in own.values()]
    tensors = [*parameters, *buffers, *gradients, *(v for v in states if torch.is_tensor(v))]
    others = {
        "identity": [(id(p), p.data_ptr(), id(p.grad)) for p in parameters],
        "pointers": [tensor.data_ptr() for tensor in tensors],
        "groups": [id(group) for group in optimizer.param_groups],
        "settings": [{**group, "params": len(group["params"])} for group in optimizer.param_groups],
        "attributes": [sorted(vars(one)) for one in [optimizer, *model.modules()]],
        "called": vars(optimizer).get("_opt_called"),
        "modes": [module.training for module in model.modules()],
        "count": getattr(model, "count", None),
        "scheduler": {k: v for k, v in scheduler.state_dict().items() if not callable(v)},
        "python": random.getstate(),
        "numpy": np.random.get_state()[1].tolist(),  # noqa: NPY002
    }
    tensors += [torch.get_rng_state(), loader.generator.get_state()]
    return [tensor.detach().clone() for tensor in tensors], copy.deepcopy(others)


def assert_unchanged(before, *training_objects):
    tensors, others = snapshot(*training_objects)
    assert all(torch.equal(a, b) for a, b in zip(before[0], tensors, strict=True))
    assert before[1] == others


@pytest.mark.parametrize("mode", [True, False])
@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("kind", ["plain", "custom", "normed", "counting"])
@pytest.mark.parametrize("name", ["SGD", "momentum", "fused Adam"])
def test_all_is_as_it_was(name, kind, trained, mode):
    x, y = small(40)
    generator = torch.Generator().manual_seed(9)
    loader = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True, generator=generator)
    model = (Counting() if kind == "counting" else network(kind)).train(mode)
    optimizer = OPTIMIZERS[name](model.parameters())
    cycle = {"cycle_momentum": name == "momentum"}
    scheduler = torch_schedulers.CyclicLR(optimizer, 0.001, 0.1, 4, **cycle)
    if trained:
        training.fit(model, CROSS_ENTROPY, optimizer, (x, y), epochs=2, scheduler=scheduler)
    for data in (loader, (x, y)):
        before = snapshot(model, optimizer, scheduler, loader)
        tests = []
        for _ in range(2):
            options = {"start": 1e-3, "end": 10.0, "steps": 20}
            tests.append(training.range_test(model, CROSS_ENTROPY, optimizer, data, **options))
            assert_unchanged(before, model, optimizer, scheduler, loader)
        assert torch.equal(tests[0].losses, tests[1].losses)
        assert tests[0].losses[-1] != tests[0].losses[0]
    with pytest.raises(ValueError, match="labels"):
        training.range_test(model, CROSS_ENTROPY, optimizer, [(x, y), (x, y + 3)])
    assert_unchanged(before, model, optimizer, scheduler, loader)


@pytest.mark.parametrize(
    "make",
    [
        lambda p: schedulefree.SGDScheduleFree(p, lr=0.1),
        lambda p: ForTorch(p, schedule_free_sgd, lr=0.1),
    ],
)
def test_a_schedule_free_optimizer_is_tested_where_it_trains_and_keeps_its_mode(make):
    x, y = small(40)
    tests = []
    for mode in ("train", "eval"):
        model = network("plain")
        optimizer = make(model.parameters())
        optimizer.train()
        for _ in range(5):
            optimizer.zero_grad()
            CROSS_ENTROPY(model(x), y).backward()
            optimizer.step()
        getattr(optimizer, mode)()
        scheduler = torch_schedulers.StepLR(optimizer, 1)
        loader = DataLoader(TensorDataset(x, y), generator=torch.Generator())
        before = snapshot(model, optimizer, scheduler, loader)
        options = {"start": 0.01, "end": 3.0, "steps": 20, "batch_size": 10}
        tests.append(training.range_test(model, CROSS_ENTROPY, optimizer, (x, y), **options))
        assert_unchanged(before, model, optimizer, scheduler, loader)
    torch.testing.assert_close(tests[0].losses, tests[1].losses)


def test_a_loss_that_uses_the_model_uses_the_weights_of_the_test():
    model = network("custom")

    def penalised(outputs, y):
        return CROSS_ENTROPY(outputs, y) + 100 * model.out.weight.square().sum()

    options = {"start": 1e-3, "end": 2e-3, "steps": 30, "batch_size": 100}
    test = training.range_test(model, penalised, sgd(model), small(), **options)
    assert test.losses[-1] < 0.1 * test.losses[0]
    assert all(parameter.grad is None for parameter in model.parameters())


# Divergence and the suggestion


def regression(factor, **options):
    x, _ = small(50)
    model = nn.Linear(6, 1)
    return training.range_test(model, nn.MSELoss(), sgd(model), (x, factor * x[:, :1]), **options)


def test_it_stops_where_the_loss_grows_and_leaves_out_infinite_losses():
    test = regression(3, start=1e-4, end=1e4, steps=2000, alpha=0.01)
    above = test.smoothed > 4 * torch.cummin(test.smoothed, 0).values
    assert above.tolist() == [False] * (len(above) - 1) + [True]
    assert test.diverged
    test = regression(1, start=1e5, end=1e9, stop_above=1e300)
    assert test.losses.isfinite().all()
    assert 1 < len(test.losses) < 20
    assert test.diverged


def test_negative_losses_may_fall_and_stop_the_test_once_they_rise():
    x, _ = small(50)

    def cosine(outputs, y):
        return -nn.functional.cosine_similarity(outputs, y).mean()

    model = nn.Linear(6, 6)
    test = training.range_test(model, cosine, sgd(model), (x, x), start=0.01, batch_size=50)
    assert (len(test.losses), test.diverged) == (100, False)
    assert test.losses[-1] < -0.9
    assert 0.01 < test.suggested <= 1

    def likelihood(outputs, y):  # of a normal distribution with a small variance
        return nn.functional.gaussian_nll_loss(outputs, y, torch.full_like(y, 0.01))

    model = nn.Linear(6, 6)
    options = {"start": 1e-4, "end": 10.0, "batch_size": 50, "alpha": 0.5}
    test = training.range_test(model, likelihood, sgd(model), (x, x), **options)
    assert test.losses.min() < 0 < test.losses[0]
    assert test.diverged
    assert test.smoothed[-1] > test.smoothed[:-1].max() or len(test.losses) < 100


def test_after_negative_losses_the_limit_is_a_multiple_of_the_largest():
    values = iter([0.0, 3.0, -1.0, 7.9, 8.1, 0.0])  # the first one is for the try-out

    def scripted(outputs, y):
        return next(values) + 0 * outputs.sum()

    model = network()
    test = training.range_test(model, scripted, sgd(model), small(), alpha=1.0)
    torch.testing.assert_close(test.losses.tolist(), [3.0, -1.0, 7.9, 8.1], rtol=1e-6, atol=0)
    assert test.diverged


def test_a_model_may_hold_whole_numbers():
    model = nn.Linear(6, 3)
    model.mask = nn.Parameter(torch.ones(3, dtype=torch.int8), requires_grad=False)
    found = training.range_test(model, CROSS_ENTROPY, sgd(model), small(), steps=5)
    assert len(found.losses) == 5


def test_all_groups_get_the_rate():
    losses = []
    for rates in ((0.1, 0.1), (0.1, 9.0)):
        model = network()
        parts = zip((model[1], model[4]), rates, strict=True)
        groups = [{"params": part.parameters(), "lr": lr} for part, lr in parts]
        optimizer = torch.optim.SGD(groups)
        losses.append(training.range_test(model, CROSS_ENTROPY, optimizer, small()).losses)
    assert torch.equal(*losses)


def test_the_smallest_alpha_averages_all_losses_alike():
    model, options = network(), {"steps": 9, "alpha": 1e-300}
    test = training.range_test(model, CROSS_ENTROPY, sgd(model), small(), **options)
    assert test.losses[-1] != test.losses[0]
    torch.testing.assert_close(test.smoothed, test.losses.cumsum(0) / torch.arange(1, 10))


@pytest.mark.parametrize("alpha", [1.0, 0.2, 0.05])
def test_suggestion_is_a_third_of_the_rate_that_made_the_loss_lowest(alpha):
    """A loss is late by its own update, and its average by the losses' average age."""
    options = {"start": 0.001, "end": 100.0, "steps": 400, "batch_size": 100, "stop_above": 100.0}
    model = nn.Linear(6, 3)
    test = training.range_test(model, CROSS_ENTROPY, sgd(model), small(), alpha=alpha, **options)
    lowest = int(test.smoothed.argmin())
    ages = np.arange(1, lowest + 2)
    average_age = np.average(ages, weights=(1 - alpha) ** (ages - 1))
    rate = np.interp(lowest - average_age, range(len(test.losses)), test.learning_rates)
    assert test.suggested == pytest.approx(rate / 3)
    assert test.suggested == pytest.approx(test.learning_rates[test.losses.argmin()] / 3, rel=0.6)


def test_no_suggestion_where_the_loss_never_falls():
    model, (x, _) = nn.Linear(6, 1), small(50)
    options = {"batch_size": 50, "start": 0.01}
    optimizer = sgd(model, maximize=True)
    test = training.range_test(model, nn.MSELoss(), optimizer, (x, x[:, :1]), **options)
    assert math.isnan(test.suggested)


# Arguments that do not fit


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ({"start": 0}, ValueError, "start must be a number in"),
        ({"start": 1.0, "end": 0.1}, ValueError, r"end must be a number in \(1.0, inf\), got 0.1"),
        ({"steps": 1}, ValueError, "steps must be a whole number of at least 2, got 1"),
        ({"steps": 10**9}, ValueError, "steps must be at most 10000000"),
        ({"end": 1e39}, ValueError, "end must be finite in the dtype torch.float32 of the model"),
        ({"alpha": 0.0}, ValueError, "alpha must be"),
        ({"stop_above": 1}, ValueError, "stop_above must be"),
        ({"seed": -1}, ValueError, "seed must be"),
        ({"batch_size": 0}, ValueError, "batch_size must be"),
        ({"train": (small()[0], small()[1] + 1)}, ValueError, "train must have labels from 0 to 2"),
        ({"train": (small()[0] * math.nan, small()[1])}, ValueError, "finite at the start"),
        ({"optimizer": sgd(network())}, ValueError, "optimizer must hold parameters of the model"),
        ({"loss_function": nn.MSELoss}, TypeError, "loss_function must be a function"),
        ({"model": network().train(False)[3]}, ValueError, "a parameter that requires a gradient"),
    ],
)
def test_arguments_that_do_not_fit(more, error, message):
    model = network()
    arguments = {"model": model, "optimizer": sgd(model), "train": small()}
    with pytest.raises(error, match=message):
        training.range_test(**{"loss_function": CROSS_ENTROPY, **arguments, **more})
