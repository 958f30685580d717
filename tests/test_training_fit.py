"""The training loop, against the one that a learner writes."""

import math
import os
import re

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss
from torch import nn
from torch.optim import lr_scheduler as torch_schedulers
from torch.utils.data import DataLoader, IterableDataset, TensorDataset, random_split

from helpers import language, optimizers, problems, simulate, training
from tests.training_cases import (
    CROSS_ENTROPY,
    DATA,
    SCHEDULERS,
    assert_same_bits,
    learners_loop,
    network,
    small,
    split,
)

OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=1e-3),
    "Nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "fused Adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=1e-3, fused=True),
    "fused AdamW": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.8, 0.99), fused=True),
    "amsgrad": lambda p: torch.optim.Adam(p, lr=0.01, amsgrad=True, fused=True),
    "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "Adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05),
    "NAdam": lambda p: torch.optim.NAdam(p, lr=0.01),
}
EPOCHS, SIZE = 4, 15  # of 100 samples: 7 batches, the last of 10


def both_ways(kind, make, scheduler="none", seed=3, clip=None, **more):
    """Train twice, with `fit` and as a learner does; return both models and what each saw."""
    train, validation = split(small(130), 100)
    make_scheduler, time = SCHEDULERS[scheduler]
    results = []
    for ours in (True, False):
        model = network(kind)
        optimizer = make(model.parameters())
        schedule = make_scheduler(optimizer) if make_scheduler else None
        if ours:
            saw = training.fit(
                model, CROSS_ENTROPY, optimizer, train, validation, epochs=EPOCHS, batch_size=SIZE,
                scheduler=schedule, seed=seed, clip_norm=clip, **more,
            )  # fmt: skip
        else:
            saw = learners_loop(
                model, CROSS_ENTROPY, optimizer, train, EPOCHS, SIZE,
                seed=seed, scheduler=schedule, time=time, validation=validation, clip=clip,
            )  # fmt: skip
        results += [model, saw]
    return results


