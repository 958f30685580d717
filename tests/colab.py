"""``python -m tests.colab``: all notebooks run as in Colab, from their own install cell on.

Each set of versions gets an environment of its own, without the course's package. There every
notebook starts in a folder outside any checkout, and its first cell fetches `helpers` by the
address that readers use; git takes a clone of what is committed here instead. Its outputs have to
be the committed ones, and afterwards `helpers` has to be all that is new in the environment.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import nbformat
from nbformat import NotebookNode

from book.errors import BookError
from book.execute import Job, execute
from book.generate import chapters, without_pictures
from book.notebooks import FRAME, solutions
from book.project import LANGUAGES, ROOT, repository

KERNEL = "course-rehearsal"
PROJECT = ("-r", "pyproject.toml", "--group", "notebook")
SETS = {
    "oldest": ("3.11", (*PROJECT, "--resolution", "lowest-direct")),
    "colab": ("3.12", ("-r", str(Path(__file__).with_suffix(".txt")))),
    "newest": ("3.13", (*PROJECT, "--upgrade")),
}
"""Python, and what uv installs beside it: the lower bounds, Colab's own versions, or the newest."""


def main(arguments: list[str] | None = None) -> int:
    """Rehearse with some sets of versions, and return 1 where a notebook fails with any."""
    parser = argparse.ArgumentParser(prog="python -m tests.colab", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(SETS)}; else all")
    parser.add_argument("--chapter", default="", metavar="NN", help="only these notebooks")
    options = parser.parse_args(arguments)
    if unknown := set(options.sets) - set(SETS):
        parser.error(f"there is no set {', '.join(unknown)}; there are {', '.join(SETS)}")
    problems = []
    for name in options.sets or SETS:
        python, what = SETS[name]
        environment = ROOT / "_build" / "colab" / name
        print(f"{name}: installing into {environment.relative_to(ROOT)} …", flush=True)
        try:
            _install(environment, python, what)
            print(f"  {_versions(environment)}", flush=True)
            problems += [f"{name}: {line}" for line in rehearse(environment, options.chapter)]
        except BookError as error:
            problems.append(f"{name}: {error}")
    for line in problems:
        print(line, file=sys.stderr)
    return int(bool(problems))


def rehearse(environment: Path, chapter: str = "") -> Iterator[str]:
    """Run all notebooks, or a chapter's, one after the other; yield what is wrong with each."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), environment)
        for one in chapters(stage.clone):
            for language in LANGUAGES if one.slug.startswith(chapter) else ():
                name = f"notebooks/{language}/{one.slug}.ipynb"
                committed = nbformat.read(stage.clone / name, as_version=4)
                job = Job(name, committed, tuple(solutions(one)), "notebook")
                problems = stage.run(job)
                print(f"  {language} {one.slug:<24} {'failed' if problems else 'ok'}", flush=True)
                yield from problems


class Stage:
    """A clone that stands in for the repository, and an environment that stands in for Colab's.

    Parameters
    ----------
    folder : Path
        An empty one, outside any checkout.
    environment : Path
        Of Python, with all that Colab has.
    root : Path
        The checkout to clone, as it is committed.
    **settings : str
        More environment variables for the notebooks.
    """

    def __init__(self, folder: Path, environment: Path, root: Path = ROOT, **settings: str) -> None:
        self.clone = folder / "clone"
        self.python = _python(environment.absolute())
        published = repository(root)
        _run("git", "clone", "--quiet", str(root), str(self.clone))
        _run("git", "-C", str(self.clone), "checkout", "--quiet", "-B", published.branch)
        commit = _run("git", "-C", str(self.clone), "rev-parse", "HEAD").strip()
        self.installed = f"helpers @ git+{published.url}@{commit}"
        kernel = folder / "jupyter" / "kernels" / KERNEL
        kernel.mkdir(parents=True)
        started = ("-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}")
        spec = {"argv": [str(self.python), *started], "display_name": KERNEL, "language": "python"}
        (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        self.variables = {
            **os.environ,
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.clone.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": published.url,
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_PATH": str(folder / "jupyter"),
            "OMP_NUM_THREADS": "1",
            "PATH": os.pathsep.join([str(self.python.parent), os.environ.get("PATH", "")]),
            **settings,
        }
        # What would bring this checkout, or tell the notebooks that they are not in Colab.
        for name in ("PYTHONPATH", "VIRTUAL_ENV", "COURSE_PAGE", "COURSE_SOLUTIONS"):
            self.variables.pop(name, None)
        if data := os.environ.get("COURSE_DATA"):
            self.variables["COURSE_DATA"] = str(Path(data).resolve())

    def run(self, job: Job) -> list[str]:
        """Run a notebook, take the package away again, and return what is wrong."""
        before = self._packages()
        problems: list[str] = []
        try:
            with mock.patch.dict(os.environ, JUPYTER_PATH=self.variables["JUPYTER_PATH"]):
                executed = execute(job, KERNEL, self.variables)
        except BookError as error:
            # A solution's place is in its manuscript.
            problems += [
                line if line.startswith(job.name) else f"{job.name}: {line}"
                for line in error.problems
            ]
        else:
            problems += differences(job, without_pictures(executed))
        after = self._packages()
        if after != sorted([*before, self.installed]):
            new, gone = sorted(set(after) - set(before)), sorted(set(before) - set(after))
            problems.append(
                f"{job.name}: its environment should have got {self.installed}, "
                f"but it got {new} and lost {gone}"
            )
        _run(str(self.python), "-m", "pip", "uninstall", "--quiet", "--yes", "helpers")
        return problems

    def _packages(self) -> list[str]:
        freeze = ("-m", "pip", "--disable-pip-version-check", "freeze", "--all")
        return sorted(_run(str(self.python), *freeze, env=self.variables).splitlines())


def differences(job: Job, executed: NotebookNode) -> Iterator[str]:
    """Yield the cells that print something else than the committed notebook says they do."""
    pairs = zip(job.notebook.cells, executed.cells, strict=True)
    for index, (committed, cell) in enumerate(pairs, start=1):
        if cell.metadata.get(FRAME) in ("install", "trained"):  # pip's words; the data at hand
            continue
        was, now = _words(committed), _words(cell)
        if was != now:
            yield f"{job.name}, cell {index} ({cell.id}): prints {now!r}, committed is {was!r}"


def _words(cell: NotebookNode) -> list[str]:
    """Return what a cell prints and shows, in words."""
    outputs = cell.get("outputs", [])
    return [one.get("text") or one["data"]["text/plain"] for one in outputs]


def _install(environment: Path, python: str, what: tuple[str, ...]) -> None:
    """Make an environment anew, with pip in it as `%pip` wants, and install into it."""
    import uv

    tool = uv.find_uv_bin()
    _run(tool, "venv", "--quiet", "--clear", "--seed", "--python", python, str(environment))
    into = ("--python", str(_python(environment)))
    _run(tool, "pip", "install", "--quiet", *into, *what, cwd=ROOT)


def _versions(environment: Path) -> str:
    """Say in a line which versions a notebook finds."""
    code = """
import importlib.metadata, platform
names = "torch torchvision numpy matplotlib scikit-learn ipywidgets ipykernel ipython".split()
print("Python", platform.python_version(), end="")
print("", *(f"{name} {importlib.metadata.version(name)}" for name in names), sep=", ")
"""
    return _run(str(_python(environment)), "-c", code).strip()


def _python(environment: Path) -> Path:
    windows = environment / "Scripts" / "python.exe"
    return windows if windows.exists() else environment / "bin" / "python"


def _run(*command: str, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise BookError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
