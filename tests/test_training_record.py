"""Recording: as many points as updates, of training passes only, each as a learner sees it."""

import math

import pytest
import torch
from torch import nn

from helpers import averages, training
from tests.training_cases import CROSS_ENTROPY, learners_loop, network, small, split

EPOCHS, SIZE, UPDATES = 3, 15, 21
TRAIN, VALIDATION = split(small(130), 100)


def recorded(record, kind="stack", make=None, validation=VALIDATION, **more):
    """Train with records; return the history, and what a learner's own loop saw."""
    make = make or (lambda p: torch.optim.Adam(p, lr=0.01))
    model = network(kind)
    history = training.fit(
        model, CROSS_ENTROPY, make(model.parameters()), TRAIN, validation, epochs=EPOCHS,
        batch_size=SIZE, record=record, **more,
    )  # fmt: skip
    learner = network(kind)
    optimizer = make(learner.parameters())
    saw = learners_loop(learner, CROSS_ENTROPY, optimizer, TRAIN, EPOCHS, SIZE)
    return history, saw, [name for name, _ in model.named_parameters()]


def stacked(rows, i):
    return torch.stack([row[i] for row in rows])


@pytest.mark.parametrize("kind", ["stack", "custom", "normed"])
@pytest.mark.parametrize(("of", "seen"), [("gradient", "gradients"), ("parameter", "weights")])
def test_whole_tensors_are_what_a_learner_sees(kind, of, seen):
    history, saw, names = recorded(training.Record(of, keep="all"), kind)
    assert list(history.records) == [of]
    assert list(history.records[of]) == names
    for i, name in enumerate(names):
        values = history.records[of][name]
        assert len(values) == UPDATES == history.updates
        assert torch.equal(values, stacked(saw[seen], i))


def test_norms_means_and_entries():
    records = [
        training.Record(keep="norm", label="norm"),
        training.Record(keep="mean", label="mean"),
        training.Record(layers="4.weight", keep=[(0, 3), (2, -1)], label="entries"),
        training.Record(layers="1.bias", keep=[5]),
    ]
    history, saw, names = recorded(records)
    for i, name in enumerate(names):
        gradients = stacked(saw["gradients"], i).flatten(1)
        torch.testing.assert_close(history.records["norm"][name], gradients.norm(dim=1))
        torch.testing.assert_close(history.records["mean"][name], gradients.mean(dim=1))
    weights = stacked(saw["gradients"], 2)
    assert torch.equal(history.records["entries"]["4.weight"], weights[:, [0, 2], [3, -1]])
    assert history.records["gradient"].keys() == {"1.bias"}
    assert torch.equal(history.records["gradient"]["1.bias"], stacked(saw["gradients"], 1)[:, [5]])


@pytest.mark.parametrize("fused", [True, False])
def test_adams_averages_are_those_of_the_gradients(fused):
    records = [training.Record(of, keep="all") for of in ("gradient", "exp_avg", "exp_avg_sq")]
    history, _, names = recorded(
        records, make=lambda p: torch.optim.Adam(p, betas=(0.8, 0.95), fused=fused)
    )
    for name in names:
        gradients = history.records["gradient"][name].double()
        first = averages.ewma(gradients, alpha=0.2, axis=0)
        second = averages.ewma(gradients**2, alpha=0.05, axis=0)
        found = {of: history.records[of][name].double() for of in ("exp_avg", "exp_avg_sq")}
        torch.testing.assert_close(found["exp_avg"], first, rtol=1e-4, atol=1e-8)
        torch.testing.assert_close(found["exp_avg_sq"], second, rtol=1e-4, atol=1e-10)


def test_momentum_is_a_discounted_sum():
    history, *_ = recorded(
        [training.Record("momentum_buffer", keep="all"), training.Record(keep="all")],
        make=lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    )
    gradients = history.records["gradient"]["1.bias"]
    sums = 10 * averages.ewma(gradients, alpha=0.1, axis=0)
    torch.testing.assert_close(history.records["momentum_buffer"]["1.bias"], sums)


def test_gradients_are_taken_after_clipping():
    history, *_ = recorded(training.Record(keep="all"), clip_norm=0.05)
    flat = torch.cat([g.flatten(1) for g in history.records["gradient"].values()], dim=1)
    torch.testing.assert_close(
        flat.norm(dim=1).double(), history.gradient_norms.clamp(max=0.05), rtol=1e-4, atol=0
    )


def test_recording_changes_nothing():
    every = [training.Record(of) for of in ("gradient", "parameter", "exp_avg", "exp_avg_sq")]
    for kind in ("stack", "custom"):
        history, saw, _ = recorded(every, kind, validation=None)
        assert history.losses.tolist() == saw["losses"]


