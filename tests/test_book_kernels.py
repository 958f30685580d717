"""Kernels that are copies of one process are what kernels of their own would be."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager

from book import kernels
from book.errors import BookError
from book.execute import Job, execute

pytestmark = [
    pytest.mark.xdist_group("kernels"),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies processes"),
]


def said(*cells, start=kernels.WarmKernelManager):
    """Run cells in a kernel, by default a copy, and return what each prints."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    ran = execute(Job("a notebook", notebook, (), "static"), start=start).cells
    return ["".join(output.text for output in cell.outputs) for cell in ran]


QUESTIONS = {
    "its place": "import sys; print(__name__, sys.executable, sorted(set(sys.path)))",
    "its variables": """
import os
print({name: value for name, value in os.environ.items() if name not in ("IPYTHONDIR", "PWD")
       and not name.startswith(("JPY_", "PYDEVD_"))})
""",
    "its signals": """
import signal
print([signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)])
""",
    "order of a set": "print({str(number) for number in range(100)})",
    "chance": "import torch; torch.manual_seed(42); print(torch.rand(3), torch.randperm(5))",
    "threads": "import torch; print(torch.get_num_threads(), torch.get_num_interop_threads())",
    "defaults": "import torch; print(torch.get_default_dtype(), torch.is_grad_enabled())",
    "style": "import matplotlib; print(matplotlib.get_backend(), dict(matplotlib.rcParams))",
    "standard input": "import os; print(os.read(0, 1))",
    "group of processes": "import os; print(os.getpgid(0) == os.getpid())",
    "workers": """
import multiprocessing
from torch.utils.data import DataLoader
print(multiprocessing.get_start_method(), list(DataLoader(range(4), num_workers=2)))
""",
    "another process": """
import subprocess, sys
print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True))
""",
}


@pytest.fixture(scope="module")
def answers():
    """To each question: the copy's answer, and that of a kernel of its own."""
    ways = (kernels.WarmKernelManager, AsyncKernelManager)
    both = (said(*QUESTIONS.values(), start=start) for start in ways)
    return dict(zip(QUESTIONS, zip(*both, strict=True), strict=True))


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_copy_answers_as_a_kernel_of_its_own(what, answers):
    copy, own = answers[what]
    assert copy == own != ""


def test_nothing_of_the_course_is_loaded_in_a_copy():
    code = (
        "import sys; print({name for name in sys.modules if name.startswith(('book', 'helper'))})"
    )
    assert said(code) == ["set()\n"]


def test_chance_differs_from_copy_to_copy():
    draws = "random.random()", "numpy.random.rand()", "torch.rand(1)"
    cells = [f"import random, numpy, torch; print({draw})" for draw in draws]
    assert all(one != other for one, other in zip(said(*cells), said(*cells), strict=True))


def test_a_copy_knows_nothing_of_another():
    assert said("changed = 42; print(changed)") == ["42\n"]
    with pytest.raises(BookError, match="NameError"):
        said("print(changed)")


def test_a_copy_finds_its_environment_and_leaves_ours(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "digits")
    before = dict(os.environ)
    code = "import os; print(*map(os.environ.get, ('COURSE_DATA', 'COURSE_PAGE', 'HOME')))"
    assert said(code) == [f"digits static {os.environ.get('HOME')}\n"]
    assert dict(os.environ) == before


@pytest.fixture
def original():
    """A process to copy."""
    made = kernels._Original()
    yield made
    made.close()


def start(original):
    return original.copy([], os.getcwd(), dict(os.environ))


def ends(copy):
    """Wait until a copy has ended; tell whether it did."""
    limit = time.monotonic() + 30
    while copy.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
    return copy.poll() == 0


def test_copies_end_when_told_to_and_with_the_process_they_come_from(original):
    with ThreadPoolExecutor(4) as pool:  # all at once: each gets an answer of its own
        copies = list(pool.map(start, [original] * 8))
    assert len({copy.pid for copy in copies}) == 8
    assert {copy.poll() for copy in copies} == {None}
    first, *others = copies
    first.kill()
    assert ends(first)
    assert {copy.poll() for copy in others} == {None}
    original.close()
    assert all(map(ends, others))


def test_a_process_that_has_ended_starts_no_kernel(original):
    original._process.kill()
    with pytest.raises(RuntimeError, match=r"kernels\.py: has ended"):
        start(original)


def test_those_who_do_not_await_get_a_copy_too(capsys):
    """As nbval does in `make test`."""
    manager = kernels.WarmBlockingKernelManager()
    manager.start_kernel()
    copy = manager.provisioner.process
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    client.execute_interactive("print(6 * 7)")
    client.stop_channels()
    manager.shutdown_kernel()
    assert capsys.readouterr().out == "42\n"
    assert ends(copy)


def test_copies_are_for_many_kernels_and_for_linux(monkeypatch):
    assert kernels.manager(kernels.FEW + 1) is kernels.WarmKernelManager
    assert kernels.manager(kernels.FEW) is AsyncKernelManager
    for system in ("darwin", "win32"):
        monkeypatch.setattr(sys, "platform", system)
        assert kernels.manager(20) is AsyncKernelManager
