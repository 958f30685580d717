"""Ticks of axes, labelled as the language in which the figure was drawn writes numbers."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import Formatter, LogLocator, ScalarFormatter

from helpers import language

__all__ = ["LinearFormatter", "NumberFormatter", "plain_log"]


_ROOM = 3.5  # inches


class LinearFormatter(ScalarFormatter):
    """Tick labels with as many decimals as tell the ticks apart."""

    def __init__(self) -> None:
        super().__init__(useOffset=False, useLocale=False)
        self.set_scientific(False)
        self._code = language.current()

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of the value ``x``."""
        _, _, decimals = super().__call__(x, pos).partition(".")
        return language.number(x, f",.{len(decimals)}f", self._code)


class NumberFormatter(Formatter):
    """Tick labels in a format such as ``",g"`` or ``".0%"``.

    Parameters
    ----------
    spec : str
        As for `helpers.language.number`.
    """

    def __init__(self, spec: str) -> None:
        self._spec = spec
        self._code = language.current()

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of the value ``x``."""
        return language.number(x, self._spec, self._code)


def plain_log(ax: Axes) -> None:
    """Label logarithmic axes with plain numbers: powers of ten, more on a short axis.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes whose scales and limits are set.
    """
    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() == "log":
            low, high = sorted(axis.get_view_interval())
            # Several labels a decade need room, most of all beside each other.
            is_narrow = axis is ax.xaxis and ax.bbox.width / ax.figure.dpi < _ROOM
            short = np.log10(high / low) < (1.6 if is_narrow else 2.6)
            axis.set_major_locator(LogLocator(subs=(1, 2, 5) if short else (1,), numticks=12))
            axis.set_major_formatter(NumberFormatter(",g"))
    ax.minorticks_off()
