"""Averages against pandas, scipy, numpy and autograd."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.signal import lfilter

from helpers import averages, data
from tests.errors import message_of

TEMPERATURES = data.temperatures()
NOISE = np.random.default_rng(0).standard_normal(300)
SERIES = {"temperatures": TEMPERATURES, "noise": NOISE, "far from zero": 1e6 + NOISE}
ALPHAS = [0.001, 0.05, 0.1, 1 / 3, 0.9, 1.0]

each_series = pytest.mark.parametrize("values", SERIES.values(), ids=SERIES)
each_average = pytest.mark.parametrize(
    "average",
    [
        lambda values, *axis: averages.moving_average(values, 4, *axis),
        lambda values, *axis: averages.ewma(values, 0.3, *axis),
        lambda values, *axis: averages.bias_corrected_ewma(values, 0.3, *axis),
    ],
    ids=["moving_average", "ewma", "bias_corrected_ewma"],
)


def close(left, right) -> bool:
    """Whether two results are equal up to rounding in float64."""
    return np.allclose(left, right, rtol=0, atol=1e-12 * np.abs(right).max())


# Values, against other libraries


@each_series
@pytest.mark.parametrize("periods", [1, 2, 5, 19, 300, 1000])
def test_moving_average_equals_pandas(values, periods):
    expected = pd.Series(values).rolling(periods, min_periods=1).mean()
    assert close(averages.moving_average(values, periods), expected)


@each_series
@pytest.mark.parametrize("alpha", ALPHAS)
def test_ewma_equals_scipy_and_pandas(values, alpha):
    ours = averages.ewma(values, alpha)
    # vₜ − β vₜ₋₁ = α xₜ
    assert close(ours, lfilter([alpha], [1, alpha - 1], values))
    # pandas starts at the first value, so make that our zero
    expected = pd.Series([0.0, *values]).ewm(alpha=alpha, adjust=False).mean()[1:]
    assert close(ours, expected)


@each_series
@pytest.mark.parametrize("alpha", ALPHAS)
def test_bias_corrected_ewma_equals_pandas(values, alpha):
    ours = averages.bias_corrected_ewma(values, alpha)
    assert close(ours, pd.Series(values).ewm(alpha=alpha).mean())
    # Each average is a weighted mean of the values so far
    for t in (1, 2, 17, len(values)):
        weights = (1 - alpha) ** np.arange(t)[::-1]
        assert close(ours[t - 1], np.average(values[:t], weights=weights))


@pytest.mark.parametrize("span", [1, 5, 19, 1999])
def test_periods_are_the_span_of_pandas(span):
    expected = pd.Series(NOISE).ewm(span=span).mean()
    assert close(averages.bias_corrected_ewma(NOISE, averages.alpha_from_periods(span)), expected)


# Types, shapes and dtypes


@each_average
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3, np.int64(1), None])
@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_any_axis_can_be_the_axis_of_time_and_the_last_is_by_default(average, axis, convert):
    values = NOISE[:60].reshape(3, 4, 5)
    result = average(convert(values), *([] if axis is None else [axis]))
    assert type(result) is type(convert(values))
    expected = np.apply_along_axis(average, -1 if axis is None else axis, values)
    np.testing.assert_array_equal(np.asarray(result), expected)


@each_average
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_stays(average, dtype):
    array = average(NOISE.astype(dtype))
    tensor = average(torch.tensor(NOISE, dtype=getattr(torch, dtype)))
    assert (array.dtype, str(tensor.dtype)) == (np.dtype(dtype), f"torch.{dtype}")
    for result in (array, tensor):
        np.testing.assert_allclose(result, average(NOISE), rtol=0, atol=100 * np.finfo(dtype).eps)
    assert average(torch.ones(3, dtype=torch.bfloat16)).dtype == torch.bfloat16


@pytest.mark.parametrize("rule", [averages.ewma, averages.bias_corrected_ewma])
def test_the_dtype_of_alpha_does_not_matter(rule):
    for dtype in (np.float32, np.float64):
        expected = rule(TEMPERATURES.astype(dtype), 0.25)
        for alpha in (np.float32(0.25), np.float64(0.25)):
            result = rule(TEMPERATURES.astype(dtype), alpha)
            assert result.dtype == dtype
            np.testing.assert_array_equal(result, expected)


@each_average
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_whole_numbers_become_float64(average, dtype):
    whole = np.abs(TEMPERATURES).astype(dtype)
    for result in (average(whole), average(torch.tensor(whole)), average(whole.tolist())):
        assert str(result.dtype).endswith("float64")
        np.testing.assert_array_equal(result, average(np.abs(TEMPERATURES)))


@each_average
def test_the_order_of_bytes_does_not_matter(average):
    for kind in ("f8", "i4"):
        values = np.abs(TEMPERATURES).astype(f">{kind}")
        np.testing.assert_array_equal(average(values), average(np.abs(TEMPERATURES)))


@each_average
def test_gradients_flow_through_tensors(average):
    values = torch.tensor(TEMPERATURES, requires_grad=True)
    assert torch.autograd.gradcheck(average, values)
    # An average is linear, so its gradient, its weights, times the values is the average
    average(values)[-1].backward()
    assert torch.dot(values.grad, values.detach()) == pytest.approx(average(TEMPERATURES)[-1])


@each_average
def test_results_share_no_memory_with_the_values(average):
    for values in (TEMPERATURES.copy(), torch.tensor(TEMPERATURES)):
        average(values)[:] = 99
        np.testing.assert_array_equal(values, TEMPERATURES)


# Properties

often = settings(max_examples=100, deadline=None, derandomize=True)


@often
@given(st.floats(-1e6, 1e6, allow_subnormal=False), st.floats(1e-20, 1), st.integers(1, 200))
def test_the_corrected_average_of_a_constant_is_the_constant(value, alpha, steps):
    corrected = averages.bias_corrected_ewma(np.full(steps, value), alpha)
    np.testing.assert_allclose(corrected, value, rtol=1e-13, atol=1e-250)


def test_the_corrected_average_keeps_its_digits_however_small_alpha_is():
    values = np.array([0.3, 0.3, 0.9])
    for dtype, alpha in ((float, 5e-324), (np.float32, 1e-42)):
        result = averages.bias_corrected_ewma(values.astype(dtype), alpha)
        np.testing.assert_allclose(result, [0.3, 0.3, 0.5], rtol=1e-6)  # the mean so far


# Weights, age and bias


def test_weights_are_the_response_to_an_impulse():
    impulse = np.array([*[0] * 9, 1, *[0] * 20])
    ma = pd.Series(impulse).rolling(5, min_periods=1).mean()
    assert close(averages.ma_weights(5, lags=21), ma[9:])
    assert close(averages.ma_weights(5, lags=3), ma[9:12])
    assert close(averages.ewma_weights(0.1, lags=21), lfilter([0.1], [1, -0.9], impulse)[9:])


@often
@given(hnp.arrays(float, st.integers(1, 30), elements=st.floats(0.01, 1)), st.floats(0.01, 100))
def test_average_age_is_the_weighted_mean_of_the_ages(weights, scale):
    age = averages.average_age(scale * weights)
    assert type(age) is float
    assert age == pytest.approx(np.average(np.arange(1, len(weights) + 1), weights=weights))


@pytest.mark.parametrize("periods", [1, 2, 5, 19, 1999])
def test_averages_of_equal_age(periods):
    alpha = averages.alpha_from_periods(periods)
    of_ma = averages.average_age(averages.ma_weights(periods, lags=periods + 3))
    of_ewma = averages.average_age(averages.ewma_weights(alpha, lags=40_000))
    assert of_ma == pytest.approx((periods + 1) / 2, rel=1e-12)
    assert of_ewma == pytest.approx(1 / alpha, rel=1e-9)


def test_ages_of_tiny_and_huge_weights():
    assert averages.average_age(pd.Series([0, 1e308, 1e308])) == 2.5
    assert averages.average_age([5e-324, 0]) == 1


@often
@given(st.floats(1, 1e6))
def test_alpha_beta_and_periods_are_converted_into_each_other(periods):
    alpha = averages.alpha_from_periods(periods)
    assert alpha == pytest.approx(2 / (periods + 1), rel=1e-15)
    assert averages.alpha_from_beta(1 - alpha) == pytest.approx(alpha, abs=1e-15)
    assert averages.periods_from_beta(1 - alpha) == pytest.approx(periods)


@pytest.mark.parametrize("beta", [0, 0.5, 0.9, 0.999])
def test_bias_ratio_is_corrected_over_plain(beta):
    ones, steps = np.ones(300), np.arange(1, 301).reshape(15, 20)
    expected = pd.Series(ones).ewm(alpha=1 - beta).mean() / lfilter([1 - beta], [1, -beta], ones)
    expected = expected.to_numpy().reshape(15, 20)
    np.testing.assert_allclose(averages.bias_ratio(beta, steps), expected, rtol=1e-12)
    for step in (7, np.int64(7)):
        assert type(averages.bias_ratio(beta, step)) is float
        assert averages.bias_ratio(beta, step) == pytest.approx(expected[0, 6], rel=1e-12)


@pytest.mark.parametrize("beta", [0, 1e-9, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("share", [1e-6, 0.001, 0.01, 0.05, 1 / 3, 1.0, 3.0, 50.0, 1e9])
def test_steps_until_the_bias_is_below_a_share(beta, share):
    steps = np.arange(1, 20_000)
    correction = beta**steps / (1 - beta**steps)  # 1 / (1 − βᵗ) − 1 without loss of digits
    assert averages.steps_until_bias_below(beta, share) == steps[correction < share][0]


# Errors

SPARSE = torch.eye(2).to_sparse()


@each_average
@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([], ValueError, "not be empty, got shape (0,)"),
        (np.ones((3, 0)), ValueError, "not be empty, got shape (3, 0)"),
        (5.0, ValueError, "not be empty, got shape ()"),
        ([[1], [1, 2]], ValueError, "be an array of numbers, got [[1], [1, 2]]"),
        (SPARSE, TypeError, "be a dense tensor, got layout torch.sparse_coo on device cpu"),
        ([1, np.nan], ValueError, "be finite, got NaN or infinity among them"),
        (torch.tensor([1, -np.inf]), ValueError, "be finite, got NaN or infinity among them"),
        ([True, False], TypeError, "hold real numbers, got dtype bool"),
        (torch.tensor([True]), TypeError, "hold real numbers, got dtype torch.bool"),
        ([1j], TypeError, "hold real numbers, got dtype complex128"),
        (["1", "2"], TypeError, "hold real numbers, got dtype <U1"),
        (None, TypeError, "hold real numbers, got dtype object"),
    ],
    ids=repr,
)
def test_values_must_be_finite_real_numbers(average, values, kind, expected):
    assert message_of(kind, average, values) == f"values must {expected}"


@each_average
def test_masked_values_are_not_averaged_as_if_they_counted(average):
    message = message_of(ValueError, average, np.ma.array([1.0, 100.0], mask=[False, True]))
    assert message.startswith("values must have no masked entries, got masked_array(data=[1.0, --]")


@each_average
def test_the_axis_must_be_one_of_the_values(average):
    values = np.ones((2, 3))
    for axis in (2, -3):
        expected = "axis must be one of the 2 axes of values, whose shape is (2, 3), got"
        assert message_of(ValueError, average, values, axis) == f"{expected} {axis}"
    for axis in (True, 0.0, "0", None):
        expected = f"axis must be a whole number, got {axis!r}"
        assert message_of(TypeError, average, values, axis) == expected


WHOLE, FROM_1 = "a whole number of at least 1", [0, -1]
UNIT, NOT_UNIT = "a number in (0, 1]", [0, -0.1, 1.0001, np.nan, np.inf]
BETA, NOT_BETA = "a number in [0, 1)", [1, 1.5, -0.1, np.nan, -np.inf]


@pytest.mark.parametrize(
    ("call", "name", "expected", "outside"),
    [
        (lambda v: averages.moving_average(TEMPERATURES, v), "periods", WHOLE, FROM_1),
        (lambda v: averages.ma_weights(v, lags=3), "periods", WHOLE, FROM_1),
        (lambda v: averages.ma_weights(3, v), "lags", WHOLE, FROM_1),
        (lambda v: averages.ewma_weights(0.5, v), "lags", WHOLE, FROM_1),
        (lambda v: averages.bias_ratio(0.9, v), "step", WHOLE, [0, -3]),
        (lambda v: averages.ewma(TEMPERATURES, v), "alpha", UNIT, NOT_UNIT),
        (lambda v: averages.bias_corrected_ewma(TEMPERATURES, v), "alpha", UNIT, NOT_UNIT),
        (lambda v: averages.ewma_weights(v, lags=3), "alpha", UNIT, NOT_UNIT),
        (averages.alpha_from_beta, "beta", BETA, NOT_BETA),
        (averages.periods_from_beta, "beta", BETA, NOT_BETA),
        (lambda v: averages.bias_ratio(v, step=1), "beta", BETA, NOT_BETA),
        (lambda v: averages.steps_until_bias_below(v, share=0.01), "beta", BETA, NOT_BETA),
        (averages.alpha_from_periods, "periods", "a number in [1, inf)", [0, 0.999, np.inf]),
        (
            lambda v: averages.steps_until_bias_below(0.9, v),
            "share",
            "a number in (0, inf)",
            [0, -0.01, np.nan, np.inf],
        ),
    ],
)
def test_errors_name_the_argument_its_range_and_its_value(call, name, expected, outside):
    wrong_types = [True, "0.5", None, 1j, [True], *([2.5] if expected == WHOLE else [])]
    for kind, values in ((ValueError, outside), (TypeError, wrong_types)):
        for value in values:
            assert message_of(kind, call, value) == f"{name} must be {expected}, got {value!r}"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: averages.ma_weights(1, 10**8), "lags must be at most 10000000, got 100000000"),
        (lambda: averages.ewma_weights(1, 10**8), "lags must be at most 10000000, got 100000000"),
        (lambda: averages.bias_ratio(0.9, 10**30), f"step must be at most {2**53}, got {10**30}"),
        (lambda: averages.bias_ratio(0.9, np.array([1, 0])),
         "step must hold whole numbers of at least 1, got array([1, 0])"),
        (lambda: averages.bias_ratio(0.9, np.array([1.5])),
         "step must hold whole numbers of at least 1, got array([1.5])"),
        (lambda: averages.bias_ratio(0.9, np.array([np.inf])),
         "step must hold whole numbers of at least 1, got array([inf])"),
        (lambda: averages.moving_average(np.full(2, 1.7e308), 2),
         "values must have finite sums in their dtype, float64, got inf"),
        (lambda: averages.average_age([-2]), "weights must not be negative, got -2.0 among them"),
        (lambda: averages.average_age([0, 0]), "weights must not all be zero"),
        (lambda: averages.average_age([]), "weights must be one row of numbers, got shape (0,)"),
    ],
)  # fmt: skip
def test_errors_of_arrays_and_huge_numbers(call, message):
    assert message_of(ValueError, call) == message


@pytest.mark.parametrize("weights", [[1 + 0j, 2], ["1", "2"], "12"], ids=repr)
def test_average_age_and_bias_ratio_reject_complex_numbers_and_strings(weights):
    expected = f"weights must hold real numbers, got {weights!r}"
    assert message_of(TypeError, averages.average_age, weights) == expected
    message = message_of(TypeError, averages.bias_ratio, 0.9, np.array(weights))
    assert message.startswith("step must hold real numbers, got array(")
