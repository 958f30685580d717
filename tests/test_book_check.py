"""`python -m book check`: green on the course, red with file and cell for what is broken."""

import nbformat
import pytest

from book.check import check
from book.project import ROOT
from tests.project import Project

EWMA = "book/chapters/02-ewma.md"


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_the_course_is_green():
    assert check(ROOT) == []


def test_command_is_green_and_says_so(project):
    run = project.book("check")
    assert run.returncode == 0, run.stderr
    assert "agree" in run.stdout


def test_command_is_red_with_one_clear_message(project):
    project.path("notebooks/en/03-bias.ipynb").unlink()
    run = project.book("check")
    assert run.returncode == 1
    assert "notebooks/en/03-bias.ipynb: is missing" in run.stderr
    assert "Traceback" not in run.stderr


def red(project, *expected):
    """Check the copy, and return its only problem, which holds all the expected words."""
    problems = check(project.root)
    matching = [line for line in problems if all(words in line for words in expected)]
    assert matching, problems
    return matching[0]


def test_notebook_cell_edited_by_hand(project):
    project.change("notebooks/pt/02-ewma.ipynb", "lags=10", "lags=12")
    red(
        project,
        "notebooks/pt/02-ewma.ipynb, cell ",
        "does not follow from book/chapters/02-ewma.md",
    )


def test_notebook_prose_edited_by_hand(project):
    project.change("notebooks/en/03-bias.ipynb", "A bad start", "A false start")
    red(project, "notebooks/en/03-bias.ipynb, cell ", "does not follow")


def test_english_cell_deleted(project):
    text = project.path(EWMA).read_text(encoding="utf-8")
    start = text.index('+++ {"lang": "en"}\n\n## What each day weighs')
    end = text.index("```{code-cell}", start)
    project.path(EWMA).write_text(text[:start] + text[end:], encoding="utf-8")
    line = red(project, EWMA, "the pt cell has no en cell")
    assert "cell 10 (line " in line


def test_portuguese_cell_deleted(project):
    text = project.path(EWMA).read_text(encoding="utf-8")
    start = text.index('+++ {"lang": "pt"}\n\n## Quanto pesa cada dia')
    end = text.index('+++ {"lang": "en"}', start)
    project.path(EWMA).write_text(text[:start] + text[end:], encoding="utf-8")
    red(project, EWMA, "the en cell has no pt cell")


def test_number_misspelt(project):
    project.change(EWMA, "{{ ewma_third_newest }}", "{{ ewma_third_newset }}", count=2)
    red(project, EWMA, "there is no number 'ewma_third_newset'")


def test_number_computed_and_not_used(project):
    project.change(EWMA, "{{ noise_1999 }}", "2", count=2)
    red(project, "no chapter uses 'noise_1999'")


def test_unexecuted_notebook(project):
    path = project.path("notebooks/en/02-ewma.ipynb")
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)
    red(project, "notebooks/en/02-ewma.ipynb, cell 2 ", "was not executed")


