"""Running chapters: one run for both languages, what is reported, and what runs again."""

import errno
import os
import platform
import re
import signal
import subprocess
import sys
import time
from unittest.mock import Mock

import nbformat
import psutil
import pytest

from book import __main__
from book.__main__ import main
from book.errors import BookError
from book.manuscript.chapter import read_all
from book.running import cache, fingerprint, generate, kernel, rounding
from book.running.kernel import Run
from tests.project import Course, code, manuscript, prose

TITLE = prose("# Passos", "# Steps")
NOTEBOOKS = ("notebooks/pt/00-steps.ipynb", "notebooks/en/00-steps.ipynb")


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache that starts empty."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "cache")


# ── One run ───────────────────────────────────────────────────────────────────────────────────────

STEPS = manuscript(
    TITLE,
    code("lr = 0.1\nsteps = [lr * 2**k for k in range(3)]\nprint(steps[-1])"),
    prose("Depois de {{ len(steps) }}: {{ lr:.2f }}.", "After {{ len(steps) }}: {{ lr:.2f }}."),
    code("import numpy as np\n\nlast = np.float32(steps[-1])", "hidden"),
    prose(*["$\\eta = {{ last:.1e }}$, **{{ sum(steps):.1%}}**"] * 2),
    code("answer = ...\nanswer", "exercise"),
    code("import os\nassert os.environ['COURSE_SOLUTIONS'] == 'required'\nanswer = lr", "solution"),
    code("lr = 5\nanswer"),
    prose("Agora {{ lr }}.", "Now {{ lr }}."),
)  # fmt: skip


def texts(course, language):
    """Return a notebook's Markdown but for its frame, and its outputs."""
    notebook = nbformat.read(course.path(f"notebooks/{language}/00-steps.ipynb"), as_version=4)
    cells = notebook.cells[3:-1]
    text = [c.source for c in cells if c.cell_type == "markdown" and "course" not in c.metadata]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return text[1:], [output.get("text") or output.data["text/plain"] for output in outputs]


def test_changed_constant_changes_prose_and_outputs_of_both_notebooks(tmp_path, own_cache):
    course = Course(tmp_path, steps=STEPS)
    generate.generate(root=course.root)
    assert texts(course, "pt") == (
        ["Depois de 3: 0,10.", r"$\eta = 4{,}0 \times 10^{-1}$, **70,0%**", "Agora 5."],
        ["0.4\n", "Ellipsis", "Ellipsis"],
    )
    assert texts(course, "en") == (
        ["After 3: 0.10.", r"$\eta = 4.0 \times 10^{-1}$, **70.0%**", "Now 5."],
        ["0.4\n", "Ellipsis", "Ellipsis"],
    )
    course.change("book/chapters/00-steps.md", "lr = 0.1", "lr = 0.03")
    generate.generate(root=course.root)
    for language, numbers in (("pt", "3: 0,03."), ("en", "3: 0.03.")):
        text, outputs = texts(course, language)
        assert text[0].endswith(numbers)
        assert "**21" in text[1]
        assert outputs[0] == "0.12\n"


def test_only_notebooks_of_chapters_that_are_gone_are_deleted(tmp_path, own_cache):
    course = Course(tmp_path, steps=manuscript(TITLE), more=manuscript(TITLE))
    generate.generate(root=course.root)
    more = course.read("notebooks/pt/01-more.ipynb")
    copies = "Untitled", "01-more-Copy1"
    for name in copies:
        course.write(f"notebooks/pt/{name}.ipynb", more)
    course.change("notebooks/en/01-more.ipynb", "Steps", "My steps")
    course.path("book/chapters/01-more.md").unlink()
    course.write("_toc.yml", "format: jb-book\nroot: 00-steps\n")
    generate.generate(["00-steps"], root=course.root)
    kept = [f"notebooks/pt/{name}.ipynb" for name in copies]
    assert {*course.files("notebooks")} == {*NOTEBOOKS, *kept, "notebooks/en/01-more.ipynb"}


