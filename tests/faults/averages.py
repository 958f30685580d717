"""Faults of the averages."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_MODULE = "averages.py"
_TESTS = "tests/test_averages.py::"

FAULTS = {
    "moving average of one period too many": Fault(
        _MODULE,
        "steps[max(0, t + 1 - periods) : t + 1]",
        "steps[max(0, t - periods) : t + 1]",
        _TESTS + "test_moving_average_is_pandas",
        "en/02-ewma",
    ),
    "moving average that divides by N from the first value on": Fault(
        _MODULE,
        ": t + 1].mean(0) for t",
        ": t + 1].sum(0) / periods for t",
        _TESTS + "test_moving_average_is_pandas",
        "en/02-ewma",
    ),
    "α and β swapped in the EWMA": Fault(
        _MODULE,
        "average = beta * average + alpha * value",
        "average = alpha * average + beta * value",
        _TESTS + "test_ewma_is_scipys_filter_and_pandas",
        "pt/02-ewma",
    ),
    "EWMA started from the first value": Fault(
        _MODULE,
        "average = 0 * steps[0]",
        "average = steps[0]",
        _TESTS + "test_ewma_is_scipys_filter_and_pandas",
        "en/03-bias",
    ),
    "bias correction one step late": Fault(
        _MODULE,
        "np.cumsum(ewma_weights(alpha, lags=len(averages)))",
        "np.cumsum(ewma_weights(alpha, lags=len(averages) + 1))[1:]",
        _TESTS + "test_bias_corrected_ewma_is_pandas_default",
        "pt/03-bias",
    ),
    "weights of an EWMA that do not add up to 1": Fault(
        _MODULE,
        "return alpha * (1 - alpha) ** lag",
        "return (1 - alpha) ** lag",
        _TESTS + "test_weights_are_what_an_impulse_leaves_behind",
        "en/02-ewma",
    ),
    "moving average that weighs one value too many": Fault(
        _MODULE,
        "np.where(age < periods, 1 / periods, 0.0)",
        "np.where(age <= periods, 1 / periods, 0.0)",
        _TESTS + "test_weights_are_what_an_impulse_leaves_behind",
        "en/02-ewma",
    ),
    "age counted from 0": Fault(
        _MODULE,
        "age = np.arange(1, len(weights) + 1)",
        "age = np.arange(len(weights))",
        _TESTS + "test_average_age_of_a_moving_average",
        "en/02-ewma",
    ),
    "average age of weights that do not add up to 1": Fault(
        _MODULE,
        "return float((age * weights).sum() / weights.sum())",
        "return float((age * weights).sum())",
        _TESTS + "test_average_age_is_a_weighted_mean_of_ages",
        "en/01-learning-rate",
    ),
    "α = 2 / N": Fault(
        _MODULE,
        'return 2 / (_validate.number("periods", periods, "[1, inf)") + 1)',
        'return 2 / _validate.number("periods", periods, "[1, inf)")',
        _TESTS + "test_periods_are_what_pandas_calls_span[5]",
        "en/05-adapted-gradients",
    ),
    "bias ratio one step late": Fault(
        _MODULE,
        "1 / (1 - beta ** steps.astype(float))",
        "1 / (1 - beta ** (steps.astype(float) + 1))",
        _TESTS + "test_bias_ratio_is_corrected_over_plain",
        "en/03-bias",
    ),
    "bias below the share one step early": Fault(
        _MODULE,
        "math.log(beta)) + 1)",
        "math.log(beta)))",
        _TESTS + "test_bias_is_below_a_share_for_the_first_time",
        "en/03-bias",
    ),
}
