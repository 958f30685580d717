"""Checkpoints: training that is interrupted anywhere ends where it would have ended."""

import os
import pickle
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler as torch_schedulers
from torch.utils.data import DataLoader, Dataset

from helpers import language, training
from helpers.training import checkpoint as checkpoints
from helpers.training.tally import Tally
from tests.training_cases import (
    CROSS_ENTROPY,
    SCHEDULERS,
    Drawing,
    assert_same_bits,
    long_training,
    network,
    small,
    split,
)

ROOT = Path(__file__).resolve().parents[1]


def assert_same_end(one, other):
    """Demand the same weights, optimizer and history, bit for bit."""
    (model, optimizer, history), (its_model, its_optimizer, its_history) = one, other
    assert_same_bits(model, its_model)
    for ours, theirs in zip(model.buffers(), its_model.buffers(), strict=True):
        assert torch.equal(ours, theirs)
    mine, its = optimizer.state_dict(), its_optimizer.state_dict()
    assert mine["param_groups"] == its["param_groups"]
    for key, state in mine["state"].items():
        for name, value in state.items():
            assert torch.equal(torch.as_tensor(value), torch.as_tensor(its["state"][key][name]))
    for name, value in vars(history).items():
        if isinstance(value, torch.Tensor):
            assert torch.equal(value, getattr(its_history, name)), name
        elif name != "records":
            assert value == getattr(its_history, name), name
    assert history.records.keys() == its_history.records.keys()
    for label, by_name in history.records.items():
        assert by_name.keys() == its_history.records[label].keys()
        for name, values in by_name.items():
            assert torch.equal(values, its_history.records[label][name])


# Killed


