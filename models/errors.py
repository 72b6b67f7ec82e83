"""The one error that models raise for input they cannot use."""


class ModelError(ValueError):
    """Input that a model cannot use; the message is one line and names what to do."""
