"""The workflows on GitHub: each action pinned to a commit, each job with no right too many."""

import re

import pytest
import yaml

from tests.project import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


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
    assert conditions["actions/upload-artifact"] == "github.event_name == 'pull_request'"
    assert conditions["actions/upload-pages-artifact"] == jobs["publish"]["if"]


def test_actions_are_pinned_to_a_commit_with_its_version(workflow):
    text, said = workflow
    lines = re.findall(r"^\s*(?:- )?uses: (.*)$", text, re.MULTILINE)
    uses = [s["uses"] for job in said["jobs"].values() for s in job["steps"] if "uses" in s]
    assert len(lines) == len(uses) > 0
    for line in lines:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_jobs_have_no_right_too_many(workflow):
    _, said = workflow
    assert said["permissions"] == {}
    for name, job in said["jobs"].items():
        allowed = {"pages": "write", "id-token": "write"} if name == "publish" else {}
        assert job["permissions"] == (allowed or {"contents": "read"})
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
