"""Recording: one value an update, of training passes only, each as the plain loop sees it."""

import math

import pytest
import torch
from torch import nn

from helpers import averages, training
from tests.training_cases import CROSS_ENTROPY, network, plain_loop, sgd, small, split

EPOCHS, SIZE, UPDATES = 3, 15, 21
TRAIN, VALIDATION = split(small(130), 100)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=0.01, betas=(0.8, 0.95))


def recorded(record, kind="plain", make=adam, **more):
    """Train with records; return the history, what the plain loop saw, and parameters' names."""
    model, plain = network(kind), network(kind)
    history = training.fit(
        model, CROSS_ENTROPY, make(model.parameters()), TRAIN, VALIDATION, epochs=EPOCHS,
        batch_size=SIZE, record=record, **more,
    )  # fmt: skip
    saw = plain_loop(plain, CROSS_ENTROPY, make(plain.parameters()), TRAIN, EPOCHS, SIZE)
    assert more or history.losses.tolist() == saw["losses"]  # recording changes nothing
    return history, saw, [name for name, _ in model.named_parameters()]


def stacked(rows, i):
    return torch.stack([row[i] for row in rows])


@pytest.mark.parametrize("kind", ["plain", "custom", "normed"])
@pytest.mark.parametrize(("of", "seen"), [("gradient", "gradients"), ("parameter", "weights")])
def test_whole_tensors_are_those_of_the_plain_loop(kind, of, seen):
    history, saw, names = recorded(training.Record(of, keep="all"), kind)
    assert list(history.records) == [of]
    assert list(history.records[of]) == names
    for i, name in enumerate(names):
        values = history.records[of][name]
        assert len(values) == UPDATES == history.updates
        assert torch.equal(values, stacked(saw[seen], i))


def test_norms_and_entries():
    records = [
        training.Record(keep="norm", label="norm"),
        training.Record(layers="4.weight", keep=[(0, 3), (2, -1)], label="entries"),
        training.Record(layers="1.bias", keep=[5]),
    ]
    history, saw, names = recorded(records)
    for i, name in enumerate(names):
        gradients = stacked(saw["gradients"], i).flatten(1)
        torch.testing.assert_close(history.records["norm"][name], gradients.norm(dim=1))
    weights = stacked(saw["gradients"], 2)
    assert torch.equal(history.records["entries"]["4.weight"], weights[:, [0, 2], [3, -1]])
    assert history.records["gradient"].keys() == {"1.bias"}
    assert torch.equal(history.records["gradient"]["1.bias"], stacked(saw["gradients"], 1)[:, [5]])


def test_adams_state_holds_averages_of_the_gradients():
    records = [training.Record(of, keep="all") for of in ("gradient", "exp_avg", "exp_avg_sq")]
    history, _, names = recorded(records)
    for name in names:
        gradients = history.records["gradient"][name].double()
        for of, values, alpha in (("exp_avg", gradients, 0.2), ("exp_avg_sq", gradients**2, 0.05)):
            found = history.records[of][name].double()
            expected = averages.ewma(values, alpha=alpha, axis=0)
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-8)


def test_momentum_is_a_discounted_sum():
    records = [training.Record("momentum_buffer", keep="all"), training.Record(keep="all")]
    history, *_ = recorded(records, make=lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9))
    gradients = history.records["gradient"]["1.bias"]
    sums = 10 * averages.ewma(gradients, alpha=0.1, axis=0)
    torch.testing.assert_close(history.records["momentum_buffer"]["1.bias"], sums)


@pytest.mark.parametrize(
    ("layers", "names"),
    [
        ("1", ["1.weight", "1.bias"]),
        (["0.4"], ["0.4.weight", "0.4.bias"]),
        (["1.bias", "0.1.bias"], ["0.1.bias", "1.bias"]),
        (None, ["0.1.weight", "0.1.bias", "0.4.weight", "0.4.bias", "1.weight", "1.bias"]),
    ],
)
def test_layers_are_named_by_module_or_by_parameter(layers, names):
    model = nn.Sequential(network(), nn.Linear(3, 3))
    record = training.Record(layers=layers)
    history = training.fit(model, CROSS_ENTROPY, sgd(model), TRAIN, epochs=1, record=record)
    assert list(history.records["gradient"]) == names


def test_a_parameter_without_a_part_in_the_pass_is_nan():
    model = nn.Linear(6, 3)
    model.spare = nn.Parameter(torch.ones(2))
    record = training.Record()
    history = training.fit(model, CROSS_ENTROPY, sgd(model), TRAIN, epochs=1, record=record)
    assert history.records["gradient"]["spare"].isnan().all()
    assert history.records["gradient"]["weight"].isfinite().all()