KILLER = """
import os, random, signal, sys, time
os.environ["OMP_NUM_THREADS"] = "1"
import torch
torch.set_num_threads(1)
from tests.training_cases import long_training

folder = sys.argv[1]
draw = random.Random(1)

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def half(state, file):
    file.write(b"PK half of a file")
    file.flush()
    die()

def fails_after(good, works, fails):
    calls = iter([works] * good + [fails] * 99)
    return lambda *arguments: next(calls)(*arguments)

def train(path, mode):
    good = draw.randint(1, 2)
    if mode == "half":
        torch.save = fails_after(good, torch.save, half)
    elif mode == "replace":
        os.replace = fails_after(good, os.replace, die)
    long_training(path)
    os._exit(0)

def killed_five_times(path, mode):
    epochs = []
    while len(epochs) < 5:
        draw.random()
        child = os.fork()
        if not child:
            train(path, mode)
        if mode == "any":
            time.sleep(draw.uniform(0, 0.3 * took))
            os.kill(child, signal.SIGKILL)
        if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            return None
        exists = os.path.exists(path)
        epochs.append(torch.load(path, weights_only=True)["epoch"] if exists else 0)
    return epochs

for _ in range(2):  # this process has all imports and caches then; a child starts where it stands
    began = time.perf_counter()
    long_training()
    took = time.perf_counter() - began
for mode in ("any", "half", "replace"):
    path, epochs = f"{folder}/{mode}.pt", None
    while epochs is None:  # under load a training may be over before its fifth kill
        if os.path.exists(path):
            os.unlink(path)
        epochs = killed_five_times(path, mode)
    print(mode, *epochs, flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_five_times_and_resumed_it_ends_in_the_same_bits(tmp_path):
    killer = subprocess.run(
        [sys.executable, "-c", KILLER, tmp_path],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert killer.stderr == ""
    expected = long_training()
    for line in killer.stdout.splitlines():
        mode, *epochs = line.split()
        epochs = list(map(int, epochs))
        assert len(epochs) == 5
        assert epochs == sorted(epochs)
        assert epochs[-1] < 12
        path = tmp_path / f"{mode}.pt"
        if mode != "any":
            assert len(list(tmp_path.glob(f".{mode}.pt.*.tmp"))) == 5
            assert epochs[-1] > 0
        # whatever the new model starts with
        assert_same_end(long_training(path, init=99), expected)
    assert mode == "replace"


# Interrupted in the process


class Interrupted(Exception):  # noqa: N818
    """Raised in the middle of an epoch."""


@pytest.fixture
def interrupt(monkeypatch):
    """Give a function that lets training fail at its n-th update from now on."""
    add = Tally.add

    def after(updates):
        left = iter(range(updates))

        def counted(self, loss, outputs, y):
            if y is not None and outputs.shape[0] == 15 and next(left, None) is None:
                raise Interrupted
            add(self, loss, outputs, y)

        monkeypatch.setattr(Tally, "add", counted)

    yield after
    monkeypatch.undo()


def with_scheduler(name, kind="stack", optimizer=torch.optim.Adam, path=None, init=1, epochs=4):
    """Train for four epochs of seven updates."""
    train, validation = split(small(125), 105)
    model = network(kind, seed=init)
    made = optimizer(model.parameters(), lr=0.02)
    make, _ = SCHEDULERS[name]
    history = training.fit(
        model, CROSS_ENTROPY, made, train, validation, epochs=epochs, batch_size=15,
        scheduler=make(made) if make else None, checkpoint=path, record=training.Record(),
    )  # fmt: skip
    return model, made, history


@pytest.mark.parametrize("kind", ["stack", "normed"])
@pytest.mark.parametrize("name", SCHEDULERS)
def test_interrupted_at_five_random_points_it_ends_in_the_same_bits(
    tmp_path, interrupt, name, kind
):
    expected = with_scheduler(name, kind)
    path, draw = tmp_path / "run.pt", random.Random(f"{name} {kind}")
    for i in range(5):
        interrupt(draw.randint(0, 10))
        with pytest.raises(Interrupted):
            with_scheduler(name, kind, path=path, init=1 + i)  # what it starts with matters once
        if path.exists() and checkpoints.read(path)["epoch"] == 3:
            break  # the next epoch is the last
    interrupt(1000)
    assert_same_end(with_scheduler(name, kind, path=path, init=50), expected)


@pytest.mark.parametrize(
    "optimizer",
    [torch.optim.SGD, torch.optim.RMSprop, torch.optim.NAdam, torch.optim.Adagrad,
     torch.optim.Adadelta, torch.optim.ASGD, torch.optim.Rprop, torch.optim.LBFGS],
)  # fmt: skip
def test_any_optimizers_state_is_kept(tmp_path, interrupt, optimizer):
    def run(path=None, init=1):
        train, _ = split(small(125), 105)
        model = network("custom", seed=init)
        made = optimizer(model.parameters(), lr=0.02)
        history = training.fit(
            model, CROSS_ENTROPY, made, train, epochs=3, batch_size=15, checkpoint=path
        )
        return model, made, history

    interrupt(17)
    with pytest.raises(Interrupted):
        run(tmp_path / "run.pt")
    interrupt(1000)
    model, _, history = run(tmp_path / "run.pt", init=9)
    its_model, _, its_history = run()
    assert_same_bits(model, its_model)
    assert torch.equal(history.losses, its_history.losses)


class Noisy(Dataset):
    """Samples that draw from all of Python's, numpy's and torch's generators."""

    def __len__(self):
        return 60

    def __getitem__(self, i):
        x, y = small(60)
        noise = random.random() + np.random.rand() + torch.rand(()).item()  # noqa: NPY002
        return x[i] * noise, y[i]


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("drop_last", [True, False])
def test_a_loaders_order_and_noise_go_on(tmp_path, interrupt, own, drop_last):
    def run(path=None, init=1):
        generator = torch.Generator().manual_seed(init) if own else None
        loader = DataLoader(Noisy(), 15, shuffle=True, generator=generator, drop_last=drop_last)
        if path is None or not path.exists():
            random.seed(1), np.random.seed(1)  # noqa: NPY002
        model = network(seed=init)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        history = training.fit(
            model, CROSS_ENTROPY, optimizer, loader, loader, epochs=4, checkpoint=path
        )
        return model, optimizer, history

    interrupt(19)
    path = tmp_path / "run.pt"
    with pytest.raises(Interrupted):
        run(path)
    interrupt(1000)
    random.seed(5), np.random.seed(5)  # noqa: NPY002
    assert_same_end(run(path, init=7), run())


