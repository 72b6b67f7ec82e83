"""How a sweep is carried out: nothing in here changes a score."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from loky import cpu_count

from ..models.training.precision import has_bf16
from .backends import Backend, Cluster, Inline, Processes, call
from .cost import Speed, probe
from .errors import UsageError
from .resources import resolve_device
from .task import Keep

FAILURES = ("failed", "diverged", "out_of_memory", "timeout", "killed")


@dataclass(frozen=True)
class Execution:
    """How a sweep is carried out.

    Attributes:
        workers: processes; None for as many as CPU cores over threads per job, and on a GPU for as many as its memory
            and measured throughput allow.
        keep: what to keep of each job beside its rows: nothing; latents, samples and curves; or weights as well.
        backend: worker processes of this machine; a Dask cluster; or this very process, for debuggers.
        scheduler: address of the Dask scheduler.
        job_timeout: seconds after which a job is ended and counts as `timeout`; None for no limit.
        time_limit: seconds in which the whole is to end; None for no limit.
        retry: ways of failing whose jobs are to be run again; other failures of earlier runs are left alone.
        shard: (i, n) for the i-th of n parts of the sweep, of about equal predicted cost, counted from 1.
    """

    workers: int | None = None
    keep: Keep = "light"
    backend: Literal["loky", "dask", "inline"] = "loky"
    scheduler: str | None = None
    job_timeout: float | None = None
    time_limit: float | None = None
    retry: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Raises UsageError for what cannot be."""
        if self.workers is not None and self.workers < 1:
            raise UsageError(f"{self.workers} workers; at least 1 is needed")
        if (self.backend == "dask") != (self.scheduler is not None):
            raise UsageError("--backend dask goes with --scheduler, the address of a Dask scheduler; give both or none")
        if self.backend != "loky" and self.workers is not None:
            raise UsageError(f"--jobs is for --backend loky; {self.backend} has as many workers as it has")
        if self.backend == "inline" and self.job_timeout is not None:
            raise UsageError("--job-timeout needs worker processes; choose --backend loky")
        for name, seconds in (("--job-timeout", self.job_timeout), ("--time-limit", self.time_limit)):
            if seconds is not None and not 0 < seconds < float("inf"):
                raise UsageError(f"{name} {seconds:g} s; a time above 0 is wanted")
        if wrong := [name for name in self.retry if name not in FAILURES]:
            raise UsageError(f"--retry {wrong[0]}: choose from {', '.join(FAILURES)}")
        if self.shard is not None and not 1 <= self.shard[0] <= self.shard[1]:
            raise UsageError(f"--shard {self.shard[0]}/{self.shard[1]}: write i/n with i from 1 to n")

    def resolve(self, device: str) -> str:
        """The torch device that a name stands for where jobs run.

        Raises:
            UsageError: The device is unknown or not there.
        """
        return self._where_jobs_run(resolve_device, device)

    def check_precision(self, device: str, precision: str) -> None:
        """Raises UsageError where a device is slower in a precision, not faster."""
        if precision == "bf16" and not self._where_jobs_run(has_bf16, device):
            raise UsageError(
                f"--precision bf16: {device} has no bfloat16 arithmetic; --set network.precision=bf16 emulates it"
            )

    def probe(self, device: str, threads: int) -> Speed:
        """The measured speed of the device that jobs run on."""
        return self._where_jobs_run(probe, device, threads)

    def _where_jobs_run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if self.scheduler is None:
            return function(*arguments)
        cluster = Cluster(self.scheduler)
        try:
            return call(cluster, function, *arguments)
        finally:
            cluster.close()

    def backends(self, device: str, threads: int) -> tuple[Backend, Backend | None]:
        """The backend that runs jobs, and one for scores that need no device where jobs leave those to it.

        On a GPU the device trains the next job meanwhile; on a CPU there would be nothing to win.

        Raises:
            UsageError: There is no such scheduler, or the extra `cluster` is not installed.
        """
        cuda = device.startswith("cuda")
        if self.scheduler is not None:
            return Cluster(self.scheduler, gpu=cuda), None
        if self.backend == "inline":
            return Inline(), None
        cores = max(1, cpu_count() // threads)
        if not cuda:
            return Processes(self.workers or cores, threads), None
        return Processes(self.workers or cores, threads), Processes(max(1, cores // 2), threads)
