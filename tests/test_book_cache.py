"""What is taken from an earlier build, and what never is."""

import re
import shutil

import nbformat
import pytest

from book import cache, fingerprint
from book.execute import Job
from book.manuscript import Code
from book.reproducible import differences
from tests.project import small_project

WELCOME = "book/chapters/00-welcome.md"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with a little of everything that an execution depends on, in place of the course."""
    for name in (
        "helpers/averages.py",
        "helpers/locale/en/ewma.toml",
        "book/execute.py",
        "book/kernels.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("torch==2.4", encoding="utf-8")
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "_build" / "cache")
    return tmp_path


# ── Fingerprints ──────────────────────────────────────────────────────────────────────────────────

CHANGES = {
    "a helper": lambda tree: (tree / "helpers/averages.py").write_text("# other"),
    "its words": lambda tree: (tree / "helpers/locale/en/ewma.toml").write_text("# other"),
    "one more helper": lambda tree: (tree / "helpers/more.py").touch(),
    "one helper less": lambda tree: (tree / "helpers/averages.py").unlink(),
    "a helper's name": lambda tree: (tree / "helpers/averages.py").rename(tree / "helpers/a.py"),
    "the lock file": lambda tree: (tree / "requirements.txt").write_text("torch==2.5"),
    "how cells are run": lambda tree: (tree / "book/execute.py").write_text("# other"),
    "what runs them": lambda tree: (tree / "book/kernels.py").write_text("# other"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_execution_depends_on(tree, what):
    before = fingerprint.of_execution()
    assert fingerprint.of_execution() == before
    CHANGES[what](tree)
    assert fingerprint.of_execution() != before


def test_execution_depends_on_the_images_at_hand(tree, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    said = {fingerprint.of_execution()}
    for value in ("digits", str(tmp_path)):
        monkeypatch.setenv("COURSE_DATA", value)
        said.add(fingerprint.of_execution())
    assert len(said) == 3


def test_execution_depends_on_the_packages_that_are_there(tree, monkeypatch, tmp_path):
    before = fingerprint.of_execution()
    (tmp_path / "packages" / "torch-2.5.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "packages")
    assert fingerprint.of_execution() != before


def test_execution_depends_on_neither_bytecode_nor_prose(tree):
    before = fingerprint.of_execution()
    (tree / "helpers" / "__pycache__").mkdir()
    (tree / "helpers" / "__pycache__" / "averages.pyc").touch()
    (tree / "book" / "chapters").mkdir()
    (tree / "book" / "chapters" / "00-welcome.md").touch()
    assert fingerprint.of_execution() == before


# ── One notebook ──────────────────────────────────────────────────────────────────────────────────


def job(*, code="6 * 7", prose="The answer", tags=(), solution="answer = 42", page="static"):
    cell = nbformat.v4.new_code_cell(code, id="b", metadata={"tags": list(tags)})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(prose, id="a"), cell])
    return Job(
        "notebooks/pt/00-welcome.ipynb", notebook, (Code("here", solution, "solution"),), page
    )


@pytest.fixture
def kept(tree):
    """A notebook that was executed, and is kept."""
    executed = nbformat.from_dict(job().notebook)
    executed.metadata.language_info = nbformat.from_dict({"name": "python", "version": "3"})
    executed.cells[1].execution_count = 3
    executed.cells[1].outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": "42"}, execution_count=3)
    ]
    cache.keep(job(), cache.key(job()), executed)
    return executed


def test_kept_notebook_comes_back_whole(kept):
    assert cache.find(job(), cache.key(job())) == kept


def test_better_words_keep_the_outputs(kept):
    worded = job(prose="The answer, at last")
    found = cache.find(worded, cache.key(worded))
    assert found.cells[0].source == "The answer, at last"
    assert found.cells[1] == kept.cells[1]


@pytest.mark.parametrize(
    "other",
    [
        {"code": "6 * 8"},
        {"tags": ["trained"]},
        {"solution": "answer = 43"},
        {"page": "notebook"},
    ],
    ids=str,
)
def test_other_cells_are_not_taken_for_these(kept, other):
    assert cache.find(job(**other), cache.key(job(**other))) is None


def test_changed_helper_makes_what_was_kept_worthless(kept, tree):
    (tree / "helpers/averages.py").write_text("# other")
    assert cache.find(job(), cache.key(job())) is None


def test_what_ran_while_a_helper_changed_is_not_kept(tree):
    before = cache.key(job())
    (tree / "helpers/averages.py").write_text("# other")
    executed = nbformat.from_dict(job().notebook)
    executed.metadata.language_info = {"name": "python"}
    cache.keep(job(), before, executed)
    assert not (tree / "_build").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": "x"}', '{"key": "KEY"}'])
def test_broken_cache_is_no_cache(kept, content):
    (file,) = cache.FOLDER.rglob("*.json")
    file.write_text(content.replace("KEY", cache.key(job())), encoding="utf-8")
    assert cache.find(job(), cache.key(job())) is None


# ── The whole site ────────────────────────────────────────────────────────────────────────────────


def executed(run):
    """The languages whose chapter was run rather than taken from the cache."""
    assert run.returncode == 0, run.stderr
    return re.findall(r"(pt|en) 00-welcome +\d+\.\d s", run.stdout)


def test_site_is_built_again_only_where_something_changed(tmp_path):
    project = small_project(tmp_path)
    assert executed(project.book("notebooks")) == ["pt", "en"]
    assert executed(project.book("notebooks")) == []
    assert executed(project.book("site")) == ["pt", "en"]
    site = project.files("_build/html")

    again = project.book("site")
    assert "Nothing has changed" in again.stdout
    assert project.files("_build/html") == site

    page = project.path("_build/html/pt/00-welcome.html")
    page.write_text("spoilt", encoding="utf-8")  # by hand; only the page is made anew
    assert executed(project.book("site")) == []
    assert project.files("_build/html") == site

    project.change("helpers/averages.py", '"""', '"""With other words: ')
    assert executed(project.book("notebooks")) == ["pt", "en"]


def test_same_course_elsewhere_builds_the_same_bytes(tmp_path):
    """The small form of `make reproducible`."""
    sites = []
    for name, zone in (("here", "UTC"), ("there/and deeper", "Asia/Kathmandu")):
        project = small_project(tmp_path / name)
        if sites:  # the notebooks are the commit's
            shutil.copytree(
                tmp_path / "here/notebooks", project.path("notebooks"), dirs_exist_ok=True
            )
        for command in ("site",) if sites else ("notebooks", "site"):
            run = project.book(command, TZ=zone, PYTHONHASHSEED=str(len(name)))
            assert run.returncode == 0, run.stderr
        sites.append(project.path("_build/html"))
    assert differences(*sites) == []
    assert len(list(sites[0].rglob("*.html"))) > 5


def test_differences_are_named(tmp_path):
    for folder, names in (("one", "ab"), ("other", "bc")):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).write_text(f"the same, then {folder}")
    assert [
        line.partition(": ")[::2] for line in differences(tmp_path / "one", tmp_path / "other")
    ] == [
        ("a", "is there once only"),
        ("b", "differs at byte 16: b'the same, then one', b'the same, then other'"),
        ("c", "is there once only"),
    ]
