"""Find changes to `helpers` that no test notices: mutation testing, by mutmut.

A mutant is the code with one small change, such as ``<=`` for ``<`` or an argument left out. It is
killed if a test fails or does not end; otherwise it survives. Each mutant is tested with the tests
of its own part of `helpers`: ``tests/test_<part>*.py``, ``tests/test_<module>.py`` and `BORROWED`.

    python -m tests.mutants                     all of helpers (hours)
    python -m tests.mutants --sample 200        200 mutants from all of helpers
    python -m tests.mutants averages schedules  two parts
    python -m tests.mutants figures.ewma        one module
    python -m tests.mutants schedules.cosine.cosine_annealing_lr

The code is changed in a copy, ``_build/mutants/<part>``; ``mutmut.log`` there shows the progress.

mutmut runs only the tests that call the changed function, and imports the test files before the
change. A test must therefore construct what it tests: an object from a table at the top of the file
is a result of the unchanged code. So is what a decorator made: its mutants survive. And a test that
lists the functions of a module should read its ``__all__``, because the module of a mutant holds
many more functions.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
import libcst
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name, orig_function_and_class_names_from_key

ROOT = Path(__file__).resolve().parents[1]
COPIES = ROOT / "_build" / "mutants"

KILLED = {"killed", "timeout", "segfault", "check was interrupted by user"}
"""Mutmut's words for tests that fail, do not end, crash, or cannot be collected."""

BORROWED = {
    "_messages": {"tests/test_validate.py"},
    "_progress": {"tests/test_training_fit.py"},
    "_random": {"tests/test_training_fit.py"},
    "_screen": {"tests/test_training_fit.py"},
    "clinic": {"tests/claims/test_11_clinic.py", "tests/test_exercises.py"},
    "output": {"tests/test_display.py"},
}
"""Tests of parts that have none of their name."""

PYTEST = [
    *("-o", "addopts="),  # no doctests
    *("-p", "no:cacheprovider"),
    *("-p", "tests.mutants", "--hypothesis-profile=mutants"),  # the profile below
    # pytest finds no test by an id in which it has escaped letters such as "é".
    *("-o", "disable_test_id_escaping_and_forfeit_all_rights_to_community_support=true"),
]

# The same examples for every mutant, and no search for a simpler example after a failure.
hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)

SETTINGS = """
[tool.mutmut]
source_paths = ["helpers"]
only_mutate = {modules}
also_copy = ["book", "notebooks", "_config.yml", "_toc.yml"]
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = {pytest}
# Fork from a process that has imported torch, but has not run tests: these would leave results of
# the unchanged code in caches.
process_isolation = "forkserver"
# The limit is 3 × (duration of the tests + 30) seconds, which is enough on a busy machine.
timeout_constant = 30.0
timeout_multiplier = 3.0
"""


class Mutant(NamedTuple):
    """One change to the code: its module, relative to the project, and mutmut's name of it."""

    path: Path
    key: str

    @property
    def part(self) -> str:
        """The module or package directly below `helpers`."""
        return self.path.with_suffix("").parts[1]

    @property
    def function(self) -> str:
        """The changed function without ``helpers.``, such as ``problems.surfaces.grid``."""
        name, class_name = orig_function_and_class_names_from_key(self.key)
        module = self.path.with_suffix("").parts[1:]
        return ".".join([*module, *([class_name] if class_name else []), name])


class _Undecorate(libcst.CSTTransformer):
    """Replace ``@f`` above ``def g`` by ``g = f(g)`` below, as mutmut skips decorated functions."""

    def leave_FunctionDef(  # noqa: N802
        self, original_node: libcst.FunctionDef, updated_node: libcst.FunctionDef
    ) -> libcst.FunctionDef | libcst.FlattenSentinel[Any]:
        decorators = [libcst.Module([]).code_for_node(d.decorator) for d in updated_node.decorators]
        if not decorators or decorators[0] in ("overload", "staticmethod", "classmethod"):
            return updated_node
        value = name = updated_node.name.value
        for decorator in reversed(decorators):
            value = f"{decorator}({value})"
        plain = updated_node.with_changes(decorators=[])
        return libcst.FlattenSentinel([plain, libcst.parse_statement(f"{name} = {value}")])


def undecorated(path: Path) -> str:
    """Return the code of a module with calls in place of decorators."""
    return libcst.parse_module(path.read_text(encoding="utf-8")).visit(_Undecorate()).code


def all_mutants(targets: Iterable[str]) -> list[Mutant]:
    """List the mutants of some parts, modules or functions, or else of all of helpers."""
    targets = list(targets)
    unknown = set(targets)
    found = []
    # mutmut reads its settings from the current folder, and needs some even to list mutants.
    COPIES.mkdir(parents=True, exist_ok=True)
    settings = '[tool.mutmut]\nsource_paths = ["helpers"]\n'
    (COPIES / "pyproject.toml").write_text(settings, encoding="utf-8")
    for path in sorted((ROOT / "helpers").rglob("*.py")):
        relative = path.relative_to(ROOT)
        module = ".".join(relative.with_suffix("").parts[1:])
        if targets and not any(_within(module, t) or _within(t, module) for t in targets):
            continue
        with contextlib.chdir(COPIES):
            mutated = mutate_file_contents(str(relative), undecorated(path))
        for name in mutated.mutant_names:
            mutant = Mutant(relative, get_mutant_name(relative, name))
            matching = {target for target in targets if _within(mutant.function, target)}
            if matching or not targets:
                found.append(mutant)
            unknown -= matching
    if unknown:
        raise SystemExit(f"helpers.{min(unknown)} has no mutants")
    return found


