"""The place where the jobs of a sweep run: the backends that run them there, and questions that are asked there."""

from collections.abc import Callable
from typing import Any

from loky import cpu_count

from ..job.resources import free_memory
from ..planning.plan import ask_here
from ..planning.request import Execution
from .backends import Backend, Cluster, Inline, Processes, call
from .mps import Sharing
from .packing import Packing

SHARING = 8  # jobs at a time on a card with which to begin: more of them gained little (docs/performance.md)
TAKING_TURNS = 2  # the same where jobs run on the card in turns: one computes while the other loads and scores
SHARE = 0.9  # of the free memory, for jobs
ALONE = Sharing()


def asking(execution: Execution) -> Callable[..., Any]:
    """Return a function that runs a call where jobs run: on this machine, or on the workers of a cluster."""
    if execution.scheduler is None:
        return ask_here
    address = execution.scheduler

    def ask(function: Callable[..., Any], *arguments: Any) -> Any:
        cluster = Cluster(address)
        try:
            return call(cluster, function, *arguments)
        finally:
            cluster.close()

    return ask


def width_of(execution: Execution, device: str, threads: int, at_once: bool) -> int:
    """Return how many jobs run at a time on this machine, as far as memory allows.

    Args:
        execution: how the sweep is carried out.
        device: torch device of the jobs.
        threads: threads of a job on a CPU.
        at_once: whether jobs share a card at the same time, not in turns.
    """
    cores = max(1, cpu_count() // threads)
    if execution.backend == "inline":
        return 1
    if execution.workers is not None or not device.startswith("cuda"):
        return execution.workers or cores
    return min(cores, SHARING if at_once else TAKING_TURNS)


def backends_of(
    execution: Execution, device: str, threads: int, width: int, sharing: Sharing = ALONE
) -> tuple[Backend, Backend | None]:
    """Return the backend that runs jobs, and one for scores that need no device where jobs leave those to it.

    On a GPU the device trains the next job meanwhile; on a CPU there would be nothing to win.

    Args:
        execution: how the sweep is carried out.
        device: torch device of the jobs.
        threads: threads of a job on a CPU.
        sharing: how jobs share a card.

    Raises:
        UsageError: There is no such scheduler, or the extra `cluster` is not installed.
    """
    cuda = device.startswith("cuda")
    if execution.scheduler is not None:
        return Cluster(execution.scheduler, gpu=cuda), None
    if execution.backend == "inline":
        return Inline(), None
    cores = max(1, cpu_count() // threads)
    jobs = Processes(execution.workers or cores, threads, sharing.environment_of(width), device)
    return jobs, Processes(max(1, cores // 2), threads) if cuda else None


def packing_of(backend: Backend, device: str, width: int, searching: bool) -> Packing:
    """Return what limits the jobs that run at once; the workers of a cluster look after their own memory.

    Args:
        backend: where the jobs run.
        device: torch device of the jobs.
        width: jobs at a time with which to begin.
        searching: whether a better width is to be looked for, on a CUDA device.
    """
    if not isinstance(backend, Processes):
        return Packing(None, None)
    # Asked in a worker where it is a card's, so that this process takes no memory of it.
    memory = call(backend, free_memory, device) if device.startswith("cuda") else free_memory(device)
    return Packing(
        backend.slots,
        None if memory is None else int(SHARE * memory),
        width if searching and device.startswith("cuda") else None,
    )
