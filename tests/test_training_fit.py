"""The training loop, against the plain loop that a learner would write."""

import copy
import functools
import math
import pickle
import random
import sys
import threading
import warnings

import numpy as np
import pytest
import schedulefree
import torch
from sklearn.metrics import accuracy_score, log_loss
from torch import nn
from torch.optim import lr_scheduler as torch_schedulers
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    IterableDataset,
    RandomSampler,
    TensorDataset,
)

from helpers import _progress, language, training
from helpers.data import digits
from tests.training_cases import (
    CROSS_ENTROPY,
    OPTIMIZERS,
    SCHEDULERS,
    assert_same_bits,
    network,
    plain_loop,
    sgd,
    small,
    split,
)

EPOCHS, SIZE = 4, 15  # of 100 samples: 7 batches, the last of 10
X, Y = small(40)


def assert_same(name, kind="plain", scheduler="none"):
    """Train with `fit` and with the plain loop, compare all, and return the history."""
    train, validation = split(small(130), 100)
    make_scheduler, when = SCHEDULERS[scheduler]
    ours, plain = network(kind), network(kind)
    optimizers_ = [OPTIMIZERS[name](model.parameters()) for model in (ours, plain)]
    schedulers = [make_scheduler(one) if make_scheduler else None for one in optimizers_]
    history = training.fit(
        ours, CROSS_ENTROPY, optimizers_[0], train, validation, epochs=EPOCHS, batch_size=SIZE,
        scheduler=schedulers[0], seed=3,
    )  # fmt: skip
    saw = plain_loop(
        plain, CROSS_ENTROPY, optimizers_[1], train, EPOCHS, SIZE, seed=3, when=when,
        scheduler=schedulers[1], validation=validation,
    )  # fmt: skip
    assert_same_bits(ours, plain)
    for mine, its in zip(ours.parameters(), plain.parameters(), strict=True):
        assert torch.equal(mine.grad, its.grad)
    assert history.losses.tolist() == saw["losses"]
    assert history.learning_rates.tolist() == saw["rates"]
    assert history.epoch_learning_rates.tolist() == saw["rates"][::7]
    assert history.train_accuracies.tolist() == saw["train_accuracies"]
    for row in ("train_losses", "validation_losses"):
        np.testing.assert_allclose(getattr(history, row), saw[row], rtol=1e-7)
    return history, saw


# The same weights, bit for bit


