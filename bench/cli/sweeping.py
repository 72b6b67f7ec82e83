"""`plan` and `run`: a sweep of data sets x variants x seeds."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ...results import ResultStore
from ..job import Job
from ..keeping import Keep as Keeping
from ..planning import Plan, Sweep
from ..planning import plan as make_plan
from ..progress import duration, reporter
from ..sweep import run as run_sweep
from .app import app
from .options import (
    MAIN,
    DataDir,
    Datasets,
    Device,
    Jobs,
    Keep,
    Out,
    Preset,
    Scheduler,
    Scores,
    Seeds,
    Set,
    Threads,
    Variants,
    Weights,
    sweep_of,
)
from .output import print_table


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
    threads: Threads = 1,
    fcn_weights: Weights = None,
    out: Annotated[Path | None, typer.Option(help="Results so far; what is finished there is left out.")] = None,
) -> None:
    """Print the jobs and their predicted time; run nothing.

    Example: ucrbench plan -d GunPoint,FordA -v vqvae,vqvae_barlow --seeds 0-4 -p standard
    """
    sweep = sweep_of(datasets, variants, seeds, preset, set_, scores, data_dir, device, threads, fcn_weights)
    store = ResultStore(out, create=True) if out else None
    _print_plan(make_plan(sweep, store, fetch=False))


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
    threads: Threads = 1,
    fcn_weights: Weights = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    keep: Keep = "light",
) -> None:
    """Run what OUT lacks of a sweep: data sets x variants x seeds.

    Example: ucrbench run out -d GunPoint,ArrowHead --seeds 0-2
    """
    sweep = sweep_of(datasets, variants, seeds, preset, set_, scores, data_dir, device, threads, fcn_weights)
    run_and_tell(out, sweep, jobs, scheduler, keep)


def run_and_tell(
    out: Path, sweep: Sweep, jobs: int | None, scheduler: str | None, keep: Keeping, fail: bool = True
) -> int:
    """Run a sweep and say how it ended; the number of failed jobs, or exit status 1 where `fail` is set."""
    console = Console()
    summary = run_sweep(out, sweep, jobs, keep, reporter(console), scheduler)
    if not summary.ran:
        print(f"nothing to do: all {summary.finished} jobs are finished in {out}")
    else:
        print(
            f"{summary.ran - summary.failed} jobs ok, {summary.failed} failed, {summary.finished} were finished before"
        )
    if summary.failed and fail:
        raise typer.Exit(1)
    return summary.failed


def _print_plan(planned: Plan) -> None:
    rows = [
        (job.data.name, job.contender.name, job.seed, _standing(job), duration(planned.seconds[job.key]))
        for job in planned.jobs
    ]
    print_table(("data set", "variant", "seed", "status", "predicted"), rows)
    total = sum(planned.seconds[job.key] for job in planned.todo) + sum(planned.judge_seconds.values())
    print(f"{len(planned.todo)} jobs to do, predicted {duration(total)} of one worker, FCNs included")


def _standing(job: Job) -> str:
    if not job.scores:
        return "finished"
    return "to do" if job.data.data_hash else "to do, after a download"
