"""``python -m tests.colab``: runs all notebooks as Colab does, from their own install cell on.

Each set of versions gets an environment of its own, without the course's package. Every notebook
starts in a folder outside any checkout, and its first cell fetches `helpers` from the address that
readers use; git serves a clone of what is committed here instead. The outputs have to be the
committed ones, and afterwards `helpers` and anywidget have to be all that is new in the
environment.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat import NotebookNode

from book.errors import BookError
from book.manuscript.chapter import Chapter, read_all
from book.manuscript.notebook import ROLE
from book.project import LANGUAGES, ROOT, repository
from book.running.kernel import TIMEOUT

KERNEL = "course-rehearsal"
PROJECT = ("-r", "pyproject.toml", "--group", "notebook")
SETS = {
    "oldest": ("3.11", (*PROJECT, "--resolution", "lowest-direct")),
    "colab": ("3.12", ("-r", str(Path(__file__).with_suffix(".txt")))),
    "newest": ("3.13", (*PROJECT, "--upgrade")),
}
"""Python, and what uv installs beside it: the lower bounds, Colab's own versions, or the newest."""
BROUGHT = ("anywidget", "psygnal")
"""What the install cell may bring beside `helpers`: anywidget and what it needs."""


def main(arguments: list[str] | None = None) -> int:
    """Rehearse with some sets of versions, and return 1 if a notebook fails with any."""
    parser = argparse.ArgumentParser(prog="python -m tests.colab", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(SETS)}; else all")
    parser.add_argument("--chapter", default="", metavar="NN", help="only these notebooks")
    options = parser.parse_args(arguments)
    if unknown := set(options.sets) - set(SETS):
        parser.error(f"there is no set {', '.join(unknown)}; there are {', '.join(SETS)}")
    problems = []
    for name in options.sets or SETS:
        python, packages = SETS[name]
        environment = ROOT / "_build" / "colab" / name
        print(f"{name}: installing into {environment.relative_to(ROOT)} …", flush=True)
        try:
            _install(environment, python, packages)
            print(f"  {_versions(environment)}", flush=True)
            problems += [f"{name}: {line}" for line in rehearse(environment, options.chapter)]
        except BookError as error:
            problems.append(f"{name}: {error}")
    for line in problems:
        print(line, file=sys.stderr)
    return int(bool(problems))


def rehearse(environment: Path, prefix: str = "") -> Iterator[str]:
    """Run the notebooks whose names start with a prefix; yield what is wrong with each."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), environment)
        for chapter in read_all(stage.clone):
            for language in LANGUAGES if chapter.slug.startswith(prefix) else ():
                problems = stage.run(chapter, language)
                result = "failed" if problems else "ok"
                print(f"  {language} {chapter.slug:<24} {result}", flush=True)
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
        # These would give away this checkout, or that a build is going on.
        for name in ("PYTHONPATH", "VIRTUAL_ENV", "COURSE_BUILD", "COURSE_SOLUTIONS"):
            self.variables.pop(name, None)
        if data := os.environ.get("COURSE_DATA"):
            self.variables["COURSE_DATA"] = str(Path(data).resolve())

    def run(self, chapter: Chapter, language: str) -> list[str]:
        """Run a notebook, uninstall the package again, and return what is wrong."""
        name = f"notebooks/{language}/{chapter.slug}.ipynb"
        committed = nbformat.read(self.clone / name, as_version=4)
        before = self._packages()
        problems = []
        try:
            executed = self._execute(committed, chapter)
        except (CellControlSignal, DeadKernelError) as error:
            text = re.sub(r"\x1b\[[\d;]*m", "", str(error))  # the traceback's colours
            problems.append(f"{name}: {text}")
        else:
            problems += differences(name, committed, executed)
        packages = self._packages()
        after = [one for one in packages if one in before or one.split("==")[0] not in BROUGHT]
        if after != sorted([*before, self.installed]):
            new, gone = sorted(set(after) - set(before)), sorted(set(before) - set(after))
            problems.append(
                f"{name}: its environment should have got {self.installed}, "
                f"but it got {new} and lost {gone}"
            )
        _run(str(self.python), "-m", "pip", "uninstall", "--quiet", "--yes", "helpers")
        return problems

    def _execute(self, committed: NotebookNode, chapter: Chapter) -> NotebookNode:
        """Run a notebook, then its chapter's solutions in the same kernel."""
        notebook = nbformat.from_dict(committed)
        sources = ["import os; os.environ['COURSE_SOLUTIONS'] = 'required'"]
        sources += [solution.source for solution in chapter.solutions]
        notebook.cells += [nbformat.v4.new_code_cell(source) for source in sources]
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch.dict(os.environ, JUPYTER_PATH=self.variables["JUPYTER_PATH"]),
        ):
            client = NotebookClient(
                notebook,
                kernel_name=KERNEL,
                timeout=TIMEOUT,
                record_timing=False,
                store_widget_state=False,
                resources={"metadata": {"path": folder}},
            )
            client.execute(env=self.variables)
        return notebook

    def _packages(self) -> list[str]:
        freeze = ("-m", "pip", "--disable-pip-version-check", "freeze", "--all")
        return sorted(_run(str(self.python), *freeze, env=self.variables).splitlines())


def differences(name: str, committed: NotebookNode, executed: NotebookNode) -> Iterator[str]:
    """Yield the cells whose text differs from the committed notebook's."""
    pairs = zip(committed.cells, executed.cells, strict=False)
    for number, (before, after) in enumerate(pairs, start=1):
        if before.metadata.get(ROLE) in ("install", "trained"):  # pip's output; the data at hand
            continue
        old, new = _texts(before), _texts(after)
        if old != new:
            yield f"{name}, cell {number} ({before.id}): prints {new!r}, committed is {old!r}"


def _texts(cell: NotebookNode) -> list[str]:
    """Return the text of a cell's outputs, joined where the kernel cut a stream into several."""
    found: list[str] = []
    stream = None
    for output in cell.get("outputs", []):
        if "text" in output and output["name"] == stream:
            found[-1] += output["text"]
        else:
            found.append(output["text"] if "text" in output else output["data"]["text/plain"])
        stream = output.get("name")
    return found


def _install(environment: Path, python: str, packages: tuple[str, ...]) -> None:
    """Make a new environment with pip, which `%pip` needs, and install into it."""
    import uv

    tool = uv.find_uv_bin()
    _run(tool, "venv", "--quiet", "--clear", "--seed", "--python", python, str(environment))
    into = ("--python", str(_python(environment)))
    _run(tool, "pip", "install", "--quiet", *into, *packages, cwd=ROOT)


def _versions(environment: Path) -> str:
    """Return the versions that a notebook finds, in one line."""
    code = """
import importlib.metadata, platform
names = "torch torchvision numpy matplotlib scikit-learn ipywidgets ipykernel ipython".split()
print("Python", platform.python_version(), end="")
print("", *(f"{name} {importlib.metadata.version(name)}" for name in names), sep=", ")
"""
    return _run(str(_python(environment)), "-c", code).strip()


def _python(environment: Path) -> Path:
    return environment / "bin" / "python"


def _run(*command: str, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise BookError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
