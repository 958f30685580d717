"""What a component's state may be: Python and the scripts accept and refuse the same values."""

import copy
import json
import math
import pickle
import re

import pytest

from helpers import lab
from helpers.lab import schema
from helpers.lab.component import around
from tests.errors import message_of
from tests.lab import evaluate

OF_NO_FIELD = [math.nan, math.inf, -math.inf, 10**400, None, "", "1", [], {}, [[1, 2]], "toString"]


def beyond(limit: float, direction: int, whole: bool) -> float:
    """Return the next number outside of a limit."""
    return limit + direction if whole else math.nextafter(limit, direction * math.inf)


def of_range(limits: dict, whole: bool = False) -> list:
    """Values on, inside and just outside of both limits, and some that are no numbers."""
    low, high = limits["min"], limits["max"]
    outside = [beyond(low, -1, whole), beyond(high, 1, whole)]
    return [low, high, *outside, True, 1.5, low + (high - low) // 3, *OF_NO_FIELD]


def of_choice(options: list[str]) -> list:
    return [*options, options[0].upper(), [options[0]], 0, True, *OF_NO_FIELD]


def of_setting(setting: dict) -> list:
    if "options" in setting:
        return of_choice(setting["options"])
    if isinstance(setting.get("default"), bool):
        return [True, False, 0, 1, *OF_NO_FIELD]
    return of_range(setting, setting.get("integer", False))


def of_numbers(limits: dict) -> list:
    least, most = limits["length"]
    lists = [[limits["min"]] * count for count in {least - 1, least, most, most + 1}]
    odd = [[one] + [limits["max"]] * (least - 1 or 1) for one in of_range(limits)]
    return [*lists, *odd, 1, True, *OF_NO_FIELD]


def of_dicts(field: dict, key: str, known: dict, settings: dict, rest: dict) -> list:
    """Lists of rules or pieces: each kind with each setting, too few, too many, unknown ones."""
    first = next(iter(known))
    whole = {key: first, **rest}
    wrong = [{key: one, **rest} for one in [*OF_NO_FIELD, [first], first.upper(), 0, True]]
    lists = [[whole] * count for count in (0, field["min"], field["max"], field["max"] + 1)]
    for kind in known:
        for name, setting in settings[kind].items():
            lists += [[{key: kind, **rest, name: value}] for value in of_setting(setting)]
        lists += [[{key: kind, **rest, name: 0.5}] for name in ("betas", "toString", key.upper())]
    return [*lists, *([one] for one in wrong), whole, [0], [None], ["sgd"], True, *OF_NO_FIELD]


def values_of(field: dict) -> list:
    known = schema.load()
    match field["kind"]:
        case "choice":
            return of_choice(field["options"])
        case "flag":
            return [True, False, 0, 1, *OF_NO_FIELD]
        case "number" | "integer":
            return of_range(field, field["kind"] == "integer")
        case "point":
            return of_numbers({"min": -100, "max": 100, "length": [2, 2]})
        case "numbers":
            return of_numbers(field)
        case "rules":
            ranges = known["settings"]
            settings = {
                kind: {name: ranges[name] for name in ranges if name in rule["settings"]}
                for kind, rule in known["rules"].items()
            }
            sgd = {"rule": "sgd", "nesterov": True}
            ahead = [{}, {"momentum": 0}, {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.1}]
            nesterov = [[{**sgd, **more}] for more in ahead]
            return of_dicts(field, "rule", known["rules"], settings, {}) + nesterov
        case "pieces":
            settings = {kind: piece["settings"] for kind, piece in known["pieces"].items()}
            steps = [
                [{"piece": "cosine", "steps": one}]
                for one in of_range({"min": 1, "max": 200}, True)
            ]
            sums = [[{"piece": "step", "steps": one}] * 2 for one in (100, 101)]
            return of_dicts(field, "piece", known["pieces"], settings, {"steps": 9}) + steps + sums
    raise NotImplementedError(field)


CASES = [
    (component, name, value)
    for component, fields in schema.load()["components"].items()
    for name, field in fields.items()
    for value in [field["default"], *values_of(field)]
]


def test_python_and_the_scripts_accept_the_same_values():
    # As JavaScript writes them: NaN and Infinity are no JSON.
    inputs = [(component, name, json.dumps(value)) for component, name, value in CASES]
    accepts = "!module.invalid(input[0], { [input[1]]: (0, eval)(`(${input[2]})`) }).length"
    accepted = evaluate("state.js", accepts, inputs)
    assert 300 < sum(accepted) < len(accepted) - 1000
    for (component, name, value), expected in zip(CASES, accepted, strict=True):
        message = refusal(component, name, value)
        assert (message is None) == expected, (component, name, value, message)
        # It names the argument, what was expected, and what came.
        assert expected or re.match(rf"{name}.* (must|may) .*, got ", message), message


def refusal(component: str, name: str, value) -> str | None:
    """Return why Python refuses a value; None if it accepts it, as something that JSON can hold."""
    try:
        json.dumps(schema.check(component, name, value), allow_nan=False)
    except (TypeError, ValueError) as error:
        return str(error)
    return None


def test_unknown_fields_are_refused():
    names = ["beta", "toString", "__proto__", ""]
    refused = evaluate("state.js", "module.invalid('average', { [input]: 1 })", names)
    assert refused == [[name] for name in names]
    for name in names:
        with pytest.raises(TypeError, match=f"'{name}' is not one of the fields of average: ser"):
            schema.check("average", name, 1)


@pytest.mark.parametrize("name", ["adam", "average", "map", "race", "schedule", "stability"])
def test_a_component_is_copied_and_owns_its_state(name):
    component = getattr(lab, name)()
    for copied in (
        copy.copy(component),
        copy.deepcopy(component),
        pickle.loads(pickle.dumps(component)),
    ):
        assert copied.state == component.state
    before = component.state
    for value in component.state.values():
        if isinstance(value, list):
            value.clear()
    assert component.state == before


@pytest.mark.parametrize("call", [lambda: lab.adam(3), lambda: lab.average(3)])
def test_a_row_that_is_a_number_is_named(call):
    assert " must be one row of numbers, got shape ()" in message_of(ValueError, call)


def test_the_slider_that_stands_in_starts_at_any_value():
    for own in (0.1, 0.1000001, 0.2):  # of which two are written like one of the others
        slider = around([0.1, 0.3], own, label="lr")
        assert (slider.values[slider.start], len(slider.values)) == (own, 3 if own == 0.2 else 2)
