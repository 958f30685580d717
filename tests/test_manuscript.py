"""Manuscripts: how they are read, their numbers, and the notebooks that follow from them."""

import ast
import json
import os
import re

import nbformat
import pytest

from book.errors import BookError
from book.manuscript import expressions
from book.manuscript.agreement import check, different_numbers
from book.manuscript.chapter import Code, Prose, read_all
from book.manuscript.notebook import make_notebook, text_outputs
from book.project import LANGUAGES, ROOT, Repository, chapter_paths
from book.running import cache
from book.running.generate import is_as_written, notebooks_of
from book.running.kernel import Run
from helpers.output import BUILD_MIME
from tests.project import Course, code, manuscript, prose

PATH = "book/chapters/00-averages.md"
TITLE = prose("# Médias", "# Averages")
EXERCISE, SOLUTION = code("answer = ...", "exercise"), code("answer = 42", "solution")


def read_one(folder, *cells):
    """Read a chapter made of these cells, beside a file that an editor has left."""
    course = Course(folder, averages=manuscript(*cells))
    course.write("book/chapters/.#00-averages.md", "")
    (chapter,) = read_all(course.root)
    return chapter


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────


def test_chapter_holds_texts_by_language_and_code_once(tmp_path):
    chapter = read_one(tmp_path, TITLE, code("lr = 0.1", "hidden"), EXERCISE, SOLUTION)
    path = tmp_path / PATH
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")  # as on Windows
    assert read_all(tmp_path) == [chapter]
    assert chapter.cells == (
        Prose(
            location=f"{PATH}, cell 1 (line 8)",
            sources={"pt": "# Médias", "en": "# Averages"},
            lines={"pt": 10, "en": 14},
        ),
        Code(f"{PATH}, cell 3 (line 16)", "lr = 0.1", "hidden"),
        Code(f"{PATH}, cell 4 (line 22)", "answer = ...", "exercise"),
        Code(f"{PATH}, cell 5 (line 28)", "answer = 42", "solution"),
    )
    assert (chapter.slug, chapter.path) == ("00-averages", PATH)
    assert [chapter.title(language) for language in LANGUAGES] == ["Médias", "Averages"]
    assert chapter.code == [*chapter.cells[1:3]]
    assert chapter.solutions == [chapter.cells[3]]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ([prose("Médias", "# Averages")], ", cell 1: a chapter must start with its heading"),
        ([code("1"), TITLE], ", cell 1: a chapter must start with its heading"),
        ([TITLE, '+++ {"lang": "pt"}\n\nSó\n'], r", cell 3 \(line 16\): a text must .*, got pt"),
        ([TITLE, prose("", "One")], r", cell 3 \(line 20\): a text must .* in this order, got en"),
        ([TITLE, '+++ {"lang": "es"}\n\nUno\n'], "must have lang pt or en, got 'es'"),
        ([TITLE, "+++\n\nOne\n"], "must have lang pt or en, got None"),
        ([TITLE, prose("Um", "One").replace('"pt"}', '"pt"')], "cell"),
        ([TITLE, code("1", "trainde")], r"the tags may be \[exercise\] .*, got \['trainde'\]"),
        ([TITLE, code("1", "folded, hidden")], r"the tags may be .*, got \['folded', 'hidden'\]"),
        ([TITLE, *[code("1", "folded, card")] * 2], r"cell 4 .*: a chapter may have one \[card\]"),
        ([TITLE, code("1", "folded").replace("tags", "tag")], "may have tags only, got tag"),
        ([TITLE, code("1", "folded").replace("]", "")], ": .* at line 16 could not be read"),
        ([TITLE, SOLUTION], ", cell 3 .*: a solution must follow its exercise"),
        ([TITLE, code("1"), SOLUTION], ", cell 4 .*: a solution must follow its exercise"),
        ([TITLE, code(f"x = {'1' * 77}")], "must have at most 80 characters, got x = 111"),
    ],
)  # fmt: skip
def test_manuscript_that_cannot_be_read_is_named(tmp_path, cells, problem):
    with pytest.raises(BookError, match=f"^{PATH}.*{problem}") as caught:
        read_one(tmp_path, *cells)
    assert len(caught.value.problems) == 1


def test_problems_of_all_chapters_are_reported_at_once(tmp_path):
    course = Course(tmp_path, one=manuscript(code("1")), two=manuscript(code("1", "x")))
    course.path("book/chapters/00-one.md").write_bytes(b"# M\xe9dias")
    with pytest.raises(BookError) as caught:
        read_all(course.root)
    assert [line[:23] for line in caught.value.problems] == [
        "book/chapters/00-one.md",
        *["book/chapters/01-two.md"] * 2,
    ]


