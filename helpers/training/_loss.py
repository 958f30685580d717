"""The forward pass with its checks, and the means over the batches of an epoch."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from helpers import _validate
from helpers._random import kept
from helpers._validate import shown
from helpers.training import _model
from helpers.training._batches import Batches, TensorBatches

LossFunction = Callable[..., torch.Tensor]
# Of torch, at what does not fit
ERRORS = (RuntimeError, ValueError, TypeError, IndexError, AssertionError)

CLASSIFY = (nn.CrossEntropyLoss, nn.NLLLoss, nn.MultiMarginLoss)
CLASSIFY_FUNCTIONS = (F.cross_entropy, F.nll_loss, F.multi_margin_loss)
COMPARE = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss, nn.BCELoss, nn.BCEWithLogitsLoss)
COMPARE_FUNCTIONS = [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss]
COMPARE_FUNCTIONS += [F.binary_cross_entropy, F.binary_cross_entropy_with_logits]


def check_loss(loss_function: Any) -> None:
    """Raise unless it can be called and, as far as can be seen, is a mean over the batch."""
    example = "of outputs and targets, such as nn.CrossEntropyLoss()"
    _validate.function("loss_function", loss_function, example)
    reduction = getattr(loss_function, "reduction", "mean")
    means = ("mean", "batchmean") if isinstance(loss_function, nn.KLDivLoss) else ("mean",)
    if reduction not in means:
        raise ValueError(f"loss_function must have reduction='mean', got {shown(reduction)}")


def classifies(loss_function: LossFunction) -> bool:
    """Return whether it is one of torch's losses for classes."""
    return isinstance(loss_function, CLASSIFY) or loss_function in CLASSIFY_FUNCTIONS


