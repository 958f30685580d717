"""Several runs at once: each is the run that the plain loop makes alone."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn.utils import prune
from torch.optim import lr_scheduler as torch_schedulers

from helpers import training
from tests.training_cases import (
    CROSS_ENTROPY,
    OPTIMIZERS,
    SCHEDULERS,
    Custom,
    network,
    plain_loop,
    sgd,
    small,
    split,
)

EPOCHS, SIZE = 4, 15  # of 100 samples: 7 batches, the last of 10
TRAIN, VALIDATION = split(small(130), 100)
SEEDS = [3, 0, 3]  # two with the same dropout and order of the data, but other weights
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}


def to(dtype, data):
    return data[0].to(dtype), data[1]


def deep(seed, dtype=torch.float64):
    """Make a network with two layers of dropout, one of them without bias."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(6, 30),
        nn.Tanh(),
        nn.Dropout(0.3),
        nn.Dropout(0.0),
        nn.Linear(30, 20, bias=False),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(20, 3),
    ).to(dtype)


def assert_each_is_alone(models, histories, make, dtype, scheduler="none", epochs=EPOCHS):
    """Compare each run with the plain loop of a fresh model."""
    make_scheduler, when = SCHEDULERS[scheduler]
    for run, seed in enumerate(SEEDS):
        alone = deep(run, dtype)
        optimizer = make(alone.parameters())
        saw = plain_loop(
            alone, CROSS_ENTROPY, optimizer, to(dtype, TRAIN), epochs, SIZE, seed=seed,
            scheduler=make_scheduler and make_scheduler(optimizer), when=when,
            validation=to(dtype, VALIDATION),
        )  # fmt: skip
        tolerance = {"rtol": 0, "atol": TOLERANCE[dtype]}
        for ours, its in zip(models[run].parameters(), alone.parameters(), strict=True):
            torch.testing.assert_close(ours, its, **tolerance)
            torch.testing.assert_close(ours.grad, its.grad, **tolerance)
        for name in ("losses", "train_losses", "validation_losses"):
            expected = torch.tensor(saw[name], dtype=torch.float64)
            torch.testing.assert_close(getattr(histories[run], name), expected, **tolerance)
        assert histories[run].learning_rates.tolist() == saw["rates"]
        assert histories[run].train_accuracies.tolist() == saw["train_accuracies"]


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_run_equals_the_run_alone(name, dtype):
    make = OPTIMIZERS[name]
    epochs = EPOCHS if dtype == torch.float64 else 1
    models = [deep(run, dtype) for run in range(3)]
    histories = training.fit_runs(
        models, CROSS_ENTROPY, [make(model.parameters()) for model in models], to(dtype, TRAIN),
        to(dtype, VALIDATION), epochs=epochs, batch_size=SIZE, seeds=SEEDS,
    )  # fmt: skip
    assert_each_is_alone(models, histories, make, dtype, epochs=epochs)


@pytest.mark.parametrize(
    "name", [n for n in SCHEDULERS if n != "ReduceLROnPlateau" and "by" not in n]
)
@pytest.mark.parametrize("optimizer", ["momentum", "fused Adam"])
def test_one_optimizer_and_scheduler_serve_all_runs(name, optimizer):
    make, (make_scheduler, _) = OPTIMIZERS[optimizer], SCHEDULERS[name]
    models = [deep(run) for run in range(3)]
    one = make(list(itertools.chain(*(model.parameters() for model in models))))
    histories = training.fit_runs(
        models, CROSS_ENTROPY, one, to(torch.float64, TRAIN), to(torch.float64, VALIDATION),
        epochs=EPOCHS, batch_size=SIZE, seeds=SEEDS,
        schedulers=make_scheduler(one) if make_scheduler else (),
    )  # fmt: skip
    assert_each_is_alone(models, histories, make, torch.float64, name)


