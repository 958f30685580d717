"""The checks of arguments: what they let through, and what a refusal says."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from helpers import _validate

NOT_NUMBERS = [True, np.True_, "0.5", None, [0.5], 1j, np.array([0.5]), torch.tensor(0.5)]


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("(0, 1]", [1e-300, 0.5, 1], [0, -0.1, 1.0000001]),
        ("[0, 1)", [0, 0.5, 0.9999999], [-1e-300, 1, 2]),
        ("[1, inf)", [1, 1e308], [0.9999999]),
        ("(-inf, inf)", [-1e308, 0, 1e308], []),
    ],
)
def test_number_keeps_to_its_interval(interval, inside, outside):
    for value in inside:
        assert _validate.number("rate", value, interval) == value
    for value in outside:
        with pytest.raises(ValueError, match="rate must be a number in") as refusal:
            _validate.number("rate", value, interval)
        assert interval in str(refusal.value)
        assert repr(value) in str(refusal.value)


@pytest.mark.parametrize("value", [3, Fraction(1, 2), np.float32(0.5), np.int64(3)], ids=repr)
def test_number_gives_a_float(value):
    number = _validate.number("rate", value)
    assert type(number) is float
    assert number == value


@pytest.mark.parametrize(
    "value", [np.nan, np.inf, -np.inf, 10**309], ids=["nan", "inf", "-inf", "too large"]
)
def test_number_is_finite(value):
    with pytest.raises(ValueError, match=r"^rate must be a number in \(-inf, inf\), got"):
        _validate.number("rate", value)


@pytest.mark.parametrize("value", NOT_NUMBERS, ids=repr)
def test_number_is_a_number(value):
    with pytest.raises(TypeError) as refusal:
        _validate.number("rate", value, "(0, 1]")
    assert str(refusal.value) == f"rate must be a number in (0, 1], got {value!r}"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64], ids=str)
def test_numbers_gives_a_tensor_back_as_it_came(dtype):
    rates = torch.ones(2, 3, dtype=dtype)
    assert _validate.numbers("rate", rates, "(0, 1]") is rates


def test_numbers_is_number_where_there_is_one():
    assert _validate.numbers("rate", 0.5, "(0, 1]") == 0.5
    with pytest.raises(ValueError, match=r"rate must be a number in \(0, 1\], got 0"):
        _validate.numbers("rate", 0, "(0, 1]")
    with pytest.raises(TypeError, match=r"rate must be a number in \(0, 1\], got '0.5'"):
        _validate.numbers("rate", "0.5", "(0, 1]")


@pytest.mark.parametrize("bad", [0.0, 1.5, float("nan"), float("inf")], ids=str)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)], ids=str)
def test_numbers_names_the_bad_one(bad, shape):
    rates = torch.full(shape, 0.5)
    rates.view(-1)[-1] = bad
    with pytest.raises(ValueError, match="rate must hold numbers in") as refusal:
        _validate.numbers("rate", rates, "(0, 1]")
    assert f"in (0, 1], got {bad!r} among them" in str(refusal.value)


@pytest.mark.parametrize(("interval", "good"), [("[0, 1)", (0.0, 0.9)), ("(0, 1]", (0.1, 1.0))])
def test_numbers_takes_in_its_closed_end(interval, good):
    _validate.numbers("rate", torch.tensor(good), interval)
    left_out = 1.0 if 0.0 in good else 0.0
    with pytest.raises(ValueError, match=f"got {left_out} among them"):
        _validate.numbers("rate", torch.tensor([*good, left_out]), interval)


@pytest.mark.parametrize("dtype", [torch.bool, torch.complex64], ids=str)
def test_numbers_are_real(dtype):
    with pytest.raises(TypeError, match=f"rate must hold real numbers in .*, got dtype {dtype}"):
        _validate.numbers("rate", torch.ones(2, dtype=dtype))


@pytest.mark.parametrize("value", [1, 7, np.int32(7), np.uint8(7)], ids=repr)
def test_count_gives_an_int(value):
    count = _validate.count("steps", value)
    assert type(count) is int
    assert count == value


def test_count_starts_where_told():
    assert _validate.count("patience", 0, at_least=0) == 0
    with pytest.raises(ValueError, match="patience must be a whole number of at least 0, got -1"):
        _validate.count("patience", -1, at_least=0)
    with pytest.raises(ValueError, match="steps must be a whole number of at least 1, got 0"):
        _validate.count("steps", 0)


@pytest.mark.parametrize("value", [2.0, np.float64(2), *NOT_NUMBERS], ids=repr)
def test_count_is_a_whole_number(value):
    with pytest.raises(TypeError) as refusal:
        _validate.count("steps", value)
    assert str(refusal.value) == f"steps must be a whole number of at least 1, got {value!r}"


@pytest.mark.parametrize("value", [True, False, np.True_, np.False_], ids=repr)
def test_flag_gives_a_bool(value):
    assert _validate.flag("nesterov", value) is bool(value)


@pytest.mark.parametrize("value", [0, 1, "True", None, torch.tensor(True)], ids=repr)
def test_flag_is_true_or_false(value):
    with pytest.raises(TypeError) as refusal:
        _validate.flag("nesterov", value)
    assert str(refusal.value) == f"nesterov must be True or False, got {value!r}"


def test_choice_is_one_of_the_options():
    assert _validate.choice("mode", "max", ("min", "max")) == "max"


@pytest.mark.parametrize("value", ["maximum", "", "MAX", "minmax", None, 0, ["max"]], ids=repr)
def test_choice_lists_the_options(value):
    with pytest.raises(ValueError, match="mode must be one of") as refusal:
        _validate.choice("mode", value, ("min", "max"))
    assert str(refusal.value) == f"mode must be one of 'min', 'max', got {value!r}"
