"""Worker processes of this machine, by loky: one executor of a single process per slot.

A process that dies breaks its executor, and an executor that breaks takes all its processes with it. With an executor
of its own for each slot, a crash costs the one call that crashed.
"""

import os
import re
import signal
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack
from typing import Any

import psutil
from loky import ProcessPoolExecutor
from loky.process_executor import BrokenProcessPool

from ...errors import PoolError, one_line
from ...job.heap import heap_left
from .backend import Lost

_MUCH_LEFT = 2**28  # bytes; the calls that leave as much take minutes, another process takes seconds
_FILES = 16  # more than loky opens for a process
_EXIT_CODE = re.compile(r"exit codes of the workers are \{(.*?)\}")


class Processes:
    """A backend of so many worker processes, started as they are needed and kept from call to call.

    A process whose heap a call has left in pieces is not kept, but replaced before the next call.

    Workers do not heed Ctrl-C and SIGTERM, which are for their parent to handle, and end when it is gone.

    Args:
        slots: processes at most.
        threads: of each, for libraries that read OMP_NUM_THREADS when they are loaded.
        environment: further variables of each.
        device: torch device that a process opens as it starts.
    """

    def __init__(
        self, slots: int, threads: int = 1, environment: Mapping[str, str] | None = None, device: str = "cpu"
    ) -> None:
        self.slots, self._device = slots, device
        self._environment = {"OMP_NUM_THREADS": str(threads), **(environment or {})}
        self._idle: list[_Worker] = []
        self._running: dict[str, tuple[_Worker, Future]] = {}
        # Loky replaces a worker that has grown; its warning speaks of leaks, and nothing is lost.
        warnings.filterwarnings("ignore", message="A worker was restarted while some jobs")

    def prepare(self, count: int) -> None:
        """Start so many processes ahead of their first calls."""
        self._idle += [self._worker() for _ in range(count)]

    def start(self, name: str, function: Callable[..., Any], *arguments: Any) -> None:
        worker = self._idle.pop() if self._idle else self._worker()
        try:
            future = worker.submit(function, *arguments)
        except BrokenProcessPool:  # it died while it had nothing to do
            worker = self._worker()
            future = worker.submit(function, *arguments)
        self._running[name] = (worker, future)

    def ended(self, seconds: float) -> list[tuple[str, Any]]:
        if not self._running:
            return []
        wait([future for _, future in self._running.values()], timeout=seconds, return_when=FIRST_COMPLETED)
        names = [name for name, (_, future) in self._running.items() if future.done()]
        return [(name, self._result(name)) for name in names]

    def seconds(self, name: str) -> float:
        return self._running[name][0].seconds()

    def kill(self, name: str) -> None:
        worker, _ = self._running.pop(name)
        worker.end()

    def close(self) -> None:
        for name in list(self._running):
            self.kill(name)
        while self._idle:
            self._idle.pop().end()

    def _worker(self) -> "_Worker":
        try:
            _check_room()
            return _Worker(self._environment, self._device)
        except (OSError, psutil.Error) as error:  # few files may be open, /dev/shm takes no semaphore, or no /proc
            why = error.strerror if isinstance(error, OSError) else "the system does not show processes, as /proc does"
            raise PoolError(
                f"no worker process can be started here ({why}); raise that limit of the system, or choose "
                "--backend inline, which needs none"
            ) from error

    def _result(self, name: str) -> Any:
        worker, future = self._running.pop(name)
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            worker.end()
            code = _EXIT_CODE.search(str(error))
            return Lost(f"the worker process died ({code[1] if code else 'exit code unknown'})", died=True)
        result, left = future.result() if error is None else (Lost(one_line(error)), 0)
        if left > _MUCH_LEFT:  # a next call would fill the pieces in part only, and be larger than on its own
            worker.end()
        else:
            self._idle.append(worker)
        return result


def _check_room() -> None:
    """Raise where the system has no room for a process, before loky is in the midst of it and leaves half of one."""
    psutil.Process().memory_info()
    with ExitStack() as taken:
        for _ in range(_FILES):
            taken.enter_context(open(os.devnull))


class _Worker:
    """One worker process, and since when its call runs."""

    def __init__(self, environment: dict[str, str], device: str) -> None:
        self._executor = ProcessPoolExecutor(
            max_workers=1,
            timeout=None,  # it stays until it is told to go
            initializer=_settle,
            initargs=(os.getpid(),),
            env=environment,
        )
        self._ready = self._executor.submit(_import_all, device)
        self._ready.add_done_callback(lambda _: setattr(self, "_since", time.monotonic()))
        self._since = time.monotonic()

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        self._since = time.monotonic()
        return self._executor.submit(_called, function, *arguments)

    def seconds(self) -> float:
        return time.monotonic() - self._since if self._ready.done() else 0.0

    def end(self) -> None:
        self._executor.shutdown(wait=False, kill_workers=True)


def _called(function: Callable[..., Any], *arguments: Any) -> tuple[Any, int]:
    """The result of a call, and the bytes that it leaves free in pieces of its process's heap."""
    return function(*arguments), heap_left()


def _import_all(device: str) -> None:
    """Load what calls need and open a card, so that its seconds are not theirs."""
    import torch
    from sklearn import cluster, covariance, decomposition, neighbors, svm  # noqa: F401

    from ...job import runner  # noqa: F401

    if device.startswith("cuda"):
        torch.zeros((), device=device)


def _settle(parent: int) -> None:
    """Prepare a worker for its first call."""
    for number in (signal.SIGINT, signal.SIGTERM):  # which often go to the whole process group
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    """End this process once its parent is gone: nobody would take its results."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)
