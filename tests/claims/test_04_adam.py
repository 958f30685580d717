"""Claims of chapter 4: what the size of Adam's step depends on, and what its relatives do."""

import math
from statistics import NormalDist

import numpy as np
import pytest
import torch

from helpers import problems
from tests.claims import neighbours

BETAS = [(0.9, 0.999), (0.9, 0.99), (0.9, 0.95), (0.8, 0.999)]
X, Y = problems.linear_regression().data("train")


def steps(gradients, optimizer=torch.optim.Adam, **options):
    """Return the steps of one of torch's optimizers, in rates; axis 0 is time."""
    gradients = torch.as_tensor(np.asarray(gradients), dtype=torch.float64)
    theta = torch.zeros_like(gradients[0], requires_grad=True)
    optimizer = optimizer([theta], **{"lr": 1.0, **options})
    places = [theta.detach().clone()]
    for gradient in gradients:
        theta.grad = gradient
        optimizer.step()
        places.append(theta.detach().clone())
    return -torch.stack(places).diff(dim=0).numpy()


def averaged(gradients, betas):
    """Return the same steps from weights, along the last axis, without ε."""
    t = gradients.shape[-1]
    ages = np.arange(t)[::-1]
    first, second = ((1 - b) * b**ages / (1 - b**t) for b in betas)
    return (gradients @ first) / np.sqrt(gradients**2 @ second)


# ── The scale, and ε ──────────────────────────────────────────────────────────────────────────────


def test_the_step_does_not_depend_on_the_scale_of_the_gradients():
    random = np.random.default_rng(0)
    gradients = random.normal(random.normal(0, 1, 1000), 1, (60, 1000))
    for scale in (10, 1e3, 1e6):
        np.testing.assert_allclose(steps(scale * gradients), steps(gradients), atol=1e-4)
    assert np.abs(steps(100 * gradients, torch.optim.SGD)).mean() > 50


def test_the_first_step_is_the_rate_against_the_sign_and_far_below_epsilon_proportional():
    sizes = 10 ** np.random.default_rng(1).uniform(-5, 5, 1000)
    signs = np.where(np.arange(1000) % 2, -1.0, 1.0)
    np.testing.assert_allclose(steps([signs * sizes])[0], signs, rtol=2e-3)
    for eps in (1e-8, 1e-3):
        tiny = eps * 10 ** np.linspace(-6, -3, 50)
        np.testing.assert_allclose(steps([tiny], eps=eps)[0], tiny / eps, rtol=2e-3)


def test_a_loss_times_a_hundred_hardly_changes_a_run_of_adam():
    for seed in range(1000, 1020):
        ends = []
        for factor in (1, 100):
            torch.manual_seed(seed)
            theta = torch.randn(2, dtype=torch.float64, requires_grad=True)
            adam = torch.optim.Adam([theta], lr=0.1)
            for _ in range(50):
                adam.zero_grad()
                rows = torch.randperm(len(X))[:16]
                (factor * (theta[0] + theta[1] * X - Y)[rows].square().mean()).backward()
                adam.step()
            ends.append(theta.detach())
        torch.testing.assert_close(*ends, atol=1e-5, rtol=0)


# ── Noise, growth, spikes ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("betas", BETAS)
def test_under_a_constant_gradient_the_step_is_the_rate(betas):
    np.testing.assert_allclose(steps(np.full((300, 1), 0.7), betas=betas), 1, rtol=1e-6)


@pytest.mark.parametrize("beta", [0.8, 0.9, 0.95])
def test_the_median_step_falls_with_noise_to_a_floor_of_0674_over_the_root_of_n(beta):
    random, medians = np.random.default_rng(2), []
    for noise in (0.1, 0.5, 1, 3, 10, 100, 1000):
        gradients = 1 + noise * random.standard_normal((4000, 3000))
        medians.append(np.median(np.abs(averaged(gradients, (beta, 0.999)))))
    floor = NormalDist().inv_cdf(0.75) / math.sqrt((1 + beta) / (1 - beta))
    assert (np.diff(medians[:5]) < 0).all()
    assert medians[0] == pytest.approx(1, abs=0.02)
    assert medians[-1] == pytest.approx(floor, rel=0.06)
    assert medians[-2] == pytest.approx(floor, rel=0.06)
    if beta == 0.9:
        assert floor == pytest.approx(0.155, abs=5e-4)


