"""Figures of chapter 5: what Adam does to gradients, seen."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.runs import draw_losses, draw_seeds
from helpers.figures.surface import Surface, corner_note, draw_paths, draw_surface, name_path

__all__ = ["conditions", "distances", "explorer", "losses", "panels", "paths"]


@canvas.figure
def panels(
    gradients: np.ndarray,
    smoothed: np.ndarray,
    scale: np.ndarray,
    adapted: np.ndarray,
    *,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """A parameter's gradients, what Adam divides them by, and what comes out.

    Parameters
    ----------
    gradients, smoothed, scale, adapted : numpy.ndarray
        Shape (steps,): g, m̂, 1 / √v̂ and m̂ / √v̂ at each mini-batch.
    axes : numpy.ndarray of matplotlib.axes.Axes, optional
        Shape (3,): axes to draw on.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Those drawn on, shape (3,).
    """
    if axes is None:
        axes = canvas.subplots(3, height=7.2, sharex=True)
    steps = np.arange(len(gradients))
    reach = 1.1 * np.abs(np.concatenate([gradients, adapted])).max()
    grey = {"color": COLORS["grey"], "linewidth": 1.1, "marker": ".", "markersize": 4}
    for ax, part in zip(axes, ("smoothed", "scale", "adapted"), strict=True):
        canvas.titles(ax, f"figures.adapted.panels.{part}")
        ax.xaxis.label.set_visible(ax is axes[-1])
        with canvas.style():
            ax.set_xlim(0, len(gradients) - 1)
            if part != "scale":
                ax.axhline(0, color=COLORS["muted"], linewidth=0.8)
                ax.plot(steps, gradients, **grey)
                ax.set_ylim(-reach, reach)
    with canvas.style():
        axes[0].plot(steps, smoothed, **STYLES["corrected"])
        axes[1].plot(steps, scale, **STYLES["sgd"])
        axes[1].set_ylim(0, 1.1 * scale.max())
        axes[2].plot(steps, adapted, **STYLES["adam"])
    last = steps[-1]
    ends = (
        (axes[0], (("gradient", gradients, "muted"), ("average", smoothed, "green"))),
        (axes[1], (("factor", scale, "blue"),)),
        (axes[2], (("gradient", gradients, "muted"), ("adapted", adapted, "orange"))),
    )
    for ax, curves in ends:
        canvas.label_ends(
            ax,
            [
                (
                    last,
                    curve[-1],
                    language.text(f"figures.adapted.panels.names.{name}"),
                    COLORS[color],
                )
                for name, curve, color in curves
            ],
        )
    canvas.describe(
        axes[0],
        "figures.adapted.panels",
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
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.6, ax=ax)
    draw_surface(ax, surface, optimum)
    draw_paths(ax, {"sgd": sgd, "adam": adam})
    canvas.titles(ax, "figures.adapted.paths")
    optimum, sgd, adam = (np.asarray(part) for part in (optimum, sgd, adam))
    name_path(ax, "SGD", sgd[-1], "blue", offset=(-4, 8))
    name_path(ax, "Adam", adam[adam[:, 0].argmax()], "orange", offset=(8, -4))
    far = [float(np.linalg.norm(path[-1] - optimum)) for path in (sgd, adam)]
    canvas.describe(
        ax,
        "figures.adapted.paths",
        bias=sgd[0, 0],
        weight=sgd[0, 1],
        best_bias=optimum[0],
        best_weight=optimum[1],
        steps=len(sgd) - 1,
        sgd=far[0],
        adam=far[1],
    )
    return ax


@canvas.figure
def losses(
    train: dict[str, np.ndarray], validation: dict[str, np.ndarray], *, ax: Axes | None = None
) -> Axes:
    """Training and validation loss, epoch by epoch, on a logarithmic axis.

    Parameters
    ----------
    train, validation : dict of str to numpy.ndarray
        By the name of their look, ``"sgd"`` and ``"adam"``: shape (epochs,).
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    lines = {"train": "-", "validation": (0, (2, 1.5))}
    curves = [
        (
            of_epochs[look],
            language.text(f"figures.adapted.losses.{look}_{part}"),
            STYLES[look]["color"],
            lines[part],
        )
        for look in train
        for part, of_epochs in (("train", train), ("validation", validation))
    ]
    draw_losses(ax, curves)
    canvas.titles(ax, "figures.adapted.losses")
    rises = {look: int((np.diff(curve) > 0).sum()) for look, curve in train.items()}
    canvas.describe(
        ax,
        "figures.adapted.losses",
        epochs=len(train["sgd"]),
        sgd=train["sgd"][-1],
        adam=train["adam"][-1],
        sgd_validation=validation["sgd"][-1],
        adam_validation=validation["adam"][-1],
        sgd_rises=rises["sgd"],
        adam_rises=rises["adam"],
    )
    return ax


