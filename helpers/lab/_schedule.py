"""Schedule: pieces in a row, as torch's SequentialLR runs them."""

import warnings
from typing import Any

import numpy as np
import torch
from torch.optim import SGD, Adam, lr_scheduler

from helpers import language, optimizers, problems, simulate
from helpers.explore import Slider
from helpers.figures import lab as figures
from helpers.lab import schema
from helpers.lab._toy import on_batches
from helpers.lab.component import Component, Kind, around

__all__ = ["rates_of", "schedule"]

_RATES = [0.01, 0.03, 0.1, 0.3, 0.6]
_SEEDS = 30
_START = (-0.6, 0.2)
_SMALLEST = 1e-12  # a loss nearer to the minimum is drawn here


def schedule(pieces: Any = None, **state: Any) -> Component:
    """Put schedulers in a row; the reader drags where each ends, and sees rate and loss.

    Parameters
    ----------
    pieces : list of dict, optional
        One to five, such as ``{"piece": "cosine", "steps": 80, "eta_min": 0.01}``, with settings
        named as in torch. Kinds are "warm_up", "constant", "linear", "step", "exponential",
        "cosine", "restarts", "cyclic" and "one_cycle".
    **state
        ``optimizer``, "sgd" or "adam", with its ``lr`` and ``momentum`` or ``beta1``; ``batches``,
        whether gradients come from mini-batches; ``seed`` of the code; ``log``, whether the rate's
        axis is logarithmic; ``chosen``, the index of the piece whose settings are shown.

    Returns
    -------
    Component
        As the last line of a cell it shows itself.

    Raises
    ------
    TypeError, ValueError
        If there is no such field, or it cannot have such a value.

    Examples
    --------
    >>> schedule([{"piece": "cosine", "steps": 80}], lr=0.2).chosen
    0
    """
    if pieces is not None:
        state = {"pieces": pieces, "chosen": 0, **state}
    return Component(KIND, state)


def rates_of(state: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, str | None]:
    """Let torch run the pieces of a schedule.

    Parameters
    ----------
    state : dict
        The state of a schedule.

    Returns
    -------
    rates, momenta : numpy.ndarray
        Shape (steps,): what each step uses, up to the one before which torch raises an error.
    error : str or None
        The error, in words.
    """
    parameter = torch.zeros(1)
    is_adam = state["optimizer"] == "adam"
    optimizer: torch.optim.Optimizer
    if is_adam:
        optimizer = Adam([parameter], state["lr"], betas=(float(state["beta1"]), 0.999))
    else:
        optimizer = SGD([parameter], state["lr"], state["momentum"])
    pieces = state["pieces"]
    ends = np.cumsum([piece["steps"] for piece in pieces])
    rows: list[tuple[float, float]] = []
    made: list[Any] = []
    failed = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for piece in pieces:
                kind = getattr(lr_scheduler, _kind(piece)["torch"])
                made.append(kind(optimizer, **_settings(piece)))
            scheduler = made[0]
            if len(made) > 1:
                scheduler = lr_scheduler.SequentialLR(optimizer, made, ends[:-1].tolist())
            for _ in range(ends[-1]):
                group = optimizer.param_groups[0]
                momentum = group["betas"][0] if is_adam else group["momentum"]
                rows.append((float(group["lr"]), float(momentum)))
                scheduler.step()
        except (ValueError, ZeroDivisionError) as error:
            failed = error
    rates, momenta = np.array(rows).reshape(-1, 2).T
    if failed is None:
        return rates, momenta, None
    # Either a piece could not be made, or the one that was to give the next rate failed.
    running = min(int(np.searchsorted(ends, len(rates), "right")), len(pieces) - 1)
    return rates, momenta, _error_text(pieces[running if rows else len(made)], len(rates), failed)


def _kind(piece: dict[str, Any]) -> dict[str, Any]:
    return schema.load()["pieces"][piece["piece"]]


