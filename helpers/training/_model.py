"""Models and optimizers: checks, and what training changes and puts back."""

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.optim import Optimizer


def check_model(model: Any) -> None:
    """Raise TypeError or ValueError unless ``model`` is an ``nn.Module`` with values."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be an nn.Module, got {type(model).__name__}")
    for name, parameter in model.named_parameters():
        if is_lazy(parameter) or parameter.is_meta:
            raise ValueError(f"model must have all of its values, got none of {name!r} yet")


def check_trainable(model: nn.Module) -> None:
    """Raise TypeError, ValueError or RuntimeError unless a model can be trained here and now."""
    check_model(model)
    if not torch.is_grad_enabled() or torch.is_inference_mode_enabled():
        raise RuntimeError("training needs gradients, got a call under no_grad or inference_mode")
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError("model must have a parameter that requires a gradient, got none")
    for name, module in model.named_modules():
        if isinstance(module, torch.jit.ScriptModule):  # its state cannot be put back
            raise TypeError(f"model must be of Python code, got scripted code in {name or 'it'!r}")
        if module.training != model.training:  # training would set one mode for all
            raise ValueError(
                f"model must be in one mode, got another one for {name!r}: call model.train() first"
            )


def check_optimizer(optimizer: Any, *models: nn.Module) -> None:
    """Raise TypeError or ValueError unless the optimizer can train one of the models."""
    kind = type(optimizer).__name__
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be one of torch.optim, got {kind}")
    held = held_by(optimizer)
    if not any(id(parameter) in held for model in models for parameter in model.parameters()):
        raise ValueError(
            f"optimizer must hold parameters of the model, got a {kind} of others: was the model "
            "made anew after it?"
        )


def held_by(*optimizers: Optimizer) -> list[int]:
    """Return the id of each parameter of optimizers."""
    return [id(p) for one in optimizers for group in one.param_groups for p in group["params"]]


def check_optimizers(optimizers: Any, *models: nn.Module) -> list[Optimizer]:
    """Return one or several optimizers as a list; raise an error unless they train the models.

    Several have to share out all parameters of a model: a parameter in two would move twice.
    """
    several = list(optimizers) if isinstance(optimizers, list | tuple) else [optimizers]
    if not several:
        raise ValueError(f"optimizer must be one, or several, got {optimizers!r}")
    for optimizer in several:
        check_optimizer(optimizer, *models)
    held = held_by(*several)
    every = [named for model in models for named in model.named_parameters()]
    for name, parameter in every if len(several) > 1 else ():
        times, is_due = held.count(id(parameter)), parameter.requires_grad and len(models) == 1
        if times > 1 or times < is_due:
            got = f"{name!r} {times} times"
            raise ValueError(f"optimizer must hold each parameter of the model once, got {got}")
    return several


@contextmanager
def training_mode(optimizers: Iterable[Optimizer]) -> Iterator[None]:
    """Call ``train()``, and ``eval()`` on exit, of optimizers that are schedule-free."""
    switched: Any = [one for one in optimizers if hasattr(one, "train") and hasattr(one, "eval")]
    for optimizer in switched:
        optimizer.train()
    try:
        yield
    finally:
        for optimizer in switched:
            optimizer.eval()


def step(optimizers: Iterable[Optimizer]) -> None:
    """Take a step; in mixed precision, the next pass has to cast the new weights."""
    for optimizer in optimizers:
        optimizer.step()
    torch.clear_autocast_cache()


def device_of(model: nn.Module) -> torch.device:
    """Return the device of the first parameter; the CPU if there is none."""
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))


@contextmanager
def in_mode(model: nn.Module, training: bool) -> Iterator[None]:
    """Set training or evaluation mode for all modules, and restore each module's own on exit.

    Raises RuntimeError if a module has changed its mode in between.
    """
    before = [(module, module.training) for module in model.modules()]
    model.train(training)
    try:
        yield
        for name, module in model.named_modules():
            if module.training != training:
                mode = "training" if training else "evaluation"
                raise RuntimeError(
                    f"model must stay in {mode} mode, got another one for {name or 'the model'!r}: "
                    "does its forward call train() or eval()?"
                )
    finally:
        for module, was in before:
            module.training = was


@contextmanager
def training_undone(model: nn.Module, *optimizers: Optimizer) -> Iterator[None]:
    """Let a model be trained, and undo it: weights, buffers, gradients and the optimizer.

    Meanwhile they work on copies. The tensors themselves are not touched, so that they are the same
    objects with the same bits afterwards. Lists and dictionaries that a module changes in place are
    not restored, only attributes that it assigns.
    """
    held = [one for optimizer in optimizers for one in vars(optimizer).values()]
    optimizers = (*optimizers, *(one for one in held if isinstance(one, Optimizer)))  # as Lookahead
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    trained = [p for group in groups for p in group["params"]]
    parameters = list({id(p): p for p in [*model.parameters(), *trained]}.values())
    tensors = [(p, p.data, p.grad) for p in parameters]
    dictionaries = [*map(vars, optimizers), *groups]
    for module in model.modules():
        dictionaries += [vars(module), module._buffers]
    before = [(one, dict(one)) for one in dictionaries]

    copies: dict[int, torch.Tensor] = {}  # a buffer that two modules share stays shared
    for parameter in parameters:
        parameter.data, parameter.grad = parameter.data.clone(), None
    for module in model.modules():
        for name, buffer in module._buffers.items():
            if buffer is not None:
                module._buffers[name] = copies.setdefault(id(buffer), buffer.clone())
    for optimizer in optimizers:
        state = {parameter: copy.deepcopy(own) for parameter, own in optimizer.state.items()}
        optimizer.state = defaultdict(dict, state)
    try:
        yield
    finally:
        for parameter, data, gradient in tensors:
            parameter.data, parameter.grad = data, gradient
        for current, was in before:
            current.clear()
            current.update(was)
