"""The request for a sweep: what is to be run, and how it is to be carried out. Plain data, checked where it is made."""

from dataclasses import dataclass
from numbers import Integral
from typing import Literal

from ..errors import UsageError

FAILURES = ("failed", "diverged", "out_of_memory", "timeout", "killed")
SEEDS = 2**32  # scikit-learn takes no larger ones
Keep = Literal["none", "light", "all"]


@dataclass(frozen=True)
class Sweep:
    """A sweep as a user asks for it: data sets x variants x seeds under a preset.

    Attributes:
        datasets: names in the archive; "all" stands for the 128.
        variants: names of variants, or `module:Class`; "main" stands for the five of the main comparison
            (`ucrbench.models.variants.MAIN_VARIANTS`).
        seeds: seeds of the jobs, whole numbers from 0 to 2**32 - 1.
        preset: name of the preset.
        overrides: settings such as "training.lr=5e-4".
        scores: the scores wanted; None for all that a model can have.
        data_dir: the data folder; None for the default.
        device: "auto", "cpu", "cuda" or "cuda:N".
        precision: "fp32" (on CUDA with TF32), "bf16" (convolutions and linear layers), or "auto": what was shown to
            move no score beyond the noise of seeds, which is fp32 so far.
        threads: threads of a job on a CPU.
        fcn_weights: folder of `supervised-fcn` weights, None to train the FCNs.

    Raises:
        UsageError: What is asked for cannot be.
    """

    datasets: tuple[str, ...]
    variants: tuple[str, ...] = ("main",)
    seeds: tuple[int, ...] = (0,)
    preset: str = "quick"
    overrides: tuple[str, ...] = ()
    scores: tuple[str, ...] | None = None
    data_dir: str | None = None
    device: str = "auto"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    threads: int = 1
    fcn_weights: str | None = None

    def __post_init__(self) -> None:
        for what, given in (("data set", self.datasets), ("variant", self.variants), ("seed", self.seeds)):
            if not given:
                raise UsageError(f"no {what} was named; name at least one")
        if wrong := [seed for seed in self.seeds if not isinstance(seed, Integral) or not 0 <= seed < SEEDS]:
            raise UsageError(f"seed {wrong[0]}: seeds are whole numbers from 0 to {SEEDS - 1}")
        if self.threads < 1:
            raise UsageError(f"{self.threads} threads; at least 1 is needed")


@dataclass(frozen=True)
class Execution:
    """The way in which a sweep is carried out: nothing in here changes a score.

    Attributes:
        workers: number of processes; None for as many as CPU cores over threads per job, and on a GPU for as many as
            its memory and measured throughput allow.
        keep: what to keep of each job beside its rows: nothing; latents, samples and curves; or weights as well.
        backend: worker processes of this machine; a Dask cluster; or this very process, for debuggers.
        scheduler: address of the Dask scheduler.
        job_timeout: seconds after which a job is ended and counts as `timeout`; None for no limit.
        time_limit: seconds in which the whole is to end; None for no limit.
        retry: ways of failing whose jobs are to be run again; other failures of earlier runs are left alone.
        shard: (i, n) for the i-th of n parts of the sweep, of about equal predicted cost, counted from 1.

    Raises:
        UsageError: What is asked for cannot be.
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
