"""What the state of each component may be: ``schema.json``, which the scripts read too."""

import json
from functools import cache
from importlib import resources
from typing import Any

from helpers import _validate

__all__ = ["check", "defaults", "load"]


@cache
def load() -> dict[str, Any]:
    """Read ``schema.json``.

    Returns
    -------
    dict
        ``rules`` and their ``settings``, ``problems``, and the fields of all ``components``.
    """
    text = (resources.files("helpers.lab") / "schema.json").read_text(encoding="utf-8")
    return json.loads(text)


def defaults(component: str) -> dict[str, Any]:
    """Return the state that a component starts with.

    Parameters
    ----------
    component : str
        Its name.

    Returns
    -------
    dict
        A value for each field.
    """
    fields = load()["components"][component]
    return json.loads(json.dumps({name: field["default"] for name, field in fields.items()}))


def check(component: str, name: str, value: Any) -> Any:
    """Return the value of a field as JSON holds it.

    Parameters
    ----------
    component : str
        Its name.
    name : str
        The field.
    value : object
        What the caller gave.

    Returns
    -------
    object
        The same, with tuples, arrays and tensors as lists.

    Raises
    ------
    TypeError, ValueError
        If there is no such field, or the value is not one that it can have.
    """
    fields = load()["components"][component]
    if name not in fields:
        raise TypeError(f"{name!r} is not one of the fields of {component}: {', '.join(fields)}")
    field = fields[name]
    match field["kind"]:
        case "choice":
            return _validate.choice(name, value, field["options"])
        case "flag":
            return _validate.flag(name, value)
        case "integer":
            least, most = field["min"], field["max"]
            return _validate.count(name, value, at_least=least, at_most=most)
        case "number":
            return _number(name, value, field)
        case "point":
            return _numbers(name, value, {"min": -100, "max": 100, "length": [2, 2]})
        case "numbers":
            return _numbers(name, value, field)
        case "rules":
            return [_rule(f"{name}[{i}]", one) for i, one in enumerate(_list(name, value, field))]
        case "pieces":
            pieces = [
                _piece(f"{name}[{i}]", one) for i, one in enumerate(_list(name, value, field))
            ]
            if (steps := sum(piece["steps"] for piece in pieces)) > field["steps"]:
                raise ValueError(f"{name} must have at most {field['steps']} steps, got {steps}")
            return pieces
    raise NotImplementedError(field["kind"])


def _number(name: str, value: Any, limits: dict[str, Any]) -> float:
    return _validate.number(name, value, f"[{limits['min']}, {limits['max']}]")


def _numbers(name: str, value: Any, limits: dict[str, Any]) -> list[float]:
    numbers = _validate.row(name, value).tolist()
    least, most = limits["length"]
    if not least <= len(numbers) <= most:
        limits_text = str(least) if least == most else f"{least} to {most}"
        raise ValueError(f"{name} must hold {limits_text} numbers, got {len(numbers)}")
    return [_number(f"{name}[{i}]", number, limits) for i, number in enumerate(numbers)]


def _list(name: str, value: Any, field: dict[str, Any]) -> list[Any]:
    if not isinstance(value, list | tuple) or not field["min"] <= len(value) <= field["max"]:
        raise ValueError(
            f"{name} must be a list of {field['min']} to {field['max']} dicts, "
            f"got {_validate.shown(value)}"
        )
    return list(value)


def _kind(name: str, value: Any, key: str) -> dict[str, Any]:
    """Return what ``schema.json`` knows of the rule or piece that a dict has under ``key``."""
    known = load()[f"{key}s"]
    kind = value.get(key) if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in known:
        raise ValueError(
            f"{name} must be a dict whose {key!r} is one of {', '.join(known)}, "
            f"got {_validate.shown(value)}"
        )
    return known[kind]


def _rule(name: str, rule: Any) -> dict[str, Any]:
    kind, ranges = _kind(name, rule, "rule"), load()["settings"]
    if "lr" not in rule:
        raise ValueError(f"{name} must have a learning rate, lr, got {rule}")
    checked: dict[str, Any] = {"rule": rule["rule"]}
    for setting, value in rule.items():
        if setting == "rule":
            continue
        if setting not in kind["settings"]:
            known_settings = ", ".join(kind["settings"])
            raise ValueError(f"{name} may have the settings {known_settings}, got {setting!r}")
        if isinstance(ranges[setting]["default"], bool):
            checked[setting] = _validate.flag(f"{name}[{setting!r}]", value)
        else:
            checked[setting] = _number(f"{name}[{setting!r}]", value, ranges[setting])
    if checked.get("nesterov") and (not checked.get("momentum") or checked.get("dampening")):
        raise ValueError(f"{name} must have a momentum and no dampening with nesterov, got {rule}")
    return checked


def _piece(name: str, piece: Any) -> dict[str, Any]:
    settings = _kind(name, piece, "piece")["settings"]
    steps = _validate.count(f"{name}['steps']", piece.get("steps"))
    checked = {"piece": piece["piece"], "steps": steps}
    for setting, value in piece.items():
        if setting in ("piece", "steps"):
            continue
        if setting not in settings:
            raise ValueError(f"{name} may have the settings {', '.join(settings)}, got {setting!r}")
        limits, label = settings[setting], f"{name}[{setting!r}]"
        if "options" in limits:
            checked[setting] = _validate.choice(label, value, limits["options"])
        elif isinstance(limits.get("default"), bool):
            checked[setting] = _validate.flag(label, value)
        elif limits.get("integer"):
            least, most = limits["min"], limits["max"]
            checked[setting] = _validate.count(label, value, at_least=least, at_most=most)
        else:
            checked[setting] = _number(label, value, limits)
    return checked
