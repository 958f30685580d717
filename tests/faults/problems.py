"""Faults of the problems."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_TESTS = "tests/test_problems.py::"

FAULTS = {
    "half the gradient": Fault(
        "problems/regression.py",
        "return 2 * torch.stack([errors.mean(-1)",
        "return torch.stack([errors.mean(-1)",
        _TESTS + "test_gradient_is_autograds",
        "en/00-welcome",
    ),
    "gradient of the sum": Fault(
        "problems/regression.py",
        "(errors * x.to(errors)).mean(-1)",
        "(errors * x.to(errors)).sum(-1)",
        _TESTS + "test_gradient_is_autograds",
        "pt/00-welcome",
    ),
    "half the loss": Fault(
        "problems/regression.py",
        "(_errors(points, x, y) ** 2).mean(-1)",
        "(_errors(points, x, y) ** 2).mean(-1) / 2",
        _TESTS + "test_surface_is_torchs_loss",
        "en/01-learning-rate",
    ),
    "intercept of the wrong sign": Fault(
        "problems/regression.py",
        "y.mean() - weight * x.mean()",
        "y.mean() + weight * x.mean()",
        _TESTS + "test_least_squares_is_numpys",
        "en/00-welcome",
    ),
    "all points in the training part": Fault(
        "problems/regression.py",
        "order[:kept], order[kept:]",
        "order, order[kept:]",
        _TESTS + "test_toy_is_the_chapters",
        "en/06-momentum",
    ),
    "noise that is never negative": Fault(
        "problems/regression.py",
        "noise * random.randn(samples)",
        "noise * random.rand(samples)",
        _TESTS + "test_toy_is_the_chapters",
        "en/00-welcome",
    ),
    "bowl turned the other way": Fault(
        "problems/surfaces.py",
        "[u * cosine - condition * v * sine,",
        "[u * cosine + condition * v * sine,",
        _TESTS + "test_gradient_is_autograds",
        "en/05-adapted-gradients",
    ),
    "bowl twice as deep as its gradient says": Fault(
        "problems/surfaces.py",
        "return (u**2 + condition * v**2) / 2",
        "return u**2 + condition * v**2",
        _TESTS + "test_gradient_is_autograds",
        "en/05-adapted-gradients",
    ),
    "degrees taken for radians": Fault(
        "problems/surfaces.py",
        'angle = math.radians(_validate.number("angle", angle))',
        'angle = _validate.number("angle", angle)',
        _TESTS + "test_angle_is_in_degrees",
        "pt/05-adapted-gradients",
    ),
    "Rosenbrock's gradient without its inner derivative": Fault(
        "problems/surfaces.py",
        "- 400 * x * (y - x**2)",
        "- 200 * (y - x**2)",
        _TESTS + "test_gradient_is_autograds",
        None,
    ),
}
