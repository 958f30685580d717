"""Chapter 6's claims on seeds that it does not show, and at neighbouring settings."""

import inspect
import itertools
from functools import cache

import numpy as np
import pytest
import torch

from helpers import optimizers, problems, simulate

TOY = problems.linear_regression()
SURFACE, TRAINED = TOY.surface("all"), TOY.surface("train")
SEEDS = range(1000, 2000)
RATES = np.geomspace(0.01, 10**0.5, 21)
MEMORY = {"sgd": {}, "momentum": {"momentum": 0.9}, "nesterov": {"momentum": 0.9, "nesterov": True}}


@cache
def run(name, lr):
    return simulate.on_regression(TOY, optimizers.sgd, SEEDS, lr=lr, **MEMORY[name])


def distances(path_ends, to=SURFACE):
    return (path_ends - to.minimum).norm(dim=-1).nan_to_num(torch.inf).numpy()


def medians(seeds, rates, **options):
    runs = simulate.on_regression(TOY, optimizers.sgd, seeds, lr=rates, **options)
    return np.median(distances(runs.paths[:, -1]).reshape(len(seeds), len(rates)), axis=0)


# ── Noise ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("examples", "size"), [(8, 2), (8, 4), (9, 3), (7, 1)])
def test_batches_spread_around_the_whole_as_the_formula_says(examples, size):
    random = np.random.default_rng(examples * size)
    each = random.normal(size=(examples, 2)) + 3
    whole = each.mean(0)
    means = [each[list(batch)].mean(0) for batch in itertools.combinations(range(examples), size)]
    np.testing.assert_allclose(np.mean(means, axis=0), whole)
    spread = np.sqrt(((np.array(means) - whole) ** 2).sum(1).mean())
    sigma = np.sqrt(((each - whole) ** 2).sum(1).mean())
    formula = sigma / np.sqrt(size) * np.sqrt((examples - size) / (examples - 1))
    assert spread == pytest.approx(formula)
    assert spread <= sigma / np.sqrt(size) * (1 + 1e-12)


@pytest.mark.parametrize("lr", [0.03, 0.1, 0.3])
def test_batches_of_all_sizes_lead_to_almost_the_same_place_and_small_ones_stagger(lr):
    ends, lengths = {}, {}
    for size in (1, 16, 80):
        paths = simulate.on_regression(
            TOY, optimizers.sgd, range(1000, 1100), epochs=size, batch_size=size, lr=lr
        ).paths
        ends[size] = paths[:, -1]
        lengths[size] = paths.diff(dim=1).norm(dim=-1).sum(1)
        gone = (paths[:, -1] - paths[:, 0]).norm(dim=-1).median()
    for size in (1, 16):
        assert (ends[size] - ends[80]).norm(dim=-1).median() < 0.05 * gone
    assert (lengths[1] > lengths[16]).float().mean() > 0.95
    assert (lengths[16] > lengths[80]).float().mean() > 0.95


@cache
def excess(size, lr, epochs, momentum=0.0):
    """Mean loss above the least one, by epoch, over a hundred seeds."""
    runs = simulate.on_regression(
        TOY, optimizers.sgd, range(1000, 1100), epochs, batch_size=size, lr=lr, momentum=momentum
    )
    losses = TRAINED.value(runs.paths[:, 1:].double()) - TRAINED.minimum_value
    return losses.unflatten(1, (epochs, -1)).mean(dim=(0, 2))


def test_batch_and_rate_grow_together_up_to_the_limit_of_the_curvature():
    small, large = excess(4, 0.05, 60), excess(16, 0.2, 60)
    assert large[9] == pytest.approx(small[9], rel=0.1)  # the same progress an epoch
    assert large[-20:].mean() == pytest.approx(small[-20:].mean(), rel=0.5)  # and the same floor
    assert excess(4, 0.2, 60)[-20:].mean() > 4 * small[-20:].mean()
    assert excess(16, 0.05, 60)[9] > 5 * small[9]
    whole = simulate.on_regression(TOY, optimizers.sgd, SEEDS[:9], 200, batch_size=80, lr=1.0)
    assert whole.diverged.all()


def test_at_a_constant_rate_sgd_does_not_stop():
    runs = simulate.on_regression(TOY, optimizers.sgd, SEEDS[:20], 300, lr=[0.4, 0.1])
    losses = TRAINED.value(runs.paths[:, 1:].double()) - TRAINED.minimum_value
    late = losses.reshape(20, 2, 300, 5).mean(dim=(0, 3))[:, 200:]
    assert (late.amin(1) > 0.3 * late.mean(1)).all()
    assert late[1].mean() < 0.5 * late[0].mean()


# ── The arguments, the sum, and the other convention ──────────────────────────────────────────────


