"""The averages: against pandas, scipy and numpy, their closed forms, and the course's numbers."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.signal import lfilter

from helpers import averages, data

TEMPERATURES = data.temperatures()
NOISE = np.random.default_rng(0).standard_normal(300)
SERIES = {"temperatures": TEMPERATURES, "noise": NOISE, "far from zero": 1e6 + NOISE}
ALPHAS = [0.001, 0.05, 0.1, 1 / 3, 0.9, 1.0]

AVERAGES = {
    "moving_average": lambda values, axis=-1: averages.moving_average(values, 4, axis),
    "ewma": lambda values, axis=-1: averages.ewma(values, 0.3, axis),
    "bias_corrected_ewma": lambda values, axis=-1: averages.bias_corrected_ewma(values, 0.3, axis),
}


@pytest.fixture(params=AVERAGES)
def average(request):
    return AVERAGES[request.param]


def same(left, right) -> bool:
    """Equal to rounding in float64, measured against the size of the numbers."""
    return np.allclose(left, right, rtol=0, atol=1e-12 * np.abs(right).max())


# ── The values of each average, against code that is not ours ─────────────────────────────────────


@pytest.mark.parametrize("values", SERIES.values(), ids=SERIES)
@pytest.mark.parametrize("periods", [1, 2, 5, 19, 300, 1000])
def test_moving_average_is_pandas(values, periods):
    wanted = pd.Series(values).rolling(periods, min_periods=1).mean()
    assert same(averages.moving_average(values, periods), wanted)


@pytest.mark.parametrize("values", SERIES.values(), ids=SERIES)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_ewma_is_scipys_filter_and_pandas(values, alpha):
    ours = averages.ewma(values, alpha)
    # vₜ − β vₜ₋₁ = α xₜ
    assert same(ours, lfilter([alpha], [1, alpha - 1], values))
    # pandas starts from the first value it is given: let that be our zero.
    wanted = pd.Series([0.0, *values]).ewm(alpha=alpha, adjust=False).mean()[1:]
    assert same(ours, wanted)


@pytest.mark.parametrize("values", SERIES.values(), ids=SERIES)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_bias_corrected_ewma_is_pandas_default(values, alpha):
    wanted = pd.Series(values).ewm(alpha=alpha).mean()
    assert same(averages.bias_corrected_ewma(values, alpha), wanted)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_bias_corrected_ewma_is_a_mean_with_fading_weights(alpha):
    ours = averages.bias_corrected_ewma(TEMPERATURES, alpha)
    for t in range(1, len(TEMPERATURES) + 1):
        fading = (1 - alpha) ** np.arange(t)[::-1]
        assert ours[t - 1] == pytest.approx(np.average(TEMPERATURES[:t], weights=fading), abs=1e-12)


def wrong_variants(values, alpha):
    beta, steps = 1 - alpha, np.arange(1, len(values) + 1)
    plain = averages.ewma(values, alpha)
    return {
        "no bias correction": plain,
        "one step late": plain / (1 - beta ** (steps + 1)),
        "divided by α": plain / alpha,
        "alpha and beta swapped": averages.bias_corrected_ewma(values, beta),
        "started from the first value": plain + beta**steps * values[0],
    }


@pytest.mark.parametrize("variant", wrong_variants(TEMPERATURES, 0.1))
def test_comparison_with_pandas_rejects(variant):
    wanted = pd.Series(TEMPERATURES).ewm(alpha=0.1).mean()
    assert not same(wrong_variants(TEMPERATURES, 0.1)[variant], wanted)


def test_comparison_with_scipy_rejects_alpha_for_beta():
    wanted = lfilter([0.1], [1, -0.9], TEMPERATURES)
    assert not same(averages.ewma(TEMPERATURES, 0.9), wanted)
    assert not same(averages.ewma(TEMPERATURES, 0.1 + 1e-9), wanted)


# ── Kinds, shapes and precisions ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3, np.int64(1)])
@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_time_runs_along_any_axis(average, kind, axis):
    values = kind(NOISE[:60].reshape(3, 4, 5))
    result = average(values, axis)
    assert type(result) is type(values)
    assert result.shape == values.shape
    rows = np.apply_along_axis(average, axis, NOISE[:60].reshape(3, 4, 5))
    np.testing.assert_array_equal(np.asarray(result), rows)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_precision_is_kept(average, dtype):
    precision = {"rtol": 0, "atol": 100 * np.finfo(dtype).eps}
    exact = average(NOISE)
    array = average(NOISE.astype(dtype))
    tensor = average(torch.tensor(NOISE, dtype=getattr(torch, dtype)))
    assert array.dtype == dtype
    assert str(tensor.dtype) == f"torch.{dtype}"
    np.testing.assert_allclose(array, exact, **precision)
    np.testing.assert_allclose(tensor, exact, **precision)


@pytest.mark.parametrize("alpha", [np.float32(0.25), np.float64(0.25)], ids=repr)
@pytest.mark.parametrize("rule", [averages.ewma, averages.bias_corrected_ewma])
def test_precision_is_that_of_the_values_whatever_alphas(rule, alpha):
    for dtype in (np.float32, np.float64):
        result = rule(TEMPERATURES.astype(dtype), alpha)
        assert result.dtype == dtype
        np.testing.assert_array_equal(result, rule(TEMPERATURES.astype(dtype), 0.25))


def test_torch_and_numpy_agree_to_the_last_digit(average):
    np.testing.assert_array_equal(average(torch.tensor(NOISE)), average(NOISE))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_whole_numbers_are_averaged_as_doubles(average, dtype):
    whole = np.abs(TEMPERATURES)
    array = average(whole.astype(dtype))
    tensor = average(torch.tensor(whole).to(getattr(torch, dtype)))
    assert array.dtype == np.float64
    assert tensor.dtype == torch.float64
    np.testing.assert_array_equal(array, average(whole))
    np.testing.assert_array_equal(tensor, array)


def test_autograd_runs_through_torch(average):
    values = torch.tensor(TEMPERATURES, requires_grad=True)
    assert torch.autograd.gradcheck(average, values)
    average(values)[-1].backward()
    # The gradient of the last average is the weight of each value; it is linear, so they return it.
    assert torch.dot(values.grad, values.detach()) == pytest.approx(average(TEMPERATURES)[-1])


def test_values_stay_as_they_were(average):
    values, tensor = TEMPERATURES.copy(), torch.tensor(TEMPERATURES)
    average(values)[:] = 99
    average(tensor)[:] = 99
    np.testing.assert_array_equal(values, TEMPERATURES)
    np.testing.assert_array_equal(tensor, TEMPERATURES)


# ── Properties ────────────────────────────────────────────────────────────────────────────────────

often = settings(max_examples=100, deadline=None, derandomize=True)
numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
alphas = st.floats(1e-20, 1)
rows = hnp.arrays(float, st.integers(1, 40), elements=numbers)
tables = hnp.arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=numbers)


@often
@given(hnp.arrays(float, st.tuples(st.just(2), st.integers(1, 40)), elements=numbers), alphas)
def test_ewma_is_linear(pair, alpha):
    x, y = pair
    whole = averages.ewma(3 * x - 2 * y, alpha)
    parts = 3 * averages.ewma(x, alpha) - 2 * averages.ewma(y, alpha)
    np.testing.assert_allclose(whole, parts, rtol=0, atol=1e-13 * (1 + np.abs(pair).max()))


@often
@given(numbers, alphas, st.integers(1, 200))
def test_constant_input_stays_constant_once_corrected(value, alpha, steps):
    corrected = averages.bias_corrected_ewma(np.full(steps, value), alpha)
    np.testing.assert_allclose(corrected, value, rtol=1e-13, atol=1e-250)


@often
@given(rows)
def test_alpha_one_is_the_identity(values):
    np.testing.assert_array_equal(averages.ewma(values, alpha=1.0), values)
    np.testing.assert_array_equal(averages.bias_corrected_ewma(values, alpha=1.0), values)
    np.testing.assert_array_equal(averages.moving_average(values, periods=1), values)


@often
@given(rows, alphas)
def test_corrected_ewma_stays_within_the_values_seen(values, alpha):
    corrected = averages.bias_corrected_ewma(values, alpha)
    rounding = 1e-13 * (1 + np.abs(values).max())
    assert (corrected >= np.minimum.accumulate(values) - rounding).all()
    assert (corrected <= np.maximum.accumulate(values) + rounding).all()


@often
@given(tables, alphas, st.integers(1, 12))
def test_many_rows_are_the_rows_one_by_one(table, alpha, periods):
    for rule, choice in (
        (averages.moving_average, periods),
        (averages.ewma, alpha),
        (averages.bias_corrected_ewma, alpha),
    ):
        one_by_one = np.stack([rule(row, choice) for row in table])
        np.testing.assert_array_equal(rule(table, choice), one_by_one)
        np.testing.assert_array_equal(rule(table.T, choice, axis=0), one_by_one.T)


# ── Weights and average age ───────────────────────────────────────────────────────────────────────


def test_weights_are_what_an_impulse_leaves_behind():
    impulse = np.array([*[0] * 9, 1, *[0] * 20])
    ma = pd.Series(impulse).rolling(5, min_periods=1).mean()
    assert same(averages.ma_weights(5, lags=21), ma[9:])
    assert same(averages.ewma_weights(0.1, lags=21), lfilter([0.1], [1, -0.9], impulse)[9:])


@pytest.mark.parametrize("lags", [1, 5, 40])
def test_weights_add_up(lags):
    assert averages.ma_weights(5, lags).sum() == pytest.approx(min(lags / 5, 1))
    assert averages.ewma_weights(0.1, lags).sum() == pytest.approx(1 - 0.9**lags)


@pytest.mark.parametrize("periods", [1, 2, 5, 19, 1999])
def test_average_age_of_a_moving_average(periods):
    weights = averages.ma_weights(periods, lags=periods + 3)
    assert averages.average_age(weights) == pytest.approx((periods + 1) / 2, rel=1e-12)


@pytest.mark.parametrize("alpha", [0.001, 0.1, 1 / 3, 0.9, 1.0])
def test_average_age_of_an_ewma(alpha):
    age = averages.average_age(averages.ewma_weights(alpha, lags=40_000))
    assert age == pytest.approx(1 / alpha, rel=1e-9)


@often
@given(hnp.arrays(float, st.integers(1, 30), elements=st.floats(0.01, 1)), st.floats(0.01, 100))
def test_average_age_is_a_weighted_mean_of_ages(weights, scale):
    age = averages.average_age(scale * weights)
    assert type(age) is float
    assert age == pytest.approx(np.average(np.arange(1, len(weights) + 1), weights=weights))


@often
@given(st.floats(1, 1e6))
def test_alpha_beta_and_periods_translate_into_each_other(periods):
    alpha, beta = averages.alpha_from_periods(periods), averages.beta_from_periods(periods)
    assert averages.beta_from_alpha(alpha) == pytest.approx(beta, abs=1e-15)
    assert averages.alpha_from_beta(beta) == pytest.approx(alpha, abs=1e-15)
    assert averages.periods_from_alpha(alpha) == pytest.approx(periods)
    assert averages.periods_from_beta(beta) == pytest.approx(periods)


@pytest.mark.parametrize("span", [1, 5, 19, 1999])
def test_periods_are_what_pandas_calls_span(span):
    wanted = pd.Series(NOISE).ewm(span=span).mean()
    assert same(averages.bias_corrected_ewma(NOISE, averages.alpha_from_periods(span)), wanted)


# ── Bias ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("beta", [0, 0.5, 0.9, 0.999])
def test_bias_ratio_is_corrected_over_plain(beta):
    ones = pd.Series(np.ones(300)).ewm(alpha=1 - beta).mean()
    wanted = ones / lfilter([1 - beta], [1, -beta], np.ones(300))
    np.testing.assert_allclose(averages.bias_ratio(beta, np.arange(1, 301)), wanted, rtol=1e-12)


def test_bias_ratio_has_the_shape_of_the_steps():
    assert type(averages.bias_ratio(0.9, 1)) is float
    assert type(averages.bias_ratio(0.9, np.int64(1))) is float
    steps = np.array([[1, 2, 3], [10, 100, 1000]])
    ratios = averages.bias_ratio(0.9, steps)
    assert ratios.shape == (2, 3)
    np.testing.assert_allclose(ratios, 1 / (1 - 0.9**steps))


@pytest.mark.parametrize("beta", [0, 1e-9, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("share", [1e-6, 0.001, 0.01, 0.05, 1 / 3, 1.0, 3.0, 50.0, 1e9])
def test_bias_is_below_a_share_for_the_first_time(beta, share):
    steps = np.arange(1, 20_000)
    enlarged = beta**steps / (1 - beta**steps)  # 1 / (1 − βᵗ) − 1 without the loss of digits
    assert averages.steps_until_bias_below(beta, share) == steps[enlarged < share][0]


# ── The course's numbers ──────────────────────────────────────────────────────────────────────────


def test_an_alpha_of_a_third_is_as_old_as_five_periods():
    assert averages.alpha_from_periods(5) == pytest.approx(1 / 3)
    assert averages.average_age(averages.ma_weights(5, lags=5)) == pytest.approx(3)
    assert averages.average_age(averages.ewma_weights(1 / 3, lags=200)) == pytest.approx(3)


@pytest.mark.parametrize(("periods", "share"), [(5, 0.868), (19, 0.865), (1999, 0.865)])
def test_share_of_the_weight_in_the_last_periods(periods, share):
    weights = averages.ewma_weights(averages.alpha_from_periods(periods), lags=periods)
    assert weights.sum().round(3) == share
    assert weights.sum() == pytest.approx(1 - np.exp(-2), abs=0.004)


def test_betas_of_adam_in_periods():
    assert averages.periods_from_beta(0.9) == pytest.approx(19)
    assert averages.periods_from_beta(0.999) == pytest.approx(1999)


def test_how_long_the_bias_lasts():
    assert round(averages.bias_ratio(0.9, 19), 3) == 1.156
    assert averages.steps_until_bias_below(0.9, 0.05) == 29
    assert averages.steps_until_bias_below(0.9, 0.01) == 44
    assert averages.steps_until_bias_below(0.999, 0.01) == 4613


def test_adam_without_correction_steps_too_far():
    gradients = np.ones(1000)
    steps = averages.ewma(gradients, 0.1) / np.sqrt(averages.ewma(gradients**2, 0.001))
    assert steps[0].round(2) == 3.16
    assert steps.max().round(2) == 6.57
    assert steps.argmax() + 1 == 12


def test_same_average_age_leaves_the_same_noise():
    noise = np.random.default_rng(1).standard_normal(100_000)
    left = averages.moving_average(noise, 19).std(), averages.ewma(noise, 0.1).std()
    assert left == pytest.approx((1 / np.sqrt(19),) * 2, rel=0.02)


# ── What is refused ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ([], ValueError, r"values must not be empty, got shape \(0,\)"),
        (np.ones((3, 0)), ValueError, r"values must not be empty, got shape \(3, 0\)"),
        (5.0, ValueError, r"values must not be empty, got shape \(\)"),
        ([1, np.nan], ValueError, "values must be finite, got NaN"),
        (torch.tensor([1, -np.inf]), ValueError, "values must be finite, got NaN or infinity"),
        ([True, False], TypeError, "values must hold real numbers, got dtype bool"),
        (torch.tensor([True]), TypeError, "values must hold real numbers, got dtype torch.bool"),
        ([1j], TypeError, "values must hold real numbers, got dtype complex128"),
        (["1", "2"], TypeError, "values must hold real numbers, got dtype <U1"),
        (None, TypeError, "values must hold real numbers, got dtype object"),
    ],
    ids=repr,
)
def test_values_must_be_real_finite_and_there(average, values, error, words):
    with pytest.raises(error, match=words):
        average(values)


@pytest.mark.parametrize("axis", [2, -3])
def test_axis_must_exist(average, axis):
    words = rf"axis must be one of the 2 axes of values, whose shape is \(2, 3\), got {axis}"
    with pytest.raises(ValueError, match=words):
        average(np.ones((2, 3)), axis)


@pytest.mark.parametrize("axis", [True, 0.0, "0", None], ids=repr)
def test_axis_must_be_a_whole_number(average, axis):
    with pytest.raises(TypeError, match=f"axis must be a whole number, got {axis!r}"):
        average(np.ones((2, 3)), axis)


TAKES = {
    "periods, whole": [
        lambda periods: averages.moving_average(TEMPERATURES, periods),
        lambda periods: averages.ma_weights(periods, lags=3),
    ],
    "lags, whole": [
        lambda lags: averages.ma_weights(3, lags),
        lambda lags: averages.ewma_weights(0.5, lags),
    ],
    "alpha": [
        lambda alpha: averages.ewma(TEMPERATURES, alpha),
        lambda alpha: averages.bias_corrected_ewma(TEMPERATURES, alpha),
        lambda alpha: averages.ewma_weights(alpha, lags=3),
        averages.periods_from_alpha,
        averages.beta_from_alpha,
    ],
    "beta": [
        averages.alpha_from_beta,
        averages.periods_from_beta,
        lambda beta: averages.bias_ratio(beta, step=1),
        lambda beta: averages.steps_until_bias_below(beta, share=0.01),
    ],
    "periods": [averages.alpha_from_periods, averages.beta_from_periods],
    "share": [lambda share: averages.steps_until_bias_below(0.9, share)],
    "step, whole": [lambda step: averages.bias_ratio(0.9, step)],
}
OUTSIDE = {
    "periods, whole": [0, -1],
    "lags, whole": [0, -1],
    "alpha": [0, -0.1, 1.0001, np.nan, np.inf],
    "beta": [1, 1.5, -0.1, np.nan, -np.inf],
    "periods": [0, 0.999, -5, np.nan, np.inf],
    "share": [0, -0.01, np.nan, np.inf],
    "step, whole": [0, -3],
}
WANTED = {
    "periods, whole": "a whole number of at least 1",
    "lags, whole": "a whole number of at least 1",
    "alpha": "a number in (0, 1]",
    "beta": "a number in [0, 1)",
    "periods": "a number in [1, inf)",
    "share": "a number in (0, inf)",
    "step, whole": "a whole number of at least 1",
}


@pytest.mark.parametrize(
    ("argument", "value"), [(name, value) for name in OUTSIDE for value in OUTSIDE[name]]
)
def test_numbers_outside_are_refused(argument, value):
    for function in TAKES[argument]:
        with pytest.raises(ValueError, match=f"^{argument.split(',')[0]} must be") as refusal:
            function(value)
        assert str(refusal.value).endswith(f"must be {WANTED[argument]}, got {value!r}")


@pytest.mark.parametrize("argument", TAKES)
@pytest.mark.parametrize("value", [True, "0.5", None, 1j, [True]], ids=repr)
def test_what_is_no_number_is_refused(argument, value):
    for function in TAKES[argument]:
        with pytest.raises(TypeError, match=f"^{argument.split(',')[0]} must be") as refusal:
            function(value)
        assert str(refusal.value).endswith(f"must be {WANTED[argument]}, got {value!r}")


@pytest.mark.parametrize("argument", ["periods, whole", "lags, whole", "step, whole"])
def test_fractions_are_refused_where_steps_are_counted(argument):
    for function in TAKES[argument]:
        with pytest.raises(TypeError, match=r"must be a whole number of at least 1, got 2\.5"):
            function(2.5)


def test_one_bad_step_among_good_ones_is_refused():
    with pytest.raises(ValueError, match="step must be a whole number of at least 1"):
        averages.bias_ratio(0.9, np.array([1, 2, 0]))


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([], "a row of finite numbers, not all zero"),
        ([0.0, 0.0], "a row of finite numbers, not all zero"),
        ([1, np.nan], "a row of finite numbers"),
        (np.ones((2, 2)), "a row of finite numbers"),
        (1.0, "a row of finite numbers"),
        ("abc", "a row of finite numbers, got 'abc'"),
        ([3, -1], "not be negative, got -1.0 among them"),
    ],
    ids=repr,
)
def test_average_age_needs_weights(weights, words):
    with pytest.raises(ValueError, match=f"weights must .*{words}"):
        averages.average_age(weights)
