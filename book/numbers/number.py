"""A number of the prose, and how each language writes it."""

import re
from dataclasses import dataclass

from helpers import language

__all__ = ["Number"]


@dataclass(frozen=True)
class Number:
    """A value and how it is written.

    Attributes
    ----------
    value : float
        Computed, never typed.
    spec : str
        As for `format`.
    """

    value: float
    spec: str = ",.0f"

    def written(self, code: str, in_math: bool = False) -> str:
        """Return the number as a language writes it, in prose or within ``$…$``."""
        text = language.number(self.value, self.spec, code)
        if in_math:
            text = text.replace("−", "-").replace("%", r"\%").replace(",", "{,}")
            text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", _tex_power, text).replace("×", r"\times")
        return text


def _tex_power(power: re.Match[str]) -> str:
    return f"^{{{power[0].translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))}}}"
