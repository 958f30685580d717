"""Dates as a language writes them."""

from datetime import datetime

from book.text import texts

__all__ = ["written"]


def written(moment: datetime, language: str) -> str:
    """Return a day as the language writes it: ``1º de março de 2026``, ``1 March 2026``."""
    t = texts(language)
    return t["date"].format(
        day=t["first_day"] if moment.day == 1 else moment.day,
        month=t["months"].split()[moment.month - 1],
        year=moment.year,
    )
