"""Figures of chapter 11: what the patients of the clinic show, beside what they should show."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import headline, label_ends, titles
from helpers.figures.palette import COLORS

__all__ = ["board"]

Panel = tuple[np.ndarray, np.ndarray, np.ndarray]


@canvas.figure
def board(
    panels: dict[str, Panel],
    *,
    first: int,
    log: tuple[str, ...] = (),
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Two curves in each of some small panels, one sick and one well, in an order of the caller's.

    Parameters
    ----------
    panels : dict of str to tuple of three numpy.ndarray
        By patient, an even number of them: what the curves are drawn against, curve A and curve B,
        each of shape (points,). What is not finite is left out.
    first : int
        Number of the first patient; the others follow.
    log : tuple of str
        Patients whose curves are drawn on a logarithmic scale.
    """
    rows = len(panels) // 2
    axes = canvas.subplots(rows, 2, height=2.1 * rows + 0.3, narrow=4.2 * rows + 0.3, ax=axes)
    key = "figures.clinic.board"
    styles = {
        "A": {"color": COLORS["blue"], "linestyle": "-", "linewidth": 2},
        "B": {"color": COLORS["orange"], "linestyle": (0, (5, 2)), "linewidth": 2},
    }
    told = []
    for number, (patient, (x, *curves)) in enumerate(panels.items(), start=first):
        ax = axes.flat[number - first]
        for (name, style), curve in zip(styles.items(), curves, strict=True):
            known = np.isfinite(curve)
            ax.plot(x[known], curve[known], **style, label=name)
        if patient in log:
            ax.set_yscale("log")
        else:
            ax.yaxis.set_major_locator(MaxNLocator(3))
        ax.set_xlim(x[0], x[-1])
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        titles(ax, f"{key}.{patient}", number=number)
        label_ends(ax)
        told.append(_tell(f"{key}.{patient}", number, *curves))
    headline(axes, key)
    canvas.describe(axes.flat[0], key, count=len(panels), panels=" ".join(told))
    return axes


def _tell(key: str, number: int, *curves: np.ndarray) -> str:
    """Return in words what a panel shows."""
    values = {"title": language.text(f"{key}.title", number=number)}
    values["y"] = language.text(f"{key}.y")
    for name, curve in zip("ab", curves, strict=True):
        known = curve[np.isfinite(curve)]
        ends = {"first": known[0], "last": known[-1], "low": known.min(), "high": known.max()}
        values |= {f"{name}_{which}": value for which, value in ends.items()}
    return language.text("figures.clinic.panel", **values)
