"""``python -m tests.claims.hands_on``: trains chapter 8's networks anew, on images of its own.

What it measures goes to ``hands_on.json``, with the date, for ``test_08_hands_on.py``: ten seeds
on each of three sets of 1,000 images of MNIST that the chapter does not use take some minutes.
"""

import datetime
import functools
import json
import math
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, lr_scheduler

from helpers import data, training

RESULTS = Path(__file__).with_suffix(".json")
SEEDS = range(100, 110)
SETS = (5_000, 20_000, 35_000)
"""First image of each set."""
SIZE, EPOCHS = 1_000, 8
LOSS = nn.CrossEntropyLoss()
RULES = {
    "momentum": lambda p: SGD(p, momentum=0.9, fused=True),
    "adam": lambda p: Adam(p, fused=True),
    "adamw": lambda p: AdamW(p, fused=True),
}
SCHEDULES: dict[str, Any] = {
    "step": lambda o, rates, updates: lr_scheduler.StepLR(o, 2, gamma=0.5),
    "one_cycle": lr_scheduler.OneCycleLR,
}


@functools.cache
def mnist():
    images = data.mnist()
    assert images.source == "mnist", "chapter 8's claims are about MNIST; set COURSE_DATA"
    return images


@functools.cache
def judging():
    """Return the half of the validation images that has chosen nothing."""
    half = len(mnist().validation.y) // 2
    return tuple(part[half:] for part in mnist().validation)


def article(split):
    return (mnist().pixels(split[0])[:, None] - 0.5) / 0.5, split[1]


def centred(split):
    return (mnist().pixels(split[0])[:, None] - mnist().mean) / 0.5, split[1]


def own(split):
    return split


def shuffled(split):
    """Move the pixels of all images to the same other places."""
    places = torch.randperm(784, generator=torch.Generator().manual_seed(1))
    return split[0].flatten(1)[:, places].reshape(split[0].shape), split[1]


def mlp(seed, width=128, activation=nn.ReLU):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, width), activation(), nn.Dropout(0.2), nn.Linear(width, 10)
    )


def cnn(seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 10),
    )  # fmt: skip


def accuracies(
    some, lr, *, prepare=own, rule="adam", schedule="step", width=128, batch_size=32
) -> list[float]:
    """Train a network for each seed on some images, and return the accuracies on others."""
    models = [mlp(seed, width) for seed in SEEDS]
    groups = [{"params": model.parameters(), "lr": lr} for model in models]
    optimizer = RULES[rule](groups)
    updates = EPOCHS * math.ceil(len(some[0]) / batch_size)
    scheduler = SCHEDULES[schedule](optimizer, [lr] * len(models), updates)
    training.fit_runs(
        models, LOSS, optimizer, prepare(some), epochs=EPOCHS, batch_size=batch_size,
        seeds=SEEDS, schedulers=scheduler,
    )  # fmt: skip
    held_out = prepare(judging())
    return [training.evaluate(model, LOSS, held_out).accuracy for model in models]


def of_cnn(some, lr, prepare) -> list[float]:
    found = []
    for seed in SEEDS:
        model = cnn(seed)
        optimizer = Adam(model.parameters(), lr, fused=True)
        training.fit(
            model, LOSS, optimizer, prepare(some), epochs=EPOCHS, batch_size=32, seed=seed,
            scheduler=lr_scheduler.StepLR(optimizer, 2, gamma=0.5), progress=False,
        )  # fmt: skip
        found.append(training.evaluate(model, LOSS, prepare(judging())).accuracy)
    return found


