"""The lab's schedule: its rates are those of torch, quirks and errors included."""

import json
import math
import random

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from book import lab
from tests.lab import evaluate

SCHEMA = json.loads((lab.ROOT / "helpers" / "lab" / "schema.json").read_text("utf-8"))
KINDS = SCHEMA["pieces"]
PIECES = "components/schedule.pieces.js"


def random_setting(draw: random.Random, setting: dict, steps: int):
    if "options" in setting:
        return draw.choice(setting["options"])
    if isinstance(setting.get("default"), bool):
        return draw.random() < 0.5
    low, high = setting["min"], setting["max"]
    if setting.get("integer"):
        return draw.randint(low, min(high, 2 * steps + 2))
    if draw.random() < 0.2:
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
    given = {
        name: piece.get(name, piece["steps"] if setting.get("follows") else setting.get("default"))
        for name, setting in kind["settings"].items()
        if name in piece or setting.get("follows") or setting.get("required")
    }
    if "pct_start" in given:
        given["pct_start"] = float(given["pct_start"])
    return getattr(lr_scheduler, kind["torch"])(optimizer, **given)


def optimizer_of(state: dict) -> torch.optim.Optimizer:
    weight = torch.zeros(1, requires_grad=True)
    if state["optimizer"] == "sgd":
        return torch.optim.SGD([weight], lr=state["lr"], momentum=state["momentum"])
    return torch.optim.Adam([weight], lr=state["lr"], betas=(state["beta1"], 0.999))


def torch_rates(state: dict) -> tuple[list[float], list[float], list[float], str]:
    """Return the rates and momenta that torch uses, each part's base rate, and the error's name."""
    rates, momenta, bases = [], [], []
    steps = [piece["steps"] for piece in state["pieces"]]
    optimizer = optimizer_of(state)
    group = optimizer.param_groups[0]
    try:
        parts = [made(optimizer, piece) for piece in state["pieces"]]
        bases = [part.base_lrs[0] for part in parts]
        scheduler = parts[0]
        if len(parts) > 1:
            milestones = np.cumsum(steps)[:-1].tolist()
            scheduler = lr_scheduler.SequentialLR(optimizer, parts, milestones)
        for _ in range(sum(steps)):
            rates.append(group["lr"])
            momenta.append(group["betas"][0] if "betas" in group else group["momentum"])
            optimizer.step()
            scheduler.step()
    except (ValueError, ZeroDivisionError) as error:
        return rates, momenta, bases, type(error).__name__
    return rates, momenta, bases, ""


ERRORS = {
    None: ("", None),
    "start_factor": ("ValueError", "LinearLR"),
    "total_steps": ("ValueError", "OneCycleLR"),
    "factor": ("ZeroDivisionError", "ConstantLR"),
    "pct_start": ("ZeroDivisionError", "OneCycleLR"),
}


@pytest.mark.filterwarnings("ignore::UserWarning")  # a deprecation of torch's own call
def test_rates_momenta_and_errors_of_random_rows_are_those_of_sequential_lr():
    states = [random_state(seed) for seed in range(600)]
    reasons = set()
    for state, found in zip(states, evaluate(PIECES, "module.follow(input)", states), strict=True):
        rates, momenta, bases, error = torch_rates(state)
        reason = found["error"] and found["error"]["reason"]
        reasons.add(reason)
        assert ERRORS[reason][0] == error, state["pieces"]
        top = max(map(abs, rates), default=0)
        np.testing.assert_allclose(found["rates"], rates, rtol=1e-12, atol=1e-12 * top)
        np.testing.assert_allclose(found["momenta"], momenta, rtol=1e-12)
        for piece, base, expected in zip(state["pieces"], found["bases"], bases, strict=False):
            assert base == expected or piece["piece"] == "cyclic"  # whose base_lr is its setting
        if reason:
            assert found["error"]["step"] == len(rates)
            in_charge = state["pieces"][found["error"]["part"]]["piece"]
            assert KINDS[in_charge]["torch"] == ERRORS[reason][1]
    assert reasons == set(ERRORS)


def test_changes_of_a_row_keep_its_length():
    lengths = {"cosine": 20, "step": 10, "linear": 70}
    row = [{"piece": kind, "steps": steps} for kind, steps in lengths.items()]
    steps = (-5, 7.6, 25, 500)
    changes = [f"module.moveEdge(input, {edge}, {step})" for edge in (0, 1) for step in steps]
    changes += [f"module.removePiece(input, {index})" for index in range(3)]
    changes += [f'module.addPiece(input, {index}, "cyclic", 0.3)' for index in range(3)]
    changes += [f"module.movePiece(input, {index}, {2 - index})" for index in range(3)]
    for change in changes:
        (changed,) = evaluate(PIECES, change, [row])
        assert sum(piece["steps"] for piece in changed) == 100, change
        assert min(piece["steps"] for piece in changed) >= 1, change
    for total in (10, 37, 200):
        both = f"[module.stretch(input, {total}), module.moveEdge(input, 2, {total})]"
        ((stretched, longer),) = evaluate(PIECES, both, [row])
        assert sum(piece["steps"] for piece in longer) == max(total, 31)
        assert sum(piece["steps"] for piece in stretched) == total
