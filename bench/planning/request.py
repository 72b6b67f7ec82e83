"""The request for a sweep: what is to be run, and how it is to be carried out. Plain data, checked where it is made."""

from dataclasses import dataclass, field
from numbers import Integral
from typing import Any, Literal

from ..errors import UsageError

FAILURES = ("failed", "diverged", "out_of_memory", "timeout", "killed")
SEEDS = 2**32  # scikit-learn takes no larger ones
Keep = Literal["none", "light", "all"]


def option(help: str, *flags: str, repeated: bool = False) -> dict[str, Any]:
    """Return the metadata of a field that the command line offers as an option.

    Args:
        help: the option's help.
        flags: its names; by default one made of the field's.
        repeated: whether it may be given several times, each with one KEY=VALUE.
    """
    return {"help": help, "flags": flags, "repeated": repeated}


@dataclass(frozen=True)
class Sweep:
    """A sweep as a user asks for it: data sets x variants x seeds under a preset.

    Attributes:
        datasets: names in the archive, or terms that select some, such as "all" (`ucrbench.datasets.select`).
        variants: names of variants, or `module:Class`; in brackets settings of a variant's own, such as
            "vqvae[codebook.codes=8]", or keywords of a class, such as "module:Class(dim=8)"; "main" stands for the five
            of the main comparison (`ucrbench.models.variants.MAIN_VARIANTS`).
        seeds: seeds of the jobs, whole numbers from 0 to 2**32 - 1.
        preset: name of the preset.
        overrides: settings such as "training.lr=5e-4"; one of several values, "codebook.codes=8,32", makes a method
            of each, of every variant that reads it.
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

    datasets: tuple[str, ...] = field(
        metadata=option(
            "Names, all, bundled, patterns such as Sony*, type:ECG, length:<500 or @FILE; commas.", "--datasets", "-d"
        )
    )
    variants: tuple[str, ...] = field(
        default=("main",),
        metadata=option(
            "Names with commas between them; main for five; module:Class or module:Class(dim=8) for your own model.",
            "--variants",
            "-v",
        ),
    )
    seeds: tuple[int, ...] = field(default=(0,), metadata=option("Such as 0, 0,1,2 or 0-4."))
    preset: str = field(default="quick", metadata=option("One of smoke, quick, standard, thesis.", "--preset", "-p"))
    overrides: tuple[str, ...] = field(
        default=(),
        metadata=option(
            "Change a setting, such as training.lr=5e-4, or make a method of each of several values: "
            "codebook.codes=8,32. Part of the key. May be repeated.",
            "--set",
            repeated=True,
        ),
    )
    scores: tuple[str, ...] | None = field(
        default=None, metadata=option("Only these, with commas between them; by default all a model can have.")
    )
    data_dir: str | None = field(
        default=None, metadata=option("Folder of the data sets; $UCRBENCH_DATA, else aeon's cache.")
    )
    device: str = field(default="auto", metadata=option("auto, cpu, cuda or cuda:N."))
    precision: Literal["auto", "fp32", "bf16"] = field(
        default="auto",
        metadata=option("Of convolutions and linear layers; auto is fp32 so far. On CUDA fp32 means TF32."),
    )
    threads: int = field(
        default=1, metadata=option("Threads per job on a CPU; scores may depend on it in the last bits.")
    )
    fcn_weights: str | None = field(
        default=None, metadata=option("Folder of supervised-fcn weights; FCNs are trained without it.")
    )

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
        mps: whether jobs share a CUDA device by NVIDIA's MPS where it can be had ("auto"), or take turns on it ("off").
        job_timeout: seconds after which a job is ended and counts as `timeout`; None for no limit.
        time_limit: seconds in which the whole is to end; None for no limit.
        retry: ways of failing whose jobs are to be run again, "all" for each; other failures of earlier runs are left
            alone.
        shard: (i, n) for the i-th of n parts of the sweep, of about equal predicted cost, counted from 1.

    Raises:
        UsageError: What is asked for cannot be.
    """

    workers: int | None = field(
        default=None, metadata=option("Processes; by default one per core, or what a GPU has room for.", "--jobs", "-j")
    )
    keep: Keep = field(
        default="light",
        metadata=option("Beside the scores, keep nothing; latents, samples and curves; or weights as well."),
    )
    backend: Literal["loky", "dask", "inline"] = field(
        default="loky",
        metadata=option("Processes of this machine, the workers of a Dask cluster, or this process, for debuggers."),
    )
    scheduler: str | None = field(
        default=None, metadata=option("Address of the Dask scheduler, such as tcp://host:8786.")
    )
    mps: Literal["auto", "off"] = field(
        default="auto", metadata=option("On CUDA, share the card by NVIDIA's MPS where it can be had, or take turns.")
    )
    job_timeout: float | None = field(
        default=None, metadata=option("End a job that takes longer, such as 90s, 10m or 1h30m.")
    )
    time_limit: float | None = field(
        default=None, metadata=option("End in this time, such as 9m; start no job that is not predicted to fit.")
    )
    retry: tuple[str, ...] = field(
        default=(), metadata=option(f"Run jobs again that failed so: {', '.join(FAILURES)}; commas, or all.")
    )
    shard: tuple[int, int] | None = field(
        default=None,
        metadata=option("Only one part of so many, of equal predicted cost: 3/8 in task 3 of an array of 8."),
    )

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
        if self.retry == ("all",):
            object.__setattr__(self, "retry", FAILURES)
        if wrong := [name for name in self.retry if name not in FAILURES]:
            raise UsageError(f"--retry {wrong[0]}: choose from {', '.join(FAILURES)}")
        if self.shard is not None and not 1 <= self.shard[0] <= self.shard[1]:
            raise UsageError(f"--shard {self.shard[0]}/{self.shard[1]}: write i/n with i from 1 to n")