@pytest.mark.parametrize("old", ["Passos", '"cell_type": "markdown"'])
def test_notebook_edited_by_hand_is_overwritten_only_when_told_to(tmp_path, own_cache, old):
    course = Course(tmp_path, steps=manuscript(TITLE, code("lr = 1")))
    generate.generate(root=course.root)
    before = course.files("notebooks")
    ran = nbformat.reads(course.read(NOTEBOOKS[0]), as_version=4)
    ran.cells[-2].outputs = [nbformat.v4.new_output("stream", text="mine")]  # nobody's work
    course.write(NOTEBOOKS[0], nbformat.writes(ran))
    generate.generate(root=course.root)
    assert course.files("notebooks") == before
    course.change(NOTEBOOKS[0], old, "<<<<<<< mine")  # also a file that is no notebook any more
    edited = course.files("notebooks")
    with pytest.raises(BookError, match=f"^{NOTEBOOKS[0]}: was edited by hand.* --overwrite 00-"):
        generate.generate(root=course.root)
    assert course.files("notebooks") == edited
    generate.generate(root=course.root, overwrite=True)
    assert course.files("notebooks") == before


# ── What is reported ──────────────────────────────────────────────────────────────────────────────

FAILURES = {
    "raises": [code("x = 1"), code("x / 0")],
    "warns": [code("x = 1"), code("import warnings\n\nwarnings.warn('careful', stacklevel=1)")],
    "ends": [code("x = 1"), code("import os\n\nos._exit(1)")],
    "counts": [prose(*["{{ 1 }}, {{ __import__('os')._exit(1) }}, {{ 2 }}"] * 2)],
    "solved": [code("x = ...", "exercise"), code("assert x == 1, x", "solution")],
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    """Problems of a course in which each chapter fails in its own way, by chapter."""
    folder = tmp_path_factory.mktemp("failures")
    course = Course(folder, **{name: manuscript(TITLE, *c) for name, c in FAILURES.items()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "FOLDER", folder / "cache")
        with pytest.raises(BookError) as caught:
            generate.generate(root=course.root)
    assert sorted(course.files(".")) == [
        "_config.yml",
        "_toc.yml",
        *(f"book/chapters/{number:02}-{name}.md" for number, name in enumerate(FAILURES)),
    ]
    return dict(zip(FAILURES, caught.value.problems, strict=True))


@pytest.mark.xdist_group("failures")
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("raises", "00-raises.md, cell 4 (line 20): raises ZeroDivisionError: division by zero"),
        ("warns", "01-warns.md, cell 4 (line 20): warns: "),
        ("ends", "02-ends.md, cell 4 (line 20): ends the kernel"),
        ("counts", "03-counts.md:18: {{ __import__('os')._exit(1) }}: ends the kernel"),
        ("solved", "04-solved.md, cell 4 (line 22) (the solution): raises AssertionError: "),
    ],
)
def test_cell_that_fails_is_named_and_nothing_is_written(failures, name, problem):
    assert failures[name].startswith(f"book/chapters/{problem}")
    assert ("careful" in failures[name]) == (name == "warns")


def test_cell_or_expression_that_takes_too_long_is_named(tmp_path, own_cache, monkeypatch):
    monkeypatch.setattr(kernel, "TIMEOUT", 5)
    forever = prose(*["{{ sum(iter(int, 1)) }}"] * 2)
    chapters = {"steps": code("while True:\n    pass"), "more": forever}
    course = Course(tmp_path, **{name: manuscript(TITLE, c) for name, c in chapters.items()})
    with pytest.raises(BookError) as caught:
        generate.generate(root=course.root)
    slow = "raises TimeoutError: it takes longer than 5 seconds"
    assert caught.value.problems == (
        f"book/chapters/00-steps.md, cell 3 (line 16): {slow}",
        f"book/chapters/01-more.md:18: {{{{ sum(iter(int, 1)) }}}}: {slow}",
    )


