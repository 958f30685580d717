"""Data, models and a plain training loop, which the tests of training share."""

import numpy as np
import torch
from torch import nn
from torch.optim import lr_scheduler as torch_schedulers

CROSS_ENTROPY = nn.CrossEntropyLoss()


def split(data, first):
    """Split into two pairs: the first samples, and the rest."""
    x, y = data
    return (x[:first], y[:first]), (x[first:], y[first:])


def small(samples=100, classes=3, width=6, seed=7):
    """A small problem of classes that overlap: inputs (samples, width) and labels."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.randint(classes, (samples,), generator=generator)
    x = torch.randn(samples, width, generator=generator) + nn.functional.one_hot(y, width)
    return x, y


class Custom(nn.Module):
    """A network with dropout whose forward pass is Python code."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.hidden = nn.Linear(inputs, 9)
        self.out = nn.Linear(9, outputs)

    def forward(self, x):  # noqa: D102
        hidden = torch.tanh(self.hidden(x.flatten(1)))
        return self.out(nn.functional.dropout(hidden, 0.3, self.training))


def network(kind="plain", inputs=6, outputs=3, width=8, seed=1):
    """Make a network of some kind, the same each time."""
    torch.manual_seed(seed)
    if kind == "custom":
        return Custom(inputs, outputs)
    middle = {"plain": [], "normed": [nn.BatchNorm1d(width)]}[kind]
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(inputs, width),
        *middle,
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(width, outputs),
    )


def sgd(model, lr=0.1, **more):
    """Make a plain optimizer."""
    return torch.optim.SGD(model.parameters(), lr=lr, **more)


OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=1e-3),
    "Nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "fused Adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=1e-3, fused=True),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.8, 0.99), fused=True),
    "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "Adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05),
}

SCHEDULERS = {
    "none": (None, "none"),
    "StepLR": (lambda o: torch_schedulers.StepLR(o, 2, 0.3), "epoch"),
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
        "epoch",
    ),
}


def plain_loop(
    model, loss_function, optimizer, data, epochs, batch_size, *,
    seed=0, scheduler=None, when="none", validation=None,
):  # fmt: skip
    """Train as a learner would write it, and return what there was to see."""
    x, y = data
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    saw = {"losses": [], "rates": [], "gradients": [], "weights": []}
    saw |= {"train_losses": [], "train_accuracies": [], "validation_losses": []}
    for _ in range(epochs):
        model.train()
        losses, answers, labels = [], [], []
        for indices in torch.randperm(len(x), generator=order).split(batch_size):
            optimizer.zero_grad()
            outputs = model(x[indices])
            loss = loss_function(outputs, y[indices])
            loss.backward()
            saw["losses"].append(loss.item())
            saw["rates"].append(optimizer.param_groups[0]["lr"])
            saw["gradients"].append([p.grad.clone() for p in model.parameters()])
            saw["weights"].append([p.detach().clone() for p in model.parameters()])
            optimizer.step()
            if when == "batch":
                scheduler.step()
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
        if when == "epoch":
            scheduler.step()
        elif when == "validation":
            scheduler.step(value)
    return saw


def assert_same_bits(model, other):
    """Assert that two models have the same weights and buffers, bit for bit."""
    mine, its = model.state_dict(), other.state_dict()
    assert list(mine) == list(its)
    for name, value in mine.items():
        assert torch.equal(value, its[name]), name
