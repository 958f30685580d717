"""Tests that share what is dear to make run in one process."""

import os
import subprocess
import sys

TESTS = """
import os

import pytest

pytestmark = pytest.mark.xdist_group("all of them")


@pytest.mark.parametrize("number", range(20))
def test_that_passes(number):
    with open("workers.txt", "a", encoding="utf-8") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
"""


def test_a_group_stays_in_one_process(tmp_path):
    """A plugin and a pytest that do not fit one another split groups, and say nothing of it."""
    (tmp_path / "test_many.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").touch()
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    command = [sys.executable, "-m", "pytest", "-q", "--numprocesses=2", "--dist=loadgroup"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    workers = (tmp_path / "workers.txt").read_text(encoding="utf-8").split()
    assert len(workers) == 20
    assert len(set(workers)) == 1
