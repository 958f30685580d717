"""A model with a runs axis: the weights of several equal networks in one tensor a layer."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from helpers._validate import shown
from helpers.training._model import check_trainable

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh, nn.Identity)


def check_models(models: Any) -> None:
    """Raise TypeError or ValueError unless they are equal networks that can be stacked."""
    if not isinstance(models, Sequence) or not models:
        raise TypeError(f"models must be a sequence of nn.Sequential, got {shown(models)}")
    for model in models:
        if type(model) is not nn.Sequential:  # another class may have a forward of its own
            raise TypeError(f"models must be nn.Sequential, got {type(model).__name__}")
        check_trainable(model)
        if _description(model) != _description(models[0]):
            raise ValueError(f"models must be equal networks, got {models[0]} and {model}")
    for layer in models[0]:
        flattens = isinstance(layer, nn.Flatten) and (layer.start_dim, layer.end_dim) == (1, -1)
        # Weight normalisation and pruning compute the weight in a hook.
        is_plain = {name for name, _ in layer.named_parameters()} <= {"weight", "bias"}
        is_known = flattens or type(layer) in (nn.Linear, nn.Dropout, *ACTIVATIONS)
        if not (is_known and is_plain):
            raise TypeError(f"models must be of layers that `fit_runs` supports, got {layer}")
    every = [p for model in models for _, p in model.named_parameters(remove_duplicate=False)]
    if len(set(every)) < len(every):
        raise ValueError("models must not share parameters, got one that is used twice")


def _description(model: nn.Module) -> Any:
    return repr(model), [(p.dtype, p.device, p.requires_grad) for p in model.parameters()]


class Stack:
    """Equal networks as one, until it is left as a context manager.

    Their parameters become slices of the stack's tensors of shape (runs, …), so that an optimizer's
    step on them changes the stack. Each run draws its dropout from a generator of its own.
    """

    def __init__(self, models: Sequence[nn.Sequential], seeds: Sequence[int]) -> None:
        self.generators = [
            torch.Generator(next(model.parameters()).device).manual_seed(seed)
            for model, seed in zip(models, seeds, strict=True)
        ]
        self.layers: list[tuple[nn.Module, dict[str, torch.Tensor]]] = []
        self.shared: list[tuple[torch.Tensor, list[nn.Parameter]]] = []
        for layers in zip(*models, strict=True):
            tensors: dict[str, torch.Tensor] = {}
            for name, first in layers[0].named_parameters():
                parameters = [layer.get_parameter(name) for layer in layers]
                stacked = torch.stack([parameter.detach() for parameter in parameters])
                for run, parameter in enumerate(parameters):
                    parameter.data = stacked[run]
                tensors[name] = stacked.requires_grad_(first.requires_grad)
                self.shared.append((stacked, parameters))
            self.layers.append((layers[0], tensors))

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *exception: object) -> None:
        for _, parameters in self.shared:
            for parameter in parameters:
                parameter.data = parameter.data.clone()
                if parameter.grad is not None:
                    parameter.grad = parameter.grad.clone()

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs in training mode, shape (runs, batch, outputs)."""
        linear: Any = _Linear.apply
        for layer, tensors in self.layers:
            if isinstance(layer, nn.Linear):
                if x.ndim != 3:
                    raise ValueError(f"models must flatten inputs, got shape {tuple(x.shape[1:])}")
                x = linear(x, tensors["weight"], tensors.get("bias"))
            elif isinstance(layer, nn.Dropout):
                x = self._drop(x, layer.p)
            else:
                x = x.flatten(2) if isinstance(layer, nn.Flatten) else layer(x)
        return x

    def _drop(self, x: torch.Tensor, p: float) -> torch.Tensor:
        if p in (0, 1):  # nothing to draw, as in torch
            return x * (1 - p)
        mask = torch.empty_like(x)
        for part, generator in zip(mask, self.generators, strict=True):
            part.bernoulli_(1 - p, generator=generator)
        return x * mask.div_(1 - p)

    def share_gradients(self, active: Sequence[int]) -> None:
        """Give the active runs' parameters their gradients, and the others none."""
        for tensor, parameters in self.shared:
            gradients = () if tensor.grad is None else tensor.grad.unbind()
            for run, parameter in enumerate(parameters):
                parameter.grad = gradients[run] if gradients and run in active else None
            tensor.grad = None  # so that the next backward pass makes a new one


class _Linear(torch.autograd.Function):
    """A Linear layer of each run: inputs (runs, batch, in), weights (runs, out, in).

    Autograd's own backward pass of ``baddbmm`` would give the gradient of the weights in another
    order in memory, and copy it.
    """

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, bias: Any) -> torch.Tensor:
        ctx.save_for_backward(x, weight)
        # a = x Wᵀ + b
        return x @ weight.mT if bias is None else torch.baddbmm(bias[:, None], x, weight.mT)

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> Any:
        x, weight = ctx.saved_tensors
        needs_x, needs_weight, needs_bias = ctx.needs_input_grad
        # ∂L/∂x = g W,  ∂L/∂W = gᵀ x,  ∂L/∂b = Σ g
        return (
            g @ weight if needs_x else None,
            g.mT @ x if needs_weight else None,
            g.sum(1) if needs_bias else None,
        )
