"""Runs notebooks, each in a kernel of its own."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from book.errors import BookError
from book.manuscript import Code
from book.project import ROOT

__all__ = ["Job", "execute", "workers"]

TIMEOUT = 600
"""Seconds that a cell may take."""


class Job(NamedTuple):
    """A notebook to run.

    Attributes
    ----------
    name : str
        For messages, such as ``notebooks/pt/02-ewma.ipynb``.
    notebook : NotebookNode
        Left as it is.
    solutions : tuple of Code
        Run after it, in the same kernel; each has to pass its exercise's check.
    page : {"notebook", "static"}
        Whether figures are drawn for a reader's kernel or for the static site.
    """

    name: str
    notebook: NotebookNode
    solutions: tuple[Code, ...]
    page: Literal["notebook", "static"]


def workers() -> int:
    """Return how many notebooks run side by side: one a core."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def execute(
    job: Job,
    kernel: str = "python3",
    environment: dict[str, str] | None = None,
    start: type[AsyncKernelManager] = AsyncKernelManager,
) -> NotebookNode:
    """Run a notebook from start to end, and return it with its outputs.

    Parameters
    ----------
    job : Job
        What to run.
    kernel : str
        Which of Jupyter's kernels runs it; the first one is this Python.
    environment : dict of str to str, optional
        What the kernel finds in its environment; without it, this checkout and one thread.
    start : type
        Starts the kernel: `book.kernels` has a quick way for many.

    Raises
    ------
    BookError
        Names the notebook and the cell, where a cell raises, writes a warning, or takes too long,
        or where a solution does not pass.
    """
    notebook = nbformat.from_dict(job.notebook)
    written = len(notebook.cells)
    if job.solutions:
        require = "import os\n\nos.environ['COURSE_SOLUTIONS'] = 'required'"
        extra = [require, *(solution.source for solution in job.solutions)]
        notebook.cells += [nbformat.v4.new_code_cell(source) for source in extra]
    started: list[int] = []
    with tempfile.TemporaryDirectory() as scratch:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_name=kernel,
            kernel_manager_class=start,
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": scratch}},
            on_cell_start=lambda cell, cell_index: started.append(cell_index),
            extra_arguments=["--log-level=ERROR"],
        )
        try:
            client.execute(env=environment or _environment(scratch, job.page))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise BookError(_what_failed(job, started[-1] if started else 0, error)) from error
    notebook.cells = notebook.cells[:written]
    for index, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                said = " ".join(output["text"].split())
                raise BookError(f"{job.name}, cell {index} ({cell['id']}): warns: {said}")
    return notebook


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Make one output of texts that follow one another: the clock alone decides where they part."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if "name" in output and output["name"] == last.get("name"):
            joined[-1]["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def _environment(scratch: str, page: str) -> dict[str, str]:
    """Return the kernel's environment: this checkout, one thread, nothing of the user's own."""
    data = os.environ.get("COURSE_DATA", "")
    if os.sep in data:  # the kernel starts in a folder of its own
        data = str(Path(data).resolve())
    python_path = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {
        **os.environ,
        "COURSE_DATA": data,
        "COURSE_PAGE": page,
        "IPYTHONDIR": str(Path(scratch) / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "OMP_NUM_THREADS": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
    }


def _what_failed(job: Job, index: int, error: Exception) -> str:
    """Say in one line which cell failed, and how."""
    if isinstance(error, CellExecutionError):
        said = f"raises {error.ename}: {error.evalue}"
    elif isinstance(error, CellTimeoutError):
        said = f"takes longer than {TIMEOUT} seconds"
    else:
        said = "ends the kernel"
    cells = job.notebook["cells"]
    if index >= len(cells):
        place = job.solutions[index - len(cells) - 1].place
        return f"{place}: the solution {said}"
    return f"{job.name}, cell {index + 1} ({cells[index]['id']}): {said}"
