"""The one error of this room."""


class StoreError(ValueError):
    """A result store cannot be read or written. The message is one line: what is wrong, and the way out."""


def one_line(error: Exception) -> str:
    """What went wrong, in one line; of an error of the file system, without the path."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.splitlines()[0]