def _within(name: str, parent: str) -> bool:
    return f"{name}.".startswith(f"{parent}.")


def tests_of(part: str) -> list[str]:
    """List the test files of a part of helpers."""
    names = {f"tests/test_{part.lstrip('_')}*.py"} | BORROWED.get(part, set())
    names |= {f"tests/test_{path.stem}.py" for path in (ROOT / "helpers" / part).glob("*.py")}
    names -= {"tests/test_hands_on.py"}  # trains the networks of a chapter, which takes too long
    return sorted({str(p.relative_to(ROOT)) for name in names for p in ROOT.glob(name)})


def run(part: str, mutants: list[Mutant], jobs: int) -> dict[Mutant, str]:
    """Test the mutants of one part, and return the outcome of each."""
    copy = COPIES / part
    tests = tests_of(part)
    if not tests:
        return dict.fromkeys(mutants, "no tests")
    modules = sorted({str(mutant.path) for mutant in mutants})
    shutil.rmtree(copy, ignore_errors=True)
    for name in ("book", "helpers", "notebooks", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "_toc.yml", "pyproject.toml"):
        shutil.copyfile(ROOT / name, copy / name)
    for module in modules:
        (copy / module).write_text(undecorated(ROOT / module), encoding="utf-8")
    settings = {"modules": modules, "tests": tests, "pytest": PYTEST}
    with open(copy / "pyproject.toml", "a", encoding="utf-8") as file:
        file.write(SETTINGS.format(**{name: json.dumps(some) for name, some in settings.items()}))

    environment = os.environ | {"OMP_NUM_THREADS": "1", "COURSE_DATA": "digits"}
    environment.pop("PYTHONPATH", None)
    # Not "-m mutmut": mutmut warns that it would then be imported twice.
    command = [sys.executable, "-c", "from mutmut.__main__ import cli; cli()", "run"]
    command += [f"--max-children={jobs}", *(mutant.key for mutant in mutants)]
    with open(copy / "mutmut.log", "w", encoding="utf-8") as log:
        ended = subprocess.run(command, cwd=copy, env=environment, stdout=log, stderr=log)
    if ended.returncode != 0:
        print(f"{part}: mutmut failed, see {log.name}; do the tests pass in the copy?", flush=True)
        command = [sys.executable, "-m", "pytest", "-x", *PYTEST, *tests]
        subprocess.run(command, cwd=copy / "mutants", env=environment)
        return dict.fromkeys(mutants, "not run")
    codes: dict[str, int | None] = {}
    for module in modules:
        meta = json.loads((copy / "mutants" / f"{module}.meta").read_text(encoding="utf-8"))
        codes |= meta["exit_code_by_key"]
    # 255 means that pytest did not start; mutmut calls that a timeout.
    return {
        mutant: "not run" if codes[mutant.key] == 255 else status_by_exit_code[codes[mutant.key]]
        for mutant in mutants
    }


def change(mutant: Mutant) -> str:
    """Return the lines that a mutant changes, as in a diff."""
    with contextlib.chdir(COPIES / mutant.part):
        diff = get_diff_for_mutant(mutant.key, path=mutant.path).splitlines()
    return "\n".join(f"    {line}" for line in diff[2:] if line.startswith(("-", "+")))


def report(results: dict[Mutant, str]) -> None:
    """Print the surviving mutants, and the share of killed ones by module."""
    killed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    others: Counter[tuple[str, str]] = Counter()
    for mutant, status in results.items():
        module = ".".join(mutant.path.with_suffix("").parts[1:])
        for name in {mutant.part, module, "all"}:
            total[name] += 1
            killed[name] += status in KILLED
        if status == "survived":
            print(f"{mutant.function}\n{change(mutant)}")
        elif status != "killed":
            others[mutant.function, status] += 1
    for (function, status), count in others.items():
        print(f"{function}: {count} × {status}")
    for name in sorted(total, key=lambda name: (name == "all", name)):
        print(f"{killed[name] / total[name]:6.1%}  {killed[name]:5} of {total[name]:5}  {name}")


def main() -> int:
    """Test the mutants that the command line names; return 1 if some could not be tested."""
    usage = argparse.ArgumentParser(
        prog="python -m tests.mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usage.add_argument("targets", nargs="*", help="parts, modules or functions; default: all")
    usage.add_argument("--sample", type=int, metavar="N", help="test only N of the mutants")
    usage.add_argument("--seed", type=int, default=0, help="seed of the sample; default: 0")
    usage.add_argument("--jobs", type=int, default=1, help="number of processes; default: 1")
    options = usage.parse_args()

    mutants = all_mutants(options.targets)
    if options.sample is not None and options.sample < len(mutants):
        mutants = random.Random(options.seed).sample(mutants, options.sample)
    by_part = defaultdict(list)
    for mutant in sorted(mutants):
        by_part[mutant.part].append(mutant)
    results: dict[Mutant, str] = {}
    for part, some in by_part.items():
        print(f"{part}: {len(some)} mutants …", file=sys.stderr, flush=True)
        results |= run(part, some, options.jobs)
    report(results)
    return int("not run" in results.values())


if __name__ == "__main__":
    sys.exit(main())
