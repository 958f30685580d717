"""The workflows on GitHub: each action pinned to a commit, each job with no right too many."""

import os
import re
import subprocess
import tomllib

import pytest
import yaml

from tests import colab
from tests.project import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

RIGHTS = {"publish": {"pages": "write", "id-token": "write"}, "report": {"issues": "write"}}
"""Of the jobs that write something; the others may only read."""


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request):
    """A workflow's text and what it says."""
    text = request.param.read_text(encoding="utf-8")
    return text, yaml.safe_load(text)


def test_there_is_one_that_builds_tests_and_publishes():
    said = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in WORKFLOWS}
    jobs = said["site.yml"]["jobs"]
    assert any(step.get("run") == ".ci/run" for step in jobs["test"]["steps"])
    assert jobs["publish"]["needs"] == "test"
    assert jobs["publish"]["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
    conditions = {
        step["uses"].partition("@")[0]: step["if"] for step in jobs["test"]["steps"] if "if" in step
    }
    checkout = next(s for s in jobs["test"]["steps"] if "checkout" in s.get("uses", ""))
    assert checkout["with"]["fetch-depth"] == 0, "without git's history pages have no dates"
    assert conditions["actions/upload-artifact"] == "github.event_name == 'pull_request'"
    assert conditions["actions/upload-pages-artifact"] == jobs["publish"]["if"]


def test_actions_are_pinned_to_a_commit_with_its_version(workflow):
    text, said = workflow
    lines = re.findall(r"^\s*(?:- )?uses: (.*)$", text, re.MULTILINE)
    uses = [s["uses"] for job in said["jobs"].values() for s in job["steps"] if "uses" in s]
    assert len(lines) == len(uses) > 0
    for line in lines:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_workflows_use_the_same_version_of_an_action():
    texts = [path.read_text(encoding="utf-8") for path in WORKFLOWS]
    used = {line for text in texts for line in re.findall(r"uses: (.*)", text)}
    names = [line.partition("@")[0] for line in used]
    assert len(names) == len(set(names))


def test_jobs_have_no_right_too_many(workflow):
    _, said = workflow
    assert said["permissions"] == {}
    for name, job in said["jobs"].items():
        assert job["permissions"] == RIGHTS.get(name, {"contents": "read"})
        assert 0 < job["timeout-minutes"] <= 60
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_pull_requests_of_strangers_see_no_secrets(workflow):
    text, said = workflow
    events = said[True]  # YAML reads `on` as a truth
    assert "pull_request_target" not in events
    assert "secrets." not in text
    # What a stranger writes never becomes a command.
    for job in said["jobs"].values():
        assert all("${{" not in step.get("run", "") for step in job["steps"])


# ── Each week ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def weekly():
    """The weekly workflow."""
    path = ROOT / ".github" / "workflows" / "weekly.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_each_week_all_that_takes_too_long_for_each_commit_is_tried(weekly):
    assert weekly[True].keys() == {"schedule", "workflow_dispatch"}
    jobs = weekly["jobs"]
    runs = {name: [s["run"] for s in job["steps"] if "run" in s] for name, job in jobs.items()}
    assert runs["newest"][0] == "make lock"
    assert runs["newest"][-1] == ".ci/run"
    assert runs["colab"] == ["make colab"]
    assert runs["reproducible"] == ["make reproducible"]
    assert runs["faults"] == ["make faults"]
    assert runs["audit"] == ["make audit"]
    assert {*jobs["report"]["needs"], "report"} == jobs.keys()
    assert jobs["report"]["if"] == "failure() || cancelled()"


def test_weekly_rehearsal_takes_every_set(weekly):
    job = weekly["jobs"]["colab"]
    assert job["strategy"]["matrix"]["set"] == list(colab.SETS)
    pythons = next(s["with"]["python-version"] for s in job["steps"] if "setup" in s["uses"])
    assert {python for python, _ in colab.SETS.values()} <= set(pythons.split())
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert said["project"]["requires-python"] == f">={colab.SETS['oldest'][0]}"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("", ["label create weekly", "issue create --label weekly"]),
        ("12", ["issue comment 12"]),
    ],
    ids=["a new issue", "the open issue"],
)
def test_weekly_report_opens_one_issue_only(weekly, tmp_path, found, told):
    gh = tmp_path / "gh"
    gh.write_text(
        """#!/bin/sh
echo "$*" >> asked
if [ "$1 $2" = "issue list" ]; then echo "$FOUND"; fi
""",
        encoding="utf-8",
    )
    gh.chmod(0o755)
    (step,) = weekly["jobs"]["report"]["steps"]
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    environment = {"PATH": path, "FOUND": found, "BODY": "what failed"}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment, check=True)
    listed, *asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert listed.startswith("issue list --state open --label weekly")
    assert [line[: len(start)] for line, start in zip(asked, told, strict=True)] == told
    assert asked[-1].endswith("--body what failed")