@pytest.mark.parametrize("kind", ["plain", "custom", "normed"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_any_optimizer_ends_where_the_plain_loop_does(kind, name):
    history, _ = assert_same(name, kind)
    assert (history.updates, history.epochs) == (28, 4)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("name", ["momentum", "fused Adam"])
def test_any_scheduler_is_stepped_when_it_is_due(name, scheduler):
    _, saw = assert_same(name, scheduler=scheduler)
    assert scheduler == "none" or len(set(saw["rates"])) > 1


def test_several_groups_have_a_rate_each():
    model = network()
    groups = [{"params": model[1].parameters()}, {"params": model[4].parameters(), "lr": 0.5}]
    optimizer = torch.optim.SGD(groups, lr=0.1)
    history = training.fit(model, CROSS_ENTROPY, optimizer, small(100), epochs=2, batch_size=50)
    assert history.learning_rates.tolist() == [[0.1, 0.5]] * 4
    assert history.epoch_learning_rates.tolist() == [[0.1, 0.5]] * 2


def shared_out(model):
    """Make a rule for the matrices and one for the rest, with a schedule each."""
    matrices = [p for p in model.parameters() if p.ndim == 2]
    rest = [p for p in model.parameters() if p.ndim < 2]
    both = [torch.optim.SGD(matrices, lr=0.1, momentum=0.9), torch.optim.Adam(rest, lr=0.01)]
    return both, [
        torch_schedulers.StepLR(both[0], 1, 0.5),
        torch_schedulers.OneCycleLR(both[1], 0.1, 14),
    ]


def test_several_optimizers_end_where_the_plain_loop_does():
    ours, plain, (x, y) = network(), network(), small(100)
    optimizers_, schedulers = shared_out(ours)
    record = training.Record("exp_avg", "1.bias", keep="all")
    history = training.fit(
        ours, CROSS_ENTROPY, optimizers_, (x, y), epochs=2, batch_size=SIZE, seed=3,
        scheduler=schedulers, record=record,
    )  # fmt: skip
    (one, other), (by_epoch, by_batch) = shared_out(plain)
    torch.manual_seed(3)
    order, rates, averages = torch.Generator().manual_seed(3), [], []
    for _ in range(2):
        for indices in torch.randperm(100, generator=order).split(SIZE):
            plain.zero_grad()
            CROSS_ENTROPY(plain(x[indices]), y[indices]).backward()
            rates.append([one.param_groups[0]["lr"], other.param_groups[0]["lr"]])
            one.step()
            other.step()
            by_batch.step()
            averages.append(other.state[plain[1].bias]["exp_avg"].clone())
        by_epoch.step()
    assert_same_bits(ours, plain)
    assert history.learning_rates.tolist() == rates
    assert torch.equal(history.records["exp_avg"]["1.bias"], torch.stack(averages))


def test_each_parameter_is_in_one_of_several_optimizers():
    def make(*names):
        return lambda model: [sgd(model.get_submodule(name)) for name in names]

    def of_another(_):
        return STEP(sgd(network()))

    fails("optimizer must be one, or several, got", make=make())
    fails("each parameter of the model once, got '1.weight' 0 times", make=make("4", "4"))
    fails("each parameter of the model once, got '1.weight' 2 times", make=make("1", "4", "1"))
    fails("must belong to the optimizer", make=make("1", "4"), scheduler=of_another)


def test_a_schedule_free_optimizer_is_evaluated_at_its_average():
    model, data = network(), small(100)
    optimizer = schedulefree.SGDScheduleFree(model.parameters(), lr=0.5)
    history = training.fit(model, CROSS_ENTROPY, optimizer, data, data, epochs=3, batch_size=20)
    answer = training.evaluate(model, CROSS_ENTROPY, data).loss
    assert history.validation_losses[-1].item() == answer
    optimizer.train()
    assert training.evaluate(model, CROSS_ENTROPY, data).loss != answer
    training.fit_runs([model], CROSS_ENTROPY, optimizer, data, epochs=1, batch_size=20)
    assert not optimizer.param_groups[0]["train_mode"]


# Data, losses and means


def test_losses_and_accuracies_are_scikit_learns():
    images = digits()
    train, test = images.train, images.test
    model = network(inputs=784, outputs=10, width=32)
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


def test_a_loader_or_a_list_of_batches_gives_what_the_loop_over_it_gives():
    x, y = small(50)
    batches = list(zip(x.split(8), y.split(8), strict=True))
    plain = network()
    plain[3].p = 0.0  # a DataLoader draws a number an epoch, which shifts those of dropout
    models = [copy.deepcopy(plain) for _ in range(2)]
    optimizer = torch.optim.Adam(plain.parameters())
    for bx, by in batches * 2:
        optimizer.zero_grad()
        CROSS_ENTROPY(plain(bx), by).backward()
        optimizer.step()
    loader = DataLoader(TensorDataset(x, y), batch_size=8)
    for model, source in zip(models, (batches, loader), strict=True):
        adam = torch.optim.Adam(model.parameters())
        history = training.fit(model, CROSS_ENTROPY, adam, source, epochs=2)
        assert history.updates == 14
        assert_same_bits(model, plain)


class Endless(IterableDataset):
    """A dataset without a length."""

    def __iter__(self):
        return iter(zip(*small(20), strict=True))


@pytest.mark.parametrize("name", ["none", "OneCycleLR", "CyclicLR"])
def test_a_loader_without_a_length_will_do(name):
    model = network()
    optimizer = sgd(model, momentum=0.9)
    make, _ = SCHEDULERS[name]
    history = training.fit(
        model, CROSS_ENTROPY, optimizer, DataLoader(Endless(), batch_size=6), epochs=2,
        scheduler=make and make(optimizer), record=training.Record(keep="all"),
    )  # fmt: skip
    assert history.updates == 8


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 9, 2**53])
def test_last_batch_counts_by_its_size(size):
    x, y = torch.arange(5.0)[:, None], torch.zeros(5, 1)
    model = nn.Linear(1, 1)
    nn.init.constant_(model.weight, 1.0)
    nn.init.zeros_(model.bias)
    history = training.fit(model, nn.MSELoss(), sgd(model, 0.0), (x, y), epochs=1, batch_size=size)
    assert history.train_losses[0] == pytest.approx((0 + 1 + 4 + 9 + 16) / 5)
    result = training.evaluate(model, nn.MSELoss(), (x, y), batch_size=size)
    assert result == (pytest.approx(6.0), None)
    assert len(training.predict(model, x, batch_size=size)) == 5


@pytest.mark.parametrize("loss_function", [CROSS_ENTROPY, nn.CrossEntropyLoss(ignore_index=2)])
def test_ignored_labels_do_not_count(loss_function):
    x, y = small(60)
    y[::3] = y[20:40] = loss_function.ignore_index  # in the middle, a batch of them alone
    kept = y != loss_function.ignore_index
    model = network()
    outputs = training.predict(model, x).double()
    same = [nn.functional.cross_entropy] if loss_function is CROSS_ENTROPY else []
    for one in [loss_function, *same]:
        result = training.evaluate(model, one, (x, y), batch_size=20)
        assert result.accuracy == accuracy_score(y[kept], outputs.argmax(1)[kept])
        expected = nn.functional.cross_entropy(outputs[kept], y[kept]).item()
        assert result.loss == pytest.approx(expected, 1e-6)
    batches = [(x[:20], y[:20]), (x[40:], y[40:])]
    history = training.fit(model, loss_function, sgd(model, 0.0), batches, epochs=1)
    assert 0 < history.train_accuracies[0] < 1
    with pytest.raises(training.DivergedError, match="all labels of the batch are ignored"):
        training.fit(model, loss_function, sgd(model), [(x[20:40], y[20:40])], epochs=1)