@pytest.mark.parametrize("percent", [0.3, 1, 3])
def test_gradients_that_grow_get_more_than_the_rate_and_those_that_shrink_less(percent):
    growing = (1 + percent / 100) ** np.arange(200.0)[:, None]
    assert steps(growing)[-1, 0] > 1.1
    assert steps(1e6 / growing)[-1, 0] < 0.8
    if percent == 1:
        assert steps(growing)[-1, 0] == pytest.approx(1.79, abs=0.005)
        assert steps(1e6 * 0.99 ** np.arange(200.0)[:, None])[-1, 0] == pytest.approx(
            0.31, abs=0.005
        )


@neighbours("size, before", (1000, 1000), (300, 4000), (10_000, 4000), (300, 1000))
def test_a_spike_makes_a_step_of_three_rates_and_a_long_shadow_and_clipping_prevents_both(
    size, before
):
    spike = np.full((before + 1000, 1), 1e-3)
    spike[before] *= size
    made = steps(spike)[before:, 0]
    assert 2.5 < made.max() < 3.3
    assert made[900:].max() < 0.3
    for clip in (1.5e-3, 2e-3):
        clipped = steps(spike.clip(max=clip))[before:, 0]
        assert clipped.max() < 1.15
        assert clipped.min() > 0.99


@pytest.mark.parametrize("betas", BETAS)
def test_no_series_of_gradients_gets_past_the_ceiling_and_some_come_close(betas):
    b1, b2 = betas
    alone = (1 - b1) / math.sqrt(1 - b2)
    ceiling = alone / math.sqrt(1 - b1**2 / b2)
    random = np.random.default_rng(3)
    for t in (1, 2, 3, 5, 10, 30, 100, 300):
        shape = (1000, t)
        for gradients in (
            random.standard_normal(shape),
            random.standard_normal(shape) * 10 ** random.uniform(-6, 6, shape),
            random.uniform(0.5, 3, (1000, 1)) ** np.arange(t),
        ):
            assert np.abs(averaged(gradients, betas)).max() <= ceiling * (1 + 1e-9)
    zeros = np.zeros(20_000)
    rare = np.append(zeros, 4.0)
    assert averaged(rare, betas) == pytest.approx(alone, rel=1e-6)
    rising = np.append(zeros, (b2 / b1) ** np.arange(200.0))  # where the inequality is an equality
    assert averaged(rising, betas) == pytest.approx(ceiling, rel=1e-3)
    if betas[0] == 0.9:
        known = {0.999: (3.16, 7.27), 0.99: (1, 2.35), 0.95: (0.45, 1.16)}[b2]
        assert (alone, ceiling) == pytest.approx(known, abs=0.006)


def test_among_twelve_gradients_steps_are_hardly_longer_than_the_rate_and_a_spikes_is_shorter():
    random = np.random.default_rng(5)
    shape = (3000, 12)
    for gradients in (
        random.standard_normal(shape),
        random.standard_normal(shape) * 10 ** random.uniform(-6, 6, shape),
        random.uniform(0.5, 3, (3000, 1)) ** np.arange(12),
    ):
        for t in range(1, 13):
            assert np.abs(averaged(gradients[:, :t], BETAS[0])).max() <= 1.062
    edge = averaged((0.999 / 0.9) ** np.arange(12), BETAS[0])  # an equality here too
    assert edge == pytest.approx(1.061, abs=5e-4)
    for at in range(1, 12):
        spike = np.ones((12, 1))
        spike[at] = 100
        assert np.abs(steps(spike)[at, 0]) < 0.76


def test_gradients_that_alternate_make_steps_of_a_nineteenth_of_the_rate():
    alternating = np.where(np.arange(2000) % 2, -5.0, 5.0)[:, None]
    np.testing.assert_allclose(np.abs(steps(alternating)[-10:]), 1 / 19, rtol=1e-3)


# ── Weight decay ──────────────────────────────────────────────────────────────────────────────────


