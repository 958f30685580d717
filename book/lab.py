"""The lab: what its scripts in ``lab/`` get from the course's Python."""

from pathlib import Path

from book.project import ROOT
from helpers.data import temperatures
from helpers.problems import linear_regression

__all__ = ["DATA", "data_module", "write_data"]

DATA = ROOT / "lab" / "engine" / "toy.data.js"
"""The data of the lab, written by `write_data`."""


def data_module() -> str:
    """Return the source of `DATA`: the toy's training data, and the temperatures.

    Returns
    -------
    str
        An ES module that exports the arrays ``x``, ``y`` and ``temperatures``.
    """
    x, y = linear_regression().data("train")
    arrays = {"x": x.tolist(), "y": y.tolist(), "temperatures": temperatures().tolist()}
    exports = [
        f"export const {name} = [\n" + "".join(f"  {value!r},\n" for value in values) + "];\n"
        for name, values in arrays.items()
    ]
    return "\n".join(["// Written by book/lab.py: do not edit.\n", *exports])


def write_data(path: Path = DATA) -> None:
    """Write the data of the lab.

    Parameters
    ----------
    path : pathlib.Path
        The file to write.
    """
    path.write_text(data_module(), encoding="utf-8")