@pytest.mark.parametrize("failures", [1, 2])
def test_kernel_that_does_not_start_is_started_once_more(
    tmp_path, own_cache, monkeypatch, failures
):
    start, attempts = kernel.NotebookClient.start_new_kernel, []

    def fail_first(client, **options):
        attempts.append(client)
        if len(attempts) <= failures:
            raise RuntimeError("Kernel died before replying to kernel_info")
        start(client, **options)

    # Another Python's kernel under the same name, which is not to be taken.
    spec = '{"argv": ["no-such-python"], "display_name": "Other", "language": "python"}'
    Course(tmp_path).write("jupyter/kernels/python3/kernel.json", spec)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    Course(tmp_path).write("startup.py", "one = 2")
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "startup.py"))
    monkeypatch.setattr(kernel.NotebookClient, "start_new_kernel", fail_first)
    course = Course(tmp_path, steps=manuscript(TITLE, code("globals().get('one', 1)")))
    if failures == 1:
        generate.generate(root=course.root)
        assert texts(course, "en")[1] == ["1"]
        return
    with pytest.raises(BookError) as caught:
        generate.generate(root=course.root)
    assert caught.value.problems == (
        "book/chapters/00-steps.md: its kernel does not start: "
        "Kernel died before replying to kernel_info",
    )
    assert len(attempts) == 2


SLEEP = """
import os, time
with open(os.environ["MARKS"], "a") as marks:
    print(os.getpid(), file=marks)
time.sleep(600)
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGHUP])  # Ctrl-C, a closed terminal
def test_a_stopped_build_ends_all_chapters_at_once_and_leaves_nothing_behind(tmp_path, stop):
    count = 2 * generate._cores() + 1
    chapters = {f"c{i}": manuscript(TITLE, code(SLEEP.strip())) for i in range(count)}
    course = Course(tmp_path / "course", **chapters)
    course.add_code()
    marks, scratch = tmp_path / "marks", tmp_path / "scratch"
    scratch.mkdir()
    before = course.files("notebooks", "_build")
    build = subprocess.Popen(
        [sys.executable, "-m", "book", "notebooks"],
        cwd=course.root,
        env={**os.environ, "MARKS": str(marks), "TMPDIR": str(scratch)},
        start_new_session=True,  # as a shell gives each command a process group
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not marks.exists():
        assert build.poll() is None, build.communicate()
        time.sleep(0.1)
    os.killpg(build.pid, stop)
    printed, problems = build.communicate(timeout=60)
    assert (build.returncode, printed) == (130, "")
    assert problems == "Stopped. The site and the notebooks are as they were.\n"
    kernels = marks.read_text(encoding="utf-8").split()
    assert 1 <= len(kernels) <= generate._cores()
    assert not any(psutil.pid_exists(int(kernel)) for kernel in kernels)
    assert not list(scratch.iterdir())
    assert course.files("notebooks", "_build") == before


NOT_NUMBERS = [
    ("many:.1f", "raises ValueError: "),
    ("missing:.1f", "raises NameError: name 'missing' is not defined"),
    ("1 / 0:.1f", "raises ZeroDivisionError: division by zero"),
    ("name:.1f", "raises TypeError: 'Adam' is not a number"),
    ("one > 1", "raises TypeError: True is not a number"),
    ("None:.1f", "raises TypeError: None is not a number"),
    ("(1, 2):.1f", "raises TypeError: (1, 2) is not a number"),
    ("2j:.1f", "raises TypeError: 2j is not a number"),
    ("'y' * 10**7", "raises TypeError: 'yyyyyyyyyyyy...yyyyyyyyyyyyy' is not a number"),
    ("sys.exit(1)", "raises SystemExit: "),
    ("input()", "raises EOFError: "),
    ("np.log(np.zeros(1)).sum():.1f", "raises RuntimeWarning: divide by zero"),
]


@pytest.fixture(scope="module")
def not_numbers(tmp_path_factory):
    """Problems of a text whose expressions give no number, by expression."""
    fields = [field for field, _ in NOT_NUMBERS]
    text = "\n\n".join(f"{{{{ {field} }}}}" for field in fields)
    values = (
        "import sys\nimport numpy as np\n\nmany, one, name = np.ones(2), np.array([2.5]), 'Adam'"
    )
    course = Course(
        tmp_path_factory.mktemp("values"),
        steps=manuscript(TITLE, code(values), prose(f"{{{{ one:.1f }}}}\n\n{text}", text)),
    )
    with pytest.raises(BookError) as caught:
        generate.generate(root=course.root)
    return dict(zip(fields, caught.value.problems, strict=True))


@pytest.mark.xdist_group("not_numbers")
@pytest.mark.parametrize(("field", "problem"), NOT_NUMBERS)
def test_expression_that_gives_no_number_is_named_with_its_line(not_numbers, field, problem):
    line = 27 + 2 * [one for one, _ in NOT_NUMBERS].index(field)
    start = f"book/chapters/00-steps.md:{line}: {{{{ {field} }}}}: {problem}"
    assert not_numbers[field].startswith(start)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["notebooks", "99-nothing"], "there is no chapter 99-nothing; there are "),
        (["repository", "https://gitlab.com/a/b"], "must be https://github.com/<owner>/<name>"),
    ],
)
def test_command_that_fails_prints_its_problems(capsys, arguments, problem):
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert problem in printed.err
    assert not printed.out


def test_machine_that_cannot_hold_the_site_is_named_in_one_line(capsys, monkeypatch):
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EEXIST):
        problem = OSError(number, os.strerror(number), "_build/site-1")
        monkeypatch.setattr(__main__, "_run", Mock(side_effect=problem))
        assert main(["site"]) == 1
        assert capsys.readouterr().err == f"{problem}\n"
    monkeypatch.setattr(__main__, "_run", Mock(side_effect=FileNotFoundError(errno.ENOENT, "")))
    with pytest.raises(FileNotFoundError):  # a fault of the course
        main(["site"])


# ── Processors ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(platform.machine() != "x86_64", reason="for x86-64 processors alone")
def test_kernels_use_the_instructions_that_all_processors_have():
    script = """