TOC = "format: jb-book\nroot: 00-one\nchapters: "


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("book/chapters/02-two.md", "", "02-two.md: the chapter is missing from _toc.yml"),
        ("book/chapters/01-other.md", "", "01-two.md: has the same number as 01-other.md"),
        ("book/chapters/02-one.md", "", "02-one.md: has the same slug as 00-one.md"),
        ("book/chapters/New.md", "", "New.md: the name must be NN-slug.md"),
        ("_toc.yml", "format: jb-book\nroot: 00-none", "there is no manuscript .*00-none.md"),
        ("_toc.yml", "format: [", "_toc.yml: is not valid YAML: "),
        ("_toc.yml", "format: jb-book", "_toc.yml: .*root"),
        ("_toc.yml", "- 00-one", "_toc.yml: must hold a mapping"),
        ("_toc.yml", f"{TOC}[01-two]", "_toc.yml: entry not a mapping type @ '/chapters/0'"),
        ("_toc.yml", f"{TOC}[{{url: 'https://a.b'}}]", "may list chapters only, .*got https://a.b"),
        ("_toc.yml", f"{TOC}[{{glob: '0*'}}]", r"may list chapters only, .*got 0\*"),
    ],
)
def test_contents_that_do_not_match_the_chapters(tmp_path, name, text, problem):
    course = Course(tmp_path, one="", two="")
    assert [path.stem for path in chapter_paths(course.root)] == ["00-one", "01-two"]
    course.write(name, text)
    with pytest.raises(BookError, match=problem):
        chapter_paths(course.root)


def test_contents_may_have_parts(tmp_path):
    course = Course(tmp_path, one="", two="", three="")
    parts = "parts:\n  - chapters: [{file: 02-three, sections: [{file: 01-two}]}]\n"
    course.write("_toc.yml", f"format: jb-book\nroot: 00-one\n{parts}")
    assert [path.stem for path in chapter_paths(course.root)] == ["00-one", "02-three", "01-two"]


# ── Numbers of the prose ──────────────────────────────────────────────────────────────────────────


def fill(field, value, language, template="{}"):
    """Return a text with one number filled in, having found it again in the text."""
    source = template.format(f"{{{{ {field} }}}}")
    cell = Prose("here", dict.fromkeys(LANGUAGES, source), dict.fromkeys(LANGUAGES, 7))
    (expression,) = expressions.find(source)
    filled = expressions.fill(cell, language, {expression.code: value}, "chapter.md")
    assert expressions.pattern(source).fullmatch(filled), filled
    return filled


@pytest.mark.parametrize(
    "field",
    [
        "lr:.2f",
        'runs["a:b"][1:].mean():.1f',
        "max(losses, key=lambda loss: -loss)",
        "(a if b else c):,.0f",
        "  spaced  ",
        "1 - 2:+.1f",
    ],
)
def test_field_is_parsed_as_python_parses_an_f_string(field):
    (found,) = expressions.find(f"A number, {{{{{field}}}}}.")
    part = ast.parse(f"f'''{{{field}}}'''", mode="eval").body.values[0]
    assert ast.dump(ast.parse(found.code, mode="eval").body) == ast.dump(part.value)
    spec = part.format_spec.values[0].value if part.format_spec else ""
    assert (found.field, found.spec) == (field.strip(), spec)


