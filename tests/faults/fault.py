"""What the tests are told of a seeded fault."""

from typing import NamedTuple


class Fault(NamedTuple):
    """A slip that a maintainer could make, and who has to notice it.

    Attributes
    ----------
    module : str
        The file below ``helpers/``.
    right, wrong : str
        A text that stands in it once, and what stands there instead.
    test : str
        The unit test that has to fail, as pytest names it.
    notebook : str or None
        The notebook, ``language/NN-slug``, in which nbval alone has to find a cell whose output
        differs; None where no notebook shows what the fault changes.
    """

    module: str
    right: str
    wrong: str
    test: str
    notebook: str | None