def test_layers_by_module_and_by_parameter():
    model = nn.Sequential(network(), nn.Linear(3, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for layers, names in [
        ("1", ["1.weight", "1.bias"]),
        (["0.4"], ["0.4.weight", "0.4.bias"]),
        (["1.bias", "0.1.bias"], ["0.1.bias", "1.bias"]),
        ("0", ["0.1.weight", "0.1.bias", "0.4.weight", "0.4.bias"]),
        (None, [name for name, _ in model.named_parameters()]),
    ]:
        history = training.fit(
            model, CROSS_ENTROPY, optimizer, TRAIN, epochs=1, record=training.Record(layers=layers)
        )
        assert list(history.records["gradient"]) == names


def test_a_parameter_without_a_part_in_the_pass_is_nan():
    class Idle(nn.Linear):
        def __init__(self):
            super().__init__(6, 3)
            self.spare = nn.Parameter(torch.ones(2))

    model = Idle()
    history = training.fit(
        model, CROSS_ENTROPY, torch.optim.SGD(model.parameters(), lr=0.1), TRAIN, epochs=1,
        record=training.Record(),
    )  # fmt: skip
    assert history.records["gradient"]["spare"].isnan().all()
    assert history.records["gradient"]["weight"].isfinite().all()


def test_full_records_are_copies():
    history, *_ = recorded(training.Record("parameter", "1.bias", "all"))
    assert len({tuple(row) for row in history.records["parameter"]["1.bias"].tolist()}) == UPDATES


def refused(words, error=ValueError, make=None, model=None, **record):
    model = network() if model is None else model
    optimizer = (make or torch.optim.Adam)(model.parameters())
    with pytest.raises(error, match=words):
        training.fit(
            model, CROSS_ENTROPY, optimizer, TRAIN, epochs=1, record=training.Record(**record)
        )


def test_names_that_are_not_there():
    refused("'4.weight', '4.bias', got '5', no such name", layers="5")
    refused("got 'weight', no such name", layers=["1.weight", "weight"])
    refused("got '3', a module without parameters", layers="3")


def test_what_the_optimizer_does_not_keep():
    refused(
        "of must be 'gradient', 'parameter' or what Adam keeps for '1.weight' "
        r"\('exp_avg', 'exp_avg_sq'\), got 'momentum_buffer'",
        of="momentum_buffer",
    )
    refused("what SGD keeps for '1.weight' .nothing.", make=torch.optim.SGD, of="exp_avg")
    refused("got 'step'", of="step")


def test_what_the_optimizer_does_not_train():
    model = network()
    optimizer = torch.optim.Adam(model[4].parameters())
    words = "record must name parameters that the optimizer trains, got '1.weight' for 'gradient'"
    with pytest.raises(ValueError, match=words):
        training.fit(model, CROSS_ENTROPY, optimizer, TRAIN, epochs=1, record=training.Record())
    history = training.fit(
        model, CROSS_ENTROPY, optimizer, TRAIN, epochs=1, record=training.Record("parameter")
    )
    assert len(history.records["parameter"]) == 4


def test_entries_that_are_not_there():
    for keep in ([(0, 99)], [0], [(0, 0, 0)], ["a"], [(0, slice(2))]):
        refused("keep must hold indices of single entries of '1.weight'", layers="1", keep=keep)


def test_the_same_twice():
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    twice = [training.Record(layers="1"), training.Record(layers="1.bias", keep="mean")]
    with pytest.raises(ValueError, match=r"must not name '1\.bias' twice for 'gradient'"):
        training.fit(model, CROSS_ENTROPY, optimizer, TRAIN, epochs=1, record=twice)


def test_more_than_memory_holds():
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 100_000), nn.Linear(100_000, 3))
    with pytest.raises(
        ValueError, match=r"record must fit into 2 GiB, got 2\.\d GiB in 640 updates"
    ):
        training.fit(
            model, CROSS_ENTROPY, torch.optim.SGD(model.parameters(), lr=0.1), TRAIN,
            epochs=160, record=training.Record(keep="all"),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("record", "error", "words"),
    [
        ({"of": 3}, TypeError, "of must be a name, got 3"),
        ({"of": ""}, TypeError, "of must be a name"),
        ({"label": 3}, TypeError, "label must be a name"),
        ({"keep": "median"}, ValueError, "keep must be one of 'all', 'norm', 'mean', got 'median'"),
        ({"keep": []}, TypeError, "or a sequence of indices"),
        ({"keep": math.pi}, TypeError, "or a sequence of indices"),
    ],
)
def test_records_that_do_not_fit(record, error, words):
    with pytest.raises(error, match=words):
        training.Record(**record)
