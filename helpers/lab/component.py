"""A live component: shown by its scripts in a kernel and on the page, drawn without them."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.util import find_spec
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers import display, language, output
from helpers.explore import Slider, explore, slider
from helpers.lab import schema

__all__ = ["Component", "Kind", "around"]

_WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Kind:
    """What distinguishes one kind of component from another.

    Attributes
    ----------
    name : str
        As in ``schema.json``.
    draw : callable
        From a state to the axes of its still picture.
    slider : callable
        From a state to the slider that stands in where anywidget is missing.
    move : callable
        From a state and a value of that slider to the state there.
    """

    name: str
    draw: Callable[[dict[str, Any]], Axes | np.ndarray]
    slider: Callable[[dict[str, Any]], Slider]
    move: Callable[[dict[str, Any], Any], dict[str, Any]]


class Component:
    """A live component. As the last line of a cell it shows itself.

    Each field of its state is an attribute, which follows what the reader does, and can be set.

    Parameters
    ----------
    kind : Kind
        Which one.
    state : dict
        Values of some fields; the others have their defaults.
    """

    def __init__(self, kind: Kind, state: dict[str, Any]) -> None:
        given = {name: schema.check(kind.name, name, value) for name, value in state.items()}
        object.__setattr__(self, "_kind", kind)
        object.__setattr__(self, "_widget", None)
        object.__setattr__(self, "_state", {**schema.defaults(kind.name), **given})

    @property
    def state(self) -> dict[str, Any]:
        """All fields and their values, as they are now."""
        return copy.deepcopy(self._widget.state if self._widget else self._state)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # as `copy` asks, before there is a kind
            raise AttributeError(name)
        if name in schema.load()["components"][self._kind.name]:
            return self.state[name]
        raise AttributeError(f"{self._kind.name} has no field {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        state = {**self.state, name: schema.check(self._kind.name, name, value)}
        object.__setattr__(self, "_state", state)
        if self._widget:
            self._widget.state = state

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *schema.load()["components"][self._kind.name]]

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.state.items())
        return f"{self._kind.name}({fields})"

    def _ipython_display_(self) -> None:
        if output.is_building():
            output.publish("lab", self._version)
        elif find_spec("anywidget"):
            self._show_widget()
        else:
            output.print_text("lab.no_anywidget")
            kind, state = self._kind, self.state
            explore(
                lambda value: kind.draw(kind.move(state, value)),
                value=kind.slider(state),
            )

    def _version(self) -> dict[str, Any]:
        """Return what the page in the current language needs."""
        still = display.frame(lambda: self._kind.draw(self.state))
        return {"component": self._kind.name, "state": self.state, **self._language(), **still}

    def _language(self) -> dict[str, Any]:
        """Return the component's texts and the marks of numbers, in the current language."""
        others = schema.load()["components"].keys() - {self._kind.name}
        texts = {key: text for key, text in language.table("lab").items() if key not in others}
        return {"texts": texts, "marks": language.table("language")}

    def _show_widget(self) -> None:
        from IPython.display import display as emit

        if self._widget is None:
            widget = _widget_class()(
                component=self._kind.name, state=self._state, language=self._language()
            )
            object.__setattr__(self, "_widget", widget)
        _, text = display.picture(self._kind.draw(self.state))
        view = {"version_major": 2, "version_minor": 0, "model_id": self._widget.model_id}
        # As for explorers: Colab has ipywidgets 7.
        data = {_WIDGET_MIME: view, "text/plain": text}
        emit(data, metadata={"course": "lab"}, raw=True)


def around(values: Sequence[float], own: float, label: str) -> Slider:
    """Make a slider that starts at a component's own value.

    Parameters
    ----------
    values : sequence of float
        The others; left out where it is written like the own one.
    own : float
        The value of the component.
    label : str
        As for `helpers.explore.slider`.

    Returns
    -------
    Slider
        In ascending order.
    """
    others = [value for value in values if f"{value:g}" != f"{own:g}"]
    return slider(sorted([own, *others]), start=own, label=label)


@cache
def _widget_class() -> type[Any]:
    """Define the widget, whose library is imported only where it is needed."""
    import anywidget
    import traitlets

    folder = resources.files("helpers.lab")

    class LabWidget(anywidget.AnyWidget):
        _esm = (folder / "lab.js").read_text(encoding="utf-8")
        _css = (folder / "lab.css").read_text(encoding="utf-8")
        component = traitlets.Unicode().tag(sync=True)
        state = traitlets.Dict().tag(sync=True)
        language = traitlets.Dict().tag(sync=True)

    return LabWidget
