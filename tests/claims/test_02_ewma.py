"""Claims of chapter 2: what averages of equal average age have in common, and what not."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch.optim import swa_utils

from helpers import averages, data, optimizers, problems, simulate

PERIODS = [2, 3, 5, 9, 19, 59, 199]
TOY = problems.linear_regression()
BEST = TOY.surface("train").minimum


def of_same_age(values, periods):
    """Return pandas' moving average and its EWMA from zero, with α = 2/(N + 1)."""
    series = pd.Series(np.concatenate([np.zeros(periods), values]))
    ma = series.rolling(periods).mean()
    ewma = series.ewm(span=periods, adjust=False).mean()
    return ma.to_numpy()[periods:], ewma.to_numpy()[periods:]


@pytest.mark.parametrize("periods", PERIODS)
def test_the_average_age_is_half_of_n_plus_one_or_one_over_alpha_and_sets_the_translation(periods):
    alpha, lags = 2 / (periods + 1), np.arange(100 * periods)
    assert np.arange(1, periods + 1).mean() == pytest.approx((periods + 1) / 2)
    age = ((lags + 1) * alpha * (1 - alpha) ** lags).sum()
    assert age == pytest.approx(1 / alpha) == pytest.approx((periods + 1) / 2)
    beta = 1 - alpha
    assert (1 + beta) / (1 - beta) == pytest.approx(periods)


@pytest.mark.parametrize("periods", PERIODS)
def test_after_a_jump_the_ewma_leaves_first_the_ma_arrives_first_and_both_lack_the_age_less_one(
    periods,
):
    ma, ewma = of_same_age(np.ones(60 * periods), periods)
    assert ewma[0] > ma[0]
    assert ma[periods - 1] == pytest.approx(1)
    assert ewma[periods - 1] < 0.95
    ahead = ewma > ma + 1e-12
    assert not ahead[np.flatnonzero(~ahead)[0] :].any()  # ahead at first, then never again
    for average in (ma, ewma):
        assert (1 - average).sum() == pytest.approx((periods + 1) / 2 - 1)


def test_neither_reacts_faster_to_noisy_jumps_at_the_same_age_but_a_smaller_age_does():
    random = np.random.default_rng(0)
    short, lacks = [], []
    for _ in range(1000):
        values = 1 + random.standard_normal(400)
        ma, ewma = of_same_age(values, 9)
        lacks.append([(1 - ma).sum(), (1 - ewma).sum()])
        short.append((1 - of_same_age(values, 5)[1]).sum())
    ma, ewma = np.mean(lacks, axis=0)
    assert ma == pytest.approx(ewma, abs=0.1)
    assert np.mean(short) < ewma - 1


@pytest.mark.parametrize("alpha", [0.01, 0.1, 1 / 3, 0.5])
def test_each_step_back_multiplies_the_weight_by_beta_and_no_weight_is_zero(alpha):
    impulse = np.zeros(50)
    impulse[0] = 1
    weights = pd.Series([0, *impulse]).ewm(alpha=alpha, adjust=False).mean().to_numpy()[1:]
    np.testing.assert_allclose(weights, alpha * (1 - alpha) ** np.arange(50))
    assert (weights > 0).all()


def test_the_last_n_values_carry_most_of_the_weight_but_not_all():
    shares = np.array([1 - (1 - 2 / (n + 1)) ** n for n in PERIODS])
    assert ((shares > 0.86) & (shares < 0.9)).all()
    assert shares[2] == pytest.approx(0.868, abs=5e-4)


@pytest.mark.parametrize("periods", [3, 5, 9, 19, 39])
@pytest.mark.parametrize("size", [4, 16, 48])
def test_both_leave_the_same_noise_of_mini_batches(periods, size):
    """At other points, sizes of mini-batches and seeds than the chapter's."""
    x, y = TOY.data("train")
    random = torch.Generator().manual_seed(periods)
    rows = torch.randint(len(x), (40_000, size), generator=random)
    point = torch.randn(2, generator=random, dtype=torch.float64).expand(len(rows), 2)
    for gradients in problems.mse_gradient(point, x[rows], y[rows]).T.numpy():
        noise = (gradients - gradients.mean()) / gradients.std()
        ma, ewma = of_same_age(noise, periods)
        for average in (ma, ewma):
            assert average[1000:].std() == pytest.approx(periods**-0.5, rel=0.06)


def test_the_sum_of_the_squared_weights_is_one_over_n():
    for periods in PERIODS:
        alpha = 2 / (periods + 1)
        squares = (alpha * (1 - alpha) ** np.arange(100 * periods)) ** 2
        assert squares.sum() == pytest.approx(alpha / (2 - alpha)) == pytest.approx(1 / periods)


def test_the_averages_of_the_temperatures_come_late():
    values = data.temperatures()
    for average in of_same_age(values, 5):
        likeness = [
            np.corrcoef(average[late + 5 :], values[5 : len(values) - late])[0, 1]
            for late in range(5)
        ]
        assert np.argmax(likeness) > 0


# ── The average of the weights ────────────────────────────────────────────────────────────────────


def distances(lr, batch_size, beta):
    """Return how far the last weights and their EWMA are from the minimum, for each seed."""
    options = {"batch_size": batch_size, "lr": lr}
    paths = simulate.on_regression(TOY, optimizers.sgd, range(1000, 2000), **options).paths.double()
    average = paths[:, 0]
    for weights in paths.unbind(dim=1)[1:]:
        average = beta * average + (1 - beta) * weights
    return [(point - BEST).norm(dim=-1) for point in (paths[:, -1], average)]


@pytest.mark.parametrize(("lr", "beta"), [(0.3, 0.9), (0.3, 0.7), (0.3, 0.97), (0.5, 0.9)])
def test_an_average_of_the_weights_is_closer_once_only_noise_is_left(lr, beta):
    last, averaged = distances(lr, 4, beta)
    assert averaged.median() < 0.6 * last.median()
    assert (averaged < last).double().mean() > 0.75


@pytest.mark.parametrize(
    ("lr", "batch_size", "beta"), [(0.1, 16, 0.9), (0.1, 16, 0.7), (0.3, 16, 0.9), (0.3, 4, 0.99)]
)
def test_an_average_of_the_weights_comes_late_while_training_is_on_its_way_or_it_looks_too_far_back(
    lr, batch_size, beta
):
    last, averaged = distances(lr, batch_size, beta)
    assert averaged.median() > last.median()
    assert (averaged < last).double().mean() < 0.1


def test_torch_averages_the_weights_from_the_first_on():
    paths = torch.randn(30, 5, dtype=torch.float64)
    model = torch.nn.ParameterList([paths[0].clone()])
    ema = swa_utils.get_ema_multi_avg_fn(0.9)
    average = swa_utils.AveragedModel(model, multi_avg_fn=ema)
    for weights in paths:
        model[0].data.copy_(weights)
        average.update_parameters(model)
    expected = paths[0] + averages.ewma(paths - paths[0], alpha=0.1, axis=0)[-1]
    torch.testing.assert_close(average.module[0].data, expected)