def measure(some) -> dict[str, list[float]]:
    best = {"rule": "adamw", "schedule": "one_cycle"}
    return {
        "article": accuracies(some, 1e-3, prepare=article),
        "article, 4 × lr": accuracies(some, 4e-3, prepare=article),
        "article, 8 × lr": accuracies(some, 8e-3, prepare=article),
        "centred": accuracies(some, 1e-3, prepare=centred),
        "own": accuracies(some, 1e-3),
        "centred, higher lr": accuracies(some, 1e-3 * 0.5 / mnist().std, prepare=centred),
        "centred, chosen lr": accuracies(some, 8e-3, prepare=centred),
        "adam": accuracies(some, 8e-3),
        "adam, 4 × lr": accuracies(some, 32e-3),
        "adam, lr / 4": accuracies(some, 2e-3),
        "momentum": accuracies(some, 0.04, rule="momentum"),
        "momentum, 4 × lr": accuracies(some, 0.16, rule="momentum"),
        "one_cycle": accuracies(some, 8e-3, schedule="one_cycle"),
        "adamw": accuracies(some, 8e-3, **best),
        "width": accuracies(some, 8e-3, **best, width=256),
        "batch": accuracies(some, 8e-3, **best, width=256, batch_size=256),
        "adam, shuffled": accuracies(some, 8e-3, prepare=shuffled),
        "cnn": of_cnn(some, 8e-3, own),
        "cnn, shuffled": of_cnn(some, 8e-3, shuffled),
    }


def article_recipe(some) -> dict[str, list[float]]:
    """Return the accuracies that the article's recipe logs on the way, and those of its end."""
    models = [mlp(seed) for seed in SEEDS]
    optimizer = Adam([{"params": model.parameters()} for model in models], fused=True)
    histories = training.fit_runs(
        models, LOSS, optimizer, article(some), article(judging()), epochs=20, batch_size=32,
        seeds=SEEDS, schedulers=lr_scheduler.StepLR(optimizer, 5, gamma=0.5),
    )  # fmt: skip
    known = article(some)
    return {
        "training, first epoch": [one.train_accuracies[0].item() for one in histories],
        "validation, first epoch": [one.validation_accuracies[0].item() for one in histories],
        "training, last epoch": [one.train_accuracies[-1].item() for one in histories],
        "validation": [one.validation_accuracies[-1].item() for one in histories],
        "training, evaluated": [training.evaluate(m, LOSS, known).accuracy for m in models],
    }


def silence(some) -> dict[str, list[float]]:
    """Return how many units no image excites after training, and what units never silent reach."""
    found = {}
    for prepare in (article, centred):
        leaky = functools.partial(nn.LeakyReLU, 0.3)
        for name, activation in (("relu", nn.ReLU), ("leaky", leaky)):
            models = [mlp(seed, activation=activation) for seed in SEEDS]
            optimizer = Adam([{"params": model.parameters()} for model in models], fused=True)
            training.fit_runs(
                models, LOSS, optimizer, prepare(some), epochs=EPOCHS, batch_size=32, seeds=SEEDS,
                schedulers=lr_scheduler.StepLR(optimizer, 2, gamma=0.5),
            )  # fmt: skip
            if name == "relu":
                outputs = [model[:3](prepare(some)[0]) for model in models]
                found[f"{prepare.__name__}, silent units"] = [
                    (output == 0).all(dim=0).sum().item() for output in outputs
                ]
            held_out = prepare(judging())
            found[f"{prepare.__name__}, {name}"] = [
                training.evaluate(model, LOSS, held_out).accuracy for model in models
            ]
    return found


def steepest_share(prepare) -> float:
    """Return the share of the inputs' second moment that lies in a single direction."""
    x = prepare([part[-5000:] for part in mnist().train])[0].flatten(1).double()
    spread = torch.linalg.eigvalsh(x.T @ x)
    return (spread[-1] / spread.sum()).item()


def main() -> None:
    """Measure everything, and write it down."""
    torch.set_flush_denormal(True)
    written: dict[str, Any] = {
        "date": datetime.date.today().isoformat(),
        "torch": torch.__version__,
        "shares": {one.__name__: steepest_share(one) for one in (article, centred, own)},
        "recipe": article_recipe([part[:10_000] for part in mnist().train]),
        "silence": {},
        "sets": {},
    }
    for first in SETS:
        some = tuple(part[first : first + SIZE] for part in mnist().train)
        name = f"images {first} to {first + SIZE - 1}"
        written["silence"][name] = silence(some)
        written["sets"][name] = measure(some)
        print(f"images from {first} on: done", flush=True)
    RESULTS.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
