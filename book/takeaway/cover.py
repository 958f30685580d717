"""The book's cover: a path through a valley, drawn as the course draws everything."""

import io
import textwrap

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.figures.canvas import DARK

__all__ = ["cover"]

_CURVATURES = np.array([1.0, 11.0])
_START = np.array([-2.3, 1.25])


def cover(title: str, subtitle: str) -> bytes:
    """Return the cover as a PNG of 1200 × 1800 pixels."""
    with rc_context({"font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(6, 9), dpi=200, facecolor=DARK["paper"])
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0.3, 1, 0.7))
        axes.set_axis_off()
        axes.set(xlim=(-2.7, 1.5), ylim=(-2.45, 2.45))
        across, along = np.meshgrid(np.linspace(-3, 2, 200), np.linspace(-2.5, 2.5, 200))
        turned_x, turned_y = across * 0.8 + along * 0.6, along * 0.8 - across * 0.6
        height = _CURVATURES[0] * turned_x**2 + _CURVATURES[1] * turned_y**2
        levels = np.geomspace(0.05, 90, 16)
        axes.contour(across, along, height, levels, colors=DARK["blue"], linewidths=1.1, alpha=0.6)
        path = _path() @ np.array([[0.8, 0.6], [-0.6, 0.8]])
        axes.plot(*path.T, color=DARK["orange"], linewidth=2.4, marker="o", markersize=5)
        axes.plot(0, 0, marker="*", markersize=22, color=DARK["green"])
        figure.text(
            0.08,
            0.27,
            textwrap.fill(title, 18),
            color=DARK["ink"],
            size=25,
            weight="bold",
            va="top",
        )
        figure.text(0.08, 0.06, textwrap.fill(subtitle, 50), color=DARK["muted"], size=10)
        content = io.BytesIO()
        figure.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()


def _path(steps: int = 40, rate: float = 0.03, momentum: float = 0.75) -> np.ndarray:
    """Return the points of SGD with momentum along the valley's own axes."""
    place, velocity, points = _START, np.zeros(2), [_START]
    for _ in range(steps):
        velocity = momentum * velocity + 2 * _CURVATURES * place
        place = place - rate * velocity
        points.append(place)
    return np.array(points)
