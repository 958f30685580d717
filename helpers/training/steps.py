"""The optimizer's step, and for Adam a shorter way to its kernel."""

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch.optim import Adam, AdamW, Optimizer
from torch.optim import optimizer as torch_optimizer

__all__ = ["needs_closure", "quick_step"]


def needs_closure(optimizer: Optimizer) -> bool:
    """Tell whether ``step`` has to be given a function that computes the loss, as LBFGS's has.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Any.

    Returns
    -------
    bool
        True if ``closure`` has no default.
    """
    closure = inspect.signature(type(optimizer).step).parameters.get("closure")
    return closure is not None and closure.default is inspect.Parameter.empty


def quick_step(optimizer: Optimizer) -> Callable[[], Any]:
    """Return ``optimizer.step``, or for a fused Adam on the CPU what calls its kernel directly.

    Around that one call torch's ``step`` gathers lists, checks and profiles anew each time, which
    takes nearly as long as the kernel itself on a model of a hundred thousand parameters. The
    results are the same bit for bit. The first step is torch's own: it makes the state.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Any.

    Returns
    -------
    callable
        Takes nothing, and does what ``optimizer.step()`` does.
    """
    if not _is_plain_fused_adam(optimizer):
        return optimizer.step
    groups: list[_Group] = []

    def step() -> None:
        gradients = [[p.grad for p in group.parameters] for group in groups]
        if not groups or any(g is None for row in gradients for g in row):
            optimizer.step()
            groups[:] = [_Group(optimizer, settings) for settings in optimizer.param_groups]
            if not all(group.is_complete for group in groups):
                groups.clear()
            return
        with torch.inference_mode():
            for group, row in zip(groups, gradients, strict=True):
                group.step(row)

    return step


class _Group:
    """The tensors of one group of parameters."""

    def __init__(self, optimizer: Optimizer, settings: dict[str, Any]) -> None:
        self.settings, self.parameters = settings, settings["params"]
        states = [optimizer.state[p] for p in self.parameters if p in optimizer.state]
        self.is_complete = len(states) == len(self.parameters) > 0
        self.exp_avgs = [state["exp_avg"] for state in states]
        self.exp_avg_sqs = [state["exp_avg_sq"] for state in states]
        self.steps = [state["step"] for state in states]
        decoupled = isinstance(optimizer, AdamW) or settings.get("decoupled_weight_decay", False)
        self.kernel = torch._fused_adamw_ if decoupled else torch._fused_adam_

    def step(self, gradients: list[torch.Tensor]) -> None:
        settings = self.settings  # read at each step: schedulers change them
        beta1, beta2 = settings["betas"]
        torch._foreach_add_(self.steps, 1)
        self.kernel(
            self.parameters,
            gradients,
            self.exp_avgs,
            self.exp_avg_sqs,
            [],
            self.steps,
            lr=settings["lr"],
            beta1=beta1,
            beta2=beta2,
            weight_decay=settings["weight_decay"],
            eps=settings["eps"],
            amsgrad=False,
            maximize=settings["maximize"],
        )


def _is_plain_fused_adam(optimizer: Optimizer) -> bool:
    """Tell whether a step is that kernel and nothing else."""
    own = vars(optimizer).get("step")  # a scheduler puts one there, which only notes the call
    return (
        type(optimizer) in (Adam, AdamW)
        and (own is None or hasattr(own, "_wrapped_by_lr_sched"))
        and not optimizer._optimizer_step_pre_hooks
        and not optimizer._optimizer_step_post_hooks
        and not torch_optimizer._global_optimizer_pre_hooks
        and not torch_optimizer._global_optimizer_post_hooks
        and all(map(_is_plain_group, optimizer.param_groups))
    )


def _is_plain_group(settings: dict[str, Any]) -> bool:
    return (
        bool(settings.get("fused"))
        and not settings["amsgrad"]
        and not settings["capturable"]
        and not settings["differentiable"]
        and not isinstance(settings["lr"], torch.Tensor)
        and len({(p.device, p.dtype) for p in settings["params"]}) == 1
        and settings["params"][0].device.type == "cpu"
    )