def test_figure_without_alternative_text(project):
    path = project.path("notebooks/en/02-ewma.ipynb")
    notebook = nbformat.read(path, 4)
    outputs = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("metadata", {}).get("course") == "figure"
    ]
    outputs[0].data["text/plain"] = "<Figure size 432x252 with 1 Axes>"
    outputs[1].data["text/plain"] = ""
    nbformat.write(notebook, path)
    problems = [line for line in check(project.root) if "no alternative text" in line]
    assert len(problems) == 2
    assert all("notebooks/en/02-ewma.ipynb, cell " in line for line in problems)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('+++ {"lang": "pt"}', '+++ {"lang": "pt"', ("cell", "line")),
        ("display_name: Python 3", "display_name: [", ("metadata",)),
        ('+++ {"lang": "pt"}', '+++ {"lang": "es"}', ("cell 1 (line ", "got 'es'")),
        ('+++ {"lang": "pt"}', "+++", ("cell 1 (line ", "must say its lang")),
        (":tags: [exercise]", ":tags: [exrcise]", ("cell", "the tags may be")),
        (":tags: [exercise]", ":tags: [", ("could not be read",)),
        (":tags: [exercise]\n", "", ("a solution must follow its exercise",)),
        (
            "by_ma = np.array(",
            "by_ma_for_each_of_the_periods = np.array(",
            ("longer than 80 letters",),
        ),
        ("# EWMA: a média", "EWMA: a média", ("cell 1", "must start with its heading")),
    ],
)
def test_manuscript_that_cannot_be_read(project, old, new, expected):
    project.change(EWMA, old, new)
    red(project, EWMA, *expected)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("between 0 and 1, says how far", "between 0 and 2, says how far", "numbers"),
        (r"with $\alpha$ near 0 it", r"with $\beta$ near 0 it", "formulas"),
        ("## Two ways of looking back", "### Two ways of looking back", "headings"),
        ("[next chapter](03-bias.md)", "[next chapter](00-welcome.md)", "links"),
        ("PyTorch calls them `betas`", "PyTorch calls them `beta`", "code"),
        ("- say why optimizers prefer the EWMA.", "Say why.", "list items"),
        ("<summary>b) Never.</summary>", "b) Never.", "folds"),
        ("yesterday's {{ ewma_third_second }}", "yesterday's", "computed numbers"),
    ],
)
def test_languages_that_drift_apart(project, old, new, what):
    project.change(EWMA, old, new)
    red(project, EWMA, f"pt and en differ in {what}")


def test_link_to_a_chapter_that_there_is_not(project):
    project.change(EWMA, "(03-bias.md)", "(99-nothing.md)", count=2)
    red(project, EWMA, "links to 99-nothing.md")


def test_links_to_headings(project):
    project.change(EWMA, "(03-bias.md)", "(03-bias.md#quanto-tempo-ela-dura)")
    project.change(EWMA, "(03-bias.md)", "(03-bias.md#how-long-it-lasts)")
    assert not [line for line in check(project.root) if "links" in line]
    project.change(EWMA, "#how-long-it-lasts", "#quanto-tempo-ela-dura")
    red(project, EWMA, "links to 03-bias.md#quanto-tempo-ela-dura, and there is no such heading")


def test_duplicate_slugs(project):
    project.path("book/chapters/05-ewma.md").write_text("# x")
    project.change("_toc.yml", "  - file: 03-bias", "  - file: 03-bias\n  - file: 05-ewma")
    red(project, "book/chapters/05-ewma.md: has the same slug as 02-ewma.md")


def test_duplicate_numbers(project):
    project.path("book/chapters/02-other.md").write_text("# x")
    project.change("_toc.yml", "  - file: 03-bias", "  - file: 03-bias\n  - file: 02-other")
    red(project, "book/chapters/02-other.md: has the same number as 02-ewma.md")


def test_chapter_missing_from_the_contents(project):
    project.change("_toc.yml", "  - file: 03-bias\n", "")
    red(project, "book/chapters/03-bias.md: the chapter is missing from _toc.yml")


def test_contents_without_the_chapter(project):
    project.change("_toc.yml", "  - file: 03-bias", "  - file: 03-bias\n  - file: 09-more")
    red(project, "_toc.yml: there is no manuscript book/chapters/09-more.md")


def test_contents_that_are_no_yaml(project):
    project.change("_toc.yml", "format: jb-book", "format: [")
    red(project, "_toc.yml: is not valid YAML")


def test_notebook_without_a_chapter(project):
    project.path("notebooks/pt/07-more.ipynb").write_text("{}")
    red(project, "notebooks/pt/07-more.ipynb: no chapter has this name")


def test_notebook_that_is_no_notebook(project):
    project.path("notebooks/pt/02-ewma.ipynb").write_text("{")
    red(project, "notebooks/pt/02-ewma.ipynb: is not a valid notebook")
