"""How a notebook is run."""

import nbformat

from book.execute import Job, execute


def test_what_a_cell_prints_does_not_depend_on_the_clock():
    """The kernel sends text five times a second; it becomes one output up to what is shown."""
    cell = """
import time

for word in ("one", "two", "three"):
    print(word, flush=True)
    time.sleep(0.3)
display("a picture")
print("four")
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    (executed,) = execute(Job("a notebook", notebook, (), "notebook")).cells
    said = [output.get("text") or output.data["text/plain"] for output in executed.outputs]
    assert said == ["one\ntwo\nthree\n", "'a picture'", "four\n"]
