"""Training mode and evaluation mode, set for a while and given back."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

__all__ = ["check_model", "check_trainable", "device_of", "in_mode"]


@contextmanager
def in_mode(model: nn.Module, training: bool) -> Iterator[None]:
    """Put all parts of a model in one mode, and in the end each back in its own.

    Parameters
    ----------
    model : nn.Module
        The model.
    training : bool
        True for training mode, False for evaluation mode.

    Raises
    ------
    RuntimeError
        If a part has left the mode in the meantime: what was computed is not what was asked for.
    """
    before = [(part, part.training) for part in model.modules()]
    model.train(training)
    try:
        yield
        for name, part in model.named_modules():
            if part.training != training:
                raise RuntimeError(
                    f"model must stay in {_words(training)} mode for the whole pass, got "
                    f"{name or 'the model'!r} in {_words(part.training)} mode after it: does its "
                    "forward call train() or eval()?"
                )
    finally:
        for part, was in before:
            part.training = was


def check_model(model: nn.Module) -> None:
    """Raise unless ``model`` is an ``nn.Module``.

    Parameters
    ----------
    model : nn.Module
        What the caller gave.

    Raises
    ------
    TypeError
        If it is none.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be an nn.Module, got {type(model).__name__}")


def check_trainable(model: nn.Module) -> None:
    """Raise unless a model can be trained here and now.

    Parameters
    ----------
    model : nn.Module
        What the caller gave.

    Raises
    ------
    TypeError
        If it is no ``nn.Module``.
    ValueError
        If it has no parameter that requires a gradient, or parts of it are in training mode and
        others in evaluation mode: training sets one mode for all, so that a part frozen by
        ``eval()`` would thaw unseen.
    RuntimeError
        If gradients are switched off around the call.
    """
    check_model(model)
    if not torch.is_grad_enabled() or torch.is_inference_mode_enabled():
        raise RuntimeError(
            "gradients must be on for training, got a call under no_grad or inference_mode"
        )
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError("model must have a parameter that requires a gradient, got none")
    for name, part in model.named_modules():
        if part.training != model.training:
            raise ValueError(
                f"model must be in one mode, got {name!r} in {_words(part.training)} mode and the "
                f"model in {_words(model.training)} mode: training sets one mode for all of it; "
                "call model.train() before"
            )


def device_of(model: nn.Module) -> torch.device:
    """Return where a model's first parameter is; the CPU if it has none.

    Parameters
    ----------
    model : nn.Module
        The model.

    Returns
    -------
    torch.device
        Where inputs have to be.
    """
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))


def _words(training: bool) -> str:
    return "training" if training else "evaluation"
