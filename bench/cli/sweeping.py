"""`plan` and `run`: a sweep of data sets x variants x seeds."""

import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ...results import ResultStore
from ..execution import Execution
from ..job import Job
from ..planning import Plan, Sweep
from ..planning import plan as make_plan
from ..progress import duration, reporter
from ..sweep import run as run_sweep
from .app import app
from .options import (
    MAIN,
    Backend,
    DataDir,
    Datasets,
    Device,
    Jobs,
    Keep,
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
    execution_of,
    sweep_of,
)
from .output import print_table, say


@app.command()
def plan(
    datasets: Datasets,
    variants: Variants = MAIN,
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
    sweep = sweep_of(datasets, variants, seeds, preset, set_, scores, data_dir, device, precision, threads, fcn_weights)
    store = ResultStore(out, create=True) if out else None
    execution = execution_of(None, "light", "loky", None, None, None, retry, shard)
    _print_plan(make_plan(sweep, store, execution, fetch=False))


@app.command()
def run(
    out: Out,
    datasets: Datasets,
    variants: Variants = MAIN,
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
    keep: Keep = "light",
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
    sweep = sweep_of(datasets, variants, seeds, preset, set_, scores, data_dir, device, precision, threads, fcn_weights)
    execution = execution_of(jobs, keep, backend, scheduler, job_timeout, time_limit, retry, shard)
    raise typer.Exit(run_and_tell(out, sweep, execution))


def run_and_tell(out: Path, sweep: Sweep, execution: Execution) -> int:
    """Run a sweep and say how it ended.

    Returns:
        The exit status: 0, or 1 where jobs failed, 3 at the time limit, 128 + the number of a signal that stopped it.
    """
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


def _print_plan(planned: Plan) -> None:
    rows = [
        (job.data.name, job.contender.name, job.seed, _standing(job, planned), duration(planned.seconds[job.key]))
        for job in planned.jobs
    ]
    print_table(("data set", "variant", "seed", "status", "predicted"), rows)
    print(f"{len(planned.todo)} jobs to do, predicted {duration(planned.total_seconds)} of one worker, FCNs included")


def _standing(job: Job, planned: Plan) -> str:
    if job.key in planned.failed:
        return planned.failed[job.key]
    if not job.scores:
        return "finished"
    return "to do" if job.data.data_hash else "to do, after a download"
