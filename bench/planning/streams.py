"""Output of users' models: it goes on where it can, and fails no job where it cannot."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any


class _Lasting:
    """A stream that drops what another cannot take, since it is full or closed, and replaces what it cannot encode."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):  # a closed stream raises ValueError
            try:
                self._stream.write(text)
            except UnicodeEncodeError as error:
                self._stream.write(text.encode(error.encoding, "replace").decode(error.encoding))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


@contextmanager
def lasting_output() -> Iterator[None]:
    """Have what is printed inside fail nobody: a model that reports its progress is not the worse for a closed pipe."""
    with ExitStack() as both:
        for redirect, stream in ((redirect_stdout, sys.stdout), (redirect_stderr, sys.stderr)):
            if stream is not None:  # as in a worker process whose parent had none
                both.enter_context(redirect(_Lasting(stream)))
        yield
