"""A copy of the course in which a fault can be seeded, and what then notices it.

``python -m tests.seeding`` seeds every fault, runs its unit test, and nbval with a kernel of its
own each. It prints who noticed what, and ends with 1 if anything is not as `tests.faults` says.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from book.execute import workers
from tests.faults import FAULTS
from tests.faults.fault import Fault
from tests.forking import Answer, Forks
from tests.project import ROOT, Project

__all__ = ["Seeding"]

T = TypeVar("T")
R = TypeVar("R")


class Seeding(Project):
    """A copy of the course with its tests, and a process that runs pytest there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        shutil.copytree(ROOT / "tests", folder / "tests")
        shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
        self.forks = Forks()

    @contextmanager
    def seeded(self, fault: Fault) -> Iterator[None]:
        """Put a fault into the copy while this lasts."""
        module = self.path(f"helpers/{fault.module}")
        sound = module.read_text(encoding="utf-8")
        assert sound.count(fault.right) == 1, f"{fault.module} must hold {fault.right!r} once"
        module.write_text(sound.replace(fault.right, fault.wrong), encoding="utf-8")
        try:
            yield
        finally:
            module.write_text(sound, encoding="utf-8")
            # Python tells a stale one by size and second only, which two faults may share.
            for compiled in module.parent.glob(f"__pycache__/{module.stem}.*"):
                compiled.unlink()

    def unit_tests(self, *tests: str) -> Answer:
        """Run unit tests in the copy, up to the first that fails."""
        return self._from_the_copy(self.forks.run(self.root, "-x", "-q", *tests))

    def nbval(self, notebook: str, kernel: str) -> Answer:
        """Run nbval in the copy on ``language/NN-slug``, up to the first cell that fails."""
        path = f"notebooks/{notebook}.ipynb"
        # -s: what a cell prints is nbval's to catch, not pytest's.
        options = ("-x", "-q", "-s", "-c", "notebooks/pytest.ini", "--nbval")
        return self._from_the_copy(self.forks.run(self.root, *options, path, kernel=kernel))

    def _from_the_copy(self, answer: Answer) -> Answer:
        assert answer.helpers in ("", str(self.root / "helpers")), answer.output
        return answer


def _side_by_side(work: Callable[[Seeding, T], R], things: Iterable[T]) -> Iterator[R]:
    """Do some work for each thing, in as many copies of the course as there are cores."""
    free: SimpleQueue[Seeding] = SimpleQueue()

    def one(thing: T) -> R:
        course = free.get()
        try:
            return work(course, thing)
        finally:
            free.put(course)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers()) as pool:
        courses = [Seeding(Path(folder) / str(number)) for number in range(workers())]
        for course in courses:
            free.put(course)
        yield from pool.map(one, things)
        for course in courses:
            course.forks.close()


def _ask(course: Seeding, fault: Fault) -> tuple[Answer, Answer | None]:
    """Return what unit tests and nbval say of a fault."""
    with course.seeded(fault):
        by_nbval = course.nbval(fault.notebook, kernel="real") if fault.notebook else None
        return course.unit_tests(fault.test), by_nbval


def _said(answer: Answer | None) -> str:
    """Return the test or cell that failed as it should, or what happened instead."""
    if answer is None:
        return "–"
    if answer.notices:
        return answer.failed[0][0]
    return f"NOT NOTICED: pytest's exit code {answer.code}, {answer.failed}"


def main() -> int:
    """Ask of every fault who notices it, then run the same notebooks without one."""
    by_tests = by_nbval = 0
    for (name, fault), (tests, nbval) in zip(
        FAULTS.items(), _side_by_side(_ask, FAULTS.values()), strict=True
    ):
        by_tests += tests.notices
        by_nbval += nbval is not None and nbval.notices
        print(f"helpers/{fault.module}: {name}")
        print(f"    unit tests: {_said(tests)}")
        print(f"    nbval:      {_said(nbval)}", flush=True)
    notebooks = sorted({fault.notebook for fault in FAULTS.values() if fault.notebook})
    sound = _side_by_side(lambda course, one: course.nbval(one, kernel="real"), notebooks)
    passing = sum(answer.code == 0 for answer in sound)
    print(f"\nOf {len(FAULTS)} faults the unit tests notice {by_tests}.")
    print(f"nbval alone notices {by_nbval}, {by_nbval / len(FAULTS):.1%}.")
    print(f"Without a fault {passing} of these {len(notebooks)} notebooks pass.")
    claimed = sum(fault.notebook is not None for fault in FAULTS.values())
    return int((by_tests, by_nbval, passing) != (len(FAULTS), claimed, len(notebooks)))


if __name__ == "__main__":
    sys.exit(main())
