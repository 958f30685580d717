"""The package alone, and the rehearsal of Colab: installed by a notebook's own first cell."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest

from book.manuscript.chapter import read_all
from book.project import ROOT
from book.running.generate import notebooks_of
from book.running.kernel import Run
from tests import colab
from tests.project import Course, code, manuscript, needs_clone, prose

PIP = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ── The package ───────────────────────────────────────────────────────────────────────────────────


@needs_clone
def test_package_installs_alone_and_runs_elsewhere(tmp_path):
    source, target = tmp_path / "clone", tmp_path / "site"
    run("git", "clone", "--quiet", str(ROOT), str(source))
    run(
        *PIP,
        "--no-index",
        "--no-build-isolation",
        "--no-deps",
        "--target",
        str(target),
        str(source),
    )
    assert {path.name for path in target.iterdir() if "dist-info" not in path.name} == {"helpers"}
    tracked = run("git", "ls-files", "helpers", cwd=source).splitlines()
    assert {"helpers/lab/lab.js", "helpers/lab/lab.css", "helpers/lab/schema.json"} <= {*tracked}
    assert [path for path in tracked if not (target / path).is_file()] == []
    code = "from helpers import averages, language; language.use('pt'); print(averages.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(target)}
    printed = run(sys.executable, "-c", code, cwd=tmp_path, env=environment)
    assert printed == f"{target / 'helpers' / 'averages.py'}\n"


def test_package_loads_nothing_heavy_before_it_is_needed():
    modules = "averages, data, display, exercises, explore, lab, language, optimizers, problems"
    code = f"""
import pkgutil, sys
import helpers.figures
from helpers import {modules}, schedules, simulate
for found in pkgutil.iter_modules(helpers.figures.__path__, "helpers.figures."):
    __import__(found.name)
print(*sys.modules)
"""
    loaded = set(run(sys.executable, "-c", code).split())
    assert "helpers.figures.canvas" in loaded
    heavy = {"sklearn", "pandas", "torchvision", "ipywidgets", "anywidget", "IPython", "book"}
    assert not loaded & (heavy | {"matplotlib.pyplot", "pooch", "tqdm.auto"})


# ── `make install` ────────────────────────────────────────────────────────────────────────────────


def make(folder, target, *settings):
    """Run this project's Makefile in another folder; return what is printed."""
    command = ("make", "-C", folder, "-f", ROOT / "Makefile", target, *settings)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_half_made_environment_is_made_again_and_a_missing_python_named(tmp_path):
    course = Course(tmp_path)
    for name in ("requirements.txt", "pyproject.toml", "package-lock.json"):
        course.write(name, "")
    course.write(".venv/bin/python", "")  # as Debian leaves it where a package is missing
    commands = make(tmp_path, "install", "--dry-run")
    assert "python3 -m venv .venv" in commands
    # Into it, whatever PIP_USER, UV_SYSTEM_PYTHON and NODE_ENV=production have others do.
    assert "PIP_USER=0 .venv/bin/python -m pip install" in commands
    assert commands.count(".venv/bin/uv pip") == commands.count(" --python .venv ") == 2
    assert "npm ci --include=dev" in commands
    message = "The course needs Python 3.11 or newer as no-python. Try: make PYTHON=python3.12"
    assert message in make(tmp_path, ".venv/bin/uv", "PYTHON=no-python")


@pytest.mark.parametrize(
    ("problem", "asks"),
    [
        ("error sending request for url: client error (Connect): dns error", True),
        ("No space left on device (os error 28)", False),
    ],
)
def test_only_a_failure_that_looks_like_the_network_asks_for_one(tmp_path, problem, asks):
    course = Course(tmp_path)
    for name in ("pip", "python", "uv"):
        course.write(f".venv/bin/{name}", f"#!/bin/sh\necho '{problem}' >&2\nexit 2\n")
        course.path(f".venv/bin/{name}").chmod(0o755)
    for name in ("requirements.txt", "pyproject.toml"):
        course.write(name, "")
    printed = make(tmp_path, ".venv/installed")
    assert printed.count(problem) == 1
    assert ("Is there a network?" in printed) == asks


# ── Colab, without a network ──────────────────────────────────────────────────────────────────────

