"""Chapter 9's claims on digits and seeds that it does not show, and at neighbouring rates."""

from functools import cache

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from helpers import curvature, optimizers, problems, simulate
from tests.claims import neighbours

SEEDS = range(1000, 1010)
RATES = [0.15, 0.5, 0.65, 0.9]


@cache
def network(first=300, count=60, kind="mse"):
    """Return the chapter's network on other digits."""
    pixels, digits = load_digits(return_X_y=True)
    x = torch.tensor(pixels[first : first + count])
    x = x - x.mean(dim=0)
    return problems.Network(x / x.std(), torch.tensor(digits[first : first + count]), 32, kind)


def train(lr, steps=500, seeds=SEEDS, net=None, rule=optimizers.sgd, **options):
    return simulate.on_network(net or network(), rule, seeds, steps, lr=lr, **options)


@cache
def trained(first=300):
    run = train(RATES, net=network(first))
    shape = len(SEEDS), len(RATES), -1
    return run.losses.reshape(shape), run.sharpness.reshape(shape)


def alive(run):
    return run.losses[:, -1] < 1


# ── The edge ──────────────────────────────────────────────────────────────────────────────────────


@neighbours("first", 300, 900)
def test_sharpness_rises_to_the_limit_and_stays_and_at_a_low_rate_it_does_not_get_there(first):
    _, sharpness = trained(first)
    last = sharpness[..., -5:].mean(-1)
    for column, lr in enumerate(RATES):
        share = last[:, column] * lr / 2
        assert (last[:, column] > 1.1 * sharpness[:, column, 0]).all()
        if lr == 0.15:
            assert (share < 0.8).all()
        else:
            assert (share - 1).abs().max() < 0.07, lr


@neighbours("first", 300, 900)
def test_at_the_edge_the_loss_jumps_and_falls_all_the_same(first):
    losses, _ = trained(first)
    rises = (losses.diff(dim=-1) > 0).sum(-1)
    assert (rises[:, 0] == 0).all()
    assert (rises[:, 1:] > 50).all()
    assert (losses[..., -1] < 0.03 * losses[..., 0]).all()
    thirds = losses[..., 50:].unflatten(-1, (3, 150)).mean(-1)
    assert (thirds.diff(dim=-1) < 0).all()  # on the whole it falls
    assert losses[..., -50:].max() < 0.05


def test_it_goes_beyond_the_limit_first():
    _, sharpness = trained()
    assert (sharpness[:, 1].amax(-1) > 1.15 * 2 / RATES[1]).all()


def test_the_chapters_rates_are_below_the_limit_of_the_start():
    start, _ = curvature.sharpness(network().loss, network().start(SEEDS))
    assert (2 / start > 1.0).all()


@pytest.mark.slow
def test_with_cross_entropy_sharpness_stays_far_below_and_falls_in_the_end():
    rates = [0.2, 0.45, 0.7, 1.0]
    run = train(rates, net=network(kind="cross_entropy"))
    assert (run.sharpness.amax(1) * torch.tensor(rates * len(SEEDS)) / 2 < 0.8).all()
    assert (run.sharpness[:, -1] < 0.2).all()
    assert (run.sharpness[:, -1] < 0.4 * run.sharpness.amax(1)).all()


@pytest.mark.slow
def test_more_examples_with_random_labels_leave_it_more_time_to_rise():
    net = network()
    labels = torch.randint(10, net.y.shape, generator=torch.Generator().manual_seed(2))
    labels[0] = 9
    hard = problems.Network(net.x, labels, 32)
    ends = [train(0.15, net=one).sharpness[:, -1].median() for one in (net, hard)]
    assert ends[1] > 1.2 * ends[0]


# ── The rate moves ────────────────────────────────────────────────────────────────────────────────


@cache
def moved(factor, lr=0.5):
    return train(lr, 600, schedule={"lr": [lr] * 300 + [factor * lr] * 300})


def test_half_the_rate_quiets_the_jumps_and_lets_the_sharpness_rise_again():
    down, same = moved(0.5), moved(1)
    at_change = down.sharpness[:, 14]
    assert (down.sharpness[:, -1] > 1.02 * at_change).all()
    assert ((down.losses[:, 330:].diff() > 0).sum(1) == 0).all()
    assert ((same.losses[:, 330:].diff() > 0).sum(1) > 20).all()
    soon = slice(310, 340)
    assert down.losses[:, soon].mean(1).median() < same.losses[:, soon].mean(1).median()


def test_one_and_a_half_times_is_a_catapult_and_twice_almost_always_the_end():
    raised, doubled = moved(1.5), moved(2)
    assert alive(raised).all()
    peak = raised.losses[:, 300:340].amax(1)
    assert (peak > 20 * raised.losses[:, 299]).all()
    assert (raised.losses[:, -1] < 0.1 * peak).all()
    share = raised.sharpness[:, -5:].mean(1) * 0.75 / 2
    assert (share - 1).abs().max() < 0.1
    assert alive(doubled).sum() <= 4


