"""Seeded faults: a unit test notices each, and nbval alone those that a notebook shows.

Here nbval's cells run in a forked process, and of each module it gets one fault; `make faults`
gives it all of them, with a kernel of its own each.
"""

import pytest

from tests.faults import FAULTS
from tests.project import ROOT
from tests.seeding import Seeding

HELPERS = ROOT / "helpers"
SHOWN = [name for name, fault in FAULTS.items() if fault.notebook is not None]
LATE = {
    "StepLR stepped after each mini-batch",
    "parameters noted for gradients",
    "ratio the wrong way round",
    "second rate an epoch early",
}
"""Seen only in a cell that comes after many seconds of training: left to `make faults`."""
QUICK = [name for name in SHOWN if name not in LATE]
ONE_A_MODULE = list({FAULTS[name].module: name for name in reversed(QUICK)}.values())
ONE_A_FILE = list({fault.test.partition("::")[0]: fault.test for fault in FAULTS.values()}.values())


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course that a fault may be put into."""
    seeding = Seeding(tmp_path_factory.mktemp("faults") / "course")
    yield seeding
    seeding.forks.close()


# ── The table ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_change_that_compiles(name):
    fault = FAULTS[name]
    sound = (HELPERS / fault.module).read_text(encoding="utf-8")
    assert sound.count(fault.right) == 1
    compile(sound.replace(fault.right, fault.wrong), fault.module, "exec")


def test_every_module_has_a_fault():
    """Except the ``__init__.py``, which only gather names."""
    modules = {str(path.relative_to(HELPERS)) for path in HELPERS.rglob("*.py")}
    modules = {module for module in modules if not module.endswith("__init__.py")}
    assert {fault.module for fault in FAULTS.values()} == modules


def test_nbval_alone_is_to_notice_four_fifths():
    assert len(FAULTS) >= 150
    assert len(SHOWN) >= 0.8 * len(FAULTS)


# ── Who notices ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FAULTS)
def test_unit_tests_notice(name, course):
    with course.seeded(FAULTS[name]):
        answer = course.unit_tests(FAULTS[name].test)
    assert answer.notices, answer.output


@pytest.mark.parametrize("name", ONE_A_MODULE)
def test_nbval_alone_notices(name, course):
    with course.seeded(FAULTS[name]):
        answer = course.nbval(FAULTS[name].notebook, kernel="forked")
    assert answer.notices, answer.output


def test_unit_tests_pass_without_a_fault(course):
    answer = course.unit_tests(*ONE_A_FILE)
    assert answer.code == 0, answer.output


@pytest.mark.parametrize("notebook", ["pt/00-welcome", "en/03-bias", "pt/04-adam"])
def test_nbval_passes_without_a_fault(notebook, course):
    answer = course.nbval(notebook, kernel="forked")
    assert answer.code == 0, answer.output


def test_an_error_is_no_notice(course):
    """What does not even run tells nothing about the check."""
    fault = FAULTS["Adam that climbs"]
    broken = fault._replace(wrong="params = params - no_such_name")
    with course.seeded(broken):
        assert not course.unit_tests(fault.test).notices
        assert not course.nbval(fault.notebook, kernel="forked").notices
    with course.seeded(broken._replace(wrong="params = (")):
        assert not course.unit_tests(fault.test).notices
    assert not course.unit_tests("tests/test_optimizers.py::no_such_test").notices
