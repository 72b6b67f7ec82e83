"""Names for people."""


def shorten(text: str, length: int = 32) -> str:
    """A text of at most `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"
