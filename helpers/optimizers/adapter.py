"""A rule of this package as an optimizer of torch, for a training loop."""

import functools
from collections.abc import Callable
from typing import Any

import torch

from helpers import _validate
from helpers.optimizers.base import Optimizer, arguments, check

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
        default = arguments(rule)["lr"].default
        lr = default if lr is None else lr
        self.make = functools.partial(rule, **hyper)
        self.rule = check(self.make(lr=lr), rule)
        super().__init__(params, {"lr": lr, "train_mode": True})

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group of parameters, if the rule can move them."""
        super().add_param_group(param_group)
        group = self.param_groups[-1]
        try:
            _validate.number_or_tensor("lr", group["lr"], "[0, inf)")
            if own := group.keys() & arguments(self.make).keys() - {"lr"}:
                raise ValueError(f"a group of params may have its own lr alone, got {min(own)!r}")
            for parameter in group["params"]:
                self.state_type = type(self.rule.init(parameter.detach()))
        except (TypeError, ValueError):
            self.param_groups.pop()
            raise

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"make": self.make, "state_type": self.state_type}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.rule = self.make()

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take a step with the gradients that the parameters have, or that the closure computes.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss and the gradients again, and returns the loss.

        Returns
        -------
        torch.Tensor or None
            What the closure returned.
        """
        if not all(group["train_mode"] for group in self.param_groups):
            raise RuntimeError("optimizer must be in training mode, got a step after eval()")
        with torch.enable_grad():
            loss = closure() if closure is not None else None
        steps = []
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                kept = self.state.get(parameter)  # of the step before, or loaded
                state = self.state_type(**kept) if kept else self.rule.init(parameter.detach())
                new = self.rule.update(parameter, parameter.grad, state, lr=group["lr"])
                steps.append((parameter, *new))
        # All or none: an error in one gradient leaves no parameter moved.
        for parameter, value, state in steps:
            parameter.copy_(value)
            self.state[parameter] = state._asdict()
        return loss

    def train(self) -> None:
        """Put the point where the rule trains into the parameters."""
        self._set_mode(True)

    def eval(self) -> None:
        """Put the rule's answer into the parameters."""
        self._set_mode(False)

    @torch.no_grad()
    def _set_mode(self, training: bool) -> None:
        for group in self.param_groups:
            for parameter in group["params"] if group["train_mode"] != training else ():
                # The average and the parameters change places.
                state = self.state.get(parameter, {})
                if "average" in state:
                    now = parameter.clone()
                    parameter.copy_(state["average"])
                    state["average"] = now
            group["train_mode"] = training
