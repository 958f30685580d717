"""A process that runs pytest in folder after folder, without the seconds that torch takes to load.

It has all that is slow to import, and nothing of the course. For each line on its standard input,
``{"folder": …, "arguments": […], "kernel": …}``, it forks; the copy of itself goes into the
folder, imports the course from there, runs pytest, and ends. The answer is one line too: pytest's
exit code, and what failed. `Forks` is its other end; this file is a script of its own so that
nothing else gets imported.
"""

import gc
import importlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

LONGEST = 900
"""Seconds after which a run is killed."""

OUTPUT = "output.txt"

SLOW = (
    "hypothesis.strategies",
    "ipykernel.inprocess.ipkernel",
    "ipywidgets",
    "matplotlib.backends.backend_agg",
    "nbval.plugin",
    "pandas",
    "scipy.optimize",
    "scipy.signal",
    "sklearn.datasets",
    "torch",
)
"""What tests and notebooks import, and what takes long."""


class Answer(NamedTuple):
    """How a run of pytest ended.

    Attributes
    ----------
    code : int
        pytest's exit code: 0 if all passed, 1 if something failed; negative if it was killed.
    failed : list of (where, how, words)
        Each failure: the test or cell; ``"differs"`` where something came out other than wanted,
        else the kind of the exception; and what it says.
    helpers : str
        The folder that the course's package was imported from.
    seconds : float
        Of a processor's time that it took, without other processes that it started.
    output : str
        What pytest wrote.
    """

    code: int
    failed: list[tuple[str, str, str]]
    helpers: str
    seconds: float
    output: str

    @property
    def notices(self) -> bool:
        """Whether something came out other than wanted, and nothing broke."""
        return self.code == 1 and {how for _, how, _ in self.failed} == {"differs"}


class Forks:
    """The other end: start it once, run many times, close it."""

    def __init__(self) -> None:
        # -P: not even this file's own folder may be imported from.
        self.process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                name: value
                for name, value in os.environ.items()
                if name != "PYTHONPATH" and not name.startswith("PYTEST_")
            }
            # The digits, as training on all of MNIST takes minutes.
            | {"COURSE_DATA": "digits", "OMP_NUM_THREADS": "1", "JUPYTER_PLATFORM_DIRS": "1"},
        )

    def run(self, folder: Path, *arguments: str, kernel: str = "forked") -> Answer:
        """Run pytest in a folder.

        Parameters
        ----------
        folder : Path
            A copy of the course.
        *arguments : str
            pytest's own.
        kernel : {"forked", "real"}
            Whether nbval's cells run in the forked process itself, which has everything imported,
            or in a kernel that starts from nothing.
        """
        task = {"folder": str(folder), "arguments": arguments, "kernel": kernel}
        print(json.dumps(task), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        said = json.loads(line)
        output = (folder / OUTPUT).read_text(encoding="utf-8", errors="replace")
        failed = [tuple(one) for one in said["failed"]]
        return Answer(said["code"], failed, said["helpers"], said["seconds"], output)

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def _serve() -> None:
    """Answer the lines on standard input, one fork each."""
    _load()
    for line in sys.stdin:
        from_child, to_parent = os.pipe()
        if child := os.fork():
            os.close(to_parent)
            with open(from_child, encoding="utf-8") as pipe:
                answer = pipe.read()
            _, status, used = os.wait4(child, 0)
            said = {"code": os.waitstatus_to_exitcode(status), "failed": [], "helpers": ""}
            said |= json.loads(answer or "{}") | {"seconds": used.ru_utime + used.ru_stime}
            print(json.dumps(said), flush=True)
        else:
            answer = _run(**json.loads(line))
            with open(to_parent, "w", encoding="utf-8") as pipe:
                pipe.write(json.dumps(answer))
            os._exit(0)
    os._exit(0)  # some of what was loaded has last words on the screen


def _load() -> None:
    """Import what is slow to import, and what that imports once it is used."""
    for name in SLOW:
        importlib.import_module(name)
    import hypothesis
    import torch
    from matplotlib.figure import Figure

    # The first example that fails is enough, whichever it is, and the same one each time.
    enough = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile("forked", phases=enough, derandomize=True, database=None)
    hypothesis.settings.load_profile("forked")
    figure = Figure(layout="constrained")
    figure.subplots().set_title("$x$")
    figure.savefig(io.BytesIO(), format="png")
    parameter = torch.zeros(1, requires_grad=True)
    parameter.grad = torch.zeros(1)
    torch.optim.Adam([parameter]).step()
    assert "helpers" not in sys.modules
    gc.collect()
    gc.freeze()  # or pytest's own collections would go through all of that, again and again


def _run(folder: str, arguments: list[str], kernel: str) -> dict[str, Any]:
    """Become a process that runs pytest in a folder."""
    signal.alarm(LONGEST)
    output = os.open(Path(folder) / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    os.environ["PYTHONPATH"] = folder
    sys.path.insert(0, folder)

    import pytest

    import helpers

    if kernel == "forked":
        import nbval.kernel

        nbval.kernel.start_new_kernel = _kernel_in_this_process
    witness = _Witness()
    # What is loaded already has no assertions that pytest could explain; nobody reads them here.
    options = ["-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = pytest.main([*options, *arguments], plugins=[witness])
    return {
        "code": int(code),
        "failed": witness.failed,
        "helpers": os.path.dirname(helpers.__file__),
    }


def _kernel_in_this_process(**_: Any) -> tuple[Any, Any]:
    """Take the place of nbval's ``start_new_kernel``."""
    from ipykernel.inprocess.manager import InProcessKernelManager

    class Manager(InProcessKernelManager):
        def shutdown_kernel(self, now: bool = False) -> None:
            """Do nothing: the process ends soon."""

    manager = Manager()
    manager.start_kernel()
    # The kernel takes what is printed for a cell's only where it finds its own streams.
    sys.stdout, sys.stderr = manager.kernel.stdout, manager.kernel.stderr
    client = manager.client()
    client.start_channels()
    return manager, client


class _Witness:
    """A plugin for pytest that notes what fails, and how."""

    def __init__(self) -> None:
        self.failed: list[tuple[str, str, str]] = []

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        error = call.excinfo.value
        how = "differs" if _differs(error) else type(error).__name__
        self.failed.append((report.nodeid, how, str(error)[:1000]))


def _differs(error: BaseException) -> bool:
    """Tell whether an error says that something is not as it should be, and not that it broke."""
    import doctest

    import pytest
    from _pytest.doctest import MultipleDoctestFailures
    from nbval.plugin import NbCellError

    if isinstance(error, NbCellError):
        return str(error) == "Cell outputs differ"
    wrong = (AssertionError, pytest.fail.Exception, doctest.DocTestFailure, MultipleDoctestFailures)
    return isinstance(error, wrong)


if __name__ == "__main__":
    _serve()
