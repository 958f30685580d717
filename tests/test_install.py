"""The package `helpers` on its own: small, importable anywhere, and content with what is there."""

import json
import os
import subprocess
import sys

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
