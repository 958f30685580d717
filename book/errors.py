"""What the build says when something is wrong."""

__all__ = ["BookError"]


class BookError(Exception):
    """One or more problems, each a line that names the file and the cell.

    Parameters
    ----------
    *problems : str
        The lines.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
