"""Runs a chapter from start to end in one kernel, for all languages at once."""

import ast
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from book.errors import BookError
from book.manuscript import expressions
from book.manuscript.chapter import Chapter, Prose
from book.manuscript.expressions import Expression, Values
from book.project import ROOT

__all__ = ["TIMEOUT", "Run", "environment", "run_chapter"]

TIMEOUT = 600
"""Seconds that a cell may take."""
_STARTUP_TIMEOUT = 120

_INSTRUCTIONS = {
    "ATEN_CPU_CAPABILITY": "avx2",  # torch's loops
    "MKL_CBWR": "AVX2",  # its matrix products, where the processor is Intel's
    "ONEDNN_MAX_CPU_ISA": "AVX2",  # its convolutions
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",  # numpy's loops
    "OPENBLAS_CORETYPE": "Haswell",  # its matrix products
}
"""Keep libraries to instructions that x86-64 processors have had since 2013.

With newer ones they sum in another order, and that rounds otherwise: after thousands of steps near
a limit of stability it shows. `book.running.rounding` tells apart the processors that still differ.
"""

_SETUP = """
def _course_number(evaluate):
    import json, numbers, reprlib, warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("error", RuntimeWarning)
        value = evaluate()
        value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{reprlib.repr(value)} is not a number")
    return json.dumps(int(value) if isinstance(value, numbers.Integral) else float(value))
"""
"""Defined in the kernel: writes what a function gives so that the build can read it."""


@dataclass
class Run:
    """What a chapter's run gave.

    Attributes
    ----------
    outputs : list of list of NotebookNode
        For each of ``chapter.code``, its outputs in all languages.
    values : list of dict of str to float
        For each text of the chapter, the values of its expressions by their Python code.
    """

    outputs: list[list[NotebookNode]] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)


def run_chapter(chapter: Chapter) -> Run:
    """Run a chapter's cells and expressions in their order, and then its solutions.

    Raises
    ------
    BookError
        Names the cell or the expression: where a cell raises, writes to standard error or takes
        too long, an expression raises or gives no number, or a solution does not pass its check.
        Names the chapter where no kernel starts.
    """
    # Before a kernel starts, since this finds syntax errors.
    fields = {id(cell): found for cell, found in expressions.in_prose(chapter)}
    run = Run()
    with _kernel(chapter.path) as client:
        _execute(client, _SETUP, chapter.path)
        for cell in chapter.cells:
            if isinstance(cell, Prose):
                run.values.append(_evaluate(client, chapter, cell, fields[id(cell)]))
            elif cell.tag != "solution":
                run.outputs.append(_execute(client, cell.source, cell.location))
        _execute(client, "import os; os.environ['COURSE_SOLUTIONS'] = 'required'", "")
        for solution in chapter.solutions:
            _execute(client, solution.source, f"{solution.location} (the solution)")
    return run


@contextmanager
def _kernel(path: str) -> Iterator[NotebookClient]:
    """Start a kernel of this Python in a new folder; try twice, as another may take its ports."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        # A manager's own context ends before the heartbeat's thread, which may open a socket in it
        # meanwhile, and then it waits for ever.
        context = stack.enter_context(zmq.asyncio.Context())
        for is_last in (False, True):
            client = NotebookClient(
                nbformat.v4.new_notebook(),
                timeout=TIMEOUT,
                interrupt_on_timeout=True,
                error_on_timeout={
                    "status": "error",
                    "ename": "TimeoutError",
                    "evalue": f"it takes longer than {TIMEOUT} seconds",
                    "traceback": [],
                },
                startup_timeout=_STARTUP_TIMEOUT,
                shutdown_kernel="immediate",
                record_timing=False,
                store_widget_state=False,
                resources={"metadata": {"path": folder}},
                extra_arguments=["--log-level=ERROR"],
            )
            # No installed specification of "python3": it may be that of another Python.
            specifications = KernelSpecManager(kernel_dirs=[])
            client.km = AsyncKernelManager(kernel_spec_manager=specifications, context=context)
            try:
                stack.enter_context(client.setup_kernel(env=environment(folder)))
                break
            except Exception as error:
                if is_last:
                    raise BookError(f"{path}: its kernel does not start: {error}") from error
        yield client


def environment(folder: str) -> dict[str, str]:
    """Return a kernel's environment: this checkout, one thread, nothing of the user's settings."""
    data = os.environ.get("COURSE_DATA", "")
    if os.sep in data:  # the kernel starts in another folder
        data = str(Path(data).resolve())
    python_path = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {
        **os.environ,
        **(_INSTRUCTIONS if platform.machine().lower() in ("x86_64", "amd64") else {}),
        "COURSE_BUILD": "1",
        "COURSE_DATA": data,
        "IPYTHONDIR": str(Path(folder) / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "OMP_NUM_THREADS": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
        "PYTHONSTARTUP": "",
    }


def _execute(client: NotebookClient, source: str, location: str) -> list[NotebookNode]:
    """Execute code in the client's kernel, and return its outputs."""
    cell = nbformat.v4.new_code_cell(source)
    client.nb.cells.append(cell)
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1)
    except CellExecutionError as error:
        raise BookError(f"{location}: raises {error.ename}: {error.evalue}") from error
    except DeadKernelError as error:
        raise BookError(f"{location}: ends the kernel") from error
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise BookError(f"{location}: warns: {' '.join(output['text'].split())}")
    return list(cell.outputs)


def _evaluate(
    client: NotebookClient, chapter: Chapter, cell: Prose, fields: list[Expression]
) -> Values:
    """Evaluate the expressions of a text in the client's kernel."""
    values: Values = {}
    problems = []
    for one in {one.code: one for one in fields}.values():
        location = f"{chapter.path}:{expressions.line_of(cell, one)}: {{{{ {one.field} }}}}"
        call = {"value": f"_course_number(lambda: {one.code})"}
        assert client.kc is not None
        message = client.kc.execute("", silent=True, user_expressions=call)
        try:
            reply: Any = client.wait_for_reply(message)
        except DeadKernelError as error:
            raise BookError(f"{location}: ends the kernel") from error
        result = reply["content"]["user_expressions"]["value"] if reply else client.error_on_timeout
        if result["status"] == "ok":
            values[one.code] = json.loads(ast.literal_eval(result["data"]["text/plain"]))
        else:
            problems.append(f"{location}: raises {result['ename']}: {result['evalue']}")
    if problems:
        raise BookError(*problems)
    return values
