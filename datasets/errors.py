"""The one error that this room raises for anything wrong with data."""


class DatasetError(ValueError):
    """Raised for a data set that cannot be named, found, downloaded or trusted.

    The message is always one line: it names the thing and the way out, so that a command line can print it
    as it is.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(str(message).split()))
