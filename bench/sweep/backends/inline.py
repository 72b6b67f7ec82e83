"""Calls in this very process: for debuggers and small things; nothing can be interrupted or survive a crash."""

from collections.abc import Callable
from typing import Any

from ...errors import one_line
from .backend import Lost


class Inline:
    """A backend of one slot that runs a call as it is started."""

    slots = 1

    def __init__(self) -> None:
        self._results: list[tuple[str, Any]] = []

    def start(self, name: str, function: Callable[..., Any], *arguments: Any) -> None:
        try:
            result = function(*arguments)
        except Exception as error:
            result = Lost(one_line(error))
        self._results.append((name, result))

    def ended(self, seconds: float) -> list[tuple[str, Any]]:
        results, self._results = self._results, []
        return results

    def seconds(self, name: str) -> float:
        return 0.0  # it has ended before anyone can ask

    def kill(self, name: str) -> None:
        self._results = [(other, result) for other, result in self._results if other != name]

    def close(self) -> None: ...