import numpy, torch
found = numpy.show_config("dicts")["SIMD Extensions"]["found"]
print(torch.backends.cpu.get_cpu_capability(), *found)
"""
    environment = kernel.environment(".")
    command = [sys.executable, "-c", script]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert printed.stdout.split() == ["AVX2", "X86_V3"]


def test_rounding_is_told_apart_to_the_last_bit(monkeypatch):
    here = rounding.rounding()
    assert re.fullmatch("[0-9a-f]{16}", here)
    assert rounding.rounding.__wrapped__() == here
    other = {**kernel.environment("."), "ATEN_CPU_CAPABILITY": "default"}
    monkeypatch.setattr(rounding, "environment", lambda _: other)
    assert rounding.rounding.__wrapped__() != here


def test_notebook_names_the_rounding_of_the_run_that_changed_it_last(
    tmp_path, own_cache, monkeypatch
):
    course = Course(tmp_path, steps=STEPS)
    for lr, machine, written_by in (("0.1", "a", "a"), ("0.1", "b", "a"), ("0.03", "b", "b")):
        monkeypatch.setattr(generate, "rounding", lambda machine=machine: machine)
        course.write("book/chapters/00-steps.md", STEPS.replace("lr = 0.1", f"lr = {lr}"))
        generate.generate(root=course.root)
        for name in NOTEBOOKS:
            notebook = nbformat.read(course.path(name), as_version=4)
            assert notebook.metadata["rounding"] == written_by


# ── What runs again ───────────────────────────────────────────────────────────────────────────────

CHAPTER = manuscript(
    TITLE,
    code("lr = 1"),
    code("answer = ...", "exercise"),
    code("answer = lr", "solution"),
    prose("O passo é {{ lr }}.", "The step is {{ lr }}."),
)


@pytest.fixture
def ran(monkeypatch, own_cache):
    """Slugs of the chapters that ran: a stand-in gives their runs."""
    slugs = []

    def run(chapter):
        slugs.append(chapter.slug)
        return Run([[nbformat.v4.new_output("stream", text="1\n")], []], [{}, {"lr": 1}])

    monkeypatch.setattr(generate, "run_chapter", run)
    return slugs


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("O passo é", "Cada passo é", False),
        ("The step is {{ lr }}", "{{ lr:.2f }} is the step", False),
        ("lr = 1", "lr = 1  # changed", True),
        ("answer = lr", "answer = 1 * lr", True),
        (":tags: [exercise]", ":tags: [exercise]\n\n", True),
        ("is {{ lr }}", "is {{ lr + 1 }}", True),
    ],
)
def test_chapter_runs_again_where_its_cells_or_expressions_changed(tmp_path, ran, old, new, again):
    course = Course(tmp_path, steps=CHAPTER)
    chapters = read_all(course.root)
    first = generate.run_all(chapters)
    assert generate.run_all(chapters) == first
    assert ran == ["00-steps"]
    course.change("book/chapters/00-steps.md", old, new)
    assert generate.run_all(read_all(course.root)) == first
    assert ran == ["00-steps"] * (2 if again else 1)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": "x"}', '{"key": "KEY"}'])
def test_damaged_cache_is_no_cache(tmp_path, ran, content):
    chapters = read_all(Course(tmp_path, steps=CHAPTER).root)
    runs = generate.run_all(chapters)
    (file,) = cache.FOLDER.iterdir()
    file.write_text(content.replace("KEY", cache.run_key(chapters[0])), encoding="utf-8")
    assert generate.run_all(chapters) == runs
    assert len(ran) == 2


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder that stands in for the checkout, with some of all that a run depends on."""
    folder = tmp_path / "checkout"
    for name in ("helpers/averages.py", "helpers/locale/en/ewma.toml", "book/running/kernel.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# {name}", encoding="utf-8")
    (folder / "requirements.txt").write_text("torch==2.7", encoding="utf-8")
    monkeypatch.setattr(fingerprint, "ROOT", folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    return folder


def test_run_during_which_a_helper_changed_is_not_stored(tmp_path, ran, checkout, monkeypatch):
    (chapter,) = chapters = read_all(Course(tmp_path, steps=CHAPTER).root)
    stand_in = generate.run_chapter

    def run(chapter):
        (checkout / "helpers/averages.py").write_text("# other", encoding="utf-8")
        return stand_in(chapter)

    monkeypatch.setattr(generate, "run_chapter", run)
    generate.run_all(chapters)
    assert cache.load(chapter, cache.run_key(chapter)) is None
    generate.run_all(chapters)
    assert cache.load(chapter, cache.run_key(chapter)) is not None


@pytest.mark.parametrize(
    ("name", "content", "runs_again", "builds_again"),
    [
        ("helpers/averages.py", "# other", True, True),
        ("helpers/averages.py", None, True, True),
        ("helpers/more.py", "", True, True),
        ("helpers/locale/en/ewma.toml", "# other", True, True),
        ("requirements.txt", "torch==2.8", True, True),
        ("book/running/kernel.py", "# other", True, True),
        ("site/torch-2.8.dist-info/METADATA", "", True, True),  # a package that is installed
        ("book/site/build.py", "", False, True),
        ("notebooks/pt/00-start.ipynb", "", False, True),
        ("_config.yml", "", False, True),
        ("_toc.yml", "", False, True),
        ("package-lock.json", "", False, True),
        ("helpers/__pycache__/averages.pyc", "", False, False),
        ("helpers/.averages.py.swp", "", False, False),
        ("book/.ipynb_checkpoints/build-checkpoint.py", "", False, False),
        ("README.md", "", False, False),
    ],
)
def test_changed_file_runs_all_chapters_or_builds_the_site_again(
    checkout, monkeypatch, name, content, runs_again, builds_again
):
    monkeypatch.syspath_prepend(checkout / "site")
    before = fingerprint.of_execution(), fingerprint.of_site()
    assert (fingerprint.of_execution(), fingerprint.of_site()) == before
    path = checkout / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        path.rename(path.with_name("renamed.py"))
    else:
        path.write_text(content, encoding="utf-8")
    assert (fingerprint.of_execution() != before[0]) == runs_again
    assert (fingerprint.of_site() != before[1]) == builds_again


@pytest.mark.parametrize(
    ("variable", "value", "again"),
    [
        ("COURSE_DATA", "digits", True),
        ("COURSE_DATA", "no images here", True),
        ("MPLBACKEND", "svg", True),
        ("TZ", "Asia/Kathmandu", False),
    ],
)
def test_changed_variable_runs_all_chapters_again(checkout, monkeypatch, variable, value, again):
    before = fingerprint.of_execution()
    monkeypatch.setenv(variable, value.replace("no images here", str(checkout)))
    assert (fingerprint.of_execution() != before) == again
