"""Models and optimizers: checks, and what training changes and puts back."""

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.optim import Optimizer


def check_model(model: Any) -> None:
    """Raise TypeError or ValueError unless ``model`` is an ``nn.Module`` with values."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be an nn.Module, got {type(model).__name__}")
    for name, value in (*model.named_parameters(), *model.named_buffers()):
        if is_lazy(value) or value.is_meta:
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
    if not all("lr" in group for group in optimizer.param_groups):
        raise ValueError(f"optimizer must have a learning rate, 'lr', got a {kind} without one")
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
def training_undone(*parts: Any) -> Iterator[None]:
    """Let models, losses and optimizers be trained, and undo it: weights, gradients, states.

    Meanwhile they work on copies. The tensors themselves are not touched, so that they are the same
    objects with the same bits afterwards. What a module changes in place, such as a list, or an
    optimizer holds that cannot be copied, such as a lock, is not restored.
    """
    optimizers = [one for one in parts if isinstance(one, Optimizer)]
    modules = {m: None for one in parts if isinstance(one, nn.Module) for m in one.modules()}
    trained = [p for one in optimizers for group in one.param_groups for p in group["params"]]
    owned = [p for module in modules for p in module.parameters(recurse=False)]
    parameters = {id(p): p for p in [*owned, *trained]}
    tensors = [(p, p.data, p.grad, p.requires_grad) for p in parameters.values()]
    dictionaries = [vars(one) for one in optimizers]
    for module in modules:
        dictionaries += [vars(module), module._parameters, module._buffers, module._modules]
    before = [(one, dict(one)) for one in dictionaries]
    # Copies of what optimizers hold refer to the same parameters, and what is shared stays shared.
    copies: dict[int, Any] = parameters | {id(one): one for one in (*modules, *optimizers)}
    try:
        for parameter, data, *_ in tensors:
            parameter.data, parameter.grad = data.clone(), None
        for module in modules:
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    module._buffers[name] = copies.setdefault(id(buffer), buffer.clone())
        for optimizer in optimizers:
            for name, value in list(vars(optimizer).items()):
                with suppress(Exception):
                    vars(optimizer)[name] = copy.deepcopy(value, copies)
        yield
    finally:
        for current, was in before:
            current.clear()
            current.update(was)
        for parameter, data, gradient, was_trained in tensors:
            parameter.data, parameter.grad = data, gradient
            if parameter.requires_grad != was_trained:
                parameter.requires_grad_(was_trained)
