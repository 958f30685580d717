"""Early stopping: when the validation loss has not improved for some epochs."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from helpers import _validate

__all__ = ["EarlyStopping", "Stopper"]

QUANTITIES = ("validation_loss", "validation_accuracy", "train_loss")


@dataclass(frozen=True)
class EarlyStopping:
    """When to stop before all epochs are done (Prechelt, 1998, *Early stopping — but when?*).

    Attributes
    ----------
    patience : int
        Stop after this many epochs in a row without improvement, at least 1.
    min_delta : float
        How much better than the best so far counts as an improvement, at least 0.
    of : {"validation_loss", "validation_accuracy", "train_loss"}
        What is watched.
    restore_best : bool
        Give the model in the end the weights of its best epoch, whether it was stopped or not. The
        optimizer's state stays that of the last one.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range.
    """

    patience: int
    min_delta: float = 0.0
    of: str = "validation_loss"
    restore_best: bool = False

    def __post_init__(self) -> None:
        _validate.count("patience", self.patience)
        _validate.number("min_delta", self.min_delta, "[0, inf)")
        _validate.choice("of", self.of, QUANTITIES)
        _validate.flag("restore_best", self.restore_best)


class Stopper:
    """Keeps the best epoch of one run.

    Parameters
    ----------
    rule : EarlyStopping
        When to stop.

    Attributes
    ----------
    best_epoch : int
        Counted from 1; 0 before the first epoch.
    waited : int
        Epochs since then.
    """

    def __init__(self, rule: EarlyStopping) -> None:
        self.rule = rule
        self.best = math.inf
        self.best_epoch = 0
        self.waited = 0
        self.weights: dict[str, Any] | None = None

    def is_over(self, epoch: int, value: float, model: nn.Module) -> bool:
        """Take in what an epoch came to, and tell whether to stop.

        Parameters
        ----------
        epoch : int
            Counted from 1.
        value : float
            What is watched; NaN counts as the worst.
        model : nn.Module
            Whose weights are kept if they are the best.

        Returns
        -------
        bool
            True once ``patience`` epochs in a row were no better.
        """
        cost = -value if self.rule.of.endswith("accuracy") else value
        cost = math.inf if math.isnan(cost) else cost
        if cost < self.best - self.rule.min_delta or not self.best_epoch:
            self.best, self.best_epoch, self.waited = cost, epoch, 0
            if self.rule.restore_best:
                state = model.state_dict()
                self.weights = {name: _copied(value) for name, value in state.items()}
        else:
            self.waited += 1
        return self.waited >= self.rule.patience

    def restore(self, model: nn.Module) -> None:
        """Give the model its best weights, if the rule asks for them.

        Parameters
        ----------
        model : nn.Module
            The model.
        """
        if self.rule.restore_best and self.weights is not None:
            model.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next epoch depends on.

        Returns
        -------
        dict
            Numbers, and the best weights if they are kept.
        """
        return {name: value for name, value in vars(self).items() if name != "rule"}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state.

        Parameters
        ----------
        state : dict
            What `state_dict` returned.
        """
        vars(self).update(state)


def _copied(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, torch.Tensor) else value
