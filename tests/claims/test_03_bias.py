"""Claims of chapter 3: the bias of an EWMA from zero, and of Adam without correction."""

import numpy as np
import pandas as pd
import pytest
import torch

from helpers import averages, data, optimizers, problems, simulate

BETAS = [0.5, 0.9, 0.95, 0.999]


def plain(values, beta, axis=-1):
    """Return the EWMA from zero, by its definition."""
    values = np.moveaxis(np.asarray(values, dtype=float), axis, 0)
    average, history = np.zeros(values.shape[1:]), []
    for value in values:
        average = beta * average + (1 - beta) * value
        history.append(average)
    return np.moveaxis(np.array(history), 0, axis)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("mean", [-3.0, -0.2, 0.7, 40.0])
def test_the_expected_average_is_pulled_towards_zero_from_either_side(beta, mean):
    noise = np.random.default_rng(1).standard_normal((2000, 60))
    average = plain(mean + noise, beta).mean(axis=0)
    steps = np.arange(1, 61)
    np.testing.assert_allclose(average, (1 - beta**steps) * mean, atol=5 / 2000**0.5)
    if beta**60 * abs(mean) > 0.2:
        assert abs(average[-1]) < abs(mean)


@pytest.mark.parametrize("beta", BETAS)
def test_the_corrected_average_is_pandas_mean_with_weights_that_decay_and_add_up_to_one(beta):
    for values in np.random.default_rng(2).normal(-1, 5, (200, 30)):
        corrected = averages.bias_corrected_ewma(values, 1 - beta)
        np.testing.assert_allclose(corrected, pd.Series(values).ewm(alpha=1 - beta).mean())
        lowest, highest = np.minimum.accumulate(values), np.maximum.accumulate(values)
        assert ((lowest - 1e-9 <= corrected) & (corrected <= highest + 1e-9)).all()
        assert corrected[0] == pytest.approx(values[0])


def test_the_corrected_average_of_thirty_days_at_098_weighs_the_newest_less_than_twice_the_oldest():
    assert 1 < 1 / 0.98**29 < 2
    assert 0.98**30 > 0.5 > 0.97**30
    assert plain(data.temperatures(), 0.98)[-1] / data.temperatures().mean() < 0.5


def test_the_correction_is_below_its_share_from_the_step_named_on():
    for beta in BETAS:
        steps = np.arange(1, 10_001)
        added = 1 / (1 - beta**steps) - 1
        for share in (0.05, 0.01):
            first = averages.steps_until_bias_below(beta, share)
            assert (added[: first - 1] >= share).all()
            assert (added[first - 1 :] < share).all()
    assert [averages.steps_until_bias_below(b, 0.01) for b in (0.9, 0.999)] == [44, 4613]


def test_at_step_nineteen_the_plain_average_falls_short_by_an_eighth_whatever_the_data():
    for values in np.random.default_rng(3).normal(0, 5, (1000, 19)):
        corrected = pd.Series(values).ewm(alpha=0.1).mean().iloc[-1]
        assert 1 - plain(values, 0.9)[-1] / corrected == pytest.approx(0.9**19)


@pytest.mark.parametrize(
    "betas", [(0.9, 0.999), (0.9, 0.99), (0.9, 0.95), (0.9, 0.9), (0.8, 0.999)]
)
def test_adam_without_correction_differs_by_one_factor_whatever_the_gradients(betas):
    """On a thousand series of gradients, with means, noise and jumps of their own."""
    random = np.random.default_rng(4)
    shape = (1000, 100)
    scales = 10 ** random.uniform(-3, 3, (1000, 1))
    gradients = scales * (random.normal(0, 1, (1000, 1)) + random.standard_normal(shape))
    gradients[::3, 50:] *= -5
    uncorrected = plain(gradients, betas[0]) / plain(gradients**2, betas[1]) ** 0.5

    theta = torch.zeros(1000, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([theta], lr=1.0, betas=betas, eps=1e-30)
    corrected = []
    for gradient in torch.from_numpy(gradients).T:
        before = theta.detach().clone()
        theta.grad = gradient
        adam.step()
        corrected.append(before - theta.detach())
    corrected = torch.stack(corrected, dim=1).numpy()
    steps = np.arange(1, 101)
    factor = (1 - betas[0] ** steps) / (1 - betas[1] ** steps) ** 0.5
    clear = np.abs(corrected) > 1e-3
    np.testing.assert_allclose(
        (uncorrected / corrected)[clear], (corrected * 0 + factor)[clear], 1e-5
    )
    np.testing.assert_allclose(np.abs(corrected[:, 0]), 1)  # the first step is the rate
    assert (factor[0] > 1) == (betas[1] > 1 - (1 - betas[0]) ** 2)


def test_with_the_default_betas_the_factor_is_largest_early_and_lasts_over_a_thousand_steps():
    steps = np.arange(1, 20_001)
    factor = (1 - 0.9**steps) / (1 - 0.999**steps) ** 0.5
    assert factor[0] == pytest.approx(3.16, abs=0.005)
    assert factor.argmax() + 1 == 12
    assert factor.max() == pytest.approx(6.57, abs=0.005)
    assert factor[999] > 1.2
    assert (factor[20:] > 1 - 1e-12).all()


def test_without_correction_adams_first_steps_on_the_toy_are_several_times_as_large():
    runs = simulate.on_regression(
        problems.linear_regression(), optimizers.adam, range(1000, 2000), lr=0.01
    )
    gradients = runs.gradients.double().numpy()
    steps = plain(gradients, 0.9, axis=1) / plain(gradients**2, 0.999, axis=1) ** 0.5
    corrected = averages.bias_corrected_ewma(gradients, 0.1, axis=1)
    corrected /= averages.bias_corrected_ewma(gradients**2, 0.001, axis=1) ** 0.5
    ratio = np.abs(steps).mean(axis=(0, 2)) / np.abs(corrected).mean(axis=(0, 2))
    assert (ratio[:30] > 3).all()