def decayed(name, first, count, **options):
    weight = torch.tensor(first, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([weight], **options)
    for _ in range(count):
        weight.grad = torch.zeros_like(weight)
        optimizer.step()
    return (weight.detach() / torch.tensor(first)).numpy()


@pytest.mark.parametrize("lr", [0.003, 0.01, 0.03])
@pytest.mark.parametrize("decay", [0.03, 0.1, 0.3])
def test_adamw_and_sgd_take_the_same_share_of_all_weights_and_adam_spares_the_large(lr, decay):
    first, options = [1.0, 10.0, 100.0], {"lr": lr, "weight_decay": decay}
    for name in ("AdamW", "SGD"):
        np.testing.assert_allclose(decayed(name, first, 100, **options), (1 - lr * decay) ** 100)
    by_adam = decayed("Adam", first, 100, **options)
    assert by_adam[0] < by_adam[1] < by_adam[2]
    one = decayed("Adam", first, 1, **options)
    np.testing.assert_allclose((1 - one) * first, lr, rtol=1e-5)


@pytest.mark.parametrize("decay", [0.03, 0.1])
def test_adams_decay_spares_weights_with_large_gradients_and_adamws_does_not(decay):
    noise = np.random.default_rng(6).standard_normal((300, 2000))
    lost = {}
    for optimizer in (torch.optim.Adam, torch.optim.AdamW):
        for size in (0.1, 1, 10):
            start = torch.ones(2000, dtype=torch.float64)
            weights = start.clone().requires_grad_()
            torch_optimizer = optimizer([weights], lr=1e-3, weight_decay=decay)
            for gradient in torch.as_tensor(size * noise):
                weights.grad = gradient
                torch_optimizer.step()
            lost[optimizer.__name__, size] = 1 - weights.mean().item()
    assert lost["Adam", 10] < 0.3 * lost["Adam", 1] < 0.15 * lost["Adam", 0.1]
    assert lost["AdamW", 10] == pytest.approx(lost["AdamW", 0.1], rel=0.05)


def test_adam_and_adamw_take_the_same_steps_only_without_decay_and_their_defaults_differ():
    gradients = np.random.default_rng(4).standard_normal((50, 20))
    both = [
        steps(gradients, optimizer, weight_decay=0)
        for optimizer in (torch.optim.Adam, torch.optim.AdamW)
    ]
    np.testing.assert_array_equal(*both)
    defaults = {
        name: getattr(torch.optim, name)([torch.ones(1)]).defaults for name in ("Adam", "AdamW")
    }
    assert (defaults["Adam"]["weight_decay"], defaults["AdamW"]["weight_decay"]) == (0, 0.01)
    assert defaults["Adam"]["betas"] == defaults["AdamW"]["betas"]


# ── AMSGrad and the family ────────────────────────────────────────────────────────────────────────


def misled(amsgrad, beta, lr):
    theta = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([theta], lr=lr, betas=(0.0, beta), amsgrad=amsgrad)
    for t in range(600):
        adam.param_groups[0]["lr"] = lr / math.sqrt(t + 1)
        theta.grad = torch.full_like(theta, (3.0, -1.0, -1.0)[t % 3])
        adam.step()
        theta.data.clamp_(-1, 1)
    return theta.item()


@pytest.mark.parametrize("lr", [0.17, 0.5, 1.5])
def test_with_a_beta_that_forgets_fast_adam_goes_the_wrong_way_and_amsgrad_does_not(lr):
    for beta in (0.05, 0.1, 0.2):
        assert misled(False, beta, lr) > 0.8
        assert misled(True, beta, lr) < -0.8
    assert misled(False, 0.999, lr) < -0.8  # one that remembers is not misled


def test_the_family_under_a_constant_gradient():
    ones = np.ones((60, 1))
    adagrad, rmsprop, nadam = (
        steps(ones, getattr(torch.optim, name))[:, 0] for name in ("Adagrad", "RMSprop", "NAdam")
    )
    np.testing.assert_allclose(adagrad, np.arange(1, 61) ** -0.5, rtol=1e-6)
    np.testing.assert_allclose(rmsprop, (1 - 0.99 ** np.arange(1, 61)) ** -0.5, rtol=1e-5)
    np.testing.assert_allclose(nadam[[0, 1, 29]], [1.06, 0.78, 0.98], atol=0.005)
    assert (nadam[2:10] < 0.85).all()
    # The reason: m decays with 0.9, and the correction counts a momentum that rises from 0.45.
    mu = 0.9 * (1 - 0.5 * 0.96 ** (np.arange(1, 62) * 0.004))
    product, m = np.cumprod(mu), 1 - 0.9 ** np.arange(1, 61)
    expected = mu[1:] * m / (1 - product[1:]) + (1 - mu[:-1]) / (1 - product[:-1])
    np.testing.assert_allclose(nadam, expected, rtol=1e-6)
    assert mu[0] == pytest.approx(0.45, abs=0.001)
