"""`plan` and `run`: a sweep of data sets x variants x seeds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ...results import ResultStore
from ..planning.request import Execution, Sweep
from ..sweep.progress import duration, reporter
from .app import app
from .options import (
    Backend,
    DataDir,
    Datasets,
    Device,
    Jobs,
    Kept,
    Limit,
    Out,
    Precision,
    Preset,
    Retry,
    Scheduler,
    Scores,
    Seeds,
    Set,
    Shard,
    Threads,
    Timeout,
    Variants,
    Weights,
    retry_of,
    seconds_of,
    seeds_of,
    shard_of,
    split,
)
from .output import print_table, say

if TYPE_CHECKING:
    from ..planning.plan import Plan


@app.command()
def plan(
    datasets: Datasets,
    variants: Variants = "main",
    seeds: Seeds = "0",
    preset: Preset = "quick",
    set_: Set = None,
    scores: Scores = "",
    data_dir: DataDir = None,
    device: Device = "auto",
    precision: Precision = "auto",
    threads: Threads = 1,
    fcn_weights: Weights = None,
    out: Annotated[Path | None, typer.Option(help="Results so far; what is finished there is left out.")] = None,
    retry: Retry = "",
    shard: Shard = None,
) -> None:
    """Print the jobs and their predicted time; run nothing.

    Example: ucrbench plan -d GunPoint,FordA -v vqvae,vqvae_barlow --seeds 0-4 -p standard
    """
    from ..planning.plan import plan as make_plan

    sweep = Sweep(
        split(datasets), split(variants), seeds_of(seeds), preset, tuple(set_ or ()), split(scores) or None,
        data_dir, device, precision, threads, fcn_weights,
    )  # fmt: skip
    store = ResultStore(out, create=True) if out else None
    execution = Execution(retry=retry_of(retry), shard=shard_of(shard))
    _print_plan(make_plan(sweep, store, execution, fetch=False))


@app.command()
def run(
    out: Out,
    datasets: Datasets,
    variants: Variants = "main",
    seeds: Seeds = "0",
    preset: Preset = "quick",
    set_: Set = None,
    scores: Scores = "",
    data_dir: DataDir = None,
    device: Device = "auto",
    precision: Precision = "auto",
    threads: Threads = 1,
    fcn_weights: Weights = None,
    jobs: Jobs = None,
    keep: Kept = "light",
    backend: Backend = "loky",
    scheduler: Scheduler = None,
    job_timeout: Timeout = None,
    time_limit: Limit = None,
    retry: Retry = "",
    shard: Shard = None,
) -> None:
    """Run what OUT lacks of a sweep: data sets x variants x seeds.

    Example: ucrbench run out -d GunPoint,ArrowHead --seeds 0-2
    """
    sweep = Sweep(
        split(datasets), split(variants), seeds_of(seeds), preset, tuple(set_ or ()), split(scores) or None,
        data_dir, device, precision, threads, fcn_weights,
    )  # fmt: skip
    execution = Execution(
        jobs, keep, backend, scheduler, seconds_of("--job-timeout", job_timeout),
        seconds_of("--time-limit", time_limit), retry_of(retry), shard_of(shard),
    )  # fmt: skip
    raise typer.Exit(run_and_tell(out, sweep, execution))


def run_and_tell(out: Path, sweep: Sweep, execution: Execution) -> int:
    """Run a sweep, say how it ended, and return its exit status."""
    from ..sweep.run import run as run_sweep

    summary = run_sweep(out, sweep, execution, reporter(Console()))
    for line in summary.sentences(out):
        say(line)
    return summary.exit_status


def _print_plan(planned: "Plan") -> None:
    rows = [
        (job.data.name, job.method.name, job.seed, planned.standing[job.key], duration(planned.seconds[job.key]))
        for job in planned.jobs
    ]
    print_table(("data set", "variant", "seed", "status", "predicted"), rows)
    print(f"{len(planned.todo)} jobs to do, predicted {duration(planned.total_seconds)} of one worker, FCNs included")