def assert_same(model, history, learner, saw):
    assert_same_bits(model, learner)
    assert history.losses.tolist() == saw["losses"]
    assert history.learning_rates.tolist() == saw["rates"]
    assert history.epoch_learning_rates.tolist() == saw["rates"][:: len(saw["rates"]) // EPOCHS]
    for name in ("train_losses", "train_accuracies", "validation_losses"):
        np.testing.assert_allclose(getattr(history, name), saw[name], rtol=1e-7)


# The same weights, bit for bit


@pytest.mark.parametrize("kind", ["stack", "custom", "normed"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_any_optimizer_ends_where_a_learners_loop_does(kind, name):
    model, history, learner, saw = both_ways(kind, OPTIMIZERS[name])
    assert_same(model, history, learner, saw)
    assert (history.updates, history.epochs) == (28, 4)


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize("optimizer", ["momentum", "fused Adam"])
def test_any_scheduler_is_stepped_in_its_time(name, optimizer):
    model, history, learner, saw = both_ways("stack", OPTIMIZERS[optimizer], name)
    assert_same(model, history, learner, saw)
    if name != "none":
        assert len(set(saw["rates"])) > 1


@pytest.mark.parametrize("kind", ["stack", "custom"])
def test_clipping_the_norm_is_torchs(kind):
    make = OPTIMIZERS["SGD"]
    model, history, learner, saw = both_ways(kind, make, clip=0.2)
    assert_same(model, history, learner, saw)
    assert history.gradient_norms.shape == (28,)
    assert history.gradient_norms.max() > 0.2


def test_clipping_values_bounds_every_entry():
    record = training.Record("gradient", keep="all")
    _, history, *_ = both_ways("stack", OPTIMIZERS["SGD"], clip_value=0.01, record=record)
    largest = max(values.abs().max() for values in history.records["gradient"].values())
    assert largest == pytest.approx(0.01)
    assert len(history.gradient_norms) == 0


def test_lbfgs_gets_its_closure():
    x, y = small(60)
    models = [network("custom"), network("custom")]
    for model in models:
        model.forward = lambda x, model=model: model.out(torch.tanh(model.hidden(x)))
    history = training.fit(
        models[0], CROSS_ENTROPY, torch.optim.LBFGS(models[0].parameters(), max_iter=5), (x, y),
        epochs=3, batch_size=60, shuffle=False,
    )  # fmt: skip
    optimizer = torch.optim.LBFGS(models[1].parameters(), max_iter=5)
    for _ in range(3):

        def closure():
            optimizer.zero_grad()
            loss = CROSS_ENTROPY(models[1](x), y)
            loss.backward()
            return loss

        optimizer.step(closure)
    assert_same_bits(*models)
    assert history.losses[-1] < history.losses[0] / 2


def test_the_caller_says_when_to_step():
    train = small(100)
    rates = {}
    for when in ("epoch", "batch", "fraction"):
        model = network()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = torch_schedulers.CosineAnnealingWarmRestarts(optimizer, 2)
        history = training.fit(
            model, CROSS_ENTROPY, optimizer, train, epochs=3, batch_size=20,
            scheduler=scheduler, step_scheduler=when,
        )  # fmt: skip
        rates[when] = history.learning_rates.tolist()
    calls = [0.1, 0.05] * 8
    assert rates["batch"] == pytest.approx(calls[:15])
    assert rates["epoch"] == pytest.approx(np.repeat(calls[:3], 5))
    fractions = [0.05 * (1 + math.cos(math.pi * (i / 5 % 2) / 2)) for i in range(15)]
    assert rates["fraction"] == pytest.approx(fractions)


def test_several_groups_have_a_rate_each():
    model = network()
    optimizer = torch.optim.SGD(
        [{"params": model[1].parameters()}, {"params": model[4].parameters(), "lr": 0.5}], lr=0.1
    )
    history = training.fit(model, CROSS_ENTROPY, optimizer, small(100), epochs=2, batch_size=50)
    assert history.learning_rates.tolist() == [[0.1, 0.5]] * 4
    assert history.epoch_learning_rates.tolist() == [[0.1, 0.5]] * 2


def test_a_loader_of_the_toy_gives_godoys_path():
    toy = problems.linear_regression()
    torch.manual_seed(13)
    dataset = TensorDataset(toy.x[:, None].double(), toy.y[:, None].double())
    train, validation = random_split(dataset, [80, 20])
    torch.manual_seed(42)
    model = nn.Linear(1, 1).double()
    history = training.fit(
        model, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
        DataLoader(train, batch_size=16, shuffle=True), DataLoader(validation, batch_size=16),
        epochs=10, seed=42,
        record=[training.Record(of, keep="all") for of in ("parameter", "gradient")],
    )  # fmt: skip
    runs = simulate.on_regression(
        toy, optimizers.sgd, 42, lr=0.1, momentum=0.9, dtype=torch.float64
    )
    for of, found in (("parameter", runs.paths[0, :-1]), ("gradient", runs.gradients[0])):
        parts = history.records[of]
        ours = torch.cat([parts["bias"], parts["weight"][:, 0]], dim=1)
        # the fresh layer is the float32 one, in double
        torch.testing.assert_close(ours, found, rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(history.train_losses, runs.train_losses[0], rtol=1e-6, atol=1e-7)
    assert len(history.train_accuracies) == 0


# Data


@pytest.mark.parametrize("name", DATA)
def test_it_learns_to_read(name):
    train, test = split(DATA[name](), 1500)
    model = network("stack", inputs=train[0][0].numel(), outputs=10, width=32)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003, fused=True)
    history = training.fit(model, CROSS_ENTROPY, optimizer, train, test, epochs=6)
    result = training.evaluate(model, CROSS_ENTROPY, test)
    assert history.validation_accuracies[-1] == result.accuracy > 0.75
    assert history.validation_losses[-1] == result.loss
    assert history.train_losses[-1] < history.train_losses[0] / 2
    answers = training.predict(model, test[0])
    assert result.accuracy == accuracy_score(test[1], answers.argmax(1))
    probabilities = answers.double().softmax(1)
    assert result.loss == pytest.approx(log_loss(test[1], probabilities, labels=range(10)), 1e-5)


def test_a_loader_or_a_list_of_batches_trains_as_tensors_do():
    x, y = small(50)
    models = []
    batches = list(zip(x.split(8), y.split(8), strict=True))
    sources = [(x, y), [x, y], batches, DataLoader(TensorDataset(x, y), batch_size=8)]
    for source in sources:
        model = network()
        model[3].p = 0.0  # a DataLoader draws a number an epoch, which shifts those of dropout
        size = {"batch_size": 8, "shuffle": False} if len(source) == 2 else {}
        optimizer = torch.optim.Adam(model.parameters())
        history = training.fit(model, CROSS_ENTROPY, optimizer, source, epochs=2, **size)
        assert history.updates == 14
        models.append(model)
    for model in models[1:]:
        assert_same_bits(models[0], model)


class Endless(IterableDataset):
    """A dataset without a length."""

    def __iter__(self):
        return iter(zip(*small(20), strict=True))


def test_a_loader_without_a_length_will_do():
    model = network()
    history = training.fit(
        model, CROSS_ENTROPY, torch.optim.SGD(model.parameters(), lr=0.1),
        DataLoader(Endless(), batch_size=6), epochs=2, record=training.Record(keep="all"),
    )  # fmt: skip
    assert history.updates == 8


def test_last_batch_counts_by_its_size():
    x, y = torch.arange(5.0)[:, None], torch.zeros(5, 1)
    model = nn.Linear(1, 1)
    nn.init.constant_(model.weight, 1.0)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    for size in (1, 2, 3, 4, 5, 9):
        history = training.fit(model, nn.MSELoss(), optimizer, (x, y), epochs=1, batch_size=size)
        assert history.train_losses[0] == pytest.approx((0 + 1 + 4 + 9 + 16) / 5)
        result = training.evaluate(model, nn.MSELoss(), (x, y), batch_size=size)
        assert result == (pytest.approx(6.0), None)


def test_functions_and_dense_targets_are_losses_too():
    x, y = small(40)
    soft = nn.functional.one_hot(y, 3).float()
    results = []
    for target, loss_function in ((y, nn.functional.cross_entropy), (soft, CROSS_ENTROPY)):
        model = network()
        history = training.fit(
            model, loss_function, torch.optim.SGD(model.parameters(), lr=0.1), (x, target), epochs=2
        )
        results.append(history)
    torch.testing.assert_close(results[0].losses, results[1].losses)
    assert len(results[0].train_accuracies) == 2
    assert len(results[1].train_accuracies) == 0


# Randomness


def test_the_callers_random_state_stays_and_does_not_matter():
    models = []
    for start in (1, 2):
        model = network()
        torch.manual_seed(start)
        before = torch.get_rng_state()
        training.fit(
            model, CROSS_ENTROPY, torch.optim.SGD(model.parameters(), lr=0.1), small(), epochs=2
        )
        assert torch.equal(torch.get_rng_state(), before)
        models.append(model)
    assert_same_bits(*models)


def test_what_the_model_draws_does_not_change_the_order_of_the_data():
    x, y = small(40)

    orders = []
    for draws in (0, 5):
        seen = []
        model = nn.Linear(6, 3)
        model.register_forward_hook(
            lambda _, inputs, __, seen=seen, draws=draws: seen.append(
                inputs[0] + 0 * torch.rand(draws).sum()
            )
        )
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        training.fit(model, CROSS_ENTROPY, optimizer, (x, y), epochs=3, batch_size=7, seed=5)
        orders.append(torch.cat(seen))
    assert torch.equal(*orders)
    epochs = orders[0].reshape(3, 40, 6)
    assert not torch.equal(epochs[0], epochs[1])
    for epoch in epochs:
        assert sorted(map(tuple, epoch.tolist())) == sorted(map(tuple, x.tolist()))


def test_another_seed_is_another_order():
    losses = []
    for seed in (0, 1):
        model = network()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        history = training.fit(model, CROSS_ENTROPY, optimizer, small(), epochs=1, seed=seed)
        losses.append(history.losses)
    assert not torch.equal(*losses)


# Early stopping


def validation_losses(values):
    """A loss function and data such that the validation loss of each epoch is the next value."""
    left = iter(values)

    def loss_function(outputs, y):
        if outputs.requires_grad:
            return outputs.square().mean()
        return torch.tensor(next(left))

    return loss_function


@pytest.mark.parametrize(
    ("values", "patience", "min_delta", "epochs", "best"),
    [
        ([5.0, 4.0, 3.0, 2.0, 1.0], 1, 0.0, 5, 5),
        ([3.0, 4.0, 2.0, 1.0, 0.5], 1, 0.0, 2, 1),
        ([3.0, 4.0, 2.0, 2.0, 2.0], 2, 0.0, 5, 3),
        ([3.0, 2.9, 2.8, 2.7, 2.6], 2, 0.15, 5, 5),
        ([3.0, 2.9, 2.8, 2.7, 2.6], 1, 0.5, 2, 1),
        ([3.0, math.nan, math.nan, 1.0, 1.0], 2, 0.0, 3, 1),
        ([math.nan, 2.0, 3.0, 3.0, 3.0], 2, 0.0, 4, 2),
    ],
)
def test_early_stopping_waits_for_its_patience(values, patience, min_delta, epochs, best):
    x, y = torch.randn(8, 2), torch.zeros(8, 1)
    model, weights = nn.Linear(2, 1), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def note(module, *_):
        if not module.training:
            weights.append(module.weight.detach().clone())

    model.register_forward_hook(note)
    rule = training.EarlyStopping(patience, min_delta, restore_best=True)
    history = training.fit(
        model, validation_losses(values), optimizer, (x, y), (x, y), epochs=5, early_stopping=rule
    )
    assert (history.epochs, history.best_epoch) == (epochs, best)
    assert history.stopped == ("early" if epochs < 5 else "")
    assert torch.equal(model.weight, weights[best - 1])


@pytest.mark.parametrize("of", ["train_loss", "validation_accuracy"])
def test_early_stopping_watches_what_it_is_told(of):
    train, validation = split(small(200), 150)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    history = training.fit(
        model, CROSS_ENTROPY, optimizer, train, validation, epochs=40,
        early_stopping=training.EarlyStopping(3, of=of),
    )  # fmt: skip
    watched = {
        "train_loss": history.train_losses,
        "validation_accuracy": -history.validation_accuracies,
    }[of]
    assert history.stopped == "early"
    assert history.best_epoch == int(watched.argmin()) + 1 == history.epochs - 3


# Modes


def part_modes(model):
    return [part.training for part in model.modules()]


@pytest.mark.parametrize("mode", [True, False])
def test_modes_are_given_back(mode):
    model = network("normed").train(mode)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    seen = {True: 0, False: 0}
    model[4].register_forward_hook(
        lambda module, *_: seen.update({module.training: seen[module.training] + 1})
    )
    training.fit(model, CROSS_ENTROPY, optimizer, small(64), small(64), epochs=2)
    assert seen == {True: 4, False: 2}
    training.evaluate(model, CROSS_ENTROPY, small(64))
    training.predict(model, small(64)[0])
    assert part_modes(model) == [mode] * len(part_modes(model))


def test_evaluation_has_no_dropout_and_gives_parts_their_own_mode_back():
    model = network("normed")
    model[2].eval()
    before = part_modes(model)
    x, y = small(40)
    first = training.predict(model, x, batch_size=7)
    assert torch.equal(first, training.predict(model, x, batch_size=7))
    assert training.evaluate(model, CROSS_ENTROPY, (x, y)) == training.evaluate(
        model, CROSS_ENTROPY, (x, y)
    )
    assert part_modes(model) == before
    assert first.shape == (40, 3)
    assert not first.requires_grad
    model.eval()
    torch.testing.assert_close(first, model(x).detach())


def test_modes_come_back_after_an_error_too():
    model = network().eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    before = torch.get_rng_state()
    x, y = small(64)
    y[50] = 3
    with pytest.raises(ValueError, match="labels"):
        training.fit(model, CROSS_ENTROPY, optimizer, (x, y), epochs=1)
    with pytest.raises(ValueError, match="labels"):
        training.evaluate(model.train(), CROSS_ENTROPY, (x, y))
    assert model.training
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("kind", ["stack", "custom"])
def test_gradients_are_left_as_a_learners_loop_leaves_them(kind):
    model, _, learner, _ = both_ways(kind, OPTIMIZERS["fused Adam"])
    for ours, theirs in zip(model.parameters(), learner.parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)


# Divergence


def diverging(**more):
    model = nn.Linear(6, 1)
    x, _ = small(40)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e12)
    return model, training.fit(
        model, nn.MSELoss(), optimizer, (x, x[:, :1] * 2), epochs=9, batch_size=10, **more
    )


def test_a_loss_that_is_not_finite_is_named_by_epoch_and_batch():
    with pytest.raises(training.DivergedError, match=r"got (inf|nan) in batch \d of epoch 1") as e:
        diverging()
    error = e.value
    assert error.epoch == 1
    assert error.history.updates == error.batch - 1
    assert error.history.stopped == "diverged"
    assert torch.isfinite(error.history.losses).all()
    assert "learning rate of 1000000000000.0" in str(error)


def test_a_divergent_run_can_be_kept():
    _, history = diverging(on_divergence="stop", record=training.Record())
    assert history.stopped == "diverged"
    assert history.epochs == 0
    assert history.updates == len(history.learning_rates) >= 1
    assert len(history.records["gradient"]["weight"]) == history.updates


def test_nan_in_the_data_is_found():
    x, y = small(40)
    x[33, 2] = math.nan
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    before = [p.detach().clone() for p in model.parameters()]
    with pytest.raises(training.DivergedError, match="got nan in batch 1 of epoch 1"):
        training.fit(model, CROSS_ENTROPY, optimizer, (x, y), epochs=1, batch_size=40)
    assert all(torch.equal(p, b) for p, b in zip(model.parameters(), before, strict=True))


# Faults

X, Y = small(40)


def fails(match, error=ValueError, model=None, loss=CROSS_ENTROPY, data=(X, Y), make=None, **more):
    """Demand that `fit` refuses, and that the weights are as they were."""
    model = network() if model is None else model
    optimizer = make or torch.optim.SGD(model.parameters(), lr=0.1)
    before = [p.detach().clone() for p in model.parameters()]
    with pytest.raises(error, match=match):
        training.fit(model, loss, optimizer, data, **{"epochs": 1, **more})
    assert all(torch.equal(p, b) for p, b in zip(model.parameters(), before, strict=True))


@pytest.mark.parametrize("kind", ["stack", "custom"])
@pytest.mark.parametrize("bad", [-1, 3, 255])
def test_labels_out_of_range_are_named_wherever_they_stand(kind, bad):
    y = Y.clone()
    y[29] = bad
    for data in ((X, y), DataLoader(TensorDataset(X, y), batch_size=40)):
        words = f"train must have labels from 0 to 2, as the model has 3 outputs, got {bad}"
        fails(words, model=network(kind), data=data)
    model = network(kind)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="validation must have labels from 0 to 2"):
        training.fit(model, CROSS_ENTROPY, optimizer, (X, Y), (X, y), epochs=1)


def test_ignored_labels_are_no_fault():
    y = Y.clone()
    y[:5] = -100
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    training.fit(model, CROSS_ENTROPY, optimizer, (X, y), epochs=1)


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        ((X[:0], Y[:0]), ValueError, "train must hold at least one sample, got none"),
        ((X, Y[:-1]), ValueError, r"as many targets as inputs, got shapes \(40, 6\) and \(39,\)"),
        ((X, Y.int()), TypeError, r"train must have labels of torch\.int64, got torch\.int32"),
        ((X, Y[:, None]), ValueError, "shape of the outputs without their classes"),
        ((X.double(), Y), TypeError, r"the model's dtype, torch\.float32, got torch\.float64"),
        ((X.byte(), Y), TypeError, r"the model's dtype, torch\.float32, got torch\.uint8"),
        ((X, Y.float()), ValueError, r"targets of the outputs' shape, \(32, 3\), got \(32,\)"),
        ([], ValueError, "train must give at least one batch an epoch, got none"),
        (DataLoader([]), ValueError, "train must give at least one batch an epoch, got none"),
        (
            DataLoader(TensorDataset(X, Y), batch_size=64, drop_last=True),
            ValueError,
            "train must give at least one batch an epoch, got none",
        ),
        (DataLoader(TensorDataset(X)), TypeError, "pairs of tensors, got a list of Tensor"),
        ([(X, Y[:3])], ValueError, "as many targets as inputs, got 3 and 40"),
        (iter([(X, Y)]), TypeError, "can be gone through only once"),
        (TensorDataset(X, Y), TypeError, "a pair of tensors, .* got TensorDataset"),
        (X, TypeError, "a pair of tensors, .* got Tensor"),
        (None, TypeError, "a pair of tensors, .* got NoneType"),
        ((X, [1, 2]), TypeError, "pairs of tensors, got Tensor"),
    ],
)
def test_data_that_do_not_fit(data, error, words):
    fails(words, error, data=data)