def test_the_table_of_arguments_is_that_of_torch():
    defaults = {
        name: one.default for name, one in inspect.signature(torch.optim.SGD).parameters.items()
    }
    options = {"foreach": None, "fused": None, "differentiable": False, "maximize": False}
    values = {"lr": 0.001, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False}
    assert {**values, **options} == {k: v for k, v in defaults.items() if k != "params"}


def trained_by_torch(gradients, **options):
    weights = torch.tensor([1.0, -50.0, 0.001], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weights], **options)
    buffers = []
    for gradient in gradients:
        weights.grad = gradient
        optimizer.step()
        if options.get("momentum"):
            buffers.append(optimizer.state[weights]["momentum_buffer"][0].item())
    return weights.detach(), buffers


def test_weight_decay_shrinks_all_weights_in_the_same_proportion():
    zeros = torch.zeros(5, 3, dtype=torch.float64)
    weights, _ = trained_by_torch(zeros, lr=0.1, weight_decay=0.3)
    shares = weights / torch.tensor([1.0, -50.0, 0.001], dtype=torch.float64)
    torch.testing.assert_close(shares, torch.full_like(shares, 0.97**5))


@pytest.mark.parametrize("mu", [0.5, 0.9, 0.99])
def test_the_average_takes_the_same_path_at_a_larger_rate(mu):
    gradients = torch.randn(40, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected, _ = trained_by_torch(gradients, lr=0.1, momentum=mu)
    weights = torch.tensor([1.0, -50.0, 0.001], dtype=torch.float64)
    average = torch.zeros_like(weights)
    for gradient in gradients:
        average = mu * average + (1 - mu) * gradient
        weights = weights - 0.1 / (1 - mu) * average
    torch.testing.assert_close(weights, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("mu", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_the_buffer_starts_whole_and_tends_to_the_gain(mu, share):
    tau = share * mu
    ones = torch.ones(2000, 3, dtype=torch.float64)
    _, buffers = trained_by_torch(ones, lr=0.1, momentum=mu, dampening=tau)
    assert buffers[0] == 1
    assert buffers[-1] == pytest.approx((1 - tau) / (1 - mu), rel=1e-6)


# ── Nesterov ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("constant", [True, False])
def test_torch_stores_the_point_ahead_as_long_as_the_rate_is_constant(constant):
    mu, rates = 0.9, [0.1] * 30 if constant else [0.1] * 15 + [0.02] * 15
    theta = torch.tensor([0.8, 0.7], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=rates[0], momentum=mu, nesterov=True)
    phi, u = theta.detach().clone(), torch.zeros(2, dtype=torch.float64)
    for rate in rates:
        optimizer.param_groups[0]["lr"] = rate
        theta.grad = SURFACE.gradient(theta.detach())
        optimizer.step()
        u = mu * u - rate * SURFACE.gradient(phi + mu * u)
        phi = phi + u
    apart = (theta.detach() - (phi + mu * u)).norm()
    assert apart < 1e-12 if constant else apart > 1e-4


@pytest.mark.parametrize("lr", [0.033, 0.1, 0.3])
def test_nesterov_swings_less_and_its_path_is_shorter(lr):
    heavy, ahead = run("momentum", lr), run("nesterov", lr)
    first = heavy.gradients[:, :1, 0].sign()
    beyond = [-(runs.gradients[:, :, 0] * first).min(1).values for runs in (heavy, ahead)]
    assert (beyond[1] < beyond[0]).float().mean() > 0.99
    lengths = [runs.paths.diff(dim=1).norm(dim=-1).sum(1) for runs in (heavy, ahead)]
    assert (lengths[1] < lengths[0]).float().mean() > 0.99


@pytest.mark.parametrize(("lr", "share"), [(0.033, 0.75), (0.1, 0.99), (0.3, 0.95)])
def test_nesterov_ends_closer_than_momentum(lr, share):
    closer = distances(run("nesterov", lr).paths[:, -1]) < distances(
        run("momentum", lr).paths[:, -1]
    )
    assert closer.mean() > share


def test_at_this_rate_momentums_validation_loss_jumps_and_the_training_loss_hides_it():
    heavy = run("momentum", 0.1)
    rises = {
        part: (np.diff(losses.numpy(), axis=1) > 0).sum(1)
        for part, losses in (("train", heavy.train_losses), ("val", heavy.validation_losses))
    }
    assert (rises["val"] >= 2).mean() > 0.95
    assert rises["train"].mean() < 0.2


# ── Rates and momenta of their own ────────────────────────────────────────────────────────────────


def test_with_its_own_rate_sgd_gets_as_close_as_momentum_but_not_as_the_best_momentum():
    seeds = SEEDS[:500]
    rates = {0: [0.42, 0.56, 0.75], 0.9: [0.024, 0.032, 0.042, 0.1, 0.3], 0.8: [0.075, 0.1, 0.133]}
    best = {mu: medians(seeds, row, momentum=mu).min() for mu, row in rates.items()}
    assert best[0] == pytest.approx(best[0.9], rel=0.25)
    assert 2.5 < best[0] / best[0.8] < 4.5
    nesterov = medians(seeds, [0.18, 0.24, 0.32], momentum=0.9, nesterov=True).min()
    assert best[0.8] < nesterov < best[0]


@pytest.mark.slow
def test_of_all_momenta_about_08_is_best_and_nesterov_is_good_at_more_rates():
    curves = {mu: medians(SEEDS, RATES, momentum=mu) for mu in (0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95)}
    best = {mu: curve.min() for mu, curve in curves.items()}
    assert min(best, key=best.__getitem__) == 0.8
    assert best[0] > best[0.2] > best[0.4] > best[0.6] > best[0.8] < best[0.9] < best[0.95]
    ahead = medians(SEEDS, RATES, momentum=0.9, nesterov=True)
    assert (ahead < 0.1).sum() >= 3 * max((curves[mu] < 0.1).sum() for mu in (0, 0.9))


@pytest.mark.slow
def test_with_twice_the_epochs_a_momentum_of_09_is_better_than_one_of_08():
    best = {mu: medians(SEEDS[:500], RATES, momentum=mu, epochs=20).min() for mu in (0, 0.8, 0.9)}
    assert 1.15 * best[0.9] < best[0.8] < 0.85 * best[0]


def test_with_momentum_09_the_end_is_one_moment_of_the_swing():
    paths = run("momentum", 0.1).paths
    at = {step: np.median(distances(paths[:, step])) for step in (40, 45, 50)}
    assert at[45] < 0.6 * min(at[40], at[50])


def test_exact_gradients_want_the_formulas_pair_and_noise_wants_less_rate_and_more_momentum():
    curvatures = torch.linalg.eigvalsh(
        torch.autograd.functional.hessian(TRAINED.value, TRAINED.minimum)
    )
    low, high = curvatures.sqrt().tolist()
    pair = {"lr": (2 / (low + high)) ** 2, "momentum": ((high - low) / (high + low)) ** 2}
    assert pair["lr"] == pytest.approx(1.05, abs=0.01)
    assert pair["momentum"] == pytest.approx(0.38, abs=0.01)

    def far(batch_size, **options):
        runs = simulate.on_regression(
            TOY,
            optimizers.sgd,
            range(1000, 1200),
            50 * batch_size // 80,
            batch_size=batch_size,
            **options,
        )
        return np.median(distances(runs.paths[:, -1], TRAINED))

    other = {"lr": 0.1, "momentum": 0.8}
    assert far(80, **pair) < 1e-6 < 1e-4 < far(80, **other)
    assert far(16, **pair) > 3 * far(16, **other)


# ── Roots and limits ──────────────────────────────────────────────────────────────────────────────


def roots(a, mu, nesterov=False):
    p, q = ((1 + mu) * (1 - a), mu * (1 - a)) if nesterov else (1 + mu - a, mu)
    return np.roots([1, -p, q])


def positions(lr, steps, curvature=1.0, **options):
    theta = torch.ones((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=lr, **options)
    path = [1.0]
    for _ in range(steps):
        theta.grad = curvature * theta.detach()
        optimizer.step()
        path.append(theta.item())
    return np.array(path)


@pytest.mark.parametrize("nesterov", [False, True])
def test_positions_are_a_mix_of_the_last_two(nesterov):
    random = np.random.default_rng(2)
    for a, mu in random.uniform([0.01, 0.1], [1.3, 0.95], size=(20, 2)):
        path = positions(a / 3, 30, curvature=3, momentum=mu, nesterov=nesterov)
        now, before = ((1 + mu) * (1 - a), mu * (1 - a)) if nesterov else (1 + mu - a, mu)
        np.testing.assert_allclose(
            path[3:], now * path[2:-1] - before * path[1:-2], rtol=1e-9, atol=1e-12
        )


def test_the_product_of_the_roots_is_mu_and_swinging_paths_shrink_by_its_root():
    random = np.random.default_rng(3)
    for mu in random.uniform(0.05, 0.99, 40):
        edges = (1 - mu**0.5) ** 2, (1 + mu**0.5) ** 2
        for a in random.uniform(*edges, 20):
            np.testing.assert_allclose(np.abs(roots(a, mu)), mu**0.5)
        for a in (0.9 * edges[0], 1.1 * edges[1]):
            assert np.isreal(roots(a, mu)).all()
            assert np.abs(roots(a, mu)).max() > mu**0.5
        assert np.prod(roots(a, mu)) == pytest.approx(mu)


def test_the_three_ways_and_the_factor_of_the_double_root():
    t = np.arange(41)
    ways = {a: positions(a, 40, momentum=0.64) for a in (0.01, 0.04, 0.5)}
    np.testing.assert_allclose(ways[0.04], (1 + 0.2 * t) * 0.8**t, rtol=1e-9)
    assert (ways[0.01] > 0).all()
    assert (ways[0.04] > 0).all()
    assert ways[0.5].min() < -0.3
    assert abs(ways[0.5][15]) < ways[0.04][15] < ways[0.01][15]
    assert (np.abs(ways[0.5]) <= 1.6 * 0.8**t).all()


@pytest.mark.parametrize("mu", [0.5, 0.9, 0.95])
def test_where_sgd_lands_in_a_step_nesterov_lands_in_two_and_momentum_swings(mu):
    assert not positions(1, 10)[1:].any()
    assert np.abs(positions(1, 10, momentum=mu, nesterov=True)[2:]).max() < 1e-12
    assert np.abs(roots(1, mu)) == pytest.approx(mu**0.5)


@pytest.mark.parametrize("mu", [0.0, 0.3, 0.6, 0.9, 0.99])
def test_the_limits_are_those_of_the_text_and_nesterovs_is_below_two(mu):
    heavy, ahead = 2 * (1 + mu), 2 * (1 + mu) / (1 + 2 * mu)
    for limit, nesterov in ((heavy, False), (ahead, True)):
        assert np.abs(roots(0.999 * limit, mu, nesterov)).max() < 1
        assert np.abs(roots(1.001 * limit, mu, nesterov)).max() > 1
        assert -1 in np.round(roots(limit, mu, nesterov), 9)
        for a in np.linspace(0.01, 0.99, 30) * limit:  # and nothing leaves the circle before
            assert np.abs(roots(a, mu, nesterov)).max() < 1
    assert mu == 0 or ahead < 2 < heavy


# ── When momentum pays ────────────────────────────────────────────────────────────────────────────


def shares_left(condition, steps, **options):
    bowl = problems.quadratic(condition)
    far = simulate.on_problem(bowl, optimizers.sgd, (1, 1), steps, **options).paths[0].norm(dim=-1)
    return (far / far[0]).numpy()


def best(condition):
    root = condition**0.5
    return {"lr": (2 / (1 + root)) ** 2, "momentum": ((root - 1) / (root + 1)) ** 2}


@pytest.mark.parametrize("share", [1e-2, 1e-3, 1e-5])
def test_the_worse_the_conditioning_the_more_momentum_pays(share):
    gains = []
    for condition in (10, 40, 150):
        sgd = shares_left(condition, int(7 * condition) + 20, lr=2 / (1 + condition))
        heavy = shares_left(condition, int(60 * condition**0.5) + 20, **best(condition))
        needed = [np.flatnonzero(far > share).max() + 1 for far in (sgd, heavy)]
        gains.append(needed[0] / needed[1])
        assert needed[1] < needed[0]
        assert gains[-1] < condition**0.5  # the factor t costs some of the root
    assert gains == sorted(gains)


@pytest.mark.parametrize("condition", [100, 1000, 5000])
def test_after_many_steps_the_root_of_the_condition_counts_and_before_the_distance_grows(condition):
    far = shares_left(condition, int(20 * condition**0.5), **best(condition))
    shrinks = (condition**0.5 - 1) / (condition**0.5 + 1)
    assert far[-1] / far[-2] == pytest.approx(shrinks, rel=0.01)
    assert far.max() == pytest.approx(condition**0.5 / 4, rel=0.12)


def test_no_pair_near_the_best_one_is_better_in_the_long_run():
    for condition in (10, 100, 1000):
        pair = best(condition)
        curvatures = np.linspace(1, condition, 50)

        def slowest(lr, momentum, curvatures=curvatures):
            return max(np.abs(roots(lr * one, momentum)).max() for one in curvatures)

        least = slowest(**pair)
        for rate, mu in itertools.product((0.9, 1, 1.1), (0.9, 1, 1.1)):
            if rate != 1 or mu != 1:
                assert slowest(rate * pair["lr"], min(mu * pair["momentum"], 0.999)) > least


def test_lowering_the_momentum_quiets_a_swing_and_the_rate_does_not():
    def peaks(lr, mu):
        far = np.abs(positions(lr, 200, curvature=2.5, momentum=mu))
        return far[100:].max() / far[:100].max()

    swing = peaks(0.1, 0.96)
    for lr in (0.07, 0.14):
        assert peaks(lr, 0.96) == pytest.approx(swing, rel=0.25)
    assert peaks(0.1, 0.9) < 0.1 * swing
    assert peaks(0.1, 0.98) > 2 * swing