@canvas.figure
def distances(sgd: np.ndarray, adam: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Distance to the optimum after training, one dot a seed, with the medians.

    Parameters
    ----------
    sgd, adam : numpy.ndarray
        Shape (seeds,).
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=2.8, ax=ax)
    draw_seeds(
        ax,
        [
            ("SGD", sgd, STYLES["sgd"]["color"]),
            ("Adam", adam, STYLES["adam"]["color"]),
        ],
    )
    with canvas.style():
        ax.set_xlim(0, None)
    canvas.titles(ax, "figures.adapted.distances", seeds=len(sgd))
    canvas.describe(
        ax,
        "figures.adapted.distances",
        seeds=len(sgd),
        sgd=float(np.median(sgd)),
        adam=float(np.median(adam)),
        closer=int((adam < sgd).sum()),
    )
    return ax


@canvas.figure
def conditions(
    condition: np.ndarray, curves: dict[str, np.ndarray], *, steps: int, ax: Axes | None = None
) -> Axes:
    """Loss left after some steps, each with its best rate, against the bowl's condition number.

    Parameters
    ----------
    condition : numpy.ndarray
        Shape (choices,), ascending.
    curves : dict of str to numpy.ndarray
        Shape (choices,), under ``"sgd"``, ``"adam"`` and ``"turned"`` (Adam on the turned bowl).
    steps : int
        How many were taken.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=3.9, ax=ax)
    looks = {
        "sgd": STYLES["sgd"],
        "adam": STYLES["adam"],
        "turned": {**STYLES["adam"], "linestyle": (0, (2, 1.5))},
    }
    ends = []
    with canvas.style():
        ax.set_xscale("log")
        ax.set_yscale("log")
        for name, curve in curves.items():
            ax.plot(condition, curve, **looks[name])
            words = language.text(f"figures.adapted.conditions.{name}")
            ends.append((condition[-1], curve[-1], words, looks[name]["color"]))
        ax.set_xlim(condition[0], condition[-1])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_minor_locator(NullLocator())
    canvas.titles(ax, "figures.adapted.conditions", steps=steps)
    canvas.label_ends(ax, ends)
    canvas.describe(
        ax,
        "figures.adapted.conditions",
        steps=steps,
        least=condition[0],
        most=condition[-1],
        sgd=curves["sgd"][-1],
        adam=curves["adam"][-1],
        turned=curves["turned"][-1],
    )
    return ax


@canvas.figure
def explorer(
    surface: Surface,
    sgd: np.ndarray,
    adam: np.ndarray,
    *,
    condition: float,
    angle: float,
    ax: Axes | None = None,
) -> Axes:
    """Paths of SGD and Adam over a bowl, more or less stretched, more or less turned.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        As `problems.grid` returns it.
    sgd, adam : numpy.ndarray
        Shape (steps + 1, 2).
    condition : float
        The bowl's condition number.
    angle : float
        By which it is turned, in degrees.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
        Those drawn on.
    """
    ax = canvas.subplots(height=4.6, ax=ax)
    draw_surface(ax, surface, np.zeros(2))
    draw_paths(ax, {"sgd": sgd, "adam": adam})
    with canvas.style():
        ax.xaxis.set_major_locator(MaxNLocator(5))
    canvas.titles(ax, "figures.adapted.explorer", condition=condition, angle=angle)
    far = {name: float(np.linalg.norm(path[-1])) for name, path in (("sgd", sgd), ("adam", adam))}
    for row, (name, label, color) in enumerate(
        (("sgd", "SGD", "blue"), ("adam", "Adam", "orange"))
    ):
        words = language.text("figures.adapted.explorer.far", rule=label, far=far[name])
        corner_note(ax, words, color, row)
    canvas.describe(
        ax,
        "figures.adapted.explorer",
        condition=condition,
        angle=angle,
        steps=len(sgd) - 1,
        **far,
    )
    return ax
