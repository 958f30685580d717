"""`python -m book notebooks` and `site`: what fails leaves everything as it was."""

import re

import nbformat
import pytest

from book.errors import BookError
from book.project import ROOT, Repository, repository, set_repository
from tests.project import small_project

WELCOME = "book/chapters/00-welcome.md"


@pytest.fixture
def project(tmp_path):
    """A course of one short chapter."""
    return small_project(tmp_path)


def add_cell(project, code, tag=""):
    """Add a code cell to the chapter, and return the cell's place as messages name it."""
    text = project.path(WELCOME).read_text(encoding="utf-8")
    tags = f":tags: [{tag}]\n\n" if tag else ""
    project.path(WELCOME).write_text(
        f"{text}\n```{{code-cell}} ipython3\n{tags}{code}\n```\n", encoding="utf-8"
    )


def test_notebooks_and_site_of_a_changed_chapter(project):
    add_cell(project, "6 * 7")
    written = project.book("notebooks")
    assert written.returncode == 0, written.stderr
    assert re.search(r"pt 00-welcome +\d+\.\d s", written.stdout)
    for language in ("pt", "en"):
        notebook = nbformat.read(project.path(f"notebooks/{language}/00-welcome.ipynb"), 4)
        assert notebook.cells[-2].outputs[0].data == {"text/plain": "42"}
    built = project.book("site")
    assert built.returncode == 0, built.stderr
    assert str(project.path("_build/html")) in built.stdout
    for language in ("pt", "en"):
        page = project.path(f"_build/html/{language}/00-welcome.html").read_text(encoding="utf-8")
        assert "42" in page


@pytest.mark.parametrize(
    ("code", "tag", "message"),
    [
        ("1 / 0", "", r"notebooks/pt/00-welcome\.ipynb, cell 10 \(\w+\): raises ZeroDivisionError"),
        (
            "import warnings\nwarnings.warn('look out', stacklevel=1)",
            "",
            r"notebooks/en/00-welcome\.ipynb, cell 10 \(\w+\): warns: .*look out",
        ),
        (
            "import os\nos._exit(1)",
            "",
            r"notebooks/pt/00-welcome\.ipynb, cell 10 .*ends the kernel",
        ),
    ],
)
def test_cell_that_fails_names_itself_and_changes_nothing(project, code, tag, message):
    add_cell(project, code, tag)
    before = project.files("notebooks")
    run = project.book("notebooks")
    assert run.returncode == 1
    assert re.search(message, run.stderr), run.stderr
    assert "Traceback" not in run.stderr
    assert project.files("notebooks") == before


def test_solution_that_is_wrong_names_itself(project):
    check = "from helpers.exercises import check\ncheck('ewma_periods', {})"
    add_cell(project, check.format("..."), "exercise")
    add_cell(project, check.format("1000"), "solution")
    run = project.book("notebooks")
    assert run.returncode == 1
    assert re.search(
        WELCOME + r", cell 12 \(line \d+\): the solution raises AssertionError", run.stderr
    )


def test_site_that_fails_leaves_the_old_one(project):
    old = project.path("_build/html/index.html")
    old.parent.mkdir(parents=True)
    old.write_text("old")
    project.change("notebooks/en/00-welcome.ipynb", "Welcome", "Hello")
    run = project.book("site")
    assert run.returncode == 1
    assert "notebooks/en/00-welcome.ipynb, cell 4" in run.stderr
    assert project.files("_build/html") == {"_build/html/index.html": b"old"}
    assert {path.name for path in project.path("_build").iterdir()} <= {"cache", "html"}


def test_what_jupyter_book_warns_of_is_fatal(project):
    """Here a link that leads nowhere, and a formula that cannot be set."""
    old = project.path("_build/html/index.html")
    old.parent.mkdir(parents=True)
    old.write_text("old")
    project.change(WELCOME, "O resto", r"[O resto](#nada), $\fraq{1}{2}$,")
    project.change(WELCOME, "Everything else", r"[Everything else](#nada), $\fraq{1}{2}$,")
    assert project.book("notebooks").returncode == 0
    run = project.book("site")
    assert run.returncode == 1
    for said in ("nada", "fraq"):
        assert re.search(rf"notebooks/pt/00-welcome\.ipynb.*{said}", run.stderr), run.stderr
    assert project.files("_build/html") == {"_build/html/index.html": b"old"}
    assert {path.name for path in project.path("_build").iterdir()} <= {"cache", "html"}


def test_outputs_that_depend_on_the_data_are_run_and_not_compared(project):
    add_cell(project, "import time\n\ntime.time()", tag="trained")
    assert project.book("notebooks").returncode == 0
    nbval = ("-m", "pytest", "-c", "notebooks/pytest.ini", "--nbval", "notebooks")
    again = project.python(*nbval)
    assert again.returncode == 0, again.stdout
    for path in (project.root / "notebooks").glob("*/00-welcome.ipynb"):
        changed = path.read_text(encoding="utf-8").replace("time.time()", "time.times()")
        path.write_text(changed, encoding="utf-8")
    assert project.python(*nbval).returncode == 1


def test_unknown_chapter(project):
    run = project.book("notebooks", "99-nothing")
    assert run.returncode == 1
    assert "there is no chapter 99-nothing" in run.stderr


def test_repository_points_everything_at_a_fork(project):
    run = project.book("repository", "https://github.com/teacher/my.course.git")
    assert run.returncode == 0, run.stderr
    assert repository(project.root) == Repository("https://github.com/teacher/my.course", "main")
    assert "https://teacher.github.io/my.course" in run.stdout
    assert project.book("notebooks").returncode == 0
    text = project.path("notebooks/pt/00-welcome.ipynb").read_text(encoding="utf-8")
    assert "colab.research.google.com/github/teacher/my.course/blob/main/notebooks/pt" in text
    assert "git+https://github.com/teacher/my.course@main" in text
    assert repository(ROOT).url not in text


@pytest.mark.parametrize(
    "url", ["", "teacher/course", "https://gitlab.com/a/b", "https://github.com/a"]
)
def test_repository_that_colab_cannot_open(project, url):
    before = project.path("_config.yml").read_bytes()
    with pytest.raises(BookError, match=r"must be https://github\.com/<owner>/<name>, got"):
        set_repository(url, project.root)
    assert project.path("_config.yml").read_bytes() == before