def test_each_run_may_have_its_own_rule_rate_and_schedule():
    def make(run):
        model = network(seed=run)
        if run == 0:
            return model, sgd(model, 0.01), None
        if run == 1:
            optimizer = sgd(model, 0.2, momentum=0.9)
            return model, optimizer, torch_schedulers.StepLR(optimizer, 1, 0.5)
        optimizer = torch.optim.Adam(
            [{"params": model[1].parameters()}, {"params": model[4].parameters(), "lr": 0.1}]
        )
        return model, optimizer, torch_schedulers.OneCycleLR(optimizer, 0.1, total_steps=14)

    models, optimizers, schedulers = zip(*map(make, range(3)), strict=True)
    histories = training.fit_runs(
        models, CROSS_ENTROPY, optimizers, TRAIN, epochs=2, batch_size=SIZE,
        schedulers=schedulers[1:],
    )  # fmt: skip
    for run, history in enumerate(histories):
        alone, optimizer, scheduler = make(run)
        expected = training.fit(
            alone, CROSS_ENTROPY, optimizer, TRAIN, epochs=2, batch_size=SIZE, seed=run,
            scheduler=scheduler,
        )  # fmt: skip
        torch.testing.assert_close(history.losses, expected.losses, rtol=0, atol=1e-5)
        assert torch.equal(history.learning_rates, expected.learning_rates)
    assert histories[2].learning_rates.shape == (14, 2)


def test_a_run_that_diverges_stops_and_the_others_go_on():
    data = TRAIN[0] * 1e3, TRAIN[1][:, None].float()
    rates = (1e-9, 1e30, 1e-8)

    def make(run):
        torch.manual_seed(run)
        model = nn.Sequential(nn.Linear(6, 1))
        return model, sgd(model, rates[run], momentum=0.5)

    models, optimizers = zip(*map(make, range(3)), strict=True)
    options = {"train": data, "epochs": 3, "batch_size": 10}
    histories = training.fit_runs(models, nn.MSELoss(), optimizers, **options)
    assert [history.stopped for history in histories] == ["", "diverged", ""]
    for run in (0, 2):
        model, optimizer = make(run)
        expected = training.fit(model, nn.MSELoss(), optimizer, **options, seed=run)
        torch.testing.assert_close(histories[run].losses, expected.losses, rtol=1e-6, atol=0)
    model, optimizer = make(1)
    with pytest.raises(training.DivergedError) as error:
        training.fit(model, nn.MSELoss(), optimizer, **options, seed=1)
    diverged = error.value.history.losses
    torch.testing.assert_close(histories[1].losses, diverged, rtol=1e-6, atol=0)
    torch.testing.assert_close(models[1].state_dict(), model.state_dict())  # as it was before


def test_records_are_those_of_fit():
    records = [training.Record(keep="all"), training.Record("exp_avg", "4.bias", keep=[(1,)])]
    models = [network(seed=run) for run in range(2)]
    optimizers = [torch.optim.Adam(model.parameters()) for model in models]
    histories = training.fit_runs(
        models, CROSS_ENTROPY, optimizers, TRAIN, epochs=2, batch_size=SIZE, record=records
    )
    for run, history in enumerate(histories):
        alone = network(seed=run)
        expected = training.fit(
            alone, CROSS_ENTROPY, torch.optim.Adam(alone.parameters()), TRAIN, epochs=2,
            batch_size=SIZE, seed=run, record=records,
        ).records  # fmt: skip
        torch.testing.assert_close(history.records, expected, rtol=0, atol=1e-6)


def test_models_are_their_own_again_afterwards():
    models = [network(seed=run) for run in range(2)]
    state = torch.get_rng_state()
    training.fit_runs(models, CROSS_ENTROPY, [sgd(m) for m in models], TRAIN, epochs=1)
    assert torch.equal(torch.get_rng_state(), state)
    first = models[0][1].weight
    assert first.untyped_storage().nbytes() == first.numel() * first.element_size()
    assert first.grad.untyped_storage().nbytes() == first.numel() * first.element_size()
    kept = [p.detach().clone() for p in models[1].parameters()]
    training.fit(models[0], CROSS_ENTROPY, sgd(models[0]), TRAIN, epochs=1)
    assert all(torch.equal(p, k) for p, k in zip(models[1].parameters(), kept, strict=True))
    assert all(module.training for module in models[0].modules())


def test_gradients_from_before_move_nothing():
    models, beside = [network(seed=run) for run in range(2)], nn.Parameter(torch.ones(3))
    beside.grad = torch.ones(3)
    every = [beside, *(parameter for model in models for parameter in model.parameters())]
    optimizer = torch.optim.SGD(every, lr=0.1)
    training.fit_runs(models, CROSS_ENTROPY, optimizer, TRAIN, epochs=1)
    assert torch.equal(beside, torch.ones(3))


def test_frozen_parameters_stay():
    models = [network(seed=run) for run in range(2)]
    for model in models:
        model[1].requires_grad_(False)
    before = models[0][1].weight.clone()
    training.fit_runs(models, CROSS_ENTROPY, [sgd(m[4]) for m in models], TRAIN, epochs=1)
    assert torch.equal(models[0][1].weight, before)
    assert models[0][1].weight.grad is None


