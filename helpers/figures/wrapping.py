"""Line breaks in texts of figures."""

import textwrap

__all__ = ["wrapped"]


def wrapped(text: str, width: float) -> str:
    r"""Break a text into as few lines as it needs, all about as long.

    Parameters
    ----------
    text : str
        The text; its own line breaks stay.
    width : float
        How many letters fit into a line.

    Returns
    -------
    str
        The text with line breaks.

    Examples
    --------
    >>> wrapped("one two three four five", 18)
    'one two three\nfour five'
    """
    lines = []
    for line in text.split("\n"):
        count = len(_wrap(line, int(width)))
        shortest = (_wrap(line, n) for n in range(1, int(width) + 1))
        lines += next((rows for rows in shortest if len(rows) <= count), [line])
    return "\n".join(lines)


def _wrap(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
