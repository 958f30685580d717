"""What the repository must not hold: code that runs what it reads, secrets, a machine's paths."""

import ast
import getpass
import re
import socket
import subprocess
from pathlib import Path

import nbformat
import pytest

from helpers import exercises
from tests.project import ROOT

TRACKED = subprocess.run(
    ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
).stdout.split("\0")[:-1]
NOTEBOOKS = [name for name in TRACKED if name.endswith(".ipynb")]
MODULES = [name for name in TRACKED if re.match(r"(helpers|book|benchmarks)/.*\.py$", name)]


# ── Code that is read as data ─────────────────────────────────────────────────────────────────────

RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
UNPACKS_CODE = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}


def dangers(source: str) -> list[str]:
    """What a source does that could run what it reads."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            found += [f"imports {name}" for name in names if name.partition(".")[0] in UNPACKS_CODE]
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if called in RUNS_TEXT or called in ("os.system", "os.popen", "torch.compile"):
            found.append(f"calls {called}")
        if called == "torch.load" and keywords.get("weights_only") != "True":
            found.append("torch.load without weights_only=True")
        if keywords.get("weights_only", "True") != "True":
            found.append(f"weights_only={keywords['weights_only']}")
        if keywords.get("shell", "False") != "False":
            found.append("runs a shell")
        if called == "yaml.load" or keywords.get("allow_pickle", "False") != "False":
            found.append(f"{called} may build any object")
    return found


@pytest.mark.parametrize("name", MODULES)
def test_module_runs_nothing_that_it_reads(name):
    assert dangers((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs_nothing_that_it_reads(name):
    for cell in nbformat.read(ROOT / name, as_version=4).cells:
        if cell.cell_type == "code":
            source = re.sub(r"(?m)^( *)%pip .*$", r"\1pass", cell.source)
            assert dangers(source) == [], cell.id


@pytest.mark.parametrize(
    "source",
    [
        "eval(answer)",
        "exec(text)",
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "load(path, weights_only=trusted)",
        "subprocess.run(text, shell=True)",
        "numpy.load(path, allow_pickle=True)",
        "yaml.load(text)",
        "os.system(text)",
    ],
)
def test_dangers_are_seen(source):
    assert dangers(source)


@pytest.mark.parametrize("name", exercises.EXERCISES)
def test_learners_text_is_not_run(name, tmp_path, capsys):
    """An answer given as text gets a hint; what it says is not done."""
    mark = tmp_path / "mark"
    exercises.check(name, f"open({str(mark)!r}, 'w')")
    assert not mark.exists()
    assert capsys.readouterr().out


# ── Of one machine, or secret ─────────────────────────────────────────────────────────────────────

SECRETS = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|github_pat_\w{22,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{32,}"
    r"|AIza[\w-]{35}|hf_[A-Za-z]{30,}|npm_\w{36}|pypi-AgE[\w-]{20,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|https?://[^\s/:@{]+:[^\s/:@{]+@"
)
PATHS = re.compile(r"(?<![\w.])/(?:home|root|Users|tmp|var|mnt|work|content)/\w|\b[A-Z]:\\\w")
# In parts, so that this file holds none of them.
REGISTRIES = re.compile("|".join(
    re.escape(".".join(parts))
    for parts in (
        ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"), ("pypi", "org"),
        ("files", "pythonhosted", "org"), ("conda", "anaconda", "org"),
    )
))  # fmt: skip


def text_of(name: str) -> str:
    """The text of a file that git tracks; of pictures and fonts, nothing."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_tells_nothing_of_a_machine(name):
    text = text_of(name)
    assert PATHS.findall(text) == []
    people = {getpass.getuser(), Path.home().name, socket.gethostname()} - {"root", "runner"}
    assert [who for who in people if re.search(rf"\b{re.escape(who)}\b", text)] == []


def test_no_secret_and_no_registry_in_any_file():
    found = [
        (name, match)
        for name in TRACKED
        for pattern in (SECRETS, REGISTRIES)
        for match in pattern.findall(text_of(name))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (SECRETS, "AKIA" + "A" * 16),
        (SECRETS, "ghp_" + "a" * 36),
        (SECRETS, "-----BEGIN " + "RSA PRIVATE KEY-----"),
        (SECRETS, "https://me:" + "word@github.com"),
        (PATHS, "in /" + "home/ana/curso"),
        (PATHS, "'/" + "content/helpers'"),
        (PATHS, "C:" + "\\Users"),
        (REGISTRIES, "https://pypi" + ".org/simple"),
    ],
)
def test_what_is_looked_for_is_found(pattern, text):
    assert pattern.search(text)
