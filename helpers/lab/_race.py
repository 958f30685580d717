"""Race: optimizers from one start over one surface."""

import functools
import math
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes

from helpers import optimizers, problems, schedules, simulate
from helpers.explore import Slider
from helpers.figures import lab as figures
from helpers.lab import schema
from helpers.lab._toy import on_batches
from helpers.lab.component import Component, Kind, around

__all__ = ["Race", "muon_of_points", "paths", "race"]

_RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]


class Race(Component):
    """The component that `race` returns."""

    @property
    def lr(self) -> list[float]:
        """Learning rates of the rules; one number sets all of them."""
        return [rule["lr"] for rule in self.state["rules"]]

    @lr.setter
    def lr(self, value: float) -> None:
        self.rules = [{**rule, "lr": value} for rule in self.state["rules"]]

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "lr":
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)


def race(problem: str = "regression", **state: Any) -> Race:
    """Let optimizers race from one start over one surface; the reader moves start and settings.

    Parameters
    ----------
    problem : {"regression", "quadratic", "rosenbrock", "beale", "saddle"}
        The surface.
    **state
        ``start``, a pair; ``rules``, a list of one to six dicts such as
        ``{"rule": "sgd", "lr": 0.1, "momentum": 0.9}``, whose settings are those of torch, with
        ``beta1`` and ``beta2`` for betas; ``steps``, and ``step``, the last one to show;
        ``schedule``, one of "constant", "linear", "step", "cosine" and "one_cycle"; ``batches``,
        whether gradients come from mini-batches of the regression's data, drawn with ``seed``;
        ``many``, whether a hundred seeds are shown; ``condition`` and ``angle`` of the quadratic;
        ``map``, the index of the rule that runs from a thousand starts, or −1.

    Returns
    -------
    Race
        As the last line of a cell it shows itself.

    Raises
    ------
    TypeError, ValueError
        If there is no such field, or it cannot have such a value.

    Examples
    --------
    >>> bowl = race("quadratic", condition=50, rules=[{"rule": "sgd", "lr": 0.03}])
    >>> bowl.lr = 0.04
    >>> bowl.rules
    [{'rule': 'sgd', 'lr': 0.04}]
    """
    known = schema.load()["problems"]
    if isinstance(problem, str) and problem in known:
        state = {"start": known[problem]["start"], **state}
    state = {"problem": problem, **state}
    if "steps" in state:
        state = {**state, "step": state.get("step", state["steps"])}
    return Race(KIND, state)


def paths(state: dict[str, Any]) -> list[np.ndarray]:
    """Compute the path of each rule of a race.

    Parameters
    ----------
    state : dict
        The state of a race.

    Returns
    -------
    list of numpy.ndarray
        Each of shape (steps + 1, 2), float64; NaN once it has diverged.
    """
    return [_path(rule, state) for rule in state["rules"]]


def _path(rule: dict[str, Any], state: dict[str, Any]) -> np.ndarray:
    make = muon_of_points if rule["rule"] == "muon" else getattr(optimizers, rule["rule"])
    hyper = {name: value for name, value in rule.items() if name not in ("rule", "beta1", "beta2")}
    if "beta1" in rule or "beta2" in rule:
        known = schema.load()
        beta2 = known["rules"][rule["rule"]].get("beta2", known["settings"]["beta2"]["default"])
        hyper["betas"] = (rule.get("beta1", 0.9), rule.get("beta2", beta2))
    steps = state["steps"]
    rates = _rates(state["schedule"], hyper["lr"], steps)
    if state["problem"] == "regression" and state["batches"]:
        found, _ = on_batches(make, state["seed"], state["start"], {"lr": rates}, **hyper)
        return found[0].numpy()
    problem, schedule = _problem(state), {"lr": rates}
    runs = simulate.on_problem(problem, make, state["start"], steps, schedule=schedule, **hyper)
    return runs.paths[0].numpy()


@functools.wraps(optimizers.muon)
def muon_of_points(*arguments: Any, **hyper: Any) -> optimizers.Optimizer:
    """Make Muon for points of the plane, shape (runs, 2): each is a matrix with one column."""
    rule = optimizers.muon(*arguments, **hyper)

    def update(
        params: torch.Tensor, gradient: torch.Tensor, state: Any, **overrides: Any
    ) -> tuple[torch.Tensor, Any]:
        new, state = rule.update(params[..., None], gradient[..., None], state, **overrides)
        return new[..., 0], state

    return optimizers.Optimizer(lambda params: rule.init(params[..., None]), update)


def _problem(state: dict[str, Any]) -> problems.Problem:
    if state["problem"] == "regression":
        return problems.linear_regression().surface("train")
    if state["problem"] == "quadratic":
        return problems.quadratic(state["condition"], state["angle"])
    return getattr(problems, state["problem"])()


def _rates(schedule: str, lr: float, steps: int) -> np.ndarray:
    """Return the rate of each step, as lab/components/race.schedules.js does."""
    match schedule:
        case "linear":
            return schedules.linear_lr(lr, steps, 1, 0.01, total_iters=steps)
        case "step":
            return schedules.step_lr(lr, max(1, math.ceil(steps / 3)), steps)
        case "cosine":
            return schedules.cosine_annealing_lr(lr, steps, steps)
        case "one_cycle":
            return schedules.one_cycle_lr(lr, max(2, steps), steps=steps)
    return np.full(steps, lr)


def _draw(state: dict[str, Any]) -> Axes:
    problem = _problem(state)
    view = schema.load()["problems"][state["problem"]]["view"]
    x, y, values = (part.numpy() for part in problems.grid(problem, *view))
    found = [path[: state["step"] + 1] for path in paths(state)]
    ends = torch.from_numpy(np.stack([path[-1] for path in found]))
    lowest = problem.minimum_value or 0.0
    minimum = None if problem.minimum is None else problem.minimum.numpy()
    styles = [_style(rule) for rule in state["rules"]]
    return figures.race(
        (x, y, values),
        minimum,
        list(zip(styles, found, strict=True)),
        (problem.value(ends) - lowest).tolist(),
        problem=state["problem"],
    )


def _style(rule: dict[str, Any]) -> str:
    """Return the style of a rule, by the name under which people know it."""
    if rule["rule"] == "sgd":
        momentum = "momentum" if rule.get("momentum") else "sgd"
        return "nesterov" if rule.get("nesterov") else momentum
    return "amsgrad" if rule["rule"] == "adam" and rule.get("amsgrad") else rule["rule"]


def _slider(state: dict[str, Any]) -> Slider:
    return around(_RATES, state["rules"][0]["lr"], label="lr")


def _move(state: dict[str, Any], lr: float) -> dict[str, Any]:
    return {**state, "rules": [{**rule, "lr": lr} for rule in state["rules"]]}


KIND = Kind("race", _draw, _slider, _move)