def test_targets_of_another_shape_are_not_broadcast():
    fails(
        r"targets of the outputs' shape, \(32, 1\), got \(32,\)",
        model=nn.Linear(6, 1),
        loss=nn.MSELoss(),
        data=(X, X[:, 0]),
    )
    fails(
        "targets of the outputs' dtype",
        TypeError,
        model=nn.Linear(6, 1),
        loss=nn.MSELoss(),
        data=(X, X[:, :1].double()),
    )


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"epochs": 0}, ValueError, "epochs must be a whole number of at least 1, got 0"),
        ({"epochs": 2.0}, TypeError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number of at least 1, got 0"),
        ({"seed": -1}, ValueError, "seed must be a whole number of at least 0, got -1"),
        ({"shuffle": 1}, TypeError, "shuffle must be True or False"),
        ({"clip_norm": 0}, ValueError, "clip_norm must be a number"),
        ({"clip_value": math.inf}, ValueError, "clip_value must be a number"),
        ({"on_divergence": "go on"}, ValueError, "on_divergence must be one of 'raise', 'stop'"),
        ({"step_scheduler": "epoch"}, ValueError, "step_scheduler must come with a scheduler"),
        ({"early_stopping": 3}, TypeError, "early_stopping must be an EarlyStopping, got 3"),
        (
            {"early_stopping": training.EarlyStopping(1)},
            ValueError,
            "validation must be given for early stopping by 'validation_loss'",
        ),
        ({"record": "weight"}, TypeError, "record must hold Records, got 'w'"),
        ({"scheduler": 0.5}, TypeError, "scheduler must be one of torch"),
        ({"loss": nn.MSELoss}, TypeError, "loss_function must be a function of outputs"),
        ({"loss": nn.CrossEntropyLoss(reduction="sum")}, ValueError, "must have reduction='mean'"),
        (
            {"loss": lambda o, y: o},
            ValueError,
            r"must return one number, shape \(\), got \(32, 3\)",
        ),
        ({"loss": lambda o, y: o.detach().sum()}, ValueError, "depends on the model's parameters"),
        ({"make": "adam"}, TypeError, "optimizer must be one of torch.optim, got str"),
        ({"model": nn.ReLU(), "make": 1}, ValueError, "a parameter that requires a gradient"),
    ],
)
def test_arguments_that_do_not_fit(more, error, words):
    fails(words, error, **more)