@pytest.mark.parametrize(
    ("spec", "value", "pt", "en", "pt_math", "en_math"),
    [
        (":.2f", 0.05, "0,05", "0.05", "0{,}05", "0.05"),
        (":.2f", -0.05, "−0,05", "−0.05", "-0{,}05", "-0.05"),
        (":,.1f", 4613.5, "4.613,5", "4,613.5", "4.613{,}5", "4{,}613.5"),
        (":.1%", 0.123, "12,3%", "12.3%", r"12{,}3\%", r"12.3\%"),
        (":+.1f", 2.0, "+2,0", "+2.0", "+2{,}0", "+2.0"),
        (":.1e", 5e-9, "5,0 × 10⁻⁹", "5.0 × 10⁻⁹", r"5{,}0 \times 10^{-9}", r"5.0 \times 10^{-9}"),
        (":.0e", 1e-6, "10⁻⁶", "10⁻⁶", "10^{-6}", "10^{-6}"),
        (":.3g", 1e7, "10⁷", "10⁷", "10^{7}", "10^{7}"),
        ("", 60000, "60000", "60000", "60000", "60000"),
        (":,", 60000, "60.000", "60,000", "60.000", "60{,}000"),
        (":.1f", 3, "3,0", "3.0", "3{,}0", "3.0"),
    ],
)  # fmt: skip
def test_number_is_written_as_the_language_does(spec, value, pt, en, pt_math, en_math):
    for language, text, formula in (("pt", pt, pt_math), ("en", en, en_math)):
        assert fill(f"x{spec}", value, language, "Is {}, or not.") == f"Is {text}, or not."
        assert fill(f"x{spec}", value, language, "$a = {}$") == f"$a = {formula}$"
        assert fill(f"x{spec}", value, language, "$$\na = {}\n$$") == f"$$\na = {formula}\n$$"


def test_number_and_its_unit_stay_on_one_line():
    assert fill("size:.1f", 1.5, "en", "{} GB of it") == "1.5\N{NO-BREAK SPACE}GB of it"


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("1 +", "is not a Python expression with a format: "),
        ("", "is not a Python expression with a format"),
        ("x!r", "is not a Python expression with a format"),
        ("x=", "is not a Python expression with a format"),
        ("x:{width}", "must have a format without fields of its own"),
    ],
)
def test_field_that_cannot_be_parsed_is_named_with_its_line(tmp_path, field, problem):
    text = f"Um.\n\nDois: {{{{ {field} }}}}."
    chapter = read_one(tmp_path, TITLE, prose(text, "One.\n\nTwo."))
    with pytest.raises(BookError) as caught:
        list(expressions.in_prose(chapter))
    (line,) = caught.value.problems
    assert line.startswith(f"{PATH}:20: {{{{ {field} }}}}: {problem}")


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("x:.2f", float("nan"), "gives nan, which is not a finite number"),
        ("x:.2f", float("-inf"), "gives -inf, which is not a finite number"),
        ("x", 0.5, "gives 0.5 and needs a format, such as x:.2f"),
        ("x:d", 0.5, "spec must be one for 0.5, got 'd'"),
        ("x:.2q", 0.5, "spec must be one for 0.5, got '.2q'"),
        ("x:>9.2f", 0.5, "is written '     0.50', which is not a number"),
        ("x:x", 255, "is written 'ff', which is not a number"),
    ],
)
def test_value_that_cannot_be_written_is_named_with_its_line(field, value, problem):
    with pytest.raises(BookError) as caught:
        fill(field, value, "en", "First.\n\n{}")
    (line,) = caught.value.problems
    assert line.startswith(f"chapter.md:9: {{{{ {field} }}}}: ")
    assert problem in line


def test_pattern_matches_numbers_only():
    pattern = expressions.pattern("From {{ a:.1f }} to $ {{ b }} $ (x+y).")
    assert pattern.fullmatch(r"From 0.5 to $ 1{,}000 \times 10^{-3} $ (x+y).").groups() == (
        "0.5",
        r"1{,}000 \times 10^{-3}",
    )
    for other in ("From 0.5 to $ x $ (x+y).", "From 0.5 to $ 1 $ (xx+y).", "From  to $ 1 $ (x+y)."):
        assert not pattern.fullmatch(other)


# ── Do languages and notebooks agree? ─────────────────────────────────────────────────────────────

PT = """## Um começo

- O passo é {{ lr:.2f }}, com $\\alpha = 0{,}5\\text{ hoje}$ e `lr`, em 1.000 de 0,5 ms.

Veja [o fim](01-end.md#o-resto). Por `$HOME` ou `$PATH`, pague R\\$ 5 ou mais, não R\\$ 6.

<details>
<summary>Resposta</summary>
</details>"""
EN = """## A start

- The step is {{ lr:.2f }}, with $\\alpha = 0.5\\text{ today}$ and `lr`, in 1,000 of 0.5 ms.

See [the end](01-end.md#the-rest). For `$HOME` or `$PATH`, pay R\\$ 5 or more, not R\\$ 6.

<details>
<summary>Answer</summary>
</details>"""
START, END = "book/chapters/00-start.md", "book/chapters/01-end.md"


