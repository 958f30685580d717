"""The problems: gradients against autograd, minima against scipy, the toy against its facts."""

import numpy as np
import pytest
import torch
from scipy import optimize
from torch.utils.data import TensorDataset, random_split

from helpers import problems

TOY = problems.linear_regression()

PROBLEMS = [
    problems.quadratic(),
    problems.quadratic(condition=3.5),
    problems.quadratic(condition=10, angle=30),
    problems.rosenbrock(),
    problems.beale(),
    problems.saddle(),
    TOY.surface(),
    TOY.surface("train"),
    TOY.surface("validation"),
    TOY.surface(torch.tensor([3, 1, 4])),
]


def some_points(*shape: int) -> torch.Tensor:
    return 4 * torch.rand(*shape, 2, dtype=torch.float64) - 2


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_gradient_is_autograds(problem):
    points = some_points(50).requires_grad_()
    problem.value(points).sum().backward()
    torch.testing.assert_close(problem.gradient(points.detach()), points.grad, rtol=1e-12, atol=0)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
@pytest.mark.parametrize("shape", [(), (7,), (3, 4)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_many_points_at_once(problem, shape, dtype):
    points = some_points(*shape).to(dtype)
    values, gradients = problem.value(points), problem.gradient(points)
    assert (values.shape, values.dtype) == (shape, dtype)
    assert (gradients.shape, gradients.dtype) == ((*shape, 2), dtype)
    for index in np.ndindex(shape):
        torch.testing.assert_close(values[index], problem.value(points[index]))
        torch.testing.assert_close(gradients[index], problem.gradient(points[index]))


@pytest.mark.parametrize(
    "problem", [p for p in PROBLEMS if p.minimum is not None], ids=lambda problem: problem.name
)
def test_minimum_is_scipys(problem):
    found = optimize.minimize(
        lambda point: problem.value(torch.from_numpy(point)).item(),
        x0=problem.minimum.numpy() + np.array([0.3, -0.2]),
        jac=lambda point: problem.gradient(torch.from_numpy(point)).numpy(),
        tol=1e-12,
    )
    np.testing.assert_allclose(problem.minimum, found.x, atol=1e-6)
    assert problem.minimum_value == pytest.approx(found.fun, abs=1e-12)
    assert problem.value(problem.minimum).item() == pytest.approx(problem.minimum_value, abs=1e-15)
    assert problem.gradient(problem.minimum).abs().max() < 1e-12
    assert (problem.value(some_points(1000)) >= problem.minimum_value).all()


def test_saddle_has_no_minimum():
    saddle = problems.saddle()
    assert saddle.minimum is None
    assert saddle.minimum_value is None
    assert not saddle.gradient(saddle.saddle_point).any()
    # The Hessian, from the gradient along each axis, has an eigenvalue of either sign.
    up, down = torch.linalg.eigvalsh(saddle.gradient(torch.eye(2)))
    assert up * down < 0


def test_condition_is_the_ratio_of_curvatures():
    curvatures = problems.quadratic(condition=250).gradient(torch.eye(2)).diagonal()
    assert (curvatures.max() / curvatures.min()).item() == 250


def test_angle_is_in_degrees():
    bowl = problems.quadratic(condition=10, angle=90)
    assert bowl.value(torch.eye(2)).tolist() == pytest.approx([5, 0.5])


# The toy


def test_toy_is_the_chapters():
    np.random.seed(42)  # noqa: NPY002, the chapter's own
    x = np.random.rand(100, 1)  # noqa: NPY002
    y = 1 + 2 * x + 0.1 * np.random.randn(100, 1)  # noqa: NPY002
    np.testing.assert_array_equal(TOY.x, x[:, 0])
    np.testing.assert_array_equal(TOY.y, y[:, 0])
    torch.manual_seed(13)
    dataset = TensorDataset(torch.as_tensor(x).float(), torch.as_tensor(y).float())
    train, validation = random_split(dataset, [80, 20])
    assert TOY.train.tolist() == list(train.indices)
    assert TOY.validation.tolist() == list(validation.indices)


def test_toy_leaves_the_random_states_alone():
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    problems.linear_regression()
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state[1])  # noqa: NPY002


def test_optimum():
    every, train = TOY.surface(), TOY.surface("train")
    assert [round(v, 4) for v in every.minimum.tolist()] == [1.0215, 1.9540]
    assert round(every.minimum_value, 5) == 0.00807
    assert [round(v, 4) for v in train.minimum.tolist()] == [1.0257, 1.9428]


@pytest.mark.parametrize("part", ["all", "train", "validation"])
def test_surface_is_torchs_loss(part):
    x, y = TOY.data(part)
    line = torch.nn.Linear(1, 1).double()
    loss = torch.nn.functional.mse_loss(line(x[:, None]), y[:, None])
    loss.backward()
    point = torch.stack([line.bias[0], line.weight[0, 0]]).detach()
    surface = TOY.surface(part)
    torch.testing.assert_close(surface.value(point), loss.detach(), rtol=1e-13, atol=0)
    gradient = torch.stack([line.bias.grad[0], line.weight.grad[0, 0]])
    torch.testing.assert_close(surface.gradient(point), gradient, rtol=1e-12, atol=1e-15)


def test_batches_of_each_points_own():
    points, x, y = some_points(5), torch.rand(5, 16).double(), torch.rand(5, 16).double()
    values, gradients = problems.mse(points, x, y), problems.mse_gradient(points, x, y)
    for i in range(5):
        torch.testing.assert_close(values[i], problems.mse(points[i], x[i], y[i]))
        torch.testing.assert_close(gradients[i], problems.mse_gradient(points[i], x[i], y[i]))


def test_mean_of_the_batches_is_the_surface():
    parts = [TOY.surface(part) for part in TOY.train.split(16)]
    points = some_points(10)
    mean = torch.stack([part.gradient(points) for part in parts]).mean(0)
    torch.testing.assert_close(mean, TOY.surface("train").gradient(points), rtol=1e-12, atol=1e-14)


def test_least_squares_is_numpys():
    weight, bias = np.polyfit(TOY.x, TOY.y, 1)
    np.testing.assert_allclose(problems.least_squares(TOY.x, TOY.y), [bias, weight], rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: problems.quadratic(0), ValueError, r"condition must be .* \(0, inf\), got 0"),
        (lambda: problems.quadratic("steep"), TypeError, "condition must be a number"),
        (lambda: problems.beale().value([1.0, 2.0]), TypeError, "points must be a tensor of real"),
        (lambda: problems.beale().value(torch.tensor([1, 2])), TypeError, "points must be"),
        (lambda: problems.beale().value(torch.ones(2, 3)), ValueError, r"\(…, 2\), got \(2, 3\)"),
        (lambda: problems.saddle().gradient(torch.tensor(1.0)), ValueError, r"got \(\)"),
        (lambda: problems.linear_regression(samples=3), ValueError, "samples must be .* 10, got 3"),
        (lambda: problems.linear_regression(noise=-1), ValueError, "noise must be .* got -1"),
        (lambda: problems.linear_regression(seed=1.5), TypeError, "seed must be .* got 1.5"),
        (lambda: problems.linear_regression(split_seed=-1), ValueError, "split_seed"),
        (lambda: TOY.surface("test"), ValueError, "part must be one of 'all', 'train', .* 'test'"),
        (lambda: TOY.surface(torch.tensor([5])), ValueError, "two different values"),
        (lambda: problems.least_squares(TOY.x, TOY.y[:5]), ValueError, r"\(100,\) and \(5,\)"),
        (lambda: problems.least_squares(TOY.x, TOY.y * torch.nan), ValueError, "must be finite"),
        (lambda: problems.mse(torch.ones(2), TOY.x, TOY.y[:5]), ValueError, "must have one shape"),
    ],
)
def test_bad_input(make, error, message):
    with pytest.raises(error, match=message):
        make()