def test_batch_size_with_a_loader():
    fails("batch_size must be left out", data=DataLoader(TensorDataset(X, Y)), batch_size=8)


def test_models_that_do_not_fit():
    other = network()
    fails(
        "optimizer must hold parameters of the model, got a SGD of others",
        make=torch.optim.SGD(other.parameters(), lr=0.1),
    )
    fails("model must be in one mode, got '3' in evaluation mode", model=_with_part_in_eval())
    with pytest.raises(TypeError, match=r"model must be an nn\.Module, got function"):
        training.fit(lambda x: x, CROSS_ENTROPY, torch.optim.SGD([X], lr=1.0), (X, Y), epochs=1)
    for context in (torch.no_grad(), torch.inference_mode()):
        with context:
            fails("gradients must be on for training", RuntimeError)


def _with_part_in_eval():
    model = network()
    model[3].eval()
    return model


@pytest.mark.parametrize(("where", "words"), [("train", "training"), ("eval", "evaluation")])
def test_a_model_that_leaves_its_mode_is_found(where, words):
    class Restless(nn.Linear):
        def forward(self, x):
            if self.training == (where == "train"):
                self.train(not self.training)
            return super().forward(x)

    model = Restless(6, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(RuntimeError, match=f"model must stay in {words} mode"):
        training.fit(model, CROSS_ENTROPY, optimizer, (X, Y), (X, Y), epochs=1)
    assert model.training


def scheduler_fails(words, make, error=ValueError, **more):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    fails(words, error, model=model, make=optimizer, scheduler=make(optimizer), **more)


def test_a_scheduler_of_another_optimizer_is_refused():
    other = torch.optim.Adam(network().parameters())
    scheduler_fails(
        "scheduler must be bound to the optimizer that trains the model, got a StepLR of another "
        "Adam",
        lambda o: torch_schedulers.StepLR(other, 1),
    )


def test_plateau_needs_validation_and_its_loss():
    plateau = torch_schedulers.ReduceLROnPlateau
    scheduler_fails("validation must be given for ReduceLROnPlateau", plateau)
    scheduler_fails(
        "scheduler must have mode='min'", lambda o: plateau(o, mode="max"), validation=(X, Y)
    )
    scheduler_fails("must be 'validation' for", plateau, validation=(X, Y), step_scheduler="epoch")
    scheduler_fails(
        "must be 'validation' for",
        lambda o: torch_schedulers.StepLR(o, 1),
        validation=(X, Y),
        step_scheduler="validation",
    )


def test_schedulers_that_cannot_do_it():
    scheduler_fails(
        r"must last for 6 updates more, got a OneCycleLR of total_steps=5 with 0 of them done",
        lambda o: torch_schedulers.OneCycleLR(o, 0.1, total_steps=5),
        epochs=3,
    )
    scheduler_fails(
        "'fraction' for CosineAnnealingWarmRestarts alone",
        lambda o: torch_schedulers.StepLR(o, 1),
        step_scheduler="fraction",
    )
    scheduler_fails(
        "step_scheduler must be one of",
        lambda o: torch_schedulers.StepLR(o, 1),
        step_scheduler="step",
    )
    scheduler_fails(
        "step_scheduler must say when to step a SequentialLR of parts that are stepped after "
        "batch and epoch",
        lambda o: torch_schedulers.SequentialLR(
            o,
            [torch_schedulers.LinearLR(o), torch_schedulers.CyclicLR(o, 0.1, 0.2)],
            [2],
        ),
    )
    scheduler_fails(
        "train must tell how many batches it has",
        lambda o: torch_schedulers.CosineAnnealingWarmRestarts(o, 2),
        data=DataLoader(Endless(), batch_size=6),
    )


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((0,), ValueError, "patience"),
        ((1, -0.1), ValueError, "min_delta"),
        ((1, 0.0, "loss"), ValueError, "of must be one of 'validation_loss'"),
        ((1, 0.0, "train_loss", 1), TypeError, "restore_best"),
    ],
)
def test_rules_of_early_stopping_that_do_not_fit(arguments, error, words):
    with pytest.raises(error, match=words):
        training.EarlyStopping(*arguments)


