"""The article's recipe on MNIST: its speed here against the article's own loop, and accuracies.

The recipe: 784-128-10 with ReLU and dropout 0.2, Adam at 1e-3, StepLR(5, 0.5), batches of 32, 20
epochs, on pixels brought from [0, 1] to [−1, 1].
"""

import contextlib
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Adam, AdamW
from torch.optim.lr_scheduler import OneCycleLR, StepLR

from helpers import data, training

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist"
CROSS_ENTROPY = nn.CrossEntropyLoss()
Data = tuple[torch.Tensor, torch.Tensor]


def measure(rounds: int = 7, epochs: int = 20, seeds: int = 5) -> list[dict[str, Any]]:
    """Run all of it, in about three minutes.

    Parameters
    ----------
    rounds : int
        How often each way of training is timed.
    epochs, seeds : int
        Of the article's recipe, whose accuracy is measured.

    Returns
    -------
    list of dict
        Entries with ``name``, ``peer``, ``ratio`` and ``goal``.

    Raises
    ------
    FileNotFoundError
        If MNIST is not in ``../shared/data``.
    """
    with as_in_chapter_8():
        return [*speed_entries(rounds), accuracy_entry(epochs, seeds), better_entry()]


def speed_entries(rounds: int) -> list[dict[str, Any]]:
    """Compare the times of an update and run, ours with the article's.

    The ways take turns, and the ratios are medians over the rounds: a busy minute slows all ways.
    Processor time is measured, as the other core may be busy too.
    """
    ways = {"article": article_loop(150), "one seed": one_seed(300), "ten seeds": ten_seeds(100)}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.process_time()
            updates = way()
            times[name].append((time.process_time() - began) / updates)
    return [
        {
            "name": f"training: an update, {name}",
            "peer": "the article's loop, DataLoader over PIL images",
            "ratio": statistics.median(
                theirs / ours for theirs, ours in zip(times["article"], times[name], strict=True)
            ),
            "goal": goal,
        }
        for name, goal in (("one seed", 4), ("ten seeds", 12))
    ]


def article_loop(batches: int) -> Callable[[], int]:
    """Return a function that trains as the article does, and returns the number of updates."""
    from torch.utils.data import DataLoader, Subset
    from torchvision import datasets, transforms

    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    images = datasets.MNIST(FOLDER, train=True, transform=transform)
    loader = DataLoader(Subset(images, range(32 * batches)), batch_size=32, shuffle=True)
    model = article_model(seed=0)
    optimizer = Adam(model.parameters(), lr=1e-3)

    def run() -> int:
        total_loss, right, samples = 0.0, 0, 0
        model.train()
        for images, labels in loader:
            optimizer.zero_grad()
            outputs = model(images)
            loss = nn.CrossEntropyLoss()(outputs, labels)
            loss.backward()
            smoothed_gradients(model)
            optimizer.step()
            total_loss += loss.item()
            right += (outputs.argmax(1) == labels).sum().item()
            samples += len(labels)
        return batches

    return run


def smoothed_gradients(model: nn.Module) -> dict[str, torch.Tensor]:
    """Do what the article does at each step: averages that start anew, and so smooth nothing."""
    averages = {}
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            averages[name] = parameter.grad.clone()
    return averages


def one_seed(batches: int) -> Callable[[], int]:
    """Return a function that trains by `fit`, and returns the number of updates."""
    train = article_images(32 * batches)
    model = article_model(seed=0)
    optimizer = Adam(model.parameters(), lr=1e-3, fused=True)

    def run() -> int:
        return training.fit(model, CROSS_ENTROPY, optimizer, train, epochs=1).updates

    return run


def ten_seeds(batches: int) -> Callable[[], int]:
    """Return a function that trains by `fit_runs`, and returns the number of updates of all."""
    train = article_images(32 * batches)
    models = [article_model(seed) for seed in range(10)]
    optimizer = Adam(parameters_of(models), lr=1e-3, fused=True)

    def run() -> int:
        histories = training.fit_runs(models, CROSS_ENTROPY, optimizer, train, epochs=1)
        return sum(history.updates for history in histories)

    return run


def accuracy_entry(epochs: int, seeds: int) -> dict[str, Any]:
    """Median test accuracy of the article's recipe, on images normalised by their statistics."""
    images = data.mnist(FOLDER, validation=0, fallback=False)
    models = [article_model(seed) for seed in range(seeds)]
    optimizer = Adam(parameters_of(models), lr=1e-3, fused=True)
    training.fit_runs(
        models, CROSS_ENTROPY, optimizer, images.train, epochs=epochs,
        schedulers=StepLR(optimizer, step_size=5, gamma=0.5),
    )  # fmt: skip
    accuracy = median_accuracy(models, images.test)
    return {
        "name": f"training: {accuracy:.2%}, median of {seeds} seeds",
        "peer": "97.8 % on the test set",
        "ratio": accuracy / 0.978,
        "goal": 1,
    }


def better_entry(seeds: int = 3, epochs: int = 10) -> dict[str, Any]:
    """Median test accuracy of a better recipe.

    512 and 256 hidden units, AdamW under OneCycleLR to 3e-3, batches of 128, ten epochs.
    """
    images = data.mnist(FOLDER, validation=0, fallback=False)
    models = [better_model(seed) for seed in range(seeds)]
    optimizer = AdamW(parameters_of(models), lr=1e-3, fused=True)
    updates = epochs * -(-len(images.train.y) // 128)
    training.fit_runs(
        models, CROSS_ENTROPY, optimizer, images.train, epochs=epochs, batch_size=128,
        schedulers=OneCycleLR(optimizer, max_lr=3e-3, total_steps=updates),
    )  # fmt: skip
    accuracy = median_accuracy(models, images.test)
    return {
        "name": f"training: {accuracy:.2%}, median of {seeds} seeds",
        "peer": "98.4 % on the test set",
        "ratio": accuracy / 0.984,
        "goal": 1,
    }


def median_accuracy(models: list[nn.Sequential], test: Any) -> float:
    """Return the median share of right answers."""
    evaluations = [training.evaluate(model, CROSS_ENTROPY, test) for model in models]
    return statistics.median(one.accuracy or 0.0 for one in evaluations)


def parameters_of(models: list[nn.Sequential]) -> Iterator[nn.Parameter]:
    """Return the parameters of all models."""
    return itertools.chain.from_iterable(model.parameters() for model in models)


def article_model(seed: int) -> nn.Sequential:
    """Make the article's network."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10)
    )


def better_model(seed: int) -> nn.Sequential:
    """Make a wider and deeper network."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 256),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(256, 10),
    )


def article_images(samples: int) -> Data:
    """Images as the article normalises them, shape (samples, 1, 28, 28), and labels."""
    from torchvision import datasets

    source = datasets.MNIST(FOLDER, train=True)
    return (source.data[:samples, None] / 255 - 0.5) / 0.5, source.targets[:samples]


@contextlib.contextmanager
def as_in_chapter_8() -> Iterator[None]:
    """Let torch use one thread, and count numbers below 1e-38 as 0, while this lasts.

    In rounds on the same images some gradients vanish, and Adam's averages of them get that small.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(False)
