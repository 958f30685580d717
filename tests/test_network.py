"""The small network: its answers, losses and starts against torch's own layers."""

import pytest
import torch
from torch import nn

from helpers.problems import Network
from tests.errors import message_of

X = torch.randn(20, 5, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
Y = torch.arange(20) % 3
THETA = torch.ones(2, 57, dtype=torch.float64)


def torchs(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3)).double()


def as_row(model):
    """Return the parameters of torch's layers as the network keeps them."""
    first, second = model[0], model[2]
    parts = (first.weight.T, first.bias, second.weight.T, second.bias)
    return torch.cat([part.detach().flatten() for part in parts])


@pytest.mark.parametrize("kind", ["mse", "cross_entropy"])
@pytest.mark.parametrize("batch", [None, torch.tensor([2, 4, 5])])
def test_answers_and_losses_are_those_of_torchs_layers(kind, batch):
    network, models = Network(X, Y, 6, kind), [torchs(seed) for seed in range(4)]
    theta = torch.stack([as_row(model) for model in models])
    others = torch.randn(7, 5, dtype=torch.float64)
    assert network.outputs(theta, others).shape == (4, 7, 3)
    x, y = (X, Y) if batch is None else (X[batch], Y[batch])
    target = nn.functional.one_hot(y, 3).double()
    losses = network.loss(theta, batch)
    assert losses.shape == (4,)
    for row, model in enumerate(models):
        torch.testing.assert_close(network.outputs(theta, others)[row], model(others))
        first, second = (layer[row] for layer in network.layers(theta))
        torch.testing.assert_close(first, torch.cat([model[0].weight.T, model[0].bias[None]]))
        torch.testing.assert_close(second, torch.cat([model[2].weight.T, model[2].bias[None]]))
        expected = nn.functional.cross_entropy(model(x), y)
        if kind == "mse":
            expected = (model(x) - target).square().sum(1).mean() / 2
        torch.testing.assert_close(losses[row], expected)


def test_a_start_is_drawn_as_torchs_layers_are_times_a_size():
    network = Network(X, Y, 6)
    assert network.shapes == ((6, 6), (7, 3))
    theta = network.start(range(200), size=0.5)
    assert theta.dtype == torch.float64
    torch.testing.assert_close(network.start([3], size=0.5)[0], theta[3], rtol=0, atol=0)
    torch.testing.assert_close(network.start(3), theta[[3]] * 0.6)  # the default is 0.3
    own = torch.stack([as_row(torchs(seed)) for seed in range(200)]) / 2
    for here, there in zip(network.layers(theta), network.layers(own), strict=True):
        for ours, theirs in ((here[:, :-1], there[:, :-1]), (here[:, -1], there[:, -1])):
            bound = 0.5 / (here.shape[1] - 1) ** 0.5
            assert bound * 0.97 < theirs.abs().max() <= bound
            assert bound * 0.97 < ours.abs().max() <= bound
            assert abs(ours.mean()) < bound / 10
            assert abs(ours.std() - theirs.std()) < bound / 20


def test_default_is_of_32_units_with_squared_distances():
    network = Network(X, Y)
    assert (network.width, network.kind) == (32, "mse")
    assert Network(X[:1], Y[:1], 1).start([0]).shape == (1, 5 + 1 + 1 + 1)


@pytest.mark.parametrize(
    ("kind", "call", "message"),
    [
        (ValueError, lambda: Network(X, Y, 0), "width must be a whole number of at least 1, got 0"),
        (ValueError, lambda: Network(X, Y, kind="mae"),
         "kind must be one of 'mse', 'cross_entropy', got 'mae'"),
        (TypeError, lambda: Network([1.0], Y), "x must be a tensor of floats, got [1.0]"),
        (TypeError, lambda: Network(X[:1], Y[:1].int()),
         "y must be a tensor of int64, got tensor([0], dtype=torch.int32)"),
        (TypeError, lambda: Network(X, [0]), "y must be a tensor of int64, got [0]"),
        (ValueError, lambda: Network(X[0], Y),
         "x and y must be of shapes (n, inputs) and (n,), got (5,) and (20,)"),
        (ValueError, lambda: Network(X, Y[:3]),
         "x and y must be of shapes (n, inputs) and (n,), got (20, 5) and (3,)"),
        (ValueError, lambda: Network(X.float(), Y),
         "x must hold examples in torch.float64, got torch.float32 and 20 examples"),
        (ValueError, lambda: Network(X[:0], Y[:0]),
         "x must hold examples in torch.float64, got torch.float64 and 0 examples"),
        (ValueError, lambda: Network(X, Y - 1), "y must hold classes from 0 on, got -1 among them"),
        (ValueError, lambda: Network(X, Y, 6).loss(torch.ones(2, 3).double()),
         "theta must be of shape (runs, 57) and torch.float64, got (2, 3) and torch.float64"),
        (ValueError, lambda: Network(X, Y, 6).loss(THETA[0]),
         "theta must be of shape (runs, 57) and torch.float64, got (57,) and torch.float64"),
        (ValueError, lambda: Network(X, Y, 6).layers(THETA.float()),
         "theta must be of shape (runs, 57) and torch.float64, got (2, 57) and torch.float32"),
        (TypeError, lambda: Network(X, Y, 6).layers(1), "theta must be a tensor of floats, got 1"),
        (ValueError, lambda: Network(X, Y, 6).outputs(THETA, X[0]),
         "x must be of shape (n, 5) and torch.float64, got (5,) and torch.float64"),
        (ValueError, lambda: Network(X, Y, 6).outputs(THETA, X[:, :4]),
         "x must be of shape (n, 5) and torch.float64, got (20, 4) and torch.float64"),
        (ValueError, lambda: Network(X, Y, 6).outputs(THETA, X.float()),
         "x must be of shape (n, 5) and torch.float64, got (20, 5) and torch.float32"),
        (TypeError, lambda: Network(X, Y, 6).outputs(THETA, None),
         "x must be a tensor of floats, got None"),
        (TypeError, lambda: Network(X, Y, 6).loss(THETA, [1]),
         "batch must be a tensor of indices, got [1]"),
        (ValueError, lambda: Network(X, Y, 6).loss(THETA, torch.tensor([20])),
         "batch must hold indices from 0 to 19, got tensor([20])"),
        (ValueError, lambda: Network(X, Y, 6).start([]),
         "seeds must hold at least one seed, got none"),
        (TypeError, lambda: Network(X, Y, 6).start([0], size="1"),
         "size must be a number in (-inf, inf), got '1'"),
    ],
)  # fmt: skip
def test_errors_say_what_was_expected_and_what_came(kind, call, message):
    assert message_of(kind, call) == message