def test_evaluate_and_predict_refuse_in_words():
    model = network()
    with pytest.raises(ValueError, match="data must hold at least one sample"):
        training.evaluate(model, CROSS_ENTROPY, (X[:0], Y[:0]))
    with pytest.raises(ValueError, match="data must have labels from 0 to 2"):
        training.evaluate(model, CROSS_ENTROPY, (X, Y + 1))
    with pytest.raises(ValueError, match="batch_size must be left out where data"):
        training.evaluate(model, CROSS_ENTROPY, [(X, Y)], batch_size=3)
    with pytest.raises(TypeError, match="x must be a tensor of inputs, got list"):
        training.predict(model, [1.0])
    with pytest.raises(ValueError, match="x must hold at least one sample"):
        training.predict(model, X[:0])
    with pytest.raises(TypeError, match="x must have inputs of the model's dtype"):
        training.predict(model, X.double())
    with pytest.raises(TypeError, match=r"model must be an nn\.Module"):
        training.predict(len, X)


# Where it runs, and what it shows


def test_device_by_name():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    training.fit(model, CROSS_ENTROPY, optimizer, (X, Y), epochs=1, device="cpu")


def show_all(monkeypatch):
    from helpers.training import progress

    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    monkeypatch.setattr(progress, "_PAUSE", 0.0)


