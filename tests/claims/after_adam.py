"""``python -m tests.claims.after_adam``: runs chapter 10's race on seeds and images of its own.

What it measures goes to ``after_adam.json``, with the date, for ``test_10_after_adam.py``: the
chapter's setting with fresh seeds, and two neighbours of it, take some minutes.
"""

import datetime
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from helpers import data, optimizers

RESULTS = Path(__file__).with_suffix(".json")
LENGTHS = np.array([20, 40, 80, 160, 320])
GRID = np.array([1, 2, 5, 10, 20, 50, 100])
CHOOSING, JUDGING = [108, 109], list(range(100, 105))


def muon(p: torch.Tensor) -> optimizers.Optimizer:
    if p.shape[1] == 1:
        return optimizers.adam()
    return optimizers.muon(weight_decay=0, adjust_lr_fn="match_rms_adamw")


RULES: dict[str, tuple[Callable[[torch.Tensor], optimizers.Optimizer], float]] = {
    "momentum": (lambda p: optimizers.sgd(momentum=0.9), 0.01),
    "adamw": (lambda p: optimizers.adamw(weight_decay=0), 0.001),
    "lion": (lambda p: optimizers.lion(), 0.0005),
    "muon": (muon, 0.002),
    "schedule_free": (lambda p: optimizers.schedule_free_adamw(), 0.002),
    "adafactor": (lambda p: optimizers.adafactor(), 0.02),
}


class Setting(NamedTuple):
    """A network and a batch size."""

    width: int
    size: int


SETTINGS = {"fresh": Setting(32, 64), "wider": Setting(64, 64), "batch 32": Setting(32, 32)}


def pooled(split: Any) -> tuple[torch.Tensor, torch.Tensor]:
    return nn.functional.avg_pool2d(split.x, 2).flatten(1), split.y


def start(seed: int, width: int) -> list[torch.Tensor]:
    torch.manual_seed(seed)
    sizes = 196, width, width, 10
    layers = [nn.Linear(*pair) for pair in itertools.pairwise(sizes)]
    return [p.detach() for layer in layers for p in (layer.weight, layer.bias[None])]


def losses(params: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    for number in range(0, len(params), 2):
        x = torch.relu(x) if number else x
        x = torch.baddbmm(params[number + 1], x, params[number].mT)
    return torch.stack([nn.functional.cross_entropy(*one) for one in zip(x, y, strict=True)])


def train(rule, rates, seeds, updates, setting, train_set, falls=True):
    x, y = train_set
    params: Any = [
        torch.stack(p) for p in zip(*(start(s, setting.width) for s in seeds), strict=True)
    ]
    pairs = [rule(p) for p in params]
    states = [pair.init(p) for pair, p in zip(pairs, params, strict=True)]
    rates = torch.tensor(rates, dtype=torch.float64)
    orders = [torch.randperm(len(y), generator=torch.Generator().manual_seed(s)) for s in seeds]
    for t in range(updates):
        rows = torch.stack([order[t * setting.size : (t + 1) * setting.size] for order in orders])
        for p in params:
            p.requires_grad_()
        gradients = torch.autograd.grad(losses(params, x[rows], y[rows]).sum(), params)
        factor = min(1, 10 * (t + 1) / updates)
        if falls:
            factor = min(factor, (updates - t) / updates / 0.9)
        both = [
            pair.update(p.detach(), g, s, lr=factor * rates)
            for pair, p, g, s in zip(pairs, params, gradients, states, strict=True)
        ]
        params, states = map(list, zip(*both, strict=True))
    return [getattr(s, "average", p) for s, p in zip(states, params, strict=True)]


@torch.no_grad()
def judged(params, held_out) -> list[float]:
    x, y = (part.expand(len(params[0]), *part.shape) for part in held_out)
    return losses(params, x, y).double().nan_to_num(torch.inf).tolist()


def race(setting: Setting) -> dict[str, Any]:
    """Return the median test losses by rule and length, the rates' indices, and the default's."""
    images = data.mnist()
    assert images.source == "mnist", "chapter 10's claims are about MNIST; set COURSE_DATA"
    train_set = tuple(part[25_000:] for part in pooled(images.train))
    validation, test = pooled(images.validation), pooled(images.test)
    found: dict[str, Any] = {"losses": {}, "chosen": {}}
    for name, (rule, lowest) in RULES.items():
        falls, ends, chosen = name != "schedule_free", [], []
        for updates in LENGTHS.tolist():
            rates = [*lowest * GRID]
            seeds = np.repeat(CHOOSING, len(rates)).tolist()
            tried = train(rule, rates * 2, seeds, updates, setting, train_set, falls)
            best = int(np.reshape(judged(tried, validation), (2, -1)).mean(0).argmin())
            last = train(rule, [rates[best]] * 5, JUDGING, updates, setting, train_set, falls)
            ends.append(float(np.median(judged(last, test))))
            chosen.append(best)
        found["losses"][name], found["chosen"][name] = ends, chosen
    boxed = train(RULES["adamw"][0], [1e-3] * 5, JUDGING, 320, setting, train_set)
    return found | {"default": float(np.median(judged(boxed, test)))}


def main() -> None:
    """Measure everything, and write it down."""
    torch.set_flush_denormal(True)
    written: dict[str, Any] = {
        "date": datetime.date.today().isoformat(),
        "torch": torch.__version__,
    }
    for name, setting in SETTINGS.items():
        written[name] = race(setting)
        print(f"{name}: done", flush=True)
        RESULTS.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
