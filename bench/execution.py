"""The place where the jobs of a sweep run: its device, its speed, and the backends that run them there."""

from collections.abc import Callable
from typing import Any

from loky import cpu_count

from ..models.training.precision import has_bf16
from .backends import Backend, Cluster, Inline, Processes, call
from .cost import Speed, probe
from .errors import UsageError
from .request import Execution
from .resources import resolve_device


def device_of(execution: Execution, name: str) -> str:
    """Return the torch device that a name stands for where jobs run.

    Raises:
        UsageError: The device is unknown or not there.
    """
    return _where_jobs_run(execution, resolve_device, name)


def check_precision(execution: Execution, device: str, precision: str) -> None:
    """Refuse a precision in which a device is slower, not faster.

    Raises:
        UsageError: The device has no bfloat16 arithmetic.
    """
    if precision == "bf16" and not _where_jobs_run(execution, has_bf16, device):
        raise UsageError(
            f"--precision bf16: {device} has no bfloat16 arithmetic; --set network.precision=bf16 emulates it"
        )


def speed_of(execution: Execution, device: str, threads: int) -> Speed:
    """Return the measured speed of the device that jobs run on."""
    return _where_jobs_run(execution, probe, device, threads)


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


def _where_jobs_run(execution: Execution, function: Callable[..., Any], *arguments: Any) -> Any:
    if execution.scheduler is None:
        return function(*arguments)
    cluster = Cluster(execution.scheduler)
    try:
        return call(cluster, function, *arguments)
    finally:
        cluster.close()
