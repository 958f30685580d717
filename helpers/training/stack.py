"""Backpropagation through a plain stack of layers, written out.

Autograd builds its graph anew at every pass, and modules call hooks that nobody set. On a small
model that takes as long as a third of the arithmetic. For the commonest one, an ``nn.Sequential``
of Flatten, Linear, ReLU and Dropout under cross-entropy, the passes below call the same kernels in
the same order as autograd does, so that gradients and random numbers are the same bit for bit.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as torch_module

from helpers.training.faults import BatchCheck

__all__ = ["Stack"]

_aten = torch.ops.aten


class _Linear:
    """a = x Wᵀ + b."""

    def __init__(self, layer: nn.Linear, first: bool) -> None:
        self.weight, self.bias, self.first = layer.weight, layer.bias, first

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.x = x
        if self.bias is None:
            return x.mm(self.weight.t())
        return torch.addmm(self.bias, x, self.weight.t())

    def backward(self, gradient: torch.Tensor) -> torch.Tensor | None:
        # ∂L/∂W = gᵀ x,  ∂L/∂b = Σ g,  ∂L/∂x = g W
        torch.mm(gradient.t(), self.x, out=self.weight.grad)
        if self.bias is not None:
            torch.sum(gradient, 0, out=self.bias.grad)
        return None if self.first else gradient.mm(self.weight)


class _ReLU:
    """a = max(0, x)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.output = x.relu()
        return self.output

    def backward(self, gradient: torch.Tensor) -> torch.Tensor:
        return _aten.threshold_backward.default(gradient, self.output, 0)


class _Dropout:
    """a = x m / (1 − p), with m = 1 for the share 1 − p of the entries, else 0."""

    def __init__(self, layer: nn.Dropout) -> None:
        self.kept = 1 - layer.p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.mask = torch.empty_like(x).bernoulli_(self.kept).div_(self.kept)
        return x * self.mask

    def backward(self, gradient: torch.Tensor) -> torch.Tensor:
        return gradient * self.mask


