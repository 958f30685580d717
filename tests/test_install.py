"""The package `helpers` on its own: small, importable anywhere, and content with what is there."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest

from book.execute import Job
from tests import colab
from tests.project import ROOT

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
FROM_HERE = ("install", "--no-index", "--no-build-isolation")


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def clone(folder):
    """A clone of what is committed, where pip may write as it builds."""
    run("git", "clone", "--quiet", str(ROOT), str(folder))
    return folder


def test_package_installs_alone_and_runs_elsewhere(tmp_path):
    source = clone(tmp_path / "clone")
    target = tmp_path / "site"
    run(*PIP, *FROM_HERE, "--no-deps", "--target", str(target), str(source))
    installed = {path.name for path in target.iterdir()}
    assert {name for name in installed if "dist-info" not in name} == {"helpers"}
    code = """
import helpers, pathlib, sys
from helpers import averages, language, optimizers, problems, schedules, simulate
from helpers.figures import ewma
language.use("pt")
ax = ewma.weights(averages.ma_weights(5, 10), averages.ewma_weights(1 / 3, 10), age=3.0)
print(pathlib.Path(helpers.__file__).parent, ax.get_xlabel())
"""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(target)}
    said = run(sys.executable, "-c", code, cwd=elsewhere, env=environment)
    assert said.split(maxsplit=1) == [str(target / "helpers"), "defasagem (dias atrás)\n"]


def test_install_with_dependencies_would_change_no_other_package(tmp_path):
    source = clone(tmp_path / "clone")
    planned = run(*PIP, *FROM_HERE, "--dry-run", "--report", "-", str(source))
    assert [one["metadata"]["name"] for one in json.loads(planned)["install"]] == ["helpers"]


def test_core_modules_import_nothing_heavy():
    code = """
import sys
from helpers import averages, data, display, exercises, explore, language
from helpers import optimizers, problems, schedules, simulate
from helpers.figures import bias, canvas, ewma
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""
    loaded = set(run(sys.executable, "-c", code).split())
    assert not loaded & {
        "sklearn",
        "pandas",
        "scipy",
        "torchvision",
        "ipywidgets",
        "IPython",
        "book",
    }
    assert "matplotlib.pyplot" not in loaded


# ── The install cell, as in Colab and without a network ───────────────────────────────────────────


@pytest.fixture
def stage(tmp_path):
    """A stage with all packages that there are here, as links, but for the course's own."""
    environment = tmp_path / "environment"
    venv.create(environment)
    base = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", "venv", base))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "helpers" not in entry.name:
            (packages / entry.name).symlink_to(entry)
    # The last one says, by pip's own logic, that there is to be no build isolation.
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    return colab.Stage(tmp_path, environment, **offline)


def job(*sources, printed=""):
    """A notebook of a frame's cells; its last one is committed with what it printed."""
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
    notebook.cells[0].metadata["course"] = "install"
    if printed:
        notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text=printed)]
    return Job("frame.ipynb", notebook, (), "notebook")


def test_install_cell_brings_the_package_and_nothing_else(stage):
    committed = nbformat.read(ROOT / "notebooks" / "pt" / "02-ewma.ipynb", as_version=4)
    install, language = (cell.source for cell in committed.cells[1:3])
    where = """
import helpers, sysconfig
print(helpers.__file__.removeprefix(sysconfig.get_path("purelib")), language.current())
"""
    printed = f"{os.sep}{Path('helpers', '__init__.py')} pt\n"
    assert stage.run(job(install, language, where, printed=printed)) == []


def test_rehearsal_names_what_fails(stage):
    other = """
import pathlib, sysconfig
found = pathlib.Path(sysconfig.get_path("purelib"), "other-1.0.dist-info")
found.mkdir()
(found / "METADATA").write_text("Metadata-Version: 2.1\\nName: other\\nVersion: 1.0\\n")
"""
    failing = job(other, "from helpers import language")
    raises, installed = stage.run(failing)
    name = f"frame.ipynb, cell 2 ({failing.notebook.cells[1].id})"
    assert raises == f"{name}: raises ModuleNotFoundError: No module named 'helpers'"
    assert installed.startswith("frame.ipynb: its environment should have got helpers @ git+")
    assert installed.endswith("got ['other==1.0'] and lost []")


def test_rehearsal_compares_what_cells_print():
    committed = job("%pip install helpers", "print(1)", "print(2)", printed="2\n")
    executed = job("%pip install helpers", "print(1)", "print(2)", printed="3\n").notebook
    executed.cells[0].outputs = [nbformat.v4.new_output("stream", text="pip's own words\n")]
    (line,) = colab.differences(committed, executed)
    cell = executed.cells[2].id
    assert line == f"frame.ipynb, cell 3 ({cell}): prints ['3\\n'], committed is ['2\\n']"