def one_hot(y):
    return nn.functional.one_hot(y, 3).float()


@pytest.mark.parametrize(
    ("loss_function", "target", "classifies"),
    [
        (nn.functional.cross_entropy, Y, True),
        (nn.MultiMarginLoss(), Y, True),
        (CROSS_ENTROPY, one_hot(Y), False),
        (nn.KLDivLoss(reduction="batchmean"), one_hot(Y), False),
        (lambda outputs, y: (outputs.sum(1) - y).square().mean(), Y, False),
    ],
)
def test_only_torchs_losses_for_classes_have_an_accuracy(loss_function, target, classifies):
    model = network()
    history = training.fit(model, loss_function, sgd(model), (X, target), (X, target), epochs=2)
    assert len(history.train_accuracies) == len(history.validation_accuracies) == 2 * classifies
    assert (training.evaluate(model, loss_function, (X, target)).accuracy is None) != classifies


def test_the_loss_of_an_epoch_weighs_classes_as_torch_does():
    x, y = small(50)
    model, weight = network().eval(), torch.tensor([1.0, 5.0, 0.5])
    for loss_function in (
        nn.CrossEntropyLoss(weight),
        nn.CrossEntropyLoss(weight, ignore_index=1, label_smoothing=0.1),
    ):
        result = training.evaluate(model, loss_function, (x, y), batch_size=7)
        assert result.loss == pytest.approx(loss_function(model(x), y).item(), 1e-6)


def test_a_model_under_autocast_has_targets_of_its_own_dtype():
    model = nn.Linear(6, 1)
    with torch.autocast("cpu", torch.bfloat16):
        history = training.fit(model, nn.MSELoss(), sgd(model), (X, X[:, :1]), epochs=20)
    assert history.train_losses[-1] < history.train_losses[0]


def test_the_data_stay_as_they_are_whatever_the_model_does_to_its_inputs():
    class Adding(nn.Linear):
        def forward(self, x):
            return super().forward(x.add_(1))

    model, x = Adding(6, 3), X.clone()
    training.fit(model, CROSS_ENTROPY, sgd(model), (x, Y), (x, Y), epochs=1)
    training.predict(model, x)
    assert torch.equal(x, X)


@pytest.mark.parametrize("as_loader", [False, True])
def test_the_data_stay_as_they_are_whatever_the_loss_does_to_its_targets(as_loader):
    def loss(outputs, targets):
        return nn.functional.mse_loss(outputs, targets.mul_(0.9))

    model, y = nn.Linear(6, 6), X.clone()
    train = DataLoader(TensorDataset(X, y), batch_size=16) if as_loader else (X, y)
    training.fit(model, loss, sgd(model), train, epochs=1)
    assert torch.equal(y, X)


class Wrapper(torch.optim.Optimizer):
    """An optimizer that holds another one, as Lookahead does."""

    def __init__(self, inner):
        self.inner = inner
        super().__init__([*inner.param_groups[0]["params"]], {"lr": 1.0})

    def step(self, closure=None):  # noqa: D102
        self.inner.step()


class Own(torch.optim.Optimizer):
    """SGD with momentum that keeps its state to itself, beside what cannot be copied."""

    def __init__(self, parameters):
        super().__init__(parameters, {"lr": 0.1})
        self.lock = threading.Lock()
        self.velocity = [torch.zeros_like(p) for p in self.param_groups[0]["params"]]

    @torch.no_grad()
    def step(self, closure=None):  # noqa: D102
        for v, p in zip(self.velocity, self.param_groups[0]["params"], strict=True):
            v.mul_(0.9).add_(p.grad)
            p.sub_(0.1 * v)


