"""The protocol of a backend: a number of slots, each of which runs one call at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Lost:
    """In place of a result: why there is none.

    Attributes:
        reason: on one line.
        died: whether the process died under the call, which did not raise an error of its own.
    """

    reason: str
    died: bool = False


class Backend(Protocol):
    """Runs calls, each named by a text of its caller's; results come back in the order in which calls end."""

    @property
    def slots(self) -> int:
        """Return how many calls can run at once, at the moment."""
        ...

    def start(self, name: str, function: Callable[..., Any], *arguments: Any) -> None:
        """Run a call; one that raises gives `Lost` with the error's text."""
        ...

    def ended(self, seconds: float) -> list[tuple[str, Any]]:
        """Names and results of calls that have ended, after waiting so long for a first one.

        Raises:
            PoolError: The backend itself has broken down.
        """
        ...

    def seconds(self, name: str) -> float:
        """Return the seconds that a call has run, without the start of its process where that is known."""
        ...

    def kill(self, name: str) -> None:
        """End a running call at once; its end is not told any more."""
        ...

    def close(self) -> None:
        """End whatever runs, and give everything back."""
        ...


def call(backend: Backend, function: Callable[..., Any], *arguments: Any) -> Any:
    """Run one call where a backend runs its calls, and wait for it; nothing else may be running.

    Raises:
        RuntimeError: The call raised or was lost.
    """
    backend.start("call", function, *arguments)
    while not (ended := backend.ended(1.0)):
        pass
    result = ended[0][1]
    if isinstance(result, Lost):
        raise RuntimeError(result.reason)
    return result