@pytest.mark.slow
def test_beyond_twice_nothing_survives():
    assert not alive(moved(2.5)).any()


# ── Other rules ───────────────────────────────────────────────────────────────────────────────────


@neighbours("mu, lr", (0.5, 0.7), (0.5, 1.0), (0.3, 0.8))
def test_momentum_goes_to_its_own_limit(mu, lr):
    run = train(lr, momentum=mu)
    share = run.sharpness[:, -5:].mean(1) * lr / (2 * (1 + mu))
    assert ((share > 0.85) & (share < 1.1)).all()
    assert (run.sharpness[:, -5:].mean(1) > 1.15 * 2 / lr).all()  # beyond that of SGD


@neighbours("beta, lr", (0.9, 0.02), (0.9, 0.05), (0.8, 0.03))
def test_adam_goes_to_its_own_limit_in_the_rescaled_coordinates(beta, lr):
    run = train(lr, rule=optimizers.adam, betas=(beta, 0.999))
    share = run.sharpness[:, -5:].mean(1) * lr * (1 - beta) / (2 * (1 + beta))
    assert ((share > 0.85) & (share < 1.1)).all()


@pytest.mark.slow
def test_without_rescaling_adams_sharpness_does_not_follow_its_limit():
    ends = [train(lr, rule=optimizers.adam).theta for lr in (0.01, 0.03)]
    plain = [curvature.sharpness(network().loss, theta)[0].median() for theta in ends]
    assert plain[0] / plain[1] == pytest.approx(1, abs=0.3)


# ── Warm-up ───────────────────────────────────────────────────────────────────────────────────────


@cache
def warmed(steps, size, lr=1.0):
    start = network().start(SEEDS, size)
    plan = [lr * min(1, (step + 1) / steps) for step in range(steps + 100)]
    return train(lr, len(plan), start=start, every=5, rounds=8, schedule={"lr": plan})


@pytest.mark.slow
@pytest.mark.parametrize("lr", [0.9, 1.0])
def test_a_sharp_start_needs_a_long_warm_up(lr):
    survive = [int(alive(warmed(steps, 1.0, lr)).sum()) for steps in (1, 50, 100, 200, 400)]
    assert survive[0] <= 1
    assert max(survive[1:3]) <= 5
    assert min(survive[3:]) >= 8


@pytest.mark.slow
def test_a_flat_start_does_without_and_a_short_warm_up_spoils_it():
    survive = [int(alive(warmed(steps, 0.3)).sum()) for steps in (1, 50, 100, 400)]
    assert survive[0] == 10
    assert max(survive[1:3]) <= 4
    assert survive[3] >= 9


@pytest.mark.slow
def test_in_a_long_warm_up_the_catapult_comes_at_a_lower_rate():
    """The rate at the largest jump of the loss, of the runs that survive it or not."""
    rates = []
    for steps in (50, 100, 200, 400):
        losses = warmed(steps, 1.0).losses.nan_to_num(torch.inf)
        jumps = losses[:, 20:] / losses[:, 20:].cummin(1).values > 3
        first = 20 + jumps.int().argmax(1)
        rates.append((first / steps).clamp(max=1).median().item())
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.75 * rates[0]


@pytest.mark.slow
def test_along_a_warm_up_the_sharpness_comes_down_with_the_limit():
    run = warmed(400, 1.0)
    limit = 2 / torch.clamp((run.at + 1) / 400, max=1)
    late = run.at > 300
    share = run.sharpness[:, late] / limit[late]
    assert share.mean() == pytest.approx(1.05, abs=0.12)


# ── Mini-batches and slices ───────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("lr", [0.4, 0.45])
def test_the_smaller_the_batch_the_further_below_the_limit(lr):
    ends = []
    for size in (60, 30, 10, 5):
        run = train(lr, batch_size=size, rounds=20)
        ends.append(run.sharpness[:, -5:].mean(1).median().item() * lr / 2)
    assert ends[0] == pytest.approx(1, abs=0.06)
    assert ends[1] == pytest.approx(1, abs=0.12)
    assert ends[1] > ends[2] > ends[3]
    assert ends[2] < 0.9


def test_at_a_higher_rate_small_batches_diverge_where_the_whole_does_not():
    assert alive(train(0.65)).all()
    assert not alive(train(0.65, batch_size=5)).all()


def test_random_slices_hardly_see_the_sharpest_direction():
    net = network()
    run = train(0.7, 200, every=200)
    value, _ = curvature.sharpness(net.loss, run.theta)
    random = torch.Generator().manual_seed(8)
    for row, sharpest in zip(run.theta, value, strict=True):
        for _ in range(10):
            parts = []
            for weights in net.layers(row[None]):
                noise = torch.randn(weights.shape, generator=random, dtype=torch.float64)
                parts.append(
                    (
                        noise / noise.norm(dim=1, keepdim=True) * weights.norm(dim=1, keepdim=True)
                    ).flatten(1)
                )
            direction = torch.cat(parts, dim=1)
            direction = direction / direction.norm()
            h = 1e-3
            three = net.loss(row + torch.tensor([[-h], [0.0], [h]]) * direction)
            seen = (three[0] - 2 * three[1] + three[2]) / h**2
            assert seen < 0.1 * sharpest