class Stack:
    """A model that is a plain stack of layers under cross-entropy.

    Parameters
    ----------
    layers : list of nn.Module
        Flatten, if there is one; then Linear, ReLU and Dropout, the first of them a Linear.
    """

    def __init__(self, layers: list[nn.Module]) -> None:
        self.flattens = isinstance(layers[0], nn.Flatten)
        self.layers: list[Any] = []
        for layer in layers[self.flattens :]:
            if isinstance(layer, nn.Linear):
                self.layers.append(_Linear(layer, first=not self.layers))
            elif isinstance(layer, nn.ReLU):
                self.layers.append(_ReLU())
            else:
                assert isinstance(layer, nn.Dropout)
                self.layers.append(_Dropout(layer))
        self.parameters = [p for layer in layers for p in layer.parameters()]
        self.one = torch.ones((), dtype=self.parameters[0].dtype)

    @classmethod
    def of(cls, model: nn.Module, loss_function: Callable[..., Any]) -> "Stack | None":
        """Return the stack that a model is; None if autograd has to do it.

        Parameters
        ----------
        model : nn.Module
            Any.
        loss_function : callable
            Any.

        Returns
        -------
        Stack or None
            None where the passes below would not do exactly what autograd does.
        """
        layers = list(_flat(model))
        inner = layers[isinstance(layers[0], nn.Flatten) :] if layers else []
        parameters = [p for layer in inner for p in layer.parameters()]
        plain = (
            _is_plain_cross_entropy(loss_function)
            and bool(inner)
            and type(inner[0]) is nn.Linear
            and all(map(_is_plain, model.modules()))
            and all(type(layer) in (nn.Linear, nn.ReLU, nn.Dropout) for layer in inner)
            and len({id(layer) for layer in inner}) == len(inner)
            and len({id(p) for p in parameters}) == len(parameters)
            and all(_is_plain_parameter(p) for p in parameters)
            and {p.dtype for p in parameters} in ({torch.float32}, {torch.float64})
            and not _has_global_hooks()
            and not torch.is_autocast_enabled("cpu")
        )
        return cls(layers) if plain else None

    def fits(self, x: torch.Tensor, y: torch.Tensor) -> bool:
        """Tell whether a batch is one that the passes below are for.

        Parameters
        ----------
        x, y : torch.Tensor
            Inputs and targets, shapes (batch, …).

        Returns
        -------
        bool
            False where autograd has to do it.
        """
        return (
            (x.ndim == 2 or (self.flattens and x.ndim > 2))
            and y.ndim == 1
            and y.dtype == torch.int64
            and x.dtype == self.one.dtype
            and x.device.type == "cpu"
            and not x.requires_grad
        )

    def gradients(
        self, x: torch.Tensor, y: torch.Tensor, check: BatchCheck
    ) -> tuple[float, torch.Tensor]:
        """Give each parameter its gradient, unless the loss is not finite.

        Parameters
        ----------
        x, y : torch.Tensor
            Inputs, shape (batch, …), and labels, shape (batch,).
        check : BatchCheck
            Looks at the outputs.

        Returns
        -------
        loss : float
            The mean cross-entropy.
        outputs : torch.Tensor
            Shape (batch, classes).
        """
        for parameter in self.parameters:
            if parameter.grad is None:
                parameter.grad = torch.empty_like(parameter)
        with torch.inference_mode():
            outputs = self._forward(x)
            if check.pending:
                check.outputs(outputs, y)
                check.done()
            # L = −(1/n) Σ log softmax(z)[y]
            log_p = outputs.log_softmax(1)
            loss, total = _aten.nll_loss_forward.default(log_p, y, None, 1, -100)
            value = loss.item()
            if math.isfinite(value):
                # ∂L/∂log p = −onehot(y) / n,  ∂L/∂z = (softmax(z) − onehot(y)) / n
                gradient = _aten.nll_loss_backward.default(self.one, log_p, y, None, 1, -100, total)
                gradient = torch._log_softmax_backward_data(gradient, log_p, 1, log_p.dtype)
                for layer in reversed(self.layers):
                    gradient = layer.backward(gradient)
        return value, outputs

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.flattens:
            x = x.flatten(1)
        for layer in self.layers:
            x = layer.forward(x)
        return x


def _flat(model: nn.Module) -> Iterator[nn.Module]:
    if type(model) is nn.Sequential:
        for layer in model:
            yield from _flat(layer)
    else:
        yield model


def _is_plain(module: nn.Module) -> bool:
    """Tell whether a module does what its class says, and nothing beside it."""
    hooks = [name for name in vars(module) if name.endswith("_hooks") and vars(module)[name]]
    hooks = [name for name in hooks if "state_dict" not in name]
    if hooks or "forward" in vars(module):
        return False
    if isinstance(module, nn.Flatten):
        return (module.start_dim, module.end_dim) == (1, -1)
    if isinstance(module, nn.Dropout):
        return not module.inplace and 0 < module.p < 1
    return not getattr(module, "inplace", False)


def _has_global_hooks() -> bool:
    """Tell whether all modules have hooks; torch 2.7 has no function for it."""
    whens = ("forward_pre", "forward", "backward_pre", "backward")
    return any(getattr(torch_module, f"_global_{when}_hooks") for when in whens)


def _is_plain_parameter(parameter: nn.Parameter) -> bool:
    return (
        type(parameter) is nn.Parameter
        and parameter.requires_grad
        and parameter.device.type == "cpu"
        and parameter.layout == torch.strided
        and parameter.is_contiguous()
        and not parameter._backward_hooks
        and not getattr(parameter, "_post_accumulate_grad_hooks", None)
    )


def _is_plain_cross_entropy(loss_function: Callable[..., Any]) -> bool:
    if loss_function is nn.functional.cross_entropy:
        return True
    return (
        type(loss_function) is nn.CrossEntropyLoss
        and _is_plain(loss_function)
        and loss_function.weight is None
        and loss_function.ignore_index == -100
        and loss_function.reduction == "mean"
        and loss_function.label_smoothing == 0.0
    )
