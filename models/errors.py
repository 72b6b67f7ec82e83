"""The errors of models: input they cannot use, and training that diverges."""


class ModelError(ValueError):
    """Raised for input that a model cannot use; the message is one line and names what to do."""


class Diverged(RuntimeError):
    """Raised when the training loss is NaN or infinite; the message names the first such step, from 0."""
