"""Faults of the exercises' checks. The notebooks leave their exercises open: nbval sees none."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_RIGHT = "tests/test_exercises.py::test_right_answer_passes_and_hears_why"

FAULTS = {
    "Adam's first step up the slope": Fault(
        "exercises/adam.py", "change = -lr * gradient /", "change = lr * gradient /", _RIGHT, None
    ),
    "factor with the root of the gradient": Fault(
        "exercises/adapted.py", "wanted=1 / 0.02,", "wanted=1 / math.sqrt(0.02),", _RIGHT, None
    ),
    "weight of the first value one step late": Fault(
        "exercises/bias.py",
        "reference=lambda beta, t: beta ** (t - 1)",
        "reference=lambda beta, t: beta**t",
        _RIGHT,
        None,
    ),
    "half-life of the wrong sign": Fault(
        "exercises/ewma.py",
        "reference=lambda beta: math.log(0.5)",
        "reference=lambda beta: math.log(2)",
        _RIGHT,
        None,
    ),
    "one epoch of patience too many": Fault(
        "exercises/hands_on.py",
        "if waited == patience + late:",
        "if waited > patience + late:",
        _RIGHT,
        None,
    ),
    "step up the slope": Fault(
        "exercises/learning_rate.py", "wanted=3 - 0.1 * -4", "wanted=3 + 0.1 * -4", _RIGHT, None
    ),
    "best momentum without its square": Fault(
        "exercises/momentum.py",
        "(math.sqrt(b) + math.sqrt(a))) ** 2",
        "(math.sqrt(b) + math.sqrt(a)))",
        _RIGHT,
        None,
    ),
    "milestone that rules from the epoch after it": Fault(
        "exercises/schedulers.py", "milestone <= epoch", "milestone < epoch", _RIGHT, None
    ),
    "answers of any size": Fault(
        "exercises/verdict.py",
        "not np.allclose(given, right, rtol=1e-6, atol=1e-9)",
        "not np.allclose(given, right, rtol=1e-1, atol=1e-1)",
        "tests/test_exercises.py::test_usual_mistake_gets_its_own_hint",
        None,
    ),
}
