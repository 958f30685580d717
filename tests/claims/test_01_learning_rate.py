"""Claims of chapter 1: what a learning rate does, and what a range test finds."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from helpers import data, optimizers, problems, simulate, training

TOY = problems.linear_regression()
SURFACE = TOY.surface("train")
X = TOY.data("train")[0].numpy()
HESSIAN = 2 * np.array([[1, X.mean()], [X.mean(), (X**2).mean()]])
FLAT, STEEP = np.linalg.eigvalsh(HESSIAN)
LIMIT = 2 / STEEP
SEEDS = range(1000, 2000)
"""Seeds that the chapter does not show."""


def final(rates, seeds=SEEDS, epochs=10, **options):
    """Return the training losses in the end, shape (rates, seeds); infinite where they diverged."""
    runs = simulate.on_regression(TOY, optimizers.sgd, seeds, epochs, lr=rates, **options)
    losses = SURFACE.value(runs.paths[:, -1].double()).nan_to_num(math.inf)
    return losses.reshape(len(seeds), len(rates)).T.numpy()


def medians(rates, **options):
    losses = np.median(final(rates, **options), axis=1)
    return dict(zip(rates, losses.tolist(), strict=True))


def random_bowls(count=200):
    """Yield Hessians with curvatures from 0.01 to 100 along random axes, and distances."""
    random = np.random.default_rng(0)
    for _ in range(count):
        axes, _ = np.linalg.qr(random.standard_normal((3, 3)))
        curvatures = 10 ** random.uniform(-2, 2, 3)
        yield axes @ np.diag(curvatures) @ axes.T, curvatures, axes, random.standard_normal(3)


# ── One step, and a factor for each axis ──────────────────────────────────────────────────────────


def test_the_gap_between_tangent_and_curve_grows_with_the_square_of_the_step():
    for curvature, theta, lr in np.random.default_rng(1).uniform(0.1, 3, (1000, 3)):
        slope = curvature * theta

        def gap(lr, curvature=curvature, theta=theta, slope=slope):
            after = theta - lr * slope
            return curvature * (after**2 - theta**2) / 2 + lr * slope**2

        assert gap(2 * lr) == pytest.approx(4 * gap(lr))
        assert gap(lr) > 0


def test_below_the_limit_the_steps_of_one_rate_shrink_all_the_way():
    for hessian, curvatures, _, distance in random_bowls():
        for share in (0.1, 0.3, 0.9, 0.99):
            lr, at, lengths = share * 2 / curvatures.max(), distance, []
            for _ in range(50):
                step = lr * hessian @ at
                at = at - step
                lengths.append(np.linalg.norm(step))
            assert (np.diff(lengths) < 0).all()


def test_along_each_of_a_bowls_own_axes_a_step_multiplies_the_distance_by_its_own_factor():
    for hessian, curvatures, axes, distance in random_bowls():
        lr = 1.3 / curvatures.max()
        after = axes.T @ (distance - lr * hessian @ distance)
        np.testing.assert_allclose(after, (1 - lr * curvatures) * (axes.T @ distance), rtol=1e-9)


def test_descent_overshoots_above_half_the_limit_and_diverges_above_the_limit():
    starts = np.random.default_rng(2).uniform(-3, 3, (1000, 2))
    for rate, comes_back in ((0.95 * LIMIT, True), (0.99 * LIMIT, True), (1.05 * LIMIT, False)):
        runs = simulate.on_problem(SURFACE, optimizers.sgd, starts, 200, lr=rate)
        losses = SURFACE.value(runs.paths[:, [0, -1]]) - SURFACE.minimum_value
        lower = losses[:, 1] < losses[:, 0]
        assert bool(lower.all() if comes_back else not lower.any())
    steep = torch.from_numpy(np.linalg.eigh(HESSIAN)[1][:, 1])
    for rate, flips in ((0.95 * LIMIT / 2, False), (1.05 * LIMIT / 2, True)):
        runs = simulate.on_problem(SURFACE, optimizers.sgd, starts, 1, lr=rate)
        side = torch.sign((runs.paths - SURFACE.minimum) @ steep)
        assert ((side[:, 0] != side[:, 1]) == flips).all()


def test_the_lowest_loss_after_thirty_steps_lies_between_half_the_limit_and_the_limit():
    starts = np.random.default_rng(3).uniform(-3, 4, (1000, 2))
    along = (starts - SURFACE.minimum.numpy()) @ np.linalg.eigh(HESSIAN)[1]
    rates, curvatures = np.linspace(0.01, 0.9, 90)[:, None], np.array([FLAT, STEEP])
    for steps in (15, 30, 90):
        # ½ Σ λ d² (1 − lr λ)²ᵗ
        left = (curvatures * (1 - rates * curvatures) ** (2 * steps)) @ along.T**2 / 2
        best = rates[left.argmin(axis=0), 0]
        assert ((best > LIMIT / 2) & (best < LIMIT)).mean() > 0.97


# ── With mini-batches ─────────────────────────────────────────────────────────────────────────────


def test_a_good_rate_beats_a_slow_one_and_one_at_the_edge_which_is_worse_than_the_slow_one():
    losses = final([0.03, 0.5, 0.79])
    slow, good, edge = np.median(losses, axis=1)
    assert good < 1.1 * SURFACE.minimum_value
    assert good < slow < edge
    assert ((losses[1] < losses[0]) & (losses[1] < losses[2])).mean() > 0.9


def test_the_valleys_bottom_is_flat_and_its_cliff_is_at_the_limit():
    valley = medians([1e-4, 2e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.62, 0.74, 0.83])
    losses = list(valley.values())
    assert losses[1] == pytest.approx(losses[0], rel=0.05)  # the plateau
    assert (np.diff(losses[:10]) < 0).all()  # a long descent
    best = min(losses)
    assert {rate for rate, loss in valley.items() if loss < 1.1 * best} == {0.35, 0.5, 0.62}
    assert valley[0.83] > 100 * losses[0]


def test_a_third_of_the_best_rate_only_needs_more_epochs_and_three_times_it_diverges():
    assert medians([0.18])[0.18] > 1.5 * medians([0.54])[0.54]
    assert medians([0.18], epochs=30, seeds=SEEDS[:300])[0.18] < medians([0.54])[0.54]
    assert (final([1.62], epochs=10) > 1e6).all()


def test_near_the_cliff_a_higher_rate_helps_with_all_the_data_and_hurts_with_mini_batches():
    rates = [0.001, 0.01, 0.1, 0.25, 0.5, 0.62, 0.74]
    starts = torch.stack([simulate.starting_point(seed) for seed in SEEDS])
    runs = simulate.on_problem(SURFACE, optimizers.sgd, starts, 50, lr=rates)
    full = np.median(SURFACE.value(runs.paths[:, -1]).reshape(len(SEEDS), -1), axis=0)
    noisy = np.array(list(medians(rates).values()))
    assert (np.diff(noisy[-3:]) > 0).all()
    assert (np.diff(full[-3:]) < 0).all()
    np.testing.assert_allclose(noisy[:4], full[:4], rtol=0.03)  # far from the cliff: the same


def test_the_first_rate_that_diverges_is_the_computed_limit_a_little_higher_with_mini_batches():
    rates = np.array([0.795, 0.798, 0.803, 0.807, 0.812])
    full = simulate.on_problem(SURFACE, optimizers.sgd, (0, 0), 2000, lr=rates)
    assert rates[full.diverged.numpy()].min() == 0.803 == pytest.approx(LIMIT, rel=5e-3)
    runs = simulate.on_regression(TOY, optimizers.sgd, SEEDS[:50], 400, lr=rates)
    diverged = runs.diverged.reshape(50, -1).all(dim=0).numpy()
    assert diverged.tolist() == [False, False, False, True, True]


@pytest.mark.parametrize("size", [2, 4, 40])
def test_the_limit_of_all_the_data_is_a_guide_for_mini_batches_of_other_sizes(size):
    rates = [0.9 * LIMIT, 1.1 * LIMIT]
    options = {"epochs": 15 * size, "batch_size": size, "lr": rates}
    runs = simulate.on_regression(TOY, optimizers.sgd, SEEDS[:20], **options)
    assert (runs.diverged.reshape(20, 2) == torch.tensor([False, True])).all()


@pytest.mark.parametrize("per_point", [1 / 300, 1 / 100])
def test_with_rate_and_batch_in_proportion_the_loss_hardly_changes_up_to_the_limit(per_point):
    sizes = [5, 10, 20, 40, 80]
    losses = [medians([size * per_point], batch_size=size)[size * per_point] for size in sizes]
    below = losses[: sum(size * per_point < 0.99 * LIMIT for size in sizes)]
    assert max(below) < 1.03 * min(below)
    assert (len(below) == len(sizes)) == (per_point < 1 / 100)
    assert len(below) == len(sizes) or losses[-1] > 100 * losses[0]


def test_a_smaller_batch_wants_a_smaller_rate():
    rates = [0.04, 0.07, 0.12, 0.2, 0.35, 0.6]
    best = {}
    for size in (2, 4, 16):
        losses = np.quantile(final(rates, batch_size=size, seeds=SEEDS[:300]), 0.9, axis=1)
        best[size] = rates[losses.argmin()]
    assert best[2] < best[4] < best[16]


# ── The range test ────────────────────────────────────────────────────────────────────────────────

RAMP = np.geomspace(1e-3, 10, 100)


def smooth(losses, alpha):
    """Return the weighted means of the losses so far, by the definition."""
    steps = np.arange(losses.shape[1])
    weights = np.tril((1 - alpha) ** np.abs(steps[:, None] - steps))
    return losses @ (weights / weights.sum(axis=1, keepdims=True)).T


@pytest.fixture(scope="module")
def raised():
    """Losses of a thousand range tests."""
    schedule = {"schedule": {"lr": RAMP}, "threshold": 1e30}
    runs = simulate.on_regression(TOY, optimizers.sgd, SEEDS, 20, **schedule)
    return np.nan_to_num(runs.losses.double().numpy(), nan=1e30).clip(max=1e30)


def test_the_longer_the_average_the_later_the_lowest_point(raised):
    lowest = {a: RAMP[smooth(raised, a).argmin(axis=1)] for a in (0.02, 0.05, 0.1, 0.2, 0.4, 1)}
    shares = [(rates > LIMIT).mean() for rates in lowest.values()]
    assert shares[0] == shares[1] == 1
    assert 0.4 < shares[-1] < 0.6
    assert (np.diff(shares[1:]) < 0).all()
    middles = [np.median(rates) for rates in lowest.values()]
    assert (np.diff(middles) <= 0).all()
    assert middles[0] > middles[-1]


def test_without_noise_and_average_the_lowest_point_lies_far_above_the_limit():
    starts = torch.stack([simulate.starting_point(seed) for seed in SEEDS])
    for steps in (50, 100, 300):  # the same range in other numbers of steps
        ramp = np.geomspace(1e-3, 10, steps)
        schedule = {"schedule": {"lr": ramp}, "threshold": 1e30}
        runs = simulate.on_problem(SURFACE, optimizers.sgd, starts, steps, **schedule)
        assert (ramp[runs.losses.nan_to_num(1e30).argmin(dim=1)] > 1.3 * LIMIT).all()


def suggestions(**options):
    """Return what ten range tests on the toy suggest."""
    model = nn.Linear(1, 1)
    points = tuple(part.float()[:, None] for part in TOY.data("train"))
    span = {"start": 1e-3, "end": 10, "steps": 100, "alpha": 0.05, "batch_size": 16, **options}
    suggested = []
    for seed in range(1000, 1010):
        nn.init.uniform_(model.weight), nn.init.uniform_(model.bias)
        sgd = torch.optim.SGD(model.parameters(), lr=0.1)
        test = training.range_test(model, nn.MSELoss(), sgd, points, seed=seed, **span)
        suggested.append(test.suggested)
    return suggested


def test_fewer_steps_or_a_wider_range_suggest_less():
    middle = np.median(suggestions())
    for options in ({"steps": 50}, {"start": 1e-4}):
        assert np.median(suggestions(**options)) < 0.8 * middle


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.2])
def test_the_suggested_rate_is_safe_and_lower_than_the_best_and_one_step_of_the_grid_gains(alpha):
    suggested = suggestions(alpha=alpha)
    assert max(suggested) < LIMIT / 2
    middle = float(np.median(suggested))
    assert middle < 0.5
    losses = list(medians([middle / 3, middle, 3 * middle, 0.5]).values())
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] < 2 * losses[3]


def by_adam(model, lr=1e-3):
    return torch.optim.Adam(model.parameters(), lr=lr)


def by_momentum(model, lr=1e-3):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "start", "end"), [(by_adam, 3e-4, 0.1), (by_momentum, 1e-3, 1)], ids=["adam", "sgd"]
)
def test_on_digits_the_rate_found_beats_a_tenth_and_ten_times_it_and_lies_below_the_lowest(
    make, start, end
):
    images, loss = data.digits(), nn.CrossEntropyLoss()

    def network(seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))

    factors, table = [0.1, 1 / 3, 1, 3, 10], []
    for seed in range(10, 20):
        model = network(seed)
        test = training.range_test(
            model, loss, make(model), images.train, start=start, end=end, alpha=0.05, seed=seed
        )
        assert test.smoothed[-1] > 1.2 * test.smoothed.min() < test.smoothed[0]
        assert test.suggested < test.learning_rates[test.smoothed.argmin()] / 3
        row = []
        for factor in factors:
            model = network(seed)
            optimizer = make(model, factor * test.suggested)
            parts = images.train, images.validation
            history = training.fit(model, loss, optimizer, *parts, epochs=3, seed=seed)
            row.append(history.validation_losses[-1].item())
        table.append(row)
    middles = np.median(table, axis=0)
    assert middles.argmin() == 2
    assert 0 < (np.argmin(table, axis=1) != 2).mean() < 1  # on some seeds a neighbour is better


# ── What Adam adapts ──────────────────────────────────────────────────────────────────────────────


def test_no_rate_lets_sgd_move_two_parameters_alike_whose_gradients_differ():
    for small, large, lr in 10 ** np.random.default_rng(4).uniform(-4, 4, (1000, 3)):
        assert (lr * small) / (lr * large) == pytest.approx(small / large)


@pytest.mark.parametrize("beta", [0.0, 0.8, 0.9, 0.97])
def test_with_its_divisor_still_adam_diverges_above_its_own_limit(beta):
    """θ ← θ − lr m̂/√v̂ on λ θ²/2, with v̂ held at 1: the limit of lr λ is 2 (1 + β₁)/(1 − β₁)."""
    limit = 2 * (1 + beta) / (1 - beta)
    for share, diverges in ((0.99, False), (1.01, True)):
        theta = torch.ones(1, dtype=torch.float64, requires_grad=True)
        options = {"lr": 1.0, "betas": (beta, 1 - 1e-15), "eps": 0}
        adam = torch.optim.Adam([theta], **options)
        zero = torch.zeros(1, dtype=torch.float64)
        adam.state[theta] = {
            "step": torch.tensor(1e18),  # both corrections are over
            "exp_avg": zero.clone(),
            "exp_avg_sq": zero + 1,
        }
        for _ in range(3000):
            theta.grad = share * limit * theta.detach()
            adam.step()
            adam.state[theta]["exp_avg_sq"].fill_(1)
            if theta.abs() > 1e3:
                break
        assert bool(theta.abs() > 1e3) == diverges
    if beta == 0.9:
        assert round(limit) == 38
