"""The error of this room, and the kind of it that a check can put right."""


class StoreError(ValueError):
    """Raised for a store that cannot be read or written. The message is one line: what is wrong, and the way out."""


class DamagedError(StoreError):
    """Raised for a file whose content is not what was written."""


def one_line(error: Exception) -> str:
    """Return the message of an error in one line; of an error of the file system, without the path."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.splitlines()[0]
