"""Sharpness against whole Hessians."""

import pytest
import torch
from scipy.sparse.linalg import LinearOperator, eigsh

from helpers import curvature, problems
from tests.errors import message_of

RANDOM = torch.Generator().manual_seed(4)
X = torch.randn(20, 5, generator=RANDOM, dtype=torch.float64)
Y = torch.arange(20) % 3
THETA = torch.ones(2, 3)
KINDS = pytest.mark.parametrize("kind", ["mse", "cross_entropy"])


def hessian(loss, row):
    return torch.autograd.functional.hessian(lambda one: loss(one[None])[0], row)


@KINDS
@pytest.mark.parametrize("width", [1, 6])
def test_sharpness_is_the_largest_eigenvalue_of_the_hessian(kind, width):
    network = problems.Network(X, Y, width, kind)
    theta = network.start(range(6), size=1.5)
    values, directions = curvature.sharpness(network.loss, theta, rounds=5000, rel=1e-12)
    for row, value, direction in zip(theta, values, directions, strict=True):
        exact, vectors = torch.linalg.eigh(hessian(network.loss, row))
        assert value == pytest.approx(exact[-1].item(), rel=1e-6)
        assert abs(direction @ vectors[:, -1]) == pytest.approx(1, abs=1e-3)


def test_the_largest_is_found_beside_negative_ones_of_any_size():
    curves = torch.tensor(
        [[-5, 2, 0.5], [-5, -1, -0.2], [3, 1, -2], [3, -3, 1], [2, 2, -2], [3, 2.9, -3.0001]]
    ).double()
    values, directions = curvature.sharpness(
        lambda at: (curves * at**2).sum(1) / 2, torch.ones(6, 3).double()
    )
    torch.testing.assert_close(values, curves.amax(1), rtol=1e-4, atol=1e-4)
    at_largest = directions.square() * (curves == curves.amax(1, keepdim=True))
    torch.testing.assert_close(at_largest.sum(1), torch.ones(6).double(), rtol=0, atol=2e-3)


def test_a_search_goes_on_from_the_directions_that_it_is_given():
    start = torch.tensor([[0.0, 2.0]])
    found = curvature.sharpness(lambda at: at[:, 0] ** 2 + 3 * at[:, 1] ** 2, start, start=start,
                                rounds=1)  # fmt: skip
    assert [one.tolist() for one in found] == [[6.0], [[0.0, 1.0]]]


def test_without_curvature_the_sharpness_is_zero_and_one_parameter_may_curve_down():
    theta = torch.zeros(2, 3, dtype=torch.float64)
    for flat in (lambda at: at.sum(1), lambda at: (at**4).sum(1)):
        assert curvature.sharpness(flat, theta)[0].tolist() == [0, 0]
    for width in (1, 3):
        value, direction = curvature.sharpness(lambda at: -(at**2).sum(1), torch.ones(1, width))
        assert value.item() == pytest.approx(-2)
        assert direction.norm().item() == pytest.approx(1)


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_the_callers_gradient_mode_and_random_state_do_not_matter(context):
    before = torch.get_rng_state()
    with context():
        value, _ = curvature.sharpness(lambda at: (at**2).sum(1), torch.ones(1, 3))
    assert value.item() == pytest.approx(2)
    assert torch.equal(torch.get_rng_state(), before)


def test_sharpness_with_a_scale_is_that_of_the_rescaled_hessian_by_lanczos():
    network = problems.Network(X, Y, 6)
    theta = network.start([3])
    scale = torch.rand(theta.shape, generator=RANDOM, dtype=torch.float64) + 0.1
    scaled = (scale.T * hessian(network.loss, theta[0]) * scale).numpy()
    value, _ = curvature.sharpness(network.loss, theta, scale=scale, rounds=5000, rel=1e-12)
    operator = LinearOperator(scaled.shape, matvec=lambda v: scaled @ v)
    assert value.item() == pytest.approx(eigsh(operator, 1, which="LA")[0][0], rel=1e-6)


def test_runs_do_not_mix_and_one_that_has_diverged_spoils_no_other():
    network = problems.Network(X, Y, 6)
    theta = network.start(range(3))
    alone, _ = curvature.sharpness(network.loss, theta[:1], rel=1e-9)
    theta[1] = torch.nan
    together, _ = curvature.sharpness(network.loss, theta, rel=1e-9)
    assert together[0].item() == pytest.approx(alone.item(), rel=1e-6)
    assert together.isnan().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": 3}, "loss must be a function from parameters to a loss for each run, got 3"),
        ({"rounds": 0}, "rounds must be a whole number of at least 1, got 0"),
        ({"rel": -1}, "rel must be a number in [0, inf), got -1"),
        ({"theta": 3}, "theta must be a tensor of floats, got 3"),
        ({"theta": THETA[0]}, "theta must be of shape (runs, parameters), got (3,)"),
        ({"loss": torch.sum}, "loss(theta) must have shape (2,), got ()"),
        (
            {"loss": lambda at: at.detach().sum(1)},
            "loss must compute with theta in torch, got a result without gradient",
        ),
        ({"start": THETA[0]}, "start must have shape (2, 3), got (3,)"),
        ({"start": 0 * THETA}, "start must have a direction for each run, got a row of zeros"),
        ({"scale": THETA[0]}, "scale must have shape (2, 3), got (3,)"),
        ({"scale": 0 * THETA}, "scale must be positive, got 0.0 among it"),
    ],
)
def test_wrong_arguments_are_named(options, message):
    fitting = {"loss": lambda at: at.sum(1), "theta": THETA}
    assert message_of((TypeError, ValueError), curvature.sharpness, **fitting | options) == message
