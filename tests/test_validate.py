"""Argument checks: what they accept, and the exact errors for the rest."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from helpers import _validate
from helpers._validate import (
    array,
    choice,
    count,
    flag,
    float_type,
    function,
    indices,
    number,
    number_or_tensor,
    row,
    seeds,
    tensor,
)
from tests.errors import message_of

SPARSE = torch.eye(2).to_sparse()
NOT_NUMBERS = [True, np.True_, "0.5", None, [0.5], 1j, np.array([0.5]), torch.tensor(0.5)]


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("(0, 1]", [1e-300, 0.5, 1], [0, -0.1, 1.0000001]),
        ("[0, 1)", [0, 0.5, 0.9999999], [-1e-300, 1, 2]),
        ("[1, inf)", [1, 1e308], [0.9999999, np.inf]),
        ("(-inf, inf)", [-1e308, 0, 1e308], [np.nan, np.inf, -np.inf]),
    ],
)
def test_numbers_must_be_in_the_interval(interval, inside, outside):
    for value in inside:
        assert number("rate", value, interval) == number_or_tensor("rate", value, interval) == value
    for value in outside:
        expected = f"rate must be a number in {interval}, got {value!r}"
        assert message_of(ValueError, number, "rate", value, interval) == expected
        assert message_of(ValueError, number_or_tensor, "rate", value, interval) == expected
    good = torch.tensor([inside], dtype=torch.float64)
    assert number_or_tensor("rate", good, interval) is good
    for value in outside:
        bad = torch.tensor([*inside, value], dtype=torch.float64)
        expected = f"rate must hold numbers in {interval}, got {float(value)!r} among them"
        assert message_of(ValueError, number_or_tensor, "rate", bad, interval) == expected


def test_any_finite_number_is_accepted_without_an_interval():
    assert number("rate", -1e308) == number_or_tensor("rate", -1e308) == -1e308
    assert number_or_tensor("rate", whole := torch.tensor([-(2**62)])) is whole
    for check in (number, number_or_tensor):
        expected = "rate must be a number in (-inf, inf), got inf"
        assert message_of(ValueError, check, "rate", np.inf) == expected


@pytest.mark.parametrize("value", [3, Fraction(1, 2), np.float32(0.5), np.int64(3)], ids=repr)
def test_number_returns_a_float(value):
    assert type(number("rate", value)) is float
    assert number("rate", value) == value


@pytest.mark.parametrize("value", [1, 7, np.int32(7), np.uint8(7), 2**53], ids=repr)
def test_count_returns_an_int(value):
    assert type(count("steps", value)) is int
    assert count("steps", value) == value


@pytest.mark.parametrize("value", [True, False, np.True_, np.False_], ids=repr)
def test_flag_returns_a_bool(value):
    assert flag("nesterov", value) is bool(value)


def test_values_within_wider_bounds_are_accepted():
    assert count("patience", 0, at_least=0) == 0
    assert count("seed", 2**60, at_most=2**60) == 2**60
    assert choice("mode", "max", ("min", "max")) == "max"
    assert tensor("points", points := torch.ones(2, dtype=torch.float16)) is points


ERRORS = [
    (number, value, TypeError, f"a number in (-inf, inf), got {value!r}") for value in NOT_NUMBERS
]
ERRORS += [
    (count, value, TypeError, f"a whole number of at least 1, got {value!r}")
    for value in [2.0, np.float64(2), *NOT_NUMBERS]
]
ERRORS += [
    (lambda name, value: choice(name, value, ("min", "max")), value, ValueError, expected)
    for value in ("", "MAX", "minmax", None, 0, ["max"])
    for expected in [f"one of 'min', 'max', got {value!r}"]
]
ERRORS += [
    (flag, value, TypeError, f"True or False, got {value!r}")
    for value in (0, 1, "True", None, torch.tensor(True))
]
ERRORS += [
    (count, 0, ValueError, "a whole number of at least 1, got 0"),
    (lambda name, value: count(name, value, 5), 4, ValueError, "a whole number of at least 5"
     ", got 4"),
    (count, 2**53 + 1, ValueError, f"at most {2**53}, got {2**53 + 1}"),
    (lambda name, value: count(name, value, 1, 7), 8, ValueError, "at most 7, got 8"),
    (count, 10**5000, ValueError, f"at most {2**53}, got something of type int"),
    (number, 10**309, ValueError, f"a number in (-inf, inf), got 1{'0' * 78}…"),
    (number, 10**5000, ValueError, "a number in (-inf, inf), got something of type int"),
    (tensor, [1.0], TypeError, "a tensor of floats, got [1.0]"),
    (tensor, np.ones(1), TypeError, "a tensor of floats, got array([1.])"),
    (tensor, torch.ones(1).long(), TypeError, "a tensor of floats, got dtype torch.int64"),
    (tensor, torch.ones(1).to(torch.float8_e4m3fn), TypeError,
     "a tensor of floats, got dtype torch.float8_e4m3fn"),
    (float_type, "float32", TypeError, "a float type such as torch.float64, got 'float32'"),
    (lambda name, value: function(name, value, "of x"), int, TypeError,
     "a function of x, got <class 'int'>"),
    (lambda name, value: indices(name, value, 3), [1], TypeError, "a tensor of indices, got [1]"),
    (tensor, SPARSE, TypeError, "a dense tensor, got layout torch.sparse_coo on device cpu"),
    (array, SPARSE, TypeError, "a dense tensor, got layout torch.sparse_coo on device cpu"),
    (number_or_tensor, torch.ones(2, device="meta"), TypeError,
     "a dense tensor, got layout torch.strided on device meta"),
    (row, [], ValueError, "one row of numbers, got shape (0,)"),
    (row, 1.0, ValueError, "one row of numbers, got shape ()"),
    (row, [[1.0]], ValueError, "one row of numbers, got shape (1, 1)"),
    (row, [1, np.nan, np.inf], ValueError, "finite, got nan among them"),
    (row, [1, -np.inf], ValueError, "finite, got -inf among them"),
    (array, [[1], [1, 2]], ValueError, "an array of numbers, got [[1], [1, 2]]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "value", "kind", "expected"), ERRORS, ids=[expected for *_, expected in ERRORS]
)
def test_errors_name_the_argument_what_was_expected_and_what_came(check, value, kind, expected):
    assert message_of(kind, check, "limit", value) == f"limit must be {expected}"


@pytest.mark.parametrize("dtype", [torch.bool, torch.complex64], ids=str)
def test_tensors_of_hyper_parameters_must_be_real(dtype):
    expected = f"rate must hold real numbers in [0, 1), got dtype {dtype}"
    wrong = torch.ones(2, dtype=dtype)
    assert message_of(TypeError, number_or_tensor, "rate", wrong, "[0, 1)") == expected


@pytest.mark.parametrize(
    "value",
    [
        [1, 2.5],
        (1, 2.5),
        np.array([1, 2.5], dtype=np.float32),
        pd.Series([1, 2.5], index=[7, 3]),
        torch.tensor([1, 2.5], requires_grad=True),
        torch.tensor([1, 2.5], dtype=torch.bfloat16),
        [torch.tensor(1.0), torch.tensor(2.5)],
        np.ma.array([1, 2.5], mask=[False, False]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_arrays_and_rows_are_new_and_in_float64(value):
    for check in (array, row):
        converted = check("losses", value)
        assert type(converted) is np.ndarray
        assert converted.dtype == np.float64
        assert converted.tolist() == [1, 2.5]
        converted[:] = 0
        assert next(iter(value)) == 1


def test_arrays_may_have_any_shape_and_hold_infinity():
    assert array("grid", torch.ones(2, 0, 3).int()).shape == (2, 0, 3)
    assert array("grid", 1).shape == ()
    assert array("grid", [-np.inf]).tolist() == [-np.inf]


@pytest.mark.parametrize("value", [["1"], [True], [1j], torch.ones(1) * 1j, None], ids=repr)
def test_arrays_must_hold_real_numbers(value):
    for check in (array, row):
        expected = f"losses must hold real numbers, got {value!r}"
        assert message_of(TypeError, check, "losses", value) == expected


def test_bools_among_numbers_are_no_numbers():
    expected = "losses must hold real numbers, got [True, 2.5]"
    assert message_of(TypeError, array, "losses", [True, 2.5]) == expected


def test_minus_zero_has_no_sign():
    assert str(number("rate", -0.0)) == "0.0"


@pytest.mark.parametrize(
    ("value", "found"),
    [(3, [3]), ([1, np.int64(2)], [1, 2]), (torch.tensor([1, 2]), [1, 2]), (range(2), [0, 1])],
    ids=repr,
)
def test_seeds_may_come_alone_or_in_any_iterable(value, found):
    assert seeds("seeds", value) == found
    for wrong, kind in (([], ValueError), ("12", TypeError), ([1.5], TypeError), (-1, ValueError)):
        assert message_of(kind, seeds, "seeds", wrong).startswith("seeds must")
    assert "dense tensor" in message_of(TypeError, seeds, "seeds", SPARSE)


def test_masked_entries_are_not_dropped_in_silence():
    gaps = np.ma.array([1.0, 2.0], mask=[True, False])
    message = message_of(ValueError, array, "losses", gaps)
    assert message.startswith("losses must have no masked entries, got masked_array(data=[--, 2.0]")


def test_long_values_are_shown_on_one_short_line():
    class Silent:
        def __repr__(self):
            raise RuntimeError

    assert _validate.shown(Silent()) == "something of type Silent"
    assert _validate.shown("a\nb  c") == repr("a\nb  c")
    assert _validate.shown(torch.eye(2)) == "tensor([[1., 0.], [0., 1.]])"
    assert _validate.shown("x" * 78) == repr("x" * 78)
    assert _validate.shown("x" * 79) == f"'{'x' * 78}…"
