"""Explorers: a picture that one or two sliders change.

In a kernel, ipywidgets sliders redraw the picture when they move. While the course is built, the
picture is drawn for every position of the sliders, and a script on the page switches between them.
"""

import base64
import functools
import html
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from helpers import _validate, display, language, output

__all__ = ["Slider", "explore", "slider"]

_WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Slider:
    """Values that a reader can choose from, in order.

    Attributes
    ----------
    values : tuple of float, or of str
        The choices.
    start : int
        Index of the choice that is shown first.
    label : str
        The quantity's letter, or the key of its name among the texts ``sliders``.
    spec : str
        How a number is written, as for `format`.
    """

    values: tuple[float, ...] | tuple[str, ...]
    start: int
    label: str
    spec: str

    def name(self) -> str:
        """Return the quantity's name in the reader's language, or its letter.

        Returns
        -------
        str
            What stands beside the slider.
        """
        return str(language.table("sliders").get(self.label, self.label))

    def written(self) -> list[str]:
        """Return the choices, numbers as the reader's language writes them.

        Returns
        -------
        list of str
            One for each of ``values``.
        """
        return [
            value if isinstance(value, str) else language.number(value, self.spec)
            for value in self.values
        ]


def slider(
    values: Sequence[float] | Sequence[str], *, start: float | str, label: str, spec: str = "g"
) -> Slider:
    """Make a slider for `explore`.

    Parameters
    ----------
    values : sequence of float, or of str
        The choices, at least two: ascending numbers, or different names in any order.
    start : float or str
        The choice that is shown first: one of ``values``.
    label : str
        The quantity's letter, for instance ``"α"``, or the key of its name among the texts
        ``sliders``.
    spec : str
        How a number is written, as for `format`; no two may be written alike.

    Returns
    -------
    Slider
        Its ``start`` is the index of the given one.

    Raises
    ------
    TypeError
        If names and numbers are mixed, or an argument is of another type.
    ValueError
        If ``values`` are fewer than two, numbers not in ascending order, or names that are empty or
        repeated, or if ``start`` is not one of them.
    """
    is_single = isinstance(values, str) or getattr(values, "ndim", 1) != 1
    if is_single or not isinstance(values, Iterable):
        raise TypeError(f"values must be numbers or names, got {_validate.shown(values)}")
    if not isinstance(label, str) or not label:
        raise TypeError(f"label must be a name, got {_validate.shown(label)}")
    given: list[Any] = list(values)
    named = [isinstance(value, str) for value in given]
    if any(named) and not all(named):
        raise TypeError(f"values must be all numbers or all names, got {_validate.shown(given)}")
    choices: tuple[float, ...] | tuple[str, ...]
    if any(named):
        choices = tuple(str(value) for value in given)
        if len(choices) < 2 or len(set(choices)) < len(choices) or "" in choices:
            raise ValueError(
                f"values must be at least two different names, got {_validate.shown(given)}"
            )
    else:
        choices = tuple(_validate.array("values", given).flatten().tolist())
        bounded = [-math.inf, *choices, math.inf]
        if len(choices) < 2 or not all(a < b for a, b in itertools.pairwise(bounded)):
            shown = _validate.shown(given)
            raise ValueError(f"values must be at least two ascending numbers, got {shown}")
        if isinstance(start, bool) or not isinstance(start, Real):
            raise ValueError(f"start must be one of values, got {_validate.shown(start)}")
    if start not in choices:
        raise ValueError(f"start must be one of values, got {_validate.shown(start)}")
    made = Slider(choices, choices.index(start), label, spec)
    if len(set(made.written())) < len(choices):
        raise ValueError(f"spec must write no two values alike, got {_validate.shown(spec)}")
    return made


def explore(draw: Callable[..., Any], **sliders: Slider) -> None:
    """Show a picture that follows one or two sliders.

    Parameters
    ----------
    draw : callable
        Takes one keyword argument a slider, named as it, and returns what a function of
        `helpers.figures` returned.
    **sliders : Slider
        One or two.

    Raises
    ------
    ValueError
        If there are no sliders or more than two.
    TypeError
        If a slider was not made by `slider`.
    """
    _validate.function("draw", draw, "of a value for each slider")
    if not 1 <= len(sliders) <= 2:
        raise ValueError(f"sliders must be one or two, got {len(sliders)}")
    for name, one in sliders.items():
        if not isinstance(one, Slider):
            shown = _validate.shown(one)
            raise TypeError(f"{name} must be made by helpers.explore.slider, got {shown}")
    if output.is_building():
        output.publish("explorer", lambda: _frames(draw, sliders))
    else:
        _show_widget(draw, sliders)


def _frames(draw: Callable[..., Any], sliders: dict[str, Slider]) -> dict[str, Any]:
    """Draw the picture for every position; the last slider moves fastest."""
    frames = [
        display.frame(functools.partial(draw, **dict(zip(sliders, values, strict=True))))
        for values in itertools.product(*(one.values for one in sliders.values()))
    ]
    start = 0
    for one in sliders.values():
        start = start * len(one.values) + one.start
    return {
        "text": frames[start]["text"],
        "sliders": [
            {"label": one.name(), "values": one.written(), "start": one.start}
            for one in sliders.values()
        ],
        "frames": frames,
    }


def _show_widget(draw: Callable[..., Any], sliders: dict[str, Slider]) -> None:
    """Show ipywidgets sliders above a picture, and redraw it whenever they move."""
    import ipywidgets
    from IPython.display import display as emit

    controls = {
        name: ipywidgets.SelectionSlider(
            options=list(zip(one.written(), one.values, strict=True)),
            value=one.values[one.start],
            description=one.name(),
            continuous_update=True,
            layout={"width": "min(100%, 560px)"},
        )
        for name, one in sliders.items()
    }
    image = ipywidgets.HTML()

    def redraw(*_: Any) -> str:
        values = {name: control.value for name, control in controls.items()}
        figure, text = display.picture(draw(**values))
        source = base64.b64encode(display.png(figure)).decode()
        image.value = (
            f'<img src="data:image/png;base64,{source}" alt="{html.escape(text)}" '
            'style="width: min(100%, 600px)">'
        )
        return text

    for control in controls.values():
        control.observe(redraw, names="value")
    text = redraw()
    explorer = ipywidgets.VBox([*controls.values(), image])
    # Only widgets of ipywidgets 8 provide this output themselves; Colab has ipywidgets 7.
    view = {"version_major": 2, "version_minor": 0, "model_id": explorer.model_id}
    data = {_WIDGET_MIME: view, "text/plain": text}
    emit(data, metadata={"course": "explorer"}, raw=True)
