"""Where calls run: in this process, in processes of this machine, or on a Dask cluster."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import BrokenProcessPool

from .errors import PoolError, UsageError

Pool = Callable[[Callable[..., Any], Iterable[tuple]], Iterator[Any]]
"""Yields the results of a function over argument tuples as they come, in any order."""


def pool(workers: int, scheduler: str | None) -> Pool:
    """The pool for a number of processes, or the one behind the address of a Dask scheduler.

    Raises:
        UsageError: there is no such scheduler, or the extra `cluster` is not installed.
    """
    if scheduler is not None:
        _client(scheduler).close()  # a wrong address is told before anything is written
        return lambda function, calls: _on_cluster(scheduler, function, calls)
    if workers == 1:
        return lambda function, calls: (function(*arguments) for arguments in calls)
    return lambda function, calls: _in_processes(workers, function, calls)


def _in_processes(workers: int, function: Callable[..., Any], calls: Iterable[tuple]) -> Iterator[Any]:
    # Arguments are made only as they are needed: kept outputs of a thousand jobs do not fit in memory.
    parallel = Parallel(n_jobs=workers, batch_size=1, pre_dispatch=workers, return_as="generator_unordered")
    # Loky replaces a worker that has grown; its warning speaks of leaks and time-outs, and nothing is lost.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs")
    try:
        yield from parallel(delayed(function)(*arguments) for arguments in calls)
    except BrokenProcessPool as error:
        raise PoolError("a worker process died (killed, or out of memory?); the same command goes on") from error


def _on_cluster(address: str, function: Callable[..., Any], calls: Iterable[tuple]) -> Iterator[Any]:
    with _client(address) as client:
        from distributed import as_completed

        for future in as_completed([client.submit(function, *arguments, pure=False) for arguments in calls]):
            yield future.result()
            future.release()


def _client(address: str) -> Any:
    """A client of a scheduler; the extra is imported only where it is wanted."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("a Dask cluster needs the extra: pip install 'ucrbench[cluster]'") from error
    try:
        return Client(address, timeout="10s")
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"no Dask scheduler at {address}; name one such as tcp://host:8786") from error
