"""Faults of the figures: what their descriptions say, and what only eyes see."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_WORDS = "tests/test_figures.py::test_alternative_text_says_what_the_figure_shows"

FAULTS = {
    "first step of the smallest gradient for the largest": Fault(
        "figures/adam.py",
        "adam_largest=adam[-1],",
        "adam_largest=adam[0],",
        _WORDS + "[adam.first_step]",
        "en/04-adam",
    ),
    "changes of sign counted as signs": Fault(
        "figures/adam.py",
        "(np.diff(np.sign(adapted)) != 0).sum()",
        "(np.sign(adapted) != 0).sum()",
        _WORDS + "[adam.explorer]",
        "en/04-adam",
    ),
    "falls counted as rises": Fault(
        "figures/adapted.py",
        "(np.diff(curve) > 0).sum()",
        "(np.diff(curve) < 0).sum()",
        _WORDS + "[adapted.losses]",
        "en/05-adapted-gradients",
    ),
    "seeds that are farther counted as closer": Fault(
        "figures/adapted.py",
        "(adam < sgd).sum()",
        "(adam > sgd).sum()",
        _WORDS + "[adapted.distances]",
        "pt/05-adapted-gradients",
    ),
    "peak one step early": Fault(
        "figures/bias.py",
        "step=peak + 1,\n        ratio",
        "step=peak,\n        ratio",
        _WORDS + "[bias.first_steps]",
        "en/03-bias",
    ),
    "tenth share one step late": Fault(
        "figures/bias.py",
        "tenth=share[9],",
        "tenth=share[10],",
        _WORDS + "[bias.missing_weight]",
        "pt/03-bias",
    ),
    "day counted from 0": Fault(
        "figures/ewma.py",
        "ewma_day=int(ewma.argmax()) + 1",
        "ewma_day=int(ewma.argmax())",
        _WORDS + "[ewma.smoothing]",
        "en/02-ewma",
    ),
    "weight of six values for that of five": Fault(
        "figures/ewma.py",
        "weights[:5].sum()",
        "weights[:6].sum()",
        _WORDS + "[ewma.explorer]",
        "en/02-ewma",
    ),
    "second rate an epoch early": Fault(
        "figures/hands_on.py",
        "int(epochs[starts[1]]) if",
        "int(epochs[starts[1]] - 1) if",
        _WORDS + "[hands_on.learning_rates]",
        "en/08-hands-on",
    ),
    "step without its sign": Fault(
        "figures/learning_rate.py",
        "step=landing[0] - start[0]",
        "step=start[0] - landing[0]",
        _WORDS + "[learning_rate.step]",
        "en/01-learning-rate",
    ),
    "distance to the origin": Fault(
        "figures/learning_rate.py",
        "np.asarray(path)[-1] - np.asarray(optimum)",
        "np.asarray(path)[-1]",
        _WORDS + "[learning_rate.explorer]",
        "en/01-learning-rate",
    ),
    "mean for the median": Fault(
        "figures/momentum.py",
        "float(np.median(values)) for look, values in distances.items()",
        "float(np.mean(values)) for look, values in distances.items()",
        _WORDS + "[momentum.distances]",
        "en/06-momentum",
    ),
    "least gradient for the largest": Fault(
        "figures/momentum.py",
        "{look: values.max() for look, values in gradients.items()}",
        "{look: values.min() for look, values in gradients.items()}",
        _WORDS + "[momentum.gradients]",
        "en/06-momentum",
    ),
    "median bar at the mean": Fault(
        "figures/runs.py",
        "[np.median(of_row)] * 2",
        "[np.mean(of_row)] * 2",
        "tests/test_figures_schedulers.py::test_medians_are_marked_row_by_row_from_above",
        None,
    ),
    "loss before the first step for that after the last": Fault(
        "figures/scheduled_runs.py",
        "{name: curve[-1] for name, curve in curves.items()}",
        "{name: curve[0] for name, curve in curves.items()}",
        _WORDS + "[scheduled_runs.floor]",
        "en/07-schedulers",
    ),
    "reduction told an epoch early": Fault(
        "figures/schedulers.py",
        "np.flatnonzero(np.diff(rates) < 0) + 1",
        "np.flatnonzero(np.diff(rates) < 0)",
        _WORDS + "[schedulers.plateau]",
        "en/07-schedulers",
    ),
    "ratio the wrong way round": Fault(
        "figures/stability.py",
        'ratio=needed["sgd"][-1] / needed["momentum"][-1]',
        'ratio=needed["momentum"][-1] / needed["sgd"][-1]',
        _WORDS + "[stability.steps]",
        "en/06-momentum",
    ),
    "path drawn with its axes swapped": Fault(
        "figures/surface.py",
        "ax.plot(path[:, 0], path[:, 1],",
        "ax.plot(path[:, 1], path[:, 0],",
        "tests/test_figures.py::test_paths_run_over_bias_and_weight_from_a_ring_at_their_start",
        None,
    ),
    "race to the start": Fault(
        "figures/welcome.py",
        "np.linalg.norm(path[-1] - optimum)",
        "np.linalg.norm(path[-1] - path[0])",
        _WORDS + "[welcome.race]",
        "en/00-welcome",
    ),
    "description of the title": Fault(
        "figures/canvas.py",
        'language.text(f"{key}.alt", **values)',
        'language.text(f"{key}.title", **values)',
        _WORDS + "[welcome.race]",
        "en/00-welcome",
    ),
    "names at the ends of lines that overlap": Fault(
        "figures/canvas.py",
        "ceiling = heights[at] - gap",
        "ceiling = heights[at]",
        "tests/test_figures.py::test_names_at_the_ends_of_lines_keep_apart",
        None,
    ),
}
