"""Numbers of chapter 6 against facts, closed forms and torch.optim."""

import numpy as np
import pytest
import torch

from book.numbers import momentum
from helpers import optimizers, problems, simulate

TOY = problems.linear_regression()
HEAVY = {"momentum": 0.9}
AHEAD = {"momentum": 0.9, "nesterov": True}


@pytest.fixture(scope="module")
def numbers():
    return {name: number.value for name, number in momentum.numbers().items()}


# ── Expectations of the course's reference ────────────────────────────────────────────────────────


def test_medians_of_a_hundred_seeds(numbers):
    wanted = {"sgd": 0.5831, "adam": 0.3410, "momentum": 0.1129, "nesterov": 0.0335}
    for look, median in wanted.items():
        assert numbers[f"momentum_{look}_median"] == pytest.approx(median, abs=5e-4)
    assert numbers["momentum_nesterov_closer"] == 100


@pytest.mark.parametrize(
    ("hyper", "train", "validation"),
    [({}, 0.0243, 0.0278), (HEAVY, 0.0093, 0.0125), (AHEAD, 0.0074, 0.0092)],
    ids=["sgd", "momentum", "nesterov"],
)
def test_final_losses_of_seed_42(hyper, train, validation):
    run = simulate.on_regression(TOY, optimizers.sgd, lr=0.1, **hyper)
    assert run.train_losses[0, -1].item() == pytest.approx(train, abs=5e-5)
    assert run.validation_losses[0, -1].item() == pytest.approx(validation, abs=5e-5)


def test_order_of_the_rules_holds_only_at_the_same_rate(numbers):
    at_a_tenth = [numbers[f"momentum_{look}_median"] for look in ("nesterov", "momentum", "sgd")]
    assert at_a_tenth == sorted(at_a_tenth)
    best = {look: numbers[f"momentum_{look}_best"] for look in momentum.RULES}
    assert best["nesterov"] < best["sgd"] < best["momentum"] < best["adam"] < 0.08


# ── Noise of mini-batches ─────────────────────────────────────────────────────────────────────────


def test_spread_is_that_of_the_batches_that_a_loader_draws(numbers):
    x, y = TOY.data("train")
    start = torch.tensor([0.8300, 0.7645], dtype=torch.float64)
    each = problems.mse_gradient(start, x[:, None], y[:, None])
    whole = problems.mse_gradient(start, x, y)
    assert whole.norm().item() == pytest.approx(numbers["momentum_gradient"], abs=1e-3)
    loader = torch.utils.data.DataLoader(range(80), batch_size=16, shuffle=True)
    seen = torch.stack([each[i].mean(0) for _ in range(1500) for i in loader])
    assert torch.allclose(seen.unflatten(0, (1500, 5)).mean(1), whole, rtol=1e-10)
    spread = (seen - whole).square().sum(-1).mean().sqrt().item()
    assert spread == pytest.approx(numbers["momentum_spread_16"], rel=0.02)


# ── Conventions ───────────────────────────────────────────────────────────────────────────────────


def test_average_with_the_rate_rescaled_takes_torchs_path():
    gradients = torch.randn(60, dtype=torch.float64)
    param = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([param], lr=0.02, momentum=0.9)
    theta = m = 0.0
    for gradient in gradients:
        param.grad = gradient.reshape(1)
        optimizer.step()
        m = 0.9 * m + 0.1 * gradient.item()
        theta -= 0.02 / (1 - 0.9) * m
        assert theta == pytest.approx(param.item(), rel=1e-11)


@pytest.mark.parametrize("tau", [0, 0.5, 0.9])
def test_dampened_buffer_under_a_constant_gradient(tau):
    param = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([param], lr=0.1, momentum=0.9, dampening=tau)
    for step in range(1, 400):
        param.grad = torch.ones_like(param)
        optimizer.step()
        past = 0.9 ** (step - 1)
        wanted = past + (1 - tau) * (1 - past) / (1 - 0.9)
        assert optimizer.state[param]["momentum_buffer"].item() == pytest.approx(wanted, rel=1e-10)
    assert wanted == pytest.approx((1 - tau) / (1 - 0.9), rel=1e-10)


