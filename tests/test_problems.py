"""Problems: gradients against autograd, minima against scipy, the toy against its original code."""

import math

import numpy as np
import pytest
import torch
from scipy import optimize
from torch.utils.data import TensorDataset, random_split

from helpers import problems
from tests.errors import message_of

TOY = problems.linear_regression()

PROBLEMS = {
    "default quadratic": problems.quadratic,
    "quadratic": lambda: problems.quadratic(condition=3.5),
    "rotated quadratic": lambda: problems.quadratic(condition=10, angle=30),
    "Rosenbrock": problems.rosenbrock,
    "Beale": problems.beale,
    "saddle": problems.saddle,
    "two weights": problems.two_weights,
    "toy": lambda: TOY.surface(),
    "toy, train": lambda: TOY.surface("train"),
    "toy, batch": lambda: TOY.surface(torch.tensor([3, 1, 4])),
}


@pytest.fixture(params=PROBLEMS)
def problem(request):
    return PROBLEMS[request.param]()


def some_points(*shape: int) -> torch.Tensor:
    return 4 * torch.rand(*shape, 2, dtype=torch.float64) - 2


def test_gradients_equal_autograd(problem):
    points = some_points(50).requires_grad_()
    problem.value(points).sum().backward()
    torch.testing.assert_close(problem.gradient(points.detach()), points.grad, rtol=1e-12, atol=0)


