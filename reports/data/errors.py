"""The one error of this room, and near names for what it says."""

from collections.abc import Iterable
from difflib import get_close_matches


class ReportError(ValueError):
    """A report or a statistic cannot be made. The message is one line: what is wrong, and the way out."""


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return at most three of the known names that are nearly the one wanted, whatever its case."""
    by = {one.casefold(): one for one in known}
    return [by[one] for one in get_close_matches(name.casefold(), by, 3)]