@pytest.fixture
def course(tmp_path):
    """Two chapters with their notebooks, as if a run had given 0.05 for their number."""
    start = manuscript(TITLE, code("lr = 0.05\nprint(lr)"), prose(PT, EN))
    end = manuscript(prose("# Fim", "# End"), prose("## O resto", "## The rest"), code("1"))
    course = Course(tmp_path, start=start, end=end)
    write_notebooks(course)
    assert check(course.root) == []
    return course


def write_notebooks(course, lr=0.05):
    chapters = read_all(course.root)
    outputs = [[nbformat.v4.new_output("stream", text=f"{lr}\n")]]
    runs = {
        "00-start": Run(outputs, [{}, {"lr": lr}]),
        "01-end": Run([[nbformat.v4.new_output("execute_result", {"text/plain": "1"})]], [{}, {}]),
    }
    made = notebooks_of(chapters, runs, course.root)
    for (language, slug), notebook in made.items():
        course.write(f"notebooks/{language}/{slug}.ipynb", nbformat.writes(notebook))
    return made, chapters


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("- The step", "So.\n\n- The step", "paragraphs: only pt has nothing, only en has '…'"),
        ("## A start", "### A start", "headings: only pt has '##', only en has '###'"),
        ("- The step", "The step", "list items: only pt has '-', only en has nothing"),
        ("lr:.2f", "lr:.1f", "expressions: only pt has 'lr:.2f', only en has 'lr:.1f'"),
        ("= 0.5", "= 0.6", r"formulas: only pt has '$\\alpha = 0.5\\text$', only en has"),
        ("`lr`", "`lrs`", "code: only pt has '`lr`', only en has '`lrs`'"),
        ("1,000", "1,001", "numbers: only pt has '1,000', only en has '1,001'"),
        ("0.5 ms", "0,5 ms", "numbers: only pt has '0.5', only en has '0,5'"),
        ("01-end.md#the-rest", "00-start.md", "links: only pt has '01-end.md#', only en has"),
        ("</details>", "", "folds: only pt has '</details>', only en has nothing"),
    ],
)  # fmt: skip
def test_languages_that_differ_are_named_with_what_differs(course, old, new, problem):
    text = course.read(START)
    position = text.rindex(old)  # the English text comes last
    course.write(START, text[:position] + new + text[position + len(old) :])
    assert check(course.root)[0].startswith(
        f"{START}, cell 4 (line 21): pt and en differ in {problem}"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("![A](https://a.b/c.png)", "a picture must be a JPEG, PNG or SVG file of book/chapters/"),
        ("![A](data:image/png;base64,AA==)", "a picture must be a JPEG, PNG or SVG file of "),
        ("![A](../../own.png)", "a picture must be a JPEG, PNG or SVG file of "),
        ("![A][own]", "a picture must be a JPEG, PNG or SVG file of "),
        ("![A](pictures/média.png)", "a picture must be a JPEG, PNG or SVG file of "),
        ("![A](pictures/GONE.JPG)", "there is no book/chapters/pictures/GONE.JPG"),
        ("![ ](pictures/own.png)", "a picture must have an alternative text in each language"),
        ('<img alt="A" src="pictures/own.png">', "must be plain Markdown, "),
        (
            "![A](pictures/own.png){width=50%}",
            "must be plain Markdown, which Colab, GitHub and the ",
        ),
        ("~~A~~", "must be plain Markdown, which Colab, GitHub and the site all show, got ~~A~~"),
        ("- [ ] A", "must be plain Markdown, "),
        ("A[^1]", "must be plain Markdown, "),
        ("> [!NOTE]\n> A", "must be plain Markdown, "),
        ("```{note}\nA\n```", "must be plain Markdown, "),
        (":::{note}\nA\n:::", "must be plain Markdown, "),
        ("`~~A~~`, $x~~y~~z$ and ![A](pictures/own.png)", ""),
    ],
)
def test_text_that_not_all_readers_see_alike_is_named(course, text, problem):
    course.write("book/chapters/pictures/own.png", "")
    course.write(END, course.read(END) + prose(text, text))
    named = {line for line in check(course.root) if line.startswith(END)}
    assert len(named) == bool(problem)
    assert all(line.startswith(f"{END}, cell 6 (line 27): {problem}") for line in named), named


def remove_run(notebook):
    notebook.cells[4].update(outputs=[], execution_count=None)