@pytest.mark.parametrize(("rate", "steps"), [(0.5, 400), (0.65, 200), (0.9, 300)])
def test_the_plane_of_most_movement_leaves_the_jumps_out_and_chance_holds_as_much(rate, steps):
    def shares(path):
        _, sizes, directions = torch.linalg.svd(path[:-1] - path[-1], full_matrices=False)
        return sizes[:2].square().sum() / sizes.square().sum(), directions[:2]

    net = network()
    walk = [net.start(SEEDS[:3])]
    for _ in range(steps):
        at = walk[-1].clone().requires_grad_()
        walk.append(walk[-1] - rate * torch.autograd.grad(net.loss(at).sum(), at)[0])
    sharpness, _ = curvature.sharpness(net.loss, walk[-1])
    for path, value in zip(torch.stack(walk, dim=1), sharpness, strict=True):
        share, plane = shares(path)
        assert share > 0.9
        bends = [
            torch.autograd.functional.hvp(lambda at: net.loss(at[None])[0], path[-1], one)[1]
            for one in plane
        ]
        assert torch.linalg.eigvalsh(plane @ torch.stack(bends).T)[-1] < 0.1 * value
    noise = torch.Generator().manual_seed(5)
    assert shares(torch.randn(steps + 1, path.shape[1], generator=noise).cumsum(0))[0] > 0.85


# ── Two weights ───────────────────────────────────────────────────────────────────────────────────


def ends(start, rates, momenta, steps=300):
    pair = problems.two_weights()
    options = {"lr": rates, "momentum": momenta}
    return simulate.on_problem(pair, optimizers.sgd, start, steps, **options).paths[:, -1]


@neighbours("start", (0.5, 0.3), (1.4, -0.2), (2.0, 0.2))
def test_right_of_the_line_nothing_stays_in_a_minimum(start):
    momenta = [0.0, 0.3, 0.6, 0.9]
    for mu in momenta:
        rates = np.linspace(1.03, 1.6, 40) * (1 + mu)
        last = ends(start, rates, mu, steps=2000)
        arrived = (problems.two_weights().value(last) < 1e-6).sum()
        assert arrived <= 1  # by chance


def test_a_minimum_that_is_reached_is_stable_at_that_rate_and_momentum():
    rates, momenta = np.linspace(0.05, 1.6, 40), np.linspace(0, 0.95, 20)
    last = ends((0.5, 0.3), rates, momenta, steps=2000)
    arrived = problems.two_weights().value(last) < 1e-12
    lr, mu = (torch.tensor(g).flatten() for g in np.meshgrid(rates, momenta, indexing="ij"))
    share = last.square().sum(-1) * lr / (2 * (1 + mu))
    assert arrived.float().mean() > 0.4
    assert (share[arrived] < 1 + 1e-6).all()


def test_left_of_the_line_some_runs_diverge_and_neighbours_end_differently_at_every_scale():
    def kinds(low, high, mu=0.55, count=400):
        last = ends((0.5, 0.3), np.linspace(low, high, count), mu)
        return (problems.two_weights().value(last) < 1e-6).numpy(), last.isnan().any(1).numpy()

    low, high = 1.0, 1.5
    for _ in range(4):  # each time a hundredth of the width, around a change
        arrived, diverged = kinds(low, high)
        assert diverged.any()
        changes = np.flatnonzero(arrived[1:] != arrived[:-1])
        assert len(changes) >= 8
        rates = np.linspace(low, high, 400)
        middle = rates[changes[len(changes) // 2]]
        assert middle < 1.55
        low, high = middle - (high - low) / 200, middle + (high - low) / 200
    assert high - low < 1e-5


@neighbours("start", (2, 0.2), (2.5, 0.1), (1.8, 0.3))
def test_a_higher_rate_ends_in_a_flatter_minimum_always_below_its_limit(start):
    nearest = ends(start, [0.01], 0.0, steps=5000)[0].square().sum().item()
    edge = 2 / nearest
    rates = np.linspace(0.2, 1.25, 12) * edge
    last = ends(start, rates, 0.0, steps=3000)
    found = last.square().sum(-1)
    assert (problems.two_weights().value(last) < 1e-9).all()
    assert (found < 2 / torch.tensor(rates) + 1e-6).all()
    assert found.diff().max() < 1e-3  # never sharper at a higher rate
    assert found[-1] < 0.85 * found[0]
    assert found[0].item() == pytest.approx(nearest, rel=0.1)
