"""Figures of chapter 4: Adam."""

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import label_ends, note, titles
from helpers.figures.palette import STYLES

__all__ = ["agreement", "amsgrad", "decay", "first_step"]


@canvas.figure
def first_step(
    gradients: np.ndarray,
    sgd: np.ndarray,
    adam: np.ndarray,
    large_eps: np.ndarray,
    *,
    eps: float,
    ax: Axes | None = None,
) -> Axes:
    """Size of the first step against the size of the gradient, on logarithmic axes.

    Parameters
    ----------
    gradients : numpy.ndarray
        Shape (choices,), ascending.
    sgd, adam, large_eps : numpy.ndarray
        Shape (choices,): the steps of SGD, of Adam, and of Adam with a large ε, in learning rates.
    eps : float
        The large ε.
    """
    ax = canvas.subplots(ax=ax)
    key = "figures.adam.first_step"
    ax.set(xscale="log", yscale="log")
    ax.set(xlim=(gradients[0], gradients[-1]), ylim=(sgd[0] / 2, sgd[-1]))
    ax.minorticks_off()
    tenth = len(gradients) // 10
    decades = np.log10([gradients[-1] / gradients[0], 2 * sgd[-1] / sgd[0]])
    across, up = ax.bbox.size / decades
    slope = np.degrees(np.arctan2(0.88 * up, across))  # of lines where one decade brings another
    for name, steps, style, at, offset, angle, va in (
        ("sgd", sgd, "sgd", tenth, (5, -3), slope, "top"),
        ("adam", adam, "adam", 8 * tenth, (0, 6), 0, "bottom"),
        ("large_eps", large_eps, "adam_variant", 0, (8, -1), slope, "top"),
    ):
        ax.plot(gradients, steps, **STYLES[style])
        text, color = language.text(f"{key}.{name}", eps=eps), STYLES[style]["color"]
        point = (gradients[at], steps[at])
        note(ax, text, point, offset, color=color, va=va, rotation=angle, rotation_mode="anchor")
    titles(ax, key)
    canvas.describe(
        ax,
        key,
        smallest=gradients[0],
        largest=gradients[-1],
        sgd_smallest=sgd[0],
        sgd_largest=sgd[-1],
        adam_smallest=adam[0],
        adam_largest=adam[-1],
        eps=eps,
        large_eps_smallest=large_eps[0],
    )
    return ax


@canvas.figure
def agreement(
    noise: np.ndarray,
    low: np.ndarray,
    middle: np.ndarray,
    high: np.ndarray,
    *,
    mean: float,
    ax: Axes | None = None,
) -> Axes:
    """Size of Adam's steps against the noise of the gradient.

    Parameters
    ----------
    noise : numpy.ndarray
        Shape (choices,): standard deviation of the gradient, ascending.
    low, middle, high : numpy.ndarray
        Shape (choices,): quartiles of the step's size, in learning rates.
    mean : float
        Of the gradient, the same at all choices.
    """
    ax = canvas.subplots(ax=ax)
    key = "figures.adam.agreement"
    style = STYLES["adam"]
    ax.fill_between(noise, low, high, color=style["color"], alpha=0.25, linewidth=0)
    ax.plot(noise, middle, **style)
    ax.set(xscale="log", xlim=(noise[0], noise[-1]), ylim=(0, 1.1 * max(1, high.max())))
    ax.minorticks_off()
    titles(ax, key, mean=mean)
    ends = {"quiet": noise[0], "at_quiet": middle[0], "loud": noise[-1], "at_loud": middle[-1]}
    canvas.describe(ax, key, mean=mean, **ends)
    return ax


@canvas.figure
def decay(
    adam: dict[float, np.ndarray], adamw: dict[float, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """Share that is left of weights without a gradient, under the weight decay of Adam and AdamW.

    Parameters
    ----------
    adam, adamw : dict of float to numpy.ndarray
        By the weight's first value, of which there are two: its path, shape (steps + 1,).
    """
    ax = canvas.subplots(ax=ax)
    key = "figures.adam.decay"
    least = 0.0
    for first, path in adam.items():
        ax.plot(path / first, **STYLES["adam"], label=language.text(f"{key}.adam", first=first))
        least = min(least, path[-1] / first)
    # AdamW's two lines are one, and have one name.
    name = language.text(f"{key}.adamw", first=list(adamw))
    for label, (first, path) in zip((name, None), adamw.items(), strict=True):
        ax.plot(path / first, **STYLES["adamw"], label=label)
    ax.set(xlim=(0, len(path) - 1), ylim=(least - 0.04, 1.05))
    titles(ax, key)
    label_ends(ax)
    small, large = sorted(adam)
    canvas.describe(
        ax,
        key,
        steps=len(path) - 1,
        small=small,
        large=large,
        adam_small=adam[small][-1],
        adam_large=adam[large][-1],
        adamw_small=adamw[small][-1],
        adamw_large=adamw[large][-1],
    )
    return ax


@canvas.figure
def amsgrad(
    adam: np.ndarray, amsgrad: np.ndarray, *, best: float, worst: float, ax: Axes | None = None
) -> Axes:
    """Paths of Adam and AMSGrad on a problem made so that Adam goes the wrong way.

    Parameters
    ----------
    adam, amsgrad : numpy.ndarray
        Shape (steps + 1,): the parameter.
    best, worst : float
        The bounds of the parameter, the lower one being the best.
    """
    ax = canvas.subplots(height=3.3, ax=ax)
    key = "figures.adam.amsgrad"
    steps = len(adam) - 1
    ax.axhline(best, **STYLES["reference"])
    ax.plot(adam, **STYLES["adam"], label="Adam")
    ax.plot(amsgrad, **STYLES["amsgrad"], label="AMSGrad")
    margin = 0.075 * (worst - best)
    ax.set(xlim=(0, steps), ylim=(best - margin, worst + margin))
    titles(ax, key, best=best)
    label_ends(ax)
    ends = {"adam": adam[-1], "amsgrad": amsgrad[-1]}
    canvas.describe(ax, key, steps=steps, best=best, worst=worst, **ends)
    return ax
