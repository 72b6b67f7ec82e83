"""Names for people."""

from ..results import SCORES


def title_of(score: str) -> str:
    """A score's title; its name where the suite does not know it."""
    return SCORES[score].title if score in SCORES else score


def shorten(text: str, length: int = 32) -> str:
    """A text of at most `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"
