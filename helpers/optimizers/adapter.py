"""A rule of this package as an optimizer of torch, for a training loop."""

import inspect
from collections.abc import Callable
from typing import Any

import torch

from helpers.optimizers.base import Optimizer

__all__ = ["ForTorch"]


class ForTorch(torch.optim.Optimizer):
    """A rule as a ``torch.optim.Optimizer``: for `training.fit`, schedulers and groups.

    `eval` puts the average of a schedule-free rule into the parameters, and `train` puts back the
    point where it trains, as in the package schedulefree; for all other rules they do nothing.

    Parameters
    ----------
    params : iterable
        Parameters, or groups of them, which may have an ``lr`` of their own.
    rule : callable
        A function of this package, such as `lion`.
    lr : float, optional
        The learning rate; by default, the rule's.
    **hyper : Any
        The rule's other hyper-parameters. Only the rate can follow a schedule.

    Examples
    --------
    >>> from helpers.optimizers import lion
    >>> layer = torch.nn.Linear(2, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(layer.weight)
    >>> optimizer = ForTorch(layer.parameters(), lion, lr=0.1)
    >>> layer(torch.tensor([3.0, -5.0])).backward()
    >>> optimizer.step()
    >>> layer.weight.tolist()
    [[-0.10000000149011612, 0.10000000149011612]]
    """

    def __init__(
        self,
        params: Any,
        rule: Callable[..., Optimizer],
        lr: float | None = None,
        **hyper: Any,
    ) -> None:
        if lr is None:
            lr = inspect.signature(rule).parameters["lr"].default
        self.rule, self.is_training = rule(lr=lr, **hyper), True
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take a step with the gradients that the parameters have."""
        if not self.is_training:
            raise RuntimeError("optimizer must be in training mode, got a step after eval()")
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.rule.init(parameter.detach().clone())
                if parameter in self.state:  # also one that was loaded
                    state = type(state)(**self.state[parameter])
                new, state = self.rule.update(parameter, parameter.grad, state, lr=group["lr"])
                parameter.copy_(new)
                self.state[parameter] = state._asdict()

    def train(self) -> None:
        """Put the point where the rule trains into the parameters."""
        self._set_mode(True)

    def eval(self) -> None:
        """Put the rule's answer into the parameters."""
        self._set_mode(False)

    @torch.no_grad()
    def _set_mode(self, training: bool) -> None:
        if training != self.is_training:
            # The average and the parameters change places.
            for parameter, state in self.state.items():
                if "average" in state:
                    now = parameter.clone()
                    parameter.copy_(state["average"])
                    state["average"] = now
        self.is_training = training
