"""What the tests of training share: data, models, and a learner's own loop as the oracle."""

import functools
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler as torch_schedulers

from helpers import training

RAW = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist" / "MNIST" / "raw"
CROSS_ENTROPY = nn.CrossEntropyLoss()


@functools.cache
def digits():
    """scikit-learn's 1,797 digits: inputs (samples, 1, 8, 8) and labels, which are always there."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    x = torch.tensor(images / 8 - 1, dtype=torch.float32).reshape(-1, 1, 8, 8)
    return x, torch.tensor(labels, dtype=torch.int64)


@functools.cache
def mnist(samples=2000):
    """The first images of MNIST's training set, where the shared folder has it."""
    if not RAW.exists():
        pytest.skip("MNIST is not in ../shared/data")
    images = np.fromfile(RAW / "train-images-idx3-ubyte", np.uint8, samples * 784, offset=16)
    labels = np.fromfile(RAW / "train-labels-idx1-ubyte", np.uint8, samples, offset=8)
    x = torch.tensor(images / 127.5 - 1, dtype=torch.float32).reshape(-1, 1, 28, 28)
    return x, torch.tensor(labels, dtype=torch.int64)


DATA = {"digits": digits, "MNIST": mnist}


def split(data, first):
    """Two pairs: the first samples, and the rest."""
    x, y = data
    return (x[:first], y[:first]), (x[first:], y[first:])


def small(samples=100, classes=3, width=6, seed=7):
    """A small problem of classes that overlap: inputs (samples, width) and labels."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.randint(classes, (samples,), generator=generator)
    x = torch.randn(samples, width, generator=generator) + nn.functional.one_hot(y, width)
    return x, y


class Custom(nn.Module):
    """A network whose forward pass only Python knows."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.hidden = nn.Linear(inputs, 9)
        self.out = nn.Linear(9, outputs)

    def forward(self, x):  # noqa: D102
        hidden = torch.tanh(self.hidden(x.flatten(1)))
        return self.out(nn.functional.dropout(hidden, 0.3, self.training))


def network(kind="stack", inputs=6, outputs=3, width=8, seed=1):
    """Make a network of some kind, the same each time."""
    torch.manual_seed(seed)
    if kind == "custom":
        return Custom(inputs, outputs)
    middle = {"stack": [], "normed": [nn.BatchNorm1d(width)]}[kind]
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(inputs, width),
        *middle,
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(width, outputs),
    )


SCHEDULERS = {
    "none": (None, "none"),
    "StepLR": (lambda o: torch_schedulers.StepLR(o, 2, 0.3), "epoch"),
    "MultiStepLR": (lambda o: torch_schedulers.MultiStepLR(o, [1, 3, 3]), "epoch"),
    "ExponentialLR": (lambda o: torch_schedulers.ExponentialLR(o, 0.7), "epoch"),
    "LambdaLR": (lambda o: torch_schedulers.LambdaLR(o, lambda n: 0.5**n), "epoch"),
    "CosineAnnealingLR": (lambda o: torch_schedulers.CosineAnnealingLR(o, 3), "epoch"),
    "SequentialLR": (
        lambda o: torch_schedulers.SequentialLR(
            o,
            [torch_schedulers.LinearLR(o, 0.1, 1, 2), torch_schedulers.ExponentialLR(o, 0.5)],
            [2],
        ),
        "epoch",
    ),
    "ReduceLROnPlateau": (
        lambda o: torch_schedulers.ReduceLROnPlateau(o, patience=0, threshold=0.05),
        "validation",
    ),
    "CyclicLR": (
        lambda o: torch_schedulers.CyclicLR(o, 0.001, 0.02, step_size_up=3, cycle_momentum=False),
        "batch",
    ),
    "OneCycleLR": (lambda o: torch_schedulers.OneCycleLR(o, 0.05, total_steps=28), "batch"),
    "CosineAnnealingWarmRestarts": (
        lambda o: torch_schedulers.CosineAnnealingWarmRestarts(o, 2, 2),
        "fraction",
    ),
}


def learners_loop(
    model, loss_function, optimizer, data, epochs, batch_size, *,
    seed=0, scheduler=None, time="none", validation=None, clip=None,
):  # fmt: skip
    """Train as a learner writes it, and return what there was to see."""
    x, y = data
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    per_epoch = math.ceil(len(x) / batch_size)
    saw = {"losses": [], "rates": [], "gradients": [], "weights": []}
    saw |= {"train_losses": [], "train_accuracies": [], "validation_losses": []}
    for epoch in range(epochs):
        model.train()
        losses, answers, labels = [], [], []
        for i, indices in enumerate(torch.randperm(len(x), generator=order).split(batch_size)):
            optimizer.zero_grad()
            outputs = model(x[indices])
            loss = loss_function(outputs, y[indices])
            loss.backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            saw["losses"].append(loss.item())
            saw["rates"].append(
                optimizer.param_groups[0]["lr"] if scheduler is None else scheduler.get_last_lr()[0]
            )
            saw["gradients"].append([p.grad.clone() for p in model.parameters()])
            saw["weights"].append([p.detach().clone() for p in model.parameters()])
            optimizer.step()
            if time == "batch":
                scheduler.step()
            elif time == "fraction":
                scheduler.step(epoch + (i + 1) / per_epoch)
            losses.append(loss.item() * len(indices))
            answers += outputs.argmax(1).tolist()
            labels += y[indices].tolist()
        saw["train_losses"].append(sum(losses) / len(x))
        saw["train_accuracies"].append(np.mean(np.array(answers) == np.array(labels)))
        if validation is not None:
            model.eval()
            with torch.no_grad():
                value = loss_function(model(validation[0]), validation[1]).item()
            saw["validation_losses"].append(value)
        if time == "epoch":
            scheduler.step()
        elif time == "validation":
            scheduler.step(value)
    return saw


def assert_same_bits(model, other):
    """Demand that two models have the same weights and buffers, bit for bit."""
    mine, its = model.state_dict(), other.state_dict()
    assert list(mine) == list(its)
    for name, value in mine.items():
        assert torch.equal(value, its[name]), name


class Drawing(Custom):
    """A network with dropout, batch statistics, and a buffer that its state does not keep."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.norm = nn.BatchNorm1d(inputs)
        self.register_buffer("passes", torch.zeros(()), persistent=False)

    def forward(self, x):  # noqa: D102
        if self.training:
            self.passes += 1
        return super().forward(self.norm(x)) + 0.01 * torch.sin(self.passes)


def long_training(checkpoint=None, epochs=12, init=1):
    """Train with all that has a state; return the model, its optimizer and the history."""
    train, validation = split(small(800), 600)
    torch.manual_seed(init)
    model = Drawing(6, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    history = training.fit(
        model, CROSS_ENTROPY, optimizer, train, validation, epochs=epochs, batch_size=10, seed=2,
        scheduler=torch_schedulers.ReduceLROnPlateau(optimizer, patience=0, threshold=0.01),
        early_stopping=training.EarlyStopping(30, restore_best=True),
        record=[training.Record("gradient"), training.Record("exp_avg_sq", "out", "all")],
        checkpoint=checkpoint,
    )  # fmt: skip
    return model, optimizer, history
