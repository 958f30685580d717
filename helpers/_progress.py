"""A progress bar for what takes long, shown only where a person waits for it."""

import importlib
import os
from typing import Any

from helpers import output
from helpers._screen import is_interactive

__all__ = ["progress_bar"]

DELAY = 1.0  # seconds; what is done sooner needs no bar


def progress_bar(
    total: int | None, unit: str, desc: str | None = None, show: bool | None = None
) -> Any:
    """Return a tqdm bar: call its ``update``, and ``close`` it or use it in a ``with``.

    Parameters
    ----------
    total : int, optional
        How many units there will be; None or 0 if that is unknown.
    unit : str
        What is counted, such as "batch"; "B" for bytes, which are shown as kB, MB and so on.
    desc : str, optional
        Text in front of the bar.
    show : bool, optional
        Whether to show the bar; by default in a live kernel or a terminal, but not while the course
        is built or tested.

    Returns
    -------
    tqdm.tqdm
        Disabled, so that its methods do nothing, where it is not shown. The bar appears after a
        second and disappears when it is closed.
    """
    if show is not None:
        from helpers import _validate  # and with it torch, which the build does without

        _validate.flag("progress", show)
    else:
        is_test = "PYTEST_VERSION" in os.environ  # also in the kernels that nbval starts
        show = is_interactive() and not output.is_building() and not is_test
    # tqdm.auto draws a widget in a kernel, and warns where ipywidgets is missing.
    tqdm: Any = importlib.import_module("tqdm.auto" if show else "tqdm")

    class Bar(tqdm.tqdm):  # type: ignore[misc]
        # tqdm's monitor thread would make Python warn when a DataLoader forks its workers.
        monitor_interval = 0

    return Bar(
        total=total or None,
        unit=unit,
        unit_scale=unit == "B",
        desc=desc,
        disable=not show,
        delay=DELAY,
        leave=False,
    )
