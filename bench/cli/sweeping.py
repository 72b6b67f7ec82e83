"""`plan` and `run`: a sweep of data sets x variants x seeds."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ...results import ResultStore
from ..progress import duration, reporter
from ..request import Execution, Sweep
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
    from ..job import Job
    from ..planning import Plan


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
    from ..planning import plan as make_plan

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
    """Run a sweep and say how it ended.

    Returns:
        The exit status: 0, or 1 where jobs failed, 3 at the time limit, 128 + the number of a signal that stopped it.
    """
    from ..sweep import run as run_sweep

    summary = run_sweep(out, sweep, execution, reporter(Console()))
    if summary.ran:
        say(f"{summary.ran - summary.failed} jobs ok, {summary.failed} failed, {summary.finished} were finished before")
    elif not summary.undone and not summary.left and not summary.elsewhere:
        say(f"nothing to do: all {summary.finished} jobs are finished in {out}")
    if summary.elsewhere:
        say(f"{summary.elsewhere} jobs were done by another run on {out}")
    if summary.left:
        kinds = ", ".join(f"{count} {status}" for status, count in summary.left.items())
        say(f"left alone: {kinds}; --retry {','.join(summary.left)} runs them again")
    if summary.stopped is not None:
        why = "the time limit" if summary.stopped == "time" else signal.Signals(summary.stopped).name
        say(f"stopped by {why} with {summary.undone} jobs to do; the same command goes on from here")
        return 3 if summary.stopped == "time" else 128 + summary.stopped
    return 1 if summary.failed or summary.left else 0


def _print_plan(planned: "Plan") -> None:
    rows = [
        (job.data.name, job.contender.name, job.seed, _standing(job, planned), duration(planned.seconds[job.key]))
        for job in planned.jobs
    ]
    print_table(("data set", "variant", "seed", "status", "predicted"), rows)
    print(f"{len(planned.todo)} jobs to do, predicted {duration(planned.total_seconds)} of one worker, FCNs included")


def _standing(job: "Job", planned: "Plan") -> str:
    if job.key in planned.failed:
        return planned.failed[job.key]
    if not job.scores:
        return "finished"
    return "to do" if job.data.data_hash else "to do, after a download"
