"""A small network on fixed examples: many of them at once, each a row of parameters."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import torch

from helpers import _validate

__all__ = ["Network"]

LOSSES = ("mse", "cross_entropy")


@dataclass(frozen=True, eq=False)
class Network:
    """A network of two layers with tanh between them, and the examples that it is to learn.

    Its loss is a smooth function of one row of parameters: the curvature is defined everywhere.

    Attributes
    ----------
    x : torch.Tensor
        Shape (examples, inputs), float64.
    y : torch.Tensor
        Shape (examples,), int64: the class of each example.
    width : int
        Units of the hidden layer.
    kind : {"mse", "cross_entropy"}
        Half the squared distance to the one-hot classes, or the cross-entropy; a mean over the
        examples.

    Examples
    --------
    >>> x, y = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).double(), torch.tensor([0, 1])
    >>> network = Network(x, y, width=3)
    >>> network.loss(network.start(range(4))).shape
    torch.Size([4])
    """

    x: torch.Tensor
    y: torch.Tensor
    width: int = 32
    kind: str = "mse"

    def __post_init__(self) -> None:
        _validate.count("width", self.width)
        _validate.choice("kind", self.kind, LOSSES)
        _validate.tensor("x", self.x)
        if not isinstance(self.y, torch.Tensor) or self.y.dtype != torch.int64:
            raise TypeError(f"y must be a tensor of int64, got {_validate.shown(self.y)}")
        if self.x.ndim != 2 or self.y.shape != self.x.shape[:1]:
            shapes = f"{tuple(self.x.shape)} and {tuple(self.y.shape)}"
            raise ValueError(f"x and y must be of shapes (n, inputs) and (n,), got {shapes}")
        if self.x.dtype != torch.float64 or not len(self.x):
            got = f"{self.x.dtype} and {len(self.x)} examples"
            raise ValueError(f"x must hold examples in torch.float64, got {got}")
        if self.y.min() < 0:
            raise ValueError(f"y must hold classes from 0 on, got {self.y.min()} among them")

    @property
    def shapes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Of both layers' matrices, whose last row is the bias."""
        return (self.x.shape[1] + 1, self.width), (self.width + 1, int(self.y.max()) + 1)

    def start(self, seeds: Iterable[int], size: float = 0.3) -> torch.Tensor:
        """Draw parameters as `torch.nn.Linear` does, times a size.

        Parameters
        ----------
        seeds : iterable of int
            One for each row.
        size : float
            Small weights make a start of low curvature.

        Returns
        -------
        torch.Tensor
            Shape (seeds, parameters), float64.
        """
        size = _validate.number("size", size)
        draw, rows = partial(torch.rand, dtype=torch.float64, device="cpu"), []
        for seed in _validate.seeds("seeds", seeds):
            random = torch.Generator().manual_seed(seed)
            layers = [
                # U(−1/√n, 1/√n) for n inputs
                (2 * draw(rows * columns, generator=random) - 1) * (size / (rows - 1) ** 0.5)
                for rows, columns in self.shapes
            ]
            rows.append(torch.cat(layers))
        return torch.stack(rows)

    def layers(self, theta: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return both layers' matrices: a column a unit, the last row the bias.

        Parameters
        ----------
        theta : torch.Tensor
            Shape (runs, parameters).

        Returns
        -------
        tuple of torch.Tensor
            Shapes (runs, inputs + 1, width) and (runs, width + 1, classes).
        """
        first, second = self.shapes
        parameters = first[0] * first[1] + second[0] * second[1]
        _validate.tensor("theta", theta)
        if theta.ndim != 2 or theta.shape[1] != parameters or theta.dtype != torch.float64:
            raise ValueError(
                f"theta must be of shape (runs, {parameters}) and torch.float64, "
                f"got {tuple(theta.shape)} and {theta.dtype}"
            )
        split = theta.split([first[0] * first[1], second[0] * second[1]], dim=1)
        return split[0].unflatten(1, first), split[1].unflatten(1, second)

    def outputs(self, theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Return what the network answers.

        Parameters
        ----------
        theta : torch.Tensor
            Shape (runs, parameters).
        x : torch.Tensor
            Shape (n, inputs).

        Returns
        -------
        torch.Tensor
            Shape (runs, n, classes).
        """
        w_1, w_2 = self.layers(theta)
        inputs = self.x.shape[1]
        if _validate.tensor("x", x).ndim != 2 or x.shape[1] != inputs or x.dtype != theta.dtype:
            got = f"{tuple(x.shape)} and {x.dtype}"
            raise ValueError(f"x must be of shape (n, {inputs}) and torch.float64, got {got}")
        hidden = torch.tanh(x @ w_1[:, :-1] + w_1[:, -1:])
        return torch.baddbmm(w_2[:, -1:], hidden, w_2[:, :-1])

    def loss(self, theta: torch.Tensor, batch: torch.Tensor | None = None) -> torch.Tensor:
        """Return the loss of each row of parameters.

        Parameters
        ----------
        theta : torch.Tensor
            Shape (runs, parameters).
        batch : torch.Tensor, optional
            Indices of the examples to use, by default all.

        Returns
        -------
        torch.Tensor
            Shape (runs,).
        """
        x, y = self.x, self.y
        if batch is not None:
            _validate.indices("batch", batch, len(y))
            x, y = x[batch], y[batch]
        answers = self.outputs(theta, x)
        if self.kind == "cross_entropy":
            right = torch.log_softmax(answers, dim=-1)[:, torch.arange(len(y), device=y.device), y]
            return -right.mean(dim=-1)
        target = torch.eye(answers.shape[-1], dtype=answers.dtype, device=answers.device)[y]
        return (answers - target).square().sum(dim=-1).mean(dim=-1) / 2