def test_a_state_is_nan_until_a_parameter_has_a_part_in_a_pass():
    class Skipping(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = nn.Linear(6, 6), nn.Linear(6, 3)

        def forward(self, x):
            return self.last(self.first(x) if x[0, 0] < 0 else x)

    x, y = torch.ones(10, 6), TRAIN[1][:10]
    x[-1] = -1  # the one that is tried out
    model, record = Skipping(), training.Record("momentum_buffer", "first.bias", keep="all")
    optimizer = sgd(model, momentum=0.9)
    options = {"epochs": 1, "batch_size": 1, "record": record}
    history = training.fit(model, CROSS_ENTROPY, optimizer, (x, y), **options)
    rows = history.records["momentum_buffer"]["first.bias"]
    at = torch.randperm(10, generator=torch.Generator().manual_seed(0)).tolist().index(9)
    assert at > 0
    assert rows[:at].isnan().all()
    assert rows[at:].isfinite().all()


def test_a_sparse_state_is_recorded_as_a_dense_one():
    model = nn.Sequential(nn.Embedding(5, 3, sparse=True), nn.Flatten(1))
    record = training.Record("momentum_buffer", "0", keep=[(4, 0)])
    data = torch.full((8, 1), 4), torch.zeros(8, dtype=torch.int64)
    optimizer = sgd(model, momentum=0.9)
    history = training.fit(model, CROSS_ENTROPY, optimizer, data, epochs=1, record=record)
    stored = optimizer.state[model[0].weight]["momentum_buffer"].to_dense()[4, 0]
    assert history.records["momentum_buffer"]["0.weight"][-1, 0] == stored != 0


def test_parameters_that_the_optimizer_does_not_train():
    model = network()
    options = {"optimizer": torch.optim.Adam(model[4].parameters()), "train": TRAIN, "epochs": 1}
    with pytest.raises(ValueError, match=r"parameters that are trained, got '1\.weight'"):
        training.fit(model, CROSS_ENTROPY, **options, record=training.Record())
    history = training.fit(model, CROSS_ENTROPY, **options, record=training.Record("parameter"))
    assert len(history.records["parameter"]) == 4


@pytest.mark.parametrize(
    ("records", "make", "message"),
    [
        ([{"layers": "5"}], adam, r"1\.weight, .* or a module of them, got '5'"),
        ([{"layers": ["1.weight", "weight"]}], adam, "got 'weight'"),
        ([{"layers": "3"}], adam, "got '3'"),
        ([{"of": "momentum_buffer"}], adam, r"\['exp_avg', 'exp_avg_sq'\].* '1\.weight', got 'mom"),
        ([{"of": "exp_avg"}], torch.optim.SGD, r"or one of \[\], .* got 'exp_avg'"),
        ([{"of": "step"}], adam, "got 'step'"),
        ([{"layers": "1", "keep": [(0, 99)]}], adam, r"single entries of '1\.weight', .*\(8, 6\)"),
        *(([{"layers": "1", "keep": [k]}], adam, "single entries") for k in (0, (0, 0, 0), "a")),
        ([{"layers": "1"}, {"layers": "1.bias"}], adam, r"not name '1\.bias' twice for 'gradient'"),
    ],
)
def test_records_that_do_not_fit_the_training(records, make, message):
    model = network()
    record = [training.Record(**one) for one in records]
    with pytest.raises(ValueError, match=message):
        training.fit(model, CROSS_ENTROPY, make(model.parameters()), TRAIN, epochs=1, record=record)


def test_records_that_do_not_fit_into_memory():
    model = nn.Sequential(nn.Linear(6, 100_000), nn.Linear(100_000, 3))
    record = training.Record(keep="all")
    with pytest.raises(ValueError, match=r"fit into 2 GiB, got 2\.\d GiB in 640 updates"):
        training.fit(model, CROSS_ENTROPY, sgd(model), TRAIN, epochs=160, record=record)


@pytest.mark.parametrize(
    ("record", "error", "message"),
    [
        ({"of": 3}, TypeError, "of must be a name, got 3"),
        ({"of": ""}, TypeError, "of must be a name"),
        ({"label": 3}, TypeError, "label must be a name"),
        ({"layers": 5}, TypeError, "layers must be a name or a sequence of names, got 5"),
        ({"layers": []}, TypeError, "layers must be a name or a sequence of names"),
        ({"layers": torch.ones(2)}, TypeError, "layers must be a name or a sequence of names"),
        ({"layers": [1]}, TypeError, "layers must be a name, got 1"),
        ({"layers": ""}, TypeError, "layers must be a name, got ''"),
        ({"keep": "median"}, ValueError, "keep must be one of 'all', 'norm', got 'median'"),
        ({"keep": []}, TypeError, "or a sequence of indices"),
        ({"keep": math.pi}, TypeError, "or a sequence of indices"),
    ],
)
def test_records_that_are_none(record, error, message):
    with pytest.raises(error, match=message):
        training.Record(**record)
