"""Checkpoints in a store, from which a job that was stopped goes on instead of beginning anew."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from ...results import ResultStore, StoreError

WORTH_KEEPING = 10.0  # seconds


@dataclass(frozen=True)
class StageCheckpoint:
    """The place of a stage of training in a store (`ucrbench.models.training.checkpoint.Storage`).

    Attributes:
        store: the store; the process that trains writes there.
        job: key of the job.
        stage: name of the stage.
        since: when the stage began, on the steady clock: what took seconds is not worth a file.
    """

    store: ResultStore
    job: str
    stage: str
    since: float = field(default_factory=time.monotonic)

    def load(self) -> bytes | None:
        """Return the bytes that were saved last, None where there are none."""
        return self.store.load_checkpoint(self.job, self.stage)

    def save(self, write: Callable[[BinaryIO], object]) -> None:
        """Keep what `write` writes in place of what was saved before; without room training goes on all the same."""
        if time.monotonic() - self.since < WORTH_KEEPING:
            return
        try:
            self.store.save_checkpoint(self.job, self.stage, write)
        except StoreError as error:
            warnings.warn(f"no checkpoint was written: {error}", stacklevel=2)