def show_figure(*texts):
    """Return an edit that adds outputs with data to the fifth cell."""

    def edit(notebook):
        for data in texts:
            notebook.cells[4].outputs.append(nbformat.v4.new_output("display_data", data))

    return edit


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda nb: nb.cells[4].update(source="lr = 0.06"), "does not follow from the manuscript"),
        (lambda nb: nb.cells[5].update(source="## Outro"), "does not follow from the manuscript"),
        (lambda nb: nb.cells[4].metadata.update(tags=["skip"]), "does not follow"),
        (lambda nb: nb.cells[4].update(id="other"), "does not follow from the manuscript"),
        (lambda nb: nb.cells.pop(), "has 6 cells, its manuscript makes 7"),
        (lambda nb: nb.metadata.update(title="Outro"), "its metadata do not follow"),
        (remove_run, "was not executed; run `make notebooks`"),
        (show_figure({"text/plain": "<Figure size 432x252>"}), "a figure has no alternative text"),
        (show_figure({"text/plain": " "}), "a figure has no alternative text"),
        (show_figure({"text/plain": "a", "image/png": "b"}), "holds more than text"),
        (lambda nb: nb.update(cells=None), "is not a valid notebook"),
        (lambda nb: nb.update(metadata=[]), "is not a valid notebook"),
        (lambda nb: nb.update(nbformat=5), "is not a valid notebook"),
        (lambda nb: nb.pop("cells"), "is not a valid notebook"),
    ],
)
def test_notebook_that_does_not_follow_is_named(course, edit, problem):
    name = "notebooks/pt/00-start.ipynb"
    notebook = nbformat.read(course.path(name), as_version=4)
    edit(notebook)
    course.write(name, json.dumps(notebook))
    (line,) = check(course.root)
    assert re.match(rf"{name}(, cell [56] \(\w+\))?: {re.escape(problem)}", line), line


@pytest.mark.parametrize("text", ["", "[]", "null", "<<<<<<< mine"])
def test_file_that_holds_no_notebook_is_named(course, text):
    name = "notebooks/pt/00-start.ipynb"
    course.write(name, text)
    (line,) = check(course.root)
    assert line.startswith(f"{name}: is not a valid notebook: ")
    assert not is_as_written(course.path(name))


def test_missing_and_superfluous_notebooks_are_named(course):
    course.path("notebooks/en/01-end.ipynb").rename(course.path("notebooks/en/02-more.ipynb"))
    assert check(course.root) == [
        "notebooks/en/01-end.ipynb: is missing; run `make notebooks`",
        "notebooks/en/02-more.ipynb: no chapter has this name",
    ]


def test_notebook_of_another_text_is_no_matter_of_rounding(course):
    made, chapters = write_notebooks(course)
    made["pt", "00-start"].cells[5].source = "Another text."
    with pytest.raises(BookError, match=r"pt/00-start\.ipynb, cell 6: does not follow from"):
        list(different_numbers(made, chapters, course.root))


def test_number_that_differs_from_the_committed_one_is_named_with_both(course):
    made, chapters = write_notebooks(course, lr=0.05)
    assert list(different_numbers(made, chapters, course.root)) == []
    made, _ = write_notebooks(course, lr=0.03)
    write_notebooks(course, lr=0.05)
    assert check(course.root) == []  # which runs nothing
    cell = made["pt", "00-start"].cells[5].id
    assert list(different_numbers(made, chapters, course.root)) == [
        (
            "",
            f"notebooks/{language}/00-start.ipynb, cell 6 ({cell}): {{{{ lr:.2f }}}} is {new} now, "
            f"{old} in the committed notebook; run `make notebooks`",
        )
        for language, new, old in (("pt", "0,03", "0,05"), ("en", "0.03", "0.05"))
    ]


# ── Notebooks ─────────────────────────────────────────────────────────────────────────────────────

FORK = Repository("https://github.com/teacher/course", "next")
COLAB = "https://colab.research.google.com/github/teacher/course/blob/next/notebooks"


@pytest.fixture
def chapter(tmp_path):
    """A chapter with a cell of each tag."""
    same = code("x = 1", "folded")
    code_cells = [same, same, code("time()", "trained"), code("y = 2", "hidden")]
    end = prose("[Veja](01-end.md#o-fim).", "[See](01-end.md#the-end).")
    return read_one(tmp_path, TITLE, *code_cells, EXERCISE, SOLUTION, end)