class Counting(nn.Module):
    """A loss with a state: the mean of all losses so far scales it."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, outputs, y):  # noqa: D102
        loss = CROSS_ENTROPY(outputs, y)
        self.mean.mul_(0.9).add_(0.1 * loss.detach())
        return self.scale * loss / self.mean


@pytest.mark.parametrize(
    ("make", "make_loss"),
    [
        (lambda p: Wrapper(torch.optim.SGD(p, lr=0.1, momentum=0.9)), nn.CrossEntropyLoss),
        (Own, nn.CrossEntropyLoss),
        (OPTIMIZERS["Adam"], Counting),
    ],
)
def test_the_update_that_is_tried_out_leaves_no_trace(make, make_loss):
    ours, plain = network(), network()
    losses = make_loss(), make_loss()
    training.fit(ours, losses[0], make(ours.parameters()), (X, Y), epochs=2, batch_size=16)
    plain_loop(plain, losses[1], make(plain.parameters()), (X, Y), epochs=2, batch_size=16)
    assert_same_bits(ours, plain)
    for mine, its in zip(losses[0].parameters(), losses[1].parameters(), strict=True):
        torch.testing.assert_close(mine.grad, its.grad, rtol=0, atol=0)


def test_what_is_refused_changes_neither_gradients_nor_what_is_trained():
    class Freezing(nn.Linear):
        def forward(self, x):
            self.bias.requires_grad_(False)
            self.extra = nn.Linear(1, 1)
            return super().forward(x)

    model = Freezing(6, 3)
    optimizer, weight = sgd(model, momentum=0.9), model.weight
    optimizer.state[weight]["average"] = weight * 0.9  # which cannot be copied
    weight.grad = gradient = torch.ones_like(weight)
    storage = weight.data_ptr()
    with pytest.raises(ValueError, match="of must be"):
        training.fit(model, CROSS_ENTROPY, optimizer, (X, Y), epochs=1,
                     record=training.Record("exp_avg"))  # fmt: skip
    training.range_test(model, CROSS_ENTROPY, optimizer, (X, Y), steps=3)
    assert weight.grad is gradient
    assert weight.data_ptr() == storage
    assert torch.equal(gradient, torch.ones_like(weight))
    assert model.bias.requires_grad
    assert not hasattr(model, "extra")


def test_the_default_device_of_the_caller_does_not_matter():
    model, record = network(), training.Record(layers="1.bias", keep=[(1,)])
    optimizer, runs = sgd(model), network(seed=2)
    both = model, CROSS_ENTROPY, optimizer, (X, Y)
    of_runs = sgd(runs)
    with torch.device("meta"):
        found = [
            training.range_test(*both, steps=5).losses,
            training.fit(*both, (X, Y), epochs=1, record=record).records["gradient"]["1.bias"],
            training.fit_runs([runs], CROSS_ENTROPY, of_runs, (X, Y), epochs=1)[0].train_losses,
            digits().train.x,
        ]
    assert {one.device.type for one in found} == {"cpu"}


def test_restarts_go_on_where_the_last_training_ended():
    model = network()
    optimizer = sgd(model)
    scheduler = RESTARTS(optimizer)
    for first in (0.1, 0.1 / 2):  # the start of the first cycle, and the middle
        history = training.fit(
            model, CROSS_ENTROPY, optimizer, (X, Y), epochs=1, scheduler=scheduler
        )
        assert history.learning_rates[0] == pytest.approx(first)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1)  # of the second cycle


# Randomness


class Drawing(torch.utils.data.Dataset):
    """A dataset that draws from every generator."""

    def __len__(self):
        return 40

    def __getitem__(self, i):
        noise = random.random() + np.random.rand() + torch.rand(())  # noqa: NPY002
        return X[i] + noise, Y[i]


@pytest.mark.parametrize(
    "options",
    [
        lambda own: {"generator": own},
        lambda own: {"generator": own, "shuffle": True},
        lambda own: {"sampler": RandomSampler(X, generator=own)},
        lambda own: {"batch_sampler": BatchSampler(RandomSampler(X, generator=own), 8, False)},
    ],
)
def test_an_evaluation_leaves_the_generators_of_a_loader_and_training_starts_from_them(options):
    own = torch.Generator().manual_seed(3)
    before, model = own.get_state(), nn.Linear(6, 3)
    loader = DataLoader(TensorDataset(X, Y), **options(own))
    training.evaluate(model, CROSS_ENTROPY, loader)
    assert torch.equal(own.get_state(), before)
    losses = [CROSS_ENTROPY(model(x), y).item() for x, y in loader]
    own.set_state(before)
    history = training.fit(model, CROSS_ENTROPY, sgd(model, 0.0), loader, epochs=1)
    assert history.losses.tolist() == losses


class Noisy(nn.Module):
    """Draws in evaluation mode, too."""

    def forward(self, x):  # noqa: D102
        return x + torch.rand(())


@pytest.mark.parametrize("train", [(X, Y), DataLoader(Drawing(), batch_size=8, shuffle=True)])
def test_the_callers_random_state_stays_and_torchs_does_not_matter(train):
    models = []
    for start in (1, 2):
        model = network()
        torch.manual_seed(start), random.seed(3), np.random.seed(3)  # noqa: NPY002
        before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
        training.fit(model, CROSS_ENTROPY, sgd(model), train, train, epochs=2)
        training.predict(Noisy(), X)
        assert torch.equal(torch.get_rng_state(), before[0])
        assert random.getstate() == before[1]
        assert np.array_equal(np.random.get_state()[1], before[2])  # noqa: NPY002
        models.append(model)
    assert_same_bits(*models)


# Early stopping


def validation_losses(values):
    """A loss function whose validation loss in each epoch is the next value."""
    left = iter(values)

    def loss_function(outputs, y):
        return outputs.square().mean() if outputs.requires_grad else torch.tensor(next(left))

    return loss_function


@pytest.mark.parametrize(
    ("values", "patience", "epochs"),
    [
        ([5.0, 4.0, 3.0, 2.0, 1.0], 1, 5),
        ([3.0, 4.0, 2.0, 1.0, 0.5], 1, 2),
        ([3.0, 4.0, 2.0, 2.0, 2.0], 2, 5),
        ([3.0, 3.0, 3.0, 2.0, 1.0], 2, 3),
        ([3.0, math.nan, math.nan, 1.0, 1.0], 2, 3),
        ([math.nan, 2.0, 3.0, 3.0, 3.0], 2, 4),
        ([math.nan] * 5, 2, 3),
    ],
)
def test_early_stopping_waits_for_its_patience(values, patience, epochs):
    data, model = (torch.randn(8, 2), torch.zeros(8, 1)), nn.Linear(2, 1)
    history = training.fit(
        model, validation_losses(values), sgd(model), data, data, epochs=5, patience=patience
    )
    assert history.epochs == epochs
    assert history.stopped == ("early" if epochs < 5 else "")


# Modes


@pytest.mark.parametrize("mode", [True, False])
def test_modes_are_set_and_restored(mode):
    model, seen = network("normed").train(mode), []
    model[4].register_forward_hook(lambda module, *_: seen.append(module.training))
    training.fit(model, CROSS_ENTROPY, sgd(model), small(64), small(64), epochs=2)
    assert seen == [True, False, *[True, True, False] * 2]  # first, both data are tried out
    model[2].train(not mode)
    before = [module.training for module in model.modules()]
    training.evaluate(model, CROSS_ENTROPY, small(64))
    training.predict(model, small(64)[0])
    assert [module.training for module in model.modules()] == before


def test_evaluation_has_neither_dropout_nor_gradients():
    model = network("normed")
    outputs = training.predict(model, X, batch_size=7)
    assert not outputs.requires_grad
    results = [training.evaluate(model, CROSS_ENTROPY, (X, Y), batch_size=n) for n in (7, 40)]
    assert results[0].loss == pytest.approx(results[1].loss)
    torch.testing.assert_close(outputs, model.eval()(X).detach())


def test_modes_and_random_state_are_restored_after_an_error_too():
    model = network().eval()
    before = torch.get_rng_state()
    bad = X, torch.full_like(Y, 3)
    with pytest.raises(ValueError, match="labels"):
        training.fit(model, CROSS_ENTROPY, sgd(model), bad, epochs=1)
    assert not model.training
    with pytest.raises(ValueError, match="labels"):
        training.evaluate(model.train(), CROSS_ENTROPY, bad)
    assert model.training
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("where", "mode"), [("train", "training"), ("eval", "evaluation")])
def test_a_model_that_leaves_its_mode_is_found(where, mode):
    class Restless(nn.Linear):
        def forward(self, x):
            if self.training == (where == "train"):
                self.train(not self.training)
            return super().forward(x)

    model = Restless(6, 3)
    with pytest.raises(RuntimeError, match=f"model must stay in {mode} mode"):
        training.fit(model, CROSS_ENTROPY, sgd(model), (X, Y), (X, Y), epochs=1)
    assert model.training


# Divergence


def test_a_loss_that_is_not_finite_is_reported_with_epoch_batch_and_history():
    model = nn.Linear(6, 1)
    with pytest.raises(training.DivergedError, match=r"got (inf|nan) in batch \d of epoch 1") as e:
        training.fit(
            model, nn.MSELoss(), sgd(model, 1e12), (X, X[:, :1]), epochs=9, batch_size=10,
            record=training.Record(),
        )  # fmt: skip
    error = e.value
    assert (error.epoch, error.rate) == (1, 1e12)
    assert "learning rate of 1000000000000.0" in str(error)
    assert error.history.updates == len(error.history.learning_rates) == error.batch - 1 >= 1
    assert (error.history.epochs, error.history.stopped) == (0, "diverged")
    assert error.history.losses.isfinite().all()
    assert len(error.history.records["gradient"]["weight"]) == error.history.updates
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert torch.equal(again.history.losses, error.history.losses)


# Arguments that do not fit


def fails(match, error=ValueError, model=None, loss=CROSS_ENTROPY, data=(X, Y), make=sgd, **more):
    """Assert that `fit` refuses, and that the model and the random state are as they were."""
    model = network() if model is None else model
    optimizer = make(model)
    if "scheduler" in more and callable(more["scheduler"]):
        more["scheduler"] = more["scheduler"](optimizer)
    parameters = list(model.parameters())
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    before = copy.deepcopy(model.state_dict()), [p.grad for p in parameters], torch.get_rng_state()
    with pytest.raises(error, match=match):
        training.fit(model, loss, optimizer, data, **{"epochs": 1, **more})
    now = model.state_dict()
    assert all(value.is_meta or torch.equal(value, before[0][name]) for name, value in now.items())
    assert all(p.grad is grad for p, grad in zip(parameters, before[1], strict=True))
    assert torch.equal(torch.get_rng_state(), before[2])


def test_a_loader_may_make_more_rows_of_a_sample():
    def twice(samples):
        x, y = torch.utils.data.default_collate(samples)
        return x.repeat(2, 1), y.repeat(2)

    loader = DataLoader(TensorDataset(X[:33], Y[:33]), batch_size=16, collate_fn=twice)
    model = network("normed")
    assert training.fit(model, CROSS_ENTROPY, sgd(model), loader, epochs=1).updates == 3


def test_a_last_batch_of_one_may_be_dropped_but_is_no_batch_to_normalise():
    data, model = TensorDataset(X[:33], Y[:33]), network("normed")
    loader = DataLoader(data, batch_size=16, drop_last=True)
    assert training.fit(model, CROSS_ENTROPY, sgd(model), loader, epochs=1).updates == 2
    fails("Expected more than 1 value", model=model, data=DataLoader(data, batch_size=16))


@pytest.mark.parametrize("kind", ["plain", "custom"])
@pytest.mark.parametrize("bad", [-1, 3, 255])
def test_labels_out_of_range_are_found_wherever_they_stand(kind, bad):
    y = Y.clone()
    y[29] = bad
    message = f"train must have labels from 0 to 2, as the model has 3 outputs, got {bad}"
    for data in ((X, y), DataLoader(TensorDataset(X, y), batch_size=40)):
        fails(message, model=network(kind), data=data)
    model, late = network(kind), [(X[:20], Y[:20]), (X[20:], y[20:])]
    with pytest.raises(ValueError, match=message):
        training.fit(model, CROSS_ENTROPY, sgd(model), late, epochs=1)
    with pytest.raises(ValueError, match="validation must have labels from 0 to 2"):
        training.fit(model, CROSS_ENTROPY, sgd(model), (X, Y), (X, y), epochs=1)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ((X[:0], Y[:0]), ValueError, "train must hold at least one sample, got none"),
        ((X, Y[:-1]), ValueError, r"as many targets as inputs, got shapes \(40, 6\) and \(39,\)"),
        ((X, Y.int()), TypeError, r"train must have labels of torch\.int64, got torch\.int32"),
        ((X, Y[:, None]), ValueError, r"a label for each sample, shape \(8,\), .* got \(8, 1\)"),
        ((X.double(), Y), TypeError, r"the model's dtype, torch\.float32, got torch\.float64"),
        ((X.byte(), Y), TypeError, r"the model's dtype, torch\.float32, got torch\.uint8"),
        ((X[:, 1:], Y), ValueError, r"train must have inputs that .* takes, got shape \(8, 5\)"),
        ((X, Y.float()), ValueError, r"targets of the outputs' shape, \(8, 3\), got \(8,\)"),
        ([], ValueError, "train must give at least one batch an epoch, got none"),
        (DataLoader([]), ValueError, "train must give at least one batch an epoch, got none"),
        ([(X[:0], Y[:0])], ValueError, "train must give at least one batch an epoch, got none"),
        (DataLoader(TensorDataset(X)), TypeError, "pairs of tensors, got a list of Tensor"),
        (DataLoader(TensorDataset(X, Y), batch_size=None), ValueError, "as many targets as inputs"),
        ([(X, Y[:3])], ValueError, "as many targets as inputs, got shapes"),
        (iter([(X, Y)]), TypeError, "must last for all epochs"),
        (TensorDataset(X, Y), TypeError, "a pair of tensors or a DataLoader, got TensorDataset"),
        (X, TypeError, "a pair of tensors or a DataLoader, got Tensor"),
        (None, TypeError, "a pair of tensors or a DataLoader, got NoneType"),
    ],
)
def test_data_that_do_not_fit(data, error, message):
    fails(message, error, data=data)


def test_targets_of_another_shape_or_dtype_are_not_broadcast():
    fit = {"model": nn.Linear(6, 1), "loss": nn.MSELoss()}
    fails(r"targets of the outputs' shape, \(8, 1\), got \(8,\)", data=(X, X[:, 0]), **fit)
    fails(r"targets of torch\.float32, got", TypeError, data=(X, X[:, :1].double()), **fit)


def without_rate(model):
    return torch.optim.Optimizer(model.parameters(), {"rate": 0.1})


class Pair(nn.Linear):
    """A model that returns two tensors."""

    def forward(self, x):  # noqa: D102
        return super().forward(x), x


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be a whole number of at least 1, got 0"),
        ({"epochs": 2.0}, TypeError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number of at least 1, got 0"),
        ({"data": [(X, Y)], "batch_size": 8}, ValueError, "batch_size must be left out"),
        ({"seed": -1}, ValueError, "seed must be a whole number of at least 0, got -1"),
        ({"seed": 2**64}, ValueError, "seed must be at most 18446744073709551615"),
        ({"progress": "yes"}, TypeError, "progress must be True or False, got 'yes'"),
        ({"patience": 0}, ValueError, "patience must be a whole number of at least 1"),
        ({"patience": 1}, ValueError, "validation must be given with patience"),
        ({"record": "weight"}, TypeError, "record must be a Record or .*, got 'weight'"),
        ({"record": None}, TypeError, "record must be a Record or a sequence of Records, got None"),
        ({"loss": nn.MSELoss}, TypeError, "loss_function must be a function of outputs"),
        ({"loss": nn.CrossEntropyLoss(reduction="sum")}, ValueError, "must have reduction='mean'"),
        ({"loss": lambda o, y: o}, ValueError, r"return one number, shape \(\), got \(8, 3\)"),
        ({"loss": lambda o, y: o.detach().sum()}, ValueError, "loss_function must depend on the"),
        ({"make": lambda m: "adam"}, TypeError, "optimizer must be one of torch.optim, got str"),
        ({"make": lambda m: sgd(network())}, ValueError, "got a SGD of others"),
        (
            {"make": lambda m: torch.optim.LBFGS(m.parameters())},
            ValueError,
            "got LBFGS: .*closure",
        ),
        (
            {"make": lambda m: torch.optim.Adam(m.parameters(), capturable=True)},
            ValueError,
            "optimizer must be able to step, got Adam: If capturable",
        ),
        ({"loss": lambda o, y: o.sum() * 1j}, ValueError, "loss_function must allow a backward"),
        (
            {"make": lambda m: sgd(m, 1e300)},
            ValueError,
            "optimizer must be able to step, got SGD",
        ),
        (
            {"model": network("normed"), "data": (X[:33], Y[:33])},
            ValueError,
            "more than 1 value per",
        ),
        ({"model": network("normed"), "loss": lambda o, y: o}, ValueError, "return one number"),
        (
            {"model": network("normed"), "validation": (X, Y + 3)},
            ValueError,
            "validation must have",
        ),
        ({"validation": [(X[:, 1:], Y)]}, ValueError, "validation must have inputs that the model"),
        ({"model": network().to("meta")}, ValueError, "all of its values, got none of '1.weight'"),
        ({"loss": nn.TripletMarginLoss()}, ValueError, r"must take outputs \(8, 3\) .*'negative'"),
        ({"data": (X.to_sparse(), Y)}, TypeError, "train must be a dense tensor, got layout"),
        (
            {"data": (X.numpy(), Y.numpy())},
            TypeError,
            "a pair of tensors or a DataLoader, got a tup",
        ),
        ({"record": training.Record("momentum_buffer")}, ValueError, "of must be 'gradient'"),
        ({"scheduler": lambda o: [STEP(o)] * 2}, ValueError, "scheduler must be several different"),
        ({"model": nn.ReLU(), "make": id}, ValueError, "a parameter that requires a gradient"),
        ({"model": Pair(6, 3)}, TypeError, "model must return a tensor, got tuple"),
        (
            {"model": nn.Sequential(nn.Linear(6, 3), nn.Flatten(0))},
            ValueError,
            "an output for each",
        ),
        ({"scheduler": 0.5}, TypeError, r"scheduler must be one of torch\.optim\.lr_scheduler"),
        ({"scheduler": "cos"}, TypeError, r"scheduler must be one of .*, got 'cos'"),
        (
            {"make": without_rate},
            ValueError,
            "optimizer must have a learning rate, 'lr', got a Optimizer",
        ),
    ],
)
def test_arguments_that_do_not_fit(more, error, message):
    fails(message, error, **more)


def test_models_that_do_not_fit():
    model = network()
    model[3].eval()
    fails("model must be in one mode, got another one for '3'", model=model)
    with warnings.catch_warnings(action="ignore"):  # torch.jit is deprecated
        scripted = torch.jit.script(nn.Linear(6, 3))
    fails("must be of Python code, got .* '0'", TypeError, model=nn.Sequential(scripted))
    with pytest.raises(TypeError, match=r"model must be an nn\.Module, got function"):
        training.fit(lambda x: x, CROSS_ENTROPY, torch.optim.SGD([X], lr=1.0), (X, Y), epochs=1)
    lazy = nn.Sequential(nn.Linear(6, 3), nn.LazyBatchNorm1d(affine=False))
    with pytest.raises(ValueError, match=r"all of its values, got none of '1\.running_mean'"):
        training.evaluate(lazy, CROSS_ENTROPY, (X, Y))
    for context in (torch.no_grad(), torch.inference_mode()):
        with context:
            fails("training needs gradients", RuntimeError)


def sequence(*parts, milestone):
    return lambda o: torch_schedulers.SequentialLR(o, [part(o) for part in parts], [milestone])


PLATEAU, STEP = torch_schedulers.ReduceLROnPlateau, lambda o: torch_schedulers.StepLR(o, 1)
LINEAR, RESTARTS = torch_schedulers.LinearLR, SCHEDULERS["CosineAnnealingWarmRestarts"][0]


def one_cycle(steps):
    return lambda o: torch_schedulers.OneCycleLR(o, 0.1, total_steps=steps)


LATE = sequence(one_cycle(2), one_cycle(3), milestone=2)


@pytest.mark.parametrize(
    ("scheduler", "more", "message"),
    [
        (
            lambda o: STEP(sgd(network())),
            {},
            "must belong to the optimizer, got a StepLR of another",
        ),
        (PLATEAU, {}, "scheduler must have a validation loss, got a ReduceLROnPlateau without"),
        (functools.partial(PLATEAU, mode="max"), {"validation": (X, Y)}, "must have mode='min'"),
        (
            sequence(LINEAR, one_cycle(9), milestone=2),
            {},
            "parts that are stepped alike, got a Seq",
        ),
        # 3 epochs of 2 batches
        (one_cycle(5), {"epochs": 3}, "last for 6 more steps, got a OneCycleLR: .* steps is 5"),
        (one_cycle(5), {"epochs": 3, "data": [(X, Y)] * 2}, "last for 6 more steps"),
        (LATE, {"epochs": 3}, "got a SequentialLR: .* steps is 3"),
        (
            sequence(STEP, sequence(STEP, STEP, milestone=1), milestone=2),
            {"epochs": 3},
            "got a SequentialLR: in torch only its first part can be a SequentialLR or Chained",
        ),
    ],
)
def test_schedulers_that_do_not_fit(scheduler, more, message):
    fails(message, scheduler=scheduler, make=functools.partial(sgd, momentum=0.9), **more)


@pytest.mark.parametrize("make", [one_cycle(6), sequence(one_cycle(2), one_cycle(4), milestone=2)])
def test_schedulers_that_just_last(make):
    model = network()
    optimizer = sgd(model, momentum=0.9)
    history = training.fit(
        model, CROSS_ENTROPY, optimizer, (X, Y), epochs=3, scheduler=make(optimizer)
    )  # fmt: skip
    assert history.updates == 6


def test_evaluate_and_predict_name_the_argument_that_does_not_fit():
    model = network()
    with pytest.raises(ValueError, match="data must hold at least one sample"):
        training.evaluate(model, CROSS_ENTROPY, (X[:0], Y[:0]))
    with pytest.raises(ValueError, match="data must have labels from 0 to 2"):
        training.evaluate(model, CROSS_ENTROPY, (X, Y + 1))
    with pytest.raises(TypeError, match="x must be a tensor of inputs, got list"):
        training.predict(model, [1.0])
    with pytest.raises(ValueError, match="x must hold at least one sample"):
        training.predict(model, X[:0])
    with pytest.raises(TypeError, match="x must have inputs of the model's dtype"):
        training.predict(model, X.double())
    with pytest.raises(TypeError, match=r"model must be an nn\.Module"):
        training.predict(len, X)


# What it shows


@pytest.mark.parametrize("code", ["en", "pt"])
def test_a_progress_bar_is_shown_in_the_readers_language_and_removed(capsys, monkeypatch, code):
    monkeypatch.setattr(_progress, "DELAY", 0.0)
    model = network()
    with language.using(code):
        training.fit(model, CROSS_ENTROPY, sgd(model), (X, Y), epochs=2, progress=True)
    lines = capsys.readouterr().err.split("\r")
    name, unit = {"en": ("training: ", "batch/s"), "pt": ("treino: ", "lote/s")}[code]
    assert lines[1].startswith(name)
    assert unit in lines[-3]
    assert lines[-2].isspace()
    assert not lines[-1]


@pytest.mark.parametrize("variable", [None, "COURSE_BUILD", "PYTEST_VERSION"])
@pytest.mark.parametrize("kernel", [True, False])
@pytest.mark.parametrize("terminal", [True, False])
def test_a_progress_bar_is_shown_where_a_person_waits(monkeypatch, terminal, kernel, variable):
    for name in ("COURSE_BUILD", "PYTEST_VERSION"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    others = {name: module for name, module in sys.modules.items() if name != "ipykernel"}
    monkeypatch.setattr(sys, "modules", {**others, "ipykernel": None} if kernel else others)
    with _progress.progress_bar(3, "batch") as bar:
        assert bar.disable == (variable is not None or not (terminal or kernel))


def test_history_shows_its_last_values():
    history, _ = assert_same("SGD")
    parts = [
        f"{part}_{row}" for part in ("train", "validation") for row in ("losses", "accuracies")
    ]
    last = ", ".join(f"{name}[-1]={getattr(history, name)[-1]:.4g}" for name in parts)
    assert repr(history) == f"History(epochs=4, updates=28, {last})"
    rows = [row for row in vars(history).values() if isinstance(row, torch.Tensor)]
    assert [row.dtype for row in rows] == [torch.float64] * 7
    assert history != copy.copy(history)  # without comparing tensors


def test_batches_of_different_shapes_are_counted_together():
    model = nn.Conv1d(6, 3, 1)
    batches = [(torch.randn(4, 6, n), torch.randint(3, (4, n))) for n in (5, 5, 7, 2)]
    result = training.evaluate(model, CROSS_ENTROPY, batches)
    right = [model(x).argmax(1) == y for x, y in batches]
    assert result.accuracy == pytest.approx(torch.cat([r.flatten() for r in right]).double().mean())
