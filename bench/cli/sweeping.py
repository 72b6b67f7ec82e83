"""`plan` and `run`: a sweep of data sets x variants x seeds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ...results import ResultStore
from ..planning.request import Execution, Sweep
from ..sweep.progress import duration, reporter
from .app import app
from .output import print_table, say
from .requests import Request, takes
from .texts import Out

if TYPE_CHECKING:
    from ..planning.plan import Plan


@app.command()
@takes(sweep=Request(Sweep), execution=Request(Execution, only=("workers", "mps", "retry", "shard")))
def plan(
    sweep: Sweep,
    execution: Execution,
    out: Annotated[Path | None, typer.Option(help="Results so far; what is finished there is left out.")] = None,
) -> None:
    """Print the jobs and their predicted time; run nothing.

    Example: ucrbench plan -d GunPoint,FordA -v vqvae,vqvae_barlow --seeds 0-4 -p standard
    """
    from ..planning.plan import plan as make_plan

    store = ResultStore(out, create=True) if out else None
    planned = make_plan(sweep, store, execution, fetch=False)
    rows = [
        (job.data.name, job.method.name, job.seed, planned.standing[job.key], duration(planned.seconds[job.key]))
        for job in planned.jobs
    ]
    print_table(("data set", "variant", "seed", "status", "predicted"), rows)
    width = _width(planned, execution)
    wall = duration(planned.wall_seconds(width))
    print(f"{len(planned.todo)} jobs to do, predicted {wall} with {width} at a time, FCNs included")
    if planned.to_complete:
        print(planned.to_complete)


@app.command()
@takes(sweep=Request(Sweep), execution=Request(Execution))
def run(out: Out, sweep: Sweep, execution: Execution) -> None:
    """Run what OUT lacks of a sweep: data sets x variants x seeds.

    Example: ucrbench run out -d GunPoint,ArrowHead --seeds 0-2
    """
    raise typer.Exit(run_and_tell(out, sweep, execution))


def run_and_tell(out: Path, sweep: Sweep, execution: Execution) -> int:
    """Run a sweep, say how it ended, and return its exit status."""
    from ..sweep.run import run as run_sweep

    summary = run_sweep(out, sweep, execution, reporter(Console()))
    for line in summary.sentences(out):
        say(line)
    return summary.exit_status


def _width(planned: "Plan", execution: Execution) -> int:
    """Return how many jobs of a plan would run at a time on this machine."""
    from ..sweep.mps import can_share
    from ..sweep.place import width_of

    if not planned.jobs:
        return 1
    settings = planned.jobs[0].settings
    width = width_of(execution, settings.device, settings.threads, execution.mps == "auto" and can_share())
    return min(width, max(1, len(planned.todo)))