GOOD = """
import helpers, sysconfig
from helpers import language
print(helpers.__file__.removeprefix(sysconfig.get_path("purelib")))
print(language.current())
"""
BAD = """
import pathlib, sysconfig
found = pathlib.Path(sysconfig.get_path("purelib"), "other-1.0.dist-info")
found.mkdir()
metadata = "Metadata-Version: 2.1\\nName: other\\nVersion: 1.0\\n"
(found / "METADATA").write_text(metadata)
"""
TITLE = prose("# Um", "# One")
EXERCISE = (code("x = ...", "exercise"), code("assert not x, 'wrong'", "solution"))


@pytest.fixture
def stage(tmp_path):
    """A course under git, and an environment with all packages that are here but `helpers`."""
    course = Course(
        tmp_path / "course",
        good=manuscript(TITLE, code(GOOD.strip())),
        bad=manuscript(TITLE, code(BAD.strip()), *EXERCISE),
    )
    course.add_code()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        course.write(name, (ROOT / name).read_text(encoding="utf-8"))
    good, bad = chapters = read_all(course.root)
    printed = nbformat.v4.new_output(
        "stream", text=f"{os.sep}{Path('helpers', '__init__.py')}\npt\n"
    )
    runs = {good.slug: Run([[printed]], [{}]), bad.slug: Run([[], []], [{}])}
    for (language, slug), notebook in notebooks_of(chapters, runs, course.root).items():
        course.write(f"notebooks/{language}/{slug}.ipynb", nbformat.writes(notebook))
    course.git("init", "--quiet")
    course.git("add", ".")
    course.git("commit", "--quiet", "-m", "A course")
    environment = tmp_path / "environment"
    venv.create(environment)
    base = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", "venv", base))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "helpers" not in entry.name:
            (packages / entry.name).symlink_to(entry)
    # To pip, "0" for this variable means: no build isolation.
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    return colab.Stage(tmp_path, environment, course.root, **offline), good, bad


def test_rehearsal_installs_the_package_alone_and_names_what_is_wrong(stage):
    stage, good, bad = stage
    assert stage.run(good, "pt") == []
    raised, installed = stage.run(bad, "pt")
    assert re.match(r"(?s)notebooks/pt/01-bad\.ipynb: .*AssertionError: wrong$", raised.strip())
    assert installed.startswith(
        "notebooks/pt/01-bad.ipynb: its environment should have got helpers @"
    )
    assert re.search(r"but it got \['helpers @ .*', 'other==1\.0'\] and lost \[\]$", installed)


@pytest.mark.parametrize(
    ("found", "printed"),
    [
        ("helpers.py", "hides the course's: rename it, then restart. "),
        ("helpers/__init__.py", "hides the course's: rename it, then restart. "),
        ("helpers/notes.txt", "%pip"),  # a folder hides nothing
    ],
)
def test_install_cell_names_another_package_in_the_way(tmp_path, found, printed):
    Course(tmp_path).write(found, "")
    notebook = nbformat.read(ROOT / "notebooks" / "en" / "00-welcome.ipynb", as_version=4)
    cell = re.sub(r"%pip.*", lambda line: f"print({line[0]!r})", notebook.cells[1].source)
    command = (sys.executable, "-ES", "-c", cell)  # without what is installed or in PYTHONPATH
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert printed in done.stdout + done.stderr
    assert (str(tmp_path / found) in done.stderr) == ("hides" in printed)


def test_rehearsal_compares_what_cells_print():
    def notebook(*texts):
        outputs = [[nbformat.v4.new_output("stream", text=text)] for text in texts]
        cells = [nbformat.v4.new_code_cell(id=f"id-{i}", outputs=o) for i, o in enumerate(outputs)]
        for cell, role in zip(cells, ("install", "trained"), strict=False):
            cell.metadata["course"] = role
        return nbformat.v4.new_notebook(cells=cells)

    committed = notebook("", "0.3", "a\nb\n", "2")
    executed = notebook("pip's own words", "0.4", "a\n", "3")
    executed.cells[2].outputs.append(nbformat.v4.new_output("stream", text="b\n"))
    assert list(colab.differences("x.ipynb", committed, executed)) == [
        "x.ipynb, cell 4 (id-3): prints ['3'], committed is ['2']"
    ]