@pytest.mark.parametrize("constant", [True, False], ids=["constant rate", "falling rate"])
def test_textbook_nesterov_is_torchs_while_the_rate_is_constant(constant):
    surface = TOY.surface("all")
    phi = torch.tensor([0.83, 0.76], dtype=torch.float64)
    param = phi.clone().requires_grad_()
    optimizer = torch.optim.SGD([param], lr=0.1, **AHEAD)
    v = torch.zeros(2, dtype=torch.float64)
    for step in range(50):
        lr = 0.1 if constant else 0.1 * 0.95**step
        v = 0.9 * v - lr * surface.gradient(phi + 0.9 * v)
        phi = phi + v
        optimizer.param_groups[0]["lr"] = lr
        param.grad = surface.gradient(param.detach())
        optimizer.step()
    off = (param.detach() - phi - 0.9 * v).abs().max().item()
    assert off < 1e-12 if constant else off > 1e-3


# ── Convergence ───────────────────────────────────────────────────────────────────────────────────


def matrix(a: float, mu: float, nesterov: bool) -> np.ndarray:
    """A step of (θ, b) along a direction of curvature 1, with lr = a."""
    if nesterov:
        return np.array([[1 - a - a * mu, -a * mu**2], [1, mu]])
    return np.array([[1 - a, -a * mu], [1, mu]])


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("mu", [0.1, 0.5, 0.9, 0.99])
def test_radius_and_limit_are_those_of_torchs_own_steps(mu, nesterov):
    for a in np.linspace(0.05, 3.9, 30):
        p, q = ((1 + mu) * (1 - a), mu * (1 - a)) if nesterov else (1 + mu - a, mu)
        roots = np.roots([1, -p, q])
        radius = np.abs(np.linalg.eigvals(matrix(a, mu, nesterov))).max()
        assert np.abs(roots).max() == pytest.approx(radius, rel=1e-6)
    limit = 2 * (1 + mu) / (1 + 2 * mu if nesterov else 1)
    for factor, grows in ((0.999, False), (1.001, True)):
        assert (np.abs(np.linalg.eigvals(matrix(factor * limit, mu, nesterov))).max() > 1) == grows
    param = torch.ones(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([param], lr=limit / 2, momentum=mu, nesterov=nesterov)
    state = np.array([1.0, 0.0])
    for _ in range(20):
        param.grad = param.detach().clone()
        optimizer.step()
        state = matrix(limit / 2, mu, nesterov) @ state
        assert param.item() == pytest.approx(state[0], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("condition", [4.0, 100.0, 1000.0])
def test_polyaks_choice_is_the_best_of_its_neighbours(condition):
    root = np.sqrt(condition)
    lr, mu = 4 / (1 + root) ** 2, ((root - 1) / (root + 1)) ** 2

    def worst(lr, mu):
        ends = [matrix(lr * curvature, mu, False) for curvature in (1, condition)]
        return max(np.abs(np.linalg.eigvals(end)).max() for end in ends)

    best = worst(lr, mu)
    assert best == pytest.approx(np.sqrt(mu), rel=1e-6)
    for lr_factor in (0.97, 1, 1.03):
        for mu_factor in (0.97, 1, 1.03):
            assert worst(lr_factor * lr, mu_factor * mu) >= best - 1e-7


def test_limits_of_the_line_are_where_its_training_diverges(numbers):
    """On batches of all the training data; curvature by the closed form for two parameters."""
    x, _ = TOY.data("train")
    mean, square = x.mean().item(), (x**2).mean().item()
    steepest = 1 + square + np.hypot(1 - square, 2 * mean)
    assert numbers["momentum_toy_curvature"] == pytest.approx(steepest, rel=1e-9)
    for name, hyper in (("", {}), ("_heavy", HEAVY), ("_nesterov", AHEAD)):
        limit = numbers[f"momentum_toy_limit{name}"]
        runs = simulate.on_problem(
            TOY.surface("train"),
            optimizers.sgd,
            (0, 0),
            4000,
            lr=[0.98 * limit, 1.02 * limit],
            **hyper,
        )
        assert runs.diverged.tolist() == [False, True]


def test_best_momentum_of_a_condition_number_and_back(numbers):
    condition = numbers["momentum_condition_of_9"]
    root = np.sqrt(condition)
    assert ((root - 1) / (root + 1)) ** 2 == pytest.approx(0.9)
    assert numbers["momentum_steps_sgd"] / numbers["momentum_steps_best"] == pytest.approx(
        numbers["momentum_steps_ratio"]
    )
    # (κ − 1)/(κ + 1) a step, and the same for the root, whose double roots take some steps more.
    assert numbers["momentum_steps_sgd"] == np.ceil(np.log(1e-3) / np.log(999 / 1001))
    root = np.sqrt(1000)
    least = np.log(1e-3) / np.log((root - 1) / (root + 1))
    assert least < numbers["momentum_steps_best"] < 2 * least
