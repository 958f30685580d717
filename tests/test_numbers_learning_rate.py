"""Numbers of chapter 1, found again by other ways, and what its prose says of trained networks."""

import numpy as np
import pytest
import torch
from torch import nn

from book.numbers import learning_rate
from helpers import data, optimizers, problems, simulate, training

TOY = problems.linear_regression()
SURFACE = TOY.surface("train")


@pytest.fixture(scope="module")
def numbers():
    return {name: number.value for name, number in learning_rate.numbers().items()}


def batch_loss(points: torch.Tensor) -> torch.Tensor:
    """The training loss with torch's own criterion."""
    x, y = TOY.data("train")
    return nn.functional.mse_loss(points[0] + points[1] * x, y)


def test_curvatures_are_those_of_autograds_hessian(numbers):
    hessian = torch.autograd.functional.hessian(batch_loss, torch.zeros(2, dtype=torch.float64))
    flat, steep = torch.linalg.eigvalsh(hessian).tolist()
    assert numbers["rate_flat"] == pytest.approx(flat, rel=1e-12)
    assert numbers["rate_steep"] == pytest.approx(steep, rel=1e-12)
    assert numbers["rate_limit"] == pytest.approx(2 / steep, rel=1e-12)


def test_step_lengths_are_those_of_torchs_sgd(numbers):
    point = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer, lengths = torch.optim.SGD([point], lr=0.1), []
    for _ in range(50):
        before = point.detach().clone()
        optimizer.zero_grad()
        batch_loss(point).backward()
        optimizer.step()
        lengths.append((point.detach() - before).norm().item())
    for name, at in (("first", 0), ("tenth", 9), ("last", -1)):
        assert numbers[f"rate_{name}_step"] == pytest.approx(lengths[at], rel=1e-9)


@pytest.mark.parametrize(("above", "grows"), [(-1e-3, False), (1e-3, True)])
def test_descent_diverges_from_the_limit_on(numbers, above, grows):
    """In closed form: along an eigenvector of curvature λ, a step multiplies by 1 − lr λ."""
    lr = numbers["rate_limit"] + above
    assert (abs(1 - lr * numbers["rate_steep"]) > 1) == grows
    assert abs(1 - lr * numbers["rate_flat"]) < 1
    run = simulate.on_problem(SURFACE, optimizers.sgd, (0, 0), steps=5000, threshold=1e4, lr=lr)
    assert bool(run.diverged) == grows


def test_runs_diverge_where_the_computation_says(numbers):
    assert 0 < numbers["rate_diverges"] - numbers["rate_limit"] < 0.002
    assert 0 < numbers["rate_diverges_batches"] - numbers["rate_limit"] < 0.01


@pytest.mark.parametrize(("name", "lr"), [("small", 0.003), ("slow", 0.03), ("good", 0.5)])
def test_losses_left_are_those_of_torchs_sgd(numbers, name, lr):
    losses = []
    for seed in range(100):
        torch.manual_seed(seed)
        model = nn.Linear(1, 1)
        points = torch.stack([model.bias, model.weight[0]])
        assert torch.equal(points.detach()[:, 0], simulate.starting_point(seed))
        model.double()
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        x, y = (part[:, None] for part in TOY.data("train"))
        for epoch in simulate.batch_order(seed, len(x), epochs=10):
            for rows in epoch.split(16):
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x[rows]), y[rows]).backward()
                optimizer.step()
        losses.append(nn.functional.mse_loss(model(x), y).item())
    assert numbers[f"rate_left_{name}"] == pytest.approx(np.median(losses), rel=1e-6)


def test_prose_holds(numbers):
    assert numbers["rate_left_good"] < 1.1 * numbers["rate_minimum"]
    assert numbers["rate_left_slow"] < numbers["rate_left_edge"] < numbers["rate_left_small"]
    assert numbers["rate_limit"] < numbers["rate_test_least"] < numbers["rate_test_median"]
    assert numbers["rate_best"] < numbers["rate_limit"]


def test_noise_of_mini_batches_lifts_the_bottom_near_the_cliff(numbers):
    starts = torch.stack([simulate.starting_point(seed) for seed in range(100)])
    rates = [numbers["rate_best"], 0.74]
    options = {"lr": rates, "dtype": torch.float64}
    whole = simulate.on_problem(SURFACE, optimizers.sgd, starts, steps=50, **options)
    batches = simulate.on_regression(TOY, optimizers.sgd, seeds=range(100), **options)
    (whole_best, whole_near), (best, near) = (
        SURFACE.value(runs.paths[:, -1]).reshape(100, 2).median(dim=0).values.tolist()
        for runs in (whole, batches)
    )
    assert whole_near < whole_best
    assert near > best


# ── Trained networks ──────────────────────────────────────────────────────────────────────────────


def adam(model: nn.Module, lr: float = 1e-3) -> torch.optim.Optimizer:
    return torch.optim.Adam(model.parameters(), lr=lr)


def momentum(model: nn.Module, lr: float = 1e-3) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


@pytest.mark.parametrize(("make", "start", "end"), [(adam, 3e-4, 1e-1), (momentum, 1e-3, 1)])
def test_rate_found_is_better_than_a_tenth_and_than_ten_times(make, start, end):
    pytest.importorskip("sklearn")
    images, measure = data.digits(), nn.CrossEntropyLoss()

    def network(seed: int) -> nn.Module:
        torch.manual_seed(seed)
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))

    def left(seed: int, factor: float) -> float:
        model = network(seed)
        test = training.range_test(
            model, measure, make(model), images.train, start=start, end=end, seed=seed
        )
        lowest = test.learning_rates[test.smoothed.argmin()].item()
        assert start < test.suggested < lowest / 3
        assert test.smoothed[-1] > 1.5 * test.smoothed.min()  # it turns round within the span
        optimizer = make(model, factor * test.suggested)
        history = training.fit(
            model, measure, optimizer, images.train, images.validation, epochs=3, seed=seed
        )
        return history.validation_losses[-1].item()

    tenth, found, tenfold = (
        np.median([left(seed, factor) for seed in range(5)]) for factor in (0.1, 1, 10)
    )
    assert found < 0.7 * tenth
    assert found < 0.7 * tenfold