class Forward:
    """Outputs and loss of a model on a batch; an error names ``name`` if the data do not fit.

    Tensors are checked once, all labels together, and a loader's batches each.
    """

    def __init__(
        self, name: str, source: Batches, model: nn.Module, loss_function: LossFunction
    ) -> None:
        self.name, self.source, self.unchecked = name, source, True
        self.model, self.loss_function = model, loss_function

    def __call__(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the outputs, shape (batch, …), and the loss, shape ()."""
        outputs = self.check(x, y) if self.unchecked else self.model(x)
        try:
            loss: Any = self.loss_function(outputs, y)
        except ERRORS as error:
            shapes = f"outputs {tuple(outputs.shape)} and targets {tuple(y.shape)}"
            raise ValueError(
                f"loss_function must take {shapes} of {self.name}, got {error}"
            ) from error
        if not isinstance(loss, torch.Tensor) or loss.ndim:
            kind = tuple(loss.shape) if isinstance(loss, torch.Tensor) else type(loss).__name__
            raise ValueError(f"loss_function must return one number, shape (), got {kind}")
        if torch.is_grad_enabled() and not loss.requires_grad:
            raise ValueError("loss_function must depend on the model, got a loss without gradient")
        return outputs, loss

    def check(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the outputs; raise TypeError or ValueError unless they and the data fit."""
        outputs = checked_outputs(self.name, self.model, x)
        labels = self.source.y if isinstance(self.source, TensorBatches) else y
        _check_targets(self.name, self.loss_function, outputs, y, labels)
        return outputs

    def try_out(self, optimizers: Sequence[Optimizer] = (), recorder: Any = None) -> None:
        """Raise before anything happens unless a batch as small as the last one passes.

        With optimizers, for an update on it, which is undone; without, for evaluation, whose loss
        is left out: it may have a state.
        """
        device, loader = _model.device_of(self.model), getattr(self.source, "loader", None)
        with (
            kept(0, device, loader),
            _model.training_undone(self.model, self.loss_function, *optimizers),
            _model.in_mode(self.model, bool(optimizers)),
            _model.training_mode(optimizers),
            torch.set_grad_enabled(bool(optimizers)),
        ):
            x, y = self.source.sample()
            if optimizers:
                _, loss = self(x, y)
                try:
                    loss.backward()
                except ERRORS as error:
                    expected = "model and loss_function must allow a backward pass"
                    raise ValueError(f"{expected}, got {error}") from error
            else:
                self.check(x, y)
            try:
                _model.step(optimizers)
            except ERRORS as error:
                kinds = ", ".join(type(optimizer).__name__ for optimizer in optimizers)
                raise ValueError(f"optimizer must be able to step, got {kinds}: {error}") from error
            if recorder is not None:
                recorder.after_step()
                recorder.records()  # drops what was recorded
        self.unchecked = not isinstance(self.source, TensorBatches)


def checked_outputs(name: str, model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Return a model's outputs; raise TypeError or ValueError unless it can take the inputs."""
    dtypes = [p.dtype for p in model.parameters() if p.dtype.is_floating_point]
    # Integers may be meant for an nn.Embedding; bytes are images that nobody has converted.
    if dtypes and x.dtype not in dtypes and (x.dtype.is_floating_point or x.dtype == torch.uint8):
        raise TypeError(f"{name} must have inputs of the model's dtype, {dtypes[0]}, got {x.dtype}")
    try:
        outputs: Any = model(x)
    except ERRORS as error:
        got = f"shape {tuple(x.shape)}: {error}"
        raise ValueError(f"{name} must have inputs that the model takes, got {got}") from error
    if not isinstance(outputs, torch.Tensor):
        raise TypeError(f"model must return a tensor, got {type(outputs).__name__}")
    if outputs.ndim == 0 or len(outputs) != len(x):
        shape = tuple(outputs.shape)
        raise ValueError(f"model must return an output for each of {len(x)} samples, got {shape}")
    return outputs


def _check_targets(
    name: str, loss_function: Any, outputs: torch.Tensor, y: torch.Tensor, labels: torch.Tensor
) -> None:
    """Raise TypeError or ValueError unless targets fit outputs and loss; ``labels`` are all."""
    shape, got = tuple(outputs.shape), tuple(y.shape)
    compares = isinstance(loss_function, COMPARE) or loss_function in COMPARE_FUNCTIONS
    if compares or (classifies(loss_function) and y.dtype.is_floating_point):
        if got != shape:  # torch would broadcast (n,) and (n, 1) to (n, n)
            raise ValueError(f"{name} must have targets of the outputs' shape, {shape}, got {got}")
        if y.dtype != outputs.dtype and not torch.is_autocast_enabled(outputs.device.type):
            raise TypeError(f"{name} must have targets of {outputs.dtype}, got {y.dtype}")
    elif classifies(loss_function):
        if y.dtype != torch.int64:
            raise TypeError(f"{name} must have labels of torch.int64, got {y.dtype}")
        if len(shape) < 2 or got != shape[:1] + shape[2:]:
            raise ValueError(
                f"{name} must have a label for each sample, shape {shape[:1] + shape[2:]}, with "
                f"outputs of shape (samples, classes, …) = {shape}, got {got}"
            )
        counted = labels[labels != getattr(loss_function, "ignore_index", -100)]
        wrong = counted[(counted < 0) | (counted >= shape[1])]
        if len(wrong):
            raise ValueError(
                f"{name} must have labels from 0 to {shape[1] - 1}, as the model has {shape[1]} "
                f"outputs, got {wrong[0].item()}"
            )


class Means:
    """Mean loss and accuracy of each run over an epoch, without labels that the loss ignores."""

    def __init__(self, loss_function: LossFunction, runs: int = 1) -> None:
        self.classifies = classifies(loss_function)
        self.ignored = getattr(loss_function, "ignore_index", -100)
        has_weights = isinstance(loss_function, nn.CrossEntropyLoss | nn.NLLLoss)
        self.weight = getattr(loss_function, "weight", None) if has_weights else None
        self.total, self.samples = torch.zeros(2, runs, dtype=torch.float64, device="cpu")
        self.answers, self.right = torch.zeros(2, runs, dtype=torch.int64, device="cpu")
        self.waiting: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = []

    def add(self, losses: torch.Tensor, outputs: torch.Tensor, y: torch.Tensor) -> None:
        """Add a batch: losses (runs,), outputs and targets (runs, batch, …)."""
        if self.waiting and outputs.shape[2:] != self.waiting[-1][1].shape[2:]:
            self._count()
        self.waiting.append((losses, outputs, y))
        # Small operations cost time, so several batches are counted together.
        if len(self.waiting) * outputs.numel() > 2**16:
            self._count()

    def _count(self) -> None:
        losses, outputs, targets = zip(*self.waiting, strict=True)
        sizes = [y.shape[1] for y in targets]
        samples = self.samples.new_tensor(sizes)[:, None]  # shape (batches, runs) or (batches, 1)
        if self.classifies and not targets[0].dtype.is_floating_point:
            y = torch.cat(targets, 1)
            counted = y != self.ignored
            right = (torch.cat(outputs, 1).argmax(2) == y) & counted
            self.right += right.flatten(1).sum(1).cpu()
            self.answers += counted.flatten(1).sum(1).cpu()
            # The loss divides by the weights of the labels that it counts.
            shares = counted if self.weight is None else counted * self.weight[y * counted]
            parts = shares.double().split(sizes, 1)
            samples = torch.stack([part.flatten(1).sum(1) for part in parts]).cpu()
        # The loss of ignored labels alone is NaN.
        values = torch.stack(losses).cpu().double()
        self.total += torch.where(samples > 0, values * samples, 0.0).sum(0)
        self.samples += samples.sum(0)
        self.waiting.clear()

    def results(self) -> list[tuple[float, float | None]]:
        """Return each run's loss, and its accuracy if the loss is one of torch's for classes."""
        if self.waiting:
            self._count()
        losses, accuracies = self.total / self.samples, self.right.double() / self.answers
        known = (self.answers > 0).tolist()
        both = zip(losses.tolist(), accuracies.tolist(), known, strict=True)
        return [(loss, accuracy if knows else None) for loss, accuracy, knows in both]
