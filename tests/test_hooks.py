"""The hooks on commits: they run what `make check` runs, and stop what it would stop."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.project import ROOT

BIN = ROOT / ".venv" / "bin"


def git(folder: Path, *arguments: str) -> None:
    """Run git as someone, in a folder, whoever called these tests."""
    who = ("-c", "user.name=A", "-c", "user.email=a@b.example")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *who, *arguments], cwd=folder, env=clean, check=True)


@pytest.fixture
def clone(tmp_path):
    """A clone with the files as they stand here, the hooks turned on, and this one's tools."""
    folder = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(ROOT), str(folder))
    for name in ("Makefile", ".pre-commit-config.yaml", "pyproject.toml"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    for name in (".venv", "node_modules"):
        (folder / name).symlink_to(ROOT / name)
    git(folder, "add", "--update")
    return folder


def commit(folder, skip=""):
    """Try to commit what is staged, and return git's exit status and all that was said."""
    environment = {name: v for name, v in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"PRE_COMMIT_HOME": str(folder / ".git" / "pre-commit"), "SKIP": skip}
    subprocess.run([BIN / "pre-commit", "install"], cwd=folder, env=environment, check=True)
    run = subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@b.example", "commit", "-qm", "A change"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


def test_hooks_and_make_check_are_the_same_targets():
    said = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repository in said["repos"] for hook in repository["hooks"]]
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    check = re.search(r"(?m)^check: .*\n\t@\$\(MAKE\) --no-print-directory --jobs=2 (.*)$", make)
    assert check
    assert [hook["entry"] for hook in hooks] == [f"make --silent {t}" for t in check[1].split()]
    assert all(re.search(rf"(?m)^{target}:$", make) for target in check[1].split())


def test_a_badly_formatted_file_is_not_committed(clone):
    wrong = clone / "helpers" / "wrong.py"
    wrong.write_text('"""A module."""\n\nx = [1,2]\n', encoding="utf-8")
    git(clone, "add", "helpers/wrong.py")
    status, said = commit(clone, skip="types,spelling,agree")
    assert status == 1
    assert re.search(r"style \(ruff\)\.+Failed", said)
    assert "helpers/wrong.py" in said
    assert "+x = [1, 2]" in said


def test_what_no_check_reads_is_committed_at_once(clone):
    git(clone, "commit", "-qm", "As it stands", "--no-verify", "--allow-empty")
    (clone / "LICENSE").write_text("Another.\n", encoding="utf-8")
    git(clone, "add", "LICENSE")
    status, said = commit(clone)
    assert status == 0, said
    assert said.count("Skipped") == 4