def _settings(piece: dict[str, Any]) -> dict[str, Any]:
    """Return a piece's arguments in torch, all of them."""
    found = {}
    for name, setting in _kind(piece)["settings"].items():
        value = piece.get(name, piece["steps"] if setting.get("follows") else setting["default"])
        # Scripts write 1.0 as 1, which torch's OneCycleLR refuses as its pct_start.
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        found[name] = float(value) if is_whole and not setting.get("integer") else value
    return found


def _error_text(piece: dict[str, Any], step: int, error: Exception) -> str:
    reason = {
        ("LinearLR", ValueError): "start_factor",
        ("ConstantLR", ZeroDivisionError): "factor",
        ("OneCycleLR", ValueError): "total_steps",
        ("OneCycleLR", ZeroDivisionError): "pct_start",
    }[_kind(piece)["torch"], type(error)]
    values = {**_settings(piece), "step": step}
    text = language.text("lab.schedule.outcome_error", step=step)
    return f"{text} {language.text(f'lab.schedule.notes.{reason}', **values)}"


def _losses(state: dict[str, Any], rates: np.ndarray, momenta: np.ndarray) -> np.ndarray:
    """Return the median excess loss of the toy over seeds, shape (steps + 1,)."""
    steps = len(rates)
    is_adam = state["optimizer"] == "adam"
    rule = optimizers.adam if is_adam else optimizers.sgd
    schedule = {"lr": rates, **({"betas": (momenta, 0.999)} if is_adam else {"momentum": momenta})}
    surface, lr = problems.linear_regression().surface("train"), state["lr"]
    if state["batches"]:
        paths, diverged_at = on_batches(rule, range(_SEEDS), _START, schedule, lr=lr)
    else:
        runs = simulate.on_problem(surface, rule, _START, steps, schedule=schedule, lr=lr)
        paths, diverged_at = runs.paths, runs.diverged_at
    losses = surface.value(paths).numpy() - surface.minimum_value
    # A run that diverged is the worst.
    end = np.where(diverged_at >= 0, diverged_at, np.inf)[:, None]
    losses = np.where(np.arange(steps + 1) < end, np.maximum(losses, _SMALLEST), np.inf)
    return np.median(losses, axis=0)


def _draw(state: dict[str, Any]) -> np.ndarray:
    rates, momenta, error = rates_of(state)
    steps = sum(piece["steps"] for piece in state["pieces"])
    own = state["beta1" if state["optimizer"] == "adam" else "momentum"]
    constant = _losses(state, np.full(steps, state["lr"]), np.full(steps, own))
    losses = _losses(state, rates, momenta) if len(rates) else constant[:1]
    return figures.schedule(
        rates,
        losses,
        constant,
        error=None if error is None else len(rates),
        log=state["log"],
        seeds=_SEEDS if state["batches"] else None,
        outcome=_outcome(rates, losses, constant, error),
    )


def _outcome(rates: np.ndarray, losses: np.ndarray, constant: np.ndarray, error: str | None) -> str:
    sentences = [] if error is None else [error]
    if steps := len(rates):
        ends = {"first": rates[0], "last": rates[-1], "high": rates.max(), "low": rates.min()}
        sentences.append(language.text("lab.schedule.outcome_rates", steps=steps, **ends))
        row, reference = (_fate(curve[steps]) for curve in (losses, constant))
        sentences.append(
            language.text("lab.schedule.outcome_losses", steps=steps, row=row, constant=reference)
        )
    return " ".join(sentences)


def _fate(loss: float) -> str:
    key = "outcome_loss" if np.isfinite(loss) else "outcome_diverged"
    return language.text(f"lab.schedule.{key}", loss=loss)


def _slider(state: dict[str, Any]) -> Slider:
    return around(_RATES, state["lr"], label="lr")


def _move(state: dict[str, Any], lr: float) -> dict[str, Any]:
    return {**state, "lr": lr}


KIND = Kind("schedule", _draw, _slider, _move)