def test_early_stopping_goes_on_where_it_was(tmp_path, interrupt):
    def run(path=None, init=1):
        train, validation = split(small(125), 105)
        model = network(seed=init)
        optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
        history = training.fit(
            model, CROSS_ENTROPY, optimizer, train, validation, epochs=40, batch_size=15,
            early_stopping=training.EarlyStopping(4, restore_best=True), checkpoint=path,
        )  # fmt: skip
        return model, optimizer, history

    expected = run()
    best = expected[2].best_epoch
    assert expected[2].stopped == "early"
    path = tmp_path / "run.pt"
    interrupt(7 * (best + 2) + 3)  # two epochs of four have been waited
    with pytest.raises(Interrupted):
        run(path)
    interrupt(1000)
    assert_same_end(run(path, init=8), expected)
    assert_same_end(run(path, init=9), expected)  # over is over


# Going on


def test_a_finished_training_is_not_repeated(tmp_path, interrupt):
    path = tmp_path / "run.pt"
    first = with_scheduler("StepLR", path=path)
    written = path.read_bytes()
    interrupt(0)
    assert_same_end(with_scheduler("StepLR", path=path, init=5), first)
    assert path.read_bytes() == written


def test_more_epochs_go_on_from_the_last(tmp_path):
    path = tmp_path / "run.pt"
    with_scheduler("ExponentialLR", path=path, epochs=2)
    longer = with_scheduler("ExponentialLR", path=path, epochs=5, init=6)
    assert_same_end(longer, with_scheduler("ExponentialLR", epochs=5))


def test_the_path_may_be_a_string(tmp_path):
    with_scheduler("none", path=str(tmp_path / "run.pt"))
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "Training goes on from run.pt: 2 of 5 epochs are done.\n"),
        ("pt", "O treino continua a partir de run.pt: 2 de 5 épocas já foram feitas.\n"),
    ],
)
def test_it_says_that_it_goes_on(tmp_path, capsys, monkeypatch, code, words):
    monkeypatch.setattr(language, "_chosen", code)
    for epochs, shown in ((2, None), (5, True)):
        model = network()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        training.fit(
            model, CROSS_ENTROPY, optimizer, small(), epochs=epochs, progress=shown,
            checkpoint=tmp_path / "run.pt",
        )  # fmt: skip
    assert capsys.readouterr().out == "\r" + words


# The file


