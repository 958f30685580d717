"""Faults of the checks of arguments."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

FAULTS = {
    "open end taken for a closed one": Fault(
        "_validate.py",
        'below = value <= high if interval[-1] == "]" else value < high\n    return',
        "below = value <= high\n    return",
        "tests/test_check.py::test_number_keeps_to_its_interval",
        None,
    ),
}
