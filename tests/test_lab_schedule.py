"""The lab's schedule: its rates are those of torch, quirks and errors included."""

import json
import math
import random
import warnings

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from book import lab
from tests.lab import evaluate, run_script

SCHEMA = json.loads((lab.ROOT / "helpers" / "lab" / "schema.json").read_text("utf-8"))
KINDS = SCHEMA["pieces"]
FOLLOW = "schedule.pieces.js"


def random_setting(draw: random.Random, setting: dict, steps: int):
    if "options" in setting:
        return draw.choice(setting["options"])
    if isinstance(setting.get("default"), bool):
        return draw.random() < 0.5
    low, high = setting["min"], setting["max"]
    if setting.get("integer"):
        return draw.randint(low, min(high, 2 * steps + 2))
    if draw.random() < 0.1:
        return draw.choice([low, high])
    if setting.get("scale") == "log":
        return math.exp(draw.uniform(math.log(low), math.log(high)))
    return draw.uniform(low, high)


def random_state(seed: int) -> dict:
    draw = random.Random(seed)
    pieces = []
    for _ in range(draw.randint(1, 5)):
        kind = draw.choice(list(KINDS))
        piece = {"piece": kind, "steps": draw.randint(1, 40)}
        for name, setting in KINDS[kind]["settings"].items():
            if draw.random() < 0.5:
                piece[name] = random_setting(draw, setting, piece["steps"])
        if piece.get("total_steps") and draw.random() < 0.6:  # otherwise most rows end in an error
            del piece["total_steps"]
        pieces.append(piece)
    return {
        "pieces": pieces,
        "optimizer": draw.choice(["sgd", "adam"]),
        "lr": 10 ** draw.uniform(-3, -0.3),
        "momentum": draw.choice([0, 0.5, 0.9]),
        "beta1": draw.choice([0.0, 0.8, 0.9]),
        "batches": draw.random() < 0.5,
        "seed": draw.randint(0, 2**32 - 1),
        "chosen": 0,
        "log": False,
    }


def made(optimizer, piece: dict):
    """Return torch's scheduler of a piece."""
    kind = KINDS[piece["piece"]]
    given = {}
    for name, setting in kind["settings"].items():
        if name in piece:
            given[name] = piece[name]
        elif setting.get("follows"):
            given[name] = piece["steps"]
        elif setting.get("required"):
            given[name] = setting["default"]
    if "pct_start" in given:
        given["pct_start"] = float(given["pct_start"])
    return getattr(lr_scheduler, kind["torch"])(optimizer, **given)


def torch_rates(state: dict) -> tuple[list[float], list[float], bool]:
    """Return the rates and momenta that torch uses, and whether it ends in an error."""
    weight = torch.zeros(1, requires_grad=True)
    if state["optimizer"] == "sgd":
        optimizer = torch.optim.SGD([weight], lr=state["lr"], momentum=state["momentum"])
    else:
        optimizer = torch.optim.Adam([weight], lr=state["lr"], betas=(state["beta1"], 0.999))
    rates, momenta, steps = [], [], [piece["steps"] for piece in state["pieces"]]
    try:
        parts = [made(optimizer, piece) for piece in state["pieces"]]
        milestones = np.cumsum(steps)[:-1].tolist()
        sequence = lr_scheduler.SequentialLR(optimizer, parts, milestones)
        scheduler = sequence if len(parts) > 1 else made_alone(state)
        group = scheduler.optimizer.param_groups[0]
        for _ in range(sum(steps)):
            rates.append(group["lr"])
            momenta.append(group["betas"][0] if "betas" in group else group["momentum"])
            scheduler.optimizer.step()
            scheduler.step()
    except (ValueError, ZeroDivisionError):
        return rates, momenta, True
    return rates, momenta, False


def made_alone(state: dict):
    weight = torch.zeros(1, requires_grad=True)
    if state["optimizer"] == "sgd":
        optimizer = torch.optim.SGD([weight], lr=state["lr"], momentum=state["momentum"])
    else:
        optimizer = torch.optim.Adam([weight], lr=state["lr"], betas=(state["beta1"], 0.999))
    return made(optimizer, state["pieces"][0])