@pytest.mark.parametrize("place", ["os.replace", "os.fsync", "torch.save", "tempfile.mkstemp"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failing_write_leaves_the_file_before(tmp_path, monkeypatch, place, error):
    path = tmp_path / "run.pt"
    checkpoints.write(path, {"format": 1, "epoch": 1})
    before = path.read_bytes()

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(place, fail)
    with pytest.raises(type(error)):
        checkpoints.write(path, {"format": 1, "epoch": 2})
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"]


def test_what_killed_runs_left_is_swept_once_it_is_old(tmp_path):
    path = tmp_path / "run.pt"
    for name in (".run.pt.old.tmp", ".run.pt.new.tmp", ".other.pt.old.tmp"):
        (tmp_path / name).write_bytes(b"half")
        if "old" in name:
            os.utime(tmp_path / name, (time.time() - 3600,) * 2)
    checkpoints.write(path, {"format": 1})
    left = {file.name for file in tmp_path.iterdir()}
    assert left == {"run.pt", ".run.pt.new.tmp", ".other.pt.old.tmp"}


def test_a_file_holds_only_what_can_be_read_safely(tmp_path):
    path = tmp_path / "run.pt"
    with_scheduler("MultiStepLR", path=path)
    state = torch.load(path, weights_only=True)
    assert isinstance(state["scheduler"]["milestones"], Counter)
    assert state["made_for"]["samples"] == 105


class Bomb:
    """What runs code when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("bomb",)


@pytest.mark.parametrize("kind", ["pickle", "torch", "cut", "text", "empty", "other"])
def test_a_foreign_or_broken_file_is_refused_and_not_run(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "run.pt"
    with_scheduler("none", path=path)
    if kind == "torch":
        torch.save({"format": Bomb()}, path)
    elif kind == "other":
        torch.save({"weights": torch.ones(2)}, path)
    else:
        content = {
            "pickle": pickle.dumps(Bomb()),
            "cut": path.read_bytes()[:-200],
            "text": b"not a checkpoint",
            "empty": b"",
        }[kind]
        path.write_bytes(content)
    with pytest.raises(ValueError, match="checkpoint must name a file written by fit, or none"):
        with_scheduler("none", path=path)
    assert not (tmp_path / "bomb").exists()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        with_scheduler("none", path=tmp_path / "missing" / "run.pt")


@pytest.mark.parametrize("value", [lambda: 0, object(), {1, 2}, Bomb()])
def test_a_state_that_cannot_be_kept_is_named(tmp_path, value):
    words = re.escape("checkpoint['scheduler']['x'][1] must be made of tensors, numbers and words")
    with pytest.raises(TypeError, match=words):
        checkpoints.write(tmp_path / "run.pt", {"scheduler": {"x": [1, value]}})
    assert not list(tmp_path.iterdir())


def test_numbers_of_numpy_are_kept_as_numbers(tmp_path):
    path = tmp_path / "run.pt"
    checkpoints.write(path, {"format": 1, "lr": np.float64(0.1), "n": (np.int64(3), True, None)})
    assert checkpoints.read(path) == {"format": 1, "lr": 0.1, "n": (3, True, None)}


OTHERS = {
    "seed": ({"seed": 4}, "seed = 4, got one with 0"),
    "shuffle": ({"shuffle": False}, "shuffle = False"),
    "batch size": ({"batch_size": 20}, "batches = 5, got one with 4"),
    "data": ({"train": small(99)}, "samples = 99, got one with 100"),
    "model": ({"kind": "custom"}, "with model = "),
    "optimizer": ({"optimizer": torch.optim.Adam}, "optimizer = 'Adam', got one with 'SGD'"),
    "scheduler": (
        {"make": lambda o: torch_schedulers.ExponentialLR(o, 0.5)},
        "scheduler = 'ExponentialLR by epoch', got one with 'StepLR by epoch'",
    ),
    "record": ({"record": training.Record()}, "with record = "),
    "stopping": (
        {"early_stopping": training.EarlyStopping(2, of="train_loss")},
        "with early_stopping = ",
    ),
}


@pytest.mark.parametrize("what", OTHERS)
def test_the_checkpoint_of_another_training_is_refused(tmp_path, what):
    def run(
        kind="stack", optimizer=torch.optim.SGD, train=None, batch_size=32,
        make=lambda o: torch_schedulers.StepLR(o, 1), **more,
    ):  # fmt: skip
        model = network(kind)
        made = optimizer(model.parameters(), lr=0.1)
        training.fit(
            model, CROSS_ENTROPY, made, train or small(100), epochs=1, batch_size=batch_size,
            scheduler=make(made), checkpoint=tmp_path / "run.pt", **more,
        )  # fmt: skip

    run()
    change, words = OTHERS[what]
    with pytest.raises(ValueError, match=re.escape(words)):
        run(**change)


def test_another_format_is_refused(tmp_path):
    path = tmp_path / "run.pt"
    with_scheduler("none", path=path)
    checkpoints.write(path, {**checkpoints.read(path), "format": 2})
    with pytest.raises(ValueError, match="checkpoint must be of format 1, got 2"):
        with_scheduler("none", path=path)


def test_a_cycle_that_is_over_does_not_go_on(tmp_path):
    path = tmp_path / "run.pt"
    with_scheduler("OneCycleLR", path=path)
    with pytest.raises(ValueError, match=r"must last for 7 updates more, .* with 28 of them done"):
        with_scheduler("OneCycleLR", path=path, epochs=5)


def test_a_model_keeps_its_versions(tmp_path):
    model = Drawing(6, 3)
    path = tmp_path / "run.pt"
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    training.fit(model, CROSS_ENTROPY, optimizer, small(), epochs=1, checkpoint=path)
    state = checkpoints.read(path)["model"]
    assert state._metadata["norm"] == {"version": 2}
    assert "passes" not in state
