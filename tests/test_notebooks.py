"""The committed notebooks: two languages with the same code, text outputs, and no picture."""

import nbformat
import pytest

from book.generate import chapters
from book.project import LANGUAGES, ROOT, repository
from tests.project import Project

SLUGS = [chapter.slug for chapter in chapters()]


def read(language, slug):
    return nbformat.read(ROOT / "notebooks" / language / f"{slug}.ipynb", 4)


@pytest.mark.parametrize("slug", SLUGS)
def test_code_is_the_same_in_both_languages(slug):
    pt, en = (read(language, slug).cells for language in LANGUAGES)
    assert [cell.id for cell in pt] == [cell.id for cell in en]
    assert [cell.cell_type for cell in pt] == [cell.cell_type for cell in en]
    different = [
        cell.id
        for cell, other in zip(pt, en, strict=True)
        if cell.cell_type == "code" and cell.source != other.source
    ]
    assert different == ["language"]


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_frame(language, slug):
    cells = read(language, slug).cells
    assert [cell.id for cell in cells[:3]] == ["badge", "install", "language"]
    assert cells[-1].id == "neighbours"
    assert repository().colab(language, slug) in cells[0].source
    assert f'language.use("{language}")' in cells[2].source
    index = SLUGS.index(slug)
    for neighbour in SLUGS[max(0, index - 1) : index] + SLUGS[index + 1 : index + 2]:
        assert repository().colab(language, neighbour) in cells[-1].source


def test_install_cell_touches_nothing_that_is_there():
    source = read("pt", "02-ewma").cells[1].source
    assert "--no-deps" in source
    namespace = {}
    # Where `helpers` can be imported, the line that installs is never reached.
    exec(source.replace("%pip", "raise AssertionError #"), namespace)
    assert namespace["importlib"].util.find_spec("helpers") is not None


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_outputs_are_text(language, slug):
    for cell in read(language, slug).cells:
        for output in cell.get("outputs", []):
            assert output.output_type in ("stream", "display_data", "execute_result")
            assert set(output.get("data", {})) <= {"text/plain"}


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_is_plain_markdown(language, slug):
    for cell in read(language, slug).cells:
        if cell.cell_type == "markdown":
            assert "{{" not in cell.source
            assert "```{" not in cell.source
            assert ":::" not in cell.source
            assert "{ref}" not in cell.source


def test_nbval_alone_catches_a_changed_constant(tmp_path):
    """One constant of `helpers.averages` changed: nbval fails, and names the cell."""
    project = Project(tmp_path)
    nbval = ("-m", "pytest", "-c", "notebooks/pytest.ini", "--nbval", "notebooks/pt/02-ewma.ipynb")
    untouched = project.python(*nbval)
    assert untouched.returncode == 0, untouched.stdout
    project.change("helpers/averages.py", "    average = 0 *", "    average = 0.01 *")
    changed = project.python(*nbval)
    assert changed.returncode == 1, changed.stdout
    assert "Cell " in changed.stdout