class Doubled(nn.Sequential):
    """A Sequential with a forward of its own."""

    def forward(self, x):  # noqa: D102
        return 2 * super().forward(x)


def shared_layer():
    layer = nn.Linear(6, 6)
    return nn.Sequential(layer, nn.ReLU(), layer)


AXES = {
    "models": [nn.Sequential(nn.Linear(6, 3)), nn.Sequential(nn.Linear(6, 3))],
    "train": (torch.randn(20, 4, 6), torch.randn(20, 4, 3)),
    "loss_function": nn.MSELoss(),
}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"models": []}, TypeError, r"models must be a sequence of nn\.Sequential, got \[\]"),
        ({"models": [Custom(6, 3)]}, TypeError, r"models must be nn\.Sequential, got Custom"),
        ({"models": [Doubled(nn.Linear(6, 3))]}, TypeError, "must be nn.Sequential, got Doubled"),
        (
            {"models": [nn.Sequential(prune.l1_unstructured(nn.Linear(6, 3), "weight", 0.5))]},
            TypeError,
            "models must be of layers that `fit_runs` supports, got Linear",
        ),
        ({"models": [network(), network(width=9)]}, ValueError, "models must be equal networks"),
        ({"models": [network(), network().double()]}, ValueError, "models must be equal networks"),
        ({"models": [network("normed")]}, TypeError, r"models must be of layers.*BatchNorm1d"),
        ({"models": [network()] * 2}, ValueError, "models must not share parameters"),
        ({"models": [shared_layer()]}, ValueError, "models must not share parameters"),
        ({"seeds": [1]}, ValueError, "seeds must be one for each of 2 models, got 1"),
        ({"seeds": [1, 2**64]}, ValueError, "seeds must be at most 18446744073709551615"),
        ({"train": [TRAIN]}, TypeError, "train must be a pair of tensors, got list"),
        ({"train": (TRAIN[0], TRAIN[1] + 1)}, ValueError, "train must have labels from 0 to 2"),
        ({"validation": 3}, TypeError, "validation must be a pair of tensors"),
        ({"validation": [TRAIN]}, TypeError, "validation must be a pair of tensors, got list"),
        ({"validation": (TRAIN[0][:, 1:], TRAIN[1])}, ValueError, "validation must have inputs"),
        ({"epochs": 0}, ValueError, "epochs must be"),
        (AXES, ValueError, r"models must flatten inputs, got shape \(20, 4, 6\)"),
        ({"loss_function": nn.MSELoss}, TypeError, "loss_function must be a function"),
        ({"optimizers": 3}, TypeError, "optimizer must be one of torch.optim, got int"),
    ],
)
def test_arguments_that_do_not_fit(change, error, message):
    models = change.get("models", [network(seed=run) for run in range(2)])
    fit = {"models": models, "loss_function": CROSS_ENTROPY, "train": TRAIN, "epochs": 1}
    with pytest.raises(error, match=message):
        training.fit_runs(**fit | {"optimizers": [sgd(model) for model in models]} | change)


def test_optimizers_and_schedulers_that_do_not_fit():
    models = [network(seed=run) for run in range(2)]
    fit = {"train": TRAIN, "epochs": 1}
    with pytest.raises(
        ValueError, match="optimizers must hold parameters of each model, got none of run 1"
    ):
        training.fit_runs(models, CROSS_ENTROPY, sgd(models[0]), **fit)
    every = [parameter for model in models for parameter in model.parameters()]
    with pytest.raises(ValueError, match="optimizer must be able to step, got LBFGS"):
        training.fit_runs(models, CROSS_ENTROPY, torch.optim.LBFGS(every), **fit)
    optimizers = [sgd(model) for model in models]
    with pytest.raises(ValueError, match=r"parameter of the model once, got '1\.weight' 2"):
        training.fit_runs(models, CROSS_ENTROPY, [*optimizers, optimizers[0]], **fit)
    plateau = torch_schedulers.ReduceLROnPlateau(optimizers[0])
    with pytest.raises(ValueError, match="scheduler must have a validation loss"):
        training.fit_runs(models, CROSS_ENTROPY, optimizers, **fit, schedulers=[plateau])
    other = torch_schedulers.StepLR(sgd(network()), 1)
    with pytest.raises(ValueError, match="scheduler must belong to the optimizer"):
        training.fit_runs(models, CROSS_ENTROPY, optimizers, **fit, schedulers=other)