def test_notebooks_have_the_same_cells_in_each_language(chapter):
    pt, en = (make_notebook(chapter, code, FORK, (None, chapter)).cells for code in LANGUAGES)
    assert [cell.id for cell in pt] == [cell.id for cell in en]
    assert len({cell.id for cell in pt}) == len(pt) == 11
    assert [cell.get("metadata") for cell in pt] == [cell.get("metadata") for cell in en]
    different = [a.source for a, b in zip(pt, en, strict=True) if a.source != b.source]
    assert [source.split("\n\n")[-1] for source in different if "import language" in source] == [
        'language.use("pt")'
    ]
    assert pt[-2].source == f"[Veja]({COLAB}/pt/01-end.ipynb#o-fim)."
    assert en[-2].source == f"[See]({COLAB}/en/01-end.ipynb#the-end)."
    assert en[0].source.startswith("[![Open in Colab](https://colab.research.google.com/assets/")
    assert f"({COLAB}/en/00-averages.ipynb)" in en[0].source
    assert "git+https://github.com/teacher/course@next" in en[1].source
    assert en[-1].source == f"---\n\n[Next: Averages]({COLAB}/en/00-averages.ipynb)"


def test_tags_become_what_colab_jupyter_and_nbval_know(chapter):
    cells = make_notebook(chapter, "en", FORK, (None, None)).cells
    by_role = {cell.metadata["course"]: cell for cell in cells if "course" in cell.metadata}
    roles = "badge install language folded trained exercise solution neighbours"
    assert by_role.keys() == set(roles.split())
    assert by_role["folded"].metadata == {
        "course": "folded",
        "cellView": "form",
        "jupyter": {"source_hidden": True},
    }
    assert by_role["trained"].metadata.tags == ["nbval-ignore-output"]
    assert by_role["solution"].cell_type == "markdown"
    assert re.search(
        r"(?s)<summary>Solution<.*```python\nanswer = 42\n```", by_role["solution"].source
    )
    assert not any("y = 2" in cell.source for cell in cells)  # hidden


def test_cells_are_counted_as_a_reader_runs_them(chapter):
    result = nbformat.v4.new_output("execute_result", {"text/plain": "1"})
    outputs = [[], [result], [], [result], []]
    cells = make_notebook(chapter, "en", FORK, (None, None), [{}, {}], outputs).cells
    ran = [cell for cell in cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in ran] == [1, 2, 3, 4, 5, 6]
    counts = [[output.execution_count for output in cell.outputs] for cell in ran]
    assert counts == [[], [], [], [4], [], []]


def test_outputs_become_text_in_the_readers_language():
    def bundle(kind, pt, en):
        languages = {"pt": {"text": pt}, "en": {"text": en}}
        return nbformat.v4.new_output(
            "display_data", {BUILD_MIME: {"kind": kind, "languages": languages}}
        )

    def stream(text):
        return nbformat.v4.new_output("stream", name="stdout", text=text)

    ran = [
        stream("one\n"),
        stream("two\n"),
        bundle("text", "três", "three"),
        stream("four\n"),
        bundle("figure", "Uma curva", "A curve"),
        stream("five\n"),
        nbformat.v4.new_output("execute_result", {"text/plain": "42", "text/html": "<b>42</b>"}),
    ]
    for language, three, curve in (("pt", "três", "Uma curva"), ("en", "three", "A curve")):
        assert text_outputs(ran, language) == [
            stream(f"one\ntwo\n{three}\nfour\n"),
            nbformat.v4.new_output(
                "display_data", {"text/plain": curve}, metadata={"course": "figure"}
            ),
            stream("five\n"),
            nbformat.v4.new_output("execute_result", {"text/plain": "42"}),
        ]
    assert ran[0].text == "one\n"  # the run is left as it is, for the next language


def test_committed_notebooks_show_what_the_runs_of_the_site_show():
    """In every language: nbval runs each chapter in one of them alone."""
    chapters = read_all()
    # Those that the last site was made from: their keys hold settings of the process that built it.
    stored = [cache.FOLDER / f"{one.slug}.json" for one in chapters]
    if not all(path.exists() for path in stored):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("run `make site`")
    keys = [json.loads(path.read_text(encoding="utf-8"))["key"] for path in stored]
    runs = {one.slug: cache.load(one, key) for one, key in zip(chapters, keys, strict=True)}
    for (language, slug), made in notebooks_of(chapters, runs).items():
        committed = nbformat.read(ROOT / "notebooks" / language / f"{slug}.ipynb", as_version=4)
        for old, new in zip(committed.cells, made.cells, strict=True):
            if "nbval-ignore-output" not in old.metadata.get("tags", ()):
                assert old.get("outputs") == new.get("outputs"), (language, slug, old.id)
