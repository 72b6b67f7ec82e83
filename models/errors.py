"""The errors of models: input they cannot use, and training that diverges."""


class ModelError(ValueError):
    """Raised for input that a model cannot use; the message is one line and names what to do."""


class Diverged(RuntimeError):
    """Raised when the training loss is NaN or infinite.

    Args:
        step: the first such step, from 0.
    """

    def __init__(self, step: int) -> None:
        super().__init__(f"the loss was not finite at step {step}; a smaller training.lr may help")
        self.step = step

    def __reduce__(self) -> tuple[type["Diverged"], tuple[int]]:
        return type(self), (self.step,)
