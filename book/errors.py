"""Build errors, each naming a file and a cell."""

__all__ = ["BookError"]


class BookError(Exception):
    """One or more problems that stop the build.

    Parameters
    ----------
    *problems : str
        One line each, naming the file and the cell.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
