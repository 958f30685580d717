"""Exercises as forms of the page."""

from nbformat import NotebookNode
from nbformat.v4 import new_output

from book.templates import render
from book.text import texts
from helpers.output import BUILD_MIME

__all__ = ["exercise_form"]


def exercise_form(
    output: NotebookNode, language: str, address: str
) -> tuple[list[NotebookNode], bool]:
    """Return what stands below an exercise's cell on the page, and whether it is answered there.

    Parameters
    ----------
    output : NotebookNode
        What the cell's ``check`` published.
    language : str
        Of the page.
    address : str
        URL of the exercise's cell in Colab.
    """
    shown = output["data"][BUILD_MIME]["languages"][language]
    html = render(
        "exercise.html",
        name=shown["name"],
        form=shown["form"],
        notebook=address,
        t=texts(language),
    )
    is_answered_here = shown["form"]["kind"] != "code"
    return [new_output("display_data", {"text/html": html})], is_answered_here
