"""The place where the jobs of a sweep run: the backends that run them there, and questions that are asked there."""

from collections.abc import Callable
from typing import Any

from loky import cpu_count

from ..planning.request import Execution
from .backends import Backend, Cluster, Inline, Processes, call


def asking(execution: Execution) -> Callable[..., Any]:
    """Return a function that runs a call where jobs run: in this process, or on the workers of a cluster."""
    if execution.scheduler is None:
        return lambda function, *arguments: function(*arguments)
    address = execution.scheduler

    def ask(function: Callable[..., Any], *arguments: Any) -> Any:
        cluster = Cluster(address)
        try:
            return call(cluster, function, *arguments)
        finally:
            cluster.close()

    return ask


def backends_of(execution: Execution, device: str, threads: int) -> tuple[Backend, Backend | None]:
    """Return the backend that runs jobs, and one for scores that need no device where jobs leave those to it.

    On a GPU the device trains the next job meanwhile; on a CPU there would be nothing to win.

    Raises:
        UsageError: There is no such scheduler, or the extra `cluster` is not installed.
    """
    cuda = device.startswith("cuda")
    if execution.scheduler is not None:
        return Cluster(execution.scheduler, gpu=cuda), None
    if execution.backend == "inline":
        return Inline(), None
    cores = max(1, cpu_count() // threads)
    if not cuda:
        return Processes(execution.workers or cores, threads), None
    return Processes(execution.workers or cores, threads), Processes(max(1, cores // 2), threads)
