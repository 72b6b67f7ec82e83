"""The one error of this room."""


class ReportError(ValueError):
    """A report or a statistic cannot be made. The message is one line: what is wrong, and the way out."""