@pytest.mark.parametrize("shape", [(), (7,), (3, 4)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_many_points_equal_the_points_one_by_one(problem, shape, dtype):
    points = some_points(*shape).to(dtype)
    values, gradients = problem.value(points), problem.gradient(points)
    assert (values.shape, values.dtype) == (shape, dtype)
    assert (gradients.shape, gradients.dtype) == ((*shape, 2), dtype)
    for index in np.ndindex(shape):
        torch.testing.assert_close(values[index], problem.value(points[index]))
        torch.testing.assert_close(gradients[index], problem.gradient(points[index]))


@pytest.mark.parametrize("name", sorted(PROBLEMS.keys() - {"saddle", "two weights"}))
def test_minima_equal_scipys(name):
    problem = PROBLEMS[name]()
    found = optimize.minimize(
        lambda point: problem.value(torch.from_numpy(point)).item(),
        x0=problem.minimum.numpy() + np.array([0.3, -0.2]),
        jac=lambda point: problem.gradient(torch.from_numpy(point)).numpy(),
        tol=1e-12,
    )
    np.testing.assert_allclose(problem.minimum, found.x, atol=1e-6)
    assert problem.minimum.dtype == torch.float64
    assert problem.minimum_value == pytest.approx(found.fun, abs=1e-12)
    assert problem.value(problem.minimum).item() == pytest.approx(problem.minimum_value, abs=1e-15)
    assert problem.gradient(problem.minimum).abs().max() < 1e-12
    assert problem.saddle_point is None


def test_names():
    names = [make().name for make in PROBLEMS.values()]
    expected = ["quadratic"] * 3 + ["Rosenbrock", "Beale", "saddle", "two_weights"]
    expected += ["linear regression"] * 3
    assert names == expected


def test_values_equal_scipys_and_the_formulas():
    points = some_points(100)
    x, y = points.T.numpy()
    np.testing.assert_allclose(
        problems.rosenbrock().value(points), optimize.rosen(points.T.numpy())
    )
    np.testing.assert_allclose(problems.saddle().value(points), x**2 - y**2)
    np.testing.assert_allclose(problems.quadratic(7).value(points), x**2 / 2 + 7 * y**2 / 2)
    np.testing.assert_allclose(problems.quadratic().value(points), x**2 / 2 + 100 * y**2 / 2)
    turned = problems.quadratic(7, angle=90)  # degrees
    np.testing.assert_allclose(turned.value(points), y**2 / 2 + 7 * x**2 / 2)
    beale = (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
    np.testing.assert_allclose(problems.beale().value(points), beale)


def test_the_saddle_has_a_saddle_point_and_no_minimum():
    saddle = problems.saddle()
    assert (saddle.minimum, saddle.minimum_value) == (None, None)
    assert saddle.saddle_point.dtype == torch.float64
    assert saddle.saddle_point.tolist() == [0, 0]
    assert not saddle.gradient(saddle.saddle_point).any()
    # The Hessian, from the gradients along the axes, has eigenvalues of both signs.
    up, down = torch.linalg.eigvalsh(saddle.gradient(torch.eye(2)))
    assert up * down < 0


def test_two_weights_whose_product_is_one_are_a_minimum_and_the_flattest_are_equal():
    pair = problems.two_weights()
    assert (pair.minimum.tolist(), pair.minimum.dtype) == ([1, 1], torch.float64)
    assert pair.minimum_value == 0
    u = some_points(50)[:, 0]
    valley = torch.stack([u, 1 / u], dim=-1)
    torch.testing.assert_close(pair.value(valley), torch.zeros(50, dtype=torch.float64))
    hessian = torch.autograd.functional.hessian(pair.value, valley[0])
    assert torch.linalg.eigvalsh(hessian)[-1].item() == pytest.approx(valley[0].square().sum())
    assert pair.value(some_points(50)).min() > 0


def test_a_grid_has_a_row_for_each_y():
    x, y, values = problems.grid(problems.beale(), x=(-1, 2), y=[0, 0.5], points=4)
    assert (x.dtype, y.dtype, values.dtype) == (torch.float64,) * 3
    torch.testing.assert_close(x, torch.tensor([-1, 0, 1, 2.0]).double())
    torch.testing.assert_close(y, torch.tensor([0, 1, 2, 3.0]).double() / 6)
    for i in range(4):
        for j in range(4):
            assert values[i, j] == problems.beale().value(torch.stack([x[j], y[i]]))
    assert problems.grid(problems.beale(), (0, 1), (0, 1))[2].shape == (121, 121)
    assert problems.grid(problems.beale(), (0, 1), (0, 1), points=2)[2].shape == (2, 2)


# The toy


@pytest.mark.parametrize(
    ("options", "samples", "noise", "seed", "split_seed"),
    [
        ({}, 100, 0.1, 42, 13),
        ({"samples": 11, "noise": 0, "seed": 0, "split_seed": 2**64 - 1}, 11, 0, 0, 2**64 - 1),
        ({"samples": 10, "seed": 2**32 - 1}, 10, 0.1, 2**32 - 1, 13),
    ],
)
def test_the_toy_equals_the_original_code(options, samples, noise, seed, split_seed):
    toy = problems.linear_regression(**options)
    np.random.seed(seed)  # noqa: NPY002
    x = np.random.rand(samples, 1)  # noqa: NPY002
    y = 1 + 2 * x + noise * np.random.randn(samples, 1)  # noqa: NPY002
    np.testing.assert_array_equal(toy.x, x[:, 0])
    np.testing.assert_array_equal(toy.y, y[:, 0])
    torch.manual_seed(split_seed)
    dataset = TensorDataset(torch.as_tensor(x).float(), torch.as_tensor(y).float())
    train = 8 * samples // 10
    parts = random_split(dataset, [train, samples - train])
    assert [toy.train.tolist(), toy.validation.tolist()] == [list(part.indices) for part in parts]


def test_the_toy_does_not_change_the_random_states():
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    problems.linear_regression()
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state[1])  # noqa: NPY002


def test_parts_of_the_toy():
    for part, indices in (
        ("all", slice(None)),
        ("train", TOY.train),
        (TOY.train[:3], TOY.train[:3]),
    ):
        for mine, expected in zip(TOY.data(part), (TOY.x[indices], TOY.y[indices]), strict=True):
            assert torch.equal(mine, expected)
    assert torch.equal(TOY.data()[1], TOY.y)
    assert TOY.data(torch.tensor([[0, 99]]))[0].shape == (1, 2)


@pytest.mark.parametrize("part", ["all", "train", "validation"])
def test_the_surface_is_the_loss_of_torch(part):
    x, y = TOY.data(part)
    line = torch.nn.Linear(1, 1).double()
    loss = torch.nn.functional.mse_loss(line(x[:, None]), y[:, None])
    loss.backward()
    point = torch.stack([line.bias[0], line.weight[0, 0]]).detach()
    surface = TOY.surface(part)
    torch.testing.assert_close(surface.value(point), loss.detach(), rtol=1e-13, atol=0)
    gradient = torch.stack([line.bias.grad[0], line.weight.grad[0, 0]])
    torch.testing.assert_close(surface.gradient(point), gradient, rtol=1e-12, atol=1e-15)


def test_each_point_may_have_data_of_its_own():
    points, x, y = some_points(5), torch.rand(5, 16).double(), torch.rand(5, 16).double()
    values, gradients = problems.mse(points, x, y), problems.mse_gradient(points, x, y)
    for i in range(5):
        torch.testing.assert_close(values[i], problems.mse(points[i], x[i], y[i]))
        torch.testing.assert_close(gradients[i], problems.mse_gradient(points[i], x[i], y[i]))


def test_results_have_the_dtype_of_the_points():
    for points, dtype in ((torch.ones(2).half(), torch.float16), (torch.ones(2), torch.float32)):
        assert problems.mse(points, TOY.x, TOY.y).dtype == dtype
        assert problems.mse_gradient(points, TOY.x, TOY.y).dtype == dtype


def test_least_squares_equals_numpys():
    weight, bias = np.polyfit(TOY.x, TOY.y, 1)
    np.testing.assert_allclose(problems.least_squares(TOY.x, TOY.y), [bias, weight], rtol=1e-12)
    x, y = torch.tensor([[0.0, 2.0], [1.0, 5.0]])
    assert problems.least_squares(x, y).tolist() == [1, 2]
    for scale in (1e-30, 1e30):  # whose squares are 0 or infinite in float32
        weight = problems.least_squares(scale * x, y)[1].item()
        assert weight == pytest.approx(2 / scale)


def test_problems_are_compared_by_identity():
    for make in (problems.quadratic, problems.linear_regression, lambda: TOY.surface()):
        one = make()
        assert one == one
        assert one != make()


# Errors

BOWL, POINT, DATA, PAIR = problems.beale(), torch.ones(2), torch.rand(4), (0, 1)
NAN, ONE, ARRAY = DATA * math.nan, torch.ones(3), np.ones(1)
toys, line = problems.linear_regression, problems.least_squares


def grid(**changes):
    return problems.grid(**{"problem": BOWL, "x": PAIR, "y": PAIR} | changes)


@pytest.mark.parametrize(
    ("call", "argument", "value", "kind", "expected"),
    [
        (problems.quadratic, "condition", 0, ValueError, "a number in (0, inf)"),
        (problems.quadratic, "angle", "steep", TypeError, "a number in (-inf, inf)"),
        (BOWL.value, "points", [1.0, 2.0], TypeError, "a tensor of floats"),
        (grid, "problem", None, TypeError, "one of helpers.problems"),
        (grid, "y", (1, 1), ValueError, "two numbers in ascending order"),
        (grid, "x", (0, 1, 2), ValueError, "two numbers in ascending order"),
        (grid, "points", 1, ValueError, "a whole number of at least 2"),
        (grid, "points", 2001, ValueError, "at most 2000"),
        (toys, "samples", 9, ValueError, "a whole number of at least 10"),
        (toys, "samples", 10**8, ValueError, "at most 10000000"),
        (toys, "noise", -1, ValueError, "a number in [0, inf)"),
        (toys, "seed", 1.5, TypeError, "a whole number of at least 0"),
        (toys, "seed", -1, ValueError, "a whole number of at least 0"),
        (toys, "seed", 2**32, ValueError, f"at most {2**32 - 1}"),
        (toys, "split_seed", -1, ValueError, "a whole number of at least 0"),
        (toys, "split_seed", 2**64, ValueError, f"at most {2**64 - 1}"),
        (TOY.surface, "part", "test", ValueError, "one of 'all', 'train', 'validation'"),
    ],
)
def test_arguments_out_of_range_are_named(call, argument, value, kind, expected):
    message = message_of(kind, call, **{argument: value})
    assert message == f"{argument} must be {expected}, got {value!r}"


@pytest.mark.parametrize(
    ("kind", "call", "message"),
    [
        (ValueError, lambda: BOWL.value(torch.ones(2, 3)),
         "points must have shape (…, 2), got (2, 3)"),
        (ValueError, lambda: BOWL.gradient(torch.tensor(1.0)),
         "points must have shape (…, 2), got ()"),
        (ValueError, lambda: grid(x=(0, math.inf)), "x must be finite, got inf among them"),
        (TypeError, lambda: grid(y="ab"), "y must hold real numbers, got 'ab'"),
        (TypeError, lambda: TOY.data(ONE),
         "part must hold indices of dtype torch.int64, got torch.float32"),
        (ValueError, lambda: TOY.data(torch.tensor([100])),
         "part must hold indices from 0 to 99, got tensor([100])"),
        (ValueError, lambda: TOY.data(torch.tensor([-1])),
         "part must hold indices from 0 to 99, got tensor([-1])"),
        (ValueError, lambda: line(ONE, ONE),
         "x must hold at least two different values, got tensor([1., 1., 1.])"),
        (ValueError, lambda: line(DATA, ONE),
         "x and y must have the same shape, got (4,) and (3,)"),
        (ValueError, lambda: line(DATA[None], DATA[None]),
         "x and y must have one axis, got shape (1, 4)"),
        (ValueError, lambda: line(DATA, NAN),
         "x and y must be finite, got NaN or infinity among them"),
        (ValueError, lambda: line(NAN, DATA),
         "x and y must be finite, got NaN or infinity among them"),
        (TypeError, lambda: line(ARRAY, DATA), "x must be a tensor of floats, got array([1.])"),
        (TypeError, lambda: problems.mse(POINT, DATA, ARRAY),
         "y must be a tensor of floats, got array([1.])"),
        (ValueError, lambda: problems.mse_gradient(POINT, DATA, ONE),
         "x and y must have the same shape, got (4,) and (3,)"),
        (ValueError, lambda: problems.mse(torch.ones(5, 2), torch.ones(3, 4), torch.ones(3, 4)),
         "x and y must have shape (samples,) or (5, 'samples'), as there are points of shape "
         "(5, 2), got (3, 4)"),
        (ValueError, lambda: problems.mse(POINT, ONE[:0], ONE[:0]),
         "x and y must have a sample or more, got shape (0,)"),
        (ValueError, lambda: grid(x=(-1.7e308, 1.7e308)),
         "x[1] - x[0] must be a number in (-inf, inf), got inf"),
        (TypeError, lambda: grid(problem=problems.Problem("p", len, len, None, None)),
         "problem.value(points) must be a tensor of floats, got 121"),
        (ValueError, lambda: problems.quadratic(1e39).value(POINT),
         "condition must be finite in the dtype torch.float32 of points, got 1e+39"),
        (ValueError, lambda: toys(noise=1.7e308), "noise must keep the data finite, got 1.7e+308"),
    ],
)  # fmt: skip
def test_errors_say_what_was_expected_and_what_came(kind, call, message):
    assert message_of(kind, call) == message
