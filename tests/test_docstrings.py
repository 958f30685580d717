"""Every public name of `helpers` says what it takes, gives back and raises, in NumPy's style."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import textwrap

import pytest
from numpydoc.docscrape import get_doc_object
from numpydoc.validate import validate

import helpers

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(helpers.__path__, "helpers.")
    if "._" not in found.name
]
# Sections in their order and form; parameters by name, in the signature's order; what is returned.
# Properties return what their summary says.
CHECKS = {"GL03", "GL05", "GL06", "GL07", "GL08", "GL10", "SS01", "SS03", "SS04", "SS06"}
CHECKS |= {"PR01", "PR02", "PR03", "PR05", "PR06", "PR07", "PR09", "PR10"}
CHECKS |= {"RT01", "RT02", "RT03", "RT05"}


def public():
    """Yield all classes and functions that ``__all__`` names, and the classes' public methods."""
    for module in MODULES:
        for name in getattr(module, "__all__", ()):
            one = getattr(module, name)
            if getattr(one, "__module__", None) != module.__name__ or not callable(one):
                continue
            yield f"{module.__name__}.{name}", one
            for method in vars(one) if inspect.isclass(one) else ():
                if not method.startswith("_") and callable(getattr(one, method)):
                    yield f"{module.__name__}.{name}.{method}", getattr(one, method)


PUBLIC = dict(public())
each = pytest.mark.parametrize("name", PUBLIC)


def fields(one):
    """Return the fields that a dataclass or a named tuple adds; None of anything else."""
    is_record = dataclasses.is_dataclass(one) or hasattr(one, "_fields")
    return sorted(one.__annotations__) if is_record else None


def documented(one, section):
    """Return the names that a section of a docstring has."""
    entries = get_doc_object(one)[section]
    return [name for entry in entries for name in re.split(r",\s*", entry.name or entry.type)]


def test_there_are_many():
    assert len(PUBLIC) > 200


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_modules_say_what_is_in_them_and_which_of_it_is_public(module):
    assert module.__doc__
    assert module.__doc__.strip().splitlines()[0].endswith(".")
    folder = module.__name__ in ("helpers", "helpers.figures")  # whose modules are imported
    assert folder or hasattr(module, "__all__")


@each
def test_sections_are_complete(name):
    record = fields(PUBLIC[name]) is not None
    found = [
        f"{code}: {what}"
        for code, what in validate(name)["errors"]
        if code in CHECKS and not (record and code.startswith("PR0"))
    ]
    assert found == []


@pytest.mark.parametrize("name", [name for name, one in PUBLIC.items() if fields(one) is not None])
def test_records_name_their_fields(name):
    assert sorted(documented(PUBLIC[name], "Attributes")) == fields(PUBLIC[name])


@each
def test_errors_that_it_raises_itself_are_named(name):
    one = PUBLIC[name]
    body = ast.parse(textwrap.dedent(inspect.getsource(one))).body[0]
    raised, nodes = set(), [] if inspect.isclass(one) else list(body.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            raised.add(ast.unparse(node.exc.func))
        if not isinstance(node, ast.FunctionDef | ast.Lambda):  # those raise when they are called
            nodes += ast.iter_child_nodes(node)
    assert raised <= set(documented(one, "Raises"))


@each
def test_no_word_holds_the_place_of_another(name):
    assert not re.search(r"\b(TODO|FIXME|XXX|TBD|_description_|_summary_)\b", PUBLIC[name].__doc__)
