"""Figures of chapter 5: what Adam does to gradients."""

import numpy as np
from matplotlib.axes import Axes

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import RULES, label_ends, note, titles
from helpers.figures.palette import STYLES
from helpers.figures.runs import draw_seeds
from helpers.figures.runs import losses as losses
from helpers.figures.surface import (
    Surface,
    distance,
    draw_paths,
    draw_surface,
    explain_marks,
)

__all__ = ["conditions", "distances", "panels", "paths"]


@canvas.figure
def panels(
    gradients: np.ndarray,
    smoothed: np.ndarray,
    scale: np.ndarray,
    adapted: np.ndarray,
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """A parameter's gradients, what Adam divides them by, and what comes out, in three panels.

    Parameters
    ----------
    gradients, smoothed, scale, adapted : numpy.ndarray
        Shape (steps,): g, m̂, 1 / √v̂ and m̂ / √v̂ at each mini-batch.
    """
    axes = canvas.subplots(3, height=7.2, sharex=True, ax=axes)
    key = "figures.adapted.panels"
    reach = 1.1 * np.abs(np.concatenate([gradients, adapted])).max()
    for ax, part, curve, style, name in zip(
        axes,
        ("smoothed", "scale", "adapted"),
        (smoothed, scale, adapted),
        ("corrected", "sgd", "adam"),
        ("average", "factor", "adapted"),
        strict=True,
    ):
        titles(ax, f"{key}.{part}")
        ax.label_outer()
        if part == "scale":
            ax.set_ylim(0, 1.1 * scale.max())
        else:
            gradient = language.text(f"{key}.names.gradient")
            ax.axhline(0, **STYLES["zero"])
            ax.plot(gradients, **STYLES["gradient"], label=gradient)
            ax.set_ylim(-reach, reach)
        ax.plot(curve, **STYLES[style], label=language.text(f"{key}.names.{name}"))
        ax.set_xlim(0, len(gradients) - 1)
        label_ends(ax)
    canvas.describe(
        axes[0],
        key,
        steps=len(gradients),
        low=gradients.min(),
        high=gradients.max(),
        first_scale=scale[0],
        last_scale=scale[-1],
        adapted_low=adapted.min(),
        adapted_high=adapted.max(),
    )
    return axes


@canvas.figure
def paths(
    surface: Surface,
    optimum: np.ndarray,
    sgd: np.ndarray,
    adam: np.ndarray,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Paths of SGD and Adam over the loss surface of the regression.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        Bias, weight and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    sgd, adam : numpy.ndarray
        Shape (steps + 1, 2).
    """
    ax = canvas.subplots(height=5.6, narrow=4.2, ax=ax)
    key = "figures.adapted.paths"
    draw_surface(ax, surface, optimum)
    draw_paths(ax, {"sgd": sgd, "adam": adam})
    explain_marks(ax)
    titles(ax, key)
    for style, at, offset in (
        ("sgd", sgd[-1], (-4, 8)),
        ("adam", adam[adam[:, 0].argmax()], (8, -4)),
    ):
        note(ax, RULES[style], at, offset, color=STYLES[style]["color"], fontweight="bold")
    canvas.describe(
        ax,
        key,
        bias=sgd[0, 0],
        weight=sgd[0, 1],
        best_bias=optimum[0],
        best_weight=optimum[1],
        steps=len(sgd) - 1,
        sgd=distance(sgd, optimum),
        adam=distance(adam, optimum),
    )
    return ax


@canvas.figure
def distances(sgd: np.ndarray, adam: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Distance to the optimum after training, a dot for each seed, with the medians.

    Parameters
    ----------
    sgd, adam : numpy.ndarray
        Shape (seeds,).
    """
    ax = canvas.subplots(height=2.8, ax=ax)
    key = "figures.adapted.distances"
    rows = {"sgd": sgd, "adam": adam}
    draw_seeds(ax, [(RULES[rule], dots, STYLES[rule]["color"]) for rule, dots in rows.items()])
    ax.set_xlim(left=0)
    closer = int((adam < sgd).sum())
    titles(ax, key, seeds=len(sgd), closer=closer)
    canvas.describe(
        ax,
        key,
        seeds=len(sgd),
        sgd=np.median(sgd),
        adam=np.median(adam),
        closer=closer,
    )
    return ax


@canvas.figure
def conditions(
    condition: np.ndarray,
    curves: dict[str, np.ndarray],
    *,
    steps: int,
    angle: float,
    ax: Axes | None = None,
) -> Axes:
    """Loss left after some steps, each with its best rate, against the bowl's condition number.

    Parameters
    ----------
    condition : numpy.ndarray
        Shape (choices,), ascending.
    curves : dict of str to numpy.ndarray
        Under ``"sgd"``, ``"adam"`` and ``"turned"`` (Adam on the turned bowl): shape (choices,).
    steps : int
        How many steps each run had.
    angle : float
        By which the turned bowl is turned, in degrees.
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    key = "figures.adapted.conditions"
    ax.set(xscale="log", yscale="log", xlim=(condition[0], condition[-1]))
    ax.minorticks_off()
    for name, curve in curves.items():
        style = STYLES["adam_variant" if name == "turned" else name]
        ax.plot(condition, curve, **style, label=language.text(f"{key}.{name}", angle=angle))
    titles(ax, key, steps=steps)
    label_ends(ax)
    last = {name: curve[-1] for name, curve in curves.items()}
    values = {"steps": steps, "angle": angle, "least": condition[0], "most": condition[-1]}
    canvas.describe(ax, key, **values, **last)
    return ax
