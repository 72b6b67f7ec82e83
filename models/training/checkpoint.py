"""Checkpoints, from which a training goes on where it was stopped, bit for bit on a CPU."""

import io
import time
import warnings
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

import torch


class Storage(Protocol):
    """The place of the checkpoint of one stage; writing replaces what was there, whole or not at all."""

    def load(self) -> bytes | None:
        """Return what was saved last, None where nothing was."""

    def save(self, write: Callable[[BinaryIO], object]) -> None:
        """Keep the bytes that `write` writes into a binary file, in place of those saved before."""


class Keeper:
    """Write the state of a training every so many seconds, and read it back."""

    def __init__(self, storage: Storage, every: float = 30.0) -> None:
        self.storage, self.every = storage, every
        self.earlier = 0.0  # seconds that earlier attempts spent on what was read back
        self._started = self._saved = time.monotonic()

    def due(self) -> bool:
        """Return whether it is time to write again."""
        return time.monotonic() - self._saved >= self.every

    def write(self, state: dict[str, Any]) -> None:
        """Write tensors, numbers and strings in dicts and lists."""
        whole = state | {"seconds": self.earlier + time.monotonic() - self._started}
        self.storage.save(lambda file: _write(whole, file))
        self._saved = time.monotonic()

    def read(self, kind: str) -> dict[str, Any] | None:
        """Return the state written for a training of this kind; None, with a warning, for another or unreadable one."""
        data = self.storage.load()
        if data is None:
            return None
        try:
            state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
            if state["kind"] != kind:
                raise ValueError("it is of another training")
            self.earlier = float(state["seconds"])
        except Exception as error:  # torch, pickle and zipfile each have errors of their own here
            line = (str(error) or type(error).__name__).splitlines()[0]
            warnings.warn(f"a checkpoint is left aside: {line}", stacklevel=2)
            return None
        return state


def _write(state: dict[str, Any], file: BinaryIO) -> None:
    try:
        torch.save(state, file)
    except RuntimeError as error:
        if isinstance(error.__context__, OSError):  # what the disk said, before torch put it in words of its own
            raise error.__context__ from None
        raise