@pytest.mark.parametrize(
    ("code", "words"),
    [("en", r"epoch 2 of 2 .* loss 1\.\d\d"), ("pt", r"época 2 de 2 .* perda 1,\d\d")],
)
def test_progress_is_shown_and_wiped(capsys, monkeypatch, code, words):
    show_all(monkeypatch)
    monkeypatch.setattr(language, "_chosen", code)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    training.fit(model, CROSS_ENTROPY, optimizer, (X, Y), epochs=2, progress=True)
    written = capsys.readouterr().out
    lines = written.split("\r")
    assert len(lines) == 1 + 4 + 2
    assert re.search(words, lines[4])
    assert "█" * 20 in lines[4]
    assert lines[-2].isspace()
    assert lines[-1] == ""


@pytest.mark.parametrize("page", ["notebook", "static", None])
def test_progress_is_quiet_where_nobody_watches(capsys, monkeypatch, page):
    from helpers.training import progress

    show_all(monkeypatch)
    monkeypatch.delenv("COURSE_PAGE", raising=False)
    if page:
        monkeypatch.setenv("COURSE_PAGE", page)
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        monkeypatch.delenv("PYTEST_VERSION", raising=False)
    assert not progress.watched()
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    training.fit(model, CROSS_ENTROPY, optimizer, (X, Y), epochs=1)
    assert capsys.readouterr() == ("", "")


def test_progress_shows_at_a_terminal(monkeypatch):
    from helpers.training import progress

    monkeypatch.delenv("COURSE_PAGE", raising=False)
    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert progress.watched()
    assert os.environ.get("COURSE_PAGE") is None


def test_history_says_what_it_is():
    _, history, *_ = both_ways("stack", OPTIMIZERS["SGD"])
    assert re.fullmatch(
        r"History\(epochs=4, updates=28, train_losses\[-1\]=[\d.]+, train_accuracies\[-1\]=[\d.]+, "
        r"validation_losses\[-1\]=[\d.]+, validation_accuracies\[-1\]=[\d.]+\)",
        repr(history),
    )
    rows = [row for row in vars(history).values() if isinstance(row, torch.Tensor)]
    assert len(rows) == 8
    assert all(row.dtype == torch.float64 for row in rows)
    assert not history.records
    assert not history.stopped
