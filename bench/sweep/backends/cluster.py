"""The workers of a Dask cluster, by the extra `cluster` (dask.distributed)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from ...errors import PoolError, UsageError, one_line
from .backend import Lost

if TYPE_CHECKING:
    from distributed import Client, Future

GPU = "GPU"  # the resource under which workers offer their devices


class Cluster:
    """A backend whose slots are the threads of a Dask cluster's workers, which may come and go.

    Where workers offer the resource GPU and `gpu` is set, slots are their GPUs instead. A call whose worker is lost is
    run again on another by the scheduler, some three times; nothing of it has been stored by then, since results
    travel back to this process.

    Args:
        address: of the scheduler, such as tcp://host:8786.
        gpu: whether calls need a GPU each, where workers say that they have some.

    Raises:
        UsageError: there is no such scheduler, or the extra `cluster` is not installed.
    """

    def __init__(self, address: str, gpu: bool = False) -> None:
        self._address, self._gpu = address, gpu
        self._client = _client(address)
        self._running: dict[str, Future] = {}
        self._since: dict[str, float] = {}

    @property
    def slots(self) -> int:
        workers = self._ask(lambda: self._client.scheduler_info(n_workers=-1))["workers"].values()
        return sum(self._offers(worker) for worker in workers)

    def start(self, name: str, function: Callable[..., Any], *arguments: Any) -> None:
        workers = self._ask(lambda: self._client.scheduler_info(n_workers=-1))["workers"].values()
        resources = {GPU: 1} if self._gpu and any(GPU in worker["resources"] for worker in workers) else None
        self._since[name] = time.monotonic()
        self._running[name] = self._ask(
            lambda: self._client.submit(function, *arguments, pure=False, resources=resources)
        )

    def ended(self, seconds: float) -> list[tuple[str, Any]]:
        until = time.monotonic() + seconds
        while True:
            self._alive()
            done = [name for name, future in self._running.items() if future.done()]
            if done or time.monotonic() > until:
                return [(name, self._result(name)) for name in done]
            time.sleep(0.02)

    def seconds(self, name: str) -> float:
        return time.monotonic() - self._since[name]

    def kill(self, name: str) -> None:
        future = self._running.pop(name)
        where = self._ask(lambda: self._client.processing())
        future.cancel(force=True)
        # A thread cannot be stopped from outside; its worker process can, and its nanny starts another.
        workers = [worker for worker, keys in where.items() if future.key in keys]
        if workers:
            self._ask(lambda: self._client.restart_workers(workers, timeout=30, raise_for_error=False))

    def close(self) -> None:
        for future in self._running.values():
            future.cancel()
        self._running.clear()
        self._client.close(timeout=2)

    def _offers(self, worker: dict[str, Any]) -> int:
        if self._gpu and GPU in worker["resources"]:
            return int(worker["resources"][GPU])
        return int(worker["nthreads"])

    def _alive(self) -> None:
        if self._client.status not in ("running", "newly-created"):
            raise self._gone()

    def _gone(self) -> PoolError:
        return PoolError(f"the Dask scheduler at {self._address} is gone; the same command goes on")

    def _ask(self, question: Callable[[], Any]) -> Any:
        self._alive()
        try:
            return question()
        # When a connection breaks, questions under way end with its error or are cancelled, in asyncio's way or not.
        except (OSError, TimeoutError, CancelledError, asyncio.CancelledError) as error:
            raise self._gone() from error

    def _result(self, name: str) -> Any:
        future = self._running.pop(name)
        if future.status == "cancelled" or future.status == "lost":
            raise self._gone()
        try:
            error = self._ask(future.exception)
            return self._ask(future.result) if error is None else Lost(_why(error))
        finally:
            future.release()


def _why(error: BaseException) -> str:
    if type(error).__name__ == "KilledWorker":
        return "the worker process died, as often as Dask would try again"
    return one_line(error)


def _client(address: str) -> Client:
    """A client of a scheduler; the extra is imported only where it is wanted."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("a Dask cluster needs the extra: pip install 'ucrbench[cluster]'") from error
    try:
        return Client(address, timeout="10s")
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"no Dask scheduler at {address}; name one such as tcp://host:8786") from error
