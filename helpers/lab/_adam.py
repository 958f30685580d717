"""Adam's step: gradients that the reader drags, and what Adam makes of each."""

from typing import Any

import numpy as np
import torch

from helpers import language, optimizers
from helpers.explore import Slider
from helpers.figures import lab as figures
from helpers.lab import schema
from helpers.lab.component import Component, Kind, around

__all__ = ["adam"]

_BETAS = [0, 0.5, 0.8, 0.9, 0.95, 0.99]


def adam(gradients: Any = None, **state: Any) -> Component:
    """Show every step of Adam for gradients that the reader drags, line by line.

    Parameters
    ----------
    gradients : array_like, optional
        One a step, 1 to 40 of them.
    **state
        ``lr``, ``beta1``, ``beta2``, ``eps`` and ``amsgrad`` of Adam; ``step``, counted from 1,
        whose lines are shown; ``line``, one of "none", "m", "v", "m_hat", "v_hat" and "theta",
        which is lit.

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
    >>> adam([0.1, -0.2], lr=0.01).step
    2
    """
    if gradients is not None:
        gradients = schema.check("adam", "gradients", gradients)
        state = {"gradients": gradients, "step": min(3, len(gradients)), **state}
    return Component(KIND, state)


def _draw(state: dict[str, Any]) -> np.ndarray:
    gradients, lr, betas = state["gradients"], state["lr"], (state["beta1"], state["beta2"])
    init, update = optimizers.adam(lr, betas, state["eps"], amsgrad=state["amsgrad"])
    params = torch.zeros(1, dtype=torch.float64)
    optimizer_state = init(params)
    rows = []
    for t, gradient in enumerate(gradients, start=1):
        gradient = torch.full_like(params, gradient)
        params, optimizer_state = update(params, gradient, optimizer_state)
        m = optimizer_state.exp_avg.item()
        m_hat = m / (1 - betas[0] ** t)
        v = optimizer_state.max_exp_avg_sq if state["amsgrad"] else optimizer_state.exp_avg_sq
        root = (v.item() / (1 - betas[1] ** t)) ** 0.5
        # As computed, not as a difference of positions, which loses digits where steps are tiny.
        rows.append((m, m_hat, root, -lr * m_hat / (root + state["eps"]), params.item()))
    m, m_hat, root, moves, theta = np.array(rows).T
    step = min(state["step"], len(gradients))
    outcome = language.text(
        "lab.adam.outcome",
        step=step,
        gradient=gradients[step - 1],
        m=m_hat[step - 1],
        root=root[step - 1],
        move=moves[step - 1],
        share=abs(moves[step - 1]) / lr,
        theta=theta[step - 1],
        first=abs(moves[0]) / lr,
    )
    averages = {"ewma": m, "corrected": m_hat}
    return figures.adam(np.array(gradients), averages, moves, lr=lr, step=step, outcome=outcome)


def _slider(state: dict[str, Any]) -> Slider:
    return around(_BETAS, state["beta1"], label="β₁")


def _move(state: dict[str, Any], beta1: float) -> dict[str, Any]:
    return {**state, "beta1": beta1}


KIND = Kind("adam", _draw, _slider, _move)
