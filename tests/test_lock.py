"""requirements.txt: what pyproject.toml asks for, pinned with hashes, on every system."""

import importlib.metadata
import re
import shutil
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.project import ROOT

SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
MACHINES = {"Linux": "x86_64", "macOS": "arm64", "Windows": "AMD64"}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
ACCEPTED = ".ci/accepted.txt"


def lines():
    """Requirements of the lock, each with its hashes."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^ *#.*\n?", "", text).replace("\\\n", " ")
    return [line for line in map(str.strip, text.splitlines()) if line]


LOCKED = [Requirement(line.partition(" --hash=")[0]) for line in lines()]


def asked():
    """What the package and the group `test` ask for, with the groups that it includes."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    def group(name):
        for one in said["dependency-groups"][name]:
            if isinstance(one, dict):
                yield from group(one["include-group"])
            else:
                yield Requirement(one)

    return [*map(Requirement, said["project"]["dependencies"]), *group("test")]


def versions(system, python):
    """The versions that the lock installs on a system, by name."""
    environment = {
        **SYSTEMS[system],
        "platform_machine": MACHINES[system],
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "python_version": python,
        "python_full_version": f"{python}.1",
    }
    found = {}
    for one in LOCKED:
        if one.marker is None or one.marker.evaluate(environment):
            found.setdefault(canonicalize_name(one.name), []).append(one.specifier)
    return found


def requires(name):
    """What an installed package asks for; nothing, where this system has no use for it."""
    try:
        return importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []


def test_each_requirement_is_pinned_with_hashes():
    for line, one in zip(lines(), LOCKED, strict=True):
        (pin,) = one.specifier
        assert pin.operator == "==", line
        assert "*" not in pin.version, line
        hashes = line.split(" --hash=")[1:]
        assert hashes, line
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest.strip()) for digest in hashes), line


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_each_system_gets_all_that_is_asked_for_once(system, python):
    found = versions(system, python)
    assert {name: pins for name, pins in found.items() if len(pins) > 1} == {}
    for one in asked():
        assert canonicalize_name(one.name) in found, f"{one} is not locked"
        ((pin,),) = found[canonicalize_name(one.name)]
        assert one.specifier.contains(Version(pin.version)), f"{one} is locked at {pin.version}"


def test_extras_are_locked_by_name():
    """Without its extra in the lock, an older pip takes the newest `coverage[toml]`, not this."""
    locked = {canonicalize_name(one.name): one.extras for one in LOCKED}
    wanted = [
        (name, one)
        for name in locked
        for one in map(Requirement, requires(name))
        if one.extras and (one.marker is None or one.marker.evaluate({"extra": ""}))
    ]
    assert wanted
    for name, one in wanted:
        assert one.extras <= locked[canonicalize_name(one.name)], f"{name} asks for {one}"


def test_audit_passes_over_what_is_accepted_until_its_date(tmp_path):
    """`make audit`, with a stand-in for uv that says what it was asked."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    said = (ROOT / ACCEPTED).read_text(encoding="utf-8")
    said += "GHSA-past  2020-12-31  it was\nGHSA-good  2999-12-31  it is\n"
    (tmp_path / ACCEPTED).write_text(said, encoding="utf-8")
    for name, text in {"python": "", "uv": '#!/bin/sh\necho "$@"\n'}.items():
        (tmp_path / "bin" / name).write_text(text, encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    make = ["make", "--no-print-directory", "BIN=bin", "audit"]
    done = subprocess.run(make, cwd=tmp_path, capture_output=True, text=True, check=True)
    python, npm = done.stdout.splitlines()
    assert "pip-audit" in python
    assert python.endswith("--ignore-vuln GHSA-good")
    assert "GHSA-past" not in python
    assert "xxxx" not in python
    assert npm.endswith("npm audit")


def test_accepted_vulnerabilities_have_a_date_and_a_reason():
    for line in (ROOT / ACCEPTED).read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"#.*|\S+-\S+  20\d\d-[01]\d-[0-3]\d  \S.{20,}", line), line
